"""A formula in the place of a lifter, and turns for its views."""

import torch

from liftkit.config import TrainConfig
from liftkit.priors import DRAWS, get_prior
from liftkit.representations import REPRESENTATIONS


class FakeLifter:
    """A formula in place of a network; it keeps what it was asked to lift."""

    def __init__(self, depth, representation: str = "full"):
        self.depth, self.representation, self.asked = depth, REPRESENTATIONS[representation], []

    def __call__(self, x2d):
        self.asked.append(x2d)
        return self.depth(x2d)


def turns_of(config: TrainConfig, members: int, batch: int) -> torch.Tensor:
    g = torch.Generator().manual_seed(1)
    return get_prior(config.prior)(torch.rand(members, batch, DRAWS, generator=g, dtype=torch.float64), config)
