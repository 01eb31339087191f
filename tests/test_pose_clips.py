"""PoseSets written clip by clip are the pose file that they would have been as one."""

import io
import zipfile

import numpy as np
import pytest

from liftkit.files import write_arrays
from liftkit.poses import LABELS, PoseSet, load_pose_file, save_poses
from liftkit.readers.pose_clips import save_pose_clips


def parts(poses, sizes):
    at = np.cumsum([0, *sizes])
    return [poses.select(np.arange(a, b)) for a, b in zip(at, at[1:], strict=False)]


@pytest.mark.parametrize("sizes", [[24], [1, 23], [4] * 6, [10, 1, 13]])
def test_the_file_is_the_one_of_all(tiny_poses, tmp_path, sizes):
    save_pose_clips(iter(parts(tiny_poses, sizes)), tmp_path / "clips.npz")
    save_poses(tiny_poses, tmp_path / "whole.npz")
    found, expected = load_pose_file(tmp_path / "clips.npz"), load_pose_file(tmp_path / "whole.npz")
    for field in ("x2d", "x3d", *LABELS):
        assert getattr(found, field).dtype == getattr(expected, field).dtype
        np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))
    assert (found.units, found.name) == (expected.units, expected.name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips.npz", "whole.npz"]


def test_without_3d_with_long_and_empty_labels_and_in_another_memory_order(tmp_path):
    x2d = np.asfortranarray(np.random.default_rng(0).normal(size=(3, 17, 2)).astype(np.float32))
    first, second = PoseSet(x2d), PoseSet(x2d, action=["", "walk a long way", "b"], subject=["é"] * 3, name="other")
    found = load_pose_file(save_pose_clips([first, second], tmp_path / "a.npz"))
    assert found.x3d is None
    np.testing.assert_array_equal(found.x2d, np.concatenate([x2d, x2d]))
    assert found.action.tolist() == ["", "", "", "", "walk a long way", "b"]
    assert found.subject.tolist() == ["", "", "", "é", "é", "é"]
    assert found.name == "poses"


def of(poses, **changes):
    fields = {field: getattr(poses, field) for field in ("x2d", "x3d", "units", *LABELS)} | changes
    return PoseSet(**fields)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x3d": None}, "differs from .* in having 3D"),
        ({"units": "px"}, "differs from .* in its units"),
        ({"split": ["test"] * 24}, "a clip must lie in one split, found clip 0 in several"),
    ],
)
def test_sets_that_do_not_fit_together_are_refused_and_nothing_is_written(tiny_poses, tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        save_pose_clips([tiny_poses, of(tiny_poses, **changes)], tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_nothing_to_save_wrong_names_and_metres_are_refused(tiny_poses, tmp_path):
    with pytest.raises(ValueError, match="there is no pose to save"):
        save_pose_clips([], tmp_path / "a.npz")
    with pytest.raises(ValueError, match="name ends in .npz"):
        save_pose_clips([tiny_poses], tmp_path / "a.txt")
    with pytest.raises(ValueError, match="there is no folder"):
        save_pose_clips([tiny_poses], tmp_path / "b" / "a.npz")
    with pytest.raises(ValueError, match="must be in mm"):
        save_pose_clips([of(tiny_poses, x3d=tiny_poses.x3d / 1000)], tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_arrays_in_pieces_are_what_numpy_reads():
    whole = np.arange(24, dtype=np.float32).reshape(6, 4)
    kind, file = whole.dtype, io.BytesIO()
    write_arrays(
        file, {"a": (kind, whole.shape, [whole[:1].tobytes(), whole[1:].tobytes()]), "b": (kind, (), [b"abcd"])}
    )
    found = np.load(io.BytesIO(file.getvalue()))
    np.testing.assert_array_equal(found["a"], whole)
    assert found["b"].tobytes() == b"abcd"
    assert zipfile.ZipFile(file).testzip() is None
    with pytest.raises(ValueError, match=r"a: expected float32 of shape \(6, 4\), found 16 bytes"):
        write_arrays(io.BytesIO(), {"a": (kind, whole.shape, [whole[:1].tobytes()])})
