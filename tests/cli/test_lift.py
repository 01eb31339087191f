"""liftkit lift: from keypoints to files, and what it says when it cannot."""

from dataclasses import replace

import numpy as np
import pytest
from command import run

from liftkit import Run, load_lifter, load_record, save_poses, train
from liftkit.keypoints.reading import read_keypoints
from liftkit.recorded import sample_keypoints
from liftkit.skeleton import H36M_17

SAMPLE = sample_keypoints()


@pytest.fixture(scope="module")
def lifted():
    """The sample, lifted by the lifter of the package: the mean over its members."""
    poses = read_keypoints(SAMPLE)[0]
    return poses, load_lifter().lift(poses.x2d).mean(0)


@pytest.mark.slow
def test_every_format_is_written_by_its_ending(tmp_path, lifted):
    for ending in "npz", "csv", "bvh", "glb", "html":
        done = run("lift", SAMPLE, "--out", tmp_path / f"out.{ending}", "--fps", 15)
        assert done.exit_code == 0, done.output
        assert "the mean of 8 seeds" in " ".join(done.output.split()) and "58 kept" in done.output
    np.testing.assert_allclose(np.load(tmp_path / "out.npz")["x3d_pred"], lifted[1], atol=1e-4)
    starts = {"csv": b"subject,", "bvh": b"HIERARCHY", "glb": b"glTF", "html": b"<!doctype html>"}
    for ending, start in starts.items():
        assert (tmp_path / f"out.{ending}").read_bytes().startswith(start)


@pytest.mark.slow
def test_a_run_of_ones_own_and_another_seed(tmp_path, lifted):
    poses, _ = lifted
    record = load_record("full")
    record.save(tmp_path / "mine")
    done = run("lift", SAMPLE, "--run", tmp_path / "mine", "--seed", 3, "--out", tmp_path / "x.npz")
    assert done.exit_code == 0 and "the run mine, seed 3" in done.output
    expected = Run.load(tmp_path / "mine").lift(poses.x2d)[3]
    np.testing.assert_array_equal(np.load(tmp_path / "x.npz")["x3d_pred"], expected)
    assert "spread" not in np.load(tmp_path / "x.npz")  # one lifter cannot differ from itself


@pytest.mark.slow
def test_it_says_which_poses_are_unlike_those_that_a_run_was_trained_on(tmp_path, lifted):
    poses, _ = lifted
    train("legs_torso", poses, (0, 1), width=16, batch=8, steps=1).save(tmp_path / "mine")
    usual = run("lift", SAMPLE, "--run", tmp_path / "mine", "--out", tmp_path / "a.npz")
    assert usual.exit_code == 0
    odd = poses.x2d.copy()
    odd[:30, H36M_17.index("left_ankle")] -= [0, 400]  # above the head
    path = save_poses(replace(poses, x2d=odd), tmp_path / "odd.npz")
    done = run("lift", path, "--run", tmp_path / "mine", "--out", tmp_path / "b.npz")
    assert "Unlike the training poses" in done.output and "legs in 30 of 58 poses (mostly left ankle)" in done.output
    assert "legs in 30" not in usual.output
    legs = np.load(tmp_path / "b.npz")["distance_legs"]
    assert (legs[:30] > 1).all() and (legs[30:] <= 1).all()
    assert np.load(tmp_path / "b.npz")["spread"].shape == (58, 17)


def test_a_pose_file_is_lifted_too(tmp_path, lifted):
    poses, x3d = lifted
    path = save_poses(poses, tmp_path / "poses.npz")
    assert run("lift", path, "--out", tmp_path / "x.npz").exit_code == 0
    np.testing.assert_allclose(np.load(tmp_path / "x.npz")["x3d_pred"], x3d, atol=1e-4)


@pytest.mark.parametrize("arguments", [[], ["--check", "--out", "{new}"]])
def test_a_dry_run_says_what_it_would_do_and_writes_nothing(arguments, tmp_path):
    done = run("lift", SAMPLE, *(a.format(new=tmp_path / "x.glb") for a in arguments))
    assert done.exit_code == 0 and "Nothing is written" in done.output and "58 kept" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.json"], "nowhere.json: there is no such file"),
        (["{sample}", "--out", "x.obj"], ".npz, .csv, .bvh, .glb, .html"),
        (["{sample}", "--out", "missing/x.glb"], "there is no folder"),
        (["{sample}", "--out", "{sample}"], "expected a name that ends in"),
        (["{sample}", "--out", "{there}"], "exists already; nothing is overwritten"),
        (["{sample}", "--record", "legs"], "no record of 'legs'; there are five_parts"),
        (["{sample}", "--seed", "9"], "the lifter of liftkit has the seeds 0, 1, 2"),
        (["{sample}", "--seed", "9", "--record", "full"], "the record of full has the seeds 0, 1, 2"),
        (["{sample}", "--record", "full", "--run", "mine"], "--record full and --run mine: each is a lifter"),
        (["{sample}", "--run", "nowhere"], "is not the folder of a run"),
        (["{sample}", "--size", "big"], "expected WIDTHxHEIGHT"),
        (["{sample}", "--format", "obj"], "unknown format 'obj'; the formats are coco"),
        (["{sample}", "--person", "3"], "there is no person '3'; its tracks are none"),
        (["{sample}", "--fps", "0"], "fps must be a positive number"),
    ],
)
def test_bad_input_is_one_clear_line(arguments, message, tmp_path):
    there = tmp_path / "there.csv"
    there.write_text("mine")
    done = run("lift", *(a.format(sample=SAMPLE, there=there) for a in arguments))
    assert done.exit_code == 2 and message in " ".join(done.output.split()), done.output
    assert "Traceback" not in done.output and there.read_text() == "mine"


def test_help_has_an_example():
    done = run("lift", "--help")
    assert done.exit_code == 0 and "Example" in done.output


def test_options_for_keypoints_are_refused_for_a_pose_file(tmp_path, lifted):
    path = save_poses(lifted[0], tmp_path / "poses.npz")
    given = ["--format", "csv", "--size", "10x10", "--aspect", 1, "--threshold", 0.3, "--max-gap", 10]
    done = run("lift", path, *map(str, given), "--person", "1", "--no-follow", "--check")
    assert done.exit_code == 2
    names = "--format, --size, --aspect, --threshold, --max-gap, --person, --follow"
    assert f"Error: {names}: a pose file is taken as it is" in " ".join(done.output.split())
    assert run("lift", path, "--fps", "25", "--stature", "1800", "--check").exit_code == 0
