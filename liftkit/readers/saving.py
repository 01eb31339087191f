"""A pose file and, beside it, what it was made of: checksums, choices, versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from liftkit.files import check_new, write_atomically
from liftkit.poses import check_pose_path
from liftkit.provenance import provenance


def fingerprint(path: Path) -> dict[str, object]:
    """A file's name, size and SHA-256; of a folder, those of each file in it."""
    if path.is_dir():
        return {"folder": path.name, "files": [fingerprint(p) for p in sorted(path.iterdir()) if p.is_file()]}
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def outputs(out: Path) -> tuple[Path, Path]:
    """The pose file and the record beside it. Raises ValueError where they cannot be written: before hours of work."""
    record = out.with_suffix(".json")
    check_pose_path(out)
    check_new(out, record)
    return out, record


def save_with_record(
    write: Callable[[Path], object], out: Path, inputs: Iterable[Path], about: Callable[[], Mapping[str, object]]
) -> None:
    """Let ``write(out)`` make the pose file, then put the record beside it, NAME.json; both, or neither.

    The record holds ``about()``, which is asked after writing, the inputs' checksums and the versions. Raises
    ValueError where one of the two exists or cannot be written.
    """
    out, record = outputs(out)
    write(out)
    try:
        content = {**about(), "inputs": [fingerprint(path) for path in inputs], "provenance": provenance()}
        write_atomically(record, lambda file: file.write(json.dumps(content, indent=1).encode() + b"\n"))
    except BaseException:
        out.unlink(missing_ok=True)
        raise
