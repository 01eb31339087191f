"""Every conversion writes pose file and record or neither, whatever stops it, and overwrites nothing."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import filelock
import numpy as np
import pytest
from formats.pose_spool import PoseSpool
from human36m_files import FOLDER, fetched, npz2d, npz3d, recording_bytes, tgz, world
from motion_files import ASF_RIGHT_HAND_UP, T_POSE, amc, asf, bvh
from mpi_files import annotated_test, training
from scripts import SCRIPTS, call_script

from liftkit.system.extras import CLONE


def archives(folder):
    for subject in ("S1", "S9"):
        content, place = recording_bytes(folder), FOLDER.replace("S1", subject)
        members = [(f"{place}/{name}.cdf", content) for name in ("Photo", "Eating")]
        tgz(folder / f"Poses_D3_Positions_{subject}.tgz", members)
    return ["human36m", "archives", folder]


def videopose3d(folder):
    npz2d(folder / "cpn.npz", shift=1)
    return ["human36m", "videopose3d", npz3d(folder / "in.npz"), "--detections", folder / "cpn.npz"]


def fetch(folder):
    return ["human36m", "fetched", fetched(folder)]


def mpi(folder):
    return ["mpi_inf_3dhp", "convert", annotated_test(training(folder)), "--cameras", "0,4"]


def acclaim(folder):
    contents = {"35.asf": asf(), "35_01.amc": amc([{}, ASF_RIGHT_HAND_UP] * 8), "35_02.amc": amc([{}] * 4)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return ["cmu", "asf", folder, "--test", "35_02"]


def biovision(folder):
    for name in ("one", "two"):
        (folder / f"{name}.bvh").write_bytes(bvh([T_POSE] * 20))
    return ["cmu", "bvh", folder]


FORMS = [archives, videopose3d, fetch, mpi, acclaim, biovision]
SETS = [form for form in FORMS if form not in (acclaim, biovision)]  # those that go through temporary files


@pytest.fixture(params=FORMS, ids=lambda form: form.__name__)
def command(request, tmp_path):
    """The words of a conversion, whose inputs are in a folder of their own."""
    (tmp_path / "in").mkdir()
    return request.param(tmp_path / "in")


def convert(command, tmp_path):
    return call_script(*command, "--out", tmp_path / "out.npz")


def results(tmp_path):
    """The names of what lies beside the inputs, hidden files too."""
    return sorted(path.name for path in tmp_path.iterdir() if path.name != "in")


def fails_at(number, error, original=lambda *_: None):
    """A function that raises the error when it is called for the ``number``-th time."""
    calls = []

    def act(*args, **options):
        calls.append(args)
        if len(calls) == number:
            raise error
        return original(*args, **options)

    return act


FULL, CTRL_C = OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()


@pytest.mark.slow
def test_an_undisturbed_conversion_leaves_two_files(command, tmp_path):
    done = convert(command, tmp_path)
    assert done.exit_code == 0, done.output
    assert results(tmp_path) == ["out.json", "out.npz"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["os.fsync", "os.replace"])
@pytest.mark.parametrize("error", [FULL, CTRL_C], ids=["full", "ctrl-c"])
def test_a_conversion_that_is_stopped_while_it_writes_leaves_nothing(command, tmp_path, monkeypatch, error, name):
    steps = 3 if command[0] != "cmu" else 2  # pose file and record; before them the spool's own first pose
    for number in range(1, steps + 1):
        with monkeypatch.context() as patch:
            patch.setattr(name, fails_at(number, error, getattr(os, name.removeprefix("os."))))
            done = convert(command, tmp_path)
        assert done.exit_code != 0 and ("No space left on device" in done.stderr) == (error is FULL)
        assert results(tmp_path) == [], number


@pytest.mark.parametrize("command", SETS, indirect=True)
@pytest.mark.parametrize("error", [FULL, CTRL_C], ids=["full", "ctrl-c"])
def test_a_conversion_that_is_stopped_while_it_reads_leaves_nothing(command, tmp_path, monkeypatch, error):
    monkeypatch.setattr("formats.pose_spool.np.save", fails_at(12, error, np.save))
    assert convert(command, tmp_path).exit_code != 0
    assert results(tmp_path) == []


@pytest.mark.parametrize("name", ["out.npz", "out.json"])
def test_nothing_is_overwritten(command, tmp_path, name):
    (tmp_path / name).write_text("mine")
    done = convert(command, tmp_path)
    assert done.exit_code == 2 and f"{name} exists already; nothing is overwritten" in done.stderr
    assert results(tmp_path) == [name] and (tmp_path / name).read_text() == "mine"


def test_two_conversions_to_one_output_are_locked_against_each_other(command, tmp_path):
    with filelock.FileLock(tmp_path / ".out.npz.lock"):
        done = convert(command, tmp_path)
    assert done.exit_code == 2
    assert f"Error: another conversion is writing {tmp_path / 'out.npz'}" in done.stderr
    assert not [name for name in results(tmp_path) if name.startswith("out")]
    assert convert(command, tmp_path).exit_code == 0


@pytest.mark.parametrize("command", SETS, indirect=True)
def test_what_appears_during_a_conversion_stays(command, tmp_path, monkeypatch):
    def add(spool, poses, add=PoseSpool.add):
        (tmp_path / "out.json").write_text("mine")
        add(spool, poses)

    monkeypatch.setattr(PoseSpool, "add", add)
    done = convert(command, tmp_path)
    assert done.exit_code == 2 and "out.json exists already" in done.stderr
    assert results(tmp_path) == ["out.json"] and (tmp_path / "out.json").read_text() == "mine"


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_ctrl_c_in_a_terminal_leaves_nothing(tmp_path):
    (tmp_path / "in").mkdir()
    clips = {name: np.tile(world(20), (400, 1, 1)) / np.float32(1000) for name in ("Eating", "Photo", "Posing")}
    source = npz3d(tmp_path / "in" / "in.npz", ("S1", "S5", "S9"), **clips)
    words = [SCRIPTS / "human36m.py", "videopose3d", source, "--out", tmp_path / "out.npz"]
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(tmp_path.glob(".out.npz.tmp-*/x2d")):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) != 0
    assert results(tmp_path) == []


@pytest.mark.parametrize("form", [fetch, mpi])
def test_without_h5py_the_command_that_installs_it_is_named(tmp_path, monkeypatch, form):
    command = form(tmp_path)
    monkeypatch.setitem(sys.modules, "h5py", None)
    done = call_script(*command, "--out", tmp_path / "out.npz")
    assert done.exit_code == 2 and f"pip install -e '{CLONE}[data]'" in done.stderr
    assert len(done.stderr.replace("\r", "\n").strip().splitlines()[-1].split("Error: ")) == 2
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.slow
@pytest.mark.parametrize("script", ["cmu", "human36m", "mpi_inf_3dhp"])
def test_help_is_light(script):
    code = f"import sys, {script}; print(sorted({{'torch', 'numpy', 'pandas', 'scipy', 'h5py'}} & set(sys.modules)))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (SCRIPTS, Path.cwd())))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
