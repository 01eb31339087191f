"""A study that goes on: damaged files are done again and named, threads are the machine's, leftovers are removed."""

import io
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load, save

from liftkit import Study, TrainConfig, load_poses, run_study
from liftkit.study import running
from liftkit.study.folder import StudyFolder
from liftkit.study.jobs import check_arguments, make_jobs
from liftkit.study.running import CHECKPOINT, STEPS, run_job
from liftkit.system.files import pack, unpack

CONFIG = TrainConfig(width=8, batch=8, steps=8, record_every=2)
HOW = dict(policies=("last", "unsupervised"), evaluations=2)


@pytest.fixture(scope="module")
def poses():
    every = load_poses("synthetic")
    return every.select(np.arange(0, len(every), 1201))


def study(poses, out, seeds=(0, 1), **more) -> Study:
    return run_study(["full"], poses, seeds, CONFIG, out, **(HOW | dict(members=1, processes=1, device="cpu") | more))


def tables(packed: bytes) -> list[pd.DataFrame]:
    parts = unpack(io.BytesIO(packed))
    found = [pd.read_parquet(io.BytesIO(parts[name])) for name in ("results", "history")]
    return [table.drop(columns="seconds", errors="ignore") for table in found]


def without_seconds(done: Study) -> pd.DataFrame:
    return done.results.drop(columns="seconds")


# Checkpoints.


def change(edit):
    """Damage that edits the state and packs it again: whole, but of another layout."""

    def damage(content: bytes) -> bytes:
        state = torch.load(io.BytesIO(unpack(io.BytesIO(content))["state"]), weights_only=True)
        edit(state)
        buffer = io.BytesIO()
        torch.save(state, buffer)
        return pack({"state": buffer.getvalue()})

    return damage


def smaller(tensors: dict) -> None:
    name = next(name for name, tensor in tensors.items() if tensor.ndim > 1)
    tensors[name] = tensors[name][..., :1]


CHECKPOINTS = {
    "cut": lambda content: content[:-100],
    "empty": lambda content: b"",
    "another archive": lambda content: pack({"weights": b"1"}),
    "no pickle": lambda content: pack({"state": b"hello"}),
    "a pickle cut short": lambda content: pack({"state": b"\x80\x02}q\x00(X\x05"}),
    "a struct cut short": lambda content: pack({"state": b"\x80\x02G\x00"}),
    "a list": lambda content: pack({"state": b"\x80\x02]q\x00."}),
    "no trainer": change(lambda state: state.pop("trainer")),
    "no seconds": change(lambda state: state.pop("seconds")),
    "no policy": change(lambda state: state["selector"]["kept"].pop("last")),
    "another width": change(lambda state: smaller(state["trainer"]["lifter"])),
    "moments": change(lambda state: smaller(state["trainer"]["optimisers"][0]["state"][0])),
    "moments lost": change(lambda state: state["trainer"]["optimisers"][0]["state"].pop(0)),
    "one generator less": change(lambda state: state["trainer"]["generators"].pop()),
    "steps": change(lambda state: state["trainer"].update(steps_done=99)),
    "steps as text": change(lambda state: state["trainer"].update(steps_done="4")),
    "scores": change(lambda state: state["selector"]["kept"]["last"].update(score=torch.zeros(3))),
    "kept networks": change(lambda state: smaller(state["selector"]["kept"]["last"]["tensors"])),
    "history": change(lambda state: state["trainer"].update(records=[(2, {"adversarial": torch.zeros(5)})])),
}


@pytest.fixture(scope="module")
def job_and_checkpoint(poses, tmp_path_factory):
    """A job of two members, what it gives undisturbed, and the checkpoint of its sixth step."""
    patch = pytest.MonkeyPatch()
    patch.setattr(running, "STRIDE", 3)
    patch.setattr(running, "CHECKPOINT_SECONDS", -1)
    settings, sources = check_arguments(["full"], poses, (4, 2), CONFIG, None, **HOW)
    job, scratch = make_jobs(settings)[0], tmp_path_factory.mktemp("scratch")
    arguments = (job, *sources[job.data])

    def stop(steps):
        if steps == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(*arguments, scratch, stop, device="cpu")
    yield arguments, tables(run_job(*arguments, device="cpu").result), (scratch / CHECKPOINT).read_bytes()
    patch.undo()


@pytest.mark.long
def test_a_whole_checkpoint_is_gone_on_from(job_and_checkpoint, tmp_path):
    arguments, expected, content = job_and_checkpoint
    (tmp_path / CHECKPOINT).write_bytes(content)
    steps = []
    outcome = run_job(*arguments, tmp_path, steps.append, device="cpu")
    assert steps == [8] and outcome.warning == ""
    assert all(map(pd.DataFrame.equals, tables(outcome.result), expected))


@pytest.mark.long
@pytest.mark.parametrize("kind", CHECKPOINTS)
def test_a_checkpoint_of_another_layout_is_named_and_its_job_begins_again(job_and_checkpoint, tmp_path, kind):
    arguments, expected, content = job_and_checkpoint
    (tmp_path / CHECKPOINT).write_bytes(CHECKPOINTS[kind](content))
    steps = []
    outcome = run_job(*arguments, tmp_path, steps.append, device="cpu")
    assert steps[0] < 6 and str(tmp_path / CHECKPOINT) in outcome.warning
    assert all(map(pd.DataFrame.equals, tables(outcome.result), expected))


@pytest.mark.long
def test_a_lack_of_memory_is_no_damage(job_and_checkpoint, tmp_path, monkeypatch):
    arguments, _, content = job_and_checkpoint
    (tmp_path / CHECKPOINT).write_bytes(content)
    monkeypatch.setattr(torch, "load", lambda *_, **__: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        run_job(*arguments, tmp_path, device="cpu")
    assert (tmp_path / CHECKPOINT).read_bytes() == content


# Job files.


def repack(**changes):
    """Damage that replaces parts of a job's file, or with None leaves them out."""

    def damage(content: bytes) -> bytes:
        parts = unpack(io.BytesIO(content))
        for name, edit in changes.items():
            name = {"last": "last.safetensors"}.get(name, name)
            parts[name] = edit(parts[name]) if edit else None
        return pack({name: part for name, part in parts.items() if part is not None})

    return damage


def table(edit):
    return lambda part: edit(pd.read_parquet(io.BytesIO(part))).to_parquet(index=False)


JOB_FILES = {
    "cut": lambda content: content[:-100],
    "no history": repack(history=None),
    "no networks": repack(last=None),
    "no parquet": repack(results=lambda part: b"hello"),
    "no tensors": repack(last=lambda part: part[:20]),
    "no discriminator": repack(last=lambda part: save({n: t for n, t in load(part).items() if "lifter." in n})),
    "a member less": repack(last=lambda part: save({n: t[: len(t) // 2].clone() for n, t in load(part).items()})),
    "other networks": repack(last=lambda part: save({"lifter.weight": torch.zeros(1)})),
    "no column": repack(results=table(lambda frame: frame.drop(columns="policy"))),
    "a policy less": repack(results=table(lambda frame: frame[frame.policy == "last"])),
    "another seed": repack(results=table(lambda frame: frame.assign(seed=7))),
    "another representation": repack(results=table(lambda frame: frame.assign(representation="legs_torso"))),
    "history without steps": repack(history=table(lambda frame: frame.drop(columns="step"))),
}


@pytest.fixture(scope="module")
def finished(poses, tmp_path_factory):
    return study(poses, tmp_path_factory.mktemp("finished") / "study")


@pytest.mark.long
@pytest.mark.parametrize("kind", JOB_FILES)
def test_a_job_file_of_another_layout_is_named_and_done_again(finished, poses, kind):
    first, second = sorted((finished.folder / "jobs").glob("*.zip"))
    content, kept = first.read_bytes(), second.stat().st_mtime_ns
    first.write_bytes(JOB_FILES[kind](content))
    with pytest.warns(RuntimeWarning, match=rf"{first.name} is damaged .* done again"):
        again = study(poses, finished.folder)
    pd.testing.assert_frame_equal(without_seconds(again), without_seconds(finished), check_exact=True)
    assert second.stat().st_mtime_ns == kept
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study(poses, finished.folder)


# Threads.


@pytest.fixture
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.long
@pytest.mark.parametrize(("seeds", "expected"), [((0,), {3}), ((0, 1), {1})])
def test_a_single_job_takes_the_threads_it_is_given_and_several_one_each(
    poses, tmp_path, three_threads, seeds, expected
):
    inside = []
    trained = running._train_until

    def train_until(*arguments):
        inside.append(torch.get_num_threads())
        trained(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "_train_until", train_until)
        done = study(poses, tmp_path, seeds)
    assert set(inside) == expected and torch.get_num_threads() == 3
    assert "threads" not in done.about["settings"]


@pytest.mark.long
def test_a_study_goes_on_with_another_number_of_threads(poses, tmp_path):
    study(poses, tmp_path, (0,))
    next((tmp_path / "jobs").glob("*.zip")).unlink()
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        assert len(study(poses, tmp_path, (0,)).results) == 2
    finally:
        torch.set_num_threads(before)


# What a killed study leaves.


@pytest.mark.long
def test_a_folder_in_which_a_start_was_killed_is_new(poses, tmp_path):
    (tmp_path / "jobs" / "000-synthetic-full-seed0").mkdir(parents=True)
    for name in (
        ".lock",
        ".study.json.tmp-1a",
        "jobs/.000.zip.tmp-2b",
        "jobs/000-synthetic-full-seed0/.checkpoint.zip.tmp-3c",
    ):
        (tmp_path / name).write_text("")
    assert len(study(poses, tmp_path, (0,)).results) == 2
    assert not list(tmp_path.rglob(".*.tmp-*"))


@pytest.mark.slow
def test_jobs_without_their_study_are_left_alone(poses, tmp_path):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "000-synthetic-full-seed0.zip").write_text("years of work")
    with pytest.raises(ValueError, match="holds no study"):
        study(poses, tmp_path)
    assert (tmp_path / "jobs" / "000-synthetic-full-seed0.zip").read_text() == "years of work"


@pytest.mark.long
@pytest.mark.parametrize("restart", [False, True])
def test_old_temporary_files_are_removed(finished, poses, restart):
    left = [finished.folder / name for name in (".results.csv.tmp-1", "jobs/.000.zip.tmp-2")]
    for path in left:
        path.write_text("half a file")
    (finished.folder / "notes.txt").write_text("mine")
    study(poses, finished.folder, restart=restart)
    assert not any(path.exists() for path in left) and (finished.folder / "notes.txt").exists()


@pytest.mark.slow
def test_how_far_a_killed_session_got_is_not_shown_as_done(poses, tmp_path):
    settings, _ = check_arguments(["full"], poses, (0, 1), CONFIG, None, **HOW, max_test_poses=None, members=1)
    with StudyFolder(tmp_path) as folder:
        _, jobs = folder.begin(settings)
        for job in jobs:  # both wrote that they are at step 6, and no checkpoint says so
            (folder.scratch(job) / STEPS).write_text("6")
    with StudyFolder(tmp_path) as folder:
        _, jobs = folder.begin(settings)
        assert len(jobs) == 2 and not list(tmp_path.rglob(STEPS))
