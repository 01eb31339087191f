"""Over time: wild points, a range of frames, and marks of what was interpolated and how certain a detector was."""

import csv
import io
import json

import numpy as np
import pytest
from command import run
from keypoint_files import points, write

from liftkit import load_poses, save_poses
from liftkit.keypoints.gaps import without_wild
from liftkit.keypoints.names import COCO
from liftkit.keypoints.reading import read_keypoints
from liftkit.skeleton import H36M_17

WRIST = COCO.index("left_wrist")


def film(path, frames=24, change=lambda f, p: None):
    rows = []
    for f in range(frames):
        p = points(COCO, f)
        change(f, p)
        rows.append({"frame": f, "keypoints": p.ravel().tolist()})
    return write(path / "film.json", rows)


def wild(f, p):
    """Two frames in which a detector is sure of a wrist that lies 700 px away."""
    if f in (10, 11):
        p[WRIST, :2] += (700, -300)


def wrist(poses):
    return poses.x2d[:, H36M_17.index("left_wrist")]


def test_wild_points_are_dropped_if_asked_and_said(tmp_path):
    path = film(tmp_path, change=wild)
    plain, right = read_keypoints(path)[0], read_keypoints(film(tmp_path))[0]
    assert np.abs(wrist(plain) - wrist(right))[10:12].max() > 600
    path = film(tmp_path, change=wild)
    poses, usage = read_keypoints(path, drop_wild=True)
    np.testing.assert_allclose(poses.x2d, right.x2d, atol=0.01)  # the person moves evenly: so do interpolated points
    assert usage.interpolated_points == 2 and "2 wild points dropped" in str(usage)


def test_fast_limbs_are_not_wild():
    seconds = np.arange(60) / 30
    pose = np.repeat(points(COCO, 0)[None, :, :2], 60, axis=0)
    pose[:, WRIST, 0] += 200 * np.sin(2 * np.pi * 1.5 * seconds)  # a wrist that waves 1.5 times a second
    np.testing.assert_array_equal(without_wild(pose), pose)


def test_scores_and_interpolated_points_are_marked_for_every_joint(tmp_path):
    def change(f, p):
        p[:, 2] = 0.9
        p[COCO.index("left_hip"), 2] = 0.6
        if f == 5:
            p[WRIST, 2] = 0.1

    path = film(tmp_path, 8, change)
    usage = read_keypoints(path)[1]
    marks, record = usage.marks, json.dumps(usage.to_dict())
    assert "marks" not in record and '"interpolated_points": 1' in record
    at = {name: k for k, name in enumerate(H36M_17.names)}
    expected = np.zeros((8, 17), bool)
    expected[5, at["left_wrist"]] = True
    np.testing.assert_array_equal(marks["interpolated"], expected)
    assert marks["score"][0, [at["left_hip"], at["pelvis"], at["right_hip"]]].tolist() == [0.6, 0.6, 0.9]
    assert np.isnan(marks["score"][5, at["left_wrist"]])
    done = run("lift", path, "--out", tmp_path / "a.csv")
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert [float(row["left_wrist_interpolated"]) for row in rows] == [0, 0, 0, 0, 0, 1, 0, 0]
    assert rows[5]["left_wrist_score"] == "" and float(rows[4]["spine_score"]) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("text", "kept"), [("5:15:3", [5, 8, 11, 14]), (":4", [0, 1, 2, 3]), ("20:", [20, 21, 22, 23])]
)
def test_a_range_of_frames(text, kept, tmp_path):
    path = film(tmp_path)
    done = run("lift", path, "--frames", text, "--out", tmp_path / "a.npz")
    assert done.exit_code == 0, done.output
    assert np.load(tmp_path / "a.npz")["frame"].tolist() == kept
    done = run("data", "keypoints", path, "--frames", text, "--out", tmp_path / "b.npz")
    assert done.exit_code == 0 and load_poses(tmp_path / "b.npz").frame.tolist() == kept, done.output
    poses = save_poses(read_keypoints(path)[0], tmp_path / "poses.npz")
    assert run("lift", poses, "--frames", text, "--out", tmp_path / "c.npz").exit_code == 0
    assert np.load(tmp_path / "c.npz")["frame"].tolist() == kept


@pytest.mark.parametrize(
    ("text", "message"), [("5", "FIRST:END"), ("5:a", "FIRST:END"), ("5:9:0", "FIRST:END"), ("500:", "from 0 to 23")]
)
def test_a_wrong_range_is_one_clear_line(text, message, tmp_path):
    done = run("lift", film(tmp_path), "--frames", text)
    assert done.exit_code == 2 and message in " ".join(done.output.split())
    assert "A table in CSV" not in done.output  # nothing is wrong with the file
