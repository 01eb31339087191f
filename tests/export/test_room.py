"""Lifted motion in metres: where it goes, where it stands, whether it keeps its size; long films have their page."""

from dataclasses import replace

import numpy as np
import pytest
from command import run

from liftkit import PoseSet, load_poses, load_record
from liftkit.data.people import heights
from liftkit.export.motion import LiftedMotion, content_of, lift_motion
from liftkit.export.page import MOST_FRAMES
from liftkit.export.steady import smooth, steady_bones
from liftkit.recorded import sample_keypoints
from liftkit.skeleton import H36M_17

ANKLES = [H36M_17.index("left_ankle"), H36M_17.index("right_ankle")]


def standing(frames, walk=(0.0, 0.0)):
    """Somebody 1700 units tall from ankle to head who moves by ``walk`` in each frame: motion in mm."""
    up = dict(pelvis=0, hip=0, knee=440, ankle=880, spine=-300, thorax=-600, neck=-710, head=-820)  # y down
    up |= dict(shoulder=-600, elbow=-320, wrist=-60)
    side = dict(left=150, right=-150)
    pose = [(side.get(n.split("_")[0], 0), up[n.split("_")[-1]], 20.0 * k) for k, n in enumerate(H36M_17.names)]
    x3d = np.repeat(np.array(pose, np.float32)[None], frames, axis=0)
    x3d -= x3d[:, :1]
    way = np.arange(frames)[:, None, None] * np.array(walk, np.float32)
    return LiftedMotion(PoseSet(x3d[..., :2] + way, units="mm", frame=np.arange(frames)), x3d, {})


def test_the_pelvis_moves_as_in_the_picture_if_asked():
    motion = standing(5, walk=(30, -10))
    np.testing.assert_allclose(motion.metres[:, 0], 0)
    moved = replace(motion, path=True).metres
    np.testing.assert_allclose(moved[:, 0], np.arange(5)[:, None] * [0.03, 0.01, 0], atol=1e-6)
    np.testing.assert_allclose(moved - moved[:, :1], motion.metres, atol=1e-6)


def test_the_feet_stand_on_the_ground_if_asked():
    motion = standing(5)
    assert motion.metres[:, ANKLES, 1].min() == pytest.approx(-0.88)
    stood = replace(motion, ground=True).metres
    np.testing.assert_allclose(stood[:, ANKLES, 1], 0, atol=1e-6)
    np.testing.assert_allclose(stood[:, 0], [[0, 0.88, 0]] * 5, atol=1e-6)


def test_steady_bones_keep_one_size_in_metres():
    motion = standing(6)
    grows = np.linspace(1, 2, 6, dtype=np.float32)[:, None, None]  # somebody comes nearer
    near = replace(motion, x3d=motion.x3d * grows)
    assert np.ptp(heights(near.metres)) > 1
    np.testing.assert_allclose(np.ptp(heights(replace(near, steady=True).metres)), 0, atol=1e-5)


def test_smoothing_leaves_lengths_and_steady_bones_leave_directions():
    rng = np.random.default_rng(0)
    x3d = standing(60).x3d + rng.normal(scale=30, size=(60, 17, 3)).astype(np.float32)
    clip, bones = np.zeros(60, int), np.array(H36M_17.bones)
    plain, steady = (x[:, bones[:, 1]] - x[:, bones[:, 0]] for x in (x3d, steady_bones(x3d, clip)))
    unit = lambda v: v / np.linalg.norm(v, axis=-1, keepdims=True)  # noqa: E731
    np.testing.assert_allclose(unit(plain), unit(steady), atol=1e-4)
    shares = np.linalg.norm(steady, axis=-1) / np.linalg.norm(steady, axis=-1).sum(1, keepdims=True)
    assert np.ptp(shares, axis=0).max() < 1e-4 < np.ptp(np.linalg.norm(plain, axis=-1), axis=0).max()
    jitter = [np.abs(np.diff(x, 2, axis=0)).mean() for x in (x3d, smooth(x3d, clip, np.arange(60), 30.0))]
    assert jitter[1] < 0.3 * jitter[0]


def test_a_film_too_long_for_a_page_is_shown_every_so_many_frames():
    motion = standing(2 * MOST_FRAMES + 1)
    page = content_of(motion, "new.html").decode()
    assert "one frame in 3, of 10,001" in page and len(page) < 6e6


def test_each_camera_of_a_clip_is_a_film_of_its_own():
    """Two cameras show one clip: together they are lifted and smoothed, and move, as each of them does alone."""
    poses = load_poses("synthetic")
    poses = poses.select(clip=int(poses.clip[0])).select(camera=[0, 1])
    how = dict(tilt=10.0, smooth=True, steady=True, path=True)
    both = lift_motion(load_record("legs_torso"), poses, **how)
    for camera in 0, 1:
        alone = lift_motion(load_record("legs_torso"), poses.select(camera=camera), **how)
        np.testing.assert_allclose(both.x3d[poses.camera == camera], alone.x3d, atol=1e-3)
        np.testing.assert_allclose(both.select(poses.camera == camera).metres, alone.metres, atol=1e-4)


def test_two_cameras_start_at_one_place():
    motion = standing(4, walk=(30, 0))
    poses = replace(motion.poses, camera=[0, 0, 1, 1], frame=[0, 1, 0, 1])
    pelvis = replace(motion, poses=poses, path=True).metres[:, 0]
    np.testing.assert_allclose(pelvis[:, 0], [0, 0.03, 0, 0.03], atol=1e-6)


def test_a_page_of_one_frame_says_how_the_person_stands():
    page = content_of(standing(1), "new.html").decode()
    assert page.count("upright, left hand at the belly, right hand at the belly, legs straight") == 2  # in 2D and in 3D


@pytest.mark.parametrize("options", [["--smooth"], ["--steady-bones"], ["--path", "--ground"], ["--drop-wild"]])
def test_each_option_reaches_the_file(options, tmp_path):
    for name, given in ("plain.bvh", []), ("other.bvh", options):
        done = run("lift", sample_keypoints(), "--fps", 15, *given, "--out", tmp_path / name)
        assert done.exit_code == 0, done.output
    same = (tmp_path / "plain.bvh").read_bytes() == (tmp_path / "other.bvh").read_bytes()
    assert same == (options == ["--drop-wild"])  # the sample has no wild points


def test_a_check_fails_where_writing_would(tmp_path):
    """Every complete frame is left out: .bvh has nothing to write, and the check finds that."""
    keypoints = tmp_path / "half.csv"
    names = ["nose", *(f"{s}_{p}" for s in ("left", "right") for p in ("shoulder", "elbow", "wrist", "hip", "knee"))]
    xy = {"nose": (500, 100), "shoulder": (60, 180), "elbow": (80, 280), "wrist": (90, 370), "hip": (40, 400)}
    xy |= {"knee": (40, 550)}

    def place(name):
        side, _, part = name.partition("_")
        return xy[name] if not part else (500 + (1 if side == "left" else -1) * xy[part][0], xy[part][1])

    header = [f"{n}_{a}" for n in (*names, "left_ankle", "right_ankle") for a in "xy"]
    rows = [",".join(map(str, [f, *(v for n in names for v in place(n)), "", "", "", ""])) for f in range(3)]
    keypoints.write_text("\n".join([",".join(["frame", *header]), *rows]))
    for check in [], ["--check"]:
        done = run("lift", keypoints, "--out", tmp_path / "a.bvh", *check)
        assert done.exit_code == 2 and "no frame has all joints" in " ".join(done.output.split()), done.output
    assert not (tmp_path / "a.bvh").exists()
