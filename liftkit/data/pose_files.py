"""A pose file with the record of its sources beside it: checksums, choices, versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from liftkit.poses import check_pose_path
from liftkit.system.files import check_new, write_atomically
from liftkit.system.provenance import provenance


def checksum(path: Path) -> dict[str, object]:
    """A file's name, size and SHA-256; for a folder, those of each file in it."""
    if path.is_dir():
        return {"folder": path.name, "files": [checksum(p) for p in sorted(path.iterdir()) if p.is_file()]}
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def outputs(out: Path) -> tuple[Path, Path]:
    """The paths of a pose file and its record, checked to be new and writable: call it before long work."""
    record = out.with_suffix(".json")
    check_pose_path(out)
    check_new(out, *([] if _left_alone(record) else [record]))
    return out, record


def _left_alone(record: Path) -> bool:
    """Whether this is a record whose pose file was never put in place, because the conversion was killed."""
    try:
        return {"inputs", "provenance"} <= json.loads(record.read_bytes()).keys()
    except (OSError, ValueError, AttributeError):
        return False


def save_with_record(
    write: Callable[[Path], object], out: Path, inputs: Iterable[Path], about: Mapping[str, object]
) -> None:
    """Let ``write(out)`` write a pose file after the record of its ``inputs``: there are no poses without their record.

    What fails leaves neither. What is killed can leave a record alone, which the next call replaces.
    """
    out, record = outputs(out)
    about = {**about, "inputs": [checksum(path) for path in inputs], "provenance": provenance()}
    content = json.dumps(about, indent=1).encode() + b"\n"
    write_atomically(record, lambda file: file.write(content))
    try:
        write(out)
    except BaseException:
        record.unlink()
        raise
