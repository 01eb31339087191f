"""The table of speeds: a command replaces its own rows, and a figure is held against its goal."""

import sys

import pandas as pd
import pytest

from benchmarks.speed import Measured, record, summary


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Record rows as a command with some options; the table."""

    def made(name, rows, *options):
        monkeypatch.setattr(sys, "argv", [name, *options])
        record(name, rows, tmp_path / "speed.csv")
        return pd.read_csv(tmp_path / "speed.csv")

    return made


def test_a_command_replaces_its_own_rows_and_no_others(run):
    run("widgets", [Measured("pull", 18.0, "ms", at_most=16), Measured("frames", 57.0, at_least=30)])
    run("study", [Measured("whole", 90.0, "s")], "--seeds", "8")
    run("study", [Measured("whole", 70.0, "s")])
    table = run("widgets", [Measured("pull", 4.0, "ms", at_most=16)])
    assert [*zip(table.command, table.what, table.value, strict=True)] == [
        ("python -m benchmarks.study", "whole", 70.0),
        ("python -m benchmarks.study --seeds 8", "whole", 90.0),
        ("python -m benchmarks.widgets", "pull", 4.0),
    ]


def test_goals_are_met_at_their_ends_and_missed_beyond(run):
    figures = [(16.0, {"at_most": 16}), (16.1, {"at_most": 16}), (30.0, {"at_least": 30}), (29.9, {"at_least": 30})]
    table = run(
        "widgets", [Measured("figure", value, "ms", **goal) for value, goal in figures] + [Measured("free", 1.0)]
    )
    met, missed = "at {} {}: met", "at {} {}: **not met**"
    assert [*summary(table).goal] == [
        met.format("most", 16), missed.format("most", 16), met.format("least", 30), missed.format("least", 30), "",
    ]  # fmt: skip
