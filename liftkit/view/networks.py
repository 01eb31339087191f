"""Networks and arrays as texts that ``js/lifter.js`` reads, so that a browser evaluates them without a kernel."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liftkit.layers import BatchNormReLU, Linear
from liftkit.run import Run

Layer = tuple[Tensor, Tensor, Tensor]  # weights (outputs, inputs), then scale and shift (outputs,) of what comes out


def packed(array: np.ndarray) -> str:
    """An array as float32 numbers in base64."""
    return b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def lifter_data(run: Run, member: int) -> dict[str, Any]:
    """One member's lifter as plain values for JSON, each batch normalisation as the affine map that it is."""
    lifter, rep = run.lifter, run.representation
    count, index = len(rep.segments), rep.skeleton.index
    layers: list[Layer] = []
    for s, first in enumerate(lifter.inputs):
        net = member * count + s
        layers.append(_layer(first, member, lifter.input_norm, net))
        layers += [layer for block in lifter.blocks for layer in _block(block, net)]
    layers += [_layer(join, member) for join in lifter.joins]
    layers += [layer for block in lifter.shared_blocks for layer in _block(block, member)]
    layers += [_layer(output, member) for output in lifter.outputs]
    owns = [[index(joint) for joint in segment.owns] for segment in rep.segments]
    about = {
        "joints": len(rep.skeleton),
        "sees": [[index(joint) for joint in segment.sees] for segment in rep.segments],
        "owns": owns if rep.independent else [sum(owns, [])],  # the joints of each output layer
        "blocks": rep.blocks,
        "sharedBlocks": rep.shared_blocks,
        "ownScales": lifter.lifts_what_is_seen,
    }
    return about | _network(layers)


def discriminator_data(run: Run, member: int) -> dict[str, Any]:
    """One member's discriminator as plain values for JSON."""
    net = run.discriminator
    return _network([_layer(layer, member) for layer in (net.input, *net.blocks, net.output)])


def _layer(linear: Linear, net: int, norm: BatchNormReLU | None = None, norm_net: int | None = None) -> Layer:
    weight = linear.weight[net]
    if norm is None:
        return weight, torch.ones_like(linear.bias[net, :, 0]), linear.bias[net, :, 0]
    scale, shift = norm.affine()
    at = net if norm_net is None else norm_net
    return weight, scale[at], shift[at]


def _block(block: torch.nn.Module, net: int) -> list[Layer]:
    return [_layer(block.linear1, net, block.norm1), _layer(block.linear2, net, block.norm2)]


@torch.no_grad()
def _network(layers: list[Layer]) -> dict[str, Any]:
    """Scales and shifts, then all weights: as float16 if that loses nothing, as in stored runs, else as float32.

    Weights that were multiplied by their scale here would be rounded once more: the page would differ from the run.
    """
    weights = torch.cat([weight.flatten() for weight, _, _ in layers]).cpu()
    affine = torch.cat([part for _, *parts in layers for part in parts]).cpu()
    half = bool((weights.half().float() == weights).all())
    content = affine.numpy().astype("<f4").tobytes() + weights.numpy().astype("<f2" if half else "<f4").tobytes()
    shapes = [list(weight.shape) for weight, _, _ in layers]
    return {"shapes": shapes, "half": half, "content": b64encode(content).decode()}
