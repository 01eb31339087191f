"""What cannot be measured is refused, with what was found and what was expected."""

import dataclasses

import numpy as np
import pytest
from known_lifters import untrained

from liftkit import H36M_17, Skeleton, data_correlation, intervention, learned_correlation, sensitivity, verdicts
from liftkit.correlation import Dependence, donors


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda p, r: data_correlation(p.select([0])), "at least 4 poses, found 1"),
        (lambda p, r: learned_correlation(r, p.select([0])), "at least 4 poses, found 1"),
        (lambda p, r: data_correlation(dataclasses.replace(p, x3d=None)), "needs the true 3D poses"),
        (lambda p, r: learned_correlation(r, dataclasses.replace(p, x3d=None)).excess, "needs poses with 3D truth"),
        (lambda p, r: verdicts(r, dataclasses.replace(p, x3d=None)), "needs the true 3D poses"),
        (lambda p, r: data_correlation(p, "kendall"), "unknown kind of correlation 'kendall'; there are pearson"),
        (lambda p, r: data_correlation(p, coordinates="z"), "coordinates must be one of x, y, xy, found 'z'"),
        (lambda p, r: sensitivity(r, p, "z"), "coordinates must be one of x, y, xy, found 'z'"),
        (lambda p, r: sensitivity(r, p, signed=True), "choose coordinates 'x' or 'y'"),
        (lambda p, r: data_correlation(p, within=["person"]), "unknown label 'person'; there are subject"),
        (lambda p, r: data_correlation(p, within="person"), "unknown label 'person'; there are subject"),
        (lambda p, r: donors(p.select(clip=p.clip[0]), "camera"), "another clip of the same camera$"),
        (lambda p, r: intervention(r, p, "arms"), "unknown representation 'arms'"),
        (lambda p, r: intervention(r, p, {"hand": ["left_hand"]}), "unknown joint 'left_hand'"),
        (lambda p, r: intervention(r, p, {"nothing": []}), "the part 'nothing' holds no joint"),
        (lambda p, r: sensitivity(r, p).between({"legs": ["left_hip"]}), "no part holds right_hip"),
        (lambda p, r: sensitivity(r, p).between({"tail": ["tail"]}), "parts hold joints that the matrix lacks: tail"),
        (lambda p, r: intervention(r, p, "legs_torso").between("five_parts"), "'legs' has joints of several"),
        (lambda p, r: sensitivity(r, other_skeleton(p)), "run and poses must have the same joints"),
        (lambda p, r: Dependence(np.zeros((1, 2, 3)), ("a",), ("b",), "", ""), r"shape \(members, 1, 1\), found"),
    ],
)
def test_bad_input_says_what_was_found_and_expected(poses, call, message):
    with pytest.raises(ValueError, match=message):
        call(poses, untrained("full"))


def other_skeleton(poses):
    names = tuple(name.replace("pelvis", "root") for name in H36M_17.names)
    return dataclasses.replace(poses, skeleton=Skeleton(names, H36M_17.parents, H36M_17.pairs))
