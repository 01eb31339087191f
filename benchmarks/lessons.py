"""What a lesson costs a student: time, time to its first picture, memory.

    OMP_NUM_THREADS=1 python -m benchmarks.lessons [NN ...]

Each lesson runs once from the first cell to the last in a new kernel; its file is not changed. For Linux and macOS.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import nbformat
import pandas as pd
import typer

from benchmarks import blocks
from liftkit.course.authoring.manifest import read_course
from liftkit.course.authoring.run_lesson import LIVE, Client, run_cells

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
PICTURES = {"image/svg+xml", "image/png", "application/vnd.plotly.v1+json", LIVE}
# Of the kernel and of the processes it started and waited for. ru_maxrss is in kB on Linux, in bytes on macOS; on Linux
# it begins with the memory of the process that started the kernel, and VmHWM does not.
MEASURE = """
import json, pathlib, re, resource, sys
_used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
_peaks = [used.ru_maxrss for used in _used]
if (_status := pathlib.Path("/proc/self/status")).exists():
    _peaks[0] = int(re.search(r"VmHWM:\\s+(\\d+)", _status.read_text())[1])
_peak = max(_peaks) / (2**20 if sys.platform == "darwin" else 2**10)
print(json.dumps({"cpu s": sum(used.ru_utime + used.ru_stime for used in _used), "peak MiB": _peak}))
"""


class Stopwatch(Client):
    """Run a notebook and keep when it showed its first picture: ``first_picture``, in seconds of ``time.monotonic``."""

    first_picture = None

    def process_message(self, msg, cell, cell_index):
        if self.first_picture is None and PICTURES & set(msg["content"].get("data", ())):
            self.first_picture = time.monotonic()
        return super().process_message(msg, cell, cell_index)


def measure(path: Path) -> dict[str, float]:
    """Run one lesson: wall seconds from the start of the kernel, CPU seconds, the kernel's peak memory, file size."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(MEASURE))
    start = time.monotonic()
    client = run_cells(notebook, path.parent, Stopwatch)
    seconds = {"seconds": time.monotonic() - start, "first picture s": client.first_picture - start}
    return seconds | json.loads(notebook.cells[-1].outputs[0].text) | {"stored kB": path.stat().st_size / 1000}


def main(
    lessons: Annotated[list[str] | None, typer.Argument(help="Numbers; all if none is given.")] = None,
    out: blocks.OUT = Path("results/lessons.csv"),
) -> None:
    """Measure lessons, one row each; the rows of the others stay."""
    course = [lesson for lesson in read_course(NOTEBOOKS).lessons if not lessons or lesson.number in lessons]
    for lesson in course:
        row = pd.DataFrame([{"lesson": lesson.number, **measure(NOTEBOOKS / lesson.file)}])
        typer.echo(row.to_string(index=False))
        blocks.write_table(blocks.with_stored(row, out, "lesson"), out)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """The table in whole numbers."""
    whole = table.round(0).astype(int)
    return whole.assign(lesson=whole.lesson.map("{:02d}".format))


if __name__ == "__main__":
    typer.run(main)
