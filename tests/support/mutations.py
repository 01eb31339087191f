"""Seeded damage to a file's content: what disks, editors, transfers and broken exports do to files, and worse."""

import re
from random import Random

NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
NUMBERS = [b"nan", b"NaN", b"inf", b"-Infinity", b"1e308", b"-1e400", b"1e9", b"-1e6", b"-1", b"0", b"1.5", b"9" * 400]
NUMBERS += [b"99999999", b"9" * 20, b"null", b"true", b'"x"', b"[]", b"{}", b"x", b""]
PIECES = [b"\x00", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\n", b"\r\n", b"\t", b" " * 1000, b"\n" * 1000, b"#", b"//"]
PIECES += [b",", b";", b":", b"{", b"}", b"[" * 300, b"]", b'"', b"\\", b"nan", b"begin", b"end", b":root", b"JOINT x"]
FIELDS = [b"\x00", b"\xff", b"\x7f", b"\x80", b"\x01"]  # what the bytes of a binary number are set to


def _place(content: bytes, rng: Random) -> int:
    return rng.randrange(len(content) + 1)


def _span(content: bytes, rng: Random) -> tuple[int, int]:
    start = _place(content, rng)
    return start, min(len(content), start + rng.choice((1, 2, 4, 8, 30, 200)))


def flip(content: bytes, rng: Random) -> bytes:
    start = _place(content, rng)
    return content[:start] + bytes(b ^ 1 << rng.randrange(8) for b in content[start : start + 1]) + content[start + 1 :]


def change(content: bytes, rng: Random) -> bytes:
    start = _place(content, rng)
    return content[:start] + rng.randbytes(len(content[start : start + 1])) + content[start + 1 :]


def delete(content: bytes, rng: Random) -> bytes:
    start, end = _span(content, rng)
    return content[:start] + content[end:]


def insert(content: bytes, rng: Random) -> bytes:
    start = _place(content, rng)
    return content[:start] + rng.choice([*PIECES, rng.randbytes(3)]) + content[start:]


def duplicate(content: bytes, rng: Random) -> bytes:
    (start, end), to = _span(content, rng), _place(content, rng)
    return content[:to] + content[start:end] + content[to:]


def truncate(content: bytes, rng: Random) -> bytes:
    return content[: _place(content, rng)]


def field(content: bytes, rng: Random) -> bytes:
    """A binary number of 1 to 8 bytes becomes 0, -1, the largest or the smallest there is."""
    size = rng.choice((1, 2, 4, 8))
    start = _place(content, rng) // size * size
    lowest = rng.choice((rng.choice(FIELDS), b"\x00", b"\xff")) + b"\x00" * (size - 1)
    value = rng.choice((rng.choice(FIELDS) * size, lowest, lowest[::-1]))
    return content[:start] + value[: len(content) - start] + content[start + size :]


def number(content: bytes, rng: Random) -> bytes:
    """Another word stands for a number that is written in digits, or one of its digits is another."""
    start = _place(content, rng)
    found = NUMBER.search(content, start) or NUMBER.search(content)
    if not found:
        return flip(content, rng)
    if rng.random() < 0.3:
        return content[: found.end() - 1] + rng.choice(b"0123456789-.e ").to_bytes(1, "big") + content[found.end() :]
    return content[: found.start()] + rng.choice(NUMBERS) + content[found.end() :]


def line(content: bytes, rng: Random) -> bytes:
    """A line is lost, doubled or moved."""
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return delete(content, rng)
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    kept = lines if rng.random() < 0.3 else lines[:at] + lines[at + 1 :]
    return b"".join(kept if rng.random() < 0.3 else [*kept[:to], lines[at], *kept[to:]])


def encode(content: bytes, rng: Random) -> bytes:
    """Text in another encoding."""
    return content.decode("latin-1").encode(rng.choice(("utf-16", "utf-8-sig", "utf-7", "utf-32")))


DAMAGES = [flip, change, delete, insert, duplicate, field, number, number, line]
RARE = [truncate, encode]


def mutated(content: bytes, rng: Random) -> bytes:
    """The content after one to four damages: of each, the place and the kind are the generator's."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        content = rng.choice(RARE if rng.random() < 0.1 else DAMAGES)(content, rng)
    return content
