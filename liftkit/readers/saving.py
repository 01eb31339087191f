"""A pose file and, beside it, what it was made of: checksums, choices, versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from liftkit.files import write_atomically
from liftkit.poses import PoseSet, save_poses
from liftkit.provenance import provenance


def sha256(path: Path) -> str:
    """The checksum of a file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def outputs(out: Path) -> tuple[Path, Path]:
    """The pose file and the record beside it. Raises ValueError where they cannot be written: before hours of work."""
    record = out.with_suffix(".json")
    if out.suffix != ".npz":
        raise ValueError(f"a pose file's name ends in .npz, found {out.name!r}")
    if not out.parent.is_dir():
        raise ValueError(f"cannot write {out}: there is no folder {out.parent}")
    if existing := [str(path) for path in (out, record) if path.exists()]:
        raise ValueError(f"{', '.join(existing)} exists already; nothing is overwritten")
    return out, record


def save_with_sources(poses: PoseSet, out: Path, inputs: Iterable[Path], **about: object) -> None:
    """Write poses to ``out`` (NAME.npz) and to NAME.json the inputs' SHA-256, ``about`` and the versions; or neither.

    Raises ValueError where one of them exists or cannot be written.
    """
    out, record = outputs(out)
    sums = [{"file": path.name, "sha256": sha256(path)} for path in inputs]
    content = {"poses": repr(poses), **about, "inputs": sums, "provenance": provenance()}
    save_poses(poses, out)
    try:
        write_atomically(record, lambda file: file.write(json.dumps(content, indent=1).encode()))
    except BaseException:
        out.unlink()
        raise
