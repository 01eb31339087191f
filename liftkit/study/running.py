"""One job of a study: trained, evaluated and packed; killed, it goes on from its checkpoint."""

from __future__ import annotations

import io
import time
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import torch
from safetensors.torch import save

from liftkit.evaluation import evaluate
from liftkit.poses import PoseSet, evenly
from liftkit.run import Run
from liftkit.study.checkpoint_selection import CheckpointSelector
from liftkit.study.jobs import Job, Poses, read_poses
from liftkit.system.files import check_not_compressed, pack, unpack, write_atomically
from liftkit.training import Trainer

STRIDE = 100  # steps between two chances to save, to report and to be stopped
CHECKPOINT_SECONDS = 30.0
CHECKPOINT, STEPS = "checkpoint.zip", "steps"


class Outcome(NamedTuple):
    result: bytes  # packed: two tables as Parquet, and for each policy the networks as safetensors
    warning: str = ""  # names a damaged checkpoint


def run_job(
    job: Job,
    poses: Poses,
    tests: Mapping[str, Poses | None],  # None: the test poses of ``poses``
    scratch: Path | None = None,  # a folder for the checkpoint from which a killed job goes on
    report: Callable[[int], object] | None = None,  # called with the number of steps done so far
    *,
    device: str | None = None,
    threads: int | None = None,  # at most so many; None: as many as torch takes, which respects OMP_NUM_THREADS
) -> Outcome:
    """Train and evaluate a job. Raises KeyboardInterrupt when interrupted."""
    before = torch.get_num_threads()
    torch.set_num_threads(min(threads or before, before))
    try:
        poses = read_poses(poses)
        trainer, selector, seconds, warning = _start(job, poses, scratch, device)
        seconds = _train(job, trainer, selector, seconds, scratch, report)
        sets = test_sets(poses, tests, job.settings.max_test_poses)
        return Outcome(pack(_result(job, trainer, selector, sets, seconds)), warning)
    finally:
        torch.set_num_threads(before)


def test_sets(poses: PoseSet, tests: Mapping[str, Poses | None], most: int | None) -> dict[str, PoseSet]:
    """The test poses by name, at most so many of each, evenly spaced; None stands for those of ``poses``."""
    sets = {name: poses.part("test") if test is None else read_poses(test) for name, test in tests.items()}
    return {name: evenly(test, most) for name, test in sets.items()}


def _train(job: Job, trainer: Trainer, selector: CheckpointSelector, seconds: float, scratch, report) -> float:
    """Train to the end, with evaluations and checkpoints on the way; the seconds spent on training in all."""
    steps, evaluations = job.config.steps, job.settings.evaluations
    due = {round(steps * k / evaluations) for k in range(1, evaluations + 1)}
    saved = time.monotonic()
    while not trainer.message and (selector.rows == [] or trainer.steps_done < steps):
        start = time.perf_counter()
        _train_until(trainer, min([step for step in due if step > trainer.steps_done], default=steps))
        seconds += time.perf_counter() - start
        if trainer.message.startswith("interrupted"):  # perhaps in the middle of a step: nothing of it is kept
            raise KeyboardInterrupt(trainer.message)
        if trainer.steps_done in due or trainer.message or steps == 0:
            selector.evaluate(trainer)
        if scratch is not None and time.monotonic() - saved > CHECKPOINT_SECONDS:
            _save_checkpoint(scratch / CHECKPOINT, trainer, selector, seconds)
            saved = time.monotonic()
        if report is not None:
            report(trainer.steps_done)
    return seconds


def _train_until(trainer: Trainer, due: int) -> None:
    steps = min(due - trainer.steps_done, STRIDE - trainer.steps_done % STRIDE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the message is part of the result
        trainer.run(steps)


def _save_checkpoint(path: Path, trainer: Trainer, selector: CheckpointSelector, seconds: float) -> None:
    kept = {"kept": selector.kept, "rows": selector.rows}
    buffer = io.BytesIO()
    torch.save({"trainer": trainer.state_dict(), "selector": kept, "seconds": seconds}, buffer)
    write_atomically(path, lambda file: file.write(pack({"state": buffer.getvalue()})))


def _start(job: Job, poses: PoseSet, scratch: Path | None, device: str | None):
    """Trainer, selector, seconds spent so far and a warning: from the checkpoint if there is a whole one."""
    trainer = Trainer(job.representation, poses, job.seeds, job.config, device)
    selector = CheckpointSelector(job.settings.policies, poses, trainer)
    if scratch is None or not (path := scratch / CHECKPOINT).exists():
        return trainer, selector, 0.0, ""
    try:
        return trainer, selector, _load_checkpoint(path, trainer, selector), ""
    except (MemoryError, torch.cuda.OutOfMemoryError):  # no fault of the file
        raise
    except Exception as error:  # zipfile, pickle, struct and torch raise a dozen kinds for another layout
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        new = _start(job, poses, None, device)
        return *new[:3], f"{path} is damaged or of another version ({reason}); its job began again"


def _load_checkpoint(path: Path, trainer: Trainer, selector: CheckpointSelector) -> float:
    """Bring both to where they were, and the seconds spent; any error if the layout is not what was saved."""
    packed = unpack(path)["state"]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        check_not_compressed(archive)  # torch would unpack anything
    # On the CPU, where random generators keep their state; the trainer moves the rest to its device.
    state = torch.load(io.BytesIO(packed), map_location="cpu", weights_only=True)
    trainer.load_state_dict(state["trainer"])
    selector.kept, selector.rows = state["selector"]["kept"], state["selector"]["rows"]
    if not 0 < trainer.steps_done <= trainer.config.steps:
        raise ValueError(f"step {trainer.steps_done} of {trainer.config.steps}")
    for optimiser in trainer.optimisers:  # torch does not compare these shapes, and a fused step trusts them
        for parameter in optimiser.param_groups[0]["params"] if optimiser.state else ():
            if any(optimiser.state[parameter][name].shape != parameter.shape for name in ("exp_avg", "exp_avg_sq")):
                raise ValueError("moments of another shape")
    for policy in selector.policies if selector.rows else ():
        kept, members = selector.kept[policy], len(selector.run(policy, trainer).seeds)
        if not len(kept["score"]) == len(kept["step"]) == members:
            raise ValueError(f"scores of another shape for {policy}")
    return float(state["seconds"])


def _errors(run: Run, test: PoseSet) -> pd.DataFrame:
    """The errors of every member, with the mean over actions, in which each action counts alike, as another column."""
    of_actions = evaluate(run, test, by="action").groupby("seed")["pa_mpjpe"].mean()
    return evaluate(run, test).assign(pa_mpjpe_macro=lambda table: table["seed"].map(of_actions))


def _result(job: Job, trainer: Trainer, selector: CheckpointSelector, tests, seconds: float) -> dict[str, bytes]:
    parts, tables, known = {}, [], {}
    for policy in job.settings.policies:
        run, steps = selector.run(policy, trainer), selector.steps(policy)
        members = list(zip(run.seeds, steps, strict=True))
        for name, test in tests.items():
            if new := [seed for seed, step in members if (name, seed, step) not in known]:  # policies often agree
                errors = _errors(run.select(new), test)
                known |= {(name, seed, step): errors[errors.seed == seed] for seed, step in members if seed in new}
            table = pd.concat([known[(name, *member)] for member in members])
            tables.append(table.assign(data=job.data, test=name, policy=policy, step=steps))
        parts[f"{policy}.safetensors"] = save(run.tensors())
    costs = {"parameters": trainer.lifter.parameter_count, "seconds": seconds / len(job.seeds)}
    results = pd.concat(tables).assign(representation=job.representation.name, **costs, message=trainer.message)
    first = ["representation", "seed", "data", "test", "policy", "step"]
    results = results[first + [column for column in results if column not in first]]
    history = trainer.history.merge(selector.table, how="outer", on=["step", "seed"])
    history = history.assign(representation=job.representation.name).assign(data=job.data)
    return {"results": results.to_parquet(index=False), "history": history.to_parquet(index=False)} | parts
