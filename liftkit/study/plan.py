"""What a study is made of: its arguments, checked before anything is trained, and the jobs that follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from liftkit.config import TrainConfig, check_seeds
from liftkit.networks import Discriminator, Lifter
from liftkit.poses import PoseSet, training_poses
from liftkit.representations import Representation, get_representation
from liftkit.study.checkpoint_selection import check_policies
from liftkit.study.jobs import Job, Poses, fingerprint, poses_of
from liftkit.system.provenance import cores

ENSEMBLE_BYTES = 2**30  # memory that an ensemble may take
MOST_MEMBERS = 4  # more gain little on a CPU, and leave cores idle at the end of a study


@dataclass
class Plan:
    """The arguments of :func:`liftkit.study.run_study`, checked; ``prints`` are the fingerprints of all pose sets."""

    representations: tuple[Representation, ...]
    data: dict[str, Poses]
    seeds: tuple[int, ...]
    config: TrainConfig
    tests: dict[str, dict[str, Poses | None]]
    prints: dict[str, str]
    policies: tuple[str, ...]
    looks: int
    judged: int | None
    members: int | None
    threads: int = 1

    @classmethod
    def make(cls, representations, poses, seeds, config, tests, policies, looks, judged, members) -> Plan:
        """Check all arguments against each other. Raises ValueError that says what was found and expected."""
        representations = _representations(representations)
        if not isinstance(config, TrainConfig):
            raise ValueError(f"config must be a TrainConfig, found {config!r}")
        for representation in representations:
            members_that_fit(representation, config)  # builds its networks: widths that do not fit are refused here
        for name, value in (("looks", looks), ("judged", judged), ("members", members)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, Integral) or value < 1):
                raise ValueError(f"{name} must be an integer of at least 1, found {value!r}")
        data, more, prints, own = _named(poses), dict(tests or {}), {}, {}
        for name, source in data.items():
            loaded = poses_of(source)
            training_poses(loaded, representations[0])
            policies = check_policies(policies, loaded)
            prints[name] = fingerprint(loaded)
            own[name] = {name: None} if loaded.x3d is not None else {}  # its own test poses
        for name, source in more.items():
            loaded = poses_of(source)
            if loaded.x3d is None:
                raise ValueError(f"tests: {name!r} has no 3D truth to judge by")
            prints[f"test {name}"] = fingerprint(loaded)
        every = {name: more | own[name] for name in data}  # a set's own test poses go before others of its name
        if lacking := [name for name in every if not every[name]]:
            raise ValueError(f"{lacking[0]}: there is no 3D truth to judge by; give pose sets that have it as tests")
        plan = cls(representations, data, check_seeds(seeds), config, every, prints, policies, looks, judged, members)
        plan.threads = cores() if len(plan.jobs()) == 1 else 1
        return plan

    def jobs(self) -> list[Job]:
        """One job for each data set, representation and group of seeds that fits into memory."""
        tests = {data: tuple((t, self.prints.get(f"test {t}", "")) for t in self.tests[data]) for data in self.data}
        how = (self.config, self.policies)
        how_judged = (self.looks, self.judged, self.threads)
        return [
            Job(data, self.prints[data], representation, group, *how, tests[data], *how_judged)
            for data in self.data
            for representation in self.representations
            for group in _groups(self.seeds, self.members or members_that_fit(representation, self.config))
        ]

    def settings(self) -> dict[str, Any]:
        """All that the results depend on, ready for JSON: from it the same jobs follow."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        plain["representations"] = [representation.to_dict() for representation in self.representations]
        plain |= {"config": self.config.to_dict(), "data": list(self.data)}
        plain["tests"] = {name: list(sets) for name, sets in self.tests.items()}
        return _lists(plain)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Plan:
        """The plan behind the settings of a stored study, without its poses."""
        try:
            values = dict(settings)
            representations = tuple(map(Representation.from_dict, values.pop("representations")))
            config, seeds = TrainConfig.from_dict(values.pop("config")), tuple(values.pop("seeds"))
            data = dict.fromkeys(values.pop("data"))
            tests = {name: dict.fromkeys(sets) for name, sets in values.pop("tests").items()}
            policies = tuple(values.pop("policies"))
            return cls(representations, data, seeds, config, tests, policies=policies, **values)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the settings of the study are damaged: {error!r}") from error


def _lists(value: Any) -> Any:
    """Tuples as lists, all the way down, as JSON gives them back."""
    if isinstance(value, Mapping):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, list | tuple) else value


def _representations(names: Sequence[str | Representation]) -> tuple[Representation, ...]:
    if isinstance(names, str | Representation):
        names = (names,)
    found = tuple(get_representation(name) for name in names)
    if not found:
        raise ValueError("a study needs at least one representation, found none")
    if twice := {r.name for r in found if [s.name for s in found].count(r.name) > 1}:
        raise ValueError(f"representations given twice: {', '.join(sorted(twice))}")
    return found


def _named(poses: Poses | Mapping[str, Poses]) -> dict[str, Poses]:
    if isinstance(poses, Mapping):
        if not poses:
            raise ValueError("a study needs at least one set of poses, found none")
        return dict(poses)
    return {poses.name if isinstance(poses, PoseSet) else Path(poses).stem: poses}


def _groups(seeds: tuple[int, ...], size: int) -> list[tuple[int, ...]]:
    return [seeds[i : i + size] for i in range(0, len(seeds), size)]


def members_that_fit(representation: Representation, config: TrainConfig) -> int:
    """How many seeds to train as one ensemble, by an estimate of what one takes; the same on every machine.

    Weights are kept about eight times over (gradients, Adam's moments, copies to fall back on); of each residual block
    the activations of the batch and of its four views are kept, five feature maps each.
    """
    width, parameters = config.width, _parameters(representation, config.width)
    maps = 5 * (representation.blocks * len(representation.segments) + representation.shared_blocks) + 5
    activations = maps * 5 * config.batch * width
    return int(np.clip(ENSEMBLE_BYTES // (4 * (8 * parameters + activations)), 1, MOST_MEMBERS))


@cache  # a wide network takes a while to make, and a plan asks several times
def _parameters(representation: Representation, width: int) -> int:
    return Lifter(representation, width).parameter_count + Discriminator(width).parameter_count
