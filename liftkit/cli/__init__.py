"""The command line: ``liftkit train | study | evaluate | draw | lift | data | course | doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from liftkit import __version__
from liftkit.cli.common import say
from liftkit.cli.course import course
from liftkit.cli.data import data
from liftkit.cli.draw import draw
from liftkit.cli.evaluate import evaluate_
from liftkit.cli.lift import lift
from liftkit.cli.study import study
from liftkit.cli.train import train

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.command()(train)
app.command()(study)
app.command("evaluate")(evaluate_)
app.command()(draw)
app.command()(lift)
app.add_typer(data, name="data")
app.add_typer(course, name="course")


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"liftkit {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Learn to lift 2D human poses to 3D."""


@app.command()
def doctor() -> None:
    """Check this machine: versions, device, threads, memory; each problem with its remedy.

    Example: `liftkit doctor`
    """
    from liftkit.system.doctor import examine

    findings = examine()
    for finding in findings:
        mark = "FAIL" if finding.fatal and finding.remedy else "note" if finding.remedy else "ok"
        say(f"{mark:5}{finding.what:13}{finding.found}" + (f"\n{'':5}-> {finding.remedy}" if finding.remedy else ""))
    if any(finding.fatal and finding.remedy for finding in findings):
        raise typer.Exit(1)
    say("liftkit can run here.")
