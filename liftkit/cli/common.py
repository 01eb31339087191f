"""What the commands share beside their options: errors in one line, exit codes, and tables."""

from __future__ import annotations

import warnings
from functools import wraps

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

BAD_INPUT, STOPPED = 2, 3  # exit codes
SHOWN = ("n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection", "pck", "auc", "mirrored")


def friendly(command):
    """Turn bad input and a failing disk into one clear line and exit code 2, and a warning into a line."""

    @wraps(command)
    def wrapped(*args, **kwargs):
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: typer.echo(f"Warning: {message}", err=True)
            try:
                return command(*args, **kwargs)
            except (ValueError, OSError) as error:
                typer.echo(f"Error: {error}", err=True)
                raise typer.Exit(BAD_INPUT) from error

    return wrapped


def show_table(frame, title: str) -> None:
    """Print the table, narrow enough for a terminal of 80 columns; long cells are folded, never cut."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0)
    for column in frame.columns:
        justify = "right" if frame[column].dtype.kind in "fiu" else "left"
        table.add_column(str(column).replace("_", " "), justify=justify, overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row))
    Console().print(table)


def show_baselines(poses, joints: int = 17) -> None:
    from liftkit import baselines

    table = baselines(poses, joints=joints)[["lifter", *SHOWN[:-1]]]
    show_table(table, "For comparison: all depths 0; another pose's depths")


def with_summary(table):
    """One row per seed as text, then the mean and the range over seeds."""
    import pandas as pd

    summary = [table[list(SHOWN)].agg(how).to_dict() | {"seed": how} for how in ("mean", "min", "max")]
    return pd.concat([table.astype({"seed": str}), pd.DataFrame(summary)])[["seed", *SHOWN]]
