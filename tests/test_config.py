"""TrainConfig: the paper's numbers, ranges, and the way to JSON and back."""

import dataclasses
import json

import numpy as np
import pytest
from trainers import POSES, trainer

from liftkit.config import PRESETS, TrainConfig, check_seeds
from liftkit.losses import LOSSES
from liftkit.training import train

PAPER = {
    "width": 1024,
    "batch": 8192,
    "steps": 146_484,  # 800 epochs of 1.5 million poses
    "learning_rate": 2e-4,
    "schedule": "constant",
    "weights": {"adversarial": 1.0, "reprojection": 10.0, "quarter_turns": 3.0},
    "prior": "paper",
    "flip": 0.5,
    "label_swap": 0.1,
    "azimuth": 160.0,  # 8/9 pi
    "elevation": 10.0,  # pi/18
}


def test_the_paper_preset_holds_the_papers_numbers():
    found = TrainConfig.paper().to_dict()
    assert {name: found[name] for name in PAPER} == PAPER
    assert 0 < found["dropout"] < 1


def test_the_lesson_preset_is_narrow_about_gravity_and_draws_256_000_poses():
    lesson = TrainConfig.lesson()
    assert lesson == TrainConfig()
    assert (lesson.width, lesson.dropout, lesson.prior) == (64, 0, "gravity")
    assert lesson.steps * lesson.batch == 256_000


@pytest.mark.parametrize("name", PRESETS)
def test_presets_take_changes_and_nothing_unknown(name):
    changed = PRESETS[name](width=64, weights={"adversarial": 0})
    assert changed.width == 64
    assert changed.weights == {"adversarial": 0, "reprojection": 10, "quarter_turns": 3}
    assert dataclasses.replace(changed, width=PRESETS[name]().width, weights={}) == PRESETS[name]()
    with pytest.raises(ValueError, match="unknown fields widht in the config; there are width, batch, steps"):
        PRESETS[name](widht=64)


def test_a_config_goes_to_json_and_back():
    config = TrainConfig(
        width=np.int64(48), learning_rate=np.float32(0.5), tilt=3, weights={"reprojection": np.float32(2)}
    )
    text = json.dumps(config.to_dict())
    assert TrainConfig.from_dict(json.loads(text)) == config
    assert '"width": 48' in text and '"tilt": 3.0' in text and '"reprojection": 2.0' in text


def test_a_config_is_frozen_and_keeps_its_own_copy_of_the_weights():
    weights = {"adversarial": 0.15}
    config = TrainConfig(weights=weights)
    weights["adversarial"] = 99
    assert config.weights["adversarial"] == 0.15
    assert weights == {"adversarial": 99}
    assert set(config.weights) == set(LOSSES)
    config.to_dict()["weights"]["adversarial"] = 99
    assert config.weights["adversarial"] == 0.15
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.width = 3


@pytest.mark.parametrize(
    "field, value, expected",
    [
        ("width", 0, "an integer from 1 to 65536, found 0"),
        ("width", 64.0, "an integer from 1 to 65536, found 64.0"),
        ("width", True, "an integer from 1 to 65536, found True"),
        ("batch", 1, "an integer from 2 to .*, found 1"),
        ("steps", -1, "an integer from 0 to .*, found -1"),
        ("steps", "10", "an integer from 0 to .*, found '10'"),
        ("learning_rate", float("nan"), "a number from 0 to 10, found nan"),
        ("learning_rate", float("inf"), "a number from 0 to 10, found inf"),
        ("learning_rate", None, "a number from 0 to 10, found None"),
        ("dropout", 1.0, "a number from 0 to 0.99, found 1.0"),
        ("dropout", -0.1, "a number from 0 to 0.99, found -0.1"),
        ("flip", 1.01, "a number from 0 to 1, found 1.01"),
        ("label_swap", -1, "a number from 0 to 1, found -1"),
        ("azimuth", 181, "a number from 0 to 180, found 181"),
        ("elevation", -1, "a number from 0 to 90, found -1"),
        ("tilt", 91, "a number from -90 to 90, found 91"),
        ("tilt_spread", -1, "a number from 0 to 45, found -1"),
        ("knee_every", 0, "an integer from 1 to .*, found 0"),
        ("record_every", 0, "an integer from 1 to .*, found 0"),
    ],
)
def test_a_value_outside_its_range_is_refused(field, value, expected):
    with pytest.raises(ValueError, match=f"^{field} must be {expected}$"):
        TrainConfig(**{field: value})


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"prior": "paperr"}, "unknown prior 'paperr'; there are paper, gravity"),
        ({"schedule": "linear"}, "schedule must be one of constant, cosine, found 'linear'"),
        ({"normalisation": "layer"}, "normalisation must be one of batch, frozen, found 'layer'"),
        ({"initialisation": "he"}, "initialisation must be one of uniform, glorot, found 'he'"),
        ({"scale": "joint"}, "scale must be one of pose, segment, found 'joint'"),
        ({"views": 1}, "views must be one of pose, batch, found 1"),
        ({"order": "sorted"}, "order must be one of random, stored, found 'sorted'"),
        ({"weights": {"adverserial": 1}}, "unknown losses adverserial in weights; there are adversarial, repro"),
        ({"weights": {3: 1}}, "unknown losses 3 in weights"),
        ({"weights": 3}, "weights must map the names of losses to numbers, found 3"),
        ({"weights": {"reprojection": -1}}, "the weight of reprojection must be a number of at least 0, found -1"),
        ({"weights": {"reprojection": float("nan")}}, "the weight of reprojection .* found nan"),
        ({"weights": {"reprojection": float("inf")}}, "the weight of reprojection .* found inf"),
        ({"weights": {"reprojection": "1"}}, "the weight of reprojection .* found '1'"),
        ({"weights": {"reprojection": True}}, "the weight of reprojection .* found True"),
    ],
)
def test_unknown_names_and_bad_weights_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**changes)


@pytest.mark.parametrize("field", ["width", "batch", "steps", "learning_rate", "flip", "label_swap", "tilt"])
def test_the_ends_of_a_range_are_allowed(field):
    ends = next(item.metadata for item in dataclasses.fields(TrainConfig) if item.name == field)
    for end in ends.values():
        assert getattr(TrainConfig(**{field: end}), field) == end


def test_fields_that_a_config_lacks_get_their_defaults():
    stored = TrainConfig(width=32).to_dict()
    del stored["tilt"], stored["weights"]["reprojection"]
    assert TrainConfig.from_dict(stored) == TrainConfig.from_stored(stored) == TrainConfig(width=32)


def test_a_stored_config_without_a_younger_field_means_what_was_done_before_it():
    found = TrainConfig.from_stored({"width": 32}).to_dict()
    then = dict(normalisation="batch", initialisation="uniform", scale="pose", views="pose", order="random")
    assert {name: found[name] for name in then} == then
    as_run = TrainConfig.as_run(scale="segment")
    assert TrainConfig.from_stored(as_run.to_dict()) == as_run


# Seeds and names.


@pytest.mark.parametrize(
    "seeds, message",
    [
        ((), r"seeds must be one or more different integers, found \(\)"),
        ((1, 2, 1), r"seeds must be one or more different integers, found \(1, 2, 1\)"),
        (3, r"seeds must be a sequence such as \(0, 1, 2\), found 3"),
        ((0, -1), "a seed must be an integer from 0 to .*, found -1"),
        ((0.5,), "a seed must be an integer from 0 to .*, found 0.5"),
        ((True,), "a seed must be an integer from 0 to .*, found True"),
        ("01", "a seed must be an integer from 0 to .*, found '0'"),
        (range(10**30), "at most 10,000 seeds"),
        ((2**64,), "a seed must be an integer from 0 to .*, found 18446744073709551616"),
    ],
)
def test_other_seeds_are_refused(seeds, message):
    with pytest.raises(ValueError, match=message):
        check_seeds(seeds)
    with pytest.raises(ValueError, match=message):
        trainer(seeds=seeds)


def test_unknown_names_are_refused_with_the_choices():
    with pytest.raises(ValueError, match="unknown representation 'halves'; there are full, legs_torso"):
        train("halves", POSES)
    with pytest.raises(ValueError, match="unknown fields stepps in the config; there are width, batch, steps"):
        train("full", POSES, stepps=3)
    with pytest.raises(ValueError, match="unknown prior 'papers'; there are paper, gravity"):
        train("full", POSES, prior="papers")
