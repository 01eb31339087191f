"""Files that hold other files or arrays (tar, HDF5), opened with bounds: a small file cannot fill the memory."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import numpy as np

from liftkit.system.files import LARGEST_FILE, check_file, reading

SMALL, MOST_UNPACKED = 2**24, 100  # bytes of an HDF5 array that are always accepted; and times what is stored of it
LARGEST_MEMBER = 64 * 2**20  # bytes; Human3.6M's longest recordings are near 5 MB


class _Bounded(io.RawIOBase):
    """A stream that ends with an error after ``limit`` bytes."""

    def __init__(self, file, limit: int):
        self.file, self.limit, self.left = file, limit, limit

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self.left:
            raise ValueError(f"expected at most {self.limit:,} bytes after decompression, found more")
        self.left -= size
        return self.file.read(size)


def read_members(path: str | Path, suffix: str, limit: int = LARGEST_FILE) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of the files in a .tgz or .tar whose names end in ``suffix``. Nothing is written.

    Raises:
        ValueError: at the first member that is a link, a device, named to lie outside the archive or too large, and
            if the whole archive unpacks to more than ``limit`` bytes.
    """
    path = check_file(path)
    with path.open("rb") as raw:
        opened = gzip.open(raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw
        with reading(path), tarfile.open(fileobj=_Bounded(opened, limit), mode="r|") as archive:
            for member in archive:
                where = PurePosixPath(member.name)
                if where.is_absolute() or ".." in where.parts or "\\" in member.name or ":" in member.name:
                    raise ValueError(f"{member.name[:80]!r} lies outside the archive; nothing was read from it")
                if not (member.isfile() or member.isdir()):
                    raise ValueError(f"{member.name[:80]!r} is a link or a device; expected files and folders")
                if member.size > LARGEST_MEMBER:
                    raise ValueError(f"{where}: expected at most {LARGEST_MEMBER:,} bytes, found {member.size:,}")
                if member.isfile() and where.suffix == suffix:
                    yield str(where), archive.extractfile(member).read()


def _h5py():
    """The package, which is not a dependency of liftkit itself."""
    try:
        import h5py
    except ImportError as error:
        raise ValueError("HDF5 files need h5py: pip install -e '.[data]' in the repository's folder") from error
    return h5py


def _check_own(file, name: str) -> None:
    """Raise ValueError if a name leads through a link, which may point into another file."""
    folders = name.split("/")
    for depth in range(1, len(folders) + 1):
        place = "/".join(folders[:depth])
        if not isinstance(file.get(place, getlink=True), (_h5py().HardLink, type(None))):
            raise ValueError(f"{place}: it is a link, perhaps into another file; refused")


def read_h5(path: str | Path, shapes: Mapping[str, tuple[int | None, ...]]) -> dict[str, np.ndarray]:
    """Read arrays of an HDF5 file.

    Args:
        shapes: name -> shape after the first dimension F, which all arrays share; None is any size.

    Raises:
        ValueError: names the place. Links, and arrays whose numbers lie outside the file, are refused, so that a file
            cannot make us read another one.
    """
    h5py, path, found = _h5py(), check_file(path), {}
    with reading(path), h5py.File(path, "r") as file:
        for name, shape in shapes.items():
            _check_own(file, name)
            item = file.get(name)
            if not isinstance(item, h5py.Dataset):
                raise ValueError(f"expected {', '.join(shapes)}, found no array {name}")
            count = len(next(iter(found.values()))) if found else (item.shape or (0,))[0]
            same = item.shape is not None and len(item.shape) == 1 + len(shape)
            same = same and all(w in (None, n) for w, n in zip((count, *shape), item.shape, strict=True))
            if not same or not 0 < count or item.dtype.kind not in "fiu":
                expected = f"{count or 'F'} times numbers of shape {shape}"
                raise ValueError(f"{name}: expected {expected}, found {item.dtype} {item.shape}")
            if item.is_virtual or item.external:
                raise ValueError(f"{name}: its numbers lie in other files; refused")
            stored = item.id.get_storage_size()  # nothing, if all numbers are the file's fill value
            limit = min(LARGEST_FILE, SMALL + MOST_UNPACKED * stored)
            if item.nbytes > limit:
                found = f"{item.nbytes:,}, of which {stored:,} are stored"
                raise ValueError(f"{name}: expected at most {limit:,} bytes, found {found}")
            found[name] = item[()]
    return found
