"""What the commands share: their errors in one line, exit codes, and tables that read well."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

BAD_INPUT, STOPPED = 2, 3
SHOWN = ("n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection", "pck", "auc", "mirrored")

DataOption = Annotated[str, typer.Option("--data", help='"synthetic", or the path of a pose file (.npz).')]
# The choices of a training, for `preset_config`.
PresetOption = Annotated[str, typer.Option(help='"lesson" or "paper": what the options below start from.')]
StepsOption = Annotated[int | None, typer.Option(help="Training steps.")]
WidthOption = Annotated[int | None, typer.Option(help="Units of the residual blocks.")]
BatchOption = Annotated[int | None, typer.Option(help="Poses a step and member.")]
LearningRateOption = Annotated[float | None, typer.Option(help="Adam's, for both networks.")]
PriorOption = Annotated[str | None, typer.Option(help='"paper" or "gravity".')]
TiltOption = Annotated[float | None, typer.Option(help="The camera's tilt in degrees (gravity).")]
TiltSpreadOption = Annotated[float | None, typer.Option(help="Its standard deviation where unknown.")]


def friendly(command):
    """Bad input and a failing disk become one clear line and exit code 2, not a traceback."""

    @wraps(command)
    def wrapped(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except (ValueError, OSError) as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(BAD_INPUT) from error

    return wrapped


def show_table(frame, title: str) -> None:
    """Print the table, narrow enough for a terminal of 80 columns; what is too long is folded, never cut."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0)
    for column in frame.columns:
        justify = "right" if frame[column].dtype.kind in "fiu" else "left"
        table.add_column(str(column).replace("_", " "), justify=justify, overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row))
    Console().print(table)


def show_baselines(poses) -> None:
    from liftkit import baselines

    show_table(baselines(poses)[["lifter", *SHOWN[:-1]]], "For comparison: all depths 0; another pose's depths")


def with_summary(table):
    """Rows as text, and below them the mean and the range over seeds."""
    import pandas as pd

    summary = [table[list(SHOWN)].agg(how).to_dict() | {"seed": how} for how in ("mean", "min", "max")]
    return pd.concat([table.astype({"seed": str}), pd.DataFrame(summary)])[["seed", *SHOWN]]


def check_out(out: Path | None) -> None:
    """Refuse a folder that holds something before hours are spent on what could not be saved there."""
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"--out {out}: expected a new or empty folder; nothing is overwritten")
