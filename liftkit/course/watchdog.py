"""Run a call that may never return, with a time limit: on any thread, on any system."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

WORKER = "liftkit answer"  # the thread's name
PATIENCE = 30.0  # seconds of wall time before which no call is ended: on a busy machine it hardly gets the processor
LONGEST = 120.0  # seconds of wall time after which also a call that only waits is ended
POLL = 0.02  # seconds between two looks at the worker, and between two attempts to end it
GRACE = 1.0  # seconds that the worker gets to end before it is left behind


class Ended(BaseException):
    """Raised in the worker to end it. A BaseException, so that ``except Exception`` does not catch it."""


@dataclass(eq=False)
class OutOfTime(Exception):
    """The call did not return in time."""

    wall: float  # seconds that passed
    cpu: float  # seconds that it computed
    stopped: bool  # whether it was ended, or still runs in the background


def call_within(seconds: float, function: Callable, *args: Any) -> Any:
    """Return what ``function(*args)`` returns, or raise what it raises; if it takes too long, raise OutOfTime.

    Too long is ``seconds`` of computing, but never before PATIENCE seconds of wall time, imports not counted; or
    LONGEST seconds of wall time. Then, or on Ctrl+C, an exception ends any loop written in Python, but no import: half
    a module would stay broken until the kernel is restarted. A single call into C (a long sleep, a huge matrix product)
    cannot be ended: its thread is left behind as a daemon, and ends when that call or that import returns.
    """
    done: dict[str, Any] = {}
    finished = threading.Event()  # not is_alive(): after an interrupted join() Python takes a running thread for dead
    context = copy_context()  # a notebook's output finds its cell by it

    def work():
        with suppress(Ended):  # it may arrive late
            try:
                done["clock"] = _cpu_clock()
                done["value"] = context.run(function, *args)
            except BaseException as error:
                done["error"] = error
            finally:
                finished.set()

    worker = threading.Thread(target=work, name=WORKER, daemon=True)
    worker.start()
    try:
        late = _wait(worker, finished, done, seconds)
    except BaseException:
        _end(worker, finished)
        raise
    if late:
        late.stopped = _end(worker, finished)
        raise late
    if "error" in done:
        raise done["error"]
    return done["value"]


def _cpu_clock() -> Callable[[], float]:
    """A clock of the calling thread's computing from now on, which any thread can read."""
    read = time.process_time  # macOS, Windows: a kernel's other threads compute next to nothing meanwhile
    if hasattr(time, "pthread_getcpuclockid"):
        read = partial(time.clock_gettime, time.pthread_getcpuclockid(threading.get_ident()))
    begun = read()
    return lambda: read() - begun


def _wait(worker: threading.Thread, finished: threading.Event, done: dict, seconds: float) -> OutOfTime | None:
    """Wait in short steps: on Windows a long wait would not notice Ctrl+C. Returns None if it finished in time."""
    start = last = time.monotonic()
    wall = cpu = computed = 0.0  # wall and cpu: outside imports
    while not finished.wait(POLL):
        now = time.monotonic()
        with suppress(KeyError, OSError):  # not begun yet; just ended
            step = done["clock"]() - computed
            computed += step
            if not _importing(worker):
                wall, cpu = wall + now - last, cpu + step
        last = now
        if (wall >= PATIENCE and cpu >= seconds) or now - start >= LONGEST:
            return OutOfTime(now - start, cpu, stopped=False)
    return None


def _importing(worker: threading.Thread) -> bool:
    frame = sys._current_frames().get(worker.ident)
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def _end(worker: threading.Thread, finished: threading.Event) -> bool:
    """Raise Ended in the worker, again and again in case it catches it. Returns whether it ended within GRACE."""

    def insist():
        while worker.is_alive() and not finished.wait(POLL):
            if not _importing(worker):
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(Ended))

    threading.Thread(target=insist, daemon=True).start()
    return finished.wait(GRACE)
