"""The drawing of keypoints has each point at its place, and says which were not found."""

import numpy as np
import pytest

from liftkit.plots import keypoint_figure

NAMES = ["nose", "left_hip", "left_knee", "left_ankle", "right_hip"]
POINTS = np.array([[50, 10], [60, 50], [62, 70], [0, 0], [40, 51]])
SCORE = np.array([0.9, 0.8, 0.3, 0.0, 0.5])


def padded():
    """All points that limbs need, beside those above: at (100, 100)."""
    others = [f"{s}_{j}" for s in ("left", "right") for j in ("shoulder", "elbow", "wrist", "knee", "ankle")]
    others = [name for name in others if name not in NAMES]
    return np.vstack([POINTS, np.full((len(others), 2), 100)]), np.append(SCORE, np.ones(len(others))), NAMES + others


def test_points_are_drawn_at_their_places_by_side_and_missing_ones_are_named():
    drawn = {trace.name: trace for trace in keypoint_figure(*padded()).data if trace.name}
    assert list(drawn) == ["left", "right", "middle", "not found: left_ankle"]
    assert dict(zip(drawn["left"].text, drawn["left"].x, strict=True))["left_knee"] == 62
    assert list(drawn["not found: left_ankle"].x) == [0] and "text" not in drawn["not found: left_ankle"].mode
    assert list(drawn["middle"].text) == ["nose"] and drawn["left"].marker.symbol != drawn["right"].marker.symbol


def test_a_limb_ends_where_its_point_is_missing_and_y_points_down():
    figure = keypoint_figure(*padded())
    assert list(figure.data[0].x) == [60, 62, None] and figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert figure.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_a_stricter_threshold_finds_fewer():
    points, score, names = padded()
    *_, lost = keypoint_figure(points, score, names, threshold=0.6).data
    assert lost.name == "not found: left_knee, left_ankle, right_hip"


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match=r"\(5, 2\).*\(4, 2\)"):
        keypoint_figure(POINTS[:4], SCORE, NAMES)
