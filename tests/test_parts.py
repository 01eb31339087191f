"""A conversion that is killed, starved of disk or torn goes on where it was and ends with the same bytes."""

import errno
import json
import multiprocessing
import os
import random
import signal
import sys
import time

import numpy as np
import pytest
from human36m_files import FOLDER, fetched, npz2d, npz3d, recording_bytes, tgz, world
from motion_files import ASF_RIGHT_HAND_UP, T_POSE, amc, asf, bvh
from test_mpi_inf_3dhp import annotated_test, training
from typer.testing import CliRunner

from liftkit.cli import app
from liftkit.readers.parts import Parts

# Children are forked from a process that has liftkit loaded already: a start takes milliseconds.
context = multiprocessing.get_context("forkserver")
READERS = [f"liftkit.readers.{name}" for name in ("human36m", "mpi_inf_3dhp", "asf_amc", "bvh", "saving", "pose_clips")]
context.set_forkserver_preload(["torch", "pandas", "rich.table", "h5py", "tqdm", *READERS, "test_parts"])
STEPS = ("replace", "unlink", "rmdir", "mkdir")  # what changes a folder


def archives(folder):
    for subject in ("S1", "S9"):
        pose = recording_bytes(folder)
        place = FOLDER.replace("S1", subject)
        tgz(
            folder / f"Poses_D3_Positions_{subject}.tgz",
            [(f"{place}/{name}.cdf", pose) for name in ("Photo", "Eating")],
        )
    return ["human36m", "archives", folder]


def videopose3d(folder):
    npz2d(folder / "cpn.npz", shift=1)
    return ["human36m", "videopose3d", npz3d(folder / "in.npz"), "--detections", folder / "cpn.npz"]


def fetch(folder):
    fetched(folder)
    os.rename(folder / "S1" / "WalkingDog-1", folder / "S1" / "Photo")
    return ["human36m", "fetched", fetched(folder)]


def mpi(folder):
    return ["mpi-inf-3dhp", "convert", annotated_test(training(training(folder), subject="S2")), "--cameras", "0,4"]


def acclaim(folder):
    for name, content in {"35.asf": asf(), "35_01.amc": amc([{}, ASF_RIGHT_HAND_UP] * 8),
                          "35_02.amc": amc([ASF_RIGHT_HAND_UP] * 4)}.items():  # fmt: skip
        (folder / name).write_bytes(content)
    return ["cmu", "asf", folder, "--test", "35_02", "--rig", "perspective"]


def biovision(folder):
    for name in ("one", "two", "three"):
        (folder / f"{name}.bvh").write_bytes(bvh([T_POSE] * 20))
    return ["cmu", "bvh", folder]


FORMS = [archives, videopose3d, fetch, mpi, acclaim, biovision]


@pytest.fixture(params=FORMS, ids=lambda form: form.__name__)
def command(request, tmp_path):
    """The words of a conversion, whose inputs are in a folder of their own."""
    (tmp_path / "in").mkdir()
    return ["data", *map(str, request.param(tmp_path / "in"))]


def convert(command, out, *more):
    return CliRunner().invoke(app, [*map(str, command), "--out", str(out), *more])


def results(folder):
    """What lies beside the inputs, by name."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir() if path.name != "in"}


def undisturbed(command, tmp_path):
    done = convert(command, tmp_path / "out.npz")
    assert done.exit_code == 0, done.output
    expected = results(tmp_path)
    assert sorted(expected) == ["out.json", "out.npz"]
    for path in (tmp_path / "out.npz", tmp_path / "out.json"):
        path.unlink()
    return expected


def killed_before(step, command, out):
    """In a process of its own: be killed right before the ``step``-th change of a folder."""
    count = [0]

    def counted(change):
        def act(*args, **options):
            count[0] += 1
            if count[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*args, **options)

        return act

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    sys.exit(convert(command, out).exit_code)


def run_killed(step, command, out):
    child = context.Process(target=killed_before, args=(step, command, out))
    child.start()
    child.join()
    return child.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("command", [acclaim], indirect=True)
def test_killed_before_any_change_of_the_folder_it_ends_with_the_same_bytes(command, tmp_path):
    expected, out = undisturbed(command, tmp_path), tmp_path / "out.npz"
    step = 1
    while run_killed(step, command, out):
        done = convert(command, out)
        if done.exit_code:
            assert "exists already; nothing is overwritten" in done.stderr
        assert results(tmp_path) == expected, step
        out.unlink()
        out.with_suffix(".json").unlink()
        step += 1
    assert results(tmp_path) == expected
    assert step > 8


@pytest.mark.parametrize("command", [archives, mpi, biovision], indirect=True)
def test_killed_again_and_again_it_ends_with_the_same_bytes(command, tmp_path):
    """Each run is killed two changes of the folder later than the one before it, and goes on with what that left."""
    expected, out = undisturbed(command, tmp_path), tmp_path / "out.npz"
    step = 3
    while run_killed(step, command, out):
        step += 2
    assert step >= 7
    assert results(tmp_path) == expected


def many(folder):
    """Enough for some seconds of work."""
    clips = {
        name: np.tile(world(20), (60, 1, 1)) / np.float32(1000) for name in ("Eating", "Photo", "Posing", "Waiting")
    }
    return ["data", "human36m", "videopose3d", npz3d(folder / "in.npz", ("S1", "S5", "S9"), **clips)]


def test_killed_at_random_moments_it_ends_with_the_same_bytes(tmp_path):
    (tmp_path / "in").mkdir()
    command, out = many(tmp_path / "in"), tmp_path / "out.npz"
    started = time.monotonic()
    expected = undisturbed(command, tmp_path)
    seconds, chance = time.monotonic() - started, random.Random(0)
    kills = 0
    while kills < 8:
        child = context.Process(target=killed_before, args=(0, command, out))
        child.start()
        child.join(chance.uniform(0.1, 0.7) * seconds)
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            kills += 1
        if out.exists():
            convert(command, out)  # clears up where it was killed while doing so
            assert results(tmp_path) == expected
            out.unlink()
            out.with_suffix(".json").unlink()
    assert convert(command, out).exit_code == 0
    assert results(tmp_path) == expected


def stopped(command, out, monkeypatch, parts=2):
    """Stop a conversion for want of disk after so many parts."""
    keep, calls = Parts.keep, []

    def full(self, number, arrays):
        if len(calls) == parts:
            raise OSError(errno.ENOSPC, "No space left on device")
        calls.append(number)
        keep(self, number, arrays)

    monkeypatch.setattr(Parts, "keep", full)
    done = convert(command, out)
    monkeypatch.setattr(Parts, "keep", keep)
    assert done.exit_code == 2 and "No space left on device" in done.stderr
    return out.with_name(f"{out.name}.parts")


@pytest.mark.parametrize("command", [mpi, biovision, fetch], indirect=True)
def test_what_was_read_is_not_read_again(command, tmp_path, monkeypatch):
    expected, out = undisturbed(command, tmp_path), tmp_path / "out.npz"
    files = [path for path in sorted((tmp_path / "in").rglob("*")) if path.suffix in (".mat", ".bvh", ".h5")]
    folder = stopped(command, out, monkeypatch, parts=1)
    assert sorted(path.name for path in folder.iterdir()) == ["job.json", "part-000000.npz"]
    state, content = files[0].stat(), files[0].read_bytes()
    files[0].write_bytes(b"?" * len(content))  # unreadable, but of the same size and time
    os.utime(files[0], ns=(state.st_atime_ns, state.st_mtime_ns))
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    if command[1] != "cmu":
        checked = convert(command, out, "--check")  # reads all of it
        assert checked.exit_code == 2
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    done = convert(command, out)
    assert done.exit_code == 0, done.output
    assert "1 recordings need not be read again" in done.stdout
    assert (out.read_bytes(), not folder.exists()) == (expected["out.npz"], True)


@pytest.mark.parametrize("command", [videopose3d, biovision], indirect=True)
def test_a_dry_run_tells_what_is_kept_and_changes_nothing(command, tmp_path, monkeypatch):
    folder = stopped(command, tmp_path / "out.npz", monkeypatch)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    done = convert(command, tmp_path / "out.npz", "--check")
    assert done.exit_code == 0, done.output
    words = " ".join(done.stdout.split())
    assert f"2 recordings need not be read again: a run that was stopped left them in {folder}." in words
    assert f"to {tmp_path / 'out.npz'} and {tmp_path / 'out.json'}" in words
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert list(results(tmp_path)) == ["out.npz.parts"]


@pytest.mark.parametrize("harm", [lambda whole: whole[: len(whole) // 2], lambda whole: b"",
                                  lambda whole: whole[:3000] + bytes([whole[3000] ^ 1]) + whole[3001:]])  # fmt: skip
@pytest.mark.parametrize("command", [videopose3d, acclaim], indirect=True)
def test_a_torn_part_is_made_again(command, tmp_path, monkeypatch, harm):
    expected, out = undisturbed(command, tmp_path), tmp_path / "out.npz"
    folder = stopped(command, out, monkeypatch, parts=1)
    part = folder / "part-000000.npz"
    part.write_bytes(harm(part.read_bytes()))
    done = convert(command, out)
    assert done.exit_code == 0, done.output
    assert "need not be read again" not in done.stdout
    assert results(tmp_path) == expected


@pytest.mark.parametrize("command", [videopose3d], indirect=True)
def test_another_conversion_does_not_go_on_with_the_parts(command, tmp_path, monkeypatch):
    out = tmp_path / "out.npz"
    folder = stopped(command, out, monkeypatch)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    for more, message in (
        (["--every", "2"], "differs in the option every: 1 there, 2 now"),
        (["--every", "2", "--check"], "differs in the option every: 1 there, 2 now"),
    ):
        done = convert(command, out, *more)
        assert done.exit_code == 2 and message in done.stderr and "remove the folder to start afresh" in done.stderr
    os.utime(tmp_path / "in" / "cpn.npz", ns=(1, 1))
    done = convert(command, out)
    assert done.exit_code == 2 and "cpn.npz: [" in done.stderr
    (folder / "job.json").write_text("[]")
    done = convert(command, out)
    assert done.exit_code == 2 and "None there" in done.stderr
    assert {path: path.read_bytes() for path in folder.iterdir() if path.name != "job.json"} == {
        path: content for path, content in before.items() if path.name != "job.json"
    }


@pytest.mark.parametrize("command", [acclaim], indirect=True)
def test_files_given_in_another_order_are_another_conversion(command, tmp_path, monkeypatch):
    names = [tmp_path / "in" / name for name in ("35.asf", "35_01.amc", "35_02.amc")]
    stopped(["data", "cmu", "asf", *names], tmp_path / "out.npz", monkeypatch, parts=1)
    done = convert(["data", "cmu", "asf", *names[::-1]], tmp_path / "out.npz")
    assert done.exit_code == 2 and "differs in input 1, " in done.stderr


@pytest.mark.parametrize("command", [videopose3d], indirect=True)
def test_what_somebody_else_put_there_meanwhile_stays(command, tmp_path, monkeypatch):
    out = tmp_path / "out.npz"
    folder = stopped(command, out, monkeypatch)
    (folder / "notes.txt").write_text("mine")
    out.with_suffix(".json").write_text("mine")
    done = convert(command, out)
    assert done.exit_code == 2 and "exists by now; nothing is overwritten" in done.stderr
    assert out.with_suffix(".json").read_text() == "mine" and not out.exists()
    out.with_suffix(".json").unlink()
    assert convert(command, out).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert json.loads(out.with_suffix(".json").read_text())["poses"] == 64


def test_bad_input_leaves_no_parts(tmp_path):
    (tmp_path / "in").mkdir()
    command = ["data", "cmu", "bvh", *[str(tmp_path / "in" / name) for name in ("a.bvh", "b.bvh")]]
    (tmp_path / "in" / "a.bvh").write_bytes(bvh([T_POSE] * 3))
    (tmp_path / "in" / "b.bvh").write_bytes(b"HIERARCHY\nMOTION\n")
    assert convert(command, tmp_path / "out.npz").exit_code == 2
    assert not results(tmp_path)


@pytest.mark.parametrize("cause", [OSError("Input/output error"), MemoryError(), KeyboardInterrupt(), None])
def test_parts_stay_unless_the_input_itself_is_bad(tmp_path, cause):
    error = ValueError("in.npz: cannot be read")
    error.__cause__ = cause if not isinstance(cause, KeyboardInterrupt) else None
    error = cause if isinstance(cause, KeyboardInterrupt) else error
    with pytest.raises(type(error)), Parts(tmp_path / "out.npz", [], {}) as parts:
        parts.keep(0, {"a": np.ones(2)})
        raise error
    assert parts.whole() == (frozenset() if cause is None else {0})
    assert parts.folder.exists() == (cause is not None)
