"""Files that are written whole or not at all, and foreign files that are read with care."""

from __future__ import annotations

import io
import os
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np

LARGEST_FILE = 2 * 2**30  # bytes of one file, or one member of an archive, after decompression
LARGEST_ARRAYS = 2**34  # bytes of all arrays of an npz file: several times Human3.6M as poses
# Bytes that a file may always unpack to, and times its own size beyond that: poses shrink to a half or a third.
SMALL, MOST_UNPACKED = 2**25, 16
BLOCK = 2**24  # bytes of a text that are read at once
LONGEST_MESSAGE = 1000  # characters of a parser's message: some quote the file


def check_new(*paths: str | Path) -> None:
    """Raise ValueError unless every path can become a new file: its folder exists, the file does not."""
    if existing := [str(path) for path in map(_in_a_folder, paths) if path.exists()]:
        raise ValueError(f"{', '.join(existing)} exists already; nothing is overwritten")


def _in_a_folder(path: str | Path) -> Path:
    path = Path(path)
    if not path.parent.is_dir():
        raise ValueError(f"cannot write {path}: there is no folder {path.parent}")
    return path


def write_atomically(path: str | Path, write: Callable[[IO[bytes]], object]) -> Path:
    """Let ``write(file)`` fill a temporary file beside ``path``, then put it in place in one move.

    Whatever goes wrong (full disk, interruption), what was at ``path`` before stays as it was.
    """
    path = _in_a_folder(path)
    if path.exists() and not path.is_file():
        raise ValueError(f"cannot write {path}: there is something that is no regular file")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp's file is private; a result is for sharing
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return path


def check_file(path: str | Path, limit: int | None = LARGEST_FILE) -> Path:
    """The path of an existing file of 1 to ``limit`` bytes (None: of any size); otherwise ValueError."""
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file" + ("" if path.is_absolute() else f" in {Path.cwd()}"))
    if limit is not None and not 0 < (size := path.stat().st_size) <= limit:
        raise ValueError(f"{path}: expected 1 to {limit:,} bytes, found {size:,}")
    return path


@contextmanager
def reading(path: str | Path, place: str = "") -> Iterator[None]:
    """Turn any error inside into a ValueError that begins with the file and the place in it."""
    where = f"{path}: {place}: " if place else f"{path}: "
    try:
        yield
    except Exception as error:  # parsers of foreign files raise many kinds for damaged ones
        if isinstance(error, ValueError) and str(error).startswith(str(path)):
            raise
        raise ValueError(f"{where}{str(error)[:LONGEST_MESSAGE] or type(error).__name__}") from error


def unpacked_limit(size: int, limit: int = LARGEST_FILE) -> int:
    """How many bytes may come out of ``size`` compressed ones, at most ``limit``: a small file fills no memory."""
    return min(limit, SMALL + MOST_UNPACKED * size)


def read_arrays(path: str | Path, fields: Container[str] | None = None) -> dict[str, np.ndarray]:
    """Read the named arrays of an npz file, or of these names those that it has; ValueError if it is missing, damaged
    or foreign, or if one is a pickle."""
    path = check_file(path, limit=None)
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                raise ValueError("it is not an npz archive, or it is cut short")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive, warnings.catch_warnings():
                limit = unpacked_limit(path.stat().st_size, LARGEST_ARRAYS)
                if (size := sum(member.file_size for member in archive.zip.infolist())) > limit:
                    raise ValueError(f"expected at most {limit:,} bytes after decompression, found {size:,}")
                warnings.simplefilter("ignore")  # Python's, about a damaged header
                warnings.simplefilter("error", UserWarning)  # numpy's, when it takes a damaged header for an old one
                names = [name for name in archive.files if fields is None or name in fields]
                return {name: np.asarray(archive[name]) for name in names}
    except Exception as error:  # numpy, zipfile and zlib raise half a dozen kinds for a damaged or foreign file
        pickled = "allow_pickle" in str(error)
        reason = "it holds pickled objects, which liftkit never loads" if pickled else str(error)[:500]
        raise ValueError(f"{path}: not a readable npz file: {reason}") from error


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Pack named bytes into a zip archive, uncompressed, with checksums; equal parts give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def unpack(path: str | Path) -> dict[str, bytes]:
    """Read what :func:`pack` packed; ValueError if the file is missing, cut short, damaged or compressed."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_not_compressed(archive)
            return {name: archive.read(name) for name in archive.namelist()}  # compares the checksums
    except Exception as error:  # zipfile and zlib raise half a dozen kinds for a damaged file
        raise ValueError(f"{path} is not whole: {error}") from error


def check_not_compressed(archive: zipfile.ZipFile) -> None:
    """Raise ValueError if an open archive unpacks to more bytes than it has."""
    size = archive.fp.seek(0, os.SEEK_END)
    if (unpacked := sum(member.file_size for member in archive.infolist())) > size:
        raise ValueError(f"expected members that are not compressed, found {unpacked:,} bytes in a file of {size:,}")


def read_text(file: Path, largest: int) -> str:
    """The text of a file of at most ``largest`` bytes; ValueError at its first zero byte, which no text has."""
    blocks = []
    with check_file(file, largest).open("rb") as opened:
        while (block := opened.read(BLOCK)) and b"\0" not in block:
            blocks.append(block)
    content = b"".join([*blocks, block.partition(b"\0")[0]])
    try:
        text = content.decode()
        wrong = len(content) if block else None  # the zero byte
    except UnicodeDecodeError as error:
        wrong = error.start
    if wrong is not None:
        raise ValueError(f"{file}: expected text in UTF-8, found something else at byte {wrong}")
    return text.removeprefix("\ufeff")  # which some editors write in front


def as_text(cell: object) -> str:
    """A cell of a table that a spreadsheet takes for text, not for a formula.

    >>> as_text("=1+1"), as_text("ann")
    ("'=1+1", 'ann')
    """
    return f"'{cell}" if str(cell)[:1] in ("=", "+", "-", "@", "\t", "\r") else str(cell)
