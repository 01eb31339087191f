"""liftkit data: what left for data_scripts is named in one line; the rest is make, show, report and keypoints."""

import pytest
from command import run

from liftkit import load_poses, save_poses


@pytest.mark.parametrize(
    ("words", "script"),
    [
        (["cmu", "asf", "35.asf", "--check"], "data_scripts/cmu.py asf 35.asf --check"),
        (["human36m"], "data_scripts/human36m.py --help"),
        (["human36m", "--help"], "data_scripts/human36m.py --help"),
        (["mpi-inf-3dhp", "convert", "my folder"], "data_scripts/mpi_inf_3dhp.py convert 'my folder'"),
    ],
)
def test_a_command_that_moved_names_its_script_in_one_line(words, script):
    done = run("data", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ") and done.stderr.endswith(f" python {script}\n")
    assert done.stderr.count("\n") == 1


def test_help_lists_what_is_there():
    found = run("data", "--help").stdout
    assert all(name in found for name in ("make", "show", "report", "keypoints"))
    assert not any(name in found for name in ("cmu", "human36m", "mpi"))


@pytest.mark.slow
def test_every_option_of_make_arrives(tmp_path):
    done = run("data", "make", tmp_path / "a.npz", "--seed", 3, "--coupling", 1, "--rig", "perspective")
    assert done.exit_code == 0, done.output
    found, expected = load_poses(tmp_path / "a.npz"), load_poses("synthetic", seed=3, coupling=1.0, rig="perspective")
    assert found.units == "px" and found.x2d.tobytes() == expected.x2d.tobytes()
    again = run("data", "make", tmp_path / "a.npz")
    assert again.exit_code == 2 and "nothing is overwritten" in again.stderr


def test_show_counts_what_is_in_a_file(tiny_poses, tmp_path):
    found = run("data", "show", save_poses(tiny_poses, tmp_path / "a.npz")).stdout
    rows = {line.split()[0]: line.split()[1:] for line in found.splitlines() if line.strip().startswith("t")}
    assert rows == {"train": ["16", "4", "2", "2"], "test": ["8", "2", "1", "2"]}
