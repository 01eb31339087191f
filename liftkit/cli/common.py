"""What the commands share beside their options: errors in one line, exit codes, and tables."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from functools import wraps

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from liftkit.cli.options import unfolded
from liftkit.system.extras import MissingPackage
from liftkit.system.numbers import Rounded

BAD_INPUT, STOPPED = 2, 3  # exit codes
SHOWN = ("n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection", "pck", "auc", "mirrored")


def friendly(command):
    """Turn bad input and a failing disk into one clear line and exit code 2, and a warning into a line.

    A parameter that is a dataclass becomes options of its own.
    """
    command = unfolded(command)

    @wraps(command)
    def wrapped(*args, **kwargs):
        for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a letter is no failure
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: say(f"Warning: {message}", err=True)
            try:
                return command(*args, **kwargs)
            except BrokenExecutor as error:
                end = "A worker process was ended from outside, perhaps because memory ran out"
                say(f"Error: {end}. What is done is kept: the same command goes on.", err=True)
                raise typer.Exit(STOPPED) from error
            except (MissingPackage, ValueError, OSError) as error:
                say(f"Error: {error}", err=True)
                raise typer.Exit(BAD_INPUT) from error
            except (MemoryError, RuntimeError) as error:
                if isinstance(error, RuntimeError) and "alloc" not in str(error):  # torch's kind for a lack of memory
                    raise
                say("Error: memory ran out; smaller numbers (width, batch, seeds, poses) take less", err=True)
                raise typer.Exit(BAD_INPUT) from error

    return wrapped


@contextmanager
def stoppable(message: str) -> Iterator[None]:
    """Let Ctrl-C and a termination from outside end what goes on with one line and exit code 3."""

    def stop(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt as error:
        say(f"\nStopped. {message}", err=True)
        raise typer.Exit(STOPPED) from error
    finally:
        signal.signal(signal.SIGTERM, before)


def say(text: object = "", err: bool = False) -> None:
    """Print a line. Foreign text may be in it: control characters, which a terminal would obey, are made visible."""
    typer.echo(visible(str(text)), err=err)


def visible(text: str) -> str:
    """The text with an escape in place of every control character but the end of a line.

    >>> visible("left\x1b[31m red")
    'left\\\\x1b[31m red'
    """
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def show_table(frame, title: str) -> None:
    """Print the table, narrow enough for a terminal of 80 columns; long cells are folded, never cut."""
    table = Table(title=Text(visible(title)), title_justify="left", box=SIMPLE_HEAD, padding=0)
    for column in frame.columns:
        justify = "right" if frame[column].dtype.kind in "fiu" else "left"
        table.add_column(Text(visible(str(column)).replace("_", " ")), justify=justify, overflow="fold")
    for row in frame.itertuples(index=False):  # as Text, so that "[red]" stays what it is
        cells = (f"{Rounded(value):.2f}" if isinstance(value, float) else str(value) for value in row)
        table.add_row(*(Text(visible(cell)) for cell in cells))
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
