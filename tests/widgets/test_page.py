"""A widget's saved page in a real browser: a file of its own, since Playwright drives one browser at a time."""

from lab import browser, elsewhere, needs_chromium

from liftkit import load_poses
from liftkit.skeleton import H36M_17
from liftkit.widgets import DragExplorer, PoseViewer
from tests.widgets.test_browser import by_mouse, changed

pytestmark = needs_chromium


def test_a_saved_page_turns_and_plays_without_a_kernel(tmp_path):
    file = PoseViewer(load_poses("synthetic").test).to_html(tmp_path / "page.html", states=5)
    with browser(viewport={"width": 900, "height": 600}) as page:
        page.goto(file.as_uri())
        widget = page.locator("section.lk")
        start = widget.get_attribute("data-view")
        space = widget.locator("svg.lk-skeleton:has(.lk-floor)").first
        space.focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(200)
        assert widget.get_attribute("data-view") != start
        assert changed(widget, lambda: widget.get_by_role("button", name="Play").click())
        widget.get_by_role("button", name="Pause").click()
        assert changed(widget, lambda: by_mouse(widget.locator("input[name=frame]")))
        assert page.complaints == [] and elsewhere(page.requests) == [file.as_uri()]


def test_on_a_phone_the_real_network_answers_a_pull(tmp_path):
    explorer = DragExplorer()
    file = explorer.to_html(tmp_path / "page.html")
    assert file.stat().st_size < 1_500_000
    with browser(viewport={"width": 360, "height": 740}, has_touch=True) as page:
        page.goto(file.as_uri())
        page.wait_for_timeout(500)
        widget, ankle = page.locator("section.lk"), page.locator("svg.lk-pull [data-joint=left_ankle]")
        box = ankle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        for i in range(1, 6):
            page.mouse.move(x + 10 * i, y - 4 * i)
            page.wait_for_timeout(100)
        text = widget.locator(".lk-message").inner_text()  # the hand still holds it
        page.mouse.up()
        assert "left ankle was pulled by" in text and "legs torso moves none" in text
        page.wait_for_timeout(200)
        radii = [
            [float(dot.get_attribute("r")) for dot in widget.locator(f"[data-key=run_{run}] circle").all()]
            for run in (0, 1)
        ]
        torso = [i for i, name in enumerate(H36M_17.names) if i > 6]
        assert max(radii[0][i] for i in torso) > 0.03 > 0.021 > max(radii[1][i] for i in torso)
        for name, value in (("seed", "1"), ("joint", "head")):
            widget.locator(f"select[name={name}]").select_option(value)
        page.wait_for_timeout(200)
        assert "seed 1" in widget.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.complaints == [] and elsewhere(page.requests) == [file.as_uri()]


def test_a_skeleton_that_was_moved_turned_and_redrawn_is_as_one_that_is_drawn_anew(tmp_path):
    """Elements are kept and only what differs is written: nothing of an older picture may stay."""
    file = DragExplorer().to_html(tmp_path / "drag.html")
    again = "window.again = (el) => widget.render({ model, el });\nwidget.render("
    file.write_text(file.read_text().replace("widget.render(", again, 1))
    drawn = """all => all.map((svg) => [svg.ariaLabel, ...[...svg.querySelectorAll("g *")].map((each) => {
      const attributes = [...each.attributes].map(({ name, value }) => `${name}: ${value}`).sort();
      return [each.nodeName, each.textContent, ...attributes];
    })])"""
    with browser(reduced_motion="reduce") as page:
        page.goto(file.as_uri())
        widget = page.locator("section.lk").first
        bones = widget.locator("[data-key=x2d] line.lk-bone")
        bones.evaluate_all("all => all.forEach((each) => { each.kept = true; })")
        widget.locator("svg.lk-pull").focus()
        for key in ("ArrowUp", "ArrowRight", "PageDown", "ArrowLeft"):
            page.keyboard.press(key)
        for name in ("Axes", "Side", "Axes", "Top"):
            widget.get_by_role("button", name=name, exact=True).click()
        for seed in ("0", "all", "1"):
            widget.locator("select[name=seed]").select_option(seed)
        page.wait_for_timeout(300)
        assert set(bones.evaluate_all("all => all.map((each) => each.kept)")) == {True}
        ours = widget.locator("svg.lk-skeleton").evaluate_all(drawn)
        page.evaluate("again(document.body.appendChild(document.createElement('div'))); null")
        page.wait_for_timeout(300)
        anew = page.locator("section.lk").last.locator("svg.lk-skeleton").evaluate_all(drawn)
        assert len(ours) == 3 and anew == ours
