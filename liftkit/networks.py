"""The lifter and the discriminator, for all members (seeds) of an ensemble in one batched pass."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from liftkit.layers import BatchNormReLU, Dropout, Linear, ResidualBlock, uniform
from liftkit.representations import Representation, get_representation


class _Ensemble(nn.Module):
    def __init__(self, width: int, members: int, dropout: float):
        super().__init__()
        for name, value in ("width", width), ("members", members):
            if not isinstance(value, int | np.integer) or value < 1:
                raise ValueError(f"{name} must be an integer of at least 1, found {value!r}")
        if not 0 <= dropout <= 0.99:
            raise ValueError(f"dropout must be a rate from 0 to 0.99, found {dropout!r}")
        self.width, self.members = width, members

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def parameter_count(self) -> int:
        """The number of trainable parameters of one member."""
        return sum(p.numel() for p in self.parameters()) // self.members

    def initialise(self, generators: Sequence[torch.Generator], how: str = "uniform") -> None:
        """Draw the weights of each member from its own generator, by one of ``INITIALISATIONS``.

        "uniform": weights and biases from U(-1, 1) / sqrt(inputs), PyTorch's; "glorot": weights from
        U(-1, 1) sqrt(6 / (inputs + outputs)), biases 0 (Glorot & Bengio 2010), Keras's.
        """
        if self.device.type == "meta":
            return  # only shapes, as in count_parameters: nothing to draw
        if len(generators) != self.members:
            raise ValueError(f"expected one generator per member ({self.members}), found {len(generators)}")
        for layer in self.modules():
            if isinstance(layer, Linear):
                outputs, inputs = layer.weight.shape[1:]
                glorot = how == "glorot"
                bound = math.sqrt(6 / (inputs + outputs)) if glorot else 1 / math.sqrt(inputs)
                for p in [layer.weight] if glorot else layer.parameters():
                    draw = uniform(generators, *p.view(self.members, -1).shape[1:])
                    p.data.copy_(((2 * draw - 1) * bound).view_as(p))
        self.use(generators)

    def use(self, generators: Sequence[torch.Generator]) -> None:
        """Let dropout draw from these generators, one per member, on the device of the weights."""
        for layer in self.modules():
            if isinstance(layer, Dropout):
                layer.generators = generators


def _as_slice(joints: list[int]) -> list[int] | slice:
    """Consecutive joints as a slice, which needs no copy."""
    span = range(joints[0], joints[-1] + 1)
    return slice(span.start, span.stop) if joints == list(span) else joints


class Lifter(_Ensemble):
    """Predicts the depth of every joint from a 2D pose: ``G(x2d) = z``, for ``members`` networks at once.

    Each segment has a trunk: Linear(2k -> w) - BatchNorm - ReLU - residual blocks. Source: arXiv 2209.00618.

    Args:
        representation: a name or a :class:`Representation`: which joints go through one trunk.
        width: w, the units of a residual block.
        members: the number of independent networks.
        dropout: rate in the residual blocks, 0 to 0.99.
        generators: one per member, for the weights and dropout (default: seeded 0, 1, ...).
        normalisation, initialisation, scale: as in :class:`liftkit.TrainConfig`.
        device: of the weights; "meta" for only their shapes.

    Raises:
        ValueError: if the representation is unknown or its segments cannot share the width.

    >>> Lifter("legs_torso", width=32, members=2)(torch.zeros(2, 5, 17, 2)).shape
    torch.Size([2, 5, 17])
    """

    order: Tensor

    def __init__(
        self,
        representation: str | Representation,
        width: int = 1024,
        members: int = 1,
        dropout: float = 0.0,
        generators: Sequence[torch.Generator] | None = None,
        *,
        normalisation: str = "batch",
        initialisation: str = "uniform",
        scale: str = "pose",
        device: str = "cpu",
    ):
        super().__init__(width, members, dropout)
        self.representation = rep = get_representation(representation)
        self.scale = scale
        segments, self.nets = rep.segments, members * len(rep.segments)
        index = rep.skeleton.index
        owned = [[index(joint) for joint in segment.owns] for segment in segments]
        self.sees = [_as_slice([index(joint) for joint in segment.sees]) for segment in segments]

        frozen, on = normalisation == "frozen", dict(device=device)
        self.inputs = nn.ModuleList(Linear(members, 2 * len(s.sees), width, bias=False, **on) for s in segments)
        self.input_norm = BatchNormReLU(self.nets, width, frozen, **on)
        self.blocks = nn.ModuleList(ResidualBlock(self.nets, width, dropout, frozen, **on) for _ in range(rep.blocks))
        self.joins = nn.ModuleList()
        if rep.shared_blocks:
            units = [width * len(joints) // sum(map(len, owned)) for joints in owned]
            if sum(units) != width:
                raise ValueError(
                    f"{rep.name}: the segments share the width by their joints; expected a multiple of "
                    f"{sum(map(len, owned))}, found {width}"
                )
            self.joins.extend(Linear(members, width, unit, bias=True, **on) for unit in units)
            owned = [sum(owned, [])]
        shared = (ResidualBlock(members, width, dropout, frozen, **on) for _ in range(rep.shared_blocks))
        self.shared_blocks = nn.ModuleList(shared)
        self.outputs = nn.ModuleList(Linear(members, width, len(joints), bias=True, **on) for joints in owned)
        # The place of each joint's depth in [0, the outputs in order]; the root's depth is that 0.
        order = [0, *sum(owned, [])]
        self.register_buffer("order", torch.tensor(np.argsort(order), device="cpu"), persistent=False)
        self.initialise(generators or [torch.Generator().manual_seed(seed) for seed in range(members)], initialisation)

    def forward(self, x2d: Tensor) -> Tensor:
        """Predict depths.

        Args:
            x2d: normalised poses, (M, B, J, 2), or V views of a batch, (M, V, B, J, 2): in training each view is a
                batch of its own for the batch normalisation.

        Returns:
            (M, B, J) or (M, V, B, J), in [-1, 1] on the scale of ``x2d``; 0 for the root.
        """
        if x2d.shape[0] != self.members or x2d.shape[-2:] != (len(self.order), 2) or x2d.ndim not in (4, 5):
            expected = f"({self.members}, [views,] batch, {len(self.order)}, 2)"
            raise ValueError(f"x2d must have shape {expected}, found {tuple(x2d.shape)}")
        members, *batch, joints, _ = x2d.shape
        groups = batch[0] if len(batch) == 2 else None
        by_joint = x2d.reshape(members, -1, joints, 2).permute(0, 2, 3, 1)  # (M, J, 2, N)
        seen = [by_joint[:, joints].flatten(1, 2) for joints in self.sees]  # (M, 2k, N) a segment
        scales = self._scales(seen)
        seen = [x / scale for x, scale in zip(seen, scales, strict=True)] if scales else seen
        h = torch.stack([layer(x) for layer, x in zip(self.inputs, seen, strict=True)], dim=1)
        h = self.input_norm(h.flatten(0, 1), groups)
        for block in self.blocks:
            h = block(h, groups)
        parts = h.unflatten(0, (members, -1)).unbind(1)
        if self.joins:
            h = torch.cat([join(part) for join, part in zip(self.joins, parts, strict=True)], dim=1)
            for block in self.shared_blocks:
                h = block(h, groups)
            parts = [h]
        depths = [output(part).tanh() for output, part in zip(self.outputs, parts, strict=True)]
        depths = [z * scale for z, scale in zip(depths, scales, strict=True)] if scales else depths
        z = torch.cat(depths, dim=1)
        root = z.new_zeros(members, 1, z.shape[-1])  # F.pad refuses an empty batch before torch 2.5
        z = torch.cat([root, z], dim=1).index_select(1, self.order)  # (M, J, N)
        return z.transpose(1, 2).reshape(members, *batch, joints)

    @property
    def lifts_what_is_seen(self) -> bool:
        """Whether each segment depends on its own joints only: nothing is shared, nor the scale of the pose."""
        return self.scale == "segment" and self.representation.cut

    def liftable(self, seen: Tensor) -> Tensor:
        """The joints that can be lifted if not all are ``seen``: (N, J) booleans -> (N, J) booleans.

        Those of each segment whose joints, and the root, are all seen; of a lifter that does not
        :attr:`lifts_what_is_seen` all joints or none.
        """
        if not self.lifts_what_is_seen:
            return seen.all(1, keepdim=True).expand_as(seen)
        whole = torch.stack([seen[:, joints].all(1) for joints in self.sees], dim=1)  # (N, segments)
        whole = torch.cat([whole, torch.ones_like(whole[:, :1])], dim=1)  # -1: the root's
        return whole[:, self.representation.segment_of] & seen[:, :1]

    def _scales(self, seen: list[Tensor]) -> list[Tensor]:
        """Of a lifter that lifts what is seen the largest absolute coordinate (M, 1, N) of each trunk's input."""
        largest = [x.abs().amax(1, keepdim=True) for x in seen] if self.lifts_what_is_seen else []
        return [torch.where(each > 0, each, 1) for each in largest]

    @torch.no_grad()
    def reverse_depth(self, members: Tensor, moments: Mapping[Tensor, Tensor] | None = None) -> None:
        """Change the sign of all depths of some members (M,), and of the output parameters' ``moments`` (Adam's)."""
        sign = 1.0 - 2.0 * members.to(self.device, torch.float32)[:, None, None]
        for p in self.outputs.parameters():
            for tensor in (p, (moments or {}).get(p)):
                if tensor is not None:
                    tensor.mul_(sign)


def count_parameters(representation: str | Representation, width: int) -> int:
    """The number of trainable parameters of one lifter, counted on its shapes without making its weights."""
    return Lifter(representation, width, device="meta").parameter_count


class Discriminator(_Ensemble):
    """Scores how real a 2D pose looks: ``D(x2d)``, near 1 for real ones, for ``members`` networks at once.

    Linear(2 (J - 1) -> w) - ReLU - 3 residual blocks without batch normalisation - Linear(w -> 1).
    Source: arXiv 2209.00618. With ``classes`` it is told the class of each pose, and judges within it (a conditional
    discriminator, arXiv 1411.1784).

    Args:
        width: w, the units of a residual block.
        members: the number of independent networks.
        dropout: rate in the residual blocks, 0 to 0.99.
        joints: J, with the root, whose position is no input.
        generators: one per member, for the weights and dropout (default: seeded 0, 1, ...).
        classes: how many there are; 0: it is told none.
        device: of the weights; "meta" for only their shapes.

    >>> Discriminator(width=32, members=2)(torch.zeros(2, 5, 17, 2)).shape
    torch.Size([2, 5])
    """

    def __init__(
        self,
        width: int = 1024,
        members: int = 1,
        dropout: float = 0.0,
        joints: int = 17,
        generators: Sequence[torch.Generator] | None = None,
        *,
        initialisation: str = "uniform",
        classes: int = 0,
        device: str = "cpu",
    ):
        super().__init__(width, members, dropout)
        self.joints, self.classes = joints, classes
        self.input = Linear(members, 2 * (joints - 1) + classes, width, bias=True, device=device)
        self.blocks = nn.ModuleList(Linear(members, width, width, bias=True, device=device) for _ in range(6))
        self.dropout = Dropout(dropout)
        self.output = Linear(members, width, 1, bias=True, device=device)
        self.initialise(generators or [torch.Generator().manual_seed(seed) for seed in range(members)], initialisation)

    def forward(self, x2d: Tensor, labels: Tensor | None = None) -> Tensor:
        """Score normalised poses, with ``classes`` by their labels, integers: (M, B, J, 2), (M, B) -> (M, B)."""
        if x2d.ndim != 4 or x2d.shape[0] != self.members or x2d.shape[2:] != (self.joints, 2):
            expected = f"({self.members}, batch, {self.joints}, 2)"
            raise ValueError(f"x2d must have shape {expected}, found {tuple(x2d.shape)}")
        x = x2d[..., 1:, :].flatten(2)
        if (labels is None) == (self.classes > 0):
            told = f"the class of each pose, one of {self.classes}" if self.classes else "no classes"
            raise ValueError(f"this discriminator is told {told}; found {'no labels' if labels is None else 'labels'}")
        if labels is not None:
            x = torch.cat([x, nn.functional.one_hot(labels, self.classes).to(x)], dim=2)
        h = self.input(x.transpose(1, 2)).relu_()
        for first, second in zip(self.blocks[::2], self.blocks[1::2], strict=True):
            inner = self.dropout(first(h).relu_())
            h = self.dropout(second(inner).relu_()) + h
        return self.output(h)[:, 0]
