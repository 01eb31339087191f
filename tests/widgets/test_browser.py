"""Every widget in a real JupyterLab in a real browser: it appears, hands move it, and it keeps quiet."""

import os

import pytest
from lab import browser, elsewhere, lab, needs_chromium, ours, run_all, write_notebook
from widget_cells import CELLS, SETUP

import liftkit.widgets
from liftkit.widgets import WIDGETS

pytestmark = needs_chromium


@pytest.fixture(scope="module", params=["Light", "Dark"])
def page(request, tmp_path_factory):
    """A notebook with every widget, all cells run, in both themes."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    write_notebook(folder / "widgets.ipynb", [SETUP, *CELLS.values()])
    theme = f"JupyterLab {request.param}"
    with lab(folder, theme) as address, browser(viewport={"width": 1100, "height": 900}) as page:
        page.theme = request.param.lower()
        run_all(page, address("widgets.ipynb"))
        yield page


def test_the_theme_is_the_one_asked_for(page):
    light = page.evaluate("document.body.dataset.jpThemeLight")
    assert light == {"light": "true", "dark": "false"}[page.theme]


def widget_of(page, name: str):
    """The widget on the page, scrolled into view; JupyterLab draws the cells in view only."""
    title = WIDGETS[name].Controller.title
    found = page.locator(f'section.lk[aria-label="{title}"]').first
    panel = page.locator(".jp-WindowedPanel-outer").first
    for _ in range(120):
        for top in range(0, panel.evaluate("panel => panel.scrollHeight") + 1, 500):
            if found.count():
                found.scroll_into_view_if_needed()
                return found
            panel.evaluate("(panel, top) => panel.scrollTo(0, top)", top)
            page.wait_for_timeout(150)
    raise AssertionError(f"{name} was never drawn")


def changed(page, widget, act) -> bool:
    """Whether something that is drawn has changed within ten seconds after an act."""
    before = widget.locator(".lk-panels").inner_html()
    act()
    for _ in range(100):
        if widget.locator(".lk-panels").inner_html() != before:
            return True
        page.wait_for_timeout(100)
    return False


def test_every_widget_has_a_cell():
    assert set(CELLS) == set(WIDGETS) == set(liftkit.widgets.__all__) - {"WIDGETS", "Widget"}


@pytest.mark.parametrize("name", list(CELLS))
def test_it_appears_and_answers_mouse_and_keys(page, name):
    widget = widget_of(page, name)
    widget.locator(".lk-panel svg, .lk-note").first.wait_for(timeout=20_000)
    if folder := os.environ.get("LIFTKIT_SCREENSHOTS"):
        page.wait_for_timeout(500)
        widget.screenshot(path=f"{folder}/{name}_{page.theme}.png")
    hands = widget.locator(".lk-bar input, .lk-bar select, .lk-bar button")
    tried = {"mouse": [], "keys": []}
    for i in range(hands.count()):
        hand = hands.nth(i)
        kind, label = hand.get_attribute("type") or "select", hand.get_attribute("name") or "play"
        tried["mouse"].append((label, lambda hand=hand, kind=kind: by_mouse(hand, kind)))
        tried["keys"].append((label, lambda hand=hand, kind=kind: by_keys(hand, kind)))
    for how, acts in tried.items():
        assert any(changed(page, widget, act) for _, act in acts), f"{name}: nothing is changed by {how}"
    assert widget.locator(".lk-error").is_hidden(), widget.locator(".lk-error").inner_text()


def by_mouse(hand, kind: str) -> None:
    if kind == "range":
        box = hand.bounding_box()
        hand.click(position={"x": box["width"] * 0.8, "y": box["height"] / 2})
    elif kind == "select":
        options = hand.locator("option").all_inner_texts()
        hand.select_option(index=min(1, len(options) - 1))
    else:
        hand.click()


def by_keys(hand, kind: str) -> None:
    hand.focus()
    hand.press({"range": "ArrowLeft", "select": "ArrowDown"}.get(kind, "Space"))


@pytest.mark.parametrize("name", list(CELLS))
def test_the_camera_stays_where_it_was_put(page, name):
    widget = widget_of(page, name)
    space = widget.locator("figure svg.lk-skeleton:has(.lk-floor)")
    if not space.count():
        pytest.skip(f"{name} shows nothing to turn")
    start = widget.get_attribute("data-view")
    space.first.scroll_into_view_if_needed()
    box = space.first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 40, steps=5)
    page.mouse.up()
    page.wait_for_timeout(200)
    turned = widget.get_attribute("data-view")
    assert turned != start
    space.first.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    turned, before = widget.get_attribute("data-view"), turned
    assert turned != before
    select = widget.locator(".lk-bar select, .lk-bar input[type=range]").first
    changed(page, widget, lambda: by_keys(select, select.get_attribute("type") or "select"))
    assert widget.get_attribute("data-view") == turned


def test_the_console_and_the_network_are_quiet(page):
    assert ours(page.complaints) == []
    assert elsewhere(page.requests) == []


def test_it_is_usable_at_700_pixels(page):
    page.set_viewport_size({"width": 700, "height": 900})
    for name in CELLS:
        widget = widget_of(page, name)
        page.wait_for_timeout(300)
        assert widget.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), f"{name} is cut off"
    page.set_viewport_size({"width": 1100, "height": 900})


def test_a_cell_that_runs_again_leaves_nothing_behind(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_timeout(3000)
    for name in CELLS:
        widget = widget_of(page, name)
        title = WIDGETS[name].Controller.title
        assert page.locator(f'section.lk[aria-label="{title}"]').count() == 1 and widget.is_visible()
