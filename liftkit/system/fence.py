"""Limits of the process that runs a student's code. A fence: it stops accidents and simple attacks, not an expert.

- Everywhere: the code is refused files outside its own folder for writing, other processes and the network, by an audit
  hook of Python. Code that leaves Python (a compiled extension of its own) could pass it.
- Linux and macOS: limits on memory (Linux), processor time, the size of a file and, unless root runs it, the number of
  processes.
- Linux: the kernel itself refuses to write, move or remove files elsewhere (Landlock, since 5.13), and gives the
  process a network without connections (if users may make namespaces).

Files can be read, and what is computed here could be forged: the checker runs in the same process as the answer.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

MEMORY = 4 * 2**30  # bytes: importing torch and the synthetic poses take about one GiB
LARGEST_FILE = 16 * 2**20  # bytes
PROCESSES = 64  # beside those of the user that run already; threads count
# Landlock's rights to write a file, to remove and make everything, to move, and to cut short: bits 1 and 4 to 14.
WRITING = 0b111111111110010
TO_DEVICE = 0b100000000000010  # what a single file such as /dev/null can have: write and cut short
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, the same on every processor
NEW_USER, NEW_NETWORK, NO_NEW_PRIVILEGES = 0x10000000, 0x40000000, 38
REFUSED = (
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.spawn",
    "subprocess.Popen", "os.kill", "os.killpg", "signal.pthread_kill", "socket.", "ctypes.dlopen", "ctypes.dlsym",
    "_winapi.", "winreg.", "webbrowser.open", "ftplib.", "smtplib.", "urllib.Request",
)  # fmt: skip
WRITES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
          "os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.")  # fmt: skip


def limit_process(scratch: Path, seconds: float) -> None:
    """Set the limits of the operating system, as far as there are any here; before any thread is started."""
    with suppress(ImportError):  # Windows has none
        import resource

        limits = {
            "CORE": 0,
            "FSIZE": LARGEST_FILE,
            "DATA": MEMORY,
            "CPU": int(seconds),
            "NPROC": PROCESSES + _running(),
        }
        for name, value in limits.items():
            with suppress(AttributeError, ValueError, OSError):
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    if platform.system() == "Linux":
        libc = ctypes.CDLL(None)
        libc.unshare(NEW_USER | NEW_NETWORK)
        _lock_files(libc, scratch)


def _running() -> int:
    """The threads of all processes here: the limit counts those of this user, which are not more."""
    return sum(1 for _ in Path("/proc").glob("[0-9]*/task/*")) if Path("/proc").is_dir() else 4096


def _lock_files(libc: Any, scratch: Path) -> None:
    version = libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return
    known = WRITING & ((1 << (13 + min(version - 1, 2))) - 1)  # version 1 knows bits 0 to 12, 2 adds one, 3 another
    ruleset = libc.syscall(CREATE_RULESET, struct.pack("=Q", known), 8, 0)
    for path, rights in ((scratch, known), (Path(os.devnull), TO_DEVICE & known)):
        handle = os.open(path, os.O_RDONLY)
        libc.syscall(ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, handle), 0)
        os.close(handle)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def close_python(scratch: Path) -> None:
    """Refuse processes, the network and writing outside ``scratch`` from now on; for good."""
    home, fspath, realpath, commonpath = os.path.realpath(scratch), os.fspath, os.path.realpath, os.path.commonpath
    to_write = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    sys.dont_write_bytecode = True
    ctypes.pythonapi.PyThreadState_SetAsyncExc  # noqa: B018  the watchdog's, looked up before that is refused

    def inside(path: Any) -> bool:
        if isinstance(path, int):
            return True  # an open file
        path = fspath(path)
        path = path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else path
        return path == os.devnull or commonpath([home, realpath(path)]) == home

    def refuse(event: str, args: tuple) -> None:
        if event.startswith(REFUSED):
            raise PermissionError(f"not allowed while grading: {event}")
        writing = event == "open" and args[2] & to_write
        paths = args[:1] if writing else args[:2] if event.startswith(WRITES) else ()
        if not all(inside(path) for path in paths if isinstance(path, (str, bytes, os.PathLike))):
            raise PermissionError(f"not allowed while grading: to write or remove {args[0]!r}")

    sys.addaudithook(refuse)
