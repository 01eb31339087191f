"""What a motion file does not say (axes, unit, joints) is read rightly or said: the same person in many files."""

import json
from functools import partial

import numpy as np
import pytest
from formats.bvh import read_bvh
from formats.clips import MotionClip, remarks
from formats.joint_maps import match_skeleton
from formats.meaning import TURNS, oddities, up_axis
from motion_files import amc, asf, bvh, joint_at
from scripts import call_script

from liftkit.data.datasets import load_poses
from liftkit.data.synthetic import synthetic_motion

cmu = partial(call_script, "cmu")
ROLES = "hips upleg leg foot toe spine0 spine1 spine2 neck head end collar arm forearm hand".split()
OFFSETS = {
    "hips": (0, 0, 0), "upleg": (100, -40, 0), "leg": (0, -430, 0), "foot": (0, -420, 0), "toe": (0, -60, 120),
    "spine0": (0, 60, 0), "spine1": (0, 190, 0), "spine2": (0, 150, 0), "neck": (0, 110, 0), "head": (0, 90, 10),
    "collar": (20, 80, 0), "arm": (160, 0, 0), "forearm": (280, 0, 0), "hand": (250, 0, 0), "end": (0, 150, 0),
}  # fmt: skip
PARENT = dict(upleg="hips", leg="upleg", foot="leg", toe="foot", spine0="hips", spine1="spine0", spine2="spine1",
              neck="spine2", head="neck", collar="spine2", arm="collar", forearm="arm", hand="forearm")  # fmt: skip
SIDED = {"upleg", "leg", "foot", "toe", "collar", "arm", "forearm", "hand"}

# The names of hips, thigh, shin, foot, toe, three of the back, neck, head, collar, upper arm, forearm, hand; {} is the
# side, then the names of the two sides.
FAMILIES = {
    "Xsens, 100STYLE":
        "Hips {}Hip {}Knee {}Ankle {}Toe Chest Chest2 Chest3 Neck Head {}Collar {}Shoulder {}Elbow {}Wrist",
    "Unity":
        "Hips {}UpperLeg {}LowerLeg {}Foot {}Toes Spine Chest UpperChest Neck Head {}Shoulder {}UpperArm {}LowerArm "
        "{}Hand",
    "Unreal":
        "pelvis thigh_{} calf_{} foot_{} ball_{} spine_01 spine_02 spine_03 neck_01 head clavicle_{} upperarm_{} "
        "lowerarm_{} hand_{}",
    "DAZ":
        "hip {}Thigh {}Shin {}Foot {}Toe abdomen abdomen2 chest neck head {}Collar {}Shldr {}ForeArm {}Hand",
    "DAZ G8":
        "hip {}ThighBend {}Shin {}Foot {}Toe abdomenLower abdomenUpper chestLower neckLower head {}Collar {}ShldrBend "
        "{}ForearmBend {}Hand",
    "MakeHuman":
        "root upperleg01.{} lowerleg01.{} foot.{} toe1-1.{} spine05 spine03 spine01 neck01 head clavicle.{} "
        "upperarm01.{} lowerarm01.{} wrist.{}",
    "SMPL":
        "Pelvis {}_Hip {}_Knee {}_Ankle {}_Foot Spine1 Spine2 Spine3 Neck Head {}_Collar {}_Shoulder {}_Elbow "
        "{}_Wrist",
    "SMPL-X":
        "pelvis {}_hip {}_knee {}_ankle {}_foot spine1 spine2 spine3 neck head {}_collar {}_shoulder {}_elbow "
        "{}_wrist",
    "Biped":
        "Bip01 Bip01_{}_Thigh Bip01_{}_Calf Bip01_{}_Foot Bip01_{}_Toe0 Bip01_Spine Bip01_Spine1 Bip01_Spine2 "
        "Bip01_Neck Bip01_Head Bip01_{}_Clavicle Bip01_{}_UpperArm Bip01_{}_Forearm Bip01_{}_Hand",
    "Rigify":
        "hips thigh.{} shin.{} foot.{} toe.{} spine spine.001 spine.003 spine.004 spine.006 shoulder.{} upper_arm.{} "
        "forearm.{} hand.{}",
    "Mixamo":
        "mixamorig:Hips mixamorig:{}UpLeg mixamorig:{}Leg mixamorig:{}Foot mixamorig:{}ToeBase mixamorig:Spine "
        "mixamorig:Spine1 mixamorig:Spine2 mixamorig:Neck mixamorig:Head mixamorig:{}Shoulder mixamorig:{}Arm "
        "mixamorig:{}ForeArm mixamorig:{}Hand",
    "Character Creator":
        "CC_Base_Hip CC_Base_{}_Thigh CC_Base_{}_Calf CC_Base_{}_Foot CC_Base_{}_ToeBase CC_Base_Waist "
        "CC_Base_Spine01 CC_Base_Spine02 CC_Base_NeckTwist01 CC_Base_Head CC_Base_{}_Clavicle CC_Base_{}_Upperarm "
        "CC_Base_{}_Forearm CC_Base_{}_Hand",
    "prefix":
        "Hero7Hips Hero7{}UpLeg Hero7{}Leg Hero7{}Foot Hero7{}ToeBase Hero7Spine Hero7Spine1 Hero7Spine2 Hero7Neck "
        "Hero7Head Hero7{}Shoulder Hero7{}Arm Hero7{}ForeArm Hero7{}Hand",
    "no separators":
        "hips {}thigh {}shin {}foot {}toe spine chest chest2 neck head {}collar {}upperarm {}forearm {}hand",
}  # fmt: skip
SIDES = {"Unreal": "lr", "DAZ": "lr", "DAZ G8": "lr", "no separators": "lr"} | dict.fromkeys(
    ("MakeHuman", "SMPL", "Biped", "Rigify", "Character Creator"), "LR"
)
SIDES |= {"SMPL-X": ("left", "right")}


def tree(family="prefix", ends=True):
    """The person's joints with a family's names, and role -> name."""
    words = FAMILIES[family].split()
    named = dict(zip([role for role in ROLES if role != "end"], words, strict=True))
    rows, names = [], {}

    def add(role, side, sign):
        name = named[role].format(side)
        parent = PARENT.get(role)
        above = parent and named[parent].format(side)
        rows.append((name, above, tuple(np.multiply(OFFSETS[role], (sign, 1, 1)))))
        names[role, sign] = name
        if role == "head" and ends:
            rows.append(("end", name, OFFSETS["end"]))

    for role in named:
        left, right = SIDES.get(family, ("Left", "Right"))
        for side, sign in ((left, 1), (right, -1)) if role in SIDED else (("", 1),):
            add(role, side, sign)
    order = {"hips": 0}
    return sorted(rows, key=lambda row: order.get(row[0], 1) if row[1] else -1), names


def walking(names, frames=8):
    """Angles of steps: shins fold backwards (a shin turns about x, its foot to -z), the right hand is up."""
    for k in range(frames):
        angles = {names["arm", -1]: {"Z": -90}}
        for sign in (1, -1):
            swing = np.sin(0.8 * k) * sign
            angles[names["upleg", sign]] = {"X": -25 * swing}
            angles[names["leg", sign]] = {"X": 30 + 15 * swing}
        yield angles


def person(family="prefix", ends=True, **options):
    rows, names = tree(family, ends)
    return bvh(list(walking(names)), tree=rows, time="0.0333333", **options)


def read(folder, content, **options):
    (folder / "walk.bvh").write_bytes(content)
    return read_bvh(folder / "walk.bvh", **options)


# Against the midpoint of the hips, 40 below the root, by hand from the offsets; in frame 0 the knees are bent by 30.
RIGHT = {
    "right_shoulder": [-180, 520, 0], "right_elbow": [-180, 800, 0], "right_wrist": [-180, 1050, 0],
    "left_elbow": [460, 520, 0], "left_wrist": [710, 520, 0], "right_hip": [-100, 0, 0], "left_knee": [100, -430, 0],
    "left_ankle": [100, -794, -210], "spine": [0, 290, 0], "thorax": [0, 550, 0], "neck": [0, 640, 10],
    "head": [0, 790, 10],
}  # fmt: skip


def check(clip, expected=RIGHT):
    for joint, place in expected.items():
        np.testing.assert_allclose(joint_at(clip, joint, 0), place, atol=1, err_msg=joint)
    assert oddities(clip.joints) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_skeleton_is_known_by_the_meaning_of_its_names(tmp_path, family):
    check(read(tmp_path, person(family)))


@pytest.mark.parametrize("family", ["Unity", "Unreal", "SMPL"])
def test_without_the_heads_end_the_neck_moves_down(tmp_path, family):
    clip = read(tmp_path, person(family, ends=False))
    moved = {"thorax": [0, 520, 0], "neck": [0, 550, 0], "head": [0, 640, 10], "right_wrist": [-180, 1050, 0]}
    check(clip, moved)


def test_an_unknown_skeleton_gets_a_draft_of_the_map(tmp_path):
    content = person("Unity").replace(b"LowerLeg", b"Bone7").replace(b"Head", b"Bone8")
    with pytest.raises(ValueError, match=r"walk\.bvh: no known skeleton .*--map FILE.json\); a draft: ") as error:
        read(tmp_path, content)
    draft = json.loads(str(error.value).split("a draft: ")[1])
    assert (draft["left_hip"], draft["right_wrist"]) == ("LeftUpperLeg", "RightHand")
    assert {joint for joint, name in draft.items() if name == "?"} >= {"left_knee", "right_knee", "head"}
    with pytest.raises(ValueError, match="no known skeleton"):
        match_skeleton(["Hips", "LeftUpLeg", "RightUpLeg", "head"])


@pytest.mark.parametrize("count", [3, 4, 5])
def test_the_spine_is_the_joint_nearest_half_way(tmp_path, count):
    rows, names = tree("Xsens, 100STYLE")
    above = dict.fromkeys(("Chest", "Chest2", "Chest3"))
    rows = [row for row in rows if row[0] not in above]
    chain = [f"Back{k}" for k in range(count)]
    chained = [(name, ["Hips", *chain][k], (0, 400 / count, 0)) for k, name in enumerate(chain)]
    rows = [(n, chain[-1] if p == "Chest3" else p, o) for n, p, o in rows]
    clip = read(tmp_path, bvh(list(walking(names)), tree=[rows[0], *chained, *rows[1:]], time="0.0333333"))
    share = joint_at(clip, "spine", 0)[1] / joint_at(clip, "thorax", 0)[1]
    assert 0.35 < share < 0.65
    assert clip.notes == ()


def test_a_spine_that_is_not_half_way_is_said(tmp_path):
    rows, names = tree("Xsens, 100STYLE")
    rows = [(n, p, {"Chest": (0, 60, 0), "Chest2": (0, 1, 0), "Chest3": (0, 1, 0)}.get(n, o)) for n, p, o in rows]
    rows = [(n, p, (0, 450, 0)) if n == "Neck" else (n, p, o) for n, p, o in rows]
    clip = read(tmp_path, bvh(list(walking(names)), tree=rows, time="0.0333333"))
    assert "the spine is taken from Chest3, 0.18 of the way" in clip.notes[0]


TURNED = {  # the rotation of the whole person in the file, about its root, that makes another axis point up
    "y": {}, "z": {"X": 90}, "-z": {"X": -90}, "-y": {"X": 180}, "x": {"Z": -90}, "-x": {"Z": 90},
}  # fmt: skip


@pytest.mark.parametrize("up", TURNED)
def test_the_axis_that_is_up_is_found_and_said(tmp_path, up):
    rows, names = tree()
    frames = [angles | {rows[0][0]: TURNED[up]} for angles in walking(names)]
    content = bvh(frames, tree=rows, time="0.0333333")
    clip = read(tmp_path, content)
    assert clip.up == up and clip.upright == 1
    heights = {joint: place[1] for joint, place in RIGHT.items()}
    np.testing.assert_allclose([joint_at(clip, joint, 0)[1] for joint in heights], list(heights.values()), atol=1)
    assert oddities(clip.joints) == []
    assert [note.split(",")[0] for note in clip.notes] == ([] if up == "y" else [f"up is {up}"])
    np.testing.assert_array_equal(read(tmp_path, content, up=up).joints, clip.joints)


def test_every_turn_of_the_axes_is_a_rotation():
    for up, turn in TURNS.items():
        axis = np.eye(3)["xyz".index(up[-1])] * (-1 if up[0] == "-" else 1)
        np.testing.assert_array_equal(np.array(turn) @ axis, [0, 1, 0])
        assert np.linalg.det(turn) == 1


def test_an_axis_that_is_not_clear_is_asked_for(tmp_path):
    rows, names = tree()
    frames = [angles | {rows[0][0]: {"X": 42}} for angles in walking(names)]
    with pytest.raises(ValueError, match=r"walk\.bvh: which axis is up cannot be told .*--up y"):
        read(tmp_path, bvh(frames, tree=rows))
    assert read(tmp_path, bvh(frames, tree=rows), up="y").up == "y"


def test_synthetic_people_who_move_in_every_way_are_upright():
    motion = synthetic_motion()
    for clip in np.unique(motion.clip):
        joints = motion.joints[motion.clip == clip].astype(float)
        assert up_axis(joints) == "y"
        assert up_axis(joints @ np.array(TURNS["z"])) == "z"
        assert not [text for text in oddities(joints) if "T-pose" not in text]


def mirrored(content):
    """The same file in left-handed axes: x of offsets and positions, turns about y and z reversed."""
    lines = []
    for line in content.decode().splitlines():
        words = line.split()
        if words[:1] == ["OFFSET"]:
            line = f"OFFSET {-float(words[1])} {words[2]} {words[3]}"
        elif len(words) > 10 and words[0] != "CHANNELS":
            numbers = np.array(words, float)
            numbers[0] *= -1
            rest = numbers[3:].reshape(-1, 3)
            rest[:, :2] *= -1  # Z, Y, X
            line = " ".join(map(str, numbers))
        lines.append(line)
    return "\n".join(lines).encode()


def test_left_handed_axes_are_warned_of_and_can_be_reversed(tmp_path):
    (tmp_path / "walk.bvh").write_bytes(mirrored(person()))
    done = cmu("bvh", tmp_path / "walk.bvh", "--out", tmp_path / "out.npz", "--check")
    assert "Warning: walk: the knees bend forwards in 100% of the frames" in done.stderr
    assert "--left-handed" in done.stderr
    check(read_bvh(tmp_path / "walk.bvh", left_handed=True))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_t_pose_in_front_is_said(tmp_path, count):
    rows, names = tree()
    clip = read(tmp_path, bvh([{}] * count + list(walking(names, 20)), tree=rows))
    found = [text for text in oddities(clip.joints) if "T-pose" in text]
    assert len(found) == bool(count)
    if count:
        assert f"--skip {count} " in found[0]
        rest = read_bvh(tmp_path / "walk.bvh", skip=count)
        assert oddities(rest.joints) == []


def test_bones_of_length_zero_are_said(tmp_path):
    rows, names = tree()
    rows = [(n, p, (0, 0, 0)) if n == names["forearm", 1] else (n, p, o) for n, p, o in rows]
    clip = read(tmp_path, bvh(list(walking(names)), tree=rows))
    assert "bones of length 0: left_shoulder to left_elbow" in oddities(clip.joints)[0]


@pytest.mark.parametrize("shift", [0, 3])
def test_positions_that_are_added_to_the_offsets(tmp_path, shift):
    """Every joint has position channels that hold 0, or how far it is from its offset."""
    rows, names = tree()
    plain = person(everywhere=True).decode().splitlines()
    moved = []
    for line in plain:
        words = line.split()
        if len(words) > 20:
            numbers = np.array(words, float).reshape(-1, 6)
            numbers[1:, :3] = shift / 10
            line = " ".join(map(str, numbers.ravel()))
        moved.append(line)
    clip = read(tmp_path, "\n".join(moved).encode())
    assert clip.notes == ("joint positions are added to the offsets",)
    if not shift:
        check(clip)
    assert read(tmp_path, person(everywhere=True)).notes == ()


def test_decimal_commas_and_decimetres(tmp_path):
    check(read(tmp_path, person().replace(b".", b",")))
    check(read(tmp_path, person(unit=100)))
    with pytest.raises(ValueError, match="a word among them: '0,5'"):
        read(tmp_path, person().replace(b"OFFSET 0.000000", b"OFFSET 0,5", 1))


def test_files_that_are_read_differently_are_named(tmp_path):
    clips = [
        MotionClip(read(tmp_path, person(family)).joints, 30, family, "", "", family) for family in ("DAZ", "Unity")
    ]
    _, warnings = remarks(clips)
    assert warnings == [
        "the files: they are read differently: skeleton DAZ, up is y (DAZ); skeleton Unity, up is y (Unity)"
    ]
    assert remarks(clips[:1] * 3) == ([], [])


@pytest.fixture
def folders(tmp_path):
    """Clips of the same name in the folders of two people."""
    for name in ("P1/walk", "P2/walk", "P2/run"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / f"{name}.bvh").write_bytes(person())
    return tmp_path / "in"


def test_clips_of_one_name_are_told_apart_by_their_folders(tmp_path, folders):
    done = cmu("bvh", folders, "--out", tmp_path / "out.npz", "--test", "P2")
    assert done.exit_code == 0, done.output
    poses = load_poses(tmp_path / "out.npz")
    assert set(zip(poses.subject, poses.action, poses.split, strict=True)) == {
        ("P1", "P1/walk", "train"), ("P2", "P2/walk", "test"), ("P2", "P2/run", "test")
    }  # fmt: skip
    (folders / "P1" / "walk.BVH").write_bytes(person())
    done = cmu("bvh", folders, "--out", tmp_path / "b.npz")
    assert done.exit_code == 2 and "expected clips of different names, found" in done.stderr


def test_an_index_of_patterns_labels_many_clips(tmp_path, folders):
    (tmp_path / "index.csv").write_text("clip,action,subject,split\nP2/run,running,,test\n*/walk,walking,anybody,\n")
    done = cmu("bvh", folders, "--out", tmp_path / "out.npz", "--index", tmp_path / "index.csv", "--test", "P1*")
    assert done.exit_code == 0, done.output
    poses = load_poses(tmp_path / "out.npz")
    assert set(zip(poses.subject, poses.action, poses.split, strict=True)) == {
        ("anybody", "walking", "test"), ("anybody", "walking", "train"), ("P2", "running", "test")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [("clip\tmood\na\tb\n", "found mood"), ("clip,split\na,dev\n", "line 2: "), ("clip,action\na\n", "line 2: "),
     ("clip;action\na;b\na;c\n", "line 3: expected clip, action, each clip once")],
)  # fmt: skip
def test_a_wrong_index_says_where(tmp_path, folders, text, message):
    (tmp_path / "index.csv").write_text(text)
    done = cmu("bvh", folders, "--out", tmp_path / "out.npz", "--index", tmp_path / "index.csv")
    assert done.exit_code == 2 and message in done.stderr


def test_a_frame_time_of_0_needs_a_rate(tmp_path):
    content = person().replace(b"Frame Time: 0.0333333", b"Frame Time: 0")
    with pytest.raises(ValueError, match="frame time is 0 seconds; .*--source-fps"):
        read(tmp_path, content)
    assert read(tmp_path, content, fps=25.0).fps == 25
    done = cmu("bvh", tmp_path / "walk.bvh", "--source-fps", 60, "--fps", 30, "--out", tmp_path / "out.npz")
    assert done.exit_code == 0, done.output
    assert len(load_poses(tmp_path / "out.npz")) == 4 * 4


def test_acclaim_files_say_their_rate_unit_and_axes_or_it_is_said_for_them(tmp_path):
    head = ":FULLY-SPECIFIED\n:DEGREES\n"
    (tmp_path / "1.asf").write_bytes(asf())
    (tmp_path / "1_01.amc").write_bytes(amc([{}] * 8, head=head).replace(b":DEG", b":SAMPLES-PER-SECOND 60\n:DEG"))
    words = ["asf", tmp_path / "1.asf", tmp_path / "1_01.amc"]
    done = cmu(*words, "--out", tmp_path / "a.npz")
    assert done.exit_code == 0 and "Note" not in done.stdout, done.output
    assert len(load_poses(tmp_path / "a.npz")) == 4 * 4
    (tmp_path / "1_01.amc").write_bytes(amc([{}] * 8))
    done = cmu(*words, "--out", tmp_path / "b.npz")
    assert "Note: 1_01: 120 frames per second are assumed" in done.stdout
    assert len(load_poses(tmp_path / "b.npz")) == 4 * 2
    bare = asf().replace(b"  length 0.45\n", b"").replace(b"  XYZ", b"")
    (tmp_path / "1.asf").write_bytes(bare)
    done = cmu(*words, "--out", tmp_path / "c.npz", "--source-fps", 120)
    assert "no unit; CMU (inch / 0.45) by the person's height" in done.stdout
    assert "an axis without an order is taken as XYZ" in done.stdout
    np.testing.assert_allclose(load_poses(tmp_path / "c.npz").x3d, load_poses(tmp_path / "b.npz").x3d, atol=1e-2)
    done = cmu(*words, "--out", tmp_path / "d.npz", "--scale", 25.4 / 0.45)
    np.testing.assert_allclose(load_poses(tmp_path / "d.npz").x3d, load_poses(tmp_path / "b.npz").x3d, atol=1e-2)
    commas = amc([{}] * 8).replace(b"\nroot 0 0 0", b"\nroot 0,5 0 0")
    (tmp_path / "1_01.amc").write_bytes(commas)
    done = cmu(*words, "--out", tmp_path / "e.npz")
    assert done.exit_code == 0, done.output
