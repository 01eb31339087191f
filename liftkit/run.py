"""Run: a trained ensemble of lifters, with its history and everything needed to use or evaluate it again."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from liftkit.config import TrainConfig, check_fields, check_seeds
from liftkit.geometry import Array, attach_depth, expect_poses, normalise, pose_scale
from liftkit.networks import Discriminator, Lifter
from liftkit.representations import REPRESENTATIONS, Representation
from liftkit.system.files import write_atomically
from liftkit.uncertainty import PoseStatistics

CHUNK = 4096  # poses x members lifted at a time: enough to keep the cores busy, few enough for their caches
ABOUT, WEIGHTS, HISTORY = "run.json", "weights.safetensors", "history.csv"
POSES = "training_poses."  # of the names of their statistics among the weights


def halved(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors of a run with the weights rounded to float16; running averages stay as they are."""
    return {key: t if key.endswith((".mean", ".var")) else t.half() for key, t in tensors.items()}


@dataclass(eq=False, repr=False)
class Run:
    """A trained ensemble of lifters, with its history and all that is needed to use or evaluate it again."""

    lifter: Lifter  # M members, one for each seed
    discriminator: Discriminator
    seeds: tuple[int, ...]
    config: TrainConfig
    history: pd.DataFrame  # one row per recorded step and seed: loss terms; `knees`, the share that folds backwards
    message: str = ""  # why training stopped early, if it did
    statistics: PoseStatistics | None = None  # of the training poses; None: not known

    def __post_init__(self):
        self.lifter.eval()
        self.discriminator.eval()

    def __repr__(self):
        seeds = ", ".join(map(str, self.seeds))
        return f"Run({self.representation.name!r}, seeds {seeds}, {self.parameter_count:,} parameters per member)"

    @property
    def representation(self) -> Representation:
        return self.lifter.representation

    @property
    def parameter_count(self) -> int:
        """The number of trained parameters of one member's lifter."""
        return self.lifter.parameter_count

    @torch.no_grad()
    def lift(self, x2d: Array) -> Array:
        """Lift 2D poses by every member.

        Args:
            x2d: (N, J, 2), numpy or torch; NaN: the joint was not seen.

        Returns:
            (M, N, J, 3) of the same kind, relative to the root, in the unit of ``x2d``, of which x and y are taken. The
            depth is NaN where a joint that it depends on was not seen: in the segment of independent segments with
            scales of their own, in the whole pose of any other lifter, which also warns.

        Raises:
            ValueError: if the shape or the type is wrong, a value is infinite, or no joint of any pose can be lifted.
        """
        expect_poses(x2d, 2, "x2d")
        joints = len(self.representation.skeleton)
        if x2d.ndim != 3 or x2d.shape[1] != joints:
            raise ValueError(f"x2d must have shape (N, {joints}, 2), found {tuple(x2d.shape)}")
        poses = x2d if isinstance(x2d, torch.Tensor) else torch.from_numpy(np.array(x2d, np.float32, order="C"))
        poses = poses.to(self.lifter.device, torch.float32).contiguous()
        if poses.isinf().any():
            raise ValueError("x2d must be finite, or NaN where a joint was not seen; found infinity")
        x3d = [self._lift(chunk) for chunk in poses.split(max(CHUNK // len(self.seeds), 1))]
        x3d = torch.cat(x3d, dim=1) if x3d else poses.new_zeros(len(self.seeds), 0, joints, 3)
        if not (seen := poses.isfinite().all(-1)).all():
            liftable = self.lifter.liftable(seen)
            self._check_seen(seen, liftable)
            x3d[..., :2].masked_fill_(~seen[..., None], torch.nan)
            x3d[..., 2].masked_fill_(~liftable, torch.nan)
        return x3d.to(x2d) if isinstance(x2d, torch.Tensor) else x3d.cpu().numpy().astype(x2d.dtype)

    def _lift(self, x2d):
        # The place of a joint that was not seen does not matter: nothing that depends on it is kept.
        x2d = torch.where(x2d.isfinite().all(-1, keepdim=True), x2d, x2d[:, :1])
        flat = normalise(x2d).expand(len(self.seeds), *x2d.shape)
        return attach_depth(flat, self.lifter(flat)) * pose_scale(x2d)

    def _check_seen(self, seen: torch.Tensor, liftable: torch.Tensor) -> None:
        """Say which joints are missing, if no pose can be lifted, or if this lifter needs all joints of a pose."""
        if liftable[:, 1:].any() and self.lifter.lifts_what_is_seen:
            return
        names, lost = self.representation.skeleton.names, (~seen).sum(0).tolist()
        lacking = ", ".join(f"{name} in {count}" for name, count in zip(names, lost, strict=True) if count)
        message = f"x2d: {int((~seen).any(1).sum())} of {len(seen)} poses lack joints ({lacking})"
        if self.lifter.lifts_what_is_seen:
            raise ValueError(
                f"{message}: no pose has the pelvis and all joints of a segment of {self.representation.name}"
            )
        others = [r.name for r in REPRESENTATIONS.values() if r.cut]
        message += (
            f", and {self.representation.name} (scale: {self.config.scale}) needs all of a pose. Each segment that is "
            f'seen is lifted by {", ".join(others)}, trained with the scale "segment"'
        )
        if not liftable[:, 1:].any():
            raise ValueError(message)
        warnings.warn(f"{message}; the depths of these poses are NaN", stacklevel=3)

    def select(self, seeds: Sequence[int]) -> Run:
        """The members of these seeds as a run of their own, in this order; ValueError on a seed that no member has.

        >>> from liftkit import load_record
        >>> load_record("full").select([3, 5]).seeds
        (3, 5)
        """
        if unknown := [seed for seed in seeds if seed not in self.seeds]:
            raise ValueError(f"no member has the seed {unknown[0]}; there are {', '.join(map(str, self.seeds))}")
        if tuple(seeds) == self.seeds:
            return self
        chosen = [self.seeds.index(seed) for seed in seeds]
        count = len(self.seeds)
        tensors = {k: t.unflatten(0, (count, -1))[chosen].flatten(0, 1) for k, t in self.tensors().items()}
        history = self.history[self.history["seed"].isin(seeds)] if "seed" in self.history else self.history
        how = dict(message=self.message, statistics=self.statistics)
        run = Run.from_tensors(self.representation, tuple(seeds), self.config, [tensors], history, **how)
        run.lifter.to(self.lifter.device)
        run.discriminator.to(self.lifter.device)
        return run

    def tensors(self) -> dict[str, torch.Tensor]:
        """Weights and running averages of both networks by name, the members along the first axis of each."""
        networks = {"lifter": self.lifter, "discriminator": self.discriminator}
        return {f"{part}.{k}": t.contiguous().cpu() for part, n in networks.items() for k, t in n.state_dict().items()}

    def save(self, folder: str | Path, compact: bool = False) -> Path:
        """Write the run into a folder (made if missing): weights.safetensors, run.json, history.csv.

        ``compact``: only what lifts, without discriminator, with weights (not running averages) rounded to float16.
        """
        folder = Path(folder)
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"{folder} must be a folder, found a file")
        folder.mkdir(parents=True, exist_ok=True)
        about = {
            "representation": self.representation.to_dict(),
            "seeds": list(self.seeds),
            "config": self.config.to_dict(),
            "message": self.message,
        }
        arrays = self.statistics.arrays() if self.statistics else {}
        tensors = self.tensors()
        if compact:
            tensors = halved({k: t for k, t in tensors.items() if k.startswith("lifter.")})
        tensors |= {POSES + name: torch.tensor(array) for name, array in arrays.items()}
        write_atomically(folder / WEIGHTS, lambda file: file.write(save(tensors)))
        write_atomically(folder / HISTORY, lambda file: self.history.to_csv(file, index=False))
        write_atomically(folder / ABOUT, lambda file: file.write(json.dumps(about, indent=1).encode()))
        return folder

    @classmethod
    @torch.inference_mode(False)  # as Trainer.to_run
    def from_tensors(
        cls,
        representation: Representation,
        seeds: Sequence[int],
        config: TrainConfig,
        tensors: Sequence[Mapping[str, torch.Tensor]],
        history: pd.DataFrame,
        message: str = "",
        statistics: PoseStatistics | None = None,
    ) -> Run:
        """A run from stored :meth:`tensors`: one mapping for each group of members, in order.

        Without a discriminator, as :meth:`save` leaves it out of a compact run, that of the run is untrained.
        """
        size = dict(width=config.width, members=len(seeds), **config.network_options)
        try:
            names = [name for name in tensors[0] if not name.startswith(POSES)]
            together = {name: torch.cat([group[name] for group in tensors]).float() for name in names}
            # Only shapes at first: a small file may ask for networks that fill the memory.
            lifter = Lifter(representation, **size, device="meta")
            for name, expected in lifter.state_dict().items():
                if (found := tuple(together[f"lifter.{name}"].shape)) != tuple(expected.shape):
                    raise KeyError(f"lifter.{name} has the shape {found}, expected {tuple(expected.shape)}")
            first = together.get("discriminator.input.weight", torch.empty(0))
            classes = max(first.shape[-1] - 2 * (len(representation.skeleton) - 1), 0) if first.ndim == 3 else 0
            device = "meta" if len(first) else "cpu"
            discriminator = Discriminator(config.width, len(seeds), classes=classes, device=device)
            for part, net in (("lifter.", lifter), ("discriminator.", discriminator)):
                weights = {k.removeprefix(part): t for k, t in together.items() if k.startswith(part)}
                if weights or net is lifter:
                    net.load_state_dict(weights, assign=True)
        except (RuntimeError, KeyError) as error:
            raise ValueError(f"the tensors do not fit {representation.name}: {error}") from error
        return cls(lifter, discriminator, tuple(seeds), config, history, message, statistics)

    @classmethod
    def load(cls, folder: str | Path) -> Run:
        """Read a folder that :meth:`save` wrote, in this version or an earlier one.

        Raises:
            ValueError: naming the file that is missing, damaged or of a newer liftkit.
        """
        folder = Path(folder)
        for name in (ABOUT, WEIGHTS, HISTORY):
            if not (folder / name).is_file():
                raise ValueError(f"{folder} is not the folder of a run: it has no {name}")
        try:
            about = json.loads((folder / ABOUT).read_bytes())
            check_fields(about, ("representation", "seeds", "config", "message"), ABOUT)
            representation = Representation.from_dict(about["representation"])
            config, seeds = TrainConfig.from_stored(about["config"]), check_seeds(about["seeds"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{folder / ABOUT} is damaged, or a newer liftkit wrote it: {error!r}") from error
        try:
            tensors = load((folder / WEIGHTS).read_bytes())
            of_poses = {k.removeprefix(POSES): t.numpy() for k, t in tensors.items() if k.startswith(POSES)}
            statistics = PoseStatistics.from_arrays(of_poses, representation) if of_poses else None
            how = dict(message=about.get("message", ""), statistics=statistics)
            run = cls.from_tensors(representation, seeds, config, [tensors], pd.DataFrame(), **how)
        except (SafetensorError, ValueError) as error:
            raise ValueError(f"{folder / WEIGHTS} is damaged: {error}") from error
        try:
            run.history = pd.read_csv(folder / HISTORY)
            if absent := {"step", "seed"} - set(run.history):
                raise ValueError(f"it has no column {', '.join(sorted(absent))}")
        except ValueError as error:
            raise ValueError(f"{folder / HISTORY} is damaged: {error}") from error
        return run
