"""PoseSets written one after another are the pose file that they would have been as one."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from formats.pose_spool import PoseSpool

from liftkit.data.pose_files import load_pose_file, save_poses
from liftkit.geometry import hip_midpoint
from liftkit.poses import LABELS, PoseSet


def slices(poses, sizes):
    at = np.cumsum([0, *sizes])
    return [poses.select(np.arange(a, b)) for a, b in zip(at, at[1:], strict=False)]


def save(sets, path):
    with TemporaryDirectory(dir=path.parent) as folder:
        spool = PoseSpool(Path(folder))
        for poses in sets:
            spool.add(poses)
        return spool.write(path)


@pytest.mark.parametrize("sizes", [[4] * 6, [1, 3] * 6, [1] * 24, [10, 14]])
def test_the_file_is_the_one_of_all(tiny_poses, tmp_path, sizes):
    save(slices(tiny_poses, sizes), tmp_path / "clips.npz")
    save_poses(tiny_poses, tmp_path / "whole.npz")
    found, expected = load_pose_file(tmp_path / "clips.npz"), load_pose_file(tmp_path / "whole.npz")
    for field in ("x2d", "x3d", *LABELS):
        assert getattr(found, field).dtype == getattr(expected, field).dtype
        np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))
    assert (found.units, found.name) == (expected.units, expected.name)
    with np.load(tmp_path / "clips.npz") as clips, np.load(tmp_path / "whole.npz") as whole:
        assert clips.files == whole.files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips.npz", "whole.npz"]


def test_without_3d_with_long_and_empty_labels_and_in_another_memory_order(tmp_path):
    x2d = np.asfortranarray(np.random.default_rng(0).normal(size=(3, 17, 2)).astype(np.float32))
    x2d[:, 0] = hip_midpoint(x2d)
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
    ],
)
def test_sets_that_do_not_fit_together_are_refused_and_nothing_is_left(tiny_poses, tmp_path, changes, message):
    first, second = slices(tiny_poses, [4, 4, 16])[:2]
    with pytest.raises(ValueError, match=message):
        save([first, of(second, **changes)], tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_nothing_to_save_wrong_names_and_metres_are_refused(tiny_poses, tmp_path):
    clip = tiny_poses.select(clip=0)
    with pytest.raises(ValueError, match="there is no pose to save"):
        save([], tmp_path / "a.npz")
    with pytest.raises(ValueError, match=r"\.npz"):
        save([clip], tmp_path / "a.txt")
    with pytest.raises(ValueError, match="must be in mm"):
        save([clip, of(tiny_poses.select(clip=1), x3d=clip.x3d / 1000)], tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_temporary_files_that_were_cut_short_give_no_pose_file(tiny_poses, tmp_path):
    (tmp_path / "spool").mkdir()
    spool = PoseSpool(tmp_path / "spool")
    for poses in slices(tiny_poses, [12, 12]):
        spool.add(poses)
    x2d = tmp_path / "spool" / "x2d"
    x2d.write_bytes(x2d.read_bytes()[: x2d.stat().st_size // 2])
    with pytest.raises((EOFError, ValueError)):
        spool.write(tmp_path / "a.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["spool"]
