"""Representations: METHOD's table, the loss shares that follow from it, and what cannot be expressed."""

import numpy as np
import pytest

from liftkit.networks import Lifter
from liftkit.representations import REPRESENTATIONS, Representation, Segment, get_representation, register
from liftkit.skeleton import H36M_17

LEG = ("hip", "knee", "ankle")
ARM = ("shoulder", "elbow", "wrist")
COLUMN = ("spine", "thorax", "neck", "head")
LEGS, TORSO = REPRESENTATIONS["legs_torso"].segments
NAMES = [
    "full",
    "legs_torso",
    "legs_torso_shared",
    "five_parts",
    "five_parts_shared",
    "left_right",
]


def side(name: str, *joints: str) -> set[str]:
    return {f"{name}_{joint}" for joint in joints}


def test_the_table_holds_the_five_of_the_paper_and_left_right():
    assert list(REPRESENTATIONS) == NAMES
    assert all(rep.name == name and rep.description for name, rep in REPRESENTATIONS.items())


@pytest.mark.parametrize(
    "name, sizes, blocks, shared",
    [
        ("full", [16], 6, 0),
        ("legs_torso", [6, 10], 3, 0),
        ("legs_torso_shared", [6, 10], 2, 2),
        ("five_parts", [3, 3, 4, 3, 3], 1, 0),
        ("five_parts_shared", [3, 3, 4, 3, 3], 1, 1),
    ],
)
def test_sizes_and_blocks_are_those_of_the_papers_table(name, sizes, blocks, shared):
    rep = REPRESENTATIONS[name]
    assert [len(segment.sees) for segment in rep.segments] == sizes
    assert all(segment.owns == segment.sees for segment in rep.segments)
    assert (rep.blocks, rep.shared_blocks) == (blocks, shared)
    assert rep.independent == (shared == 0)


def test_segments_hold_the_joints_that_their_names_promise():
    legs = side("right", *LEG) | side("left", *LEG)
    arms = side("right", *ARM) | side("left", *ARM)
    for name in ("legs_torso", "legs_torso_shared"):
        found = {segment.name: set(segment.sees) for segment in REPRESENTATIONS[name].segments}
        assert found == {"legs": legs, "torso": arms | set(COLUMN)}
    five = {
        "right_leg": side("right", *LEG),
        "left_leg": side("left", *LEG),
        "column": set(COLUMN),
        "left_arm": side("left", *ARM),
        "right_arm": side("right", *ARM),
    }
    for name in ("five_parts", "five_parts_shared"):
        found = {segment.name: set(segment.sees) for segment in REPRESENTATIONS[name].segments}
        assert found == five


def test_left_and_right_both_see_the_column_and_share_its_ownership():
    left, right = REPRESENTATIONS["left_right"].segments
    assert set(left.sees) & set(right.sees) == set(COLUMN)
    assert set(left.sees) == side("left", *LEG, *ARM) | set(COLUMN)
    assert set(right.sees) == side("right", *LEG, *ARM) | set(COLUMN)
    assert not set(left.owns) & set(right.owns)
    assert {"spine", "head"} <= set(left.owns) | set(right.owns)


@pytest.mark.parametrize("name", NAMES)
def test_every_joint_but_the_root_has_one_owner_who_sees_it(name):
    rep = REPRESENTATIONS[name]
    assert rep.segment_of[0] == -1
    for joint, owner in zip(H36M_17.names[1:], rep.segment_of[1:], strict=True):
        assert [joint in segment.owns for segment in rep.segments] == [s == owner for s in range(len(rep.segments))]
        assert joint in rep.segments[owner].sees


# (a joint, its consistency weight, its adversarial share), worked out from METHOD's segment sizes
SHARES = [
    ("full", "left_ankle", 1 / 16, 1),
    ("full", "head", 1 / 16, 1),
    ("legs_torso", "left_ankle", 1 / 6, 6 / 16),
    ("legs_torso", "right_wrist", 1 / 10, 10 / 16),
    ("legs_torso_shared", "left_ankle", 1 / 16, 1),
    ("legs_torso_shared", "right_wrist", 1 / 16, 1),
    ("five_parts", "left_ankle", 1 / 3, 3 / 16),
    ("five_parts", "right_wrist", 1 / 3, 3 / 16),
    ("five_parts", "thorax", 1 / 4, 4 / 16),
    ("five_parts_shared", "thorax", 1 / 16, 1),
    ("left_right", "head", 1 / 8, 8 / 16),
    ("left_right", "left_knee", 1 / 8, 8 / 16),
]


@pytest.mark.parametrize("name, joint, weight, share", SHARES)
def test_loss_shares_follow_the_segments_that_are_trained_on_their_own(name, joint, weight, share):
    rep, j = REPRESENTATIONS[name], H36M_17.index(joint)
    assert rep.consistency_weight[j] == pytest.approx(weight)
    assert rep.adversarial_share[j] == pytest.approx(share)


@pytest.mark.parametrize("name", NAMES)
def test_loss_groups_part_the_joints_and_their_shares_sum_to_one(name):
    rep = REPRESENTATIONS[name]
    np.testing.assert_array_equal(rep.loss_groups.sum(0), [0] + [1] * 16)
    assert len(rep.loss_groups) == (len(rep.segments) if rep.independent else 1)
    # a mean over each group's joints, and one share a group
    np.testing.assert_allclose(rep.loss_groups @ rep.consistency_weight, 1, rtol=1e-6)
    share_of_group = (rep.loss_groups * rep.adversarial_share).max(1)
    assert share_of_group.sum() == pytest.approx(1)
    assert rep.consistency_weight[0] == rep.adversarial_share[0] == 0


@pytest.mark.parametrize(
    "sees, owns, message",
    [
        ((), (), "'s' sees no joint"),
        (("head", "neck", "head"), (), "'s' names a joint twice: head, neck, head"),
        (("head",), ("neck", "head"), "'s' owns joints that it does not see: neck"),
    ],
)
def test_a_segment_that_makes_no_sense_is_refused(sees, owns, message):
    with pytest.raises(ValueError, match=message):
        Segment("s", sees, owns)


@pytest.mark.parametrize(
    "segments, blocks, shared, message",
    [
        ((LEGS,), 1, 0, "mine: no segment owns spine, thorax, neck, head, left_shoulder"),
        ((), 1, 0, "mine: no segment owns right_hip"),
        ((LEGS, TORSO, Segment("top", ("head",))), 1, 0, "mine: joints owned by two segments: head"),
        ((LEGS, TORSO, Segment("root", ("pelvis",))), 1, 0, "the pelvis's depth is 0; no segment can own it"),
        ((LEGS, Segment("tail", ("tail",))), 1, 0, "unknown joint 'tail'; the joints are pelvis, right_hip"),
        ((LEGS, TORSO), 4, 0, r"expected 1 to 6 residual blocks in all .* found 2 x 4 \+ 0 = 8"),
        ((LEGS, TORSO), 2, 3, r"found 2 x 2 \+ 3 = 7"),
        ((LEGS, TORSO), 0, 2, r"found 2 x 0 \+ 2 = 2"),
        ((LEGS, TORSO), 2, -1, r"found 2 x 2 \+ -1 = 3"),
    ],
)
def test_a_representation_that_makes_no_sense_is_refused(segments, blocks, shared, message):
    with pytest.raises(ValueError, match=message):
        Representation("mine", segments, blocks, shared)


def test_lists_are_taken_as_tuples():
    mine = Representation(
        "mine", [Segment("legs", list(LEGS.sees), list(LEGS.owns)), Segment("torso", [*TORSO.sees])], 2
    )
    assert mine == Representation("mine", (LEGS, TORSO), 2)
    assert hash(mine) == hash(Representation("mine", (LEGS, TORSO), 2))


def test_a_joint_may_be_seen_by_several_segments_even_the_root():
    seeing = Segment("legs", ("pelvis", "spine", *LEGS.sees), LEGS.owns)
    rep = Representation("overlapping", (seeing, TORSO), 3)
    assert rep.segment_of[H36M_17.index("spine")] == 1
    assert rep.adversarial_share[H36M_17.index("left_knee")] == pytest.approx(6 / 16)


def test_a_registered_representation_is_known_by_name_to_the_networks(monkeypatch):
    monkeypatch.setattr("liftkit.representations.REPRESENTATIONS", dict(REPRESENTATIONS))
    mine = Representation("mine", (LEGS, TORSO), 2)
    assert register(mine) is mine
    assert register(Representation("mine", (LEGS, TORSO), 2)) == mine
    assert get_representation("mine") is mine
    assert Lifter("mine", width=16).representation is mine
    with pytest.raises(ValueError, match="a different representation is already called 'mine'"):
        register(Representation("mine", (LEGS, TORSO), 3))
    assert get_representation("mine").blocks == 2


def test_a_taken_name_is_free_again_as_the_error_says(monkeypatch):
    monkeypatch.setattr("liftkit.representations.REPRESENTATIONS", known := dict(REPRESENTATIONS))
    register(Representation("mine", (LEGS, TORSO), 2))
    with pytest.raises(ValueError, match=r"(del REPRESENTATIONS\S+)$") as refused:
        register(Representation("mine", (LEGS, TORSO), 3))
    exec(str(refused.value).split(" by ")[1], {"REPRESENTATIONS": known})
    assert register(Representation("mine", (LEGS, TORSO), 3)).blocks == 3


def test_an_unknown_name_lists_the_names():
    with pytest.raises(ValueError, match="unknown representation 'fulll'; there are full, legs_torso, legs"):
        get_representation("fulll")
    unregistered = Representation("unregistered", (LEGS, TORSO), 1)
    assert get_representation(unregistered) is unregistered
