"""Checkpoint selection: the weights that count as a training's result, by the last step or the best evaluation."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from liftkit import metrics
from liftkit.geometry import normalise
from liftkit.poses import PoseSet, evenly, training_poses
from liftkit.run import Run
from liftkit.skeleton import Skeleton
from liftkit.training import Trainer

# The column that each policy minimises. Only "oracle" uses 3D truth: no unsupervised method may report it as its own.
POLICIES = {"last": None, "unsupervised": "bones", "oracle": "pa_mpjpe_reflection"}
EVALUATION_POSES = 512  # per evaluation, evenly spaced


def bone_spread(x3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """How much the shares of bones in all lengths vary over poses, (M, N, J, 3) -> (M,): 0 for a rigid body."""
    lengths = np.stack([np.linalg.norm(x3d[..., j, :] - x3d[..., p, :], axis=-1) for p, j in skeleton.bones], -1)
    share = lengths / lengths.sum(-1, keepdims=True)
    return (share.std(1) / share.mean(1)).mean(-1)


class CheckpointSelector:
    """Evaluates a trainer a few times, and keeps for each policy the networks of each member's best evaluation."""

    def __init__(self, policies: tuple[str, ...], poses: PoseSet, trainer: Trainer):
        self.policies = policies
        every = training_poses(poses, trainer.representation)
        how = dict(dtype=torch.float32, device="cpu")
        chosen = torch.linspace(0, len(every) - 1, min(EVALUATION_POSES, len(every)), **how).long()
        self.x2d = normalise(every[chosen]).cpu().numpy()
        self.test = None if poses.x3d is None else evenly(poses.part("test"), EVALUATION_POSES)
        self.kept: dict[str, dict] = {}  # by policy: score (M,), step (M,), tensors of the networks
        self.rows: list[dict] = []

    def evaluate(self, trainer: Trainer) -> None:
        """Add the trainer's present state to the table, and keep it where it is the best so far."""
        # Not to_run(): that builds the whole history, and these networks go out of training mode.
        networks = copy.deepcopy((trainer.lifter, trainer.discriminator))
        run = Run(*networks, trainer.seeds, trainer.config, pd.DataFrame())
        scores = pd.DataFrame({"step": trainer.steps_done, "seed": run.seeds})
        scores["bones"] = bone_spread(run.lift(self.x2d), trainer.representation.skeleton)
        if self.test is not None:  # only two metrics: a table of all takes three times as long
            pred, truth = run.lift(self.test.x2d), self.test.x3d
            scores["pa_mpjpe_reflection"] = metrics.pa_mpjpe(pred, truth, reflection=True).mean(1)
            scores["mirrored"] = metrics.mirrored(pred, truth).mean(1)
        self.rows += scores.to_dict("records")
        tensors = run.tensors()
        for policy in self.policies:
            column = POLICIES[policy]
            score = torch.from_numpy((-scores["step"] if column is None else scores[column]).to_numpy(float, copy=True))
            unset = {"score": torch.full_like(score, torch.nan), "step": torch.zeros_like(score), "tensors": tensors}
            kept = self.kept.setdefault(policy, unset)
            better = (score < kept["score"]) | kept["score"].isnan()
            kept["score"] = torch.where(better, score, kept["score"])
            kept["step"][better] = trainer.steps_done
            kept["tensors"] = {name: _mix(better, tensor, kept["tensors"][name]) for name, tensor in tensors.items()}

    @property
    def table(self) -> pd.DataFrame:
        """One row per evaluation and seed: ``bones`` on training poses, from 2D only; the metrics on test poses."""
        return pd.DataFrame(self.rows)

    def run(self, policy: str, trainer: Trainer) -> Run:
        """The run that a policy selects, each member as it was at its best evaluation."""
        how = (trainer.representation, trainer.seeds, trainer.config)
        run = Run.from_tensors(*how, [self.kept[policy]["tensors"]], trainer.history, trainer.message)
        for network in (run.lifter, run.discriminator):
            network.to(trainer.device)
        return run

    def steps(self, policy: str) -> list[int]:
        """The step of each member's best evaluation."""
        return self.kept[policy]["step"].int().tolist()


def _mix(better: Tensor, new: Tensor, old: Tensor) -> Tensor:
    """``new`` for members that are better, else ``old``; members come first in every tensor of a network."""
    members = better.repeat_interleave(len(new) // len(better))
    return torch.where(members.view(-1, *[1] * (new.ndim - 1)), new, old)


def check_policies(policies: tuple[str, ...], poses: PoseSet) -> tuple[str, ...]:
    """Policies as a tuple without repetition. Raises ValueError on an unknown one, and if "oracle" lacks 3D truth."""
    if isinstance(policies, str) or not policies or (unknown := [p for p in policies if p not in POLICIES]):
        found = policies if isinstance(policies, str) or not policies else unknown[0]
        raise ValueError(f"unknown checkpoint policy {found!r}; there are {', '.join(POLICIES)}")
    if poses.x3d is None and "oracle" in policies:
        raise ValueError(f"{poses.name}: the policy 'oracle' needs 3D truth, which these poses lack")
    return tuple(dict.fromkeys(policies))
