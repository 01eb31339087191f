"""The project: a plan that stays and shows its changes, results that are kept, and a report by hand that is checked.

The results are hand-made: "apart" is 4 mm better than "whole" in the mean of six seeds, 3 to 5 mm per seed.
"""

import json
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from liftkit.course import project

PLANNED = dict(
    question="Is apart better than whole by a fifth?",
    first="apart",
    second="whole",
    seeds=range(6),
    rule="Supported if the corrected interval lies on the side of apart.",
)
WHOLE = [80.0, 82, 81, 79, 80, 78]
GAIN = [3.0, 5, 4, 4, 3, 5]
# By hand: mean 4, sd 0.8944, t = 4 / (0.8944 / sqrt(6)) = 10.954 with 5 degrees of freedom: p 0.000110 (a table of t).
# The interval excludes a fifth of 80, which is 16: contradicted. Forbidden, every pair differs by 1 to 3, mean 2.
REPORT = {
    "seeds": 6,
    "checkpoint": "last",
    "parameters": {"apart": 500, "whole": 600},
    "mirrored": {"apart": 0.5, "whole": 0.02},
    "reflection allowed": {"apart": -4.0},
    "reflection forbidden": {"apart": -2.0},
    "p_holm": {"apart": 0.0},
    "verdict": {"apart": "supported"},
    "figure": go.Figure(),
    "limitation": "Two made-up lifters say nothing about people.",
}


def results(policies=("last",)):
    rows = [
        {"representation": name, "seed": seed, "data": "made", "test": "made", "policy": policy, "seconds": 1.0}
        | {"pa_mpjpe_reflection": WHOLE[seed] - gain, "pa_mpjpe": WHOLE[seed] + 9 - (gain and gain - 2)}
        | {"mirrored": mirrored, "parameters": parameters}
        for policy in policies
        for name, mirrored, parameters in (("whole", 0.02, 600), ("apart", 0.5, 500))
        for seed in range(6)
        for gain in [GAIN[seed] if name == "apart" else 0.0]
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def studied(tmp_path):
    project.plan(tmp_path, **PLANNED)
    project.keep_results(tmp_path, results())
    return tmp_path


def test_a_plan_is_written_once_with_its_time_and_read_again(tmp_path):
    written = project.plan(tmp_path / "mine", **PLANNED)
    stored = json.loads((tmp_path / "mine" / "plan.json").read_text())
    assert stored["written"] == written.written and stored["seeds"] == [0, 1, 2, 3, 4, 5]
    assert project.plan(tmp_path / "mine", **PLANNED) == project.plan(tmp_path / "mine") == written
    assert written.changes == () and [path.name for path in (tmp_path / "mine").iterdir()] == ["plan.json"]


def test_a_later_change_is_kept_and_shown(tmp_path):
    first = project.plan(tmp_path, **PLANNED)
    changed = project.plan(tmp_path, **PLANNED | {"size": 0.0, "second": "other"})
    (change,) = project.plan(tmp_path).changes
    assert change["fields"] == {"size": [0.2, 0.0], "second": ["whole", "other"]}
    assert changed.written == first.written <= change["time"]
    assert "size: 0.2 → 0.0" in changed._repr_markdown_() and "whole → other" in repr(changed)
    assert len(project.plan(tmp_path, **PLANNED).changes) == 2


@pytest.mark.parametrize(
    ("wrong", "fact"),
    [
        ({"seeds": range(5)}, "6 seeds, found 5"),
        ({"first": "whole"}, "two different representations"),
        ({"checkpoint": "oracle"}, "last, unsupervised, found 'oracle'"),
        ({"metric": "pa_mpje"}, "pa_mpjpe_reflection, pa_mpjpe, .* found 'pa_mpje'"),
        ({"rule": " "}, "no rule"),
        ({"question": "..."}, "no question"),
    ],
)
def test_a_poor_plan_is_refused_and_nothing_is_written(tmp_path, wrong, fact):
    with pytest.raises(ValueError, match=fact):
        project.plan(tmp_path, **PLANNED | wrong)
    assert not list(tmp_path.iterdir())


def test_results_need_a_plan_and_all_its_seeds_and_stay(tmp_path):
    with pytest.raises(ValueError, match="no plan yet"):
        project.keep_results(tmp_path, results())
    project.plan(tmp_path, **PLANNED)
    with pytest.raises(ValueError, match="6 seeds; the results have 5 of them for apart"):
        project.keep_results(tmp_path, results().iloc[:-1])
    kept = project.keep_results(tmp_path, results(("oracle", "last", "unsupervised")))
    assert set(kept.policy) == {"last"} and len(kept) == 12
    assert project.keep_results(tmp_path, results()).kept.tolist() == kept.kept.tolist()
    with pytest.raises(ValueError, match="other results"):
        project.keep_results(tmp_path, results().assign(pa_mpjpe=1.0))


def test_results_of_two_priors_are_not_mixed(tmp_path):
    project.plan(tmp_path, **PLANNED)
    both = pd.concat([results().assign(prior="paper"), results().assign(prior="gravity")])
    with pytest.raises(ValueError, match="several rows for whole and seed 0: choose one"):
        project.keep_results(tmp_path, both)
    assert len(project.keep_results(tmp_path, both.query("prior == 'paper'"))) == 12


def test_recorded_results_without_parameters_are_judged_by_the_rest(tmp_path):
    project.plan(tmp_path, **PLANNED)
    project.keep_results(tmp_path, results().drop(columns=["parameters", "seconds", "policy"]))
    found = project.review(tmp_path, {name: value for name, value in REPORT.items() if name != "parameters"})
    assert found.point.all() and set(found.index) == {"plan", *REPORT} - {"parameters"}


def test_a_good_report_gets_every_point(studied):
    good = REPORT | {"verdict": {"apart": "Supported"}}
    found = project.review(studied, good)
    assert found.fault.to_dict() == dict.fromkeys(["plan", *REPORT], "") and found.point.sum() == 11


@pytest.mark.parametrize(
    ("field", "answer", "fact"),
    [
        ("seeds", 5, "5 does not follow"),
        ("checkpoint", "oracle", "not 'oracle'"),
        ("parameters", {"apart": 600, "whole": 600}, "apart: 600 does not follow"),
        ("parameters", {"apart": 500}, "one entry for each"),
        ("mirrored", {"apart": 0.02, "whole": 0.02}, "apart: 0.02"),
        ("reflection allowed", {"apart": 4.0}, "apart: 4.0"),
        ("reflection forbidden", {"apart": -4.0}, "apart: -4.0"),
        ("p_holm", {"apart": 0.002}, "apart: 0.002"),
        ("verdict", {"apart": "undecided"}, "'undecided'"),
        ("verdict", "supported", "one entry"),
        ("figure", "it is pretty", "figure"),
        ("limitation", "none", "sentence"),
        ("seeds", ..., "not filled in"),
        ("p_holm", {"apart": ...}, "apart: not filled in"),
    ],
)
def test_one_fault_costs_its_point_and_is_named(studied, field, answer, fact):
    found = project.review(studied, REPORT | {field: answer})
    assert found.index[found.point == 0].tolist() == [field]
    assert fact in found.fault[field]


def test_a_plan_that_was_changed_after_the_results_costs_a_point(studied):
    assert project.review(studied, REPORT).point["plan"] == 1
    project.plan(studied, **PLANNED | {"rule": "Whatever comes out."})
    assert project.review(studied, REPORT).point["plan"] == 0


def test_alignments_that_disagree_are_a_verdict_of_their_own(tmp_path):
    project.plan(tmp_path, **PLANNED)
    worse = results()
    worse.loc[worse.representation == "apart", "pa_mpjpe"] += 8  # forbidden: 6 mm worse in the mean, 5 to 7
    project.keep_results(tmp_path, worse)
    report = REPORT | {"reflection forbidden": {"apart": 6.0}}
    assert project.review(tmp_path, report | {"verdict": {"apart": "alignments disagree"}}).point.all()
    assert not project.review(tmp_path, report).point["verdict"]


def test_the_template_asks_for_every_field_and_is_python(studied):
    place = {}
    exec(project.template(studied).removeprefix("```python\n").removesuffix("```"), place)
    assert list(place["report"]) == list(REPORT)
    assert place["report"]["parameters"] == {"apart": ..., "whole": ...}
    assert project.review(studied, place["report"]).point.sum() == 1


def test_a_damaged_plan_is_named(tmp_path):
    (tmp_path / "plan.json").write_text('{"question": 1')
    with pytest.raises(ValueError, match=r"plan\.json: "):
        project.plan(tmp_path)
    assert Path(tmp_path / "plan.json").read_text() == '{"question": 1'
