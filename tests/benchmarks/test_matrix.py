"""The matrix of training sets and tests."""

import pandas as pd
import pytest
import typer

from benchmarks import blocks, matrix


@pytest.fixture(autouse=True)
def few_poses(few_synthetic):
    few_synthetic(matrix)


@pytest.mark.thorough
def test_every_training_set_on_every_test_that_goes_on_where_it_was(positions, tmp_path, no_training, monkeypatch):
    monkeypatch.setattr(matrix, "SYNTHETIC", ("basic",))
    monkeypatch.setattr(matrix, "MIXTURES", (("basic", "cmu"), ("broad", "cmu")))
    monkeypatch.setitem(matrix.NAMES, "gravity", ("full", "legs_torso"))
    monkeypatch.setattr(blocks, "TEST_POSES", 64)
    places = dict(folder=tmp_path / "runs", table=tmp_path / "matrix.csv", out=tmp_path / "actions.csv")
    how = dict(seeds=2, claimed=3, width=16, batch=8, steps=2, processes=1, **places)
    matrix.main(positions, train=["cmu"], **how)
    assert set(pd.read_csv(tmp_path / "matrix_gravity.csv").data) == {"cmu"}
    matrix.main(positions, train=["basic+cmu", "basic"], **how)  # the rows of others stay, in their order
    first = pd.read_csv(tmp_path / "matrix_gravity.csv")
    assert [*first.data.unique()] == ["basic", "cmu", "basic+cmu"] and set(first.test) == {"basic", "cmu"}
    assert set(first.representation) == {"full", "legs_torso", "supervised"} and set(first.action) == {"poses", "macro"}
    assert len(first) == 3 * 2 * 2 * (2 * 3 + 2)  # trained on, tested on, mean; seeds: two lifters, the reference
    actions = pd.read_csv(tmp_path / "actions_gravity.csv")
    assert "walk" in set(actions.action) and not actions.action.str.contains("+", regex=False).any()
    macro = actions.groupby(["data", "test", "representation"]).pa_mpjpe.mean()
    expected = first[first.action == "macro"].groupby(["data", "test", "representation"]).pa_mpjpe.mean()
    pd.testing.assert_series_equal(macro, expected, atol=1e-3)
    no_training()
    monkeypatch.setattr(matrix, "supervised_reference", no_training)
    matrix.main(positions, **how)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "matrix_gravity.csv"), first)
    assert len(matrix.summary(first)) == 9


@pytest.mark.slow
def test_a_mixture_needs_all_its_parts():
    assert [name for name in matrix.training_sets(None) if "+" in name] == ["broad+random"]


@pytest.mark.slow
def test_an_unknown_training_set_is_named():
    with pytest.raises(typer.BadParameter, match="'cmu' is none of basic, broad"):
        matrix.main(train=["cmu"])
