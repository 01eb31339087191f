"""TrainConfig: every choice of a training run, checked, and saved with each result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from itertools import islice
from numbers import Integral, Real
from typing import Any

import numpy as np

from liftkit.losses import LOSSES
from liftkit.priors import get_prior

CHOICES = {
    "schedule": ("constant", "cosine"),
    "normalisation": ("batch", "frozen"),
    "initialisation": ("uniform", "glorot"),
    "scale": ("pose", "segment"),
    "views": ("pose", "batch"),
    "order": ("random", "stored"),
    "condition": ("none", "subject", "action", "camera"),
}

MOST_SEEDS = 10_000  # of a training or a study

# What runs did before a field existed. Stored configs without it mean this, whatever is today's default.
BEFORE = {"normalisation": "batch", "initialisation": "uniform", "scale": "pose", "views": "pose", "order": "random"}


def _field(default: Any, low: float, high: float):
    return field(default=default, metadata={"low": low, "high": high})


def _weights() -> dict[str, float]:
    return {name: term.weight for name, term in LOSSES.items()}


@dataclass(frozen=True)
class TrainConfig:
    """The choices of a training run. The defaults are those of a lesson: narrow, quick, no dropout.

    Raises:
        ValueError: on a value outside its range; :meth:`from_dict` and the presets also on an unknown field.

    >>> TrainConfig.paper().width, TrainConfig.lesson(width=64).width
    (1024, 64)
    """

    width: int = _field(64, 1, 65536)  # units of the residual blocks
    batch: int = _field(256, 2, 2**24)  # poses per step and member
    steps: int = _field(1000, 0, 2**40)  # of training; each trains the discriminator once and the lifter once
    learning_rate: float = _field(1e-3, 0, 10)  # Adam's, for both networks
    schedule: str = "cosine"  # of the learning rate: "constant", or "cosine" down to 0 at the last step
    dropout: float = _field(0.0, 0, 0.99)  # rate, in both networks
    normalisation: str = "batch"  # in the lifter: by the statistics of the "batch", or "frozen": a fixed affine map
    initialisation: str = "uniform"  # of both networks: U(-1, 1) / sqrt(inputs), or "glorot"
    scale: str = "segment"  # by whose size an independent segment is divided: the whole "pose"'s, or the "segment"'s
    weights: Mapping[str, float] = field(default_factory=_weights)  # of the loss terms by name; left out: the default
    prior: str = "gravity"  # name of the prior over views, see PRIORS
    views: str = "pose"  # a random view for each "pose", or for each "batch" and network
    order: str = "random"  # of the poses in training: drawn at "random", or as "stored"
    flip: float = _field(0.5, 0, 1)  # probability that a pose is flipped left to right
    label_swap: float = _field(0.1, 0, 1)  # probability that a batch has real and view labels swapped
    azimuth: float = _field(160.0, 0, 180)  # largest angle of a view about the vertical, degrees
    elevation: float = _field(10.0, 0, 90)  # largest angle of a view up or down, degrees
    tilt: float = _field(10.0, -90, 90)  # the camera's, degrees, downwards positive (gravity prior)
    tilt_spread: float = _field(0.0, 0, 45)  # standard deviation of an unknown tilt, degrees (gravity prior)
    known_tilt: bool = False  # whether views turn about the vertical of each pose's own camera (gravity prior)
    condition: str = "none"  # the label of each pose that the discriminator is told: views are judged within it
    knee_every: int = _field(200, 1, 2**40)  # steps between two tests of the knees
    record_every: int = _field(10, 1, 2**40)  # steps between two rows of the history

    def __post_init__(self):
        get_prior(self.prior)
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, found {getattr(self, name)!r}")
        if not isinstance(self.known_tilt, bool):
            raise ValueError(f"known_tilt must be True or False, found {self.known_tilt!r}")
        if self.known_tilt and (self.prior == "paper" or self.views == "batch"):
            raise ValueError(
                "known_tilt is for a view of each pose about the world's vertical (prior 'gravity', views 'pose'); "
                f"found prior {self.prior!r}, views {self.views!r}"
            )
        for item in fields(self):
            if item.metadata:
                self._check_number(item.name, type(item.default), **item.metadata)
        if not isinstance(self.weights, Mapping):
            raise ValueError(f"weights must map the names of losses to numbers, found {self.weights!r}")
        if unknown := sorted(map(str, set(self.weights) - set(LOSSES))):
            raise ValueError(f"unknown losses {', '.join(unknown)} in weights; there are {', '.join(LOSSES)}")
        weights = {name: self.weights.get(name, term.weight) for name, term in LOSSES.items()}
        for name, weight in weights.items():
            number = isinstance(weight, Real) and not isinstance(weight, bool)
            if not number or not 0 <= weight < float("inf"):
                raise ValueError(f"the weight of {name} must be a number of at least 0, found {weight!r}")
        object.__setattr__(self, "weights", {name: float(weight) for name, weight in weights.items()})

    def _check_number(self, name: str, kind: type, low: float, high: float):
        value = getattr(self, name)
        allowed = Integral if kind is int else Real
        if isinstance(value, bool) or not isinstance(value, allowed) or not low <= value <= high:
            expected = "an integer" if kind is int else "a number"
            raise ValueError(f"{name} must be {expected} from {low:g} to {high:g}, found {value!r}")
        object.__setattr__(self, name, kind(value))  # a numpy number would not go into JSON

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainConfig:
        """A config from a mapping; fields that it lacks get their defaults."""
        check_fields(values, [item.name for item in fields(cls)], "the config")
        return cls(**values)

    @classmethod
    def from_stored(cls, values: Mapping[str, Any]) -> TrainConfig:
        """A config that :meth:`to_dict` gave, in this version or an earlier one; what it lacks is as it was then."""
        return cls.from_dict({**BEFORE, **values})

    @classmethod
    def lesson(cls, **changes) -> TrainConfig:
        """Narrow, quick, no dropout: 256,000 poses per member, in about a minute on two cores."""
        return cls.from_dict(changes)

    @classmethod
    def paper(cls, **changes) -> TrainConfig:
        """The paper's: width 1024, batch 8192, 800 epochs of 1.5 million poses, its own prior."""
        steps = 800 * 1_500_000 // 8192
        paper = dict(width=1024, batch=8192, steps=steps, learning_rate=2e-4, schedule="constant", dropout=0.5)
        return cls.from_dict({**paper, "prior": "paper", "scale": "pose", **changes})

    @classmethod
    def as_run(cls, **changes) -> TrainConfig:
        """What the authors' public code does when it runs, which differs from the paper: see docs/paper.md."""
        as_run = dict(normalisation="frozen", initialisation="glorot", dropout=0.0, views="batch", order="stored")
        return cls.paper(**{**as_run, **changes})

    @property
    def network_options(self) -> dict[str, str]:
        """What the lifter computes with its weights, beside the width: arguments of :class:`Lifter`."""
        return {"normalisation": self.normalisation, "scale": self.scale}

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain values, ready for JSON."""
        return asdict(self)


PRESETS = {"lesson": TrainConfig.lesson, "paper": TrainConfig.paper, "as_run": TrainConfig.as_run}


def preset_config(preset: str = "lesson", **changes: Any) -> TrainConfig:
    """The config of a preset in ``PRESETS`` (ValueError if unknown) with changes; those that are None are left out."""
    if preset not in PRESETS:
        raise ValueError(f"unknown preset {preset!r}; there are {', '.join(PRESETS)}")
    return PRESETS[preset](**{name: value for name, value in changes.items() if value is not None})


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Seeds as a tuple; ValueError unless they are 1 to 10,000 different integers from 0 to 2^63 - 1."""
    if not isinstance(seeds, Iterable):
        raise ValueError(f"seeds must be a sequence such as (0, 1, 2), found {seeds!r}")
    seeds = tuple(islice(seeds, MOST_SEEDS + 1))
    if len(seeds) > MOST_SEEDS:
        raise ValueError(f"expected at most {MOST_SEEDS:,} seeds, found more")
    integers = (not isinstance(s, bool) and isinstance(s, int | np.integer) and 0 <= s < 2**63 for s in seeds)
    if bad := [s for s, good in zip(seeds, integers, strict=True) if not good]:
        raise ValueError(f"a seed must be an integer from 0 to 2^63 - 1, found {bad[0]!r}")
    if not seeds or len(set(seeds)) != len(seeds):
        raise ValueError(f"seeds must be one or more different integers, found {seeds}")
    return tuple(int(seed) for seed in seeds)


def check_fields(values: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    """Raise ValueError if a stored mapping has unknown fields: a newer liftkit may have written more of them."""
    if unknown := sorted(map(str, values.keys() - set(known))):
        raise ValueError(f"unknown fields {', '.join(unknown)} in {what}; there are {', '.join(known)}")
