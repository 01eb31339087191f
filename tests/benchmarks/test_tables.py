"""The pages: their tables are what the commands make of the results, and no figure of theirs is typed beside them."""

import re
import shutil

import pandas as pd
import pytest

from benchmarks.pages import write_between
from benchmarks.tables import LIFTING, PAPER, README, RESULTS, ROOT, SWITCHES, TABLES, main

PAGES = (README, RESULTS, PAPER, LIFTING)


@pytest.fixture
def copy(tmp_path):
    """The pages in a folder of their own, where nothing is measured yet."""
    for page in PAGES:
        (tmp_path / page).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / page, tmp_path / page)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_has_the_markers_of_every_table_and_no_others(page):
    found = re.findall(r"<!-- written by: python -m benchmarks\.(.*) -->", (ROOT / page).read_text())
    assert found == [table.mark for table in TABLES if table.page == page]


@pytest.mark.slow
def test_every_page_is_what_the_command_writes_from_the_stored_results(copy):
    main(ROOT, copy)
    for page in PAGES:
        assert (copy / page).read_text() == (ROOT / page).read_text(), f"run python -m benchmarks.tables: {page}"


@pytest.mark.slow
def test_a_changed_result_changes_the_page(copy):
    for table in TABLES:
        for file in table.files:
            if (ROOT / file).exists():
                (copy / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / file, copy / file)
    summary = copy / "results" / "study_summary.csv"
    pd.read_csv(summary).assign(mean=123.4).to_csv(summary, index=False)
    main(copy, copy)
    for page in (README, RESULTS):
        assert "| 123.4 (" in (copy / page).read_text()


@pytest.mark.parametrize("title", ["The main result", "The paper's claims, checked"])
def test_no_figure_of_a_result_is_typed_in_the_readme(title):
    section = (ROOT / README).read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    prose = re.sub(r"<!-- written by: (.*?) -->.*?<!-- end of: \1 -->", "", section, flags=re.DOTALL)
    assert len(prose) < len(section) and re.findall(r"\d+\.\d|\d+ mm|\d+ %", prose) == ["95 %"] * ("95 %" in prose)


@pytest.mark.slow
def test_tables_are_written_from_the_results_and_others_are_said_to_be_missing(copy):
    rows = [("paper", 60.0), ("as_run", 62.0)]
    table = pd.DataFrame(
        {
            "switch": switch,
            "representation": name,
            "seed": seed,
            "pa_mpjpe": 80.0,
            "mirrored": 0.0,
            "flat": 92.0,
            "saturated": 0.25,
        }
        | {"pa_mpjpe_reflection": error + seed + more}
        for switch, error in rows
        for name, more in (("full", 0), ("legs_torso", 7))
        for seed in range(4)
    )
    (copy / SWITCHES.relative_to(ROOT)).parent.mkdir(parents=True)
    table.to_csv(copy / SWITCHES.relative_to(ROOT), index=False)
    main(copy, copy)
    page = (copy / PAPER).read_text()
    errors = "80.0 (80.0 to 80.0) | 63.5 (61.4 to 65.6) | 0 (0 to 0) | 25 (25 to 25)"
    assert f"| full | as_run | 4 | {errors} | 2.0 (2.0 to 2.0); p < 0.001 |" in page
    assert "| as_run | 7.0 (7.0 to 7.0) | p < 0.001 |" in page
    assert page.count("Not measured yet") == sum(table.page == PAPER for table in TABLES) - 2
    main(copy, copy)
    assert (copy / PAPER).read_text() == page


def test_a_page_without_the_markers_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- written by: x -->\n")
    with pytest.raises(ValueError, match="page.md.*end of: x"):
        write_between(page, "x", "text")
