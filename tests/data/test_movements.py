"""The movements: tasks within the joints' ranges, broad ones beyond basic ones, all of them documented."""

import re
from pathlib import Path

import numpy as np
import pytest
from synthetic_people import CHANNELS

from liftkit.data.body import LEG_CHANNELS, TORSO_CHANNELS, place_joints
from liftkit.data.broad_movements import MOVEMENTS
from liftkit.data.movements import ARM_TASKS, LEG_TASKS, Task
from liftkit.data.synthetic import synthetic_motion


@pytest.fixture
def placed(monkeypatch):
    """``placed(movements)``: every angle of the synthetic people."""
    angles = {}
    monkeypatch.setattr(
        "liftkit.data.synthetic.place_joints", lambda given, body: angles.update(given) or place_joints(given, body)
    )
    return lambda movements: synthetic_motion(movements=movements, frames=6) and dict(angles)


@pytest.mark.slow
@pytest.mark.parametrize("movements", MOVEMENTS)
def test_every_hip_and_shoulder_angle_that_is_placed_lies_in_its_range(placed, movements):
    angles = placed(movements)
    assert set(angles) == set(CHANNELS)
    for name, channel in CHANNELS.items():
        assert channel.low <= angles[name].min() < angles[name].max() <= channel.high


@pytest.mark.slow
def test_broad_people_use_more_of_the_ranges(placed):
    shares = {}
    for movements in MOVEMENTS:
        for name, angle in placed(movements).items():
            low, high = CHANNELS[name][:2]
            middle = np.ptp(np.percentile(angle, [0.5, 99.5])) / (high - low)
            shares.setdefault(name, []).append(middle)
    basic, broad = np.array(list(shares.values())).T
    assert basic.mean() < 0.65 and broad.mean() > 0.8
    assert (broad > basic - 0.01).all(), shares  # the arms reach nearly everywhere in basic tasks already
    for name in ("pelvis_tilt", "hip_flexion", "knee_flexion", "trunk_flexion", "trunk_turn", "elbow_flexion"):
        assert shares[name][1] > 0.85, name


def test_a_task_passes_through_its_values():
    values = (10.0, 40.0, 5.0, 80.0, 20.0)
    for count in (1, 2, 4, 5):
        task = Task(1.0, {"knee_flexion": values[:count]}, lag=0.5)
        cycle = np.arange(count) / count
        np.testing.assert_allclose(task.angle("knee_flexion", 0, cycle), values[:count])
        np.testing.assert_allclose(task.angle("knee_flexion", 1, cycle + 0.5), values[:count])


@pytest.mark.parametrize("tasks, channels", [*zip(MOVEMENTS["broad"], (LEG_CHANNELS, TORSO_CHANNELS), strict=True)])
def test_tasks_name_only_angles_of_their_half_and_values_in_their_ranges(tasks, channels):
    for name, task in tasks.items():
        for angle, values in [*task.lead.items(), *(task.other or {}).items()]:
            assert channels[angle].low <= min(values) and max(values) <= channels[angle].high, (name, angle)
            assert channels[angle].kind == "sided" or angle not in (task.other or {}), (name, angle)  # never read


def test_broad_people_do_all_that_basic_ones_do_and_as_much_again():
    legs, arms = MOVEMENTS["broad"]
    assert legs.keys() > LEG_TASKS.keys() and arms.keys() > ARM_TASKS.keys()
    assert len(legs) == len(arms) == 24  # as many of both: full coupling pairs each leg task with its own arm task
    assert not legs.keys() & arms.keys()
    motion = synthetic_motion(movements="broad", subjects=2, frames=2)
    assert set(motion.action) == {f"{leg}+{arm}" for leg in legs for arm in arms}
    assert len(set(motion.clip)) == 2 * 24 * 24 and motion.name == "synthetic-broad"


def test_the_documentation_lists_every_movement():
    page = (Path(__file__).parents[2] / "docs" / "movements.md").read_text()
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert listed == [name for basic, broad in zip(*MOVEMENTS.values(), strict=True) for name in basic | broad]
