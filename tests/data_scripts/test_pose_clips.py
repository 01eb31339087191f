"""PoseSets written clip by clip are the pose file that they would have been as one."""

import io
import zipfile

import numpy as np
import pytest
from formats.parts import Parts
from formats.pose_clips import keep_clips, labels_of, write_clips

from liftkit.poses import LABELS, PoseSet, load_pose_file, save_poses
from liftkit.system.files import write_arrays


def slices(poses, sizes):
    at = np.cumsum([0, *sizes])
    return [poses.select(np.arange(a, b)) for a, b in zip(at, at[1:], strict=False)]


def save(sets, path):
    with Parts(path, [], {}) as parts:
        keep_clips(iter(sets), parts)
        return write_clips(parts, path)


@pytest.mark.parametrize("sizes", [[4] * 6, [1, 3] * 6, [1] * 24])
def test_the_file_is_the_one_of_all(tiny_poses, tmp_path, sizes):
    save(slices(tiny_poses, sizes), tmp_path / "clips.npz")
    save_poses(tiny_poses, tmp_path / "whole.npz")
    found, expected = load_pose_file(tmp_path / "clips.npz"), load_pose_file(tmp_path / "whole.npz")
    for field in ("x2d", "x3d", *LABELS):
        assert getattr(found, field).dtype == getattr(expected, field).dtype
        np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))
    assert (found.units, found.name) == (expected.units, expected.name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips.npz", "whole.npz"]


def test_labels_are_told_clip_by_clip_in_the_order_of_their_numbers(tiny_poses, tmp_path):
    with Parts(tmp_path / "a.npz", [], {}) as parts:
        keep_clips(slices(tiny_poses, [4] * 6)[::-1], parts)
        assert [labels["clip"].tolist() for labels in labels_of(parts)] == [[clip] * 4 for clip in range(6)]


def test_without_3d_with_long_and_empty_labels_and_in_another_memory_order(tmp_path):
    x2d = np.asfortranarray(np.random.default_rng(0).normal(size=(3, 17, 2)).astype(np.float32))
    first = PoseSet(x2d)
    second = PoseSet(x2d, action=["", "walk a long way", "b"], subject=["é"] * 3, clip=[1] * 3, name="other")
    found = load_pose_file(save([first, second], tmp_path / "a.npz"))
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
        ({"clip": [0] * 4, "split": ["test"] * 4}, "a clip must lie in one split, found clip 0 in several"),
        ({"clip": [0, 0, 1, 1]}, "expected poses of one clip, found clips 0, 1"),
        ({}, "the poses of a clip must come in a row, found clip 0 again after others"),
    ],
)
def test_sets_that_do_not_fit_together_are_refused_and_nothing_is_left(tiny_poses, tmp_path, changes, message):
    first, second = slices(tiny_poses, [4, 4, 16])[:2]
    sets = [first, of(second, **changes)] if changes else [first, second, first]
    with pytest.raises(ValueError, match=message):
        save(sets, tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_nothing_to_save_wrong_names_and_metres_are_refused(tiny_poses, tmp_path):
    clip = tiny_poses.select(clip=0)
    with pytest.raises(ValueError, match="there is no pose to save"):
        save([], tmp_path / "a.npz")
    with pytest.raises(ValueError, match="name ends in .npz"):
        save([clip], tmp_path / "a.txt")
    with pytest.raises(ValueError, match="must be in mm"):
        save([of(clip, x3d=clip.x3d / 1000)], tmp_path / "a.npz")
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
