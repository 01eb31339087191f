"""Commands that turn files of data sets into pose files. Here, what those that go clip by clip share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import typer

CheckOption = typer.Option("--check", help="Read everything, tell what there is, write nothing.")


def convert(
    clips: Iterable, out: Path, sources: Sequence[Path], expected: Iterable[tuple[str, str]], options: dict, check: bool
) -> None:
    """Write PoseSets as one pose file ``out``, and beside it NAME.json: options, counts, sources' sha256, versions.

    ``expected`` (subject, action) pairs that are not there are told. With ``check`` it only reads and tells.
    Raises ValueError where either file exists.
    """
    from tqdm import tqdm

    from liftkit.readers.pose_clips import save_pose_clips
    from liftkit.readers.saving import outputs, save_with_record

    _, record = outputs(out)
    counts: dict[tuple, int] = {}
    with tqdm(unit=" poses", unit_scale=True, desc=out.stem, mininterval=0.5) as bar:
        counted = _count(clips, counts, bar)
        if check:
            for _ in counted:
                pass
        else:
            sets = lambda: [dict(zip(KEYS, key, strict=True), poses=n) for key, n in sorted(counts.items())]  # noqa: E731
            about = lambda: {"poses": sum(counts.values()), "sets": sets(), "options": options}  # noqa: E731
            save_with_record(lambda path: save_pose_clips(counted, path), out, sources, about)
    _tell(counts, expected)
    total = sum(counts.values())
    if check:
        typer.echo(f"{total:,} poses; would be written to {out} and {record}. Nothing was written.")
    else:
        typer.echo(f"{total:,} poses, saved in {out}; where they came from, in {record}.")


KEYS = ("split", "subject", "action", "camera")


def _count(clips: Iterable, counts: dict, bar) -> Iterator:
    import numpy as np

    for poses in clips:
        for action, n in zip(*np.unique(poses.action, return_counts=True), strict=True):
            key = (str(poses.split[0]), str(poses.subject[0]), str(action), int(poses.camera[0]))
            counts[key] = counts.get(key, 0) + int(n)
        bar.update(len(poses))
        yield poses


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
