"""data_scripts/cmu.py turns joint positions into a pose file, or says what is wrong and writes nothing."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from formats.positions import read_positions
from raw_people import PLACES
from scripts import call_script, disk_full

from liftkit.data.cameras import film
from liftkit.data.datasets import load_poses
from liftkit.skeleton import H36M_17

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "cmu17_bodies.npz"


def arrays(**changes):
    """What a source file holds: two clips of three frames, with the given fields replaced or, by None, left out."""
    standing = np.subtract([PLACES[name] for name in H36M_17.names], PLACES["pelvis"])
    joints = (standing + np.random.default_rng(0).normal(scale=20, size=(6, 17, 3))).astype(np.float32)
    joints[:, 0], joints[:, H36M_17.index("left_hip")] = 0, -joints[:, H36M_17.index("right_hip")]
    source = {
        "joints_mm": joints,
        "subject": np.repeat(["cmu001", "cmu036"], 3),
        "clip": np.repeat(np.int32([3, 8]), 3),
        "frame": np.tile(np.int32([0, 1, 2]), 2),
        "action": np.repeat(["walk", "jump"], 3),
        "split": np.repeat(["train", "test"], 3),
        "fps": np.float32(30),
        "joint_names": np.array(H36M_17.names),
    } | changes
    return {field: array for field, array in source.items() if array is not None}


def saved(path, **changes):
    np.savez(path, **arrays(**changes))
    return path


def call(*arguments):
    return call_script("cmu", "positions", *arguments)


def test_motion_is_what_the_file_holds(tmp_path):
    motion = read_positions(saved(tmp_path / "in.npz"))
    np.testing.assert_array_equal(motion.joints, arrays()["joints_mm"])
    for field in ("subject", "clip", "frame", "action", "split"):
        assert getattr(motion, field).tolist() == arrays()[field].tolist()
    assert (motion.fps, motion.name) == (30.0, "cmu")


def test_a_pelvis_elsewhere_is_moved_to_the_midpoint_of_the_hips(tmp_path):
    """As in a file whose root is CMU's, above the hips, and whose people walk about."""
    joints = arrays()["joints_mm"]
    joints[:, 0] += [0, 108, 10]
    moved = read_positions(saved(tmp_path / "in.npz", joints_mm=joints + [500, 900, -300])).joints
    np.testing.assert_allclose(moved, arrays()["joints_mm"], atol=1e-3)
    assert not moved[:, 0].any()


@pytest.mark.parametrize(
    ("options", "rig", "seed"),
    [([], "orthographic", 0), (["--rig", "perspective", "--seed", "5"], "perspective", 5)],
)
def test_the_file_written_is_the_motion_filmed(tmp_path, options, rig, seed):
    source, out = saved(tmp_path / "in.npz"), tmp_path / "out.npz"
    done = call(source, "--out", out, *options)
    assert done.exit_code == 0, done.output
    assert "24 poses" in done.stdout and "out.npz" in done.stdout
    record = json.loads((tmp_path / "out.json").read_text())
    assert record["options"] == {"rig": rig, "seed": seed}
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert record["inputs"] == [{"file": "in.npz", "bytes": source.stat().st_size, "sha256": digest}]
    assert "24 poses" in record["poses"] and record["provenance"]["numpy"]
    found, expected = load_poses(out), film(read_positions(source), rig, seed)
    assert (found.units, found.name) == (expected.units, "cmu")
    for field in ("x2d", "x3d", "clip", "frame", "camera", "action", "split", "subject"):
        np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))


def test_positions_with_check_say_what_would_be_written_and_write_nothing(tmp_path):
    out = tmp_path / "out.npz"
    done = call(saved(tmp_path / "in.npz"), "--out", out, "--check")
    assert done.exit_code == 0, done.output
    assert re.search(r"Would write PoseSet 'cmu': 24 poses", done.stdout) and "Nothing is written" in done.stdout
    assert f"to {out} and {tmp_path / 'out.json'}" in " ".join(done.stdout.split())
    assert [path.name for path in tmp_path.iterdir()] == ["in.npz"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clip": None, "fps": None}, r"expected the fields clip, fps, found joints_mm, subject, frame"),
        ({"subject": None}, r"expected the fields subject, found joints_mm, clip"),
        ({"joint_names": np.array(H36M_17.names[::-1])}, "joint_names must be pelvis.*found right_wrist"),
        ({"joint_names": np.arange(17)}, "joint_names must be pelvis.*found 0, 1"),
        ({"joints_mm": np.zeros((5, 17, 3))}, r"joints_mm must have shape \(6, 17, 3\).*found \(5, 17, 3\)"),
        ({"joints_mm": np.zeros((6, 51))}, r"found \(6, 51\)"),
        ({"joints_mm": np.zeros((6, 17, 3), int)}, "joints_mm must hold floating-point numbers, found int64"),
        ({"joints_mm": np.full((6, 17, 3), np.nan)}, "joints_mm must be finite, found NaN, infinity or .* in frame 0"),
        ({"joints_mm": arrays()["joints_mm"] / 1000}, "joints_mm must be in millimetres: .*found 1"),
        ({"action": np.array(["walk"])}, r"action must have shape \(6,\).*found \(1,\)"),
        ({"clip": np.int32(3)}, r"must have shape \(1, 17, 3\).*found \(6, 17, 3\)"),
        ({"fps": np.float32([30, 30])}, r"fps must have shape \(\).*found \(2,\)"),
        ({"split": np.array(["train", "test"] * 3)}, "a clip must have one split, found several in clip 3"),
        ({"joints_mm": arrays()["joints_mm"][..., [0, 2, 1]] * [1, -1, 1]}, "must have y up, .* along z .*--up z"),
        ({"subject": np.array(["ann", "bob"] * 3)}, "a clip must have one subject, found several in clip 3"),
        ({"frame": np.array([0, 1, 1, 0, 1, 2])}, "frames of a clip must be in order .* in clip 3"),
        ({"frame": np.array([0, 1, 2, 2, 1, 0])}, "frames of a clip must be in order .* in clip 8"),
        ({"action": np.array(["walk"] * 6, object)}, r"in\.npz.*pickled objects, which liftkit never loads"),
        ({"clip": np.zeros(0, int), "joints_mm": np.zeros((0, 17, 3))}, r"hold something, found \(0, 17, 3\)"),
    ],
)
def test_a_wrong_file_says_what_was_found_and_writes_nothing(tmp_path, changes, message):
    done = call(saved(tmp_path / "in.npz", **changes), "--out", tmp_path / "out.npz")
    assert done.exit_code == 2
    assert re.match(f"Error: .*{message}", done.stderr), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.npz"]


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_a_foreign_file_is_refused(tmp_path, content):
    (tmp_path / "in.npz").write_bytes(content)
    done = call(tmp_path / "in.npz", "--out", tmp_path / "out.npz")
    assert done.exit_code == 2
    assert "in.npz: not a readable npz file" in done.stderr
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.parametrize(
    ("source", "out", "options", "message"),
    [
        ("nowhere.npz", "out.npz", [], "nowhere.npz: there is no such file"),
        ("in.npz", "nowhere/out.npz", [], "there is no folder"),
        ("in.npz", "out.txt", [], "name ends in .npz, found 'out.txt'"),
        ("in.npz", "in.npz", [], "in.npz exists already; nothing is overwritten"),
        (
            "in.npz",
            "out.npz",
            ["--rig", "fisheye"],
            "unknown rig 'fisheye'; the rigs are orthographic, perspective, wide",
        ),
    ],
)
def test_a_wrong_argument_says_what_there_is(tmp_path, source, out, options, message):
    whole = saved(tmp_path / "in.npz").read_bytes()
    done = call(tmp_path / source, "--out", tmp_path / out, *options)
    assert done.exit_code == 2
    assert message in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"in.npz": whole}


def test_a_full_disk_is_reported_and_leaves_nothing(tmp_path, monkeypatch):
    source = saved(tmp_path / "in.npz")
    monkeypatch.setattr("os.fsync", disk_full)
    done = call(source, "--out", tmp_path / "out.npz")
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.npz"]


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason=f"the CMU positions are not at {REAL}")
@pytest.mark.parametrize("rig", ["orthographic", "perspective"])
def test_real_people_are_upright_and_their_knees_bend_backwards(rig):
    poses = film(read_positions(REAL), rig)
    at = {name: poses.x3d[:, H36M_17.index(name)] for name in H36M_17.names}
    assert np.mean(at["head"][:, 1] < at["left_ankle"][:, 1]) > 0.95
    across = at["right_hip"] - at["left_hip"]
    bends = sum(
        (np.cross(at[f"{side}_hip"] - at[f"{side}_knee"], at[f"{side}_ankle"] - at[f"{side}_knee"]) * across).sum(-1)
        for side in ("left", "right")
    )
    assert np.mean(bends > 0) > 0.98  # METHOD.md: under 0.03 where left and right, or depth, were reversed
    assert len(poses.train) > len(poses.test) > 0
    assert (len(set(poses.train.subject)), len(set(poses.test.subject))) == (15, 8)
    assert not set(poses.train.subject) & set(poses.test.subject)


def test_the_network_is_used_in_one_place():
    uses = re.compile(r"^\s*(import|from) (urllib(?!\.parse)|http|requests|httpx|aiohttp|ftplib)\b", re.MULTILINE)
    files = [path for folder in ("liftkit", "data_scripts") for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in files if uses.search(path.read_text(encoding="utf-8"))] == ["download.py"]
