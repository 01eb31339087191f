"""Acclaim files of CMU's form become our 17 joints in mm; a damaged file says what is wrong."""

import re
from pathlib import Path

import numpy as np
import pytest
from formats.asf_amc import pose, read_amc, read_asf, read_asf_amc
from formats.clips import skeleton_of
from formats.joint_maps import CMU_BONES
from motion_files import ASF_RIGHT_HAND_UP, BONES, MM, amc, asf, joint_at
from scipy.spatial.transform import Rotation

from liftkit.skeleton import H36M_17


def saved(folder: Path, skeleton: bytes, motion: bytes) -> tuple[Path, Path]:
    (folder / "35.asf").write_bytes(skeleton)
    (folder / "35_01.amc").write_bytes(motion)
    return folder / "35.asf", folder / "35_01.amc"


def test_a_person_who_raises_the_right_hand(tmp_path):
    clip = read_asf_amc(*saved(tmp_path, asf(), amc([{}, ASF_RIGHT_HAND_UP])))
    assert joint_at(clip, "right_wrist", 0) == [-705, 505, -20]
    assert joint_at(clip, "right_shoulder") == [-170, 505, -20]
    assert joint_at(clip, "right_elbow") == [-170, 785, -20]
    assert joint_at(clip, "right_wrist") == [-170, 1040, -20]
    assert joint_at(clip, "left_wrist") == [705, 505, -20]
    assert joint_at(clip, "left_hip") == [100, 0, 0]
    assert joint_at(clip, "right_ankle") == [-100, -830, 0]
    heights = [joint_at(clip, joint)[1] for joint in ("spine", "thorax", "neck", "head")]
    assert heights == pytest.approx([272.5, 535, 625, 720], abs=0.6)
    root = np.array([10, 17, -20]) * MM
    np.testing.assert_allclose(clip.joints[1, 0], root + [0, -100, 20], rtol=1e-6)  # between the hips, not at the root
    assert (clip.fps, clip.subject, clip.name) == (120, "35", "35_01")
    assert "56.44 mm" in clip.about


def test_the_left_knee_bends_backwards_by_a_positive_rx(tmp_path):
    """rx turns about the axis tilted by 20 degrees about z, (cos 20, sin 20, 0): the shank swings back and inwards."""
    clip = read_asf_amc(*saved(tmp_path, asf(), amc([{"ltibia": [90]}])))
    knee, ankle = (clip.joints[0, H36M_17.index(joint)] for joint in ("left_knee", "left_ankle"))
    axis = np.array([np.cos(np.radians(20)), np.sin(np.radians(20)), 0])
    shank = np.array([0, -410, 0])
    expected = axis * (axis @ shank) + np.cross(axis, shank)  # Rodrigues, a quarter turn
    np.testing.assert_allclose(ankle - knee, expected, atol=1e-3)
    assert (ankle - knee)[2] < -380


def test_a_root_that_turns_keeps_left_and_right_and_stands_where_it_is_put(tmp_path):
    clip = read_asf_amc(*saved(tmp_path, asf(), amc([{"root": [1, 2, 3, 0, 90, 0]}])))
    assert joint_at(clip, "left_wrist") == [-20, 505, -705]
    np.testing.assert_allclose(clip.joints[0, 0], np.array([1, 2, 3]) * MM + [20, -100, 0], rtol=1e-6)


@pytest.mark.parametrize("angle", ["deg", "rad"])
def test_positions_are_those_of_an_independent_computation(tmp_path, angle):
    rng = np.random.default_rng(0)
    sizes = {"root": 6} | {name: len(dof.split()) for name, *_, dof in BONES if dof}
    frames = [{name: rng.uniform(-90, 90, size).round(4).tolist() for name, size in sizes.items()} for _ in range(3)]
    files = saved(tmp_path, asf(angle=angle), amc(frames))
    skeleton = read_asf(files[0])
    found = pose(skeleton, read_amc(files[1], skeleton)) * skeleton.mm
    names = [bone.name for bone in skeleton.bones]
    for k, frame in enumerate(frames):
        turn = {"root": Rotation.from_euler("xyz", frame["root"][3:], degrees=True)}
        end = {"root": np.array(frame["root"][:3]) * MM}
        for name, parent, vector, axis, dof in BONES:
            own = Rotation.from_euler("xyz", axis, degrees=True)
            letters = dof.replace("r", "").replace(" ", "")
            angles = np.squeeze(frame.get(name, []))  # of a list of one angle scipy 1.15 makes one row
            moved = Rotation.from_euler(letters, angles, degrees=True) if dof else Rotation.identity()
            turn[name] = turn[parent] * own * moved * own.inv()
            end[name] = end[parent] + turn[name].apply(vector)
            np.testing.assert_allclose(found[k, names.index(name)], end[name], atol=1e-2, err_msg=name)


def test_values_stand_in_the_order_of_dof(tmp_path):
    """With "dof rz rx" z comes first, in the file and in the turn."""
    bones = [(*row[:4], "rz rx") if row[0] == "head" else row for row in BONES]
    frame = {"head": [90, 90]}
    files = saved(tmp_path, asf(bones), amc([frame], bones))
    clip = read_asf_amc(*files)
    head = clip.joints[0, H36M_17.index("head")] - clip.joints[0, H36M_17.index("neck")]
    np.testing.assert_allclose(head, [-95, 0, 0], atol=1e-3)  # up, to the right by z; x leaves that alone


def test_spelling_that_differs_is_read_the_same(tmp_path):
    motion = amc([{}, ASF_RIGHT_HAND_UP])
    expected = read_asf_amc(*saved(tmp_path, asf(), motion)).joints
    radians = {name: np.radians(values).tolist() for name, values in ASF_RIGHT_HAND_UP.items()}
    radians["root"] = ASF_RIGHT_HAND_UP["root"]
    shuffled = re.sub(rb"(     direction.*\n)(     length.*\n)(     axis.*\n)", rb"\3\1\2", asf())
    variants = [
        (asf().replace(b"\n", b"\r\n"), motion.replace(b"\n", b"\r\n")),
        (asf().replace(b"\n", b"\n\n"), motion.replace(b"\n", b" \n\t\n")),
        (shuffled, motion),
        (asf(angle="rad"), motion),
        (asf(angle="rad"), amc([{}, radians], head=":FULLY-SPECIFIED")),
        (asf(), amc([{}, radians], head=":FULLY-SPECIFIED\n:RADIANS")),
        (asf(), motion.replace(b"\n1\n", b"\n11\n").replace(b"\n2\n", b"\n12\n")),
        (asf(BONES[:2] + BONES[3:1:-1] + BONES[4:]), motion),
    ]
    for number, (skeleton, changed) in enumerate(variants):
        found = read_asf_amc(*saved(tmp_path, skeleton, changed)).joints
        np.testing.assert_allclose(found, expected, atol=1e-3, err_msg=str(number))


def test_the_bones_of_cmu_have_our_joints():
    assert tuple(CMU_BONES) == H36M_17.names[1:]
    assert all(name[0] == joint[0] for joint, name in CMU_BONES.items() if "_" in joint)


def test_another_skeleton_needs_a_map(tmp_path):
    bones = [(n.replace("femur", "thigh"), p.replace("femur", "thigh"), *rest) for n, p, *rest in BONES]
    files = saved(tmp_path, asf(bones), amc([{}], bones))
    with pytest.raises(ValueError, match=r"35_01\.amc: it has no joint lfemur, rfemur; it has root, .*lthigh"):
        read_asf_amc(*files)
    own = CMU_BONES | {"left_knee": "lthigh", "right_knee": "rthigh"}
    assert joint_at(read_asf_amc(*files, joint_map=own), "left_knee") == [100, -420, 0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b":bonedata", b":bones", "expected an ASF file; it has no :bonedata"),
        (b":hierarchy", b"", "no :hierarchy"),
        (b"length 0.45", b"length 0", ":units: expected a positive length"),
        (b"angle deg", b"angle gon", "angle deg or rad, found 0.45 and 'gon'"),
        (b"order TX TY TZ RX RY RZ", b"order TX TY", ":root: expected order TX TY TZ"),
        (b"position 0 0 0", b"position 0 0", ":root: expected order"),
        (b"orientation 0 0 0", b"orientation 0 0 up", ":root: could not convert"),
        (b"axis XYZ", b"axis XYX", ":root: expected an axis of three numbers and an order"),
        (b"name lowerback", b"", ":bonedata: a bone has no name"),
        (b"     direction", b"     where", "lowerback: expected direction X Y Z"),
        (b"     length 2", b"     length nan #", "lowerback: expected three finite"),
        (b"     length 2", b"     length x", "lowerback: expected direction"),
        (b"     axis 0.0", b"     axis 0 0.0", "lowerback: expected direction X Y Z, length L and axis"),
        (b"dof rx ry rz", b"dof rx ry rz l", "lowerback: only rotations .* found dof rx ry rz l"),
        (b"dof rx ry rz", b"dof tx ry rz", "lowerback: only rotations"),
        (b"dof rx ry rz", b"dof rx rx", "lowerback: only rotations"),
        (b"  begin\n     id 1\n", b"     id 1\n", "outside begin and end"),
        (b"  end\n:hierarchy", b":hierarchy", "a bone has no end"),
        (b"name upperback", b"name lowerback", ":hierarchy: expected at most 1000 bones of different names"),
        (b"    root lowerback", b"    root tail", ":hierarchy: tail, below root"),
        (b"    root lowerback", b"    root", ":hierarchy: .*: lowerback"),
        (b"    lowerback upperback", b"    lowerback upperback root", "root, below lowerback, .*twice"),
    ],
)
def test_a_damaged_skeleton_says_where(tmp_path, old, new, message):
    assert old in asf()
    broken = asf().replace(old, new, 1)
    with pytest.raises(ValueError, match=rf"35\.asf: .*{message}"):
        read_asf_amc(*saved(tmp_path, broken, amc([{}])))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"\nlowerback 0 0 0", b"", "frame 2: every frame must name the same"),
        (b"\nlowerback 0 0 0", b"\nlowerback 0 0", "frame 1: expected the next"),
        (b"\nlowerback 0 0 0\nupperback 0 0 0", b"\nlowerback 0 0\nupperback 0 0 0 0", "frame 1: expected the next"),
        (b"\nlowerback 0 0 0", b"\nlowerback 0 0 nan", "frame 1: expected"),
        (b"\nlowerback 0 0 0", b"\nlowerback 0 0 1e300", "frame 1: expected"),
        (b"\nlowerback 0 0 0", b"\nlowerback 0 0 0x1", "a word among them: '0x1' in frame 1"),
        (b"\n2\n", b"\n3\n", "frame 2: expected the next frame's number"),
        (b"\n2\n", b"\n", "frame 2: expected"),
        (b"lowerback", b"lumbar", "the same"),
        (b"#!OML", b":x\n1\nx 1\n#", "the skeleton has no bone x"),
    ],
)
def test_a_damaged_motion_says_where(tmp_path, old, new, message):
    whole = amc([{}, {}])
    assert old in whole
    with pytest.raises(ValueError, match=rf"35_01\.amc: .*({message})"):
        read_asf_amc(*saved(tmp_path, asf(), whole.replace(old, new, 1)))


def test_a_motion_of_another_skeleton_is_refused(tmp_path):
    files = saved(tmp_path, asf(), amc([{}]).replace(b"head", b"nose"))
    with pytest.raises(ValueError, match=r"35_01\.amc: the skeleton has no bone nose"):
        read_asf_amc(*files)
    files = saved(tmp_path, asf(), re.sub(rb"head.*\n", b"", amc([{}])))
    with pytest.raises(ValueError, match=r"35_01\.amc: its frames have no head"):
        read_asf_amc(*files)
    for motion in (b"", b"1\n2\n3\n", b"\x00\xff"):
        with pytest.raises(ValueError, match=r"35_01\.amc: expected"):
            read_asf_amc(*saved(tmp_path, asf(), motion))


def test_a_person_of_no_human_size_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"35_01\.amc: joints must be in millimetres"):
        read_asf_amc(*saved(tmp_path, asf().replace(b"length 0.45", b"length 1"), amc([{}])))


def test_the_skeleton_of_a_motion():
    one, two = Path("a/35.asf"), Path("a/02.asf")
    assert skeleton_of(Path("b/35_01.amc"), [two, one]) == one
    assert skeleton_of(Path("b/walk.amc"), [two]) == two
    with pytest.raises(ValueError, match=r"09_01\.amc: expected one 09\.asf among a/35\.asf, a/02\.asf"):
        skeleton_of(Path("09_01.amc"), [one, two])
