"""Typical wrong answers to the exercises of lesson 00: number, answer, pattern of the facts in the message."""

import numpy as np

WRONG = [
    ("00.1", lambda pred, truth: np.abs(pred - truth).mean(), r"50, found 23\.33.*dx²"),
    ("00.1", lambda pred, truth: np.abs(pred - truth).sum(-1).mean(), r"50, found 70"),
    ("00.1", lambda pred, truth: ((pred - truth) ** 2).sum(-1).mean(), r"50, found 2500.*squared"),
    ("00.1", lambda pred, truth: np.linalg.norm(pred - truth, axis=-1), r"one number.*\(4, 17\)"),
    ("00.1", lambda pred, truth: np.linalg.norm(pred - truth, axis=-1).mean(-1), r"one number.*\(4,\)"),
    ("00.1", lambda pred, truth: np.median(np.linalg.norm(pred - truth, axis=-1)),
     r"680 mm.* 10, found 0\..*median.*mean"),
    ("00.1", lambda pred, truth: np.sqrt(((pred - truth) ** 2).sum(-1).mean()), r"680 mm.* 10, found 82\.\d+.*root"),
    ("00.1", lambda pred, truth: np.linalg.norm(pred - truth, axis=-1)[:, 1:].mean(), r"10, found 10\.62.*pelvis"),
    ("00.1", lambda pred, truth: np.linalg.norm(pred - truth, axis=1).mean(), r"50, found .*along the joints"),
    ("00.1", lambda pred, truth: np.linalg.norm(pred - truth, axis=-1).sum(1).mean(), r"50, found 850.*sum"),
    ("00.1", lambda pred, truth: np.linalg.norm((pred - truth)[..., :2], axis=-1).mean(), r"10, found 0.*depth z"),
    ("00.1", lambda pred, truth: np.linalg.norm(pred - truth), r"50, found 412.*axis=-1"),
    ("00.1", lambda pred, truth: "23.3", r"numbers.*text"),
    ("00.2", "b", r"errors cannot change.*training people"),
    ("00.2", "C", r"shown one.*`x3d`"),
    ("00.2", "d", r"predicts, not from true"),
    ("00.2", "e", r"given the 2D poses only"),
]  # fmt: skip
