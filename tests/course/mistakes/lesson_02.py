"""Typical wrong answers to the exercises of lesson 02: number, answer, pattern of the facts in the message."""

import numpy as np

from liftkit.geometry import rotate


def turned(matrix):
    """A function that turns poses by matrix(c, s), a nested list of 3 x 3 arrays."""

    def wrong(x3d, azimuth):
        c, s = np.cos(azimuth), np.sin(azimuth)
        rows = [[np.broadcast_to(cell, c.shape) for cell in row] for row in matrix(c, s)]
        return np.einsum("ijn,nkj->nki", np.array(rows), x3d)

    return wrong


def one_after_the_other(x3d, azimuth):
    c, s = np.cos(azimuth)[:, None], np.sin(azimuth)[:, None]
    turned = x3d.copy()
    turned[..., 0] = c * turned[..., 0] + s * turned[..., 2]
    turned[..., 2] = c * turned[..., 2] - s * turned[..., 0]  # x is no longer the old one
    return turned


WRONG = [
    ("02.1", turned(lambda c, s: [[c, 0, s], [0, 1, 0], [s, 0, c]]), r"bone lengths.*\d+ %"),
    ("02.1", turned(lambda c, s: [[1, 0, 0], [0, c, -s], [0, s, c]]), r"height.*\d mm"),
    ("02.1", turned(lambda c, s: [[c, 0, -s], [0, 1, 0], [s, 0, c]]), r"pi / 2.*\(z, y, -x\)"),
    (
        "02.1",
        lambda x3d, azimuth: turned(lambda c, s: [[c, 0, s], [0, 1, 0], [-s, 0, c]])(x3d, azimuth[:1].repeat(8)),
        r"own angle",
    ),
    ("02.2", lambda d_real, d_view: (d_real**2).mean() + ((d_view - 1) ** 2).mean(), r" 0, found 2\."),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2).mean(), r"score 1.* 1, found 0"),
    ("02.2", lambda d_real, d_view: (d_real - 1).abs().mean() + d_view.abs().mean(), r"0\.5, found 1.*squared"),
    ("02.2", lambda d_real, d_view: (d_real - 1) ** 2 + d_view**2, r"one number.*\(6,\)"),
    ("02.1", one_after_the_other, r"bone lengths.*\d+ %"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, np.radians(azimuth)), r"pi / 2.*radians"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, azimuth)[..., :2], r"\(8, 17, 3\), found \(8, 17, 2\)"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2).sum() + (d_view**2).sum(), r"score 0.* 1, found 6\..*mean"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2 + d_view**2).mean() / 2, r"score 0.* 1, found 0\.5\..*plus"),
    ("02.2", lambda d_real, d_view: (d_real - 1).mean() ** 2 + d_view.mean() ** 2, r"64 random.*square each"),
]
