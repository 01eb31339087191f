"""A limit of time that holds even for code that hangs."""

import signal
import time
from contextlib import contextmanager

import pytest

SECONDS = 5  # for one small file: all are read in some milliseconds


@contextmanager
def within(seconds: float, what: str):
    """Fail after so many seconds, even in code that hangs; without SIGALRM (Windows), afterwards."""

    def fail(*_):
        pytest.fail(f"{what} took more than {seconds} s")  # no Exception: a reader cannot take it for damage

    alarm = hasattr(signal, "SIGALRM")
    before = signal.signal(signal.SIGALRM, fail) if alarm else None
    start = time.monotonic()
    try:
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    if time.monotonic() - start > seconds:
        fail()
