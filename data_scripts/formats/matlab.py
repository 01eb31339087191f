"""Cell arrays of numbers from MATLAB files of version 5, within bounds.

Source: MATLAB's "MAT-File Format", version 5.
"""

# Kept beside scipy.io, which reads every kind of MATLAB file: 5 of 3,000 damaged files crashed the process. This reads
# the kind that MPI-INF-3DHP uses, and only the variables that are asked for.

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path

import numpy as np

from liftkit.system.files import check_file, reading, unpacked_limit

MATRIX, COMPRESSED = 14, 15  # kinds of elements
CELL, NUMBERS = 1, range(6, 16)  # classes of matrices
_KINDS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_DOUBLE = 6


def read_cells(path: str | Path, names: Sequence[str], limit: int | None = None) -> dict[str, list[np.ndarray]]:
    """Read cell arrays of numbers: name -> one array (rows, columns) per cell.

    ``limit``: the most bytes that may be unpacked (default: as many times the file's size as poses unpack to).
    """
    path, found = check_file(path), {}
    limit = unpacked_limit(path.stat().st_size) if limit is None else limit
    with reading(path), path.open("rb") as file:
        head = file.read(128)
        if len(head) < 128 or head[126:] not in (b"IM", b"MI"):
            raise ValueError("expected a MATLAB file of version 5")
        order = "<" if head[126:] == b"IM" else ">"
        while len(tag := file.read(8)) == 8 and len(found) < len(names):
            kind, length = struct.unpack(order + "II", tag)
            after = file.tell() + length
            if after > path.stat().st_size:
                raise ValueError("the file is cut short")
            content = _wanted(file.read(length), kind, order, names, limit)
            if content is not None:
                name, cells = _cells(content, order, limit)
                found[name] = cells
            file.seek(after)
        if missing := [name for name in names if name not in found]:
            raise ValueError(f"expected {', '.join(names)}, found no {', '.join(missing)}")
    return found


def _wanted(content: bytes, kind: int, order: str, names: Sequence[str], limit: int) -> memoryview | None:
    """The content of a matrix, decompressed, if it is one of ``names``; otherwise None."""
    size, begin = len(content), content[:512]
    packed = kind == COMPRESSED
    if packed:
        begin = zlib.decompressobj().decompress(content, 512)
        kind, size = struct.unpack_from(order + "II", begin)
        begin = begin[8:]
    if kind != MATRIX or _header(memoryview(begin), order)[2] not in names:
        return None
    if size > limit:
        raise ValueError(f"expected at most {limit:,} bytes after decompression, found {size:,}")
    if not packed:
        return memoryview(content)
    plain = zlib.decompressobj().decompress(content, size + 8)
    if len(plain) != size + 8:
        raise ValueError(f"expected {size:,} bytes after decompression, found {len(plain) - 8:,}")
    return memoryview(plain)[8:]


def _element(content: memoryview, at: int, order: str) -> tuple[int, memoryview, int]:
    """Kind and content of the element at an offset, and the offset of the next one."""
    if at + 8 > len(content):
        raise ValueError("a variable is cut short")
    (first,) = struct.unpack_from(order + "I", content, at)
    if first >> 16:  # up to four bytes lie in the tag itself
        kind, size, start, after = first & 0xFFFF, first >> 16, at + 4, at + 8
        if size > 4:
            raise ValueError("a variable is damaged")
    else:
        kind, size, start = first, struct.unpack_from(order + "I", content, at + 4)[0], at + 8
        after = start + size + -size % 8
    if start + size > len(content):
        raise ValueError("a variable is cut short")
    return kind, content[start : start + size], after


def _header(content: memoryview, order: str) -> tuple[int, tuple[int, ...], str, int]:
    """Class (0 if complex), shape and name of a matrix, and the offset of its content."""
    _, flags, at = _element(content, 0, order)
    _, shape, at = _element(content, at, order)
    _, name, at = _element(content, at, order)
    (bits,) = struct.unpack_from(order + "I", flags)
    shape = np.frombuffer(shape, order + "i4").tolist()
    if not 2 <= len(shape) <= 8 or min(shape) < 0:
        raise ValueError(f"a variable is damaged: found the shape {shape[:8]}")
    return 0 if bits & 0x800 else bits & 0xFF, tuple(shape), bytes(name).decode("ascii", "replace"), at


def _cells(content: memoryview, order: str, limit: int) -> tuple[str, list[np.ndarray]]:
    kind, shape, name, at = _header(content, order)
    if kind != CELL or prod(shape) > len(content) // 8:
        raise ValueError(f"{name}: expected cells, found an array of MATLAB's class {kind} and shape {shape}")
    cells, size = [], 0
    for cell in _numbers(content, at, prod(shape), name, order):
        cells.append(cell)
        size += cell.nbytes
        if size > limit:
            raise ValueError(f"{name}: expected at most {limit:,} bytes of numbers, found more")
    return name, cells


def _numbers(content: memoryview, at: int, count: int, name: str, order: str) -> Iterator[np.ndarray]:
    for cell in range(count):
        kind, inner, at = _element(content, at, order)
        if kind != MATRIX:
            raise ValueError(f"{name}: cell {cell}: expected an array, found an element of kind {kind}")
        kind, shape, _, start = _header(inner, order)
        stored, values, _ = _element(inner, start, order)
        if kind not in NUMBERS or stored not in _KINDS or len(values) != prod(shape) * int(_KINDS[stored][1]):
            raise ValueError(f"{name}: cell {cell}: expected numbers, found MATLAB's class {kind} and shape {shape}")
        flat = np.frombuffer(values, order + _KINDS[stored])
        # MATLAB may store whole doubles as integers
        yield (flat.astype(float) if kind == _DOUBLE else flat).reshape(shape, order="F")
