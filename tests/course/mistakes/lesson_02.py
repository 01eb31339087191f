"""What students get wrong in lesson 02, and what they must be told."""

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
    ("02.1", turned(lambda c, s: [[c, 0, s], [0, 1, 0], [s, 0, c]]), r"The turn changed bone lengths by up to \d+ %"),
    ("02.1", turned(lambda c, s: [[1, 0, 0], [0, c, -s], [0, s, c]]), r"height differs by up to \d+.* mm"),
    ("02.1", turned(lambda c, s: [[c, 0, -s], [0, 1, 0], [s, 0, c]]), r"pi / 2 differs.*It must be \(z, y, -x\)"),
    (
        "02.1",
        lambda x3d, azimuth: turned(lambda c, s: [[c, 0, s], [0, 1, 0], [-s, 0, c]])(x3d, azimuth[:1].repeat(8)),
        r"Each pose has an angle of its own",
    ),
    ("02.2", lambda d_real, d_view: (d_real**2).mean() + ((d_view - 1) ** 2).mean(), r"must be 0, found 2\."),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2).mean(), r"scores? 1 and views too must be 1, found 0"),
    ("02.2", lambda d_real, d_view: (d_real - 1).abs().mean() + d_view.abs().mean(), r"must be 0\.5, found 1.*squared"),
    ("02.2", lambda d_real, d_view: (d_real - 1) ** 2 + d_view**2, r"be one number, .* shape \(6,\)"),
    ("02.1", one_after_the_other, r"The turn changed bone lengths by up to \d+ %"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, np.radians(azimuth)), r"pi / 2 differs.*angles are in radians"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, azimuth)[..., :2], r"shape \(8, 17, 3\), found \(8, 17, 2\)"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2).sum() + (d_view**2).sum(), r"must be 1, found 6.*mean of one"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2 + d_view**2).mean() / 2, r"must be 1, found 0\.5.*plus"),
    ("02.2", lambda d_real, d_view: (d_real - 1).mean() ** 2 + d_view.mean() ** 2, r"First the square of each error"),
]
