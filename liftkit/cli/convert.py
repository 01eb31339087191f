"""What data_scripts share: a dry run, progress, one pose file written whole, and where it came from beside it."""

from __future__ import annotations

import hashlib
import json
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

    from liftkit.files import write_atomically
    from liftkit.poses import check_pose_path
    from liftkit.provenance import provenance
    from liftkit.readers.pose_clips import save_pose_clips

    about = out.with_suffix(".json")
    check_pose_path(out)
    if taken := [path for path in (out, about) if path.exists()]:
        raise ValueError(f"{taken[0]} exists already; nothing is overwritten")
    counts: dict[tuple, int] = {}
    with tqdm(unit=" poses", unit_scale=True, desc=out.stem, mininterval=0.5) as bar:
        counted = _count(clips, counts, bar)
        if check:
            for _ in counted:
                pass
        else:
            save_pose_clips(counted, out)
    _tell(counts, expected)
    total = sum(counts.values())
    if check:
        typer.echo(f"{total:,} poses; would be written to {out} and {about}. Nothing was written.")
        return
    told = {
        "poses": total, "sets": [dict(zip(KEYS, key, strict=True), poses=n) for key, n in sorted(counts.items())],
        "options": options, "sources": [fingerprint(path) for path in sources], "provenance": provenance(),
    }  # fmt: skip
    write_atomically(about, lambda file: file.write(json.dumps(told, indent=1).encode() + b"\n"))
    typer.echo(f"{total:,} poses, saved in {out}; where they came from, in {about}.")


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


def fingerprint(path: Path) -> dict[str, object]:
    """A file's name, size and sha256."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}
