"""A PoseSet holds only what is valid, has defaults and parts, and is joined with others of its kind."""

import dataclasses

import numpy as np
import pytest
from pose_sets import arrays_of, assert_same, with_nan

from liftkit.poses import PoseSet, concatenate
from liftkit.skeleton import H36M_17, Skeleton


def test_half_of_a_character_is_no_text(tiny_poses):
    for field, value in {"name": "a\ud800", "action": np.full(24, "a\ud800"), "subject": ["\udfff"] * 24}.items():
        with pytest.raises(ValueError, match=rf"{field} must be Unicode text, found"):
            dataclasses.replace(tiny_poses, **{field: value})


def test_types_are_those_of_the_contract(tiny_poses):
    wider = {"x2d": tiny_poses.x2d.astype(np.float64), "clip": tiny_poses.clip.astype(np.uint8)}
    poses = dataclasses.replace(tiny_poses, **wider)
    assert poses.x2d.dtype == poses.x3d.dtype == np.float32
    assert poses.clip.dtype == poses.frame.dtype == poses.camera.dtype == np.int32
    assert poses.subject.dtype.kind == poses.action.dtype.kind == poses.split.dtype.kind == "U"


def test_labels_left_out_have_their_defaults():
    poses = PoseSet(np.zeros((3, 17, 2)))
    assert poses.x3d is None
    assert poses.frame.tolist() == [0, 1, 2]
    assert poses.clip.tolist() == poses.camera.tolist() == [0, 0, 0]
    assert poses.subject.tolist() == poses.action.tolist() == poses.split.tolist() == ["", "", ""]
    assert (poses.units, poses.name, poses.skeleton) == ("px", "poses", H36M_17)


def test_a_pose_set_does_not_share_the_arrays_it_was_made_from(tiny_poses):
    given_arrays = {field: array.copy() for field, array in arrays_of(tiny_poses).items()}
    poses = dataclasses.replace(tiny_poses, **given_arrays)
    for array in given_arrays.values():
        array[...] = array[::-1].copy()
    assert_same(poses, tiny_poses)


def test_a_pose_set_is_frozen(tiny_poses):
    with pytest.raises(dataclasses.FrozenInstanceError):
        tiny_poses.x2d = np.zeros((24, 17, 2))


def test_another_skeleton_sets_the_number_of_joints():
    stick = Skeleton(("a", "b"), (-1, 0), ())
    assert PoseSet(np.zeros((3, 2, 2)), skeleton=stick).x2d.shape == (3, 2, 2)
    with pytest.raises(ValueError, match=r"x2d must have shape \(N, 2, 2\), found \(3, 17, 2\)"):
        PoseSet(np.zeros((3, 17, 2)), skeleton=stick)


def test_repr_says_what_it_is(tiny_poses):
    assert repr(tiny_poses) == "PoseSet 'tiny': 24 poses, 2D in mm, 3D in mm"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x2d": np.zeros((24, 16, 2))}, r"x2d must have shape \(N, 17, 2\), found \(24, 16, 2\)"),
        ({"x2d": np.zeros((24, 17, 3))}, r"found \(24, 17, 3\)"),
        ({"x2d": np.zeros((17, 2))}, r"found \(17, 2\)"),
        ({"x2d": np.zeros((24, 17, 2), int)}, "x2d must hold floating-point numbers, found int64"),
        ({"x2d": np.full((24, 17, 2), "a")}, "x2d must hold floating-point numbers, found <U1"),
        ({"x2d": np.zeros((24, 17, 2), object)}, "found object"),
        ({"x2d": np.zeros((24, 17, 2), complex)}, "found complex128"),
        ({"x2d": np.zeros((0, 17, 2))}, r"x2d must hold at least one pose, found shape \(0, 17, 2\)"),
        ({"x2d": with_nan((24, 17, 2))}, "x2d must be finite, found NaN or infinity in 1 poses, first 1"),
        ({"x2d": with_nan((24, 17, 2), -np.inf)}, "x2d must be finite"),
        ({"x2d": with_nan((24, 17, 2), 1e300)}, "x2d must be finite"),
        ({"x3d": with_nan((24, 17, 3))}, "x3d must be finite, found NaN or infinity in 1 poses, first 1"),
        ({"x3d": np.zeros((23, 17, 3))}, r"x3d must have shape \(24, 17, 3\), found \(23, 17, 3\)"),
        ({"x3d": np.zeros((24, 17, 2))}, r"found \(24, 17, 2\)"),
        ({"x3d": np.full((24, 17, 3), 5.0)}, r"x3d must be relative to the pelvis.*found it up to 5\.0 mm"),
        ({"subject": ["ann"]}, r"subject must have one entry a pose, shape \(24,\), found \(1,\)"),
        ({"split": "train"}, r"split must have one entry a pose.*found \(\)"),
        ({"action": np.arange(24)}, "action must hold strings, found int64"),
        ({"action": [b"walk"] * 24}, "action must hold strings, found .S4"),
        ({"clip": np.arange(24.0)}, "clip must hold integers, found float64"),
        ({"camera": ["left"] * 24}, "camera must hold integers, found <U4"),
        ({"frame": np.zeros(24, bool)}, "frame must hold integers, found bool"),
        ({"frame": np.full(24, 2**40)}, "frame must fit into int32, found 1099511627776"),
        ({"clip": np.full(24, 2**31, np.uint32)}, "clip must fit into int32, found 2147483648"),
        ({"units": "inch"}, "units must be one of mm, px, none, found 'inch'"),
        ({"clip": [0] * 24}, "a clip must lie in one split, found clip 0 in several"),
        ({"split": ["test"] + ["train"] * 23}, "found clip 0 in several"),
        ({"clip": [-1, *range(22), -1]}, "found clip -1 in several"),
    ],
)
def test_what_is_not_valid_is_refused_with_found_and_expected(tiny_poses, changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(tiny_poses, **changes)


def test_clips_may_share_a_split_and_lie_scattered(tiny_poses):
    shuffled = tiny_poses.select(np.random.default_rng(0).permutation(24))
    assert sorted(shuffled.clip) == sorted(tiny_poses.clip)


def test_train_and_test_divide_the_set(tiny_poses):
    assert set(tiny_poses.train.subject) == {"ann", "bob"}
    assert set(tiny_poses.test.subject) == {"cem"}
    assert len(tiny_poses.train) + len(tiny_poses.test) == len(tiny_poses)


def test_a_part_is_a_split_or_all_where_there_is_none():
    poses = PoseSet(np.zeros((3, 17, 2), np.float32), clip=[0, 0, 1], split=["train", "train", "test"])
    assert [len(poses.part(split)) for split in ("train", "test", "other")] == [2, 1, 3]


def test_sets_are_joined_in_order_and_their_clips_stay_apart(tiny_poses):
    other = dataclasses.replace(tiny_poses.select(clip=[1, 4]), action=np.repeat(["climb", "kick"], 4))
    joined = concatenate([tiny_poses, other], "both")
    assert (len(joined), joined.name, joined.units) == (32, "both", "mm")
    assert joined.clip.tolist() == [*np.repeat(np.arange(8), 4)] and joined.clip.dtype == np.int32
    np.testing.assert_array_equal(joined.x3d[24:], other.x3d)
    assert joined.action[-1] == "kick" and (len(joined.train), len(joined.test)) == (16 + 4, 8 + 4)
    assert tiny_poses.clip.max() == 5


def test_sets_that_differ_in_kind_are_not_joined(tiny_poses):
    for other in (dataclasses.replace(tiny_poses, units="px"), dataclasses.replace(tiny_poses, x3d=None)):
        with pytest.raises(ValueError, match="expected sets of one unit and skeleton"):
            concatenate([tiny_poses, other], "both")
    with pytest.raises(ValueError, match="found \\[\\]"):
        concatenate([], "none")
