"""A PoseSet survives its file; a bad file says why."""

import dataclasses
import errno

import numpy as np
import pytest
from pose_sets import assert_same, with_nan

from liftkit.data.pose_files import load_pose_file, save_poses
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17, Skeleton


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
