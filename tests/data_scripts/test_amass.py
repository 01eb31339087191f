"""AMASS: angles of a body model, here one that is made by hand, become joints whose places are known."""

import numpy as np
import pytest
from amass_files import FRAMES, REST, about, save_model, save_motion
from formats.amass import read_amass
from scripts import call_script

from liftkit.data.datasets import load_poses
from liftkit.skeleton import H36M_17


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "smplh" / "female" / "model.npz"
    path.parent.mkdir(parents=True)
    return save_model(path)


def joint(clip, name):
    """A joint against the pelvis, in metres."""
    return (clip.joints[0, H36M_17.index(name)] - clip.joints[0, 0]) / 1000


def test_a_raised_right_hand_is_raised_and_on_the_right(model, tmp_path):
    """The upper arm turns up about the axis to the front, the forearm forwards: known places, by hand."""
    file = save_motion(tmp_path / "a.npz", {"right_shoulder": about("z", -90), "right_elbow": about("y", 90)})
    clip = read_amass(file, model)
    assert clip.up == "z" and clip.fps == 60 and clip.subject == tmp_path.name and len(clip.joints) == FRAMES
    hips = np.array([0, -0.09, 0])  # our pelvis
    for name in ("left_wrist", "left_ankle", "right_knee", "right_hip", "left_shoulder"):
        np.testing.assert_allclose(joint(clip, name), REST[name] - hips, atol=1e-5)
    shoulder = REST["right_shoulder"] - hips
    # (-0.26, -0.01, 0) from shoulder to elbow, turned by -90 degrees about z: x to -y, y to x.
    np.testing.assert_allclose(joint(clip, "right_elbow"), shoulder + [-0.01, 0.26, 0], atol=1e-5)
    # (-0.25, 0.01, 0) from elbow to wrist, first by 90 degrees about y (x to -z), then as the upper arm.
    np.testing.assert_allclose(joint(clip, "right_wrist"), shoulder + [0, 0.26, 0.25], atol=1e-5)
    # It walks towards the file's x and -y, and rises: our z is the file's -y.
    np.testing.assert_allclose(np.diff(clip.joints[:, 0], axis=0), [[10, 10, -10]] * (FRAMES - 1), atol=1e-3)


def test_the_shape_and_the_files_gender_choose_the_body(model, tmp_path):
    file = save_motion(tmp_path / "a.npz", {}, betas=np.array([1.0, 5.0, 7.0]))
    clip = read_amass(file, model.parents[1])
    np.testing.assert_allclose(
        joint(clip, "left_ankle"), 1.1 * (np.array(REST["left_ankle"]) + [0, 0.09, 0]), atol=1e-5
    )
    assert "female/model.npz" in clip.about
    with pytest.raises(ValueError, match=r"smplh/male/model\.npz: there is no such file"):
        read_amass(save_motion(tmp_path / "b.npz", {}, gender="male"), model.parents[1])


def test_a_folder_of_smplx_has_a_file_for_each_gender(model, tmp_path):
    for gender in ("FEMALE", "MALE"):
        (tmp_path / f"SMPLX_{gender}.npz").write_bytes(model.read_bytes())
    clip = read_amass(save_motion(tmp_path / "in.npz", {}, gender=np.array("male")), tmp_path)
    assert "SMPLX_MALE.npz" in clip.about


def test_the_command_films_every_file_of_a_folder_but_those_of_shapes(model, tmp_path):
    for subject in ("s1", "s2"):
        (tmp_path / "in" / subject).mkdir(parents=True)
        save_motion(tmp_path / "in" / subject / "walk_poses.npz", {})
        np.savez(tmp_path / "in" / subject / "shape.npz", betas=np.zeros(16))
    out = tmp_path / "out.npz"
    done = call_script("cmu", "amass", tmp_path / "in", "--model", model, "--test", "s2", "--fps", 60, "--out", out)
    assert done.exit_code == 0, done.output
    poses = load_poses(out)
    assert len(poses) == 2 * 4 * FRAMES and set(poses.subject[poses.split == "test"]) == {"s2"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"poses": np.zeros((FRAMES, 24))}, r"a\.npz: expected poses \(frames, 66 or more\)"),
        ({"poses": np.full((FRAMES, 156), np.nan)}, r"a\.npz: poses: expected numbers below 1e"),
        ({"trans": np.zeros((FRAMES - 1, 3))}, r"a\.npz: expected poses .* and trans"),
        ({"mocap_framerate": 0.0}, r"a\.npz: expected its frames per second \(mocap_framerate or mocap_frame_rate\)"),
        ({"betas": np.zeros((2, 8))}, r"a\.npz: betas: expected numbers of 1 axes"),
    ],
)
def test_what_does_not_fit_is_said(model, tmp_path, more, message):
    with pytest.raises(ValueError, match=message):
        read_amass(save_motion(tmp_path / "a.npz", {}, **more), model)


def test_a_file_that_is_no_body_model_is_named(model, tmp_path):
    file = save_motion(tmp_path / "a.npz", {})
    with pytest.raises(ValueError, match=r"a\.npz: expected v_template, shapedirs, J_regressor, found no v_template"):
        read_amass(file, file)
    np.savez(model, **(dict(np.load(model)) | {"J_regressor": np.eye(5)}))
    with pytest.raises(ValueError, match=r"model\.npz: expected 22 or more joints"):
        read_amass(file, model)
