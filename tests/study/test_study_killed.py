"""A study that is killed at any moment, torn or starved of disk goes on and ends with the same tables."""

import errno
import multiprocessing
import os
import random
import signal
import time

import numpy as np
import pandas as pd
import pytest

from liftkit import TrainConfig, film, run_study
from liftkit.data.synthetic import synthetic_motion
from liftkit.poses import PoseSet
from liftkit.study import running

pytestmark = pytest.mark.long

CONFIG = TrainConfig(width=16, batch=16, steps=40, record_every=10)
KILLS = 20
NAMES = ("results", "history")

# Children are forked from a process that has liftkit loaded already: a start takes milliseconds.
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["liftkit.study.study", "liftkit.data.synthetic", "test_study_killed"])


def few_poses() -> PoseSet:
    """Made in a tenth of a second, since every start makes them anew; "synthetic" takes seconds."""
    poses = film(synthetic_motion(subjects=2, frames=2), "orthographic")
    return poses.select(np.arange(0, len(poses), 2))


def study(folder, processes: int = 1, **more):
    running.CHECKPOINT_SECONDS, running.STRIDE = 0.05, 5
    given = dict(evaluations=3, members=1, processes=processes, device="cpu") | more
    return run_study(["legs_torso"], few_poses(), range(2), CONFIG, folder, **given)


def tables(folder) -> list[pd.DataFrame]:
    """Both tables without the time that it took."""
    return [pd.read_parquet(folder / f"{name}.parquet").drop(columns="seconds", errors="ignore") for name in NAMES]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    started = time.monotonic()
    study(folder)
    return tables(folder), time.monotonic() - started


def equal(folder, undisturbed) -> bool:
    return all(ours.equals(theirs) for ours, theirs in zip(tables(folder), undisturbed, strict=True))


def killed_after(seconds: float, folder, processes: int) -> bool:
    """Run the study in a process of its own and kill it without warning; False where it was done before."""
    child = context.Process(target=study, args=(folder, processes))
    child.start()
    child.join(seconds)
    if not child.is_alive():
        assert child.exitcode == 0
        return False
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    return True


def killed_when(ready, folder, processes: int) -> None:
    """Run the study in a process of its own and kill it as soon as it is ``ready``."""
    child = context.Process(target=study, args=(folder, processes))
    child.start()
    while child.is_alive() and not ready():
        time.sleep(0.02)
    assert child.is_alive()
    os.kill(child.pid, signal.SIGKILL)
    child.join()


@pytest.mark.thorough
def test_a_study_killed_twenty_times_ends_with_the_same_tables(tmp_path, undisturbed, record_property):
    expected, seconds = undisturbed
    chance = random.Random(0)
    kills, finished = 0, 0
    while kills < KILLS:
        folder = tmp_path / f"study{finished}"
        if killed_after(chance.uniform(0.2, 0.6) * seconds, folder, 1):
            kills += 1
        else:
            assert equal(folder, expected)
            finished += 1
    study(tmp_path / f"study{finished}")
    assert equal(tmp_path / f"study{finished}", expected)
    record_property("kills", kills)


def test_with_two_processes_too_and_no_worker_goes_on_alone(tmp_path, undisturbed, record_property):
    expected, _ = undisturbed
    folder = tmp_path / "study"
    killed_when(lambda: list(folder.rglob("steps")), folder, 2)
    began = time.monotonic()
    while time.monotonic() < began + 5 and (workers := processes_in(folder)):
        time.sleep(0.2)
    assert not workers
    study(folder, processes=2)
    assert equal(folder, expected)
    record_property("kills", 1)


def processes_in(folder) -> list[int]:
    """The processes whose steps in this folder still advance."""
    read = lambda: {p: p.read_text() for p in folder.rglob("steps")}  # noqa: E731
    before = read()
    time.sleep(0.7)
    return [path for path, steps in read().items() if before.get(path) != steps]


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "foreign"])
def test_torn_files_are_found_and_done_again(tmp_path, undisturbed, damage):
    study(tmp_path)
    jobs = sorted((tmp_path / "jobs").glob("*.zip"))
    assert len(jobs) == 2
    content = jobs[0].read_bytes()
    middle = len(content) // 2
    torn = {"cut": content[:middle], "emptied": b"", "foreign": b"hello"}
    torn["flipped"] = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    jobs[0].write_bytes(torn[damage])
    kept = jobs[1].stat().st_mtime_ns
    (tmp_path / "results.parquet").write_bytes(b"torn")
    with pytest.warns(RuntimeWarning, match=rf"{jobs[0].name} is damaged .* done again"):
        study(tmp_path)
    assert equal(tmp_path, undisturbed[0])
    assert jobs[0].read_bytes() != torn[damage] and jobs[1].stat().st_mtime_ns == kept


def test_a_torn_checkpoint_is_not_used(tmp_path, undisturbed, record_property):
    killed_when(lambda: list(tmp_path.rglob(running.CHECKPOINT)), tmp_path, 1)
    found = list(tmp_path.rglob(running.CHECKPOINT))
    found[0].write_bytes(found[0].read_bytes()[:-100])
    with pytest.warns(RuntimeWarning, match=rf"{found[0].parent.name}.{running.CHECKPOINT} is damaged .* began again"):
        study(tmp_path)
    assert equal(tmp_path, undisturbed[0])
    record_property("kills", 1)


def test_a_full_disk_stops_a_study_that_goes_on_when_there_is_room(tmp_path, undisturbed, monkeypatch):
    write, room = running.write_atomically, [2]

    def full(path, content):
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, content)

    monkeypatch.setattr(running, "write_atomically", full)
    with pytest.raises(OSError, match="No space left"):
        study(tmp_path)
    assert list(tmp_path.rglob(running.CHECKPOINT)) and not list(tmp_path.rglob("*.tmp-*"))
    room[0] = 10**6
    study(tmp_path)
    assert equal(tmp_path, undisturbed[0])


def test_ctrl_c_ends_a_study_that_goes_on_later(tmp_path, undisturbed):
    def interrupt(done, total):
        if done > total / 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study(tmp_path, progress=interrupt)
    study(tmp_path)
    assert equal(tmp_path, undisturbed[0])
