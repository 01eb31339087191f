"""Screenshots of widgets in a real JupyterLab, for the README: ``python -m benchmarks.screenshots``; needs Chromium."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
from lab import CHROMIUM, browser, lab, run_all, write_notebook

CELLS = {
    "drag": """\
from liftkit.widgets import DragExplorer
pulled = DragExplorer()
pulled.drag("left_ankle", 0.45, 0.35)
pulled""",
    "console": """\
from liftkit.widgets import LiftingConsole
game = LiftingConsole()
game.press("run")
while game.controller.running and game.controller.trainer.steps_done < 300:
    game.controller.tick()
game.press("pause")
game""",
}


def main(out: Annotated[Path, typer.Option(help="The folder of the pictures.")] = Path("docs/pictures")) -> None:
    """Write a picture of each widget as a student sees it."""
    if not CHROMIUM:
        raise SystemExit("needs Chromium (Debian: apt install chromium)")
    out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp()) / "notebooks"
    write_notebook(folder / "widgets.ipynb", CELLS.values())
    with lab(folder) as address, browser(viewport={"width": 1250, "height": 1800}) as page:
        run_all(page, address("widgets.ipynb"))
        page.locator("section.lk").nth(len(CELLS) - 1).wait_for(timeout=120_000)
        page.wait_for_timeout(1000)
        for i, name in enumerate(CELLS):
            page.locator("section.lk").nth(i).screenshot(path=out / f"{name}.png")
            typer.echo(f"{out / name}.png")


if __name__ == "__main__":
    typer.run(main)
