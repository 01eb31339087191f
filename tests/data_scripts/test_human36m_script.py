"""data_scripts/human36m.py writes one pose file and where it came from, or one line of error and nothing."""

import hashlib
import json

import numpy as np
import pytest
from human36m_files import archive, check_known, fetched, npz2d, npz3d
from readers.human36m import film_recordings, read_videopose3d
from scripts import call_script

from liftkit.data.pose_files import load_pose_file


def call(*arguments):
    return call_script("human36m", *arguments)


def test_the_script_writes_one_file_and_where_it_came_from(tmp_path):
    source = npz3d(tmp_path / "in.npz")
    done = call("videopose3d", source, "--out", tmp_path / "out.npz", "--every", 2)
    assert done.exit_code == 0, done.output
    poses, expected = load_pose_file(tmp_path / "out.npz"), list(film_recordings(read_videopose3d(source), every=2))
    for field in ("x2d", "x3d", "subject", "action", "split", "clip", "frame", "camera"):
        whole = np.concatenate([getattr(part, field) for part in expected])
        np.testing.assert_array_equal(getattr(poses, field), whole)
    assert (poses.units, poses.name) == ("px", "human36m")
    check_known(poses.train)
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["poses"] == len(poses) == 40
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert told["inputs"] == [{"file": "in.npz", "bytes": source.stat().st_size, "sha256": digest}]
    assert told["sets"][0] == {"split": "test", "subject": "S11", "action": "Directions", "camera": 0, "poses": 2}
    assert told["provenance"]["liftkit"] and told["options"]["every"] == 2
    assert "Missing: S5 altogether" in done.stdout and "Missing: S1: Discussion, Eating" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.npz", "out.json", "out.npz"]


def test_a_dry_run_tells_the_same_and_writes_nothing(tmp_path):
    found = archive(tmp_path)
    done = call("archives", tmp_path, "--out", tmp_path / "out.npz", "--check")
    assert done.exit_code == 0, done.output
    assert "24 poses; would be written to" in done.stdout and "Nothing was written" in done.stdout
    assert "Missing: S11 altogether" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [found.name]


@pytest.mark.slow
def test_the_script_reads_all_three_forms(tmp_path):
    archive(tmp_path)
    fetched(tmp_path / "fetched")
    npz3d(tmp_path / "in.npz")
    npz2d(tmp_path / "cpn.npz", shift=1)
    forms = [("archives", tmp_path), ("fetched", tmp_path / "fetched"),
             ("videopose3d", tmp_path / "in.npz", "--detections", tmp_path / "cpn.npz")]  # fmt: skip
    for form in forms:
        out = tmp_path / f"{form[0]}_out.npz"
        done = call(*form, "--out", out)
        assert done.exit_code == 0, done.output
        check_known(load_pose_file(out))
    assert json.loads((tmp_path / "videopose3d_out.json").read_text())["options"]["detections"] == "cpn.npz"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["archives", "."], "expected Poses_D3_Positions_S1.tgz and so on, found none"),
        (["fetched", "."], "expected files S1/Directions-1/annot.h5 and so on, found none"),
        (["videopose3d", "nowhere.npz"], "nowhere.npz: there is no such file"),
        (["videopose3d", "in.npz", "--out", "in.npz"], "in.npz exists already; nothing is overwritten"),
        (["videopose3d", "in.npz", "--out", "old.npz"], "old.json exists already; nothing is overwritten"),
        (["videopose3d", "in.npz", "--out", "nowhere/out.npz"], "there is no folder"),
        (["videopose3d", "in.npz", "--out", "out.txt"], "name ends in .npz"),
        (["videopose3d", "in.npz", "--distortion", "--detections", "in.npz"], "--distortion is for projected 2D"),
    ],
)
def test_the_scripts_errors_are_one_line_and_write_nothing(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    npz3d(tmp_path / "in.npz")
    (tmp_path / "old.json").write_text("{}")
    done = call(*arguments)
    assert done.exit_code == 2
    assert f"Error: {arguments[1]}" in done.stderr or message in done.stderr
    assert message in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.npz", "old.json"]


def test_damage_in_the_middle_leaves_nothing_half_written(tmp_path):
    source = npz3d(tmp_path / "in.npz", subjects=("S1", "S11"), Photo=np.zeros((2, 32, 3), np.float32))
    done = call("videopose3d", source, "--out", tmp_path / "out.npz")
    assert done.exit_code == 2
    assert "in.npz: S1: Photo: joints must be in millimetres" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.npz"]
