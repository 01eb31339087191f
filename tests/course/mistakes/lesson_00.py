"""What students get wrong in lesson 00, and what they must be told."""

import numpy as np

WRONG = [
    ("00.1", lambda pred, truth: np.abs(pred - truth).mean(), r"40 down must be 50, found 23\.33.*root of dx²"),
    ("00.1", lambda pred, truth: np.abs(pred - truth).sum(-1).mean(), r"40 down must be 50, found 70"),
    ("00.1", lambda pred, truth: ((pred - truth) ** 2).sum(-1).mean(), r"must be 50, found 2500"),
    ("00.1", lambda pred, truth: np.linalg.norm(pred - truth, axis=-1), r"be one number, .* shape \(4, 17\)"),
    ("00.1", lambda pred, truth: np.linalg.norm(pred - truth, axis=-1).mean(-1), r"be one number, .* shape \(4,\)"),
    ("00.1", lambda pred, truth: np.median(np.linalg.norm(pred - truth, axis=-1)),
     r"680 mm too far away, the others right must be 10, found 0\. Take the mean"),
    ("00.2", "b", r"supervised learning.*serve to show and to judge"),
    ("00.2", "C", r"8 people; the trainer takes the 6 of the split `train`"),
    ("00.2", "d", r"4 cameras in the data, but no pose is ever paired"),
    ("00.2", "e", r"Expected one of a, b, c, d, found 'e'"),
]  # fmt: skip
