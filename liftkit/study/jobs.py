"""What a study trains: its checked settings, and its jobs, which are stored once in the study's folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from liftkit.config import TrainConfig, check_fields, check_seeds
from liftkit.data.datasets import load_poses
from liftkit.networks import Discriminator, count_parameters
from liftkit.poses import PoseSet, training_labels, training_poses, training_tilts
from liftkit.representations import Representation, get_representation
from liftkit.study.checkpoint_selection import check_policies

ENSEMBLE_BYTES = 2**30  # memory that an ensemble may take
LONGEST_NAME = 40  # characters of a data set or representation in the name of a file
MOST_MEMBERS = 4  # more gain little on a CPU, and leave cores idle at the end of a study
# Settings of the first version: two have other names now, and the number of threads is the machine's affair.
RENAMED = {"looks": "evaluations", "judged": "max_test_poses", "prints": "fingerprints"}
DROPPED = ("threads",)

Poses = PoseSet | str | Path  # a path, or a name for load_poses, is read by whoever does the job
Sources = Mapping[str, tuple[Poses, Mapping[str, Poses | None]]]  # training set and test sets by name; None: its own


@dataclass(frozen=True)
class Settings:
    """All that the results of a study depend on, apart from versions and machine; stored in study.json."""

    representations: tuple[Representation, ...]
    data: tuple[str, ...]  # names of the training sets
    seeds: tuple[int, ...]
    config: TrainConfig
    tests: Mapping[str, tuple[str, ...]]  # names of the test sets, for each training set
    fingerprints: Mapping[str, str]  # the content of each set; "test NAME" for further test sets
    policies: tuple[str, ...]
    evaluations: int = 10  # per training, evenly spaced
    max_test_poses: int | None = None  # per test set, evenly spaced; None: all
    members: int | None = None  # seeds trained as one ensemble; None: as many as fit

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON gives them back."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        plain["representations"] = [representation.to_dict() for representation in self.representations]
        return json.loads(json.dumps(plain | {"config": self.config.to_dict()}))

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Settings:
        """What :meth:`to_dict` gave, in this version or an earlier one; fields it lacks get their defaults."""
        values = {RENAMED.get(name, name): value for name, value in stored.items() if name not in DROPPED}
        check_fields(values, [item.name for item in fields(cls)], "the settings of the study")
        values |= {name: tuple(values[name]) for name in ("data", "policies")}
        values["representations"] = tuple(map(Representation.from_dict, values["representations"]))
        values |= {"config": TrainConfig.from_stored(values["config"]), "seeds": check_seeds(values["seeds"])}
        values["tests"] = {name: tuple(sets) for name, sets in values["tests"].items()}
        return cls(**values)


def check_arguments(representations, poses, seeds, config, tests, *, policies, **counts) -> tuple[Settings, Sources]:
    """The arguments of :func:`liftkit.run_study`, checked: settings, and where the poses come from."""
    representations = _representations(representations)
    if not isinstance(config, TrainConfig):
        raise ValueError(f"config must be a TrainConfig, found {config!r}")
    for representation in representations:
        count_parameters(representation, config.width)  # refuses a width that its segments cannot share
    for name, value in counts.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, Integral) or value < 1):
            raise ValueError(f"{name} must be an integer of at least 1, found {value!r}")
    sources, fingerprints, more = {}, {}, dict(tests or {})
    for name, source in _named(poses).items():
        loaded = read_poses(source)
        training_poses(loaded, representations[0])
        if config.known_tilt:
            training_tilts(loaded)
        if config.condition != "none":
            training_labels(loaded, config.condition)
        policies = check_policies(policies, loaded)
        fingerprints[name] = fingerprint(loaded)
        own = {} if loaded.x3d is None else {name: None}  # its own test poses replace others of its name
        if not more | own:
            raise ValueError(f"{name}: it has no 3D truth to evaluate with; give pose sets that have it as tests")
        sources[name] = source, more | own
    for name, source in more.items():
        loaded = read_poses(source)
        if loaded.x3d is None:
            raise ValueError(f"tests: {name!r} has no 3D truth to evaluate with")
        fingerprints[f"test {name}"] = fingerprint(loaded)
    names = {name: tuple(sets) for name, (_, sets) in sources.items()}
    counts = {name: None if value is None else int(value) for name, value in counts.items()}
    settings = (representations, tuple(sources), check_seeds(seeds), config, names, fingerprints, policies)
    return Settings(*settings, **counts), sources


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
    if not isinstance(poses, Mapping):
        return {poses.name if isinstance(poses, PoseSet) else Path(poses).stem: poses}
    if not poses:
        raise ValueError("a study needs at least one set of poses, found none")
    return dict(poses)


def read_poses(source: Poses) -> PoseSet:
    return source if isinstance(source, PoseSet) else load_poses(source)


def fingerprint(poses: PoseSet) -> str:
    """A digest of what a result depends on: coordinates, splits and unit."""
    digest = hashlib.sha256(f"{poses.units} {poses.x2d.shape}".encode())
    for values in (poses.x2d, poses.x3d, poses.split):
        if values is not None:
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Job:
    """What is trained at a time: some seeds of one representation on one data set, as one ensemble."""

    name: str  # of its files in the study's folder
    data: str
    representation: Representation
    seeds: tuple[int, ...]
    settings: Settings

    @property
    def config(self) -> TrainConfig:
        return self.settings.config

    @property
    def steps(self) -> int:
        """Steps of all members together: the unit of progress."""
        return self.config.steps * len(self.seeds)

    @property
    def cost(self) -> int:
        """An estimate of the time that it takes: narrower segments cost as much as wide ones."""
        rep = self.representation
        return self.steps * (len(rep.segments) * rep.blocks + rep.shared_blocks)

    def to_dict(self) -> dict[str, Any]:
        plain = {"name": self.name, "data": self.data, "representation": self.representation.name}
        return plain | {"seeds": list(self.seeds)}


def make_jobs(settings: Settings, known: Sequence[Job] = ()) -> list[Job]:
    """One job for each data set, representation and group of seeds that fits into memory; ``known`` ones are kept."""
    jobs = list(known)
    for data, representation in product(settings.data, settings.representations):
        mine = [job for job in known if (job.data, job.representation) == (data, representation)]
        left = [seed for seed in settings.seeds if not any(seed in job.seeds for job in mine)]
        size = settings.members or members_that_fit(representation, settings.config)
        for start in range(0, len(left), size):
            # The number keeps names apart that differ in other characters only.
            names = f"{data[:LONGEST_NAME]}-{representation.name[:LONGEST_NAME]}"
            name = f"{len(jobs):03d}-{names}-seed{left[start]}"
            group = tuple(left[start : start + size])
            jobs.append(Job(re.sub(r"[^\w.-]", "_", name), data, representation, group, settings))

    order = list(product(settings.data, settings.representations, settings.seeds))
    return sorted(jobs, key=lambda job: order.index((job.data, job.representation, job.seeds[0])))


def read_jobs(stored: Iterable[Mapping[str, Any]], settings: Settings) -> list[Job]:
    """The jobs that :meth:`Job.to_dict` gave. Raises ValueError unless they train what the settings say, once."""
    representations = {representation.name: representation for representation in settings.representations}
    jobs = []
    for values in stored:
        check_fields(values, ("name", "data", "representation", "seeds"), "a job of the study")
        if not re.fullmatch(r"[^./\\][^/\\]*", values["name"]):
            raise ValueError(f"a job's name must be the name of a file, found {values['name']!r}")
        representation = representations[values["representation"]]
        jobs.append(Job(values["name"], values["data"], representation, check_seeds(values["seeds"]), settings))
    found = [(job.data, job.representation.name, seed) for job in jobs for seed in job.seeds]
    if sorted(found) != sorted(product(settings.data, representations, settings.seeds)):
        raise ValueError("its jobs do not train each representation once with each seed on each data set")
    return jobs


def members_that_fit(representation: Representation, config: TrainConfig) -> int:
    """How many seeds to train as one ensemble, by an estimate of the memory they take."""
    # Of each residual block five feature maps are kept, of the batch and of its four views; weights about eight times
    # over (gradients, Adam's moments, copies to fall back on).
    discriminator = Discriminator(config.width, device="meta")
    parameters = count_parameters(representation, config.width) + discriminator.parameter_count
    maps = 5 * (representation.blocks * len(representation.segments) + representation.shared_blocks) + 5
    activations = maps * 5 * config.batch * config.width
    return int(np.clip(ENSEMBLE_BYTES // (4 * (8 * parameters + activations)), 1, MOST_MEMBERS))
