"""One job of a study: an ensemble of one representation, trained, looked at, judged; killed and taken up again."""

from __future__ import annotations

import hashlib
import io
import json
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save

from liftkit.config import TrainConfig
from liftkit.data.datasets import load_poses
from liftkit.evaluation import evaluate
from liftkit.poses import PoseSet, evenly
from liftkit.representations import Representation
from liftkit.study.checkpoint_selection import Looks
from liftkit.system.files import pack, unpack, write_atomically
from liftkit.training import Trainer

STRIDE = 100  # steps between two chances to save, to report and to be stopped
CHECKPOINT_SECONDS = 30.0
CHECKPOINT, STEPS = "checkpoint.zip", "steps"

Poses = PoseSet | str | Path


@dataclass(frozen=True)
class Job:
    """What one worker trains at a time: ``seeds`` of one representation, on one data set, as one ensemble.

    ``data`` is the set's name and ``fingerprint`` its content; ``tests`` the names and contents of the sets that the
    result is judged on, on at most ``judged`` poses each, by every checkpoint policy; ``looks`` is how often policies
    look; ``threads`` the processor threads, on which the last bits of a result depend.
    """

    data: str
    fingerprint: str
    representation: Representation
    seeds: tuple[int, ...]
    config: TrainConfig
    policies: tuple[str, ...]
    tests: tuple[tuple[str, str], ...]
    looks: int = 10
    judged: int | None = None
    threads: int = 1

    @property
    def name(self) -> str:
        """A file name that no job with other contents has."""
        content = json.dumps(asdict(self), sort_keys=True).encode()
        digest = hashlib.sha256(content).hexdigest()[:12]
        return f"{self.data}-{self.representation.name}-seed{self.seeds[0]}-{digest}"

    @property
    def steps(self) -> int:
        """Steps of all members together: what progress is counted in."""
        return self.config.steps * len(self.seeds)

    @property
    def cost(self) -> int:
        """A measure of the time that it takes: narrower segments cost as much as wide ones."""
        rep = self.representation
        return self.steps * (len(rep.segments) * rep.blocks + rep.shared_blocks)


def poses_of(source: Poses) -> PoseSet:
    return source if isinstance(source, PoseSet) else load_poses(source)


def fingerprint(poses: PoseSet) -> str:
    """A digest of all that a result depends on: coordinates, splits and unit."""
    digest = hashlib.sha256(f"{poses.units} {poses.x2d.shape}".encode())
    for values in (poses.x2d, poses.x3d, poses.split):
        if values is not None:
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:16]


def run_job(
    job: Job,
    poses: Poses,
    tests: Mapping[str, Poses | None],
    scratch: Path | None = None,
    device: str | None = None,
    report: Callable[[int], object] | None = None,
) -> bytes:
    """Train and judge: the packed result. ``tests``: pose sets by name, None for the test poses of ``poses``.

    ``scratch`` is a folder for the checkpoint from which a killed job goes on; ``report`` is called with the steps
    done so far. Raises KeyboardInterrupt when interrupted.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(job.threads)
    try:
        return pack(_train_and_judge(job, poses, tests, scratch, device, report))
    finally:
        torch.set_num_threads(threads)


def _train_and_judge(job: Job, poses: Poses, tests, scratch, device, report) -> dict[str, bytes]:
    poses = poses_of(poses)
    tests = {name: poses.part("test") if test is None else poses_of(test) for name, test in tests.items()}
    trainer = Trainer(job.representation, poses, job.seeds, job.config, device)
    looks = Looks(job.policies, poses, trainer)
    seconds = _load_checkpoint(scratch, trainer, looks)
    due = {round(job.config.steps * k / job.looks) for k in range(1, job.looks + 1)}
    saved = time.monotonic()
    while not trainer.message and (looks.rows == [] or trainer.steps_done < job.config.steps):
        start = time.perf_counter()
        _train_until(trainer, min([step for step in due if step > trainer.steps_done], default=job.config.steps))
        seconds += time.perf_counter() - start
        if trainer.message.startswith("interrupted"):  # perhaps in the middle of a step: nothing of it is kept
            raise KeyboardInterrupt(trainer.message)
        if trainer.steps_done in due or trainer.message or job.config.steps == 0:
            looks(trainer)
        if scratch is not None and time.monotonic() - saved > CHECKPOINT_SECONDS:
            _save_checkpoint(scratch, trainer, looks, seconds)
            saved = time.monotonic()
        if report is not None:
            report(trainer.steps_done)
    return _outcome(job, trainer, looks, tests, seconds)


def _train_until(trainer: Trainer, due: int) -> None:
    steps = min(due - trainer.steps_done, STRIDE - trainer.steps_done % STRIDE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the message is part of the result
        trainer.run(steps)


def _save_checkpoint(scratch: Path, trainer: Trainer, looks: Looks, seconds: float) -> None:
    state = {"trainer": trainer.state_dict(), "looks": looks.state_dict(), "seconds": seconds}
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_atomically(scratch / CHECKPOINT, lambda file: file.write(pack({"state": buffer.getvalue()})))


def _load_checkpoint(scratch: Path | None, trainer: Trainer, looks: Looks) -> float:
    """Go on where a checkpoint is; from the start where there is none or it is damaged. The seconds spent so far."""
    try:
        if scratch is None:
            return 0.0
        content = unpack(scratch / CHECKPOINT)["state"]
        state = torch.load(io.BytesIO(content), map_location=trainer.device, weights_only=True)
    except (ValueError, KeyError):
        return 0.0
    trainer.load_state_dict(state["trainer"])
    looks.load_state_dict(state["looks"])
    return state["seconds"]


def _outcome(
    job: Job, trainer: Trainer, looks: Looks, tests: Mapping[str, PoseSet], seconds: float
) -> dict[str, bytes]:
    """The parts of a result: two tables as Parquet, and for each policy the networks as safetensors."""
    parts, tables, judged = {}, [], {}
    for policy in job.policies:
        run, steps = looks.run(policy, trainer), looks.steps(policy)
        members = list(zip(run.seeds, steps, strict=True))
        for name, test in tests.items():
            if new := [seed for seed, step in members if (name, seed, step) not in judged]:  # policies often agree
                errors = evaluate(run.select(new), evenly(test, job.judged)).set_index("seed", drop=False)
                judged |= {(name, seed, step): errors.loc[[seed]] for seed, step in members if seed in new}
            table = pd.concat([judged[(name, *member)] for member in members])
            tables.append(table.assign(data=job.data, test=name, policy=policy, step=steps))
        parts[f"{policy}.safetensors"] = save(run.tensors())
    costs = {"parameters": trainer.lifter.parameter_count, "seconds": seconds / len(job.seeds)}
    results = pd.concat(tables).assign(representation=job.representation.name, **costs, message=trainer.message)
    first = ["representation", "seed", "data", "test", "policy", "step"]
    results = results[first + [column for column in results if column not in first]]
    history = trainer.history.merge(looks.table, how="outer", on=["step", "seed"])
    history = history.assign(representation=job.representation.name).assign(data=job.data)
    return {"results": results.to_parquet(index=False), "history": history.to_parquet(index=False)} | parts
