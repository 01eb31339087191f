"""A call that may never end, given a few seconds: on any thread, on any system."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Any

WORKER = "liftkit answer"  # the thread's name
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
    finished = threading.Event()  # not is_alive(): after an interrupted join() Python takes a running thread for dead
    context = copy_context()  # a notebook's output finds its cell by it

    def work():
        with suppress(Ended):  # one that comes late
            try:
                done["value"] = context.run(function, *args)
            except BaseException as error:
                done["error"] = error
            finally:
                finished.set()

    worker = threading.Thread(target=work, name=WORKER, daemon=True)
    worker.start()
    try:
        _wait(finished, seconds)
    except BaseException:
        _end(worker, finished)
        raise
    if not finished.is_set():
        raise OutOfTime(stopped=_end(worker, finished))
    if "error" in done:
        raise done["error"]
    return done["value"]


def _wait(finished: threading.Event, seconds: float) -> None:
    """In short waits: on Windows a long one would not notice Ctrl+C."""
    until = time.monotonic() + seconds
    while not finished.is_set() and (left := until - time.monotonic()) > 0:
        finished.wait(min(POLL, left))


def _end(worker: threading.Thread, finished: threading.Event) -> bool:
    """Raise Ended in the worker, again and again while it catches it; whether it ended."""
    until = time.monotonic() + GRACE
    while not finished.is_set() and time.monotonic() < until:
        reached = ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(Ended))
        if not reached:
            return True
        finished.wait(POLL)
    return finished.is_set()
