"""A call that may never end, given a few seconds: on any thread, on any system."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

POLL = 0.02  # seconds between looks at the worker, and between blows to one that should end
GRACE = 1.0  # seconds that the worker has to end once it is told to


class Ended(BaseException):
    """Raised in the worker to end it; a BaseException, so that ``except Exception`` lets it pass."""


class OutOfTime(Exception):
    """The call did not return in time. ``stopped``: whether it could be ended, or still runs in the background."""

    def __init__(self, stopped: bool):
        super().__init__(f"out of time, {'ended' if stopped else 'still running'}")
        self.stopped = stopped


def call_within(seconds: float, function: Callable, *args: Any) -> Any:
    """What ``function(*args)`` returns or raises; OutOfTime where it takes longer than ``seconds``.

    It runs in a thread of its own, in which Python raises an exception when time is up or when the caller is
    interrupted (Ctrl+C, a kernel's "Interrupt"). That ends any loop written in Python, also one that catches
    ``Exception``. It cannot end a single call into C before this returns: a long sleep, one huge matrix product, a
    read from a socket. The worker is then left behind as a daemon. Nor can anything in this process act while such a
    call keeps Python's global lock.

    >>> call_within(1, max, 1, 2)
    2
    """
    done: dict[str, Any] = {}
    context = copy_context()  # a notebook's output finds its cell by it

    def work():
        try:
            done["value"] = context.run(function, *args)
        except BaseException as error:
            done["error"] = error

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        _wait(worker, seconds)
    except BaseException:
        _end(worker)
        raise
    if worker.is_alive():
        raise OutOfTime(stopped=_end(worker))
    if "error" in done:
        raise done["error"]
    return done["value"]


def _wait(worker: threading.Thread, seconds: float) -> None:
    """In short waits: on Windows a long one would not notice Ctrl+C."""
    until = time.monotonic() + seconds
    while worker.is_alive() and (left := until - time.monotonic()) > 0:
        worker.join(min(POLL, left))


def _end(worker: threading.Thread) -> bool:
    """Raise Ended in the worker, again and again while it catches it; whether it ended."""
    until = time.monotonic() + GRACE
    while worker.is_alive() and time.monotonic() < until:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(Ended))
        worker.join(POLL)
    return not worker.is_alive()
