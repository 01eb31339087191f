"""Names and labels that pictures share."""

from liftkit.view.alt_text import readable
from liftkit.view.palette import metric_label, metric_unit, side_of


def test_names_and_labels():
    assert readable("left_upper_arm") == "left upper arm"
    assert (metric_label("pck"), metric_label("depth_size")) == ("PCK at 150 mm (%)", "depth size")
    assert [metric_unit(name) for name in ("n_mpjpe", "pck", "mirrored", "seconds")] == [" mm", "", "", ""]
    assert [side_of(name) for name in ("left_knee", "right_hip", "pelvis")] == ["left", "right", "middle"]
