"""Screenshots of every widget, and the README's pictures: ``python -m benchmarks.screenshots``; needs Chromium.

Each is the widget's own page: on phone (360 pixels), tablet (800) and laptop (1366), light and dark, and on paper.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from lab import CHROMIUM, browser
from widget_cells import CELLS, SETUP

from liftkit.view.controller import Controller
from liftkit.view.page import page_html
from liftkit.view.stored import stored

PICTURES = Path("docs/pictures")
LOOKS = {
    f"{width}_{scheme}": {"width": width, "color_scheme": scheme}
    for width in (360, 800, 1366)
    for scheme in ("light", "dark")
} | {"paper": {"width": 800, "media": "print"}}
README = {"drag": "DragExplorer()", "views": "ViewExplorer()", "console": "LiftingConsole()"}
GAME = 300  # steps of the console in the README


def page_of(controller: Controller) -> str:
    """A page with the widget's present state and all of its controls."""
    state, (answers, _) = controller.state(), stored(controller, [], 1, 10**6)
    state["scene"]["browser"] = "stored"
    return page_html(controller.title, state | {"answers": answers, "note": ""})


def shoot(page, file: Path, target: Path, *, width: int, **media: str) -> None:
    """A picture of a page's widget as it looks in a window of this width."""
    page.set_viewport_size({"width": width, "height": 768})
    page.emulate_media(**{"color_scheme": "light", "media": "screen"} | media)
    page.goto(file.as_uri())
    page.locator(".lk-bar select, .lk-bar input, .lk-bar button").first.wait_for()
    page.wait_for_timeout(300)
    page.locator("section.lk").screenshot(path=target)
    typer.echo(target)


def main(every: Annotated[Path | None, typer.Option(help="A folder for pictures of every widget.")] = None) -> None:
    """Write the README's pictures, or, with --every, those of all widgets in all their looks."""
    if not CHROMIUM:
        raise SystemExit("needs Chromium (Debian: apt install chromium)")
    names: dict = {}
    exec(SETUP, names)
    out, looks = (every, LOOKS) if every else (PICTURES, {"": LOOKS["1366_light"]})
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser(reduced_motion="reduce") as page:
        for name, cell in (CELLS if every else README).items():
            controller = eval(cell, names).controller
            if name == "console":
                controller.game.run(GAME, float("inf"))
                controller.press("pause")
            file = Path(folder) / f"{name}.html"
            file.write_text(page_of(controller))
            for look, how in looks.items():
                shoot(page, file, out / f"{name}{look and '_'}{look}.png", **how)


if __name__ == "__main__":
    typer.run(main)
