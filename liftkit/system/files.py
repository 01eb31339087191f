"""Files written whole or not at all, and npz files read with care."""

from __future__ import annotations

import io
import math
import os
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np

LARGEST = 2**34  # bytes of all arrays of an npz file: several times Human3.6M as poses


def check_new(*paths: str | Path) -> None:
    """Raise ValueError unless every path can be a new file: its folder is there, and nothing has its name."""
    for path in map(Path, paths):
        if not path.parent.is_dir():
            raise ValueError(f"cannot write {path}: there is no folder {path.parent}")
    if existing := [str(path) for path in paths if Path(path).exists()]:
        raise ValueError(f"{', '.join(existing)} exists already; nothing is overwritten")


def write_atomically(path: str | Path, write: Callable[[IO[bytes]], object]) -> Path:
    """Let ``write(file)`` fill a temporary file beside ``path``, then put it in place in one move.

    Whatever goes wrong (full disk, interruption), what was at ``path`` before is still there, whole.
    Raises ValueError where the folder is missing; OSError from the disk passes through.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise ValueError(f"cannot write {path}: there is no folder {path.parent}")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp keeps everybody else out; a result is for sharing
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return path


def expect_file(path: str | Path) -> Path:
    """The path of a file that is there; else ValueError, with the folder that a relative path was looked for in."""
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file" + ("" if path.is_absolute() else f" in {Path.cwd()}"))
    return path


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """The named arrays of an npz file. Raises ValueError where it is missing, damaged, foreign or holds pickles."""
    path = expect_file(path)
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                raise ValueError("it is no npz archive, or it is cut short")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive, warnings.catch_warnings():
                if (size := sum(member.file_size for member in archive.zip.infolist())) > LARGEST:
                    raise ValueError(f"expected at most {LARGEST:,} bytes after decompression, found {size:,}")
                warnings.simplefilter("ignore")  # Python's, of a damaged header
                warnings.simplefilter("error", UserWarning)  # numpy's way to take it for an old one
                return {field: np.asarray(archive[field]) for field in archive.files}
    except Exception as error:  # numpy, zipfile and zlib raise half a dozen kinds for a damaged or foreign file
        pickled = "allow_pickle" in str(error)
        reason = "it holds pickled objects, which liftkit never loads" if pickled else str(error)[:500]
        raise ValueError(f"{path}: not a readable npz file: {reason}") from error


def write_arrays(file: IO[bytes], arrays: Mapping[str, tuple[np.dtype, tuple, Iterable[bytes]]]) -> None:
    """Write a compressed npz file whose arrays come in pieces: name -> (dtype, shape, the bytes in C order).

    Only one piece is in memory at a time. Compression is zlib's fastest: coordinates hardly shrink further.
    Raises ValueError where an array's pieces do not add up to its shape.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, (kind, shape, pieces) in arrays.items():
            header = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array_header_1_0(entry, header)
                written = sum(entry.write(piece) for piece in pieces)
            if written != kind.itemsize * math.prod(shape):
                raise ValueError(f"{name}: expected {kind} of shape {shape}, found {written:,} bytes")


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Named bytes as one archive (zip, uncompressed), every part with a checksum; the same bytes for the same parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def unpack(path: str | Path) -> dict[str, bytes]:
    """The parts that :func:`pack` put together. Raises ValueError where the file is missing, cut short or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}  # compares the checksums
    except Exception as error:  # zipfile and zlib raise half a dozen kinds for a damaged file
        raise ValueError(f"{path} is not whole: {error}") from error


LONGEST = 1000  # characters of what a parser says: some quote the file
LARGEST_FILE = 2 * 2**30  # bytes of one file, or one member of an archive, after decompression


@contextmanager
def reading(path: str | Path, place: str = "") -> Iterator[None]:
    """Turn whatever goes wrong inside into a ValueError that begins with the file and the place in it.

    Parsers of foreign files raise many kinds of errors for damaged ones; a reader's caller meets one.
    """
    where = f"{path}: {place}: " if place else f"{path}: "
    try:
        yield
    except Exception as error:
        if isinstance(error, ValueError) and str(error).startswith(str(path)):
            raise
        raise ValueError(f"{where}{str(error)[:LONGEST] or type(error).__name__}") from error


def check_file(path: str | Path, limit: int = LARGEST_FILE) -> Path:
    """The path of a file that is there, not empty and not larger than ``limit`` bytes; else ValueError."""
    path = expect_file(path)
    size = path.stat().st_size
    if not 0 < size <= limit:
        raise ValueError(f"{path}: expected 1 to {limit:,} bytes, found {size:,}")
    return path
