"""A PoseSet selects by labels, masks and indices, without editing or sharing; nothing selected lists the choices."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pose_sets import arrays_of, assert_same

from liftkit.poses import PoseSet


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"subject": "ann"}, range(8)),
        ({"subject": ["ann", "cem"]}, [*range(8), *range(16, 24)]),
        ({"subject": ("ann", "nobody")}, range(8)),
        ({"clip": 2}, range(8, 12)),
        ({"clip": np.array([0, 5])}, [*range(4), *range(20, 24)]),
        ({"camera": 1}, range(1, 24, 2)),
        ({"subject": "bob", "action": "walk", "camera": 0}, [12, 14]),
        ({}, range(24)),
    ],
)
def test_select_by_labels_keeps_just_those(tiny_poses, labels, expected):
    assert_at(tiny_poses.select(**labels), tiny_poses, list(expected))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ([5, 3, 3, -1], [5, 3, 3, 23]),
        (np.arange(24) % 5 == 0, [0, 5, 10, 15, 20]),
        ([False] * 23 + [True], [23]),
        (slice(2, 8, 3), [2, 5]),
        (7, [7]),
    ],
)
def test_select_by_mask_or_indices_keeps_their_order(tiny_poses, where, expected):
    assert_at(tiny_poses.select(where), tiny_poses, expected)


@given(where=st.lists(st.integers(-24, 23), min_size=1), camera=st.sampled_from([0, 1, [0, 1]]))
def test_indices_and_labels_intersect(where, camera):
    poses = PoseSet(np.arange(24.0)[:, None, None] * np.ones((17, 2)), camera=np.tile([0, 1], 12))
    wanted = [i for i in where if poses.camera[i] in np.atleast_1d(camera)]
    if wanted:
        assert poses.select(where, camera=camera).x2d[:, 0, 0].tolist() == [i % 24 for i in wanted]
    else:
        with pytest.raises(ValueError, match="the selection is empty"):
            poses.select(where, camera=camera)


def assert_at(found, poses, indices):
    at = {field: array[indices] for field, array in arrays_of(poses).items()}
    assert_same(found, dataclasses.replace(poses, **at))


def test_a_selection_neither_edits_nor_shares(tiny_poses):
    before = {field: array.copy() for field, array in arrays_of(tiny_poses).items()}
    for part in tiny_poses.select(slice(None)), tiny_poses.select(subject="ann"), tiny_poses.select():
        for array in arrays_of(part).values():
            array[...] = array[0]
    assert_same(tiny_poses, dataclasses.replace(tiny_poses, **before))


def test_a_selection_without_3d_has_none(tiny_poses):
    assert dataclasses.replace(tiny_poses, x3d=None).select(clip=0).x3d is None


@pytest.mark.parametrize(
    ("where", "labels", "message"),
    [
        (None, {"colour": "red"}, "cannot select by 'colour'; the labels are subject, action, clip, frame"),
        (None, {"x2d": 0}, "cannot select by 'x2d'"),
        (None, {"subject": "dan"}, "tiny: no pose with subject 'dan'; there are 'ann', 'bob', 'cem'"),
        (None, {"clip": [8, 9]}, r"no pose with clip \[8, 9\]; there are 0, 1, 2, 3, 4, 5"),
        (None, {"subject": "ann", "split": "test"}, "no pose with split 'test'"),
        ([0], {"subject": "cem"}, "the selection is empty"),
        (np.zeros(24, bool), {}, "the selection is empty"),
        (np.ones(5, bool), {}, "where must be a mask or indices of 24 poses.*5"),
        ([24], {}, "where must be a mask or indices of 24 poses.*24 is out of bounds"),
        ([0.5], {}, "where must be a mask or indices of 24 poses"),
    ],
)
def test_a_selection_of_nothing_lists_the_choices(tiny_poses, where, labels, message):
    with pytest.raises(ValueError, match=message):
        tiny_poses.select(where, **labels)
