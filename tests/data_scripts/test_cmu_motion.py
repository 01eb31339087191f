"""data_scripts/cmu.py turns ASF, AMC and BVH files into a pose file, or says what is wrong and writes nothing."""

import hashlib
import json
import re
from functools import partial

import numpy as np
import pytest
from formats.positions import read_positions
from motion_files import ASF_RIGHT_HAND_UP, BONES, RIGHT_HAND_UP, T_POSE, amc, asf, bvh
from scripts import call_script, disk_full

from liftkit.data.datasets import load_poses
from liftkit.skeleton import H36M_17

cmu = partial(call_script, "cmu")


@pytest.fixture
def captured(tmp_path):
    """A folder with a skeleton and two motions of subject 35, and two BVH files, one of them further below."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    contents = {
        "35.asf": asf(),
        "35_01.amc": amc([{}, ASF_RIGHT_HAND_UP] * 8),
        "35_02.amc": amc([ASF_RIGHT_HAND_UP] * 4),
        "one.bvh": bvh([T_POSE] * 100),
        "deep/two.BVH": bvh([RIGHT_HAND_UP] * 10, time="0.033333"),
        "readme.txt": b"not motion",
        "index.txt": b"35_01\twalk, turn\n35_03\trun\n",
    }
    for name, content in contents.items():
        (tmp_path / "in" / name).write_bytes(content)
    return tmp_path / "in"


def hands_above_the_head(poses):
    """The sides whose wrist is above the head (y is down) in the last frame, seen by every camera."""
    last = {name: poses.x3d[-4:, H36M_17.index(name), 1] for name in ("head", "left_wrist", "right_wrist")}
    return [side for side in ("left", "right") if (last[f"{side}_wrist"] < last["head"]).all()]


def test_acclaim_files_become_a_pose_file(tmp_path, captured):
    files = [captured / name for name in ("35.asf", "35_01.amc", "35_02.amc")]
    out = tmp_path / "out.npz"
    done = call_script(
        "cmu", "asf", *files, "--out", out, "--test", "35_02", "--index", captured / "index.txt", "--seed", 3
    )
    assert done.exit_code == 0, done.output
    assert "Not in the index: 35_02" in done.stdout
    poses = load_poses(out)
    assert len(poses) == 4 * (4 + 1)  # 16 and 4 frames at 120 a second, by four cameras at 30
    assert set(poses.subject) == {"35"}
    assert set(poses.train.action), set(poses.test.action) == ({"walk, turn"}, {"35_02"})
    assert hands_above_the_head(poses) == ["right"]
    record = json.loads((tmp_path / "out.json").read_text())
    sums = {entry["file"]: entry["sha256"] for entry in record["inputs"]}
    assert sums == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in [*files, captured / "index.txt"]}
    assert (record["options"]["fps"], record["options"]["seed"], record["options"]["test"]) == (30, 3, ["35_02"])
    assert "numpy" in record["provenance"]
    assert str(tmp_path) not in json.dumps(record)


def test_joint_positions_of_many_bodies_are_what_positions_films(tmp_path, captured):
    small = [(name, parent, [0.9 * v for v in vector], *rest) for name, parent, vector, *rest in BONES]
    (captured / "07.asf").write_bytes(asf(small))
    (captured / "07_01.amc").write_bytes(amc([{}] * 8))
    words = ["asf", captured, "--test", "07", "--index", captured / "index.txt", "--seed", 2]
    for name, more in ("filmed", []), ("world", ["--rig", "none"]):
        done = cmu(*words, "--out", tmp_path / f"{name}.npz", *more)
        assert done.exit_code == 0, done.output
    assert "Joint positions in 7 frames, saved in" in done.stdout
    motion = read_positions(tmp_path / "world.npz")
    assert (motion.fps, motion.joints.shape) == (30, (2 + 4 + 1, 17, 3))
    assert list(zip(motion.subject, motion.action, motion.split, strict=True))[1:3] == [
        ("07", "07_01", "test"), ("35", "walk, turn", "train")
    ]  # fmt: skip
    thigh = [H36M_17.index(f"left_{joint}") for joint in ("hip", "knee")]
    lengths = np.linalg.norm(np.diff(motion.joints[:, thigh], axis=1), axis=-1)[:, 0]
    np.testing.assert_allclose(lengths, np.where(motion.subject == "07", 0.9, 1) * 420, atol=0.01)
    done = cmu("positions", tmp_path / "world.npz", "--out", tmp_path / "again.npz", "--seed", 2)
    assert done.exit_code == 0, done.output
    again, filmed = load_poses(tmp_path / "again.npz"), load_poses(tmp_path / "filmed.npz")
    np.testing.assert_allclose(again.x3d, filmed.x3d, atol=1e-3)
    for field in ("subject", "action", "clip", "frame", "camera", "split"):
        np.testing.assert_array_equal(getattr(again, field), getattr(filmed, field))


def test_folders_are_searched_and_rates_resampled(tmp_path, captured):
    done = call_script(
        "cmu", "bvh", captured, "--out", tmp_path / "b.npz", "--fps", 50, "--rig", "perspective", "--test", "two"
    )
    assert done.exit_code == 0, done.output
    poses = load_poses(tmp_path / "b.npz")
    assert poses.units == "px"
    assert hands_above_the_head(poses.select(action="two")) == ["right"]
    assert hands_above_the_head(poses.select(action="one")) == []
    assert len(poses.select(action="one")) == 4 * 50
    assert len(poses.test) == 4 * 16  # 9 steps of 1/30 s hold 15 of 1/50 s
    done = cmu("asf", captured, "--out", tmp_path / "a.npz", "--source-fps", 30)
    assert done.exit_code == 0, done.output
    assert len(load_poses(tmp_path / "a.npz")) == 4 * 20


def test_a_check_says_what_there_is_and_writes_nothing(tmp_path, captured):
    (captured / "broken.bvh").write_bytes(b"HIERARCHY\nMOTION\n")
    before = sorted(tmp_path.rglob("*"))
    done = cmu("asf", captured, "--out", tmp_path / "out.npz", "--test", "35_02", "--check")
    assert done.exit_code == 0, done.output
    assert re.search(r"35_01: 16 frames at 120 .*ankle to head", done.stdout)
    assert "upright in 100% of them" in done.stdout
    assert "Would write PoseSet 'out': 20 poses" in done.stdout
    assert "(16 train, 4 test)" in done.stdout
    done = cmu("bvh", captured, "--out", tmp_path / "out.npz", "--check")
    assert done.exit_code == 2
    assert "one: 100 frames" in done.stdout and "two: 10 frames" in done.stdout
    assert re.search(r"Error: 1 of 3 files cannot be read:\n  .*broken\.bvh: HIERARCHY: ", done.stderr)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bvh", "IN/none.bvh"], "none.bvh: there is no such file"),
        (["bvh", "IN/none"], "expected a file whose name ends in .bvh, or a folder"),
        (["bvh", "IN/readme.txt"], "expected a file whose name ends in .bvh, or a folder"),
        (["bvh", "IN/one.bvh", "--map", "IN/readme.txt"], "readme.txt: Expecting value"),
        (["bvh", "IN/one.bvh", "--scale", "1"], "one.bvh: joints must be in millimetres"),
        (["bvh", "IN/one.bvh", "--up", "w"], "up must be auto, y, z, x, -y, -z, -x, found 'w'"),
        (["bvh", "IN/one.bvh", "--fps", "0"], "two positive frame rates"),
        (["bvh", "IN/one.bvh", "--test", "three"], "--test three: no clip or subject of that name; the clips: one"),
        (["bvh", "IN/one.bvh", "--rig", "fisheye"], "unknown rig 'fisheye'"),
        (["bvh", "IN/one.bvh", "--out", "IN/one.bvh"], "name ends in .npz, found 'one.bvh'"),
        (["bvh", "IN/one.bvh", "--out", "IN/no/out.npz"], "there is no folder"),
        (["bvh", "IN/one.bvh", "--index", "IN/readme.txt"], "readme.txt: expected lines"),
        (["asf", "IN/35.asf"], "expected .asf and .amc files, found 1 and 0"),
        (["asf", "IN/deep"], "no .asf or .amc file there"),
        (["clips", "IN/readme.txt"], "expected lines"),
        (["download", "1", "1", "--folder", "IN/no"], "there is no folder"),
    ],
)
def test_wrong_arguments_of_motion_files(tmp_path, captured, words, message):
    before = sorted(tmp_path.rglob("*"))
    words = [word.replace("IN", str(captured), 1) if word.startswith("IN") else word for word in words]
    if words[0] in ("asf", "bvh") and "--out" not in words:
        words += ["--out", tmp_path / "out.npz"]
    done = cmu(*words)
    assert (done.exit_code, message in done.stderr) == (2, True), done.output
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_is_overwritten_and_a_full_disk_leaves_nothing(tmp_path, captured, monkeypatch):
    (tmp_path / "out.json").write_text("mine")
    done = cmu("bvh", captured / "one.bvh", "--out", tmp_path / "out.npz")
    assert done.exit_code == 2
    assert "out.json exists already; nothing is overwritten" in done.stderr
    (tmp_path / "out.json").unlink()
    calls = []
    full = lambda *_: calls.append(1) or len(calls) == 2 and disk_full()  # noqa: E731
    monkeypatch.setattr("os.fsync", full)  # the second file, the record, does not fit
    done = cmu("bvh", captured / "one.bvh", "--out", tmp_path / "out.npz")
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_person_upside_down_is_mentioned(tmp_path):
    (tmp_path / "z.bvh").write_bytes(bvh([{"Hips": {"X": 90}}]))
    done = cmu("bvh", tmp_path / "z.bvh", "--out", tmp_path / "out.npz", "--check")
    assert "Note: z: up is z" in done.stdout and "Warning" not in done.stderr
    done = cmu("bvh", tmp_path / "z.bvh", "--up", "y", "--out", tmp_path / "out.npz", "--check")
    assert "Warning: z: the head is mostly below a foot, in 100% of the frames. Is another axis up" in done.stderr
    done = cmu("bvh", tmp_path / "z.bvh", "--up", "z", "--out", tmp_path / "out.npz", "--check")
    assert done.exit_code == 0 and "Warning" not in done.stderr


def test_clips_are_listed_by_action(tmp_path):
    (tmp_path / "index.txt").write_text("02_01\twalk\n02_03\trun/jog\n07_01\twalk\n")
    done = cmu("clips", tmp_path / "index.txt")
    assert done.stdout.splitlines() == ["run/jog: 02_03", "walk: 02_01 07_01", "3 clips, 2 descriptions."]
    done = cmu("clips", tmp_path / "index.txt", "--find", "RUN")
    assert done.stdout.splitlines() == ["run/jog: 02_03", "1 clips, 1 descriptions."]
