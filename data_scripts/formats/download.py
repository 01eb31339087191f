"""Files of the CMU motion capture database over the network: the only place in liftkit that uses it."""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from liftkit.system.files import check_new

ADDRESS = "http://mocap.cs.cmu.edu/subjects"
BLOCK = 2**16


def cmu_files(subject: int, trials: list[int], address: str = ADDRESS) -> list[str]:
    """The addresses of a subject's skeleton and of the given trials.

    >>> cmu_files(2, [1])[1]
    'http://mocap.cs.cmu.edu/subjects/02/02_01.amc'
    """
    folder = f"{address}/{subject:02d}"
    return [f"{folder}/{subject:02d}.asf", *(f"{folder}/{subject:02d}_{trial:02d}.amc" for trial in trials)]


def download(url: str, path: Path, progress: Callable[[int], object] = lambda count: None) -> Path:
    """Fetch a file into ``path``; what arrives is kept in ``path`` + ".part", so that a second call goes on from there.

    The file is put in place only when it is as long as the server said. ``progress`` is called with the number of
    bytes that came. Raises ValueError, which names the address, where the server refuses, breaks off or sends another
    length; and where ``path`` exists: nothing is overwritten.
    """
    part = path.with_name(path.name + ".part")
    check_new(path)
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            have, total = _expected(response, have)
            with part.open("ab" if have else "wb") as file:
                progress(have)
                while block := response.read(BLOCK):
                    file.write(block)
                    have += len(block)
                    progress(len(block))
                file.flush()
                os.fsync(file.fileno())
    except urllib.error.HTTPError as error:
        if error.code == 416 and error.headers.get("Content-Range") == f"bytes */{have}":
            os.replace(part, path)  # all of it had come before
            return path
        if error.code == 416:
            part.unlink(missing_ok=True)
            raise ValueError(f"{url}: what was begun does not fit the server's file and is removed") from error
        raise ValueError(f"{url}: the server answers {error.code} {error.reason}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise ValueError(f"{url}: no whole answer ({error}); a further call goes on from what came") from error
    if have != total:
        if have > total:
            part.unlink()
        raise ValueError(f"{url}: expected {total:,} bytes, found {have:,}; a further call goes on from what came")
    os.replace(part, path)
    return path


def _expected(response, have: int) -> tuple[int, int]:
    """From which byte on the server sends, and how long the file is in all."""
    length = response.headers.get("Content-Length")
    if length is None or not length.isdigit():
        raise ValueError(f"{response.url}: the server does not say how long the file is")
    if response.status != 206:
        return 0, int(length)  # it sends everything, whatever was asked for
    span = response.headers.get("Content-Range", "")
    if span != f"bytes {have}-{have + int(length) - 1}/{have + int(length)}":
        raise ValueError(f"{response.url}: expected the bytes from {have} on, found {span!r}")
    return have, have + int(length)
