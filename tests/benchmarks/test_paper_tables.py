"""The page on the paper: its tables are written by commands, between markers."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.pages import write_between
from benchmarks.paper_tables import TABLES, main

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "paper.md"


def test_the_page_has_the_markers_of_every_table_and_no_others():
    found = re.findall(r"<!-- written by: python -m benchmarks\.(.*) -->", PAGE.read_text())
    assert found == [name for name, _, _ in TABLES]


def test_tables_are_written_from_the_results_and_others_are_said_to_be_missing(tmp_path):
    page = Path(shutil.copy(PAGE, tmp_path))
    rows = [("paper", 60.0), ("as_run", 62.0)]
    table = pd.DataFrame(
        {"switch": switch, "representation": "full", "seed": seed, "pa_mpjpe": 80.0, "mirrored": 0.0}
        | {"pa_mpjpe_reflection": error + seed}
        for switch, error in rows
        for seed in range(4)
    )
    table.to_csv(tmp_path / "switches.csv", index=False)
    main(tmp_path, page)
    assert "| full | as_run | 4 | 80.0 (80.0 to 80.0) | 63.5 (61.4 to 65.6) | 0 (0 to 0) | 2.0 (2.0 to 2.0) |" in (
        page.read_text()
    )
    assert page.read_text().count("Not measured yet") == len(TABLES) - 1
    written = page.read_text()
    main(tmp_path, page)
    assert page.read_text() == written


def test_a_page_without_the_markers_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- written by: x -->\n")
    with pytest.raises(ValueError, match="page.md.*end of: x"):
        write_between(page, "x", "text")
