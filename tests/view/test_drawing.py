import re
from xml.etree import ElementTree

import numpy as np
import pytest

from liftkit import H36M_17
from liftkit.view.palette import COLOURS, side_of
from liftkit.view.still import grid_svg, lifting_svg, skeleton_svg

POSE = np.random.default_rng(0).normal(size=(17, 3))


def ends(svg):
    return np.array([[float(v) for v in re.findall(r'[xy][12]="([-\d.]+)"', line)] for line in svg.split("<line")[1:]])


def test_bones_keep_their_directions_and_proportions():
    drawn = ends(skeleton_svg(POSE[:, :2], size=1000))
    true = np.array([np.r_[POSE[p, :2], POSE[j, :2]] for p, j in H36M_17.bones])
    drawn, true = (lines[:, 2:] - lines[:, :2] for lines in (drawn, true))
    scale = (drawn * true).sum() / (true * true).sum()
    assert scale > 0
    np.testing.assert_allclose(drawn, true * scale, atol=0.2)


def test_a_skeleton_stays_in_its_square():
    drawn = ends(skeleton_svg(POSE[:, :2] * 1e4 + 1e5, size=100))
    assert drawn.min() >= 0 and drawn.max() <= 100


def test_a_pose_without_extent_is_drawn_in_the_middle():
    assert np.allclose(ends(skeleton_svg(np.ones((17, 2)), size=100)), 50)


def test_left_and_right_differ_in_colour_and_dash():
    svg = skeleton_svg(POSE[:, :2])
    sides = [side_of(H36M_17.names[joint]) for _, joint in H36M_17.bones]
    for side, line in zip(sides, svg.split("<line")[1:], strict=True):
        assert COLOURS[side] in line and ("dasharray" in line) == (side == "right")


def test_the_side_view_shows_depth():
    flat = POSE * [1, 1, 0]
    groups = lifting_svg(flat[None]).split("<g transform")[1:]
    assert np.ptp(ends(groups[1])[:, ::2]) < 0.2 < np.ptp(ends(groups[0])[:, ::2])


def test_the_picture_is_valid_xml_with_escaped_alt_text():
    root = ElementTree.fromstring(grid_svg([[POSE[:, :2]]], ["<script>"], "a & b"))
    assert root[0].text == "a & b" and "<script>" in "".join(root.itertext())


def test_truth_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(1, 17, 3\), found \(2, 17, 3\)"):
        lifting_svg(POSE[None], np.stack([POSE, POSE]))
