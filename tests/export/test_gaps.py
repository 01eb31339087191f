"""A film in which joints are hidden, from keypoints to files: what is seen is lifted, and nothing is made up."""

import csv
import io
import json

import numpy as np
import pytest
from command import run
from lab import browser, needs_chromium

from liftkit import load_record, save_poses
from liftkit.keypoints.names import COCO
from liftkit.keypoints.reading import read_keypoints
from liftkit.poses import PoseSet
from liftkit.recorded import sample_keypoints
from liftkit.skeleton import H36M_17

LEGS = [H36M_17.index(f"{side}_{joint}") for side in ("right", "left") for joint in ("hip", "knee", "ankle")]
TORSO = [joint for joint in range(1, 17) if joint not in LEGS]
HIDDEN = 20  # frames behind a table, from the first


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """The sample, whose person stands behind a table at first: without knees and ankles, but with hips."""
    film = json.loads(sample_keypoints().read_bytes())
    for person in film["annotations"]:
        for name in ("left_knee", "right_knee", "left_ankle", "right_ankle"):
            if person["image_id"] < HIDDEN:
                person["keypoints"][3 * COCO.index(name) + 2] = 0.0
    path = tmp_path_factory.mktemp("film") / "table.json"
    path.write_text(json.dumps(film))
    return path


def words(done) -> str:
    return " ".join(done.output.split())


def test_a_lesson_keeps_complete_frames_and_lifting_those_with_hips(table):
    whole, usage = read_keypoints(table, max_gap=0)
    partial, more = read_keypoints(table, max_gap=0, incomplete=True)
    assert usage.partial == 0 and usage.incomplete + usage.kept == more.incomplete + more.kept
    assert more.kept > usage.kept and more.partial == more.kept - usage.kept
    assert f"{more.kept} kept, of which {more.partial} lack joints" in str(more)
    assert f"({more.partial} with joints missing)" in repr(partial) and whole.seen.all()
    np.testing.assert_array_equal(partial.select(partial.seen.all(1)).x2d, whole.x2d)


def test_the_torso_behind_a_table_is_lifted_as_if_the_legs_were_seen(table, tmp_path):
    done = run("lift", table, "--max-gap", "0", "--out", tmp_path / "a.npz")
    assert done.exit_code == 0, done.output
    assert "lack joints" in words(done) and "frames are lifted: legs in" in words(done)
    assert run("lift", sample_keypoints(), "--max-gap", "0", "--out", tmp_path / "b.npz").exit_code == 0
    with np.load(tmp_path / "a.npz") as ours, np.load(tmp_path / "b.npz") as complete:
        assert np.isnan(ours["x3d_pred"][:10][:, LEGS, 2]).all()
        both, i, j = np.intersect1d(ours["frame"], complete["frame"], return_indices=True)
        assert len(both) > HIDDEN
        np.testing.assert_allclose(ours["x3d_pred"][i][:, TORSO], complete["x3d_pred"][j][:, TORSO], atol=1e-3)


def test_a_table_of_numbers_has_empty_cells(table, tmp_path):
    assert run("lift", table, "--max-gap", "0", "--out", tmp_path / "a.csv").exit_code == 0
    first = next(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert first["left_ankle_x2d"] == first["left_ankle_z"] == first["left_hip_z"] == ""
    assert all(float(first[name]) for name in ("left_hip_x2d", "left_hip_x", "left_wrist_z"))


@pytest.mark.parametrize("ending", ["bvh", "glb"])
def test_files_that_need_every_joint_hold_the_complete_frames(table, tmp_path, ending):
    complete, usage = read_keypoints(table, max_gap=0)
    assert run("lift", table, "--max-gap", "0", "--out", tmp_path / f"a.{ending}").exit_code == 0
    path = save_poses(complete, tmp_path / "complete.npz")
    assert run("lift", path, "--out", tmp_path / f"b.{ending}").exit_code == 0
    assert len(complete) == usage.kept
    ours, theirs = ((tmp_path / f"{name}.{ending}").read_bytes() for name in "ab")
    assert len(ours) == pytest.approx(len(theirs), abs=20)  # the names differ


def test_without_a_complete_frame_such_a_file_is_refused(tmp_path):
    film = json.loads(sample_keypoints().read_bytes())
    for person in film["annotations"]:
        person["keypoints"][3 * COCO.index("left_ankle") + 2] = 0.0
    (tmp_path / "film.json").write_text(json.dumps(film))
    done = run("lift", tmp_path / "film.json", "--out", tmp_path / "a.glb")
    assert done.exit_code == 2 and "no frame has all joints" in words(done)
    done = run("lift", tmp_path / "film.json", "--record", "full", "--out", tmp_path / "a.npz")
    assert done.exit_code == 2 and "(left_ankle in" in words(done) and "legs_torso, five_parts" in words(done)


def test_a_lifter_of_the_whole_pose_warns_and_lifts_the_complete_frames(table, tmp_path):
    done = run("lift", table, "--max-gap", "0", "--record", "full", "--out", tmp_path / "a.npz")
    assert done.exit_code == 0 and "Warning: x2d:" in words(done) and "needs all of a pose" in words(done)
    assert "Traceback" not in done.output and "UserWarning" not in done.output
    assert np.load(tmp_path / "a.npz")["frame"].tolist() == read_keypoints(table, max_gap=0)[0].frame.tolist()


def test_training_evaluation_and_analysis_refuse_poses_with_gaps(table):
    from liftkit import learned_correlation, train

    poses, _ = read_keypoints(table, max_gap=0, incomplete=True)
    with pytest.raises(ValueError, match="to train on must be complete"):
        train("legs_torso", poses, steps=1, width=16)
    with pytest.raises(ValueError, match="needs complete poses; .* lack joints .*left_ankle"):
        learned_correlation(load_record("legs_torso"), poses)
    with pytest.raises(ValueError, match="x2d must be finite, found NaN"):
        PoseSet(poses.x2d, np.zeros((len(poses), 17, 3), np.float32))


@needs_chromium
def test_the_page_draws_what_is_known(table, tmp_path):
    assert run("lift", table, "--max-gap", "0", "--out", tmp_path / "a.html").exit_code == 0
    with browser() as page:
        page.goto((tmp_path / "a.html").as_uri())
        shown = (
            "node => [...node.querySelectorAll('line.lk-bone')].filter((one) => one.style.display !== 'none').length"
        )
        flat, solid = (page.locator(f'[data-key="{key}"] svg') for key in ("x2d", "x3d"))
        assert (flat.evaluate(shown), solid.evaluate(shown)) == (12, 10)  # 2D: to the hips; 3D: not their depths
        slider = page.get_by_role("slider", name="Frame")
        slider.focus()
        slider.press("End")
        page.wait_for_timeout(300)
        assert (flat.evaluate(shown), solid.evaluate(shown)) == (16, 16)
        assert "NaN" not in page.content().split("<script")[0] and page.complaints == []
