import platform

import pytest

from liftkit.system import memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these settings")
def test_glibc_takes_both_settings():
    assert memory.keep_freed_memory() is True


@pytest.mark.parametrize("answers", [(1, 0), (0, 1)])
def test_a_refused_setting_is_reported(monkeypatch, answers):
    class Refuses:
        calls = iter(answers)

        def mallopt(self, setting, value):
            return next(self.calls)

    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: Refuses())
    assert memory.keep_freed_memory() is False


def test_without_glibc_nothing_happens(monkeypatch):
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    assert memory.keep_freed_memory() is False
