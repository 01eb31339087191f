"""The skeleton is one tree, its sides pair up, and a wrong one is refused."""

import dataclasses

import pytest

from liftkit.skeleton import H36M_17, Skeleton

# Written out by hand from METHOD.md's prose, not derived from the code under test.
ORDER = """pelvis right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax neck head
left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist""".split()
CHAINS = {
    "right_ankle": "right_knee right_hip pelvis",
    "left_ankle": "left_knee left_hip pelvis",
    "head": "neck thorax spine pelvis",
    "left_wrist": "left_elbow left_shoulder thorax spine pelvis",
    "right_wrist": "right_elbow right_shoulder thorax spine pelvis",
}


def test_the_order_is_that_of_human36m():
    assert H36M_17.names == tuple(ORDER)
    assert len(H36M_17) == 17


@pytest.mark.parametrize(("tip", "chain"), CHAINS.items())
def test_each_limb_hangs_on_the_pelvis(tip, chain):
    joint, found = H36M_17.index(tip), []
    while (joint := H36M_17.parents[joint]) >= 0:
        found.append(H36M_17.names[joint])
    assert found == chain.split()


def test_each_left_joint_is_paired_with_its_right_one_left_first():
    named = {(H36M_17.names[left], H36M_17.names[right]) for left, right in H36M_17.pairs}
    joints = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
    assert named == {(f"left_{joint}", f"right_{joint}") for joint in joints}


def test_swapping_sides_keeps_the_tree():
    swap = list(range(17))
    for left, right in H36M_17.pairs:
        swap[left], swap[right] = right, left
    assert {(swap[a], swap[b]) for a, b in H36M_17.bones} == set(H36M_17.bones)


def test_there_is_a_bone_to_every_joint_but_the_root():
    assert [joint for _, joint in H36M_17.bones] == list(range(1, 17))
    assert all(H36M_17.parents[joint] == parent for parent, joint in H36M_17.bones)


def test_a_joint_is_found_by_its_name():
    assert [H36M_17.index(name) for name in ORDER] == list(range(17))


def test_an_unknown_name_lists_the_names():
    with pytest.raises(ValueError, match="unknown joint 'tail'.*pelvis, right_hip.*right_wrist"):
        H36M_17.index("tail")


def test_a_skeleton_is_frozen_and_hashable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        H36M_17.names = ()
    assert hash(H36M_17) == hash(Skeleton(H36M_17.names, H36M_17.parents, H36M_17.pairs))


@pytest.mark.parametrize(
    ("names", "parents", "pairs", "message"),
    [
        (("a", "a"), (-1, 0), (), "names must differ"),
        (("a", "b"), (-1,), (), "2 joints need as many parents, found 1"),
        (("a", "b"), (-1, -1), (), r"root.*found \(-1, -1\)"),
        (("a", "b"), (1, -1), (), "the first joint"),
        (("a", "b", "c"), (-1, 2, 0), (), "b: its parent must come before it, found 2"),
        (("a", "b"), (-1, 1), (), "b: its parent must come before it, found 1"),
        (("a", "b"), (-1, -2), (), "b: its parent must come before it, found -2"),
        (("a", "b", "c"), (-1, 0, 0), ((1, 3),), r"pairs must hold indices.*found \(\(1, 3\),\)"),
        (("a", "b", "c"), (-1, 0, 0), ((1, 2), (2, 1)), "each at most once"),
    ],
)
def test_what_is_no_tree_is_refused(names, parents, pairs, message):
    with pytest.raises(ValueError, match=message):
        Skeleton(names, parents, pairs)
