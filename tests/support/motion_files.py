"""Motion-capture files written by hand from the formats' descriptions."""

import numpy as np
from scipy.spatial.transform import Rotation

from liftkit.skeleton import H36M_17

# A person of about 1.75 m in a T-pose who faces +z: name, parent, offset in mm; "end" is an end site.
CMU = [
    ("Hips", None, (0, 0, 0)),
    *[
        row
        for side, x in (("Left", 1), ("Right", -1))
        for row in (
            (f"{side[0]}HipJoint", "Hips", (0, 0, 0)),
            (f"{side}UpLeg", f"{side[0]}HipJoint", (100 * x, -90, 0)),
            (f"{side}Leg", f"{side}UpLeg", (0, -430, 0)),
            (f"{side}Foot", f"{side}Leg", (0, -420, 0)),
            ("end", f"{side}Foot", (0, -60, 150)),
        )
    ],
    ("LowerBack", "Hips", (0, 0, 0)),
    ("Spine", "LowerBack", (0, 200, 0)),
    ("Spine1", "Spine", (0, 150, 0)),
    ("Neck", "Spine1", (0, 0, 0)),
    ("Neck1", "Neck", (0, 100, 0)),
    ("Head", "Neck1", (0, 90, 10)),
    ("end", "Head", (0, 150, 0)),
    *[
        row
        for side, x in (("Left", 1), ("Right", -1))
        for row in (
            (f"{side}Shoulder", "Spine1", (0, 0, 0)),
            (f"{side}Arm", f"{side}Shoulder", (180 * x, 60, 0)),
            (f"{side}ForeArm", f"{side}Arm", (280 * x, 0, 0)),
            (f"{side}Hand", f"{side}ForeArm", (250 * x, 0, 0)),
            ("end", f"{side}Hand", (80 * x, 0, 0)),
        )
    ],
]
SHORT = {"UpLeg": "UpperLeg", "Leg": "LowerLeg", "Foot": "Foot", "Arm": "UpperArm", "ForeArm": "LowerArm"}
SHORT |= {"Hand": "Hand", "Shoulder": "Shoulder"}


def short(name):
    """A name of the CMU skeleton as the other family of names has it: LeftForeArm is LowerArm_L."""
    for side in ("Left", "Right"):
        if name.startswith(side) and name.removeprefix(side) in SHORT:
            return f"{SHORT[name.removeprefix(side)]}_{side[0]}"
    return {"Spine1": "Chest", "Neck": "Collar", "Neck1": "Neck"}.get(name, name)


def bvh(
    frames, tree=CMU, order="ZYX", unit=10.0, rename=lambda n: n, everywhere=False, ends=True, newline="\n", time="0.01"
):
    """A BVH file: ``frames`` of {joint: angles (deg) about x, y, z, in the file's order}, root at (0, 900, 0) mm."""
    kids = {name: [row for row in tree if row[1] == name] for name, *_ in tree}
    lines, columns = ["HIERARCHY"], []

    def walk(name, offset, depth):
        pad = "\t" * depth
        moves = depth == 0 or everywhere
        words = [*(["Xposition", "Yposition", "Zposition"] if moves else []), *(f"{a}rotation" for a in order)]
        lines.extend([f"{pad}{'JOINT' if depth else 'ROOT'} {rename(name)}", pad + "{"])
        lines.append(f"{pad}\tOFFSET " + " ".join(f"{v / unit:.6f}" for v in offset))
        lines.append(f"{pad}\tCHANNELS {len(words)} {' '.join(words)} ")
        columns.append((name, offset if depth else (0, 900, 0), moves))
        for child, _, place in kids[name]:
            if child != "end":
                walk(child, place, depth + 1)
            elif ends:
                text = " ".join(f"{v / unit:.6f}" for v in place)
                lines.extend([f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {text}", f"{pad}\t}}"])
        lines.append(pad + "}")

    walk(tree[0][0], (0, 0, 0), 0)
    lines += ["MOTION", f"Frames: {len(frames)}", f"Frame Time: {time}"]
    for frame in frames:
        row = []
        for name, place, moves in columns:
            row += [v / unit for v in place] if moves else []
            row += [frame.get(name, {}).get(axis, 0) for axis in order]
        lines.append(" ".join(f"{v:.6f}" for v in row))
    return newline.join([*lines, ""]).encode()


T_POSE, RIGHT_HAND_UP = {}, {"RightArm": {"Z": -90}}


MM = 25.4 / 0.45  # mm a unit


def _side(s, x):
    """The bones of one side: name, parent, vector in mm, axis in degrees, dof. The axes are those of CMU."""
    return [
        (f"{s}hipjoint", "root", (100 * x, -100, 20), (0, 0, 0), ""),
        (f"{s}femur", f"{s}hipjoint", (0, -420, 0), (0, 0, 20 * x), "rx ry rz"),
        (f"{s}tibia", f"{s}femur", (0, -410, 0), (0, 0, 20 * x), "rx"),
        (f"{s}foot", f"{s}tibia", (0, -50, 120), (-90, 0, 20 * x), "rx rz"),
        (f"{s}clavicle", "thorax", (170 * x, 60, 0), (0, 0, 0), "ry rz"),
        (f"{s}humerus", f"{s}clavicle", (280 * x, 0, 0), (180, 30 * x, 90 * x), "rx ry rz"),
        (f"{s}radius", f"{s}humerus", (170 * x, 0, 0), (180, 30 * x, 90 * x), "rx"),
        (f"{s}wrist", f"{s}radius", (85 * x, 0, 0), (0, -90 * x, -90 * x), "ry"),
    ]


TRUNK = [("lowerback", "root", 115), ("upperback", "lowerback", 115), ("thorax", "upperback", 115)]
TRUNK += [("lowerneck", "thorax", 90), ("upperneck", "lowerneck", 90), ("head", "upperneck", 95)]
BONES = [(n, parent, (0, y, 0), (0, 0, 0), "rx ry rz") for n, parent, y in TRUNK] + _side("l", 1) + _side("r", -1)


def asf(bones=BONES, angle="deg"):
    """An ASF file of a T-pose that faces +z, in CMU's units."""
    degree = 1 if angle == "deg" else np.pi / 180
    lines = ["# AST/ASF file", ":version 1.10", ":name VICON", ":units", "  mass 1.0", "  length 0.45"]
    lines += [f"  angle {angle}", ":documentation", "   made by hand", ":root", "   order TX TY TZ RX RY RZ"]
    lines += ["   axis XYZ", "   position 0 0 0", "   orientation 0 0 0", ":bonedata"]
    for number, (name, _, vector, axis, dof) in enumerate(bones, start=1):
        length = np.linalg.norm(vector)
        lines += ["  begin", f"     id {number}", f"     name {name}"]
        lines += ["     direction " + " ".join(f"{v / length:.9f}" for v in vector), f"     length {length / MM:.9f}"]
        lines += ["     axis " + " ".join(f"{v * degree:.9f}" for v in axis) + "  XYZ"]
        if dof:
            limits = ["(-160.0 20.0)"] * len(dof.split())
            lines += [f"    dof {dof}", f"    limits {limits[0]}", *(f"           {limit}" for limit in limits[1:])]
        lines += ["  end"]
    lines += [":hierarchy", "  begin"]
    for parent in dict.fromkeys(row[1] for row in bones):
        lines.append(f"    {parent} " + " ".join(row[0] for row in bones if row[1] == parent))
    return "\n".join([*lines, "  end", ""]).encode()


def amc(frames, bones=BONES, head=":FULLY-SPECIFIED\n:DEGREES\n"):
    """An AMC file: {bone: values} a frame, zero where a bone is not named."""
    lines = ["#!OML:ASF F:\\VICON\\USERDATA\\walk.ASF", *head.split()]
    for number, frame in enumerate(frames, start=1):
        lines += [str(number), "root " + " ".join(f"{v:.9g}" for v in frame.get("root", [0] * 6))]
        for name, *_, dof in bones:
            if dof:
                lines.append(f"{name} " + " ".join(f"{v:.9g}" for v in frame.get(name, [0] * len(dof.split()))))
    return "\n".join([*lines, ""]).encode()


def _raised(s: str, x: int):
    """The values of a humerus that points up: a turn by 90 degrees about z, in its own axes, by scipy."""
    axis = Rotation.from_euler("xyz", next(row[3] for row in BONES if row[0] == f"{s}humerus"), degrees=True)
    turn = axis.inv() * Rotation.from_euler("z", 90 * x, degrees=True) * axis
    return turn.as_euler("xyz", degrees=True).tolist()  # lower case: about fixed axes, x first


ASF_RIGHT_HAND_UP = {"rhumerus": _raised("r", -1), "root": [10, 17, -20, 0, 0, 0]}


def joint_at(clip, joint, frame=-1):
    """A joint's place against the pelvis, rounded to mm."""
    return (clip.joints[frame, H36M_17.index(joint)] - clip.joints[frame, 0]).round().tolist()
