"""The study on real motion and what changes it, as small as they can be."""

import json

import pandas as pd
import pytest

from benchmarks import real_motion, real_study
from liftkit import PRIORS
from liftkit.representations import PAPER


def config_of(folder):
    return json.loads((folder / "study.json").read_text())["settings"]["config"]


@pytest.fixture
def few_seeds(monkeypatch):
    monkeypatch.setattr(real_study, "CHROMIUM", None)
    monkeypatch.setattr(real_study, "CLAIMED_SEEDS", {"gravity": 5, "paper": 6})


@pytest.mark.thorough
def test_the_study_writes_its_tables_and_goes_on_where_it_was(positions, tmp_path, few_seeds, no_training):
    how = dict(seeds=4, steps=2, folder=tmp_path / "runs", out=tmp_path, table=tmp_path / "study.csv", processes=1)
    real_study.main(positions, **how)
    names = ["study", "study_references", "study_summary", "study_comparisons"]
    results, references, summary, pairs = first = [pd.read_csv(tmp_path / f"{name}.csv") for name in names]
    last = results[(results.policy == "last") & (results.data == "cmu")]
    seeds = last.groupby(["prior", "representation"]).size()
    assert seeds["gravity", "full"] == 5 and seeds["paper", "legs_torso"] == 6 and seeds["paper", "five_parts"] == 4
    assert set(references.lifter) == {"flat", "chance", "supervised"}
    assert set(references[references.lifter == "supervised"].prior) == {"gravity"}
    table = real_study.figures(summary, pairs, references)
    assert len(table) == 2 * 5 + 5 + 2  # both priors, five shown the answers, flat and chance
    assert [config_of(tmp_path / "runs" / f"cmu-{prior}")["scale"] for prior in ("gravity", "paper")] == [
        "segment",
        "pose",
    ]
    no_training()
    real_study.main(positions, **how)
    for name, table in zip(names, first, strict=True):
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / f"{name}.csv"), table)


def test_the_figures_of_a_page_are_those_of_the_study():
    means = dict(zip(PAPER, (60.0, 80.0, 90.0, 90.0, 90.0), strict=True))
    rows = [
        {"prior": "gravity", "data": "cmu", "test": "cmu", "policy": "last", "representation": name, "seed": seed}
        | {"pa_mpjpe": mean + seed % 2, "pa_mpjpe_reflection": mean + seed % 3 - 1}
        | {"mirrored": 0.0, "parameters": 1, "seconds": 1.0}
        for name, mean in means.items()
        for seed in range(6)
    ]
    flat = {"prior": "gravity", "data": "cmu", "test": "cmu", "lifter": "flat", "representation": "", "pa_mpjpe": 100.0}
    results, references = pd.DataFrame(rows), pd.DataFrame([flat | {"pa_mpjpe_reflection": 100.0}])
    summaries, pairs = real_study.summarised(results, references), real_study.compared(results)
    table = real_study.figures(summaries, pairs, references).set_index("representation")
    row = table.loc["legs_torso"]
    assert row["of flat"] == "0.80" and row["reached"] == "0 of 6" and row["mirrored"] == "no seed"
    assert table.loc["full", "reached"] == "6 of 6" and row["better (paper: by a fifth)"] == "contradicted"


@pytest.fixture
def one_prior_more():
    yield
    PRIORS.pop("measured", None)


@pytest.mark.long
@pytest.mark.parametrize(
    ("prior", "change", "words", "per_segment", "scale"),
    [
        ("gravity", "losses", "losses weighed by segment", True, "segment"),
        ("paper", "losses", "losses weighed by joint", False, "pose"),
        ("gravity", "scale", "scale of the pose", False, "pose"),
        ("paper", "scale", "scale of the segment", True, "segment"),
        ("paper", "perspective cameras", "perspective cameras", True, "pose"),
    ],
)
def test_one_thing_differs_at_a_time(positions, tmp_path, one_prior_more, prior, change, words, per_segment, scale):
    (found,) = [c for c in real_motion.CHANGES if c.name == change]
    table = real_motion.run_job(prior, found, positions, 4, 2, 16, tmp_path)
    (folder,) = tmp_path.iterdir()
    config = config_of(folder)
    assert set(table.differs) == {words} and config["scale"] == scale
    assert PRIORS["measured"].per_segment == per_segment and PRIORS["measured"].turns == PRIORS[prior].turns
    assert config["tilt"] == (7.0 if change.startswith("perspective") else 10.0)
    base = table.assign(differs="nothing", pa_mpjpe_reflection=table.pa_mpjpe_reflection - 2, broad=table.broad + 3)
    rows = real_motion.summary(pd.concat([base, table]))
    assert list(rows["minus the study"]) == ["–", "2.0 (2.0 to 2.0)"]
    assert list(rows["minus the study there"]) == ["–", "-3.0 (-3.0 to -3.0)"]
    assert 0.5 < float(rows["of flat there"][1]) < 1.6  # hardly trained
