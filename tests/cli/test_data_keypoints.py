"""liftkit data keypoints: a pose file from keypoints, and the record of where it comes from."""

import hashlib
import json

import numpy as np
from command import run
from keypoint_files import openpose
from scripts import disk_full

from liftkit.data.pose_files import load_pose_file
from liftkit.keypoints.reading import read_keypoints
from liftkit.recorded import sample_keypoints

SAMPLE = sample_keypoints()


def test_it_writes_poses_and_where_they_come_from(tmp_path):
    out = tmp_path / "walk.npz"
    checked = run("data", "keypoints", SAMPLE, "--out", out, "--check")
    assert "Nothing is written" in checked.output and not list(tmp_path.iterdir())
    done = run("data", "keypoints", SAMPLE, "--out", out)
    assert done.exit_code == 0, done.output
    np.testing.assert_array_equal(load_pose_file(out).x2d, read_keypoints(SAMPLE)[0].x2d)
    about = json.loads(out.with_suffix(".json").read_text())
    assert about["inputs"][0]["sha256"] == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    assert about["used"]["kept"] == len(load_pose_file(out)) and "provenance" in about
    assert str(tmp_path) not in out.with_suffix(".json").read_text()
    whole = out.read_bytes()
    again = run("data", "keypoints", SAMPLE, "--out", out)
    assert again.exit_code == 2 and "nothing is overwritten" in again.output and out.read_bytes() == whole


def test_it_leaves_nothing_behind_if_the_disk_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", disk_full)
    done = run("data", "keypoints", openpose(tmp_path), "--out", tmp_path / "walk.npz")
    assert done.exit_code == 2 and "No space left on device" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["openpose"]
