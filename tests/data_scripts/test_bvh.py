"""BVH: any skeleton, channel order and unit becomes our 17 joints; a damaged file says what is wrong."""

from pathlib import Path

import numpy as np
import pytest
from formats.bvh import read_bvh, read_points
from formats.meaning import UNITS, unit_of
from hypothesis import given
from hypothesis import strategies as st
from motion_files import CMU, RIGHT_HAND_UP, T_POSE, bvh, joint_at, short
from scipy.spatial.transform import Rotation

from liftkit.data.synthetic import synthetic_motion
from liftkit.export.bvh import bvh_bytes


def saved(folder: Path, content: bytes) -> Path:
    (folder / "walk.bvh").write_bytes(content)
    return folder / "walk.bvh"


@pytest.mark.parametrize("everywhere", [False, True])
@pytest.mark.parametrize("order", ["ZYX", "ZXY", "XYZ", "YXZ"])
@pytest.mark.parametrize("rename", [str, short, lambda n: f"mixamorig:{n}"], ids=["cmu", "short", "prefix"])
def test_a_person_who_raises_the_right_hand(tmp_path, order, everywhere, rename):
    content = bvh([T_POSE, RIGHT_HAND_UP], order=order, everywhere=everywhere, rename=rename)
    clip = read_bvh(saved(tmp_path, content))
    assert joint_at(clip, "right_wrist", 0) == [-710, 500, 0]
    assert joint_at(clip, "right_shoulder") == [-180, 500, 0]
    assert joint_at(clip, "right_elbow") == [-180, 780, 0]
    assert joint_at(clip, "right_wrist") == [-180, 1030, 0]
    assert joint_at(clip, "left_wrist") == [710, 500, 0]
    assert joint_at(clip, "right_ankle") == [-100, -850, 0]
    assert joint_at(clip, "left_knee") == [100, -430, 0]
    assert joint_at(clip, "spine") == [0, 290, 0]
    assert joint_at(clip, "thorax") == [0, 540, 0]
    assert joint_at(clip, "neck") == [0, 630, 10]
    assert joint_at(clip, "head") == [0, 780, 10]
    assert clip.fps == 100
    assert clip.upright == 1


def test_a_turned_person_keeps_left_and_right(tmp_path):
    """A quarter turn to the left, about y: what pointed to +x (the left) points to -z."""
    clip = read_bvh(saved(tmp_path, bvh([{"Hips": {"Y": 90}}])))
    assert joint_at(clip, "left_wrist") == [0, 500, -710]
    assert joint_at(clip, "right_wrist") == [0, 500, 710]


def test_z_up(tmp_path):
    """Blender's axes: x stays, up is z, and who faces -y there faces +z here."""
    lying = read_bvh(saved(tmp_path, bvh([{"Hips": {"X": 90}}])), up="y")  # the same person, in a frame with z up
    assert joint_at(lying, "head") == [0, -10, 780]
    assert lying.upright == 0
    clip = read_bvh(tmp_path / "walk.bvh", up="z")
    assert joint_at(clip, "head") == [0, 780, 10]
    assert joint_at(clip, "left_wrist") == [710, 500, 0]


@pytest.mark.parametrize(("unit", "mm"), UNITS.items())
def test_the_unit_is_told_from_the_height(tmp_path, unit, mm):
    clip = read_bvh(saved(tmp_path, bvh([T_POSE], unit=mm)))
    np.testing.assert_allclose(joint_at(clip, "left_wrist"), [710, 500, 0], atol=1)
    assert unit in clip.about
    if unit != "mm":
        explicit = read_bvh(tmp_path / "walk.bvh", scale=str(mm))
        np.testing.assert_allclose(explicit.joints, clip.joints)


@pytest.mark.parametrize("height", [0.5, 4.0, 10.0, 100.0, 500.0, 5000.0, 0.0, float("nan")])
def test_a_height_that_fits_no_unit_is_refused(height):
    with pytest.raises(ValueError, match="from ankle to head.*--scale"):
        unit_of(height)


@pytest.mark.slow
@given(st.floats(1e-3, 1e5))
def test_no_height_fits_two_units(height):
    try:
        assert 1200 < height * UNITS[unit_of(height)] < 2100
    except ValueError:
        assert not [mm for mm in UNITS.values() if 1200 < height * mm < 2100]


def test_a_wrong_scale_is_refused(tmp_path):
    path = saved(tmp_path, bvh([T_POSE]))
    for scale in ("1", "1000", "-10", "nan", "big"):
        with pytest.raises(ValueError, match=r"walk\.bvh"):
            read_bvh(path, scale=scale)


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
@pytest.mark.parametrize("everywhere", [False, True])
def test_positions_are_those_of_an_independent_computation(tmp_path, order, everywhere):
    rng = np.random.default_rng(1)
    joints = [row for row in CMU if row[0] != "end"]
    frames = [{name: dict(zip("XYZ", rng.uniform(-180, 180, 3), strict=True)) for name, *_ in joints} for _ in range(3)]
    names, found, *_ = read_points(saved(tmp_path, bvh(frames, order=order, everywhere=everywhere, unit=1)))
    for k, frame in enumerate(frames):
        turn, place = {None: Rotation.identity()}, {None: np.zeros(3)}
        for name, parent, offset in joints:
            local = Rotation.from_euler(order, [frame[name][axis] for axis in order], degrees=True)  # intrinsic
            turn[name] = turn[parent] * local
            place[name] = place[parent] + turn[parent].apply(offset if parent else (0, 900, 0))
            np.testing.assert_allclose(found[k, names.index(name)], place[name], atol=1e-2)
        end = place["Head"] + turn["Head"].apply((0, 150, 0))
        np.testing.assert_allclose(found[k, names.index("Head:end")], end, atol=1e-2)


def test_a_position_channel_takes_the_offsets_place(tmp_path):
    text = b"""HIERARCHY ROOT a { OFFSET 5 5 5 CHANNELS 1 Yposition
    JOINT b { OFFSET 1 2 3 CHANNELS 2 Zposition Xposition } }
    MOTION Frames: 2 Frame Time: 0.04 7 30 10 8 31 11"""
    text = text.replace(b"{", b"\n{\n").replace(b"OFFSET", b"\nOFFSET").replace(b"CHANNELS", b"\nCHANNELS")
    text = text.replace(b"ROOT", b"\nROOT").replace(b"MOTION", b"\nMOTION\n").replace(b"JOINT", b"\nJOINT")
    names, points, fps, *_ = read_points(saved(tmp_path, text))
    assert (names, fps) == (["a", "b"], 25)
    assert points.tolist() == [[[5, 7, 5], [15, 9, 35]], [[5, 8, 5], [16, 10, 39 - 3]]]


def test_spelling_that_differs_is_read_the_same(tmp_path):
    plain = bvh([T_POSE, RIGHT_HAND_UP])
    expected = read_bvh(saved(tmp_path, plain)).joints
    variants = {
        "crlf": plain.replace(b"\n", b"\r\n"),
        "bom": b"\xef\xbb\xbf" + plain,
        "comments": b"# made by hand\n" + plain.replace(b"MOTION", b"// now it moves\n\nMOTION"),
        "blank lines": plain.replace(b"\n", b"\n \t\n"),
        "tabs": plain.replace(b" ", b"\t").replace(b"End\tSite", b"End Site"),
        "case": plain.replace(b"JOINT", b"Joint").replace(b"rotation", b"Rotation").replace(b"Frames", b"FRAMES"),
        "braces": plain.replace(b"\n{", b" {"),
        "no last newline": plain.rstrip(),
        "end": plain.replace(b"End Site", b"End"),
    }
    for name, content in variants.items():
        assert np.array_equal(read_bvh(saved(tmp_path, content)).joints, expected), name


def test_missing_ends_move_the_neck_down(tmp_path):
    clip = read_bvh(saved(tmp_path, bvh([T_POSE], ends=False)))
    assert [joint_at(clip, j) for j in ("thorax", "neck", "head")] == [[0, 500, 0], [0, 540, 0], [0, 630, 10]]
    zero = [(n, p, (0, 0, 0)) if n == "end" else (n, p, o) for n, p, o in CMU]
    same = read_bvh(saved(tmp_path, bvh([T_POSE], tree=zero)))
    np.testing.assert_array_equal(same.joints, clip.joints)


@pytest.mark.parametrize(
    ("time", "fps"), [("0.0083333", 120), (".0083333", 120), ("0.033333", 30), ("0.0417083", 23.976), ("0.04", 25)]
)
def test_frame_rates(tmp_path, time, fps):
    assert read_bvh(saved(tmp_path, bvh([T_POSE], time=time))).fps == pytest.approx(fps, rel=1e-4)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"HIERARCHY", b"SKELETON", "expected a BVH file with HIERARCHY and MOTION"),
        (b"MOTION", b"", "expected a BVH file with HIERARCHY and MOTION"),
        (b"ROOT Hips", b"JOINT Hips", "HIERARCHY: 'JOINT Hips': expected one ROOT"),
        (b"JOINT Spine\n", b"ROOT Spine\n", "'ROOT Spine': expected one ROOT"),
        (b"JOINT Spine\n", b"JOINT\n", "has no name"),
        (b"}\nMOTION", b"\nMOTION", "a brace is missing"),
        (b"OFFSET 0.000000 20.000000 0.000000", b"", "HIERARCHY: expected an OFFSET in Spine"),
        (b"OFFSET 0.000000 20.000000 0.000000", b"OFFSET 0 x 0", "a word among them"),
        (b"OFFSET 0.000000 20.000000 0.000000", b"OFFSET 0 nan 0", "found NaN"),
        (b"CHANNELS 6", b"CHANNELS 5", "Hips: expected CHANNELS, their number"),
        (b"Zrotation", b"Zscale", "Hips: expected CHANNELS"),
        (b"Frames: 2", b"Frames: two", "MOTION: expected 'Frames: N'"),
        (b"Frames: 2", b"Frames: 1", "expected 1 frames of 72 channels, found 2 whole frames"),
        (b"Frames: 2", b"Frames: 0", "found 0 frames"),
        (b"Frames: 2", b"Frames: 3", "expected 3 frames of 72 channels, found 2 whole frames"),
        (b"Frame Time: 0.01", b"Frame Time: 0", r"the frame time is 0 seconds; .*--source-fps"),
        (b"-90.000000", b"9,0", "a word among them: '9,0' in frame 2"),
        (b"-90.000000", b"nan", "found NaN, infinity .* in frame 2"),
        (b"-90.000000", b"1e300", "found NaN, infinity or larger ones in frame 2"),
        (b"-90.000000 0.000000 ", b"", "found 1 whole frames and 70 numbers"),
    ],
)
def test_a_damaged_file_says_where(tmp_path, old, new, message):
    whole = bvh([T_POSE, RIGHT_HAND_UP])
    assert old in whole
    with pytest.raises(ValueError, match=rf"walk\.bvh: .*{message}"):
        read_bvh(saved(tmp_path, whole.replace(old, new, 1)))


def test_foreign_files(tmp_path):
    with pytest.raises(ValueError, match="there is no such file"):
        read_bvh(tmp_path / "none.bvh")
    for content in (b"", b"hello", b"\x00" * 100, bytes(range(256))):
        with pytest.raises(ValueError, match=r"walk\.bvh"):
            read_bvh(saved(tmp_path, content))
    deep = b"HIERARCHY\nROOT r\n{\nOFFSET 0 0 0\n" + b"JOINT a\n{\nOFFSET 0 0 0\n" * 5000
    with pytest.raises(ValueError, match="expected at most 1000 joints"):
        read_bvh(saved(tmp_path, deep + b"MOTION\n"))


def test_skipped_frames(tmp_path):
    path = saved(tmp_path, bvh([T_POSE, RIGHT_HAND_UP]))
    assert joint_at(read_bvh(path, skip=1), "right_wrist", 0) == [-180, 1030, 0]
    with pytest.raises(ValueError, match="the 2 frames that are skipped .*found 2"):
        read_bvh(path, skip=2)


def test_what_liftkit_lift_writes_is_read_back(tmp_path):
    motion = synthetic_motion()
    joints = motion.joints[:50].astype(float)
    joints = joints * np.linspace(0.95, 1.05, 50)[:, None, None] + [300, 950, -2000]  # bone lengths vary, she walks off
    clip = read_bvh(saved(tmp_path, bvh_bytes(joints, 25)))
    assert (clip.fps, "unit cm" in clip.about, "skeleton liftkit" in clip.about) == (25, True, True)
    np.testing.assert_allclose(clip.joints, joints, atol=0.01)
    still = saved(tmp_path, bvh_bytes(joints[:1], 29.97, scale=1.0))
    assert read_bvh(still).fps == pytest.approx(29.97)
    lines = still.read_text().splitlines()
    assert (lines[0], lines.count("MOTION")) == ("HIERARCHY", 1)
    assert sum("End Site" in line for line in lines) == 5
    assert sum(line.count("{") - line.count("}") for line in lines) == 0


def test_what_cannot_be_written_is_refused():
    joints = np.ones((2, 17, 3))
    for wrong, fps, scale in (
        (joints[:, :16], 30, 10),
        (joints[:0], 30, 10),
        (joints.astype(int), 30, 10),
        (joints * np.nan, 30, 10),
        (joints, 0, 10),
        (joints, np.nan, 10),
        (joints, 30, -1),
    ):
        with pytest.raises(ValueError, match="must be"):
            bvh_bytes(wrong, fps, scale)
