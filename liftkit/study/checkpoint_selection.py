"""Which weights of a training count as its result: the last, the best by a criterion without 3D, or the oracle's."""

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

# What each policy makes small. Only "oracle" looks at 3D truth: no unsupervised method may report it as its own.
POLICIES = {"last": None, "unsupervised": "bones", "oracle": "pa_mpjpe_reflection"}
LOOK_POSES = 512


def bone_spread(x3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """How much bones change their share of the body over poses: ``(M, N, J, 3) -> (M,)``, 0 for a rigid body.

    The mean over bones of standard deviation by mean of the bone's length over that of all bones together. It knows
    no 3D truth: people's proportions differ by a few percent, a wrong lifting's by more.
    """
    lengths = np.stack([np.linalg.norm(x3d[..., j, :] - x3d[..., p, :], axis=-1) for p, j in skeleton.bones], -1)
    share = lengths / lengths.sum(-1, keepdims=True)
    return (share.std(1) / share.mean(1)).mean(-1)


class Looks:
    """Looks at a trainer a few times, and keeps for each policy the networks of each member's best look.

    ``table`` has a row a look and seed: ``bones`` on a few training poses, in 2D alone; ``pa_mpjpe_reflection`` and
    ``mirrored`` on a few test poses, for people's eyes and the policy "oracle" alone.
    """

    def __init__(self, policies: tuple[str, ...], poses: PoseSet, trainer: Trainer):
        self.policies = policies
        every = training_poses(poses, trainer.representation)
        self.x2d = normalise(every[torch.linspace(0, len(every) - 1, min(LOOK_POSES, len(every))).long()]).cpu().numpy()
        self.judged = None
        if poses.x3d is not None:
            self.judged = evenly(poses.part("test"), LOOK_POSES)
        self.kept: dict[str, dict] = {}
        self.rows: list[dict] = []

    def __call__(self, trainer: Trainer) -> None:
        networks = copy.deepcopy((trainer.lifter, trainer.discriminator))
        run = Run(*networks, trainer.seeds, trainer.config, pd.DataFrame())  # a to_run() without the whole history
        scores = pd.DataFrame({"step": trainer.steps_done, "seed": run.seeds})
        scores["bones"] = bone_spread(run.lift(self.x2d), trainer.representation.skeleton)
        if self.judged is not None:  # these two alone: a table of every metric takes three times as long
            pred, truth = run.lift(self.judged.x2d), self.judged.x3d
            scores["pa_mpjpe_reflection"] = metrics.pa_mpjpe(pred, truth, reflection=True).mean(1)
            scores["mirrored"] = metrics.mirrored(pred, truth).mean(1)
        self.rows += scores.to_dict("records")
        networks = {"lifter": run.lifter.state_dict(), "discriminator": run.discriminator.state_dict()}
        for policy in self.policies:
            column = POLICIES[policy]
            score = -scores["step"] if column is None else scores[column]
            self._keep(policy, torch.tensor(score.to_numpy(float)), trainer.steps_done, networks)

    def _keep(self, policy: str, score: Tensor, step: int, networks: dict) -> None:
        kept = self.kept.get(policy)
        if kept is None:
            steps = torch.full_like(score, step)
            self.kept[policy] = {"score": score, "step": steps, "networks": networks}
            return
        better = (score < kept["score"]) | kept["score"].isnan()
        kept["score"] = torch.where(better, score, kept["score"])
        kept["step"][better] = step
        kept["networks"] = {
            part: {name: _mix(better, tensor, kept["networks"][part][name]) for name, tensor in state.items()}
            for part, state in networks.items()
        }

    @property
    def table(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows)

    def run(self, policy: str, trainer: Trainer) -> Run:
        """The run as a policy sees it, each member as it was at its best look."""
        run = trainer.to_run()
        run.lifter.load_state_dict(self.kept[policy]["networks"]["lifter"])
        run.discriminator.load_state_dict(self.kept[policy]["networks"]["discriminator"])
        return run

    def steps(self, policy: str) -> list[int]:
        """The step of each member's best look."""
        return self.kept[policy]["step"].int().tolist()

    def state_dict(self) -> dict:
        return {"kept": self.kept, "rows": self.rows}

    def load_state_dict(self, state: dict) -> None:
        self.kept, self.rows = state["kept"], state["rows"]


def _mix(better: Tensor, new: Tensor, old: Tensor) -> Tensor:
    """``new`` for members that are better, else ``old``; members come first in every tensor of a network."""
    members = better.to(new.device).repeat_interleave(len(new) // len(better))
    return torch.where(members.view(-1, *[1] * (new.ndim - 1)), new, old)


def check_policies(policies: tuple[str, ...], poses: PoseSet) -> tuple[str, ...]:
    """Policies as a tuple of known names; the oracle's needs 3D truth. Else ValueError with the choices."""
    if isinstance(policies, str) or not policies or (unknown := [p for p in policies if p not in POLICIES]):
        found = policies if isinstance(policies, str) or not policies else unknown[0]
        raise ValueError(f"unknown checkpoint policy {found!r}; there are {', '.join(POLICIES)}")
    if poses.x3d is None and "oracle" in policies:
        raise ValueError(f"{poses.name}: the policy 'oracle' needs 3D truth, which these poses lack")
    return tuple(dict.fromkeys(policies))
