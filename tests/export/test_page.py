"""The page of lifted motion, in a real browser."""

from dataclasses import replace

import numpy as np
import pytest
from lab import browser, elsewhere, needs_chromium

from liftkit import load_record
from liftkit.export import lift_motion, write_motion
from liftkit.keypoints.reading import read_keypoints
from liftkit.recorded import sample_keypoints

pytestmark = needs_chromium
NASTY = '</script><img src=x onerror=alert(1)>"&$data'


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The page of the lifted sample, whose names try to break out of it."""
    poses = read_keypoints(sample_keypoints())[0]
    about = {"from": NASTY, NASTY: "x"}
    motion = lift_motion(load_record("legs_torso"), replace(poses, name=NASTY), about, fps=15)
    return write_motion(motion, tmp_path_factory.mktemp("page") / "view.html")


@pytest.fixture(scope="module")
def tab():
    with browser(viewport={"width": 1000, "height": 800}, has_touch=True) as page:
        page.on("console", lambda message: page.complaints.append(message.text))  # not only errors and warnings
        yield page


@pytest.fixture
def page(tab, file):
    tab.requests.clear()
    tab.complaints.clear()
    tab.goto(file.as_uri())
    return tab


def lines(page, panel):
    """Where a panel's bones are drawn: side -> the ends of its lines."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    script = """(node) => { const found = {};
      for (const line of node.querySelectorAll('line.lk-bone')) {
        const side = line.getAttribute('class').split('lk-').pop();
        (found[side] ??= []).push(['x1', 'y1', 'x2', 'y2'].map((name) => Number(line.getAttribute(name)))); }
      return found; }"""
    return skeleton(page, panel).evaluate(script)


def skeleton(page, panel):
    return page.locator(f'[data-key="{panel}"] svg')


def slider(page):
    return page.get_by_role("slider", name="Frame")


def test_the_page_runs_without_errors_and_asks_nobody(page):
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(300)
    assert page.complaints == [] and elsewhere(page.requests) == [page.url]
    assert page.title() == page.locator(".lk-heading").text_content() == f"{NASTY}: lifted from 2D to 3D"
    assert page.locator("img").count() == 0
    assert page.locator("dt").all_text_contents() == ["what", "from", NASTY, "unit", "the camera's tilt"]
    assert page.locator("dd").all_text_contents()[1:4] == [NASTY, "x", "px"]
    policy = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
    assert "default-src 'none'" in policy and "http" not in policy


def test_both_sides_are_drawn_left_blue_right_orange_and_a_note_says_so(page):
    script = "(node) => { const style = getComputedStyle(node); return [style.stroke, style.strokeDasharray]; }"
    for panel in "x2d", "x3d":
        assert {side: len(drawn) for side, drawn in lines(page, panel).items()} == {"left": 6, "right": 6, "middle": 4}
        colours = {
            side: skeleton(page, panel).locator(f".lk-{side}").first.evaluate(script) for side in ("left", "right")
        }
        assert colours["left"] == ["rgb(0, 114, 178)", "none"]
        assert colours["right"][0] == "rgb(184, 78, 0)" and colours["right"][1] != "none"
        assert skeleton(page, panel).get_attribute("role") == "img"
    assert "2D" in skeleton(page, "x2d").get_attribute("aria-label")
    assert "prediction" in skeleton(page, "x3d").get_attribute("aria-label")
    assert (
        page.get_by_text("left is blue and solid").count() == page.get_by_text("right orange and dashed").count() == 1
    )


def test_the_raised_right_hand_is_up_on_the_left_of_the_2d_picture(page):
    """The highest point of the sample's right side is the waving hand; the person faces the camera."""
    ends = {side: [(y, x) for x1, y1, x2, y2 in drawn for x, y in ((x1, y1), (x2, y2))]
            for side, drawn in lines(page, "x2d").items()}  # fmt: skip
    right, left = min(ends["right"]), min(ends["left"])
    assert right[0] < left[0] and right[1] < left[1]


def test_the_slider_changes_both_pictures_and_says_the_frame(page):
    before = lines(page, "x2d"), lines(page, "x3d")
    slider(page).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert slider(page).input_value() == "5"
    assert page.locator("output").text_content() == slider(page).get_attribute("aria-valuetext") == "frame 5 (6 of 58)"
    assert lines(page, "x2d") != before[0] and lines(page, "x3d") != before[1]


@pytest.mark.parametrize("key", ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"])
def test_arrow_keys_turn_the_3d_and_leave_the_2d(page, key):
    flat, space = lines(page, "x2d"), lines(page, "x3d")
    skeleton(page, "x3d").focus()
    page.keyboard.press(key)
    assert lines(page, "x3d") != space and lines(page, "x2d") == flat
    back = {"Left": "Right", "Right": "Left", "Up": "Down", "Down": "Up"}
    page.keyboard.press("Arrow" + back[key.removeprefix("Arrow")])
    assert lines(page, "x3d") == space and lines(page, "x2d") == flat


def test_a_finger_turns_the_3d(page):
    space, box = lines(page, "x3d"), skeleton(page, "x3d").bounding_box()
    touch = page.context.new_cdp_session(page)
    for kind, x in ("touchStart", 100), ("touchMove", 130), ("touchMove", 170), ("touchEnd", None):
        points = [] if x is None else [{"x": box["x"] + x, "y": box["y"] + 100}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert lines(page, "x3d") != space


def test_bones_are_fainter_where_the_lifters_differ(page):
    """By the spread of their depths; before that, the farther a bone, the thinner and fainter (width to opacity)."""
    faint = """node => [...node.querySelectorAll('line.lk-bone')].map(({style}) =>
      [style.strokeOpacity, style.strokeWidth])"""
    run, poses = load_record("legs_torso"), read_keypoints(sample_keypoints())[0]
    lifted = run.lift(poses.x2d).astype(float)
    size = np.median(np.abs(lifted.mean(0)).max((1, 2)))
    for frame in (0, 40):
        slider(page).fill(str(frame))
        lines(page, "x3d")  # waits until it is drawn
        opacity, width = np.transpose(skeleton(page, "x3d").evaluate(faint)).astype(float)
        shown = sorted(opacity / (0.02 + 30 * width).clip(0.45, 1))
        doubt = (lifted[:, frame, 1:, 2].std(0, ddof=1) / (0.2 * size)).clip(0, 1)
        np.testing.assert_allclose(shown, sorted(1 - 0.8 * doubt), atol=0.01)
    given = skeleton(page, "x2d").evaluate(faint)
    assert {tuple(style) for style in given} == {("", "")}  # what was given is not in doubt


def test_mouse_turns_and_play_plays_and_pauses(page):
    space, box = lines(page, "x3d"), skeleton(page, "x3d").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 100, steps=4)
    page.mouse.up()
    turned = lines(page, "x3d")
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    assert turned != space and lines(page, "x3d") == turned  # nothing turns without a button
    button = page.locator(".lk-bar button")
    button.click()
    for _ in range(200):
        if (playing := slider(page).input_value()) != "0":
            break
        page.wait_for_timeout(20)
    assert playing != "0" and button.text_content() == "Pause"
    button.click()
    stopped = slider(page).input_value()
    page.wait_for_timeout(250)
    assert slider(page).input_value() == stopped and button.text_content() == "Play"
