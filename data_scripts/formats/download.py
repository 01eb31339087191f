"""Download files of the CMU motion capture database: the only place in this repository that uses the network."""

from __future__ import annotations

import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from liftkit.system.files import check_new

ADDRESS = "http://mocap.cs.cmu.edu/subjects"
BLOCK = 2**16
BEGINNING = re.compile(rb"\s*(#[^\n]*\n\s*)*:")  # of ASF and AMC files: comments, then a section
AGAIN = "call it again to continue from there"


def cmu_files(subject: int, trials: list[int], address: str = ADDRESS) -> list[str]:
    """The addresses of a subject's skeleton and of its trials.

    >>> cmu_files(2, [1])[1]
    'http://mocap.cs.cmu.edu/subjects/02/02_01.amc'
    """
    folder = f"{address}/{subject:02d}"
    return [f"{folder}/{subject:02d}.asf", *(f"{folder}/{subject:02d}_{trial:02d}.amc" for trial in trials)]


def download(url: str, path: Path, progress: Callable[[int], object] = lambda count: None) -> Path:
    """Download a file to ``path``. What arrives is kept in ``path`` + ".part", so that a second call continues there.

    The file is put in place only when it is as long as the server said. A file that the server has changed since the
    first call begins anew: its ETag, or the time of its last change, is kept beside the part.
    ``progress`` is called with the number of bytes of each block. Something that is no motion (a web page, nothing) is
    refused, and so is a ``path`` that exists.
    """
    part, version = path.with_name(path.name + ".part"), path.with_name(path.name + ".part-version")
    check_new(path)
    known = version.read_text() if version.exists() else ""
    have = part.stat().st_size if part.exists() and known else 0
    given = {"Range": f"bytes={have}-", "If-Range": known} if have else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=given), timeout=60) as response:
            have, total = _expected(response, have)
            found = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            if have and found != known:  # a server that does not know If-Range
                part.unlink()
                raise ValueError(f"{url}: the file has changed; its part was removed, call it again to begin anew")
            version.write_text(found)
            with part.open("ab" if have else "wb") as file:
                progress(have)
                while block := response.read(BLOCK):
                    if not have and not BEGINNING.match(block):
                        raise ValueError(f"{url}: expected a skeleton or motion, found {block.lstrip()[:40]!r}")
                    file.write(block)
                    have += len(block)
                    progress(len(block))
                file.flush()
                os.fsync(file.fileno())
    except urllib.error.HTTPError as error:
        if error.code == 416 and error.headers.get("Content-Range") == f"bytes */{have}":
            return _put(part, path)  # an earlier call got all of it
        if error.code == 416:
            part.unlink(missing_ok=True)
            raise ValueError(f"{url}: the part from before does not fit the server's file and was removed") from error
        raise ValueError(f"{url}: the server answers {error.code} {error.reason}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise ValueError(f"{url}: no complete answer ({error}); {AGAIN}") from error
    if have != total:
        if have > total:
            part.unlink()
        raise ValueError(f"{url}: expected {total:,} bytes, found {have:,}; {AGAIN}")
    return _put(part, path)


def _put(part: Path, path: Path) -> Path:
    os.replace(part, path)
    part.with_name(part.name + "-version").unlink(missing_ok=True)
    return path


def _expected(response, have: int) -> tuple[int, int]:
    """The first byte that the server sends, and the length of the whole file."""
    length = response.headers.get("Content-Length")
    if length is None or not length.isdigit():
        raise ValueError(f"{response.url}: the server does not say how long the file is")
    if not int(length):
        raise ValueError(f"{response.url}: expected a file, found an empty one")
    if response.status != 206:
        return 0, int(length)  # it ignores ranges and sends everything
    span = response.headers.get("Content-Range", "")
    if span != f"bytes {have}-{have + int(length) - 1}/{have + int(length)}":
        raise ValueError(f"{response.url}: expected the bytes from {have} on, found {span!r}")
    return have, have + int(length)
