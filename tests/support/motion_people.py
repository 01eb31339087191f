"""One person who walks with the right hand up, as BVH files with the names of many families of skeletons."""

import numpy as np
from formats.bvh import read_bvh
from formats.meaning import oddities
from motion_files import bvh, joint_at

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
    "Xsens's segments":
        "Pelvis {}UpperLeg {}LowerLeg {}Foot {}Toe L5 L3 T8 Neck Head {}Shoulder {}UpperArm {}ForeArm {}Hand",
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
    "OptiTrack":
        "Hip {}Thigh {}Shin {}Foot {}Toe Ab Ab2 Chest Neck Head {}Shoulder {}UArm {}FArm {}Hand",
    "VRM":
        "J_Bip_C_Hips J_Bip_{}_UpperLeg J_Bip_{}_LowerLeg J_Bip_{}_Foot J_Bip_{}_ToeBase J_Bip_C_Spine J_Bip_C_Chest "
        "J_Bip_C_UpperChest J_Bip_C_Neck J_Bip_C_Head J_Bip_{}_Shoulder J_Bip_{}_UpperArm J_Bip_{}_LowerArm "
        "J_Bip_{}_Hand",
    "Advanced Skeleton":
        "Root_M Hip_{} Knee_{} Ankle_{} Toes_{} Spine1_M Spine2_M Chest_M Neck_M Head_M Scapula_{} Shoulder_{} "
        "Elbow_{} Wrist_{}",
    "suffix":
        "hips_JNT {}_upleg_JNT {}_leg_JNT {}_foot_JNT {}_toebase_JNT spine_JNT spine1_JNT spine2_JNT neck_JNT head_JNT "
        "{}_shoulder_JNT {}_arm_JNT {}_forearm_JNT {}_hand_JNT",
    "ARKit":
        "hips_joint {}_upLeg_joint {}_leg_joint {}_foot_joint {}_toes_joint spine_1_joint spine_4_joint spine_7_joint "
        "neck_1_joint head_joint {}_shoulder_1_joint {}_arm_joint {}_forearm_joint {}_hand_joint",
    "Valve":
        "ValveBiped.Bip01_Pelvis ValveBiped.Bip01_{}_Thigh ValveBiped.Bip01_{}_Calf ValveBiped.Bip01_{}_Foot "
        "ValveBiped.Bip01_{}_Toe0 ValveBiped.Bip01_Spine ValveBiped.Bip01_Spine1 ValveBiped.Bip01_Spine2 "
        "ValveBiped.Bip01_Neck1 ValveBiped.Bip01_Head1 ValveBiped.Bip01_{}_Clavicle ValveBiped.Bip01_{}_UpperArm "
        "ValveBiped.Bip01_{}_Forearm ValveBiped.Bip01_{}_Hand",
    "no separators":
        "hips {}thigh {}shin {}foot {}toe spine chest chest2 neck head {}collar {}upperarm {}forearm {}hand",
}  # fmt: skip
SIDES = {"Unreal": "lr", "DAZ": "lr", "DAZ G8": "lr", "no separators": "lr"} | dict.fromkeys(
    ("MakeHuman", "SMPL", "Biped", "Rigify", "Character Creator"), "LR"
)
SIDES |= dict.fromkeys(("OptiTrack", "VRM", "Advanced Skeleton", "Valve"), "LR")
SIDES |= {"SMPL-X": ("left", "right"), "ARKit": ("left", "right"), "suffix": "lr"}


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
