"""The sample film: it is what its script makes, and the recorded runs lift it well."""

import re
from runpy import run_path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from scripts import SCRIPTS

from liftkit.data.synthetic import synthetic_motion
from liftkit.geometry import rotation_y, turn
from liftkit.keypoints.reading import read_keypoints
from liftkit.recorded import load_record, sample_keypoints
from liftkit.skeleton import H36M_17

SAMPLE = sample_keypoints()


def test_the_sample_is_what_its_script_makes_and_reads_well():
    assert run_path(str(SCRIPTS / "sample_keypoints.py"))["sample_bytes"]() == SAMPLE.read_bytes()
    assert len(SAMPLE.read_bytes()) < 100_000
    poses, usage = read_keypoints(SAMPLE)
    assert usage.frames == 60 and usage.without_person == 2 and usage.kept >= 55 and usage.interpolated_points > 0
    at = {name: poses.x2d[:, H36M_17.index(name)] for name in H36M_17.names}
    assert (at["right_wrist"][:, 1] < at["right_shoulder"][:, 1]).all()
    assert (at["left_wrist"][:, 1] > at["left_elbow"][:, 1]).all()


@pytest.mark.slow
def test_the_records_lift_the_sample_better_than_the_first_version_did():
    """152 mm: legs_torso of the first version, on the sample of that time; after alignment, over the 12 limb joints."""
    script = run_path(str(SCRIPTS / "sample_keypoints.py"))
    motion = synthetic_motion(script["SEED"], frames=script["FRAMES"], subjects=2)
    chosen = (motion.action == script["ACTION"]) & (motion.subject == script["SUBJECT"])
    truth = turn(motion.joints[chosen], script["FACING"] @ rotation_y(script["HEADING"]))
    poses, _ = read_keypoints(SAMPLE)
    limbs = [i for i, name in enumerate(H36M_17.names) if re.search("hip|knee|ankle|shoulder|elbow|wrist", name)]
    lifted = load_record("legs_torso").lift(poses.x2d)[:, :, limbs]
    shown = truth[poses.frame][:, limbs]
    errors = [orthogonal_error(*pair) for member in lifted for pair in zip(member, shown, strict=True)]
    assert len(limbs) == 12 and np.mean(errors) <= 0.92 * 152


def orthogonal_error(pose, truth):
    """The mean distance of joints after the best rotation, scale and shift; no reflection."""
    pose, truth = pose - pose.mean(0), truth - truth.mean(0)
    pose = Rotation.align_vectors(truth, pose)[0].apply(pose)
    scale = (pose * truth).sum() / (pose**2).sum()
    return np.linalg.norm(scale * pose - truth, axis=-1).mean()
