"""BVH as a character needs it: an independent reader finds rotations, bones with a length, and the joints' places."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from liftkit.data.synthetic import synthetic_motion
from liftkit.export.bvh import bvh_bytes
from liftkit.skeleton import H36M_17

NAMES = H36M_17.names


def parsed(content):
    """Joints as (name, parent, offset, channels), the end sites' offsets, and the numbers of the motion."""
    hierarchy, motion = content.decode().split("MOTION\n")
    joints, ends, stack, name = [], [], [], None
    for words in map(str.split, hierarchy.splitlines()):
        if words[0] in ("ROOT", "JOINT", "End"):
            name = words[1]
        elif words[0] == "{":
            stack.append(name)
            if name != "Site":
                joints.append([name, stack[-2] if len(stack) > 1 else None, None, None])
        elif words[0] == "OFFSET":
            offset = np.array(words[1:], float)
            ends.append(offset) if name == "Site" else joints[-1].__setitem__(2, offset)
        elif words[0] == "CHANNELS":
            joints[-1][3] = words[2:]
        elif words[0] == "}":
            stack.pop()
    numbers = np.array([line.split() for line in motion.splitlines()[2:]], float)
    return joints, ends, numbers


def forward(content, translated=True):
    """World places (F, 17, 3): each joint's channels in their order, position channels in place of the offset."""
    joints, _, numbers = parsed(content)
    places, turns, column = {}, {}, 0
    for name, parent, offset, channels in joints:
        values = dict(zip(channels, numbers[:, column : column + len(channels)].T, strict=True))
        column += len(channels)
        order = "".join(c[0] for c in channels if c.endswith("rotation"))
        turn = Rotation.from_euler(order, np.stack([values[f"{a}rotation"] for a in order], -1), degrees=True)
        step = np.stack([values[f"{axis}position"] for axis in "XYZ"], -1)
        step = step if translated or parent is None else np.tile(offset, (len(step), 1))
        places[name] = step if parent is None else places[parent] + turns[parent].apply(step)
        turns[name] = turn if parent is None else turns[parent] * turn
    return np.stack([places[name] for name in NAMES], axis=1)


def puppet(frames=40):
    """A person of rigid bones, hips and chest, posed by random rotations of every joint: places (F, 17, 3) in mm."""
    rng = np.random.default_rng(3)
    bones = {"right_hip": (-130, 0, 0), "left_hip": (130, 0, 0), "spine": (0, 230, 0), "thorax": (0, 250, 0)}
    bones |= {"neck": (0, 110, 0), "head": (0, 115, 0)}
    for side, sign in ("left", 1), ("right", -1):
        bones |= {f"{side}_knee": (0, -440, 0), f"{side}_ankle": (0, -430, 0), f"{side}_shoulder": (sign * 150, 0, 0)}
        bones |= {f"{side}_elbow": (sign * 280, 0, 0), f"{side}_wrist": (sign * 250, 0, 0)}
    places, turns = (
        [np.cumsum(rng.normal(scale=30, size=(frames, 3)), axis=0)],
        [Rotation.random(frames, random_state=0)],
    )
    for joint, parent in list(enumerate(H36M_17.parents))[1:]:
        places.append(places[parent] + turns[parent].apply(bones[NAMES[joint]]))
        turns.append(turns[parent] * Rotation.from_rotvec(rng.normal(scale=1.0, size=(frames, 3))))
    return np.stack(places, axis=1)


@pytest.mark.parametrize("translated", [True, False])
def test_forward_kinematics_of_the_text_returns_a_rigid_persons_joints(translated):
    """Without the position channels as well, as a character moves that takes rotations only."""
    joints = puppet()
    np.testing.assert_allclose(forward(bvh_bytes(joints, 25, scale=1.0), translated), joints, atol=0.01)


def test_any_joints_are_read_back_and_every_bone_has_its_direction_from_the_rotations():
    rng = np.random.default_rng(0)
    joints = puppet() * rng.uniform(0.7, 1.3, (40, 1, 1)) + rng.normal(scale=40, size=(40, 17, 3))  # bones vary
    content = bvh_bytes(joints, 25, scale=1.0)
    np.testing.assert_allclose(forward(content), joints, atol=0.01)
    turned = forward(content, translated=False)
    for joint, parent in list(enumerate(H36M_17.parents))[1:]:
        if H36M_17.parents.count(parent) > 1:
            continue  # hips, shoulders and what stands between them are one body each
        wanted, found = (x[:, joint] - x[:, parent] for x in (joints, turned))
        cosine = (wanted * found).sum(-1) / np.linalg.norm(wanted, axis=-1) / np.linalg.norm(found, axis=-1)
        assert cosine.min() > 1 - 1e-9, NAMES[joint]
        assert np.ptp(np.linalg.norm(found, axis=-1)) < 1e-3  # a character's bones do not stretch


def test_no_bone_has_length_0_and_the_rest_pose_stands():
    joints, ends, _ = parsed(bvh_bytes(puppet(), 25))
    offsets = {name: offset for name, parent, offset, _ in joints if parent}
    assert len(offsets) == 16 and len(ends) == 5
    assert min(np.linalg.norm(v) for v in (*offsets.values(), *ends)) > 1
    np.testing.assert_allclose(offsets["left_knee"], (0, -44, 0), atol=1e-3)
    np.testing.assert_allclose(offsets["right_elbow"], (-28, 0, 0), atol=1e-3)
    np.testing.assert_allclose(offsets["head"], (0, 11.5, 0), atol=1e-3)


def test_a_bone_that_turns_right_round_and_one_without_length_have_rotations_too():
    joints = puppet(3)
    knee, ankle = H36M_17.index("left_knee"), H36M_17.index("left_ankle")
    joints[1, ankle] = 2 * joints[1, knee] - joints[1, ankle]
    joints[2, ankle] = joints[2, knee]
    np.testing.assert_allclose(forward(bvh_bytes(joints, 25, scale=1.0)), joints, atol=0.01)
    upright = np.zeros((1, 17, 3))
    np.testing.assert_array_equal(parsed(bvh_bytes(upright, 25))[2], 0)


def test_no_number_is_minus_zero():
    joints = np.round(synthetic_motion().joints[:40].astype(float), 1)
    joints[..., 0] = -0.0  # seen from the side: every number along x is 0
    assert b"-0.00000" not in bvh_bytes(joints, 30)
