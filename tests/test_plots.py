import numpy as np
import pandas as pd
import pytest

from liftkit import H36M_17
from liftkit.plots import history_figure, pose_figure

POSE = np.random.default_rng(0).normal(size=(17, 3))


def test_every_bone_is_drawn_once_with_up_upwards():
    figure = pose_figure({"one": POSE})
    drawn = {
        (t.text[i], t.text[i + 1]): (t.x[i + 1], t.y[i + 1], t.z[i + 1])
        for t in figure.data
        for i in range(0, len(t.x), 3)
    }
    names = H36M_17.names
    expected = {(names[p], names[j]): (POSE[j, 0], POSE[j, 2], -POSE[j, 1]) for p, j in H36M_17.bones}
    assert drawn == expected


def test_poses_stand_side_by_side_on_one_scale():
    layout = pose_figure({"small": POSE, "large": 3 * POSE}).layout
    reach = 3 * np.abs(POSE).max()
    assert layout.scene.xaxis.range == layout.scene2.zaxis.range == pytest.approx((-reach, reach))


@pytest.mark.parametrize(
    ("poses", "message"), [({}, "found none"), ({"bad": POSE[:3]}, r"bad: .*\(17, 3\), found \(3, 3\)")]
)
def test_bad_poses_are_refused(poses, message):
    with pytest.raises(ValueError, match=message):
        pose_figure(poses)


def test_history_shows_the_mean_and_range_over_seeds():
    history = pd.DataFrame({"step": [1, 1, 2, 2], "seed": [0, 1, 0, 1], "reprojection": [1.0, 3.0, 5.0, 9.0]})
    high, low, mean = history_figure(history).data
    assert list(high.y) == [3, 9] and list(low.y) == [1, 5] and list(mean.y) == [2, 7]
    assert mean.name == "reprojection"


def test_history_without_rows_or_with_a_wrong_column_is_refused():
    with pytest.raises(ValueError, match="rows"):
        history_figure(pd.DataFrame({"step": []}))
    with pytest.raises(ValueError, match="magic"):
        history_figure(pd.DataFrame({"step": [1], "seed": [0]}), ("magic",))
