"""Run a call that may never return, with a time limit: on any thread, on any system."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

WORKER = "liftkit answer"  # the thread's name
POLL = 0.02  # seconds between two checks whether the worker has finished, and between two attempts to end it
GRACE = 1.0  # seconds that the worker gets to end


class Ended(BaseException):
    """Raised in the worker to end it. A BaseException, so that ``except Exception`` does not catch it."""


@dataclass(eq=False)
class OutOfTime(Exception):
    """The call did not return in time."""

    stopped: bool  # whether it was ended, or still runs in the background


def call_within(seconds: float, function: Callable, *args: Any) -> Any:
    """Return what ``function(*args)`` returns, or raise what it raises; after ``seconds``, raise OutOfTime.

    When the time is up, or on Ctrl+C, an exception ends any loop written in Python. A single call into C (a long sleep,
    a huge matrix product) cannot be ended: its thread is left behind as a daemon.
    """
    done: dict[str, Any] = {}
    finished = threading.Event()  # not is_alive(): after an interrupted join() Python takes a running thread for dead
    context = copy_context()  # a notebook's output finds its cell by it

    def work():
        with suppress(Ended):  # it may arrive late
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
    """Wait in short steps: on Windows a long wait would not notice Ctrl+C."""
    until = time.monotonic() + seconds
    while not finished.is_set() and (left := until - time.monotonic()) > 0:
        finished.wait(min(POLL, left))


def _end(worker: threading.Thread, finished: threading.Event) -> bool:
    """Raise Ended in the worker, again and again in case it catches it. Returns whether it ended."""
    until = time.monotonic() + GRACE
    while not finished.is_set() and time.monotonic() < until:
        reached = ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(Ended))
        if not reached:
            return True
        finished.wait(POLL)
    return finished.is_set()
