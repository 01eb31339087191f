"""The command line, driven as a user drives it; training is tiny, the data a handful of synthetic poses."""

import re
import subprocess
import sys

import pandas as pd
import pytest
from command import run

from liftkit import Run, evaluate, load_poses, save_poses
from liftkit.data.pose_files import load_pose_file

TINY = ["--steps", "20", "--width", "16", "--batch", "16"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    poses = load_poses("synthetic").select(camera=0)
    return save_poses(poses.select(slice(None, None, 40)), tmp_path_factory.mktemp("data") / "small.npz")


@pytest.fixture(scope="module")
def trained(small, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "tiny"
    result = run("train", "--data", small, "--seeds", 2, "--out", out, *TINY)
    assert result.exit_code == 0 and "not be kept" not in result.output, result.output
    return out


@pytest.mark.slow
def test_python_m_liftkit_is_the_command():
    ran = subprocess.run([sys.executable, "-m", "liftkit", "--help"], capture_output=True, text=True, check=True)
    assert "Usage: liftkit" in ran.stdout


@pytest.mark.slow
def test_train_saves_a_run_and_the_results_it_prints(trained, small):
    loaded, results = Run.load(trained), pd.read_csv(trained / "results.csv")
    assert loaded.config.steps == 20 and loaded.seeds == (0, 1)
    assert list(results.columns[:2]) == ["representation", "seed"]
    assert set(results.representation) == {"legs_torso"}
    again = evaluate(loaded, load_pose_file(small).test)
    pd.testing.assert_frame_equal(results.drop(columns="representation"), again, rtol=1e-4, check_dtype=False)
    assert {"representation", "seed", "step"} <= set(pd.read_csv(trained / "history.csv").columns)


@pytest.mark.slow
def test_train_prints_parameters_and_both_baselines(small):
    output = run("train", "--data", small, "--seeds", 1, *TINY).output
    assert "parameters per member" in output and "flat" in output and "chance" in output
    assert "will not be kept" in output


@pytest.mark.slow
def test_train_without_truth_says_that_it_cannot_evaluate(small, tmp_path):
    from dataclasses import replace

    path = save_poses(replace(load_pose_file(small), x3d=None), tmp_path / "no3d.npz")
    result = run("train", "--data", path, "--seeds", 1, *TINY)
    assert result.exit_code == 0 and "no 3D truth" in result.output


@pytest.mark.slow
def test_a_study_writes_its_tables_shows_them_and_goes_on(small, tmp_path):
    given = ["study", "--data", small, "--representations", "full, legs_torso", "--seeds", 2, "--out", tmp_path / "st"]
    result = run(*given, *TINY)
    assert result.exit_code == 0, result.output
    results = pd.read_csv(tmp_path / "st" / "results.csv")
    assert {"representation", "seed"} <= set(pd.read_csv(tmp_path / "st" / "history.csv").columns)
    assert set(results.representation) == {"full", "legs_torso"} and set(results.seed) == {0, 1}
    mean = results[(results.policy == "last") & (results.representation == "full")].pa_mpjpe_reflection.mean()
    assert f"{mean:.2f}" in result.output and "oracle" in result.output
    again = run(*given, *TINY, columns=80)
    assert again.exit_code == 0
    assert f" {mean:.2f} " in again.output and "representation seeds" in again.output  # whole, each in its line
    words = " ".join(again.output.split())
    assert "Minus full, seed by seed" in words and "undecided" in words
    assert "seed mirrored" in words or "worst seed" in words
    flat = pd.read_csv(tmp_path / "st" / "references.csv").set_index("lifter").loc["flat"].pa_mpjpe_reflection
    assert f" {flat:.2f} " in again.output
    refused = run(*given, *TINY, "--batch", 8)
    assert refused.exit_code == 2 and "config.batch was 16, is now 8" in " ".join(refused.output.split())
    assert run(*given, *TINY, "--batch", 8, "--restart", "--processes", 1).exit_code == 0


@pytest.mark.slow
def test_evaluate_repeats_the_training_results(trained, small):
    result = run("evaluate", trained, "--data", small)
    mean = pd.read_csv(trained / "results.csv").n_mpjpe.mean()
    assert result.exit_code == 0 and f"{mean:.2f}" in result.output


def test_evaluate_by_joint_lists_every_joint(trained, small):
    output = run("evaluate", trained, "--data", small, "--by", "joint").output
    assert "left_wrist" in output and "pelvis" not in output


def test_draw_writes_a_row_for_each_pose(trained, small, tmp_path):
    result = run("draw", trained, "--data", small, "--out", tmp_path / "picture.svg", "--count", 3)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "picture.svg").read_text().count("<g transform") == 9


@pytest.mark.slow
def test_data_make_and_show_agree(tmp_path):
    made = run("data", "make", tmp_path / "made.npz", "--rig", "perspective")
    assert made.exit_code == 0 and load_pose_file(tmp_path / "made.npz").units == "px"
    shown = run("data", "show", tmp_path / "made.npz")
    count = len(load_pose_file(tmp_path / "made.npz").test)
    assert shown.exit_code == 0 and str(count) in shown.output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["train", "--representation", "legs"], "'legs' full legs_torso"),
        (["train", "--data", "nowhere.npz"], "nowhere.npz no such file"),
        (["train", "--data", "human"], "'human' synthetic"),
        (["train", "--prior", "magic"], "'magic' paper, gravity"),
        (["train", "--preset", "fast"], "'fast' lesson, paper"),
        (["train", "--width", "0"], "width 1 0"),
        (["train", "--seeds", "1" + "0" * 30], "10,000 seeds"),
        (["study", "--out", "new", "--seeds", "2000000000"], "10,000 seeds"),
        (["train", "--out", "{trained}"], "{trained} nothing is overwritten"),
        (["evaluate", "nowhere"], "nowhere run"),
        (["evaluate", "{trained}", "--by", "colour"], "action, subject, joint 'colour'"),
        (["evaluate", "{trained}", "--split", "dev"], "split 'dev'"),
        (["draw", "{trained}", "--out", "x.svg", "--member", "9"], "--member 9 0 to 1"),
        (["data", "make", "{small}"], "{small} nothing is overwritten"),
        (["data", "make", "new.npz", "--coupling", "2"], "coupling 2"),
        (["data", "make", "missing/new.npz"], "no folder missing"),
        (["study", "--out", "{trained}"], "{trained} study"),
        (["study", "--out", "{small}"], "{small} file folder"),
        (["study", "--out", "new", "--representations", "legs"], "'legs'"),
        (["study", "--out", "new", "--policies", "last, first"], "'first' last"),
        (["study", "--out", "new", "--data", "nowhere.npz"], "nowhere.npz no such file"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(arguments, expected, trained, small):
    """``expected``: words of the message, in this order."""
    result = run(*(a.format(trained=trained, small=small) for a in arguments), columns=1000)
    assert result.exit_code == 2 and len(result.output.splitlines()) == 1
    facts = map(re.escape, expected.format(trained=trained, small=small).split())
    assert re.search(".*".join(facts), result.output), result.output


@pytest.mark.parametrize("command", [[], ["train"], ["study"], ["evaluate"], ["draw"], ["data"], ["doctor"]])
def test_help_has_an_example(command):
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output and (command in ([], ["data"]) or "Example" in result.output)


def test_a_run_stopped_early_is_saved_and_exits_with_3(small, tmp_path, monkeypatch):
    from liftkit import training

    def interrupt(trainer):
        raise KeyboardInterrupt

    monkeypatch.setattr(training.Trainer, "step", interrupt)
    result = run("train", "--data", small, "--seeds", 1, "--out", tmp_path / "cut", *TINY)
    assert result.exit_code == 3 and "interrupted at step 0" in result.output
    assert "interrupted" in Run.load(tmp_path / "cut").message
