"""Typical wrong answers to the exercises of lesson 02: number, answer, pattern of the facts in the message."""

import torch

from liftkit.geometry import rotate


def turned(matrix):
    """A function that turns poses by matrix(c, s), a nested list of 3 x 3 numbers or tensors."""

    def wrong(x3d, azimuth):
        c, s = azimuth.cos(), azimuth.sin()
        rows = [torch.stack([cell + 0 * c for cell in row]) for row in matrix(c, s)]
        return torch.einsum("ijn,nkj->nki", torch.stack(rows), x3d)

    return wrong


def one_after_the_other(x3d, azimuth):
    c, s = azimuth.cos()[:, None], azimuth.sin()[:, None]
    turned = x3d.clone()
    turned[..., 0] = c * turned[..., 0] + s * turned[..., 2]
    turned[..., 2] = c * turned[..., 2] - s * turned[..., 0]  # x is no longer the old one
    return turned


def loss(d_real, d_view):
    return ((d_real - 1) ** 2).mean() + (d_view**2).mean()


def cross_entropy(d_real, d_view):
    return -d_real.sigmoid().log().mean() - (1 - d_view.sigmoid()).log().mean()


WRONG = [
    ("02.1", lambda x3d, azimuth: rotate(x3d.detach(), azimuth), r"no gradient.*detach"),
    ("02.1", lambda x3d, azimuth: rotate(x3d.detach().numpy(), azimuth.numpy()), r"no gradient.*numpy"),
    ("02.1", turned(lambda c, s: [[c, 0, s], [0, 1, 0], [s, 0, c]]), r"bone lengths.*\d+ %.*minus"),
    ("02.1", turned(lambda c, s: [[1, 0, 0], [0, c, -s], [0, s, c]]), r"height.*\d mm"),
    ("02.1", turned(lambda c, s: [[c, 0, -s], [0, 1, 0], [s, 0, c]]), r"pi / 2.*\(z, y, -x\).*other direction"),
    (
        "02.1",
        lambda x3d, azimuth: turned(lambda c, s: [[c, 0, s], [0, 1, 0], [-s, 0, c]])(x3d, azimuth[:1].repeat(8)),
        r"own angle",
    ),
    ("02.2", lambda d_real, d_view: (d_real**2).mean() + ((d_view - 1) ** 2).mean(), r" 0, found 2\..*exchanged"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2).mean(), r"score 1.* 1, found 0.*views are missing"),
    ("02.2", lambda d_real, d_view: (d_real - 1).abs().mean() + d_view.abs().mean(), r"0\.5, found 1.*squared"),
    ("02.2", lambda d_real, d_view: (d_real - 1) ** 2 + d_view**2, r"one number.*\(6,\)"),
    ("02.2", lambda d_real, d_view: 2 * ((d_real - 1) ** 2).mean() - loss(d_real, d_view), r"1, found -1.*subtracted"),
    ("02.2", cross_entropy, r" 0, found 1\.00.*squared errors"),
    ("02.1", one_after_the_other, r"bone lengths.*\d+ %.*new x"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, azimuth.mean()), r"mean angle"),
    ("02.1", turned(lambda c, s: [[s, 0, c], [0, 1, 0], [-c, 0, s]]), r"exchanged"),
    ("02.2", lambda d_real, d_view: ((d_view - 1) ** 2).mean(), r" 0, found 1\..*lifter's loss"),
    ("02.2", lambda d_real, d_view: (d_real**2).mean() + (d_view**2).mean(), r"target of the real poses is 1"),
    ("02.2", lambda d_real, d_view: loss(d_real, d_view).item(), r"no gradient.*`\.item\(\)`"),
    ("02.2", lambda d_real, d_view: loss(d_real.detach(), d_view.detach()), r"no gradient.*detach"),
    ("02.2", lambda d_real, d_view: loss(d_real.numpy(), d_view.numpy()), r"no gradient.*numpy"),
    ("02.2", lambda d_real, d_view: loss(d_real.detach().numpy(), d_view.detach().numpy()), r"no gradient.*numpy"),
    ("02.2", lambda d_real, d_view: loss(d_real, d_view.detach()), r"no gradient.*detach"),
    ("02.2", lambda d_real, d_view: loss(d_real, (d_view + d_view.detach()) / 2), r"gradient is off by \d+%"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, torch.deg2rad(azimuth)), r"pi / 2.*radians"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, azimuth)[..., :2], r"\(8, 17, 3\), found \(8, 17, 2\)"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2).sum() + (d_view**2).sum(), r"score 0.* 1, found 6\..*mean"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2 + d_view**2).mean() / 2, r"score 0.* 1, found 0\.5\..*plus"),
    ("02.2", lambda d_real, d_view: (d_real - 1).mean() ** 2 + d_view.mean() ** 2, r"64 random.*square each"),
]
