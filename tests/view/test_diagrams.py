"""Diagrams of the lessons, read back as XML: joints are named at their places; a farther person has a smaller image."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from liftkit.skeleton import H36M_17
from liftkit.view.diagrams import cameras_svg, skeleton_svg

SVG = "{http://www.w3.org/2000/svg}"


def standing():
    """A person of 2 units: x and z near 0, y from -1 (head) to 1 (ankles)."""
    x3d = np.random.default_rng(0).uniform(-0.1, 0.1, (17, 3))
    x3d[:, 1] = np.linspace(-0.9, 0.9, 17)
    x3d[H36M_17.index("head"), 1], x3d[H36M_17.index("left_ankle"), 1] = -1, 1
    return x3d


def test_each_joint_is_named_beside_its_dot_on_its_own_side():
    x2d = standing()[:, :2]
    tree = ElementTree.fromstring(skeleton_svg(x2d))
    dots = [(float(c.get("cx")), float(c.get("cy"))) for c in tree.iter(f"{SVG}circle")]
    texts = [(text.text, float(text.get("x")), float(text.get("y"))) for text in tree.iter(f"{SVG}text")]
    assert [text for text, _, _ in texts] == [f"{i} {name}" for i, name in enumerate(H36M_17.names)]
    assert all(abs(x - a) < 12 and abs(y - b) < 12 for (_, x, y), (a, b) in zip(texts, dots, strict=True))
    np.testing.assert_allclose(np.corrcoef(np.array(dots).T[1], x2d[:, 1])[0, 1], 1, atol=1e-4)
    assert len(list(tree.iter(f"{SVG}line"))) == 16


def test_the_larger_an_error_the_larger_the_disc_and_each_stands_beside_its_name():
    errors = np.arange(17) * 10.4
    tree = ElementTree.fromstring(skeleton_svg(standing()[:, :2], errors=errors))
    radii = np.array([float(c.get("r")) for c in tree.iter(f"{SVG}circle")])
    assert radii[0] == 4 and (np.diff(radii) > 0).all()  # a perfect joint has the dot of a skeleton without errors
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    assert texts[H36M_17.index("right_wrist")] == "right_wrist 166 mm" and texts[0] == "pelvis 0 mm"
    assert "right_wrist 166 mm" in tree.get("aria-label")


@pytest.mark.parametrize("largest", [0.0, 30.0])
def test_a_joint_without_a_length_has_its_name_alone(largest):
    lengths = np.where(np.arange(17) < 7, np.nan, largest)
    tree = ElementTree.fromstring(skeleton_svg(standing()[:, :2], errors=lengths))
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    assert texts[0] == "pelvis" and texts[16] == f"right_wrist {largest:.0f} mm"
    radii = [float(c.get("r")) for c in tree.iter(f"{SVG}circle")]
    assert radii[0] == 4 and (radii[16] > 4) == (largest > 0)


def test_twice_as_far_is_half_as_large_in_perspective_only():
    drawn = cameras_svg(standing())
    bars = [abs(float(b) - float(a)) for a, b in re.findall(r'stroke-width="4" d="M\S+ (\S+)V(\S+)"', drawn)]
    near, far, *parallel = bars
    # the camera is 14 pixels from the left, the people 130 and 250, so 116 and 236 away from it
    assert near / far == pytest.approx(236 / 116, rel=0.01)
    assert parallel == pytest.approx([110, 110], abs=0.2)
