"""What students get wrong in lesson 11, and what they must be told of it."""

import numpy as np


def middle(hips=(11, 12), spine=0.5, lost=np.nan, least=0.3):
    def wrong(points, score):
        found = np.where(score[:, None] < least, lost, points)
        pelvis, thorax = found[list(hips)].mean(0), found[[5, 6]].mean(0)
        return np.stack([pelvis, (1 - spine) * pelvis + spine * thorax, thorax])

    return wrong


def all_or_nothing(points, score):
    return middle()(points, score) if (score >= 0.3).all() else np.full((3, 2), np.nan)


def at_the_corner(points, score):
    return middle()(points, (points != 0).any(-1))


def mean_of_found(points, score):
    found = np.where(score[:, None] < 0.3, np.nan, points)
    pelvis, thorax = np.nanmean(found[[11, 12]], axis=0), np.nanmean(found[[5, 6]], axis=0)
    return np.stack([pelvis, (pelvis + thorax) / 2, thorax])


WRONG = [
    ("11.1", lambda points, score: middle()(points, score)[[0, 2, 1]], r"It is the thorax: the order is pelvis, spine"),
    ("11.1", middle(hips=(11, 11)), r"The pelvis is off by 40 pixels\. It is the left_hip"),
    ("11.1", middle(spine=1), r"The spine is off by \d+ pixels"),
    (
        "11.1",
        middle(lost=0),
        r"left hip is missing \(score 0\.05\), so the pelvis cannot be had.*found \[215\.0, 250\.0\]",
    ),
    ("11.1", middle(least=0.1), r"right shoulder is missing \(score 0\.25\), so the spine cannot be had"),
    ("11.1", middle(least=0.5), r"Only the nose is missing.* \(the right hip's score is 0\.35"),
    ("11.1", at_the_corner, r"right shoulder is missing \(score 0\.25\)"),
    ("11.1", mean_of_found, r"pelvis cannot be had: expected NaN, found .*, 41 pixels from where it was"),
    ("11.1", all_or_nothing, r"The thorax does not need the left hip, but without it is \[nan, nan\]"),
    ("11.1", lambda points, score: points[[11, 12]].mean(0), r"shape \(3, 2\), found \(2,\)"),
    ("11.2", "right_wrist", r"Seeds spread by \d+ pixels there; the largest is \d+"),
    ("11.2", "left_foot", r"Unknown: left_foot\. There are pelvis, "),
    ("11.2", 16, r"Expected names, found int"),
    ("11.3", "a", r"wrong together"),
    ("11.3", "C", r"one that always says 0 agrees with itself"),
]
