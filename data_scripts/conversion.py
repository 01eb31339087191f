"""What the commands for whole data sets share: they read set by set, count, and write one pose file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from liftkit.poses import PoseSet

CHECK = typer.Option("--check", help="Read everything and report what was found; write nothing.")

KEYS = ("split", "subject", "action", "camera")


def write_data_set(
    read: Callable[[], Iterable[PoseSet]],
    out: Path,
    sources: Sequence[Path],
    expected: Iterable[tuple[str, str]],
    options: dict,
    check: bool,
) -> None:
    """Write PoseSets as one pose file and, beside it, NAME.json with options, counts, checksums and versions.

    Args:
        read: returns the PoseSets; called once, after ``out`` was checked.
        expected: (subject, action) pairs; those that are not found are printed.
        check: read everything and print what was found, but write nothing.
    """
    from formats.pose_spool import PoseSpool

    from liftkit.data.pose_files import save_with_record

    counts: Counter[tuple] = Counter()
    # Nothing is kept of a conversion that was stopped: all of Human3.6M takes 47 s, so that it can start afresh.
    with writing(out) as record, TemporaryDirectory(prefix=f".{out.name}.tmp-", dir=out.parent) as folder:
        spool = PoseSpool(Path(folder))
        for poses in _counted(read(), counts, out.stem):
            if not check:
                spool.add(poses)
        if not check:
            rows = [dict(zip(KEYS, key, strict=True), poses=n) for key, n in sorted(counts.items())]
            about = {"poses": counts.total(), "sets": rows, "options": options}
            save_with_record(spool.write, out, sources, about)
    _show(counts, expected)
    total = f"{counts.total():,} poses"
    if check:
        typer.echo(f"{total}; would be written to {out} and {record}. Nothing was written.")
    else:
        typer.echo(f"{total}, saved in {out}; where they came from, in {record}.")


@contextmanager
def writing(out: Path) -> Iterator[Path]:
    """The record's path of a new pose file that nobody else writes meanwhile; ValueError if that cannot be."""
    from liftkit.data.pose_files import outputs
    from liftkit.system.extras import optional

    with optional("study"):
        import filelock

    _, record = outputs(out)
    lock = filelock.FileLock(out.parent / f".{out.name}.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise ValueError(f"another conversion is writing {out}; wait for it, or choose another --out") from error
    try:
        yield record
    finally:
        with suppress(OSError):  # Windows keeps a file that is open
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
        with suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)


def _counted(sets: Iterable[PoseSet], counts: Counter, name: str) -> Iterator[PoseSet]:
    """Count the poses of each (split, subject, action, camera), with a progress bar."""
    from tqdm import tqdm

    with tqdm(unit=" poses", unit_scale=True, desc=name, mininterval=0.5) as bar:
        for poses in sets:
            counts.update(zip(*(getattr(poses, key).tolist() for key in KEYS), strict=True))
            bar.update(len(poses))
            yield poses


def _show(counts: Counter, expected: Iterable[tuple[str, str]]) -> None:
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
        partly = (rows.subject == subject).any()
        typer.echo(f"Missing: {subject}" + (f": {', '.join(actions)}" if partly else " altogether"))
