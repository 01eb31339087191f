"""A PoseSet holds only what is valid, selects without editing, and survives its file; a bad file says why."""

import dataclasses
import errno

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from trainers import POSES, same, trainer

from liftkit.geometry import normalise
from liftkit.poses import LABELS, PoseSet, concatenate, load_pose_file, save_poses
from liftkit.skeleton import H36M_17, Skeleton

FIELDS = ["x2d", "x3d", *LABELS]


def arrays_of(poses):
    return {field: getattr(poses, field) for field in FIELDS if getattr(poses, field) is not None}


def assert_same(found, expected):
    assert (found.units, found.name, found.skeleton) == (expected.units, expected.name, expected.skeleton)
    assert arrays_of(found).keys() == arrays_of(expected).keys()
    for field, array in arrays_of(expected).items():
        np.testing.assert_array_equal(getattr(found, field), array)
        assert getattr(found, field).dtype.kind == array.dtype.kind


def with_nan(shape, value=np.nan):
    array = np.zeros(shape)
    array[1, 2, 0] = value
    return array


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


def test_train_and_test_divide_the_set(tiny_poses):
    assert set(tiny_poses.train.subject) == {"ann", "bob"}
    assert set(tiny_poses.test.subject) == {"cem"}
    assert len(tiny_poses.train) + len(tiny_poses.test) == len(tiny_poses)


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


@pytest.mark.parametrize("changes", [{}, {"x3d": None}, {"units": "px", "name": "Größe 身長"}, {"units": "none"}])
def test_a_pose_set_survives_its_file(tiny_poses, tmp_path, changes):
    poses = dataclasses.replace(tiny_poses, **changes)
    path = save_poses(poses, str(tmp_path / "a.npz"))
    assert_same(load_pose_file(path), poses)
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]
    with np.load(path, allow_pickle=False) as archive:
        assert all(archive[field].dtype != object for field in archive.files)


def test_saving_again_replaces_the_file(tiny_poses, tmp_path):
    save_poses(tiny_poses, tmp_path / "a.npz")
    save_poses(tiny_poses.test, tmp_path / "a.npz")
    assert_same(load_pose_file(tmp_path / "a.npz"), tiny_poses.test)


def test_a_full_disk_midway_leaves_the_old_file(tiny_poses, tmp_path, monkeypatch):
    path = save_poses(tiny_poses, tmp_path / "a.npz")
    real, calls = np.lib.format.write_array, []

    def write_array(*args, **kwargs):
        calls.append(args)
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(np.lib.format, "write_array", write_array)
    with pytest.raises(OSError, match="No space left"):
        save_poses(tiny_poses.test, path)
    monkeypatch.undo()
    assert len(calls) == 4
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]
    assert_same(load_pose_file(path), tiny_poses)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("a.txt", {}, r"name ends in \.npz, found 'a\.txt'"),
        ("a", {}, r"name ends in \.npz, found 'a'"),
        ("nowhere/a.npz", {}, "no folder .*nowhere"),
        ("a.npz", {"x3d": np.full((24, 17, 3), 0.9) - 0.9 * np.eye(1, 17).T}, "must be in mm.*median reach of 0.9"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(tiny_poses, tmp_path, name, changes, message):
    with pytest.raises(ValueError, match=message):
        save_poses(dataclasses.replace(tiny_poses, **changes), tmp_path / name)
    assert not any(tmp_path.iterdir())


def test_a_file_of_another_skeleton_is_refused(tmp_path):
    stick = Skeleton(("a", "b"), (-1, 0), ())
    path = save_poses(PoseSet(np.zeros((3, 2, 2)), skeleton=stick), tmp_path / "a.npz")
    with pytest.raises(ValueError, match="joint_names must be pelvis.*found a, b"):
        load_pose_file(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"joint_names": np.array(H36M_17.names[::-1])}, "joint_names must be pelvis, right_hip.*found right_wrist"),
        ({"joint_names": np.arange(17)}, "joint_names must be pelvis.*found 0, 1, 2"),
        ({"joint_names": np.array("pelvis")}, "joint_names must be pelvis.*found pelvis$"),
        ({"liftkit_poses": np.array(2)}, "format 1, found 2"),
        ({"liftkit_poses": np.array([1, 1])}, r"format 1, found \[1, 1\]"),
        ({"liftkit_poses": np.array("one")}, "format 1, found 'one'"),
        ({"liftkit_poses": None}, "not a liftkit pose file: expected the fields liftkit_poses, found"),
        ({"x2d": None, "split": None}, "expected the fields x2d, found"),
        ({"units": None}, "expected the fields units, found"),
        ({"colour": np.zeros(24)}, "unknown fields colour; a newer liftkit may have written them"),
        ({"liftkit_poses": np.array(True)}, "format 1, found True"),
        ({"x2d": with_nan((24, 17, 2))}, "x2d must be finite"),
        ({"x2d": np.zeros((24, 34))}, r"x2d must have shape \(N, 17, 2\), found \(24, 34\)"),
        ({"x2d": np.zeros((24, 17, 2), int)}, "x2d must hold floating-point numbers, found int64"),
        ({"x3d": np.array(None, object)}, "pickled objects, which liftkit never loads"),
        ({"subject": np.array(["ann"] * 24, object)}, "pickled objects, which liftkit never loads"),
        ({"units": np.array("inch")}, "units must be one of mm, px, none, found 'inch'"),
        ({"units": np.array(["mm", "px"])}, "units must be one of mm, px, none"),
        ({"clip": np.zeros(24, np.int32)}, "a clip must lie in one split, found clip 0"),
        ({"camera": np.zeros(24)}, "camera must hold integers, found float64"),
    ],
)
def test_a_wrong_file_names_itself_the_field_found_and_expected(tiny_poses, tmp_path, changes, message):
    with np.load(save_poses(tiny_poses, tmp_path / "a.npz")) as archive:
        arrays = dict(archive) | changes
    np.savez(tmp_path / "b.npz", **{field: array for field, array in arrays.items() if array is not None})
    with pytest.raises(ValueError, match=rf"b\.npz: .*{message}"):
        load_pose_file(tmp_path / "b.npz")


@pytest.mark.parametrize("scale", [0.001, 0.01, 100])
def test_a_file_in_another_unit_is_refused(tiny_poses, tmp_path, scale):
    with np.load(save_poses(tiny_poses, tmp_path / "a.npz")) as archive:
        arrays = dict(archive)
    np.savez(tmp_path / "b.npz", **arrays | {"x3d": arrays["x3d"] * scale})
    with pytest.raises(ValueError, match=r"b\.npz: x3d must be in mm .*found a median reach of "):
        load_pose_file(tmp_path / "b.npz")


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(tiny_poses, tmp_path, share):
    path = save_poses(tiny_poses, tmp_path / "a.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match=r"a\.npz: not a readable npz file"):
        load_pose_file(path)


def test_a_part_is_a_split_or_all_where_there_is_none():
    poses = PoseSet(np.zeros((3, 17, 2), np.float32), clip=[0, 0, 1], split=["train", "train", "test"])
    assert [len(poses.part(split)) for split in ("train", "test", "other")] == [2, 1, 3]


def test_a_file_that_lacks_labels_or_is_of_an_older_format_is_read(tiny_poses, tmp_path):
    with np.load(save_poses(tiny_poses, tmp_path / "a.npz")) as archive:
        arrays = dict(archive)
    for field in ("subject", "camera", "frame", "split", "name"):
        del arrays[field]
    np.savez(tmp_path / "b.npz", **arrays | {"liftkit_poses": np.array(0)})
    defaults = dict(subject=None, camera=None, frame=None, split=None, name="poses")
    assert_same(load_pose_file(tmp_path / "b.npz"), dataclasses.replace(tiny_poses, **defaults))


@pytest.mark.parametrize(
    ("changes", "distance"), [({}, "119 mm"), ({"x3d": None}, "108 mm"), ({"x3d": None, "units": "px"}, "108 px")]
)
def test_a_pelvis_elsewhere_is_moved_to_the_midpoint_of_the_hips_with_a_warning(
    tiny_poses, tmp_path, changes, distance
):
    """As in files of the first version: above the hips and a little behind them."""
    old = dataclasses.replace(tiny_poses)
    old.x2d[:, 0] += np.float32([0, -108])
    old.x3d[:, 1:] -= np.float32([0, -108, 50])
    path = save_poses(dataclasses.replace(old, **changes), tmp_path / "a.npz")
    with pytest.warns(UserWarning, match=f"the pelvis lay {distance} from the midpoint of the hips") as caught:
        found = load_pose_file(path)
    assert [warning.filename for warning in caught] == [__file__]
    np.testing.assert_allclose(found.x2d, tiny_poses.x2d, atol=1e-3)
    if found.x3d is not None:
        np.testing.assert_allclose(found.x3d, tiny_poses.x3d, atol=1e-3)


def test_a_pelvis_that_is_off_by_little_stays(tiny_poses, tmp_path):
    x2d = tiny_poses.x2d.copy()
    x2d[:, 0] += 5  # mm; people measure about 1,900 mm here
    poses = dataclasses.replace(tiny_poses, x2d=x2d, x3d=None)
    assert_same(load_pose_file(save_poses(poses, tmp_path / "a.npz")), poses)


# The poses to train on.


def pose_set(x3d="true", test_scale=1.0, split=("train", "test")) -> PoseSet:
    rng = np.random.default_rng(1)
    x2d = rng.normal(scale=300, size=(80, 17, 2)).astype(np.float32)
    x2d[40:] *= rng.uniform(1, 1 + test_scale, (40, 17, 1))
    depths = {"true": None, "garbage": rng.normal(scale=900, size=(80, 17, 3)).astype(np.float32)}
    if x3d in depths:
        truth = depths[x3d] if depths[x3d] is not None else np.concatenate([x2d, x2d[..., :1]], -1)
        x3d = truth - truth[:, :1]
    return PoseSet(x2d, x3d, clip=np.repeat([0, 1], 40), split=np.repeat(split, 40), units="mm")


@pytest.mark.slow
def test_only_2d_poses_of_the_train_split_matter():
    expected = trainer(poses=pose_set().x2d[:40], record_every=1).run(4)
    for poses in (pose_set(), pose_set("garbage"), pose_set(None), pose_set(test_scale=9.0)):
        assert same(trainer(poses=poses, record_every=1).run(4), expected)


def test_a_pose_set_without_a_train_split_is_used_whole():
    torch.testing.assert_close(
        trainer(poses=pose_set(split=("", ""))).poses, torch.from_numpy(normalise(pose_set().x2d))
    )


@pytest.mark.parametrize(
    "kind",
    [
        torch.from_numpy,
        lambda x: x.astype(np.float64),
        lambda x: x * 0.25 + np.float32(64.0),
        lambda x: np.asfortranarray(x),
        lambda x: x[::-1][::-1],
        lambda x: np.ascontiguousarray(x[..., ::-1])[..., ::-1],
    ],
)
def test_neither_unit_place_nor_memory_layout_of_the_poses_matters(kind):
    poses = POSES.round()  # so that scaling and shifting them is exact
    given = kind(poses)
    if isinstance(given, np.ndarray):
        given.flags.writeable = False
    assert torch.equal(trainer(poses=given).poses, trainer(poses=poses).poses)


def test_training_leaves_the_callers_poses_alone():
    poses = POSES.copy()
    trainer(poses=poses).run(2)
    trainer(poses=torch.from_numpy(poses)).run(2)
    assert (poses == POSES).all()


@pytest.mark.parametrize(
    "poses, message",
    [
        (POSES[0], r"poses must have shape \(N, 17, 2\) with N at least 1, found \(17, 2\)"),
        (POSES[:, :16], r"poses must have shape \(N, 17, 2\) with N at least 1, found \(200, 16, 2\)"),
        (POSES[:0], r"found \(0, 17, 2\)"),
        (np.zeros((5, 17, 3)), r"poses must have shape \(..., joints, 2\), found \(5, 17, 3\)"),
        (np.zeros((5, 17, 2), int), "poses must hold floating-point numbers, found int64"),
        (POSES * np.float32("nan"), "poses must be finite, found NaN or infinity"),
        (torch.full((5, 17, 2), float("inf")), "poses must be finite, found NaN or infinity"),
        ("poses.npz", "poses must be a numpy array or a torch tensor, found str"),
        (None, "poses must be a numpy array or a torch tensor, found NoneType"),
    ],
)
def test_other_poses_are_refused(poses, message):
    with pytest.raises(ValueError, match=message):
        trainer(poses=poses)


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
