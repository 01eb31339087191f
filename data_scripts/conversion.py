"""Commands that turn files of data sets into pose files. Here, what those that go clip by clip share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import numpy as np

    from liftkit.poses import PoseSet

CheckOption = typer.Option("--check", help="Read everything, tell what there is, write nothing.")


KEYS = ("split", "subject", "action", "camera")


def convert(
    read: Callable[[Container[int]], Iterable[PoseSet]],
    out: Path,
    sources: Sequence[Path],
    expected: Iterable[tuple[str, str]],
    options: dict,
    check: bool,
) -> None:
    """Write PoseSets as one pose file ``out``, and beside it NAME.json: options, counts, sources' sha256, versions.

    ``read`` gives them without the clips of the numbers it is told: those that a stopped run of the same conversion has
    left. ``expected`` (subject, action) pairs that are not there are told. With ``check`` it only reads, all of it, and
    tells. Raises ValueError where either file exists, or parts of a conversion with other options or sources.
    """
    from formats.pose_clips import keep_clips, labels_of, write_clips

    from liftkit.data.pose_files import begin, finish

    parts, record = begin(out, sources, options), out.with_suffix(".json")
    kept = parts.whole()
    counts: dict[tuple, int] = {}
    if check:
        for poses in _progress(read(()), out.stem):
            _count(vars(poses), counts)
    else:
        tell_kept(kept, parts.folder)
        with parts:
            keep_clips(_progress(read(kept), out.stem), parts)
            for labels in labels_of(parts):
                _count(labels, counts)
            sets = [dict(zip(KEYS, key, strict=True), poses=n) for key, n in sorted(counts.items())]
            about = {"poses": sum(counts.values()), "sets": sets, "options": options}
            finish(parts, lambda path: write_clips(parts, path), out, sources, about)
    _tell(counts, expected)
    total = sum(counts.values())
    if check:
        typer.echo(f"{total:,} poses; would be written to {out} and {record}. Nothing was written.")
        tell_kept(kept, parts.folder)
    else:
        typer.echo(f"{total:,} poses, saved in {out}; where they came from, in {record}.")


def tell_kept(kept: Collection[int], folder: Path) -> None:
    """Say how many recordings a stopped run has left, where it has."""
    if kept:
        typer.echo(f"{len(kept):,} recordings need not be read again: a run that was stopped left them in {folder}.")


def _progress(clips: Iterable[PoseSet], name: str) -> Iterator[PoseSet]:
    from tqdm import tqdm

    with tqdm(unit=" poses", unit_scale=True, desc=name, mininterval=0.5) as bar:
        for poses in clips:
            bar.update(len(poses))
            yield poses


def _count(labels: Mapping[str, np.ndarray], counts: dict) -> None:
    """Add the poses of each (split, subject, action, camera)."""
    import numpy as np

    columns = [labels[key] for key in KEYS]
    changes = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    starts = np.flatnonzero(np.r_[True, changes])
    lengths = np.diff(np.r_[starts, len(columns[0])])
    for *key, n in zip(*(column[starts].tolist() for column in columns), lengths.tolist(), strict=True):
        counts[tuple(key)] = counts.get(tuple(key), 0) + n


def _tell(counts: dict, expected: Iterable[tuple[str, str]]) -> None:
    import pandas as pd

    from liftkit.cli.common import show_table

    rows = pd.DataFrame([(*key, n) for key, n in counts.items()], columns=[*KEYS, "poses"])
    table = rows.groupby(["split", "subject"], sort=False).agg(
        actions=("action", "nunique"), cameras=("camera", "nunique"), poses=("poses", "sum")
    )
    show_table(table.reset_index(), "What was found")
    found = set(zip(rows.subject, rows.action, strict=True))
    missing: dict[str, list[str]] = {}
    for subject, action in expected:
        if (subject, action) not in found:
            missing.setdefault(subject, []).append(action)
    for subject, actions in missing.items():
        there = any(subject == one for one, _ in found)
        typer.echo(f"Missing: {subject}" + (f": {', '.join(actions)}" if there else " altogether"))
