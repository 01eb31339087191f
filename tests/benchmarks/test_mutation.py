"""The mutation runner finds the tests of each method file."""

from pathlib import Path

from benchmarks import mutation

ROOT = Path(__file__).parents[2]


def test_the_tests_of_each_method_file_are_there():
    assert len(mutation.FILES.split()) == 13
    assert [
        path for file in mutation.FILES.split() for path in mutation.tests_of(file) if not (ROOT / path).is_file()
    ] == []
