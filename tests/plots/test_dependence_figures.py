"""What the figures of dependence show, where, and on which range."""

import numpy as np
import pytest

from liftkit import H36M_17
from liftkit.correlation import Dependence
from liftkit.plots import dependence_figure

JOINTS = H36M_17.names[1:]


def made_up(values, seeds=(0, 1), what="movement of the lifted depth"):
    return Dependence(np.asarray(values, float), JOINTS, JOINTS, what, "mm", seeds)


@pytest.fixture
def two():
    rng = np.random.default_rng(0)
    return {"full": made_up(rng.uniform(0, 9, (2, 16, 16))), "legs_torso": made_up(rng.uniform(0, 3, (2, 16, 16)))}


def test_heat_maps_share_one_range_are_ordered_by_part_and_boxed(two):
    figure = dependence_figure(two)
    assert [a.text for a in figure.layout.annotations] == ["full", "legs_torso"]
    assert figure.layout.coloraxis.cmin == 0
    assert figure.layout.coloraxis.cmax == pytest.approx(max(d.mean.max() for d in two.values()))
    assert list(figure.data[0].y[:6]) == [j.replace("_", " ") for j in JOINTS[:6]]
    i, j = JOINTS.index("left_ankle"), JOINTS.index("right_wrist")
    row, column = list(figure.data[0].y).index("left ankle"), list(figure.data[0].x).index("right wrist")
    assert figure.data[0].z[row][column] == pytest.approx(two["full"].mean[i, j])
    boxes = [(s.x0, s.x1) for s in figure.layout.shapes]
    assert boxes == [(-0.5, 5.5), (5.5, 15.5)] * 2
    assert "sd over seeds" in figure.data[0].hovertemplate


def test_signed_matrices_are_drawn_around_zero(two):
    figure = dependence_figure(made_up(two["full"].values - 6, what="correlation"))
    assert figure.layout.coloraxis.cmin == -figure.layout.coloraxis.cmax < 0
    assert np.min(figure.data[0].z) < 0 < np.max(figure.data[0].z)


def test_what_is_not_known_is_left_white():
    values = np.ones((1, 16, 16))
    values[0, 3] = np.nan
    figure = dependence_figure(made_up(values, (0,)))
    assert np.isnan(figure.data[0].z).sum() == 16 and figure.layout.coloraxis.cmax == 1


def test_matrices_that_do_not_belong_together_are_refused(two):
    with pytest.raises(ValueError, match="matrices of one kind, found 2 kinds"):
        dependence_figure(two | {"other": made_up(np.ones((1, 16, 16)), what="sensitivity")})
    with pytest.raises(ValueError, match="no part holds"):
        dependence_figure(two, {"legs": JOINTS[:6]})


def test_rows_may_be_parts():
    parts = Dependence(np.ones((1, 2, 16)), ("torso", "legs"), JOINTS, "m", "mm", owners=(JOINTS[6:], JOINTS[:6]))
    figure = dependence_figure(parts)
    assert list(figure.data[0].y) == ["legs", "torso"] and len(figure.layout.shapes) == 2
    assert len(dependence_figure(parts, "five_parts").layout.shapes) == 0  # legs are two of five parts


@pytest.mark.parametrize(
    ("unit", "titles"), [("mm", ("moved in 2D", "whose depth answers")), ("", ("2D place", "depth"))]
)
def test_only_what_was_moved_is_said_to_move(unit, titles):
    found = Dependence(np.ones((1, 16, 16)), JOINTS, JOINTS, "made up", unit)
    layout = dependence_figure(found).layout
    assert (layout.yaxis.title.text, layout.xaxis.title.text) == titles
