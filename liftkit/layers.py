"""The layers of the networks, for all members (seeds) and segments of an ensemble in one batched pass.

A feature map is ``(nets, units, samples)``: one network after another, samples last. So a linear layer of all networks
is one batched matrix product ``weight @ h``, and a batch normalisation, whose statistics run over the samples of one
unit, reads contiguous memory. ``nets`` counts members x segments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

EPS, MOMENTUM = 1e-5, 0.1
FROZEN_EPS = 1e-3  # Keras's, whose fixed map the authors' code trains with
Function = TypeVar("Function", bound=Callable)


def with_gradients(function: Function) -> Function:
    """The function, which trains, whatever its caller has switched off: ``torch.no_grad()``, ``inference_mode()``."""
    return torch.inference_mode(False)(torch.enable_grad()(function))


def uniform(generators: Sequence[torch.Generator], *shape: int) -> Tensor:
    """U(0, 1) numbers ``(members, *shape)``, those of each member from its own generator."""
    drawn = [torch.rand(shape, generator=g, device=g.device, dtype=torch.float32) for g in generators]
    return torch.stack(drawn)


class Linear(nn.Module):
    """``weight @ h + bias`` for ``nets`` networks at once: (nets, inputs, N) -> (nets, outputs, N)."""

    def __init__(self, nets: int, inputs: int, outputs: int, bias: bool, device: str = "cpu"):
        super().__init__()
        how = dict(dtype=torch.float32, device=device)
        self.weight = nn.Parameter(torch.zeros(nets, outputs, inputs, **how))
        self.bias = nn.Parameter(torch.zeros(nets, outputs, 1, **how)) if bias else None

    def forward(self, h: Tensor) -> Tensor:
        if self.bias is None:
            return self.weight @ h
        return torch.baddbmm(self.bias, self.weight, h)


class BatchNormReLU(nn.Module):
    """Batch normalisation, then ReLU: (nets, units, N) -> (nets, units, N), in one pass of a fused kernel.

    In training the samples are ``groups`` batches of views side by side, each normalised by its own statistics.
    ``groups`` None stands for one batch of real poses, which also updates the running averages for evaluation.
    ``frozen``: the averages stay 0 and 1, in training too, so that this is a fixed affine map with trained gain and
    shift: what Keras computes if nobody tells it that it is training.
    """

    mean: Tensor
    var: Tensor

    def __init__(self, nets: int, units: int, frozen: bool = False, device: str = "cpu"):
        super().__init__()
        how = dict(dtype=torch.float32, device=device)
        self.frozen = frozen
        self.gain = nn.Parameter(torch.ones(nets, units, **how))
        self.shift = nn.Parameter(torch.zeros(nets, units, **how))
        self.register_buffer("mean", torch.zeros(nets, units, **how))
        self.register_buffer("var", torch.ones(nets, units, **how))

    def forward(self, h: Tensor, groups: int | None) -> Tensor:
        if self.frozen or not self.training:
            scale, shift = self.affine()
            return torch.addcmul(shift[..., None], h, scale[..., None]).relu_()
        # A group norm whose groups are one unit of one batch is this batch norm, and twice as fast on a CPU.
        nets, units, samples = h.shape
        channels, batch = nets * units * (groups or 1), samples // (groups or 1)
        gain, shift = (p.flatten().repeat_interleave(groups or 1) for p in (self.gain, self.shift))
        out, mean, rstd = torch.native_group_norm(h, gain, shift, 1, channels, batch, channels, EPS)
        if groups is None:
            self._update(mean.detach().view(nets, units), rstd.detach().view(nets, units), batch)
        return out.relu_().view_as(h)

    def affine(self) -> tuple[Tensor, Tensor]:
        """Scale and shift (nets, units) of the map that this is outside training: ``scale * h + shift``."""
        scale = self.gain * (self.var + (FROZEN_EPS if self.frozen else EPS)).rsqrt()
        return scale, self.shift - self.mean * scale

    @torch.no_grad()
    def _update(self, mean: Tensor, rstd: Tensor, batch: int) -> None:
        var = (rstd**-2 - EPS).clamp_(0) * (batch / max(batch - 1, 1))  # of the batch, then unbiased
        self.mean.lerp_(mean, MOMENTUM)
        self.var.lerp_(var, MOMENTUM)


class Dropout(nn.Module):
    """Dropout, from each member's own generator: one random byte per activation where 1/256 divides the rate."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate
        self.generators: Sequence[torch.Generator] = ()

    def forward(self, h: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return h
        kept = 256 * (1 - self.rate)
        if kept != int(kept):  # a float per activation takes three times as long as a byte
            each = uniform(self.generators, h.numel() // len(self.generators))
            return h * (each >= self.rate).view_as(h) / (1 - self.rate)
        words = math.ceil(h.numel() / len(self.generators) / 8)
        words = [
            # From the full int64 range: by default random_ never sets the sign bit, so one byte in eight is biased.
            torch.empty(words, dtype=torch.int64, device=h.device).random_(-(2**63), None, generator=g)
            for g in self.generators
        ]
        bits = torch.stack(words).view(torch.uint8)[:, : h.numel() // len(self.generators)]
        return h * (bits < kept).view_as(h) * (256 / kept)


class ResidualBlock(nn.Module):
    """The lifter's block: (Linear - BatchNorm - ReLU - Dropout) twice, plus the input.

    A linear layer before a batch normalisation has no bias, because subtracting the mean would remove it.
    """

    def __init__(self, nets: int, width: int, dropout: float, frozen: bool = False, device: str = "cpu"):
        super().__init__()
        self.linear1 = Linear(nets, width, width, bias=False, device=device)
        self.norm1 = BatchNormReLU(nets, width, frozen, device)
        self.linear2 = Linear(nets, width, width, bias=False, device=device)
        self.norm2 = BatchNormReLU(nets, width, frozen, device)
        self.dropout = Dropout(dropout)

    def forward(self, h: Tensor, groups: int | None) -> Tensor:
        inner = self.dropout(self.norm1(self.linear1(h), groups))
        return self.dropout(self.norm2(self.linear2(inner), groups)) + h
