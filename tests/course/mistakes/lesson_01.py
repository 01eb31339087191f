"""Typical wrong answers to the exercises of lesson 01: number, answer, pattern of the facts in the message."""

import numpy as np


def arm(x3d, times=(1, 1, -1), joints=(11, 12, 13)):
    """Multiplies the coordinates of the left arm's joints, as counted from the pelvis."""
    other = x3d.copy()
    other[..., joints, :] *= times
    return other


def reflected_at_the_thorax(x3d, joints=(11, 12, 13)):
    """Right for (11, 12, 13); without the wrist the forearm changes its length."""
    other = x3d.copy()
    other[..., joints, 2] = 2 * x3d[..., 8:9, 2] - x3d[..., joints, 2]
    return other


def the_elbow_alone(x3d):
    other = x3d.copy()
    other[..., 12, 2] = 2 * x3d[..., 11, 2] - x3d[..., 12, 2]
    return other


def in_place(x3d):
    x3d[..., 13, 2] *= -1
    return x3d


def the_first_alone(x3d):
    return np.concatenate([reflected_at_the_thorax(x3d[:1]), x3d[1:]])


def many_alone(x3d):
    other = x3d.copy()
    other[:, :, 2][:, 11:14] = 2 * x3d[:, 8:9, 2] - x3d[:, 11:14, 2]
    return other


def perspective(x3d):
    with np.errstate(invalid="ignore"):
        return x3d[..., :2] / x3d[..., 2:]


WRONG = [
    ("01.2", the_first_alone, r"same.* 0 mm"),
    ("01.2", many_alone, r"IndexError"),
    ("01.2", lambda x3d: x3d.copy(), r"same.* 0 mm"),
    ("01.2", in_place, r"changed its input"),
    ("01.2", lambda x3d: x3d * [1, 1, -1], r"without its left arm .*\d mm.*All depths"),
    ("01.2", arm, r"bone lengths.*\d+ %.*hangs from the thorax"),
    ("01.2", lambda x3d: arm(x3d, (1, 1, 0)), r"bone lengths.*\d+ %.*flat"),
    ("01.2", lambda x3d: arm(x3d, (-1, 1, 1)), r"image of the other pose.*sign of x\."),
    ("01.2", lambda x3d: reflected_at_the_thorax(x3d, (11, 12)), r"bone lengths.*\d+ %"),
    ("01.2", lambda x3d: reflected_at_the_thorax(x3d, (11,)), r"bone lengths.*left_shoulder moved.*come along"),
    ("01.2", the_elbow_alone, r"bone lengths.*left_elbow moved.*come along\."),
    ("01.2", lambda x3d: x3d + [0, 0, 100], r"without its left arm .* 100 mm.*stay"),
    ("01.1", lambda x3d: x3d[..., :2] / x3d[..., 2:].clip(1), r"nearer.*\d mm.*depth"),
    ("01.1", lambda x3d: x3d[..., 1:], r"nearer.* 100 mm"),
    ("01.1", lambda x3d: x3d[..., 1::-1], r"The image .*\d mm.*x and y.*order"),
    ("01.1", lambda x3d: x3d[:, :, :3], r"\(4, 17, 2\), found \(4, 17, 3\)"),
    ("01.1", lambda x3d: x3d[:, :, :2], r"IndexError"),
    ("01.1", lambda x3d: x3d * [1, 1, 0], r"\(4, 17, 2\), found \(4, 17, 3\)"),
    ("01.1", perspective, r"not finite.*perspective"),
    ("01.1", lambda x3d: 1000 * x3d[..., :2] / (x3d[..., 2:] + 4000), r"nearer.*perspective"),
    ("01.1", lambda x3d: x3d[..., :2] * [1, -1], r"y has the wrong sign"),
    ("01.1", lambda x3d: x3d[..., :2] - x3d[..., :2].mean(-2, keepdims=True), r"centred on its mean"),
    ("01.1", lambda x3d: x3d[..., 0] + 1j * x3d[..., 1], r"numbers.*complex"),
]
