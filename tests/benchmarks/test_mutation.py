"""The mutation runner finds the tests of each method file."""

from pathlib import Path

import pytest

from benchmarks import mutation

ROOT = Path(__file__).parents[2]


def test_the_tests_of_each_method_file_are_there():
    files = mutation.FILES.split()
    paths = {path for file in files for path in mutation.tests_of(file)}
    assert len(files) == 13 and [path for path in paths if not (ROOT / path).is_file()] == []


@pytest.mark.thorough
def test_every_mutant_that_is_not_drawn_is_one_of_the_present_source():
    sources = {file: (ROOT / "liftkit" / f"{file}.py").read_text() for file in mutation.FILES.split()}
    names = {mutant.name for file, source in sources.items() for mutant in mutation.mutants(source, file)}
    assert set(mutation.EQUIVALENT) - names == set()
