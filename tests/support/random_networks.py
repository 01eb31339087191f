"""Poses at random, and networks of which every number has a value of its own."""

import torch

from liftkit.representations import REPRESENTATIONS

WIDTH, MEMBERS, BATCH = 32, 2, 7
NAMES = list(REPRESENTATIONS)


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def random_poses(*shape: int, seed: int = 0) -> torch.Tensor:
    x2d = torch.rand(*shape, 17, 2, generator=generators(seed)[0], dtype=torch.float64) * 2 - 1
    x2d[..., 0, :] = 0
    return x2d


def stirred(network):
    """In double precision, every parameter and running average at a value of its own."""
    network.double()
    g = generators(9)[0]
    for name, tensor in network.state_dict().items():
        draw = torch.rand(tensor.shape, generator=g, dtype=torch.float64)
        if name.endswith(("gain", "var")):
            tensor.copy_(0.5 + draw)
        elif name.endswith(("shift", "mean", "bias")):
            tensor.copy_(draw - 0.5)
    return network
