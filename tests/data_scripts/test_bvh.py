"""BVH: any skeleton, channel order and unit becomes our 17 joints; a damaged file says what is wrong."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from formats.bvh import UNITS, read_bvh, read_points, unit_of
from formats.clips import Clip, join_clips, read_index, subject_of
from formats.joint_maps import BVH_MAPS, load_joint_map, recognise
from formats.kinematics import resample
from hypothesis import given
from hypothesis import strategies as st
from motion_files import CMU, RIGHT_HAND_UP, T_POSE, bvh, short
from scipy.spatial.transform import Rotation

from liftkit.data.synthetic import synthetic_motion
from liftkit.export.bvh import write_bvh
from liftkit.skeleton import H36M_17


def saved(folder: Path, content: bytes, name: str = "walk.bvh") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def at(clip: Clip, joint: str, frame: int = -1) -> list[float]:
    """A joint's place against the pelvis, rounded to mm."""
    return (clip.joints[frame, H36M_17.index(joint)] - clip.joints[frame, 0]).round().tolist()


@pytest.mark.parametrize("everywhere", [False, True])
@pytest.mark.parametrize("order", ["ZYX", "ZXY", "XYZ", "YXZ"])
@pytest.mark.parametrize("rename", [str, short, lambda n: f"mixamorig:{n}"], ids=["cmu", "short", "prefix"])
def test_a_person_who_raises_the_right_hand(tmp_path, order, everywhere, rename):
    content = bvh([T_POSE, RIGHT_HAND_UP], order=order, everywhere=everywhere, rename=rename)
    clip = read_bvh(saved(tmp_path, content))
    assert at(clip, "right_wrist", 0) == [-710, 410, 0]
    assert at(clip, "right_shoulder") == [-180, 410, 0]
    assert at(clip, "right_elbow") == [-180, 690, 0]
    assert at(clip, "right_wrist") == [-180, 940, 0]
    assert at(clip, "left_wrist") == [710, 410, 0]
    assert at(clip, "right_ankle") == [-100, -940, 0]
    assert at(clip, "left_knee") == [100, -520, 0]
    assert at(clip, "spine") == [0, 200, 0]
    assert at(clip, "thorax") == [0, 450, 0]
    assert at(clip, "neck") == [0, 540, 10]
    assert at(clip, "head") == [0, 690, 10]
    assert clip.fps == 100
    assert clip.upright == 1


def test_a_turned_person_keeps_left_and_right(tmp_path):
    """A quarter turn to the left, about y: what pointed to +x (the left) points to -z."""
    clip = read_bvh(saved(tmp_path, bvh([{"Hips": {"Y": 90}}])))
    assert at(clip, "left_wrist") == [0, 410, -710]
    assert at(clip, "right_wrist") == [0, 410, 710]


def test_z_up(tmp_path):
    """Blender's axes: x stays, up is z, and who faces -y there faces +z here."""
    lying = read_bvh(saved(tmp_path, bvh([{"Hips": {"X": 90}}])), up="y")  # the same person, in a frame with z up
    assert at(lying, "head") == [0, -10, 690]
    assert lying.upright == 0
    clip = read_bvh(tmp_path / "walk.bvh", up="z")
    assert at(clip, "head") == [0, 690, 10]
    assert at(clip, "left_wrist") == [710, 410, 0]


@pytest.mark.parametrize(("unit", "mm"), UNITS.items())
def test_the_unit_is_told_from_the_height(tmp_path, unit, mm):
    clip = read_bvh(saved(tmp_path, bvh([T_POSE], unit=mm)))
    np.testing.assert_allclose(at(clip, "left_wrist"), [710, 410, 0], atol=1)
    assert unit in clip.about
    if unit != "mm":
        explicit = read_bvh(tmp_path / "walk.bvh", scale=str(mm))
        np.testing.assert_allclose(explicit.joints, clip.joints)


@pytest.mark.parametrize("height", [0.5, 4.0, 15.0, 100.0, 500.0, 5000.0, 0.0, float("nan")])
def test_a_height_that_fits_no_unit_is_refused(height):
    with pytest.raises(ValueError, match="the unit cannot be told.*--scale"):
        unit_of(height)


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
    names, found, _ = read_points(saved(tmp_path, bvh(frames, order=order, everywhere=everywhere, unit=1)))
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
    names, points, fps = read_points(saved(tmp_path, text))
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
    assert [at(clip, j) for j in ("thorax", "neck", "head")] == [[0, 410, 0], [0, 450, 0], [0, 540, 10]]
    zero = [(n, p, (0, 0, 0)) if n == "end" else (n, p, o) for n, p, o in CMU]
    same = read_bvh(saved(tmp_path, bvh([T_POSE], tree=zero)))
    np.testing.assert_array_equal(same.joints, clip.joints)


@pytest.mark.parametrize(
    ("time", "fps"), [("0.0083333", 120), (".0083333", 120), ("0.033333", 30), ("0.0417083", 23.976), ("0.04", 25)]
)
def test_frame_rates(tmp_path, time, fps):
    assert read_bvh(saved(tmp_path, bvh([T_POSE], time=time))).fps == pytest.approx(fps, rel=1e-4)


OWN = {joint: sources if isinstance(sources, str) else list(sources) for joint, sources in BVH_MAPS["CMU"].items()}


def test_a_joint_map_from_a_file(tmp_path):
    rename = lambda name: f"bone {name[::-1]}"  # noqa: E731
    path = saved(tmp_path, bvh([RIGHT_HAND_UP], rename=rename))
    with pytest.raises(ValueError, match=r"walk\.bvh: no known skeleton has these joints: bone spiH, .*--map"):
        read_bvh(path)
    names = {joint: ":".join([rename(n.split(":")[0]), *n.split(":")[1:]]) for joint, n in OWN.items()}
    names["spine"] = [rename("Spine"), rename("Spine1")]
    (tmp_path / "map.json").write_text(json.dumps(names))
    clip = read_bvh(path, load_joint_map(tmp_path / "map.json"))
    assert (at(clip, "right_wrist"), at(clip, "spine")) == ([-180, 940, 0], [0, 275, 0])
    pytest.importorskip("tomllib")
    (tmp_path / "map.toml").write_text("\n".join(f"{joint} = {json.dumps(n)}" for joint, n in names.items()))
    np.testing.assert_array_equal(read_bvh(path, load_joint_map(tmp_path / "map.toml")).joints, clip.joints)
    with pytest.raises(ValueError, match=r"walk\.bvh: it has no joint bone dnE; it has bone spiH"):
        read_bvh(path, names | {"head": "bone dnE"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected 1 to"),
        ("[]", "expected a joint map, found a list"),
        ("{", "map.json"),
        (json.dumps({"pelvis": "Hips"}), "missing or unknown: head, "),
        (json.dumps(OWN | {"tail": "Hips"}), "missing or unknown: tail"),
        (json.dumps(OWN | {"head": []}), r"head: expected a name or a list of names, found \[\]"),
        (json.dumps(OWN | {"head": 3}), "head: expected a name"),
    ],
)
def test_a_wrong_joint_map_says_what_is_wrong(tmp_path, content, message):
    (tmp_path / "map.json").write_text(content)
    with pytest.raises(ValueError, match=rf"map\.json: .*{message}|{message}"):
        load_joint_map(tmp_path / "map.json")


def test_every_known_skeleton_has_our_joints_and_is_recognised_by_them():
    for name, joints in BVH_MAPS.items():
        assert tuple(joints) == H36M_17.names
        for side, other in (("left", "Right|_R"), ("right", "Left|_L")):
            assert not [j for j, source in joints.items() if side in j and re.search(other, str(source))]
        sources = {s for source in joints.values() for s in ([source] if isinstance(source, str) else source)}
        assert recognise(sorted(sources))[0] == name


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
        (b"Frames: 2", b"Frames: 0", "found 0 frames"),
        (b"Frames: 2", b"Frames: 3", r"3 frames of 72 channels: expected 216 numbers, found 144"),
        (b"Frame Time: 0.01", b"Frame Time: 0", "found 2 frames of 72 channels, 0.0 seconds each"),
        (b"90.000000", b"9,0", "a word among them"),
        (b"90.000000", b"nan", "found NaN, infinity"),
        (b"90.000000", b"1e300", "found NaN, infinity or larger"),
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
    assert at(read_bvh(path, skip=1), "right_wrist", 0) == [-180, 940, 0]
    with pytest.raises(ValueError, match="2 frames are to be skipped, there are 2"):
        read_bvh(path, skip=2)


def test_resampling():
    moving = np.arange(9.0)[:, None] * [1, 10]
    np.testing.assert_array_equal(resample(moving, 120, 30), moving[::4])
    np.testing.assert_allclose(resample(moving, 25, 50)[:, 0], np.arange(0, 8.1, 0.5))
    np.testing.assert_allclose(resample(moving, 120, 50)[:, 1], np.arange(0, 80.1, 24))
    assert resample(moving.astype("float32"), 120, 50).dtype == np.float32
    assert len(resample(moving[:1], 30, 30.1)) == 1
    for rates in ((0, 30), (30, -1), (30, np.inf), (np.nan, 30), (1e-9, 1e9)):
        with pytest.raises(ValueError, match="frame"):
            resample(moving, *rates)
    with pytest.raises(ValueError, match="found 0 frames"):
        resample(moving[:0], 30, 30)


@given(st.floats(5, 240), st.floats(5, 240), st.integers(1, 50))
def test_uniform_motion_stays_uniform(fps_from, fps_to, count):
    times = np.arange(count) / fps_from
    found = resample(times, fps_from, fps_to)
    np.testing.assert_allclose(found, np.arange(len(found)) / fps_to, atol=1e-6)
    assert times[-1] - 1 / min(fps_to, fps_from) - 1e-6 <= found[-1] <= times[-1] + 1e-6


def clip_of(name, frames=8, fps=120.0):
    joints = np.random.default_rng(len(name)).normal(scale=300, size=(frames, 17, 3))
    return Clip(joints, fps, name, subject_of(name))


def test_clips_are_joined():
    clips = [clip_of("35_01"), clip_of("35_02", 4), clip_of("walk", 3, 30.0)]
    motion = join_clips(clips, test=["35"], actions={"35_01": "running"})
    assert motion.joints.shape == (2 + 1 + 3, 17, 3)
    assert motion.joints.dtype == np.float32
    np.testing.assert_allclose(motion.joints[1], clips[0].joints[4] - clips[0].joints[4, 0], atol=1e-3)
    assert motion.clip.tolist() == [0, 0, 1, 2, 2, 2]
    assert motion.frame.tolist() == [0, 1, 0, 0, 1, 2]
    assert motion.split.tolist() == ["test"] * 3 + ["train"] * 3
    assert motion.action.tolist() == ["running"] * 2 + ["35_02"] + ["walk"] * 3
    assert motion.subject.tolist() == ["35"] * 3 + [""] * 3
    assert join_clips(clips, test=["35_02"]).split.tolist() == ["train"] * 2 + ["test"] + ["train"] * 3
    for wrong, message in (([], "found none"), ([clips[0]] * 2, "different names, found 35_01, 35_01")):
        with pytest.raises(ValueError, match=message):
            join_clips(wrong)
    with pytest.raises(ValueError, match="--test 36: no clip or subject of that name"):
        join_clips(clips, test=["36"])


def test_the_index(tmp_path):
    (tmp_path / "index.txt").write_text("Subject 2 (various)\n02_01\twalk\r\n 2_2\twalk, turn\t120\n\n144_36\tpunch\n")
    assert read_index(tmp_path / "index.txt") == {"02_01": "walk", "02_02": "walk, turn", "144_36": "punch"}
    for text, message in (
        ("nothing\n", "found none"),
        ("1_1\ta\n01_01\tb\n", "line 2: clip 01_01 occurs twice"),
        ("\xff", "."),
    ):
        (tmp_path / "index.txt").write_text(text, encoding="latin-1")
        with pytest.raises(ValueError, match=rf"index\.txt: .*{message}"):
            read_index(tmp_path / "index.txt")


def test_poses_are_written_and_read_back(tmp_path):
    motion = synthetic_motion()
    joints = motion.joints[:50].astype(float)
    joints = joints * np.linspace(0.95, 1.05, 50)[:, None, None] + [300, 950, -2000]  # bone lengths vary, she walks off
    clip = read_bvh(write_bvh(joints, 25, tmp_path / "out.bvh"))
    assert (clip.fps, "unit cm" in clip.about, "skeleton liftkit" in clip.about) == (25, True, True)
    np.testing.assert_allclose(clip.joints, joints, atol=0.01)
    hips = write_bvh(joints[:1], 29.97, tmp_path / "one.bvh", scale=1.0).read_text().splitlines()
    assert hips[0] == "HIERARCHY"
    assert hips.count("MOTION") == 1
    assert sum("End Site" in line for line in hips) == 5
    assert sum(line.count("{") - line.count("}") for line in hips) == 0
    assert read_bvh(tmp_path / "one.bvh").fps == pytest.approx(29.97)


def test_what_cannot_be_written_is_refused(tmp_path):
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
            write_bvh(wrong, fps, tmp_path / "out.bvh", scale)
    with pytest.raises(ValueError, match="there is no folder"):
        write_bvh(joints, 30, tmp_path / "no" / "out.bvh")
    assert not list(tmp_path.iterdir())
    write_bvh(joints, 30, tmp_path / "out.bvh")
    with pytest.raises(ValueError, match="nothing is overwritten"):
        write_bvh(joints, 30, tmp_path / "out.bvh")
