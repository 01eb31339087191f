"""How much the tests of reliability try is counted, and a failure is no result."""

import pytest
import typer

from benchmarks.reliability import KINDS, Kind, held

TESTS = """
import pytest

@pytest.mark.parametrize("count", [3, 4])
def test_counts(count, record_property):
    record_property("kills", count)
    record_property("bytes", 10 * count)

def test_skips():
    pytest.skip("not here")

def test_fails():
    assert False
"""


@pytest.mark.long
def test_passed_tests_are_counted_by_what_they_say(tmp_path):
    (tmp_path / "test_small.py").write_text(TESTS)
    small = f"{tmp_path / 'test_small.py'}"
    assert held(Kind("", (small, "-k", "counts"), "kills")) == (7, 40)
    assert held(Kind("", (small, "-k", "counts or skips"))) == (2, 40)
    with pytest.raises(ValueError, match="how many pills"):
        held(Kind("", (small, "-k", "counts"), "pills"))
    with pytest.raises(typer.Exit):
        held(Kind("", (small,)))


def test_every_kind_is_told_apart():
    assert len({kind.tests for kind in KINDS}) == len({kind.what for kind in KINDS}) == len(KINDS)
