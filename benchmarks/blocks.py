"""What the blocks of results share: their motion, the columns of their tables, and means over seeds with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from formats.positions import read_positions

from liftkit.data.cameras import Motion
from liftkit.data.synthetic import synthetic_motion
from liftkit.study.statistics import interval
from liftkit.system.files import write_atomically

FORBIDDEN, ALLOWED = ALIGNMENTS = ["pa_mpjpe", "pa_mpjpe_reflection"]  # reflection in the alignment
ERRORS = [*ALIGNMENTS, "n_mpjpe"]
COLUMNS = ["representation", "seed", *ERRORS, "mirrored"]
TEST_POSES = 4096

FILE = Annotated[Path | None, typer.Argument(help="Joint positions (cmu17_bodies.npz); default: synthetic people.")]
SEEDS = Annotated[int, typer.Option(help="Seeds 0, 1, ... of each training.")]
WIDTH = Annotated[int, typer.Option(help="Units of the networks.")]
STEPS = Annotated[int, typer.Option(help="Training steps.")]
BATCH = Annotated[int, typer.Option(help="Poses per step and seed.")]
RATE = Annotated[float, typer.Option(help="Learning rate; the paper's 2e-4 belongs to far longer training.")]
PRIOR = Annotated[str, typer.Option(help="paper or gravity.")]
FOLDER = Annotated[Path, typer.Option(help="Where the studies are kept; killed, the command goes on from there.")]
OUT = Annotated[Path, typer.Option(help="The table to write.")]
PROCESSES = Annotated[int | None, typer.Option(help="Default: one per core.")]


def read_motion(file: Path | None) -> Motion:
    """The motion of a file of joint positions, or of the embedded synthetic people."""
    return synthetic_motion() if file is None else read_positions(file)


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV, with four decimals; its folder is made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_atomically(path, lambda file: table.round(4).to_csv(file, index=False))


def with_stored(table: pd.DataFrame, path: Path, key: str, order: Sequence[str] = ()) -> pd.DataFrame:
    """A table, with the rows that the one at ``path`` has for other values of ``key``, a text; these values in order,
    and no others, or all by the alphabet."""
    stored = pd.read_csv(path, dtype={key: str}) if path.exists() else table[:0]
    order = order or sorted({*stored[key], *table[key]})
    both = pd.concat([stored[stored[key].isin(set(order) - set(table[key]))], table], ignore_index=True)
    return both.sort_values(key, kind="stable", key=lambda names: names.map(list(order).index))


def chosen(names: Sequence[str] | None, possible: Iterable[str], option: str) -> list[str]:
    """The names that were asked for, or all. Raises typer.BadParameter for an unknown one."""
    if unknown := sorted(set(names or ()) - set(possible)):
        raise typer.BadParameter(f"{option} {unknown[0]!r} is none of {', '.join(possible)}")
    return list(names or possible)


def with_interval(values: Sequence[float], digits: int = 1) -> str:
    """The mean and its interval over seeds as text, for example "65.7 (62.1 to 69.3)"; "-" if there is no interval."""
    return with_ends(pd.Series(values).mean(), *interval(values), digits)


def with_ends(mean: float, low: float, high: float, digits: int = 1) -> str:
    """A mean and its interval that are known already, as :func:`with_interval` writes them."""
    between = f"{low:.{digits}f} to {high:.{digits}f}" if low == low else "-"
    return f"{mean:.{digits}f} ({between})"


def percent(shares: pd.Series) -> str:
    """The mean of shares in per cent, and its interval, which ends at 0 and 100, as :func:`with_interval` writes it."""
    return with_ends(100 * shares.mean(), *np.clip(interval(100 * shares), 0, 100), 0)


def means(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """One row per group: the number of seeds, the errors in both alignments and the share of mirrored poses."""
    rows = []
    for group, seeds in table.groupby(by, sort=False):
        rows.append(
            dict(zip(by, group, strict=True))
            | {"seeds": seeds.seed.nunique()}
            | {"PA-MPJPE": with_interval(seeds.pa_mpjpe), "reflection": with_interval(seeds.pa_mpjpe_reflection)}
            | {"mirrored %": percent(seeds.mirrored)}
        )
    return pd.DataFrame(rows)


def interval_columns(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """One row per group, as numbers: the errors in both alignments with the ends of their intervals over seeds."""
    rows = []
    for group, seeds in table.groupby(by, sort=False):
        row = dict(zip(by, group, strict=True)) | {"seeds": len(seeds)}
        for error in ALIGNMENTS:
            low, high = interval(seeds[error])
            row |= {error: seeds[error].mean(), f"{error}_low95": low, f"{error}_high95": high}
        rows.append(row)
    return pd.DataFrame(rows)
