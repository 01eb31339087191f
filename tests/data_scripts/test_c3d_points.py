"""C3D files: labelled joints become the person that they hold; markers and damage are refused with a way on."""

import json
import sys

import numpy as np
import pytest
from c3d_files import c3d_bytes
from formats.c3d_points import read_c3d
from formats.meaning import oddities
from formats.pose_arrays import ASPSET
from motion_files import joint_at
from raw_people import PLACES, person
from readers.mpi_inf_3dhp import JOINT_MAP
from scripts import call_script

from liftkit.data.datasets import load_poses
from liftkit.skeleton import H36M_17
from liftkit.system.extras import MissingPackage

PERSON = person(ASPSET, JOINT_MAP | {"pelvis": "pelvis"}, 6)


def saved(path, *words, **options):
    path.write_bytes(c3d_bytes(*words, **options))
    return path


def check(clip):
    for joint in H36M_17.names:
        expected = np.subtract(PLACES[joint], PLACES["pelvis"])
        np.testing.assert_allclose(joint_at(clip, joint, 0), expected, atol=1, err_msg=joint)
    assert oddities(clip.joints) == [] and clip.fps == 50


@pytest.mark.parametrize(
    ("unit", "size", "scale"), [("mm", 1, -1.0), ("m", 0.001, -1.0), ("", 0.1, -1.0), ("mm", 1, 0.1)]
)
def test_joints_are_known_by_their_labels(tmp_path, unit, size, scale):
    """Floating-point numbers and scaled integers; the unit is the file's own."""
    check(read_c3d(saved(tmp_path / "a.c3d", ASPSET, PERSON * size, unit=unit, scale=scale)))


def test_axes_of_a_camera(tmp_path):
    """ASPset-510's world is the frame of its left camera: y points down."""
    clip = read_c3d(saved(tmp_path / "a.c3d", ASPSET, PERSON * [1, -1, -1]))
    check(clip)
    assert clip.up == "-y" and clip.notes


def test_markers_need_a_map_that_may_take_means(tmp_path):
    labels = [f"{name}{k}" for name in ("A", *ASPSET) for k in "xy"]
    points = np.repeat(np.concatenate([PERSON[:, :1], PERSON], axis=1), 2, axis=1)
    points[:, ::2, 0] -= 10
    points[:, 1::2, 0] += 10
    path = saved(tmp_path / "a.c3d", labels, points)
    with pytest.raises(ValueError, match=r"a\.c3d: markers on the skin are no joints; .*--map"):
        read_c3d(path)
    ours = {joint: [f"{source}x", f"{source}y"] for joint, source in JOINT_MAP.items()}
    (tmp_path / "map.json").write_text(json.dumps(ours))
    done = call_script("cmu", "c3d", path, "--map", tmp_path / "map.json", "--fps", 50, "--out", tmp_path / "out.npz")
    assert done.exit_code == 0, done.output
    assert len(load_poses(tmp_path / "out.npz")) == 4 * 6
    check(read_c3d(path, ours))


def test_a_point_that_no_camera_saw_is_missing(tmp_path):
    path = saved(tmp_path / "a.c3d", ASPSET, PERSON, missing=[(2, 0)])
    with pytest.raises(ValueError, match=r"a\.c3d: .*NaN or infinity in 1 frames, first 2"):
        read_c3d(path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: b"HIERARCHY", "expected a C3D file"),
        (lambda content: b"\x02\x50" + bytes(1000), "its header is damaged"),
        (lambda content: content[:-1024], r"expected 6 frames|found 17 and"),
        (lambda content: content[:2] + b"\x01\x00" + content[4:], ""),
    ],
)
def test_damaged_files_are_refused(tmp_path, damage, message):
    path = tmp_path / "a.c3d"
    path.write_bytes(damage(c3d_bytes(ASPSET, np.repeat(PERSON, 5, axis=0)[:6])))
    with pytest.raises(ValueError, match=rf"a\.c3d: .*({message})"):
        read_c3d(path)


def test_without_the_package_one_line_says_how_to_install_it(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.c3d", ASPSET, PERSON)
    monkeypatch.setitem(sys.modules, "c3d", None)
    with pytest.raises(MissingPackage, match="this needs c3d, of the extra 'data'"):
        read_c3d(path)
