"""What students get wrong in lesson 01, and what they must be told."""

import numpy as np


def in_place(x3d):
    x3d[..., 2] *= -1
    return x3d


def the_first_alone(x3d):
    return np.concatenate([x3d[:1] * [1, 1, -1], x3d[1:]])


def many_alone(x3d):
    other = x3d.copy()
    other[:, :, 2] *= -1
    return other


WRONG = [
    ("01.2", the_first_alone, r"the same one: its joints moved by 0 mm"),
    ("01.2", many_alone, r"IndexError: too many indices"),
    ("01.1", lambda x3d: x3d[..., :2] / x3d[..., 2:].clip(1), r"nearer differs by up to \d+.* mm.*not depend on depth"),
    ("01.1", lambda x3d: x3d[..., 1:], r"nearer differs by up to 100 mm"),
    ("01.1", lambda x3d: x3d[..., 1::-1], r"image differs by up to \d+.* mm\. x and y stay"),
    ("01.1", lambda x3d: x3d[:, :, :3], r"shape \(4, 17, 2\), found \(4, 17, 3\)"),
    ("01.1", lambda x3d: x3d[:, :, :2], r"IndexError: too many indices"),
    ("01.2", lambda x3d: x3d.copy(), r"the same one: its joints moved by 0 mm"),
    ("01.2", lambda x3d: -x3d, r"image of the other pose differs by up to \d+.* mm"),
    ("01.2", lambda x3d: x3d * [1, 1, 2], r"changed bone lengths by up to \d+ %"),
    ("01.2", in_place, r"changed its input"),
    ("01.1", lambda x3d: x3d * [1, 1, 0], r"shape \(4, 17, 2\), found \(4, 17, 3\)"),
    ("01.2", lambda x3d: x3d + [0, 0, 100], r"pelvis differs by up to 100 mm\. It must stay at the origin"),
    ("01.2", lambda x3d: x3d * [1, 1, 0], r"changed bone lengths by up to \d+ %"),
]
