"""The page that liftkit lift writes, in a real browser."""

from dataclasses import replace

import pytest
from lab import browser, elsewhere, needs_chromium

from liftkit import load_record
from liftkit.export import LiftedMotion, write_motion
from liftkit.keypoints.reading import read_keypoints
from liftkit.recorded import sample_keypoints

pytestmark = needs_chromium
NASTY = '</script><img src=x onerror=alert(1)>"&$data'


@pytest.fixture(scope="module")
def viewer(tmp_path_factory):
    """The page of the lifted sample, whose names try to break out of it."""
    poses = read_keypoints(sample_keypoints())[0]
    x3d = load_record("legs_torso").select([0]).lift(poses.x2d)[0]
    motion = LiftedMotion(replace(poses, name=NASTY), x3d, {"from": NASTY, NASTY: "x"}, fps=15)
    return write_motion(motion, tmp_path_factory.mktemp("page") / "view.html")


@pytest.fixture(scope="module")
def tab():
    with browser(viewport={"width": 1000, "height": 800}, has_touch=True) as page:
        page.on("console", lambda message: page.complaints.append(message.text))  # not errors and warnings alone
        yield page


@pytest.fixture
def page(tab, viewer):
    tab.requests.clear()
    tab.complaints.clear()
    tab.goto(viewer.as_uri())
    return tab


def picture(page, name):
    return page.evaluate(f"document.getElementById('{name}').toDataURL()")


def colours(page, name):
    """How many pixels of each strong colour a canvas shows."""
    script = f"""() => {{ const c = document.getElementById('{name}'), n = {{}};
      const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
      for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) {{
        const k = [d[i], d[i + 1], d[i + 2]].join(); n[k] = (n[k] || 0) + 1; }} return n; }}"""
    return page.evaluate(script)


def test_the_page_runs_without_errors_and_asks_nobody(page):
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(300)
    assert page.complaints == [] and elsewhere(page.requests) == [page.url]
    assert page.locator("h1").text_content() == f"{NASTY}: lifted from 2D to 3D"
    assert page.locator("img").count() == 0 and NASTY in page.locator("dl").text_content()


def test_both_sides_are_drawn_left_blue_right_orange(page):
    for name in "flat", "space":
        found = colours(page, name)
        assert found["0,114,178"] > 100 and found["213,94,0"] > 100 and found["85,85,85"] > 100
    assert "2D" in page.get_by_label("The 2D pose").get_attribute("aria-label")
    assert page.get_by_label("predicted 3D pose").get_attribute("role") == "img"


def test_the_raised_right_hand_is_up_on_the_left_of_the_2d_picture(page):
    """The highest orange pixel of the sample is the waving right hand; the person faces the camera."""
    script = """() => { const c = document.getElementById('flat'), w = c.width;
      const d = c.getContext('2d').getImageData(0, 0, w, c.height).data;
      const top = (r, g) => { for (let i = 0; i < d.length; i += 4)
        if (d[i] === r && d[i + 1] === g && d[i + 3] === 255) return [(i / 4) % w / w, Math.floor(i / 4 / w) / w]; };
      return [top(213, 94), top(0, 114)]; }"""
    right, left = page.evaluate(script)
    assert right[1] < left[1] and right[0] < left[0]


def test_the_slider_changes_both_pictures_and_says_the_frame(page):
    before = picture(page, "flat"), picture(page, "space")
    slider = page.locator("#slider")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert slider.input_value() == "5" and "6 of 58" in page.locator("output").text_content()
    assert picture(page, "flat") != before[0] and picture(page, "space") != before[1]


@pytest.mark.parametrize("key", ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"])
def test_arrow_keys_turn_the_3d_and_leave_the_2d(page, key):
    flat, space = picture(page, "flat"), picture(page, "space")
    page.locator("#space").focus()
    page.keyboard.press(key)
    assert picture(page, "space") != space and picture(page, "flat") == flat
    back = {"Left": "Right", "Right": "Left", "Up": "Down", "Down": "Up"}
    page.keyboard.press("Arrow" + back[key.removeprefix("Arrow")])
    page.wait_for_timeout(50)
    assert picture(page, "flat") == flat


def test_a_finger_turns_the_3d(page):
    space, box = picture(page, "space"), page.locator("#space").bounding_box()
    touch = page.context.new_cdp_session(page)
    for kind, x in ("touchStart", 100), ("touchMove", 130), ("touchMove", 170), ("touchEnd", None):
        points = [] if x is None else [{"x": box["x"] + x, "y": box["y"] + 100}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert picture(page, "space") != space


def test_mouse_turns_and_play_plays_and_pauses(page):
    space, box = picture(page, "space"), page.locator("#space").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 100, steps=4)
    page.mouse.up()
    turned = picture(page, "space")
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    assert turned != space and picture(page, "space") == turned  # nothing turns without a button
    button = page.locator("#play")
    button.click()
    for _ in range(200):
        if (playing := page.locator("#slider").input_value()) != "0":
            break
        page.wait_for_timeout(20)
    assert playing != "0"
    assert button.text_content() == "Pause" and button.get_attribute("aria-pressed") == "true"
    button.click()
    stopped = page.locator("#slider").input_value()
    page.wait_for_timeout(250)
    assert page.locator("#slider").input_value() == stopped and button.text_content() == "Play"
