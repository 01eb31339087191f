"""Files that hold other files or arrays (tar, HDF5), opened with bounds: a small file cannot fill the memory."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path, PurePosixPath

import numpy as np

from liftkit.system.extras import optional
from liftkit.system.files import check_file, reading, unpacked_limit

LARGEST_MEMBER = 64 * 2**20  # bytes; Human3.6M's longest recordings are near 5 MB
MOST_MEMBERS = 2_000  # of an archive; Human3.6M's have 30
LARGEST_HEADER = 2**16  # bytes of a member's extension header, which holds a name


class _Member(tarfile.TarInfo):
    """A member whose extension headers are small: tarfile reads them whole, and a few bytes can unpack to gigabytes."""

    def _small(self, read, archive):
        if self.size > LARGEST_HEADER:
            raise ValueError(f"expected an extension header of at most {LARGEST_HEADER:,} bytes, found {self.size:,}")
        archive.headers = getattr(archive, "headers", 0) + 1
        if archive.headers > MOST_MEMBERS:
            raise ValueError(f"expected at most {MOST_MEMBERS:,} extension headers, found more")
        return read(archive)

    def _proc_gnulong(self, archive):
        return self._small(super()._proc_gnulong, archive)

    def _proc_pax(self, archive):
        return self._small(super()._proc_pax, archive)

    def _proc_sparse(self, archive):
        raise ValueError("expected no sparse files, found one")


class _Bounded(io.RawIOBase):
    """A stream that ends with an error after ``limit`` bytes."""

    def __init__(self, file, limit: int):
        self.file, self.limit, self.left = file, limit, limit

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self.left:
            raise ValueError(f"expected at most {self.limit:,} bytes after decompression, found more")
        self.left -= size
        return self.file.read(size)


def read_members(path: str | Path, suffix: str, limit: int | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of the files in a .tgz or .tar whose names end in ``suffix``. Nothing is written.

    Refused are a link, a device, a name that lies outside the archive, and more than ``limit`` bytes in all (default:
    as many times the file's size as poses unpack to).
    """
    path = check_file(path)
    limit = unpacked_limit(path.stat().st_size) if limit is None else limit
    with path.open("rb") as raw:
        opened = gzip.open(raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw
        with reading(path), tarfile.open(fileobj=_Bounded(opened, limit), mode="r|", tarinfo=_Member) as archive:
            for number, member in enumerate(archive):
                archive.members = []  # it would keep them all
                if number >= MOST_MEMBERS:
                    raise ValueError(f"expected at most {MOST_MEMBERS:,} members, found more")
                where = PurePosixPath(member.name)
                if where.is_absolute() or ".." in where.parts or "\\" in member.name or ":" in member.name:
                    raise ValueError(f"{member.name[:80]!r} lies outside the archive; nothing was read from it")
                if not (member.isfile() or member.isdir()):
                    raise ValueError(f"{member.name[:80]!r} is a link or a device; expected files and folders")
                if member.size > LARGEST_MEMBER:
                    raise ValueError(f"{where}: expected at most {LARGEST_MEMBER:,} bytes, found {member.size:,}")
                if member.isfile() and where.suffix == suffix:
                    yield str(where), archive.extractfile(member).read()


def read_h5(path: str | Path, shapes: Mapping[str, tuple[int | None, ...]]) -> dict[str, np.ndarray]:
    """Read arrays of an HDF5 file: name -> shape after the first dimension F, which all share; None is any size.

    Links, and arrays whose numbers lie outside the file, are refused, so that a file cannot make us read another one.
    """
    with optional("data"):
        import h5py
    path, found = check_file(path), {}
    with reading(path), h5py.File(path, "r") as file:
        for name, shape in shapes.items():
            for place in accumulate(name.split("/"), "{}/{}".format):
                if not isinstance(file.get(place, getlink=True), (h5py.HardLink, type(None))):
                    raise ValueError(f"{place}: it is a link, perhaps into another file; refused")
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
            limit = unpacked_limit(stored)
            if item.nbytes > limit:
                found = f"{item.nbytes:,}, of which {stored:,} are stored"
                raise ValueError(f"{name}: expected at most {limit:,} bytes, found {found}")
            found[name] = item[()]
    return found
