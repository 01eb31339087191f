"""The cost of a lesson, on one whose costs are known."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.lessons import measure


@pytest.mark.long
def test_the_costs_of_a_lesson_are_measured(tmp_path):
    codes = [
        "import time\ntime.sleep(2)",
        "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
        "held = bytearray(b'1') * 2**28\ntime.sleep(2)",
    ]
    path = tmp_path / "00_costs.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(code) for code in codes]), path)
    here = b"1" * 2**30  # this process's memory is not the kernel's
    costs = measure(path)
    assert len(here) == 2**30
    assert 2 < costs["first picture s"] < costs["seconds"] - 2
    assert 0.1 < costs["cpu s"] < costs["seconds"] - 3
    assert 256 < costs["peak MiB"] < 1024
    assert costs["stored kB"] == path.stat().st_size / 1000
