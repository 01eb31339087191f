"""How widgets fit on a screen, in a real browser: their heights, narrow windows, and the views of 3D panels."""

from pathlib import Path

import pytest
from lab import browser, needs_chromium
from widget_cells import CELLS, SETUP

from liftkit.view.controller import Controller
from liftkit.view.page import page_html
from liftkit.view.stored import stored

pytestmark = needs_chromium
HIGHEST = 640  # pixels, of a window of 1366 x 768
SMALLEST = 10  # pixels, the height of a chart's text
# Of every chart the height of its text in pixels, and pairs of texts whose boxes, between the heads and feet of small
# letters, touch; boxes may be turned.
TEXTS = """all => all.map((svg) => {
  const written = [...svg.querySelectorAll("text")].filter((each) => each.textContent.trim());
  const corners = written.map((each) => {
    const { x, y, width, height } = each.getBBox(), m = each.getScreenCTM();
    const [top, bottom] = [y + 0.25 * height, y + 0.8 * height];
    const found = [[x, top], [x + width, top], [x + width, bottom], [x, bottom]];
    return found.map(([u, v]) => [m.a * u + m.c * v + m.e, m.b * u + m.d * v + m.f]);
  });
  const sides = ([a, b, , d]) => [b, d].map((end) => [end[0] - a[0], end[1] - a[1]]);
  const apart = (one, other) => [...sides(one), ...sides(other)].some(([u, v]) => {
    const along = (box) => box.map(([x, y]) => (x * u + y * v) / Math.hypot(u, v)), [p, q] = [one, other].map(along);
    return Math.max(...p) < Math.min(...q) - 1 || Math.max(...q) < Math.min(...p) - 1;
  });
  const pairs = written.flatMap((one, i) => written.slice(0, i).flatMap((other, j) =>
    apart(corners[i], corners[j]) ? [] : [[other.textContent, one.textContent]]));
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return [parseFloat(getComputedStyle(svg).fontSize) * scale, pairs];
})"""
LONG = {  # states with more text than the first
    "StudyExplorer": lambda control: control.pick("seeds", "five_parts,2"),
    "CorrelationExplorer": lambda control: control.set("partner", "right_wrist"),
    "SwapExplorer": lambda control: control.set("step", "the difference"),
    "RepresentationExplorer": lambda control: (control.press("start"), control.set("segments", 4)),
    "ClaimBoard": lambda control: control.set("claim", control.titles[-2]),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """name -> a page with the widget's first state and all of its controls."""
    names, found, folder = {}, {}, tmp_path_factory.mktemp("pages")
    exec(SETUP, names)
    for name, cell in CELLS.items():
        controller = eval(cell, names).controller
        found[name] = written(controller, folder / f"{name}.html")
        if name in LONG:
            LONG[name](controller)
            found[f"{name}, long"] = written(controller, folder / f"{name}_long.html")
    return found


def written(controller: Controller, file: Path) -> Path:
    state, (answers, _) = controller.state(), stored(controller, [], 1, 10**6)
    state["scene"]["browser"] = "stored"
    file.write_text(page_html(controller.title, state | {"answers": answers, "note": ""}))
    return file


@pytest.fixture(scope="module")
def page():
    with browser(reduced_motion="reduce") as page:
        yield page


def shown(page, file, width: int):
    page.set_viewport_size({"width": width, "height": 768})
    page.goto(file.as_uri())
    page.locator(".lk-bar select, .lk-bar input, .lk-bar button").first.wait_for()
    return page.locator("section.lk")


def fits_on_a_laptop(page, file):
    widget = shown(page, file, 1366)
    assert widget.bounding_box()["height"] <= HIGHEST
    for more in widget.locator(".lk-more summary").all():
        more.click()
        assert widget.bounding_box()["height"] <= HIGHEST


@pytest.mark.parametrize("name", CELLS)
def test_it_fits_on_a_laptop_and_nothing_overflows_on_a_phone(page, pages, name):
    fits_on_a_laptop(page, pages[name])
    for width in (800, 360):
        widget = shown(page, pages[name], width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = [
            each.bounding_box()
            for each in widget.locator(".lk-panel, .lk-bar > :not(details)").all()
            if each.is_visible()
        ]
        assert max(box["x"] + box["width"] for box in boxes) <= width, f"{width} px"


@pytest.mark.parametrize("name", LONG)
def test_it_fits_on_a_laptop_when_it_says_much(page, pages, name):
    fits_on_a_laptop(page, pages[f"{name}, long"])


def test_what_belongs_together_stands_together_at_800_pixels(page, pages):
    widget = shown(page, pages["LiftingConsole"], 800)
    for i in range(2):
        tops = [widget.locator(f"[data-key={key}_{i}]").bounding_box()["y"] for key in ("given", "lifted")]
        assert tops[0] == tops[1]


@pytest.mark.parametrize("name, width", [("CorrelationExplorer", 1366), ("PoseViewer", 800), ("SwapExplorer", 800)])
def test_pictures_side_by_side_begin_at_one_height_however_long_their_titles_are(page, pages, name, width):
    widget = shown(page, pages[name], width)
    rows = {}
    for figure in widget.locator("figure").all():
        title, content = (figure.locator(f":scope > *:nth-child({n})").bounding_box() for n in (1, 2))
        rows.setdefault(title["y"], []).append((title["height"], content["y"]))
    titles, tops = zip(*(zip(*row, strict=True) for row in rows.values()), strict=True)
    assert any(len(set(heights)) > 1 for heights in titles) and all(len(set(row)) == 1 for row in tops)


def test_few_panels_beside_a_chart_are_as_high_as_it(page, pages):
    widget = shown(page, pages["ShadowExplorer"], 1366)
    chart, side = (widget.locator(f"[data-key={key}] svg").first.bounding_box() for key in ("x2d", "side"))
    assert side["height"] >= chart["height"] > 250


def test_on_a_phone_what_is_compared_stands_together_and_no_chart_is_half_as_wide(page, pages):
    widget = shown(page, pages["BeTheLifter"], 360)
    near = [widget.locator(f"[data-key=near_{i}]").bounding_box()["y"] for i in (0, 1)]
    assert near[0] == near[1]
    widget = shown(page, pages["LiftingConsole"], 360)
    for key in ("losses", "error", "verdicts"):
        assert widget.locator(f"[data-key={key}] svg").first.bounding_box()["width"] >= 250


@pytest.mark.parametrize("name", CELLS)
def test_text_of_charts_is_large_enough_on_a_phone_and_does_not_overlap(page, pages, name):
    for each in [name, f"{name}, long"] if name in LONG else [name]:
        for height, pairs in shown(page, pages[each], 360).locator("svg.lk-chart").evaluate_all(TEXTS):
            assert height >= SMALLEST and pairs == []


def test_a_phones_page_scrolls_by_any_panel_but_one_that_is_pulled(page, pages):
    widget = shown(page, pages["DragExplorer"], 360)
    touch = widget.locator("svg.lk-skeleton").evaluate_all("all => all.map((e) => getComputedStyle(e).touchAction)")
    assert touch == ["none", "pan-y", "pan-y"]


@pytest.mark.parametrize("name", ["DragExplorer", "ViewExplorer", "LiftingConsole", "ShadowExplorer"])
def test_nothing_is_drawn_as_a_layer_of_its_own_which_would_darken_dark_paper(page, pages, name):
    widget = shown(page, pages[name], 1366)
    drawn = widget.locator("svg.lk-skeleton *:not(image)")
    assert set(drawn.evaluate_all("all => all.map((e) => getComputedStyle(e).opacity)")) == {"1"}
    assert drawn.evaluate_all("all => all.filter((e) => getComputedStyle(e).strokeOpacity < 1).length") > 10


def test_controls_that_are_unfolded_do_not_touch_each_other(page, pages):
    widget = shown(page, pages["StudyExplorer"], 1366)
    widget.locator("summary").first.click()
    boxes = [each.bounding_box() for each in widget.locator(".lk-more .lk-control").all()]
    rows = [(a, b) for a, b in zip(boxes, boxes[1:], strict=False) if b["x"] > a["x"]]
    assert len(rows) > 3 and all(b["x"] - a["x"] - a["width"] >= 10 for a, b in rows)


def test_buttons_show_a_pose_as_the_camera_does_from_the_side_and_from_above(page, pages):
    widget = shown(page, pages["PoseViewer"], 800)
    views = {"Camera": "0.000 0.000", "Side": "1.571 0.000", "Top": "0.000 1.500"}
    for name, view in views.items():
        widget.get_by_role("button", name=name, exact=True).click()
        page.wait_for_timeout(100)
        assert widget.get_attribute("data-view") == view
    camera = widget.locator("path.lk-camera").first
    assert camera.get_attribute("d")
    widget.get_by_role("button", name="Camera", exact=True).click()
    page.wait_for_timeout(100)
    assert not camera.get_attribute("d")  # one looks through it
    widths = widget.locator("[data-key=truth] line.lk-bone").evaluate_all(
        "all => all.map((e) => parseFloat(e.style.strokeWidth))"
    )
    assert widths == sorted(widths) and widths[-1] > 1.1 * widths[0]  # far ones first


@pytest.mark.parametrize("scheme, paper", [("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 17, 17)")])
def test_a_page_follows_the_readers_theme(page, pages, scheme, paper):
    page.emulate_media(color_scheme=scheme)
    widget = shown(page, pages["SeedLottery"], 800)
    assert widget.evaluate("node => getComputedStyle(node).backgroundColor") == paper
    assert widget.locator("svg .lk-paper").first.evaluate("node => getComputedStyle(node).fill") == paper
    page.emulate_media(color_scheme=scheme, media="print")
    page.wait_for_timeout(100)
    assert widget.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
