"""The embedded motion: honest people who move, and a known truth about what depends on what."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from synthetic_people import CHANNELS, LEGS, TORSO, joint

from liftkit.data.body import place_joints
from liftkit.data.movements import ARM_TASKS, LEG_TASKS
from liftkit.data.synthetic import random_poses, synthetic_motion
from liftkit.skeleton import H36M_17


@pytest.fixture(scope="module")
def motion():
    return synthetic_motion()


def bend(joints, *names):
    """The angle in degrees by which a limb deviates from straight."""
    root, middle, end = (joint(joints, name) for name in names)
    upper, lower = middle - root, end - middle
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(upper, lower), axis=-1), (upper * lower).sum(-1)))


def test_counts_and_full_crossing(motion):
    assert len(motion.joints) >= 15_000 and len(set(motion.subject)) >= 8
    assert len(LEG_TASKS) >= 8 and len(ARM_TASKS) >= 8
    first = motion.frame == 0
    cells = list(zip(motion.subject[first], motion.action[first], strict=True))
    assert len(cells) == len(set(cells)) == len(set(motion.subject)) * len(LEG_TASKS) * len(ARM_TASKS)
    assert set(motion.action) == {f"{leg}+{arm}" for leg in LEG_TASKS for arm in ARM_TASKS}
    assert len(set(motion.clip)) == len(cells)


def test_arrays_fit_together(motion):
    assert motion.joints.dtype == np.float32 and motion.clip.dtype == motion.frame.dtype == np.int32
    assert motion.joints.shape == (len(motion.clip), 17, 3) and np.isfinite(motion.joints).all()
    assert not motion.joints[:, 0].any()
    for labels in (motion.subject, motion.action, motion.frame, motion.split):
        assert len(labels) == len(motion.clip)
    assert (np.diff(motion.frame)[np.diff(motion.clip) == 0] == 1).all()


def test_train_and_test_share_no_subject(motion):
    sides = {split: set(motion.subject[motion.split == split]) for split in ("train", "test")}
    assert sides["train"] and sides["test"] and not sides["train"] & sides["test"]


def test_bones_are_rigid_symmetric_and_differ_between_people(motion):
    lengths = {b: np.linalg.norm(motion.joints[:, b[1]] - motion.joints[:, b[0]], axis=-1) for b in H36M_17.bones}
    people = sorted(set(motion.subject))
    table = {b: np.array([v[motion.subject == who].mean() for who in people]) for b, v in lengths.items()}
    for bone, length in lengths.items():
        assert max(np.ptp(length[motion.subject == who]) for who in people) < 0.01, bone
    swap = dict(H36M_17.pairs)
    for parent, left in H36M_17.bones:
        if left in swap:
            assert table[parent, left] == pytest.approx(table[swap.get(parent, parent), swap[left]], abs=0.01)
    assert all(len(np.unique(length.round(1))) == len(people) for length in table.values())


def test_left_is_at_positive_x_and_up_is_y(motion):
    mean = motion.joints.mean(0)
    for left, right in H36M_17.pairs:
        assert mean[left, 0] > 50 and mean[right, 0] < -50
    assert mean[H36M_17.index("head"), 1] > mean[H36M_17.index("thorax"), 1] > 0
    knees_and_ankles = [i for i in LEGS if not H36M_17.names[i].endswith("hip")]
    assert mean[knees_and_ankles, 1].max() < -300


def test_knees_and_elbows_bend_within_their_ranges(motion):
    for side in ("left", "right"):
        for limb in ("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"):
            flexion = bend(motion, *(f"{side}_{name}" for name in limb))
            low, high = CHANNELS[f"{limb[1]}_flexion"][:2]
            assert low - 0.2 < flexion.min() and flexion.max() < high + 0.2
            assert np.percentile(flexion, 99) - np.percentile(flexion, 1) > 90


def test_knees_bend_backwards(motion):
    across = joint(motion, "right_hip") - joint(motion, "left_hip")
    sign = 0
    for side in ("left", "right"):
        hip, knee, ankle = (joint(motion, f"{side}_{name}") for name in ("hip", "knee", "ankle"))
        sign = sign + (np.cross(hip - knee, ankle - knee) * across).sum(-1)
    assert (sign > 0).mean() > 0.98  # a mirrored depth would give under 2 %


def dependence(motion, shuffles=100):
    """Sum of squared correlations, over all frames, of every leg with every torso coordinate, and its chance values.

    Positions are taken relative to each person's mean, which differs with size; by chance, whole torso clips go
    to other leg clips of the same person.
    """
    people = len(set(motion.subject))
    frames = motion.frame.max() + 1
    joints = motion.joints.reshape(people, -1, frames, 17, 3).astype(float)
    features = []
    for part in (LEGS, TORSO):
        x = joints[..., part, :].reshape(*joints.shape[:3], -1)
        x = x - x.mean((1, 2), keepdims=True)
        features.append(x / np.sqrt((x**2).mean((0, 1, 2))))
    legs, torso = features
    flat = legs.reshape(-1, legs.shape[-1])
    strength = lambda t: ((flat.T @ t.reshape(len(flat), -1) / len(flat)) ** 2).sum()  # noqa: E731
    rng = np.random.default_rng(0)
    mixed = lambda: np.stack([person[rng.permutation(len(person))] for person in torso])  # noqa: E731
    return strength(torso), np.array([strength(mixed()) for _ in range(shuffles)])


@pytest.mark.slow
@pytest.mark.parametrize(("movements", "frames"), [("basic", 5), ("broad", 2)])
def test_legs_and_torso_are_independent_at_coupling_0_and_dependent_at_1(movements, frames):
    motion = lambda coupling: synthetic_motion(coupling=coupling, movements=movements, frames=frames)  # noqa: E731
    found, chance = dependence(motion(0.0))
    assert found < chance.max()
    half, whole = (dependence(motion(coupling), shuffles=1)[0] for coupling in (0.5, 1.0))
    assert whole > half > 3 * chance.max()


def test_full_coupling_determines_the_arm_task_and_leaves_legs_and_arms_as_they_were():
    free, half, tied = (synthetic_motion(frames=3, coupling=c) for c in (0.0, 0.5, 1.0))
    place = {task: i for names in (LEG_TASKS, ARM_TASKS) for i, task in enumerate(names)}
    same = lambda m: np.array([place[leg] == place[arm] for leg, arm in (a.split("+") for a in m.action)])  # noqa: E731
    assert same(tied).all()
    assert same(free).mean() == pytest.approx(1 / len(ARM_TASKS))
    assert same(half).mean() == pytest.approx(0.5 + 0.5 / len(ARM_TASKS), abs=0.05)
    np.testing.assert_array_equal(free.joints[:, LEGS], tied.joints[:, LEGS])
    spread = [m.joints[:, TORSO].std(0).mean() for m in (free, tied)]
    assert spread[0] == pytest.approx(spread[1], rel=0.05)


@pytest.mark.slow
def test_motion_is_smooth(motion):
    clips = motion.joints.reshape(-1, motion.frame.max() + 1, 17, 3).astype(float) / 1000
    speed = np.linalg.norm(np.diff(clips, axis=1), axis=-1) * motion.fps
    assert speed.max() < 12 and 0.1 < speed[..., TORSO + LEGS].mean() < 2  # m/s; sprinters' ankles reach about 12
    finer = synthetic_motion(frames=40, fps=150.0)
    step = np.linalg.norm(np.diff(finer.joints.reshape(-1, 40, 17, 3).astype(float), axis=1), axis=-1)
    assert step.max() < 120  # mm: ten times as many frames a second, steps a tenth as long


def test_every_clip_moves(motion):
    clips = motion.joints.reshape(-1, motion.frame.max() + 1, 17, 3)
    assert np.ptp(clips, axis=1).max((1, 2)).min() > 10  # mm


def test_random_poses_are_near_neutral_or_anywhere_and_every_one_on_its_own(monkeypatch):
    angles = {}
    monkeypatch.setattr(
        "liftkit.data.synthetic.place_joints", lambda given, body: angles.update(given) or place_joints(given, body)
    )
    motion = random_poses(subjects=8, poses=500)
    assert (set(motion.action), motion.name, len(set(motion.clip))) == ({"random"}, "synthetic-random", 4000)
    assert set(motion.subject[motion.split == "test"]) == {"S7", "S8"}
    low, high, neutral = CHANNELS["knee_flexion"][:3]
    knee = angles["knee_flexion"].ravel()
    assert low <= knee.min() and knee.max() <= high and (knee > low + 0.9 * (high - low)).mean() > 0.04  # half of 10 %
    assert abs(np.median(knee) - neutral) < 0.2 * (high - low)
    assert abs(np.corrcoef(angles["hip_flexion"][:, 0], angles["trunk_flexion"])[0, 1]) < 0.05


def digest(motion):
    arrays = (motion.joints, motion.subject, motion.action, motion.clip, motion.frame, motion.split)
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


@pytest.mark.slow
def test_same_seed_same_bits_in_another_process():
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_synthetic import digest, synthetic_motion\n"
        "print(digest(synthetic_motion(seed=5, coupling=0.3, frames=3)))"
    )
    paths = [__file__.rpartition("/")[0], *sys.path]
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == digest(synthetic_motion(seed=5, coupling=0.3, frames=3))
    assert done.stdout.strip() != digest(synthetic_motion(seed=6, coupling=0.3, frames=3))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"coupling": 1.5}, r"coupling must lie in 0 .* to 1 .* found 1.5"),
        ({"coupling": -0.1}, r"found -0.1"),
        ({"coupling": float("nan")}, r"found nan"),
        ({"coupling": "all"}, r"coupling .* found 'all'"),
        ({"seed": -1}, r"seed must be a whole number of at least 0, found -1"),
        ({"seed": 0.5}, r"seed .* found 0.5"),
        ({"subjects": 1}, r"subjects must be a whole number of at least 2, found 1"),
        ({"frames": 1}, r"frames must be a whole number of at least 2, found 1"),
        ({"movements": "wild"}, r"movements must be one of basic, broad, found 'wild'"),
        ({"fps": 0}, r"fps must be a positive number .*found 0"),
        ({"fps": float("inf")}, r"fps .* found inf"),
    ],
)
def test_bad_arguments_say_what_was_found_and_expected(options, message):
    with pytest.raises(ValueError, match=message):
        synthetic_motion(**options)
