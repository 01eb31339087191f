"""Typical wrong answers to the exercises of lesson 03: number, answer, pattern of the facts in the message."""

import torch


def reprojection(
    there=(-1, -2),
    back=(-1, -1),
    again=True,
    joints=slice(1, None),
    compare=2,
    view_kept=lambda view: view,
    mean=lambda off: (off**2).mean(),
):
    """The right loss, but for the axes swapped to turn there and ``back`` (None: not turned back), whether the view is
    lifted ``again``, what is compared of which joints, what becomes of the view, and how errors are averaged.
    """

    def wrong(lift, x2d, rotation):
        x3d = torch.cat([x2d, lift(x2d)[..., None]], -1)
        seen = x3d @ rotation.transpose(*there)
        if again:
            view = view_kept(seen[..., :2])
            seen = torch.cat([view, lift(view)[..., None]], -1)
        if back:
            seen = seen @ rotation.transpose(*back)
        return mean((seen - x3d)[:, joints, :compare])

    return wrong


def one_rotation_for_all(lift, x2d, rotation):
    return reprojection()(lift, x2d, rotation[:1].expand(16, 3, 3))


def depth_of_the_view(lift, x2d, rotation):
    turned = torch.cat([x2d, lift(x2d)[..., None]], -1) @ rotation.transpose(-1, -2)
    return ((lift(turned[..., :2]) - turned[..., 2])[:, 1:] ** 2).mean()


def quarters(right=1, behind=1, joints=slice(1, None), depth=lambda z: z, shared=1, size=torch.square):
    """The right loss, but for signs, joints, what becomes of the depth, and what the sum of the means is divided by."""

    def wrong(lift, x2d):
        x, y, z = x2d[..., 0], x2d[..., 1], depth(lift(x2d))
        errors = [
            lift(torch.stack([z, y], -1)) + right * x,
            lift(torch.stack([-z, y], -1)) - right * x,
            behind * (lift(torch.stack([-x, y], -1)) + z),
        ]
        return sum(size(error[:, joints]).mean() for error in errors) / shared

    return wrong


WRONG = [
    ("03.1", reprojection(again=False), r"`lift`.* 1 times, expected 2.*loss is \S+, expected 0\.\d+"),
    ("03.1", reprojection(back=None), r"0\.\d+, found 0\.\d+.*turn the view back"),
    ("03.1", reprojection(joints=slice(None)), r"16/17.*pelvis"),
    ("03.1", reprojection(mean=lambda off: off.abs().mean()), r"0\.\d+, found 0\.\d+.*square"),
    ("03.2", quarters(right=-1), r"other direction.*-x in \(z, y\)"),
    ("03.2", quarters(behind=0), r"z = y / 2.*behind is missing"),
    ("03.2", quarters(shared=3), r"z = y / 2.* 0\.\d+, found 0\.\d+.*mean of the three"),
    ("03.2", quarters(joints=slice(None)), r"z = y / 2.* 0\.\d+, found 0\.\d+.*pelvis"),
    ("03.1", reprojection((-1, -2), (-1, -2)), r"turned on, not back"),
    ("03.1", one_rotation_for_all, r"first rotation"),
    ("03.1", depth_of_the_view, r"view's depth was compared"),
    ("03.1", reprojection(mean=lambda off: (off**2).mean().detach().numpy()), r"no gradient.*numpy"),
    ("03.1", reprojection(mean=lambda off: (off**2).sum()), r"sum: take the mean"),
    ("03.2", quarters(size=torch.abs), r"square the differences"),
    ("03.2", quarters(depth=lambda z: -z), r"z = y / 2|16 random"),
    ("03.1", reprojection((-1, -1), (-1, -2)), r"0\.\d+, found 0\.\d+.*opposite turn"),
    ("03.1", reprojection(compare=3), r"Depth was compared"),
    ("03.1", reprojection(mean=lambda off: (off**2).sum(-1).mean()), r"twice.*x and y"),
    ("03.1", reprojection(mean=lambda off: (off**2).sqrt().mean()), r"found 0\.\d+\. .*square them"),
    ("03.1", reprojection(mean=lambda off: (off**2).mean().item()), r"no gradient.*`\.item\(\)`"),
    ("03.1", reprojection(view_kept=torch.Tensor.detach), r"gradient is off by \d+%.*detach"),
    ("03.2", quarters(depth=torch.Tensor.detach), r"gradient is off by \d+%"),
]
