"""Skeletons as SVG text: where bones are, in which colours, in stills of widgets and pictures of lifting."""

import re
import time
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from liftkit import H36M_17
from liftkit.data.body import standing_person
from liftkit.view import page, still
from liftkit.view.charts import heat_map, line_chart
from liftkit.view.palette import COLOURS, side_of
from liftkit.view.panels import Chart, Note, Panel, Pose
from liftkit.view.still import grid_svg, lifting_svg, picture_svg, still_html

EVIL = "<script>alert('x')</script> & \"y\""
POSE = np.random.default_rng(0).normal(size=(17, 3))


def ends(svg):
    return np.array([[float(v) for v in re.findall(r'[xy][12]="([-\d.]+)"', line)] for line in svg.split("<line")[1:]])


def skeleton_svg(x2d, size=180.0):
    """The cell of a grid that shows one skeleton, as it is before it is moved to its place."""
    return grid_svg([[x2d]], ["one"], "a skeleton", size)


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
    root = ET.fromstring(grid_svg([[POSE[:, :2]]], ["<script>"], "a & b"))
    assert root[0].text == "a & b" and "<script>" in "".join(root.itertext())


def person(**angles) -> np.ndarray:
    """(17, 3) somebody who faces the camera, in mm, y down, z away; angles as in liftkit.data.body."""
    return standing_person(**angles).astype(float) * [1, -1, -1]


def panels(name="A") -> list[Panel]:
    pose = person()
    groups = [-1] + [0] * 6 + [7] * 10
    poses = [Pose("a", name, joints=pose, alt=name), Pose("b", name, joints=pose[:, :2], groups=groups)]
    chart = Chart("d", name, svg="<svg viewBox='0 0 1 1'></svg>", span=6)
    return [*poses, Note("c", name, text=f"{name}\n{name}"), chart]


def test_a_still_is_one_svg_with_every_panel():
    root = ET.fromstring(picture_svg("Title", panels()))
    assert root.tag.endswith("svg")
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("A") == 4
    assert texts.count("1") == 6 and texts.count("8") == 10  # groups, and none for the root
    assert len(list(root.iter("{http://www.w3.org/2000/svg}line"))) == 32


def test_names_in_a_still_are_text():
    drawn = picture_svg(EVIL, panels(EVIL))
    assert "<script" not in drawn
    title = ET.fromstring(drawn).find("{http://www.w3.org/2000/svg}title").text
    assert title.startswith(EVIL)


@pytest.mark.parametrize("name", ["\x00\x1b[31m\ud800", "x" * 10_000, "two words " * 2000])
def test_any_name_makes_a_valid_picture_at_once(name):
    started = time.process_time()
    shown = [Pose("a", name, joints=person(), alt=name), Note("b", name, text=name), Chart("c", name, svg=line(name))]
    drawn = picture_svg(name, shown)
    heat_map([[1.0, 2.0]], [name], [name, "b"], unit=name, limits=(0, 2), title=name)
    assert time.process_time() - started < 2
    width = ET.fromstring(drawn.encode()).get("viewBox").split()[2]
    assert float(width) <= 4 * 260 + 100  # a long name does not make the picture small


def line(name: str) -> str:
    return line_chart({name: (np.arange(3), np.arange(3.0))}, x_label=name, y_label=name, marks=[(1, name)])


def test_a_still_is_as_wide_as_its_panels_and_no_wider_than_four():
    def size(count):
        root = ET.fromstring(picture_svg("T", [Note(f"n{i}", "N", text="x") for i in range(count)]))
        assert root.get("width") is None  # it fills its page, whatever that is
        width, height = map(int, root.get("viewBox").split()[2:])
        return width // 260, (height - 30) // 306

    assert [size(count) for count in (1, 3, 4, 5, 9)] == [(1, 1), (3, 1), (4, 1), (4, 2), (4, 3)]


def test_joints_stay_inside_their_panel():
    lines = ET.fromstring(picture_svg("T", panels()[:1])).iter("{http://www.w3.org/2000/svg}line")
    numbers = [float(line.get(name)) for line in lines for name in ("x1", "x2", "y1", "y2")]
    assert 0 <= min(numbers) and max(numbers) <= 260


def test_what_glows_is_drawn_and_what_does_not_is_not():
    strength = np.zeros(17)
    strength[[3, 5]] = 1, 0.5
    drawn = picture_svg("T", [Pose("a", "A", joints=person(), strength=strength)])
    assert drawn.count("<circle") == 2
    assert 'r="12.0"' in drawn and 'r="7.5"' in drawn


def test_a_bone_is_as_faint_as_its_joint_is_in_doubt():
    doubt = np.zeros(17)
    doubt[3] = 0.5
    drawn = picture_svg("T", [Pose("a", "A", joints=person(), doubt=doubt)])
    assert drawn.count("stroke-opacity") == drawn.count('stroke-opacity="0.60"') == 1
    assert re.search(r"FAINTEST = (\S+);", (page.HERE / "skeleton.js").read_text())[1] == str(still.FAINTEST)


def test_unknown_joints_are_not_drawn():
    joints = person()
    joints[3] = np.nan
    drawn = picture_svg("T", [Pose("a", "A", joints=joints, groups=np.zeros(17, int))])
    assert drawn.count("<line") == 15 and "nan" not in drawn


def test_a_still_is_the_same_each_time():
    assert picture_svg("T", panels()) == picture_svg("T", panels())


def test_a_still_is_seen_from_where_the_live_widget_begins():
    start = re.search(r"START = { azimuth: (\S+), elevation: (\S+) }", (page.HERE / "space.js").read_text())
    assert tuple(map(float, start.groups())) == still.VIEW


def test_a_still_is_seen_from_above():
    square = np.zeros((17, 3))
    square[1:, 1] = 1000  # a person's height
    near, far = H36M_17.index("left_ankle"), H36M_17.index("right_ankle")
    square[near, 2], square[far, 2] = -300, 300
    lines = ends(picture_svg("T", [Pose("a", "A", joints=square)]))
    assert lines[-1, 3] == lines[:, 3].max()  # what is near is lower in the picture, and drawn last
    assert lines[0, 3] == min(y for y in lines[:, 3] if y > lines[:, 1].min() + 1)  # what is far is drawn first


def test_a_grid_has_no_paper_of_its_own_and_is_read_on_any():
    drawn = skeleton_svg(POSE[:, :2])
    assert 'fill="none"/>' in drawn and "#fff" not in drawn and "#222" not in drawn


def test_a_still_draws_the_faint_pose_behind_and_is_seen_from_where_it_says():
    behind = picture_svg("T", [Pose("a", "A", joints=person(), ghost=person() * 0.9)])
    assert behind.count('stroke-opacity="0.35"') == 1
    side = ends(picture_svg("T", [Pose("a", "A", joints=person() * [1, 1, 0], look=(np.pi / 2, 0))]))
    assert np.ptp(side[:, ::2]) < 0.2  # a flat pose from the side is a line


def test_a_still_is_turned_dark_in_a_dark_theme_but_no_photograph():
    behind = Pose("a", "A", joints=person()[:, :2], picture=np.zeros((9, 9)))
    assert 'class="lk-drawn" src' in still_html(picture_svg("T", panels()), "T")
    assert 'class="lk-drawn" src' not in still_html(picture_svg("T", [behind]), "T")
