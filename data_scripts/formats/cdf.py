"""One variable of a CDF file (NASA's Common Data Format, versions 2.6 and 3), from bytes, within bounds.

Source: the CDF Internal Format Description, version 3.
"""

# Kept beside cdflib, which reads every kind of CDF: of 400 damaged files 75 took it above 2 GiB of memory and 3 never
# ended. This reads the kind that Human3.6M uses, and every byte at most once.

from __future__ import annotations

import struct
import zlib
from math import prod

import numpy as np

LARGEST_RECORDING = 64 * 2**20  # bytes; Human3.6M's longest are near 5 MB
_MAGIC = {"cdf30001": ("q", 256), "cdf26002": ("i", 64)}  # how offsets are stored, and how long names are
_KINDS = {21: "f4", 44: "f4", 22: "f8", 45: "f8"}
_ORDER = dict.fromkeys((1, 2, 5, 7, 9, 11, 12, 18), ">") | dict.fromkeys((4, 6, 13, 16, 17), "<")
CDR, GDR, VXR, VVR, VDR, CCR, CPR, CVVR = 1, 2, 6, 7, 8, 10, 11, 13  # internal records


class _Records:
    """The internal records of a file, decompressed where the file is compressed as a whole."""

    def __init__(self, content: bytes):
        if content[:4].hex() not in _MAGIC:
            raise ValueError("expected a CDF file, version 2.6 or 3")
        self.content, (self.offset, self.name) = content, _MAGIC[content[:4].hex()]
        if content[4:8].hex() == "cccc0001":
            (_, parameters, size, _), start = self.read(8, CCR, "OOi")
            (_, method), _ = self.read(parameters, CPR, "i")
            if method != 5:
                raise ValueError(f"expected no compression or gzip, found CDF's method {method}")
            self.content = content[:8] + unpacked(content[start:], min(size, LARGEST_RECORDING))

    def read(self, at: int, kind: int, layout: str) -> tuple[tuple, int]:
        """(size, fields...) of a record and the offset behind them; "O" in ``layout`` is an offset."""
        layout = ">" + ("Oi" + layout).replace("O", self.offset)
        if not 0 < at <= len(self.content) - struct.calcsize(layout):
            raise ValueError(f"the file is damaged: a record lies at byte {at:,} of {len(self.content):,}")
        size, found, *fields = struct.unpack_from(layout, self.content, at)
        if found != kind:
            raise ValueError(f"the file is damaged: expected a record of kind {kind} at byte {at:,}, found {found}")
        return (size, *fields), at + struct.calcsize(layout)


def unpacked(content: bytes, size: int) -> bytes:
    """The content of a gzip stream; ValueError unless it has ``size`` bytes."""
    try:
        plain = zlib.decompressobj(31).decompress(content, size + 1)
    except zlib.error as error:
        raise ValueError(f"a compressed part is damaged: {error}") from error
    if len(plain) != size:
        raise ValueError(
            f"expected {size:,} bytes in a compressed part, found {'more' if plain[size:] else len(plain)}"
        )
    return plain


def read_cdf(content: bytes, variable: str) -> np.ndarray:
    """Read a floating-point variable (records, *dimensions), at most ``LARGEST_RECORDING`` bytes, from a CDF file's."""
    records = _Records(content)
    (_, head, _, _, encoding, flags), _ = records.read(8, CDR, "Oiiii")
    (_, _, at, *_), _ = records.read(head, GDR, "OO")
    if encoding not in _ORDER:
        raise ValueError(f"expected numbers as IEEE 754, found CDF's encoding {encoding}")
    names = []
    while at and len(names) < 100:
        (_, following, kind, last, index, _, *_, name), end = records.read(at, VDR, f"OiiOO7iOi{records.name}s")
        names.append(name.rstrip(b"\x00 ").decode("ascii", "replace"))
        if names[-1] == variable:
            return _values(records, index, end, _KINDS.get(kind), last + 1, _ORDER[encoding], bool(flags & 1))
        at = following
    raise ValueError(f"expected the variable {variable}, found {', '.join(names)[:200] or 'none'}")


def _values(records: _Records, index: int, at: int, kind: str | None, count: int, order: str, by_rows: bool):
    """The variable's records; its dimensions are at the offset ``at``, the index of its parts at ``index``."""
    dimensions = struct.unpack_from(">i", records.content, at)[0] if at <= len(records.content) - 4 else -1
    if not 0 <= dimensions <= 8 or at + 4 + 4 * dimensions > len(records.content):
        raise ValueError(f"the file is damaged: found {dimensions} dimensions")
    shape = struct.unpack_from(f">{dimensions}i", records.content, at + 4)
    if kind is None:
        raise ValueError("expected floating-point numbers, found another type")
    size = prod(shape) * np.dtype(kind).itemsize  # of one record
    if count < 1 or min(shape, default=1) < 1 or count * size > LARGEST_RECORDING:
        raise ValueError(f"expected 1 to {LARGEST_RECORDING:,} bytes, found {count} records of shape {shape}")
    parts, following = [], 0
    while index and following < count:
        (_, index, entries, used), start = records.read(index, VXR, "Oii")
        room = (len(records.content) - start) // struct.calcsize(f">ii{records.offset}")
        if not 0 < used <= entries <= room:
            raise ValueError(f"the file is damaged: an index has {entries} places")
        layout = f">{entries}i{entries}i{entries}{records.offset}"
        places = np.array(struct.unpack_from(layout, records.content, start)).reshape(3, -1)
        for first, last, place in places.T[:used].tolist():
            if not first == following <= last < count:
                raise ValueError(f"the file is damaged: expected record {following}, found {first} to {last}")
            parts.append(_part(records, place, (last - first + 1) * size))
            following = last + 1
    if following != count:
        raise ValueError(f"expected {count} records, found {following}")
    flat = np.frombuffer(b"".join(parts), order + kind)
    if by_rows:
        return flat.reshape(count, *shape)
    return flat.reshape(count, *shape[::-1]).transpose(0, *range(dimensions, 0, -1))


def _part(records: _Records, at: int, size: int) -> bytes:
    """``size`` bytes of values, which are stored plain or compressed."""
    offset = struct.calcsize(">" + records.offset)
    if records.content[at + offset : at + offset + 4] == CVVR.to_bytes(4, "big"):
        (_, _, packed), start = records.read(at, CVVR, "iO")
        return unpacked(records.content[start : start + max(packed, 0)], size)
    _, start = records.read(at, VVR, "")
    if start + size > len(records.content):
        raise ValueError("the file is cut short")
    return records.content[start : start + size]
