"""The method as a student would write it: one seed, torch.nn modules, one call a loss term."""

from __future__ import annotations

import math

import torch
from torch import nn

from liftkit import Representation


class Block(nn.Module):
    def __init__(self, width: int, dropout: float, norm: bool):
        super().__init__()
        layer = lambda: [nn.Linear(width, width), *([nn.BatchNorm1d(width)] * norm), nn.ReLU(), nn.Dropout(dropout)]  # noqa: E731
        self.layers = nn.Sequential(*layer(), *layer())

    def forward(self, h):
        return h + self.layers(h)


class PlainLifter(nn.Module):
    def __init__(self, representation: Representation, width: int, dropout: float = 0.0):
        super().__init__()
        index = representation.skeleton.index
        self.sees = [[index(joint) for joint in s.sees] for s in representation.segments]
        self.owns = [[index(joint) for joint in s.owns] for s in representation.segments]
        block = lambda: Block(width, dropout, True)  # noqa: E731
        self.trunks = nn.ModuleList(
            nn.Sequential(nn.Linear(2 * len(seen), width), nn.BatchNorm1d(width), nn.ReLU()).extend(
                block() for _ in range(representation.blocks)
            )
            for seen in self.sees
        )
        self.joins = nn.ModuleList()
        self.shared = nn.Sequential(*(block() for _ in range(representation.shared_blocks)))
        if representation.shared_blocks:
            self.joins.extend(nn.Linear(width, width * len(owned) // 16) for owned in self.owns)
            self.owns = [sum(self.owns, [])]
        self.outputs = nn.ModuleList(nn.Linear(width, len(owned)) for owned in self.owns)

    def forward(self, x2d):
        parts = [trunk(x2d[:, seen].flatten(1)) for trunk, seen in zip(self.trunks, self.sees, strict=True)]
        if self.joins:
            parts = [self.shared(torch.cat([join(h) for join, h in zip(self.joins, parts, strict=True)], 1))]
        z = torch.zeros(len(x2d), 17)
        for output, h, owned in zip(self.outputs, parts, self.owns, strict=True):
            z[:, owned] = torch.tanh(output(h))
        return z


class PlainDiscriminator(nn.Module):
    def __init__(self, width: int, dropout: float = 0.0):
        super().__init__()
        blocks = [Block(width, dropout, False) for _ in range(3)]
        self.layers = nn.Sequential(nn.Linear(32, width), nn.ReLU(), *blocks, nn.Linear(width, 1))

    def forward(self, x2d):
        return self.layers(x2d[:, 1:].flatten(1))[:, 0]


class PlainTrainer:
    """The paper's step for one seed (its prior; consistency as a mean over all joints, which costs the same)."""

    def __init__(self, representation: Representation, poses: torch.Tensor, width: int, batch: int, dropout: float):
        self.lifter, self.judge = PlainLifter(representation, width, dropout), PlainDiscriminator(width, dropout)
        self.optimisers = [torch.optim.Adam(network.parameters(), lr=1e-3) for network in (self.lifter, self.judge)]
        self.poses, self.batch = poses, batch

    def step(self) -> None:
        x2d = self.poses[torch.randint(len(self.poses), (self.batch,))]
        x2d = torch.where(torch.rand(self.batch, 1, 1) < 0.5, x2d * torch.tensor([-1.0, 1.0]), x2d)
        z = self.lifter(x2d)
        azimuth = (2 * torch.rand(self.batch) - 1) * 8 / 9 * math.pi
        elevation = (2 * torch.rand(self.batch) - 1) * math.pi / 18
        rotation = about_x(elevation) @ about_y(azimuth)
        x3d = torch.cat([x2d, z[..., None]], -1)
        view = (x3d @ rotation.transpose(1, 2))[..., :2]

        real, fake = (1.0, 0.0) if torch.rand(()) > 0.1 else (0.0, 1.0)
        loss = ((self.judge(x2d) - real) ** 2).mean() + ((self.judge(view.detach()) - fake) ** 2).mean()
        self.descend(self.optimisers[1], loss)

        back = torch.cat([view, self.lifter(view)[..., None]], -1) @ rotation
        loss = ((self.judge(view) - 1) ** 2).mean() + 10 * ((back[..., :2] - x2d) ** 2).mean()
        x, y = x2d.unbind(-1)
        for seen, depth in ((z, -x), (-z, x), (-x, -z)):
            loss = loss + 3 * ((self.lifter(torch.stack([seen, y], -1)) - depth) ** 2).mean()
        self.descend(self.optimisers[0], loss)

    def descend(self, optimiser, loss) -> None:
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def about_x(angle):
    c, s, o = angle.cos(), angle.sin(), torch.zeros_like(angle)
    return torch.stack([o + 1, o, o, o, c, -s, o, s, c], -1).view(-1, 3, 3)


def about_y(angle):
    c, s, o = angle.cos(), angle.sin(), torch.zeros_like(angle)
    return torch.stack([c, o, s, o, o + 1, o, -s, o, c], -1).view(-1, 3, 3)
