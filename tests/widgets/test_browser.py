"""Every widget in a real JupyterLab in a real browser: it appears, hands move it, and it keeps quiet."""

import os

import pytest
from lab import browser, elsewhere, lab, needs_chromium, ours, run_all, write_notebook
from widget_cells import CELLS, SETUP

import liftkit.widgets
from liftkit.widgets import WIDGETS

pytestmark = needs_chromium
# From now on ``panels.change`` is a promise: whether what is drawn has changed within some seconds.
WATCH = """(panels, seconds) => {
  const before = panels.innerHTML, all = { subtree: true, childList: true, characterData: true, attributes: true };
  panels.change = new Promise((done) => {
    const observer = new MutationObserver(() => panels.innerHTML !== before && end(true));
    const end = (result) => { observer.disconnect(); done(result); };
    observer.observe(panels, all);
    setTimeout(() => end(false), 1000 * seconds);
  });
}"""
READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3
# Of every visible text of a widget: the contrast of its colour with what is painted below its centre (WCAG's formula).
CONTRASTS = """root => {
  const rgba = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a));
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const paint = (node) => {
    const style = getComputedStyle(node), shape = node instanceof SVGElement && node.tagName !== "svg";
    const [r, g, b, a] = rgba((shape ? style.fill : style.backgroundColor).replace("none", "0 0 0 0"));
    return [r, g, b, a * (shape ? style.fillOpacity : 1)];
  };
  const nodes = [...root.querySelectorAll("*")].filter((node) =>
    [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && !node.disabled
    && !node.closest("option, title, desc, [hidden]") && node.checkVisibility());
  return nodes.flatMap((node) => {
    node.scrollIntoView({ block: "center", inline: "center" });
    const box = node.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) return [];
    const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const below = stack.filter((other) => other !== node && !node.contains(other) && other.tagName !== "text");
    if (!(node instanceof SVGElement)) below.unshift(node);
    const background = below.map(paint).reduceRight((rgb, layer) => over(layer, rgb), [255, 255, 255]);
    const style = getComputedStyle(node);
    const colour = over(rgba(node instanceof SVGElement ? style.fill : style.color), background);
    const [a, b] = [light(colour), light(background)].sort((x, y) => y - x);
    return [{ text: node.textContent.slice(0, 40), contrast: (a + 0.05) / (b + 0.05), colour, background }];
  });
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A notebook with every widget, all cells run."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    write_notebook(folder / "widgets.ipynb", [SETUP, *CELLS.values()])
    with lab(folder) as address, browser(viewport={"width": 1100, "height": 900}) as page:
        run_all(page, address("widgets.ipynb"))
        for state in ("Busy", "Idle"):  # a widget of a kernel that runs further cells answers only after them
            page.get_by_text(f"Python 3 (ipykernel) | {state}").wait_for(timeout=120_000)
        yield page


def choose_theme(page, name: str) -> None:
    """Choose "Light" or "Dark" in JupyterLab's menu."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).click()
    page.get_by_text(f"JupyterLab {name}", exact=True).click()
    light = {"Light": "true", "Dark": "false"}[name]
    page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached", timeout=20_000)


def widget_of(page, name: str):
    """The widget on the page, scrolled into view; JupyterLab before 4.6 attaches only the cells in view."""
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


def changed(widget, act, seconds: float = 10) -> bool:
    """Whether something that is drawn has changed within some seconds after an act."""
    panels = widget.locator(".lk-panels")
    panels.evaluate(WATCH, seconds)
    act()
    return panels.evaluate("panels => panels.change")


def test_every_widget_has_a_cell():
    assert set(CELLS) == set(WIDGETS) == set(liftkit.widgets.__all__) - {"WIDGETS", "Widget"}


@pytest.mark.parametrize("name", list(CELLS))
def test_it_answers_mouse_and_keys_and_keeps_its_camera(page, name):
    widget = widget_of(page, name)
    widget.locator(".lk-panel svg, .lk-note").first.wait_for(timeout=20_000)
    hands = widget.locator(".lk-bar input, .lk-bar select, .lk-bar button").all()
    for act in (by_mouse, by_keys):  # a control may show what it shows already, so the first wait is short
        tried = [(hand, seconds) for seconds in (1, 10) for hand in hands]
        answers = (changed(widget, lambda hand=hand, act=act: act(hand), seconds) for hand, seconds in tried)
        assert any(answers), f"{name}: nothing is changed {act.__name__}"
    turn_and_check(page, widget)
    assert widget.locator(".lk-error").is_hidden(), widget.locator(".lk-error").inner_text()


def kind_of(hand) -> str:
    return hand.get_attribute("type") or "select"


def by_mouse(hand) -> None:
    kind = kind_of(hand)
    if kind == "range":
        box = hand.bounding_box()
        hand.click(position={"x": box["width"] * 0.8, "y": box["height"] / 2})
    elif kind == "select":
        options = hand.locator("option").all_inner_texts()
        hand.select_option(index=min(1, len(options) - 1))
    else:
        hand.click()


def by_keys(hand) -> None:
    hand.focus()
    hand.press({"range": "ArrowLeft", "select": "ArrowDown"}.get(kind_of(hand), "Space"))


def turn_and_check(page, widget) -> None:
    """Turn a 3D panel, if there is one, by mouse and by key; a control that is used then leaves it so."""
    space = widget.locator("figure svg.lk-skeleton:has(.lk-floor)")
    if not space.count():
        return
    views = [widget.get_attribute("data-view")]
    space.first.scroll_into_view_if_needed()
    box = space.first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 40, steps=5)
    page.mouse.up()
    page.wait_for_timeout(200)
    views.append(widget.get_attribute("data-view"))
    space.first.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    views.append(widget.get_attribute("data-view"))
    assert len(set(views)) == 3
    changed(widget, lambda: by_keys(widget.locator(".lk-bar select, .lk-bar input[type=range]").first), seconds=1)
    assert widget.get_attribute("data-view") == views[-1]


def test_the_widgets_that_show_3d_have_a_camera(page):
    turning = {name for name in CELLS if widget_of(page, name).locator("svg.lk-skeleton:has(.lk-floor)").count()}
    turned = "PoseViewer ViewExplorer LiftingConsole DragExplorer ShadowExplorer SwapExplorer CycleExplorer"
    assert turning == set(turned.split())


def test_a_drag_is_answered_in_the_browser_and_the_kernel_is_told_at_its_end(page):
    widget, sent = widget_of(page, "DragExplorer"), []
    joint = widget.locator("svg.lk-pull [data-joint=left_ankle]")
    box = joint.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.wait_for_timeout(5000)  # the networks come
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.on("Network.webSocketFrameSent", lambda frame: sent.append(frame))
    message = widget.locator(".lk-message")
    page.mouse.down()
    for i in range(1, 11):
        page.mouse.move(x + 3 * i, y - i)
        page.wait_for_timeout(30)
    held = message.inner_text()
    assert "left ankle was pulled by" in held and sent == []
    page.mouse.up()
    page.wait_for_timeout(3000)
    assert len(sent) >= 1 and message.inner_text() == held


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


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_texts_can_be_read_in_both_themes(page, theme):
    choose_theme(page, theme)
    page.wait_for_timeout(500)
    for name in CELLS:
        widget = widget_of(page, name)
        if folder := os.environ.get("LIFTKIT_SCREENSHOTS"):
            widget.screenshot(path=f"{folder}/{name}_{theme.lower()}.png")
        contrasts = widget.evaluate(CONTRASTS)
        assert len(contrasts) > 3
        assert [found for found in contrasts if found["contrast"] < READABLE] == [], name
