"""Endless loops in a student's answer: they become feedback, their threads end, and an interrupt still interrupts."""

import _thread
import signal
import sys
import threading
import time

import pytest

from liftkit.course import exercise, watchdog
from liftkit.course.watchdog import WORKER, OutOfTime, call_within


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """A third of a second of wall time, and one second for a call that only waits."""
    assert watchdog.PATIENCE >= 30
    monkeypatch.setattr(watchdog, "PATIENCE", 0.3)
    monkeypatch.setattr(watchdog, "LONGEST", 1.0)


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
    one.seconds = 0.2
    feedback = one.check(function)
    assert feedback.status == "incorrect"
    assert "a loop that never ends" in feedback.message and "restart the kernel" not in feedback.message
    assert not workers()


def test_an_endless_loop_ends_on_another_thread_too():
    one, found = exercise("01.1"), []
    one.seconds = 0.2
    thread = threading.Thread(target=lambda: found.append(one.check(forever)))
    thread.start()
    thread.join(30)
    assert [feedback.status for feedback in found] == ["incorrect"]


@pytest.mark.slow
def test_a_call_that_cannot_be_interrupted_asks_for_a_new_kernel():
    one = exercise("01.1")
    release = threading.Event()  # a wait without a timeout is one call into C
    message = one.check(lambda x3d: release.wait()).message
    (left_behind,) = workers()
    release.set()
    left_behind.join(10)
    assert "wait for something" in message and "restart the kernel" in message


def compute(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@pytest.mark.slow
def test_all_calls_share_the_time():
    one = exercise("01.1")
    one.seconds = 0.3

    def slow(x3d):
        compute(0.15)
        return x3d[..., :2]

    assert "is there a loop" in one.check(slow).message


@pytest.mark.slow
def test_what_waits_for_the_processor_is_no_endless_loop(monkeypatch):
    """On a busy machine a call that computes little takes long: here it sleeps instead."""

    def starved(x3d):
        compute(0.02)
        time.sleep(0.2)
        return x3d[..., :2]

    monkeypatch.setattr(watchdog, "LONGEST", 60.0)
    one = exercise("01.1")
    one.seconds = 0.15
    assert one.check(starved).status == "correct"  # three calls: 0.6 s of wall time, 0.06 s of computing


def test_nothing_is_ended_before_the_wall_time(monkeypatch):
    monkeypatch.setattr(watchdog, "PATIENCE", 30.0)
    monkeypatch.setattr(watchdog, "LONGEST", 120.0)
    call_within(0.01, compute, 0.05)


@pytest.mark.slow
def test_an_import_is_never_ended_half_way_and_does_not_count(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text(
        "import time\nfor _ in range(80):\n    time.sleep(0.01)\nready = True\n"
    )
    (tmp_path / "never_imported.py").write_text(
        "import time\nfor _ in range(180):\n    time.sleep(0.01)\nready = True\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    def imports(name):
        return __import__(name).ready

    assert call_within(0.0, imports, "slow_to_import")  # 0.6 s of wall time, all of it in the import
    with pytest.raises(OutOfTime):
        call_within(0.0, imports, "never_imported")
    time.sleep(1.5)
    assert sys.modules["never_imported"].ready and not workers()


@pytest.mark.slow
def test_a_loop_after_an_import_is_ended_when_the_import_is_done(tmp_path, monkeypatch):
    (tmp_path / "late.py").write_text("import time\nfor _ in range(250):\n    time.sleep(0.01)\n")
    monkeypatch.syspath_prepend(tmp_path)

    def mine():
        __import__("late")
        forever()

    with pytest.raises(OutOfTime) as caught:
        call_within(0.0, mine)
    assert not caught.value.stopped  # it was still in the import
    time.sleep(1.5)
    assert "late" in sys.modules and not workers()


@pytest.fixture
def interruptible():
    """As in a terminal or a kernel: whoever is started in the background of a shell ignores Ctrl+C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
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
