"""axe-core finds nothing serious in a widget's page. Where it is: AXE_CORE, or what `npm install axe-core` makes."""

import os
from pathlib import Path

import pytest
from lab import browser, needs_chromium
from widget_cells import CELLS, SETUP

HERE = Path(__file__).parents[2]
AXE = Path(os.environ.get("AXE_CORE", HERE / "node_modules" / "axe-core")) / "axe.min.js"
GRAVE = ("serious", "critical")
pytestmark = [
    needs_chromium,
    pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core (npm install axe-core, or its folder in AXE_CORE)"),
]


def findings(page) -> list:
    """What axe finds: the rule, how grave it is, and the first element, if grave."""
    found = page.evaluate("() => axe.run(document).then(({ violations }) => violations)")
    return [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in GRAVE]


def test_axe_finds_nothing_serious_in_any_widgets_page(tmp_path):
    names = {}
    exec(SETUP, names)
    found = {}
    with browser(viewport={"width": 1100, "height": 900}) as page:
        page.set_content("<main><img src='data:,'></main>")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert "image-alt" in [rule for rule, *_ in findings(page)]  # it can find something
        for name, cell in CELLS.items():
            page.goto(eval(cell, names).to_html(tmp_path / f"{name}.html", states=2).as_uri())
            page.locator("section.lk").wait_for()
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found[name] = findings(page)
    assert {name: grave for name, grave in found.items() if grave} == {}
