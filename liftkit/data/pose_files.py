"""A pose file and, beside it, what it was made of: checksums, choices, versions."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from formats.parts import Parts

from liftkit.poses import check_pose_path
from liftkit.system.files import check_new, write_atomically
from liftkit.system.provenance import provenance


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
    write: Callable[[Path], object], out: Path, inputs: Iterable[Path], about: Mapping[str, object]
) -> None:
    """Let ``write(path)`` make the pose file, and put the record beside it, NAME.json; both, or neither.

    The record holds ``about``, the inputs' checksums and the versions. Raises ValueError where one of the two exists or
    cannot be written.
    """
    out, record = outputs(out)
    write(out)
    try:
        content = _content(inputs, about)
        write_atomically(record, lambda file: file.write(content))
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def begin(out: Path, inputs: Iterable[Path], options: Mapping[str, object]) -> Parts:
    """The parts of a conversion to ``out``: none yet, or those of the same conversion, stopped before.

    Raises ValueError as :func:`outputs` does, and where the parts are those of another conversion.
    """
    parts, record = Parts(out, inputs, options), out.with_suffix(".json")
    if out.exists() and record.exists():
        parts.forget()  # it was stopped after its last step
    if parts.numbers() and record.exists() and not out.exists():
        check_pose_path(out)  # it was stopped right before; `finish` compares the record
    else:
        outputs(out)
    return parts


def finish(
    parts: Parts, write: Callable[[Path], object], out: Path, inputs: Iterable[Path], about: Mapping[str, object]
) -> None:
    """As :func:`save_with_record` for a conversion in parts, which a stop at any moment leaves fit to go on.

    Raises FileExistsError where somebody has put another file in its place meanwhile.
    """
    staged, described = parts.folder / "whole.npz", parts.folder / "whole.json"
    write(staged)
    record, content = out.with_suffix(".json"), _content(inputs, about)
    write_atomically(described, lambda file: file.write(content))
    if out.exists() or (record.exists() and record.read_bytes() != content):
        raise FileExistsError(f"{out} or {record} exists by now; nothing is overwritten")
    os.replace(described, record)
    os.replace(staged, out)


def _content(inputs: Iterable[Path], about: Mapping[str, object]) -> bytes:
    content = {**about, "inputs": [fingerprint(path) for path in inputs], "provenance": provenance()}
    return json.dumps(content, indent=1).encode() + b"\n"
