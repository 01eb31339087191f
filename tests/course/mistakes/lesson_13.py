"""Typical wrong answers to the exercises of lesson 13: number, answer, pattern of the facts in the message."""

import numpy as np


def middle(hips=(11, 12), spine=0.5, lost=np.nan, least=0.3):
    def wrong(points, score):
        found = np.where(score[:, None] < least, lost, points)
        pelvis, thorax = found[list(hips)].mean(0), found[[5, 6]].mean(0)
        return np.stack([pelvis, (1 - spine) * pelvis + spine * thorax, thorax])

    return wrong


def all_or_nothing(points, score):
    return middle()(points, score) if (score >= 0.3).all() else np.full((3, 2), np.nan)


def all_four_or_nothing(points, score):
    return middle()(points, score) if (score[[5, 6, 11, 12]] >= 0.3).all() else np.full((3, 2), np.nan)


def at_the_corner(points, score):
    return middle()(points, (points != 0).any(-1))


def mean_of_found(points, score):
    found = np.where(score[:, None] < 0.3, np.nan, points)
    pelvis, thorax = np.nanmean(found[[11, 12]], axis=0), np.nanmean(found[[5, 6]], axis=0)
    return np.stack([pelvis, (pelvis + thorax) / 2, thorax])


WRONG = [
    ("13.1", lambda points, score: middle()(points, score)[[0, 2, 1]], r"spine .*thorax.*order is pelvis, spine"),
    ("13.1", middle(hips=(11, 11)), r"pelvis .* 40 pixels.*left_hip"),
    ("13.1", middle(spine=1), r"spine .* \d+ pixels"),
    (
        "13.1",
        middle(lost=0),
        r"0\.05 .*left hip.* pelvis .*NaN, found \[215\.0, 250\.0\]",
    ),
    ("13.1", middle(least=0.1), r"0\.25 .*right shoulder.* spine .*NaN"),
    ("13.1", middle(least=0.5), r"0\.35 .*right hip.*pelvis is NaN.* 0\.3"),
    ("13.1", at_the_corner, r"0\.25 .*right shoulder"),
    ("13.1", mean_of_found, r"pelvis .*NaN, found .* 41 pixels"),
    ("13.1", all_or_nothing, r"nose.*pelvis is NaN.* 0\.3"),
    ("13.1", all_four_or_nothing, r"left hip.*thorax is NaN.* 0\.3"),
    ("13.1", lambda points, score: points[[11, 12]].mean(0), r"\(3, 2\), found \(2,\)"),
    ("13.2", "five_parts", r" 8\.1 pixels; .*largest.* 15\.8.*pose to pose.*`axis=0`"),
    ("13.2", "full", r" 14\.8 pixels; .*largest.* 15\.8"),
    ("13.2", "Legs torso shared", r" 15\.1 pixels"),
    ("13.2", ["legs_torso"], r" 12\.1 pixels"),
    ("13.3", "a", r"all be wrong"),
    ("13.3", "C", r"always predicts 0"),
    ("13.3", "d", r"steadier mean.*share"),
    ("13.3", "e", r"luck of a seed"),
]
