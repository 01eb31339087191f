"""Endless loops in a student's answer: they become feedback, their threads end, and an interrupt still interrupts."""

import _thread
import signal
import sys
import threading
import time

import pytest

from liftkit.course import exercise
from liftkit.course.watchdog import WORKER, OutOfTime, call_within


def forever(*args):
    while True:
        pass


def workers():
    """The answers that still run; by Python's list of frames, because is_alive() errs after an interrupt."""
    time.sleep(0.1)
    return [t for t in threading.enumerate() if t.name == WORKER and t.ident in sys._current_frames()]


def stubborn(*args):
    while True:
        try:
            time.sleep(0.001)
        except Exception:
            pass


@pytest.mark.slow
@pytest.mark.parametrize("function", [forever, stubborn])
def test_an_endless_loop_becomes_feedback_and_ends(function):
    one = exercise("01.1")
    one.seconds = 0.3
    feedback = one.check(function)
    assert feedback.status == "incorrect"
    assert "0.3 seconds" in feedback.message and "restart the kernel" not in feedback.message
    assert not workers()


def test_an_endless_loop_ends_on_another_thread_too():
    one, found = exercise("01.1"), []
    one.seconds = 0.3
    thread = threading.Thread(target=lambda: found.append(one.check(forever)))
    thread.start()
    thread.join(30)
    assert [feedback.status for feedback in found] == ["incorrect"]


@pytest.mark.slow
def test_a_call_that_cannot_be_interrupted_asks_for_a_new_kernel():
    one = exercise("01.1")
    one.seconds = 0.2
    release = threading.Event()  # a wait without a timeout is one call into C
    message = one.check(lambda x3d: release.wait()).message
    (left_behind,) = workers()
    release.set()
    left_behind.join(10)
    assert "0.2 seconds" in message and "restart the kernel" in message


@pytest.mark.slow
def test_all_calls_share_the_time():
    one = exercise("01.1")
    one.seconds = 0.5

    def slow(x3d):
        time.sleep(0.2)
        return x3d[..., :2]

    assert "0.5 seconds" in one.check(slow).message


@pytest.fixture
def interruptible():
    """As in a terminal or a kernel: whoever is started in the background of a shell ignores Ctrl+C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_the_worker_and_goes_on(interruptible):
    threading.Timer(0.3, _thread.interrupt_main).start()  # what Ctrl+C and a kernel's "Interrupt" do
    with pytest.raises(KeyboardInterrupt):
        call_within(60, forever)
    assert not workers()


def test_the_watchdog_passes_values_and_exceptions_on():
    assert call_within(5, lambda a, b: a + b, 1, 2) == 3
    with pytest.raises(ZeroDivisionError):
        call_within(5, lambda: 1 / 0)
    with pytest.raises(OutOfTime):
        call_within(0.1, forever)
