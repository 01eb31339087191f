"""liftkit data report: each defect that a valid file can have is named, and sound data raises no warning."""

import re
from dataclasses import replace

import numpy as np
import pytest
from lab import browser, elsewhere, needs_chromium
from typer.testing import CliRunner

from liftkit import load_poses, save_poses
from liftkit.cli import app
from liftkit.plots.data import MEANINGS, data_figures
from liftkit.plots.pose_report import examine_poses, report_html
from liftkit.skeleton import H36M_17

PAIRS = np.array(H36M_17.pairs)


@pytest.fixture(scope="module")
def sound():
    poses = load_poses("synthetic")
    return poses.select(poses.clip % 23 == 0)


def swapped(array):
    """The same poses with the names of left and right exchanged."""
    array = array.copy()
    array[:, PAIRS] = array[:, PAIRS[:, ::-1]]
    return array


def changed(poses, change, where=slice(None, None, 3)):
    """Poses some of which are changed, 2D and 3D alike."""
    x2d, x3d = poses.x2d.copy(), poses.x3d.copy()
    x2d[where], x3d[where] = change(x2d[where]), change(x3d[where])
    return replace(poses, x2d=x2d, x3d=x3d)


def stretch(poses, name, factor):
    x3d = poses.x3d.copy()
    joint = H36M_17.index(name)
    parent = H36M_17.parents[joint]
    x3d[:, joint] = x3d[:, parent] + (x3d[:, joint] - x3d[:, parent]) * factor[:, None]
    return replace(poses, x3d=x3d)


def test_sound_data_has_no_warning_and_known_numbers(sound):
    report = examine_poses(sound)
    assert report.warnings == [] and "No warnings." in str(report)
    assert report.tables["Poses by split"].set_index("split").poses.sum() == len(sound)
    assert (
        report.tables["Poses by subject"]["poses"].tolist() == np.unique(sound.subject, return_counts=True)[1].tolist()
    )
    bones = report.tables["Bone lengths"].set_index("bone")
    shin = np.linalg.norm(sound.x3d[:, 3] - sound.x3d[:, 2], axis=-1)
    expected = np.mean([shin[sound.subject == s].mean() for s in np.unique(sound.subject)])
    assert bones.mm["right_ankle"] == pytest.approx(expected, rel=1e-4) and bones["spread in %"].max() < 0.1
    assert report.tables["Directions"]["poses"].sum() == len(sound)


def test_directions_are_0_at_the_camera_and_90_to_the_pictures_right(tiny_poses):
    x3d = np.zeros((24, 17, 3), np.float32)
    left, right = H36M_17.index("left_hip"), H36M_17.index("right_hip")
    for i, (x, z) in enumerate([(100, 10)] * 12 + [(-10, 100)] * 12):  # faces the camera; then the picture's right
        x3d[i, left], x3d[i, right] = (x, 0, z), (-x, 0, -z)
    x3d[:, H36M_17.index("head"), 1] = -600
    table = examine_poses(replace(tiny_poses, x3d=x3d)).tables["Directions"].set_index("degrees")["poses"]
    assert table[15] == 12 and table[105] - 12 == 0


DEFECTS = {
    "swapped sides": (lambda p: changed(p, swapped), "knees in 33"),
    "swapped hips and shoulders": (
        lambda p: replace(p, x3d=np.concatenate([p.x3d[:, :11], swapped(p.x3d)[:, 11:]], 1)),
        "hips and shoulders face",
    ),
    "upside down": (lambda p: changed(p, lambda x: x * np.float32(-1)), "33.* of the poses are upside down"),
    "metres times 300": (lambda p: replace(p, x3d=p.x3d * np.float32(0.3)), "is the unit of the 3D mm"),
    "giants": (lambda p: replace(p, x3d=p.x3d * np.float32(2)), "is the unit of the 3D mm"),
    "pixels that are none": (lambda p: replace(p, x2d=p.x2d / 1000, units="px"), "2D is pixels.*spans.* [12]"),
    "mm that are none": (lambda p: replace(p, x2d=p.x2d / 1000), "2D is mm, but"),
    "a loose bone": (
        lambda p: stretch(p, "left_wrist", np.where(np.arange(len(p)) % 2, 1.2, 1.0).astype("f4")),
        "5% within one subject: left_wrist 9%",
    ),
    "one long arm": (
        lambda p: stretch(p, "left_wrist", np.full(len(p), 1.2, "f4")),
        "bones differ in length: wrist 20%",
    ),
    "no depth": (lambda p: replace(p, x3d=p.x3d * np.float32([1, 1, 0])), "all depths are the same"),
    "a joint that never moves": (
        lambda p: changed(p, lambda x: np.where(np.arange(17)[:, None] == 13, x[:, :1], x), slice(None)),
        "never move.*: left_wrist$",
    ),
    "missing points at the origin": (
        lambda p: replace(p, x2d=np.where((np.arange(17) == 13)[:, None], 0, p.x2d + 5).astype("f4")),
        "6.2% of the joints are exactly",
    ),
    "all on one point": (lambda p: changed(p, lambda x: x * 0, slice(3)), "in 3 poses all joints lie on one point"),
    "the same again": (
        lambda p: changed(p, lambda x: x * 0 + x[:1], slice(None, None, 2)),
        "% of the poses have exactly the 2D",
    ),
    "frames twice": (lambda p: replace(p, frame=p.frame // 2), "have the clip, camera and frame of another one"),
    "jumps": (lambda p: changed(p, swapped, slice(None, None, 8)), "of neighbouring frames a joint moves"),
    "far away": (
        lambda p: stretch(p, "head", np.where(np.arange(len(p)) == 7, 1e4, 1).astype("f4")),
        "mm away from its pelvis",
    ),
    "one direction": (
        lambda p: p.select(p.x3d[:, 4, 0] - p.x3d[:, 1, 0] > 0),
        "nobody faces [56] of 12 directions",
    ),
    "no test": (lambda p: p.train, "none of the split 'test'"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_warned_of(sound, defect):
    make, message = DEFECTS[defect]
    found = examine_poses(make(sound)).warnings
    assert any(re.search(message, warning) for warning in found), found


def test_test_poses_among_the_training_poses_are_found(sound):
    test = np.flatnonzero(sound.split == "test")[:5]
    train = np.flatnonzero(sound.split == "train")[:5]
    x2d = sound.x2d.copy()
    x2d[test] = x2d[train]
    assert any("5 test poses are also training poses" in w for w in examine_poses(replace(sound, x2d=x2d)).warnings)


def test_poses_without_3d_are_judged_by_what_they_have(sound):
    report = examine_poses(replace(sound, x3d=None))
    assert report.warnings == [] and "Bones" not in report.facts and "Shape in the picture" in report.tables


@pytest.mark.slow
def test_one_pose_is_enough(sound):
    assert "1 pose" in report_html(examine_poses(sound.select([0])))


@pytest.mark.slow
def test_every_figure_says_what_is_normal(sound):
    tables = examine_poses(sound).tables
    assert set(tables) == set(MEANINGS) == set(data_figures(tables))


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200", "TERM": "dumb"})


@pytest.mark.slow
def test_the_command_prints_and_writes_a_page_once(sound, tmp_path):
    path, out = save_poses(sound, tmp_path / "poses.npz"), tmp_path / "report.html"
    done = run("data", "report", path, "--out", out)
    assert done.exit_code == 0 and "No warnings." in done.output and f"{len(sound):,} poses" in done.output
    page = out.read_text(encoding="utf-8")
    assert page.count("plotly.js v") == 1 and len(re.findall(r'class="plotly-graph-div"', page)) == len(MEANINGS)
    again = run("data", "report", path, "--out", out)
    assert again.exit_code == 2 and "nothing is overwritten" in again.output and out.read_text("utf-8") == page
    assert run("data", "report", path, "--out", tmp_path / "report.txt").exit_code == 2
    assert run("data", "report", path).exit_code == 0


NASTY = "</script><img src=x onerror=alert(1)>"


@pytest.mark.slow
@needs_chromium
def test_the_page_is_drawn_without_errors_network_or_foreign_html(sound, tmp_path):
    poses = sound.select(slice(None, None, 10))
    nasty = replace(poses, subject=np.full(len(poses), NASTY), action=np.full(len(poses), NASTY), name=NASTY)
    (tmp_path / "r.html").write_text(report_html(examine_poses(nasty)), encoding="utf-8")
    with browser() as page:
        page.goto((tmp_path / "r.html").as_uri())
        page.locator(".main-svg").first.wait_for()
        assert page.locator(".js-plotly-plot").count() == len(MEANINGS)
        assert page.locator("img[src=x]").count() == 0 and NASTY in page.locator("h1").text_content()
        assert page.complaints == [] and elsewhere(page.requests) == [page.url]
