"""The page for the lecturer: who solved what, and which slip is the most common."""

from __future__ import annotations

import re
from dataclasses import asdict
from html import escape

import pandas as pd

from liftkit.course import all_exercises
from liftkit.course.feedback import INCORRECT, MARKS, NOT_UNDERSTOOD
from liftkit.course.grading.grade import Grade

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 2em auto; max-width: 70em; padding: 0 1em }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border-bottom: 1px solid #8886; padding: 2px 10px; text-align: left; vertical-align: top }
"""


def grades_page(grades: list[Grade]) -> str:
    """An HTML page of tables; it needs no network, and every text of a student is escaped."""
    table = pd.DataFrame([asdict(grade) for grade in grades])
    rows = table[table.exercise != ""]
    titles = {number: one.title for number, one in all_exercises().items()}
    parts = [f"<h1>Grades of {table.notebook.nunique()} notebooks</h1>"]
    parts.append("<h2>Exercises</h2>" + _html(counts(rows, titles), index=False))
    parts.append("<h2>The most common slips</h2>" + _html(slips(rows, titles), index=False))
    tries = rows.attempts.map(lambda count: f" {count}" if count.isdigit() and int(count) > 1 else "")
    marks = rows.assign(mark=rows.status.map(MARKS) + tries).pivot(index="notebook", columns="exercise", values="mark")
    key = ", ".join(f"{mark} {status}" for status, mark in MARKS.items())
    key += "; a number: how many answers were tried, as far as the notebook shows"
    parts.append(f"<h2>Notebooks</h2><p>{escape(key)}</p>" + _html(marks.fillna("").rename_axis(columns=None)))
    odd = table[table.status == NOT_UNDERSTOOD][["notebook", "exercise", "message"]]
    parts.append("<h2>Not understood: please look at these yourself</h2>" + _html(odd, index=False))
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Grades</title>'
    return (
        f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{"".join(parts)}</body></html>'
    )


def counts(rows: pd.DataFrame, titles: dict[str, str]) -> pd.DataFrame:
    """One row per exercise: how many notebooks have each status."""
    found = pd.crosstab(rows.exercise, rows.status).reindex(columns=list(MARKS), fill_value=0)
    found.insert(0, "title", [titles.get(number, "") for number in found.index])
    return found.reset_index().rename_axis(columns=None)


def slips(rows: pd.DataFrame, titles: dict[str, str]) -> pd.DataFrame:
    """One row per exercise with wrong answers: the message given most often, apart from its numbers."""
    wrong = rows[rows.status == INCORRECT]
    kind = wrong.message.map(lambda text: re.sub(r"-?\d[\d.e+-]*", "#", text))
    found = []
    for number, group in wrong.groupby("exercise"):
        most = kind[group.index].value_counts().idxmax()
        same = group[kind[group.index] == most]
        found.append((number, titles.get(number, ""), f"{len(same)} of {len(group)}", same.message.iloc[0]))
    return pd.DataFrame(found, columns=["exercise", "title", "wrong answers", "for example"])


def _html(table: pd.DataFrame, index: bool = True) -> str:
    if table.empty:
        return "<p>None.</p>"
    with pd.option_context("display.max_colwidth", None):
        return table.to_html(index=index, border=0)
