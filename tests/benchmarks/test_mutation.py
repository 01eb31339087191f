"""The mutation runner finds the tests of each method file."""

from pathlib import Path

from benchmarks import mutation

ROOT = Path(__file__).parents[2]


def test_the_tests_of_each_method_file_are_there():
    files = mutation.FILES.split()
    paths = {path for file in files for path in mutation.tests_of(file)}
    assert len(files) == 13 and [path for path in paths if not (ROOT / path).is_file()] == []
