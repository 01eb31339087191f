"""What students get wrong in lesson 02 besides what test_course.py has, and what they must be told of it."""

import numpy as np

from liftkit.geometry import rotate


def one_after_the_other(x3d, azimuth):
    c, s = np.cos(azimuth)[:, None], np.sin(azimuth)[:, None]
    turned = x3d.copy()
    turned[..., 0] = c * turned[..., 0] + s * turned[..., 2]
    turned[..., 2] = c * turned[..., 2] - s * turned[..., 0]  # x is no longer the old one
    return turned


WRONG = [
    ("02.1", one_after_the_other, r"The turn changed bone lengths by up to \d+ %"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, np.radians(azimuth)), r"pi / 2 differs.*angles are in radians"),
    ("02.1", lambda x3d, azimuth: rotate(x3d, azimuth)[..., :2], r"shape \(8, 17, 3\), found \(8, 17, 2\)"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2).sum() + (d_view**2).sum(), r"must be 1, found 6.*mean of one"),
    ("02.2", lambda d_real, d_view: ((d_real - 1) ** 2 + d_view**2).mean() / 2, r"must be 1, found 0\.5.*plus"),
    ("02.2", lambda d_real, d_view: (d_real - 1).mean() ** 2 + d_view.mean() ** 2, r"First the square of each error"),
]
