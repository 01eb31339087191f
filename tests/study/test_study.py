"""A finished study: its tables, its folder, its networks and what it had to say while it ran."""

import json

import filelock
import numpy as np
import pandas as pd
import pytest
import torch
from small_studies import CONFIG, quick

from liftkit import (
    REPRESENTATIONS,
    Representation,
    Run,
    Segment,
    Study,
    TrainConfig,
    baselines,
    evaluate,
    save_poses,
    supervised_reference,
    train,
)
from liftkit.poses import evenly
from liftkit.training import Trainer


@pytest.fixture(scope="module")
def study(poses, tmp_path_factory) -> Study:
    return quick(poses, tmp_path_factory.mktemp("study") / "new")


@pytest.mark.slow
def test_results_have_a_row_for_each_representation_seed_and_policy(study):
    rows = set(map(tuple, study.results[["representation", "seed", "policy"]].to_numpy()))
    names, policies = ("full", "legs_torso"), ("last", "unsupervised", "oracle")
    assert rows == {(name, seed, policy) for name in names for seed in range(3) for policy in policies}
    assert len(study.results) == 18
    assert {"data", "test", "step", "parameters", "seconds", "message"} <= set(study.results)
    assert (study.results.seconds > 0).all()


@pytest.mark.slow
def test_the_mean_over_actions_counts_each_action_alike(study, poses):
    last = study.results.query("policy == 'last' and representation == 'full'").set_index("seed")
    of_actions = evaluate(study.run("full"), poses.test, by="action")
    assert of_actions.action.nunique() > 2
    np.testing.assert_allclose(last.pa_mpjpe_macro, of_actions.groupby("seed").pa_mpjpe.mean(), rtol=1e-4)


@pytest.mark.slow
def test_references_are_of_the_same_test_poses_and_are_made_once(poses, tmp_path, monkeypatch):
    first = quick(poses, tmp_path, ("full",), (0, 1, 2), max_test_poses=20)
    assert first.references.lifter.tolist() == ["flat", "chance"]
    flat = baselines(evenly(poses.test, 20)).set_index("lifter").loc["flat"]
    assert first.references.pa_mpjpe[0] == flat.pa_mpjpe
    assert first.summary().reached.item() == (first.results.pa_mpjpe_reflection <= 0.75 * flat.pa_mpjpe).mean()
    both = quick(poses, tmp_path, ("full",), (0, 1, 2), max_test_poses=20, supervised=True)
    assert both.references.lifter.tolist() == ["flat", "chance", *["supervised"] * 3]
    alone = evaluate(supervised_reference(poses, (2,), CONFIG), evenly(poses.test, 20))
    assert both.references.pa_mpjpe.iloc[-1] == pytest.approx(alone.pa_mpjpe.item(), rel=1e-3)
    monkeypatch.setattr("liftkit.study.references.read_poses", None)  # nothing is left to do
    again = quick(poses, tmp_path, ("full",), (0, 1, 2), max_test_poses=20, supervised=True)
    pd.testing.assert_frame_equal(again.references, both.references)
    pd.testing.assert_frame_equal(Study.load(tmp_path).references, both.references)
    (tmp_path / "references.parquet").write_bytes(b"no parquet")
    with pytest.raises(ValueError, match=r"references\.parquet is damaged; delete it"):
        Study.load(tmp_path)


@pytest.mark.slow
def test_the_last_policy_is_what_training_alone_gives_and_the_stored_networks_lift_it(study, poses):
    # members of an ensemble learn, to float tolerance, what they learn alone
    alone = train("legs_torso", poses, (2,), **CONFIG.to_dict(), device="cpu")
    expected = evaluate(alone, poses.test)
    last = study.results[(study.results.policy == "last") & (study.results.representation == "legs_torso")]
    assert last[last.seed == 2].n_mpjpe.item() == pytest.approx(expected.n_mpjpe.item(), rel=1e-3)
    stored = study.run("legs_torso")
    assert isinstance(stored, Run) and stored.seeds == (0, 1, 2) and stored.config == CONFIG
    np.testing.assert_allclose(evaluate(stored, poses.test).n_mpjpe, last.n_mpjpe, rtol=1e-4)
    assert set(stored.history.seed) == {0, 1, 2}


@pytest.mark.slow
def test_the_history_holds_losses_and_evaluations(study):
    history = study.history[study.history.representation == "full"]
    assert sorted(history.step.unique()) == [8, 16, 24] and len(history) == 9
    assert history[["reprojection", "bones", "pa_mpjpe_reflection", "data"]].notna().all(axis=None)


@pytest.mark.slow
def test_the_last_evaluation_agrees_with_the_results_of_the_last_networks(study):
    keys, columns = (
        ["representation", "seed"],
        ["pa_mpjpe_reflection", "mirrored"],
    )  # evaluations use all these test poses
    evaluated = study.history[study.history.step == CONFIG.steps].set_index(keys)[columns]
    results = study.results[study.results.policy == "last"].set_index(keys)[columns]
    np.testing.assert_allclose(evaluated.sort_index(), results.sort_index(), rtol=1e-5)


@pytest.mark.slow
def test_evaluations_between_two_records_get_rows_of_their_own(poses, tmp_path):
    history = quick(poses, tmp_path, ("full",), (0,), evaluations=4).history  # at steps 6, 12, 18, 24
    assert sorted(history.step) == [6, 8, 12, 16, 18, 24]
    assert history.bones.notna().sum() == 4 and history.reprojection.notna().sum() == 3
    assert (history.representation == "full").all()


@pytest.mark.slow
def test_tables_are_stored_as_csv_and_as_parquet_with_settings_versions_and_hardware(study):
    for name in ("results", "history"):
        parquet = pd.read_parquet(study.folder / f"{name}.parquet")
        pd.testing.assert_frame_equal(parquet, getattr(study, name))
        csv = pd.read_csv(study.folder / f"{name}.csv", keep_default_na=name == "history")
        pd.testing.assert_frame_equal(csv, parquet, check_dtype=False)
    about = json.loads((study.folder / "study.json").read_text())
    assert about["settings"]["config"] == CONFIG.to_dict() and about["settings"]["seeds"] == [0, 1, 2]
    session = about["sessions"][0]
    version = torch.__version__.partition("+")[0]  # the metadata of a build with CUDA have no "+cu130"
    assert session["torch"].partition("+")[0] == version and session["cores"] >= 1 and "revision" in session
    assert not list(study.folder.rglob("checkpoint*"))


@pytest.mark.slow
def test_a_loaded_study_is_the_same_and_has_its_networks(study, poses):
    loaded = Study.load(study.folder)
    pd.testing.assert_frame_equal(loaded.summary(), study.summary())
    lifted = [s.run("full", "oracle").lift(poses.x2d[:5]) for s in (loaded, study)]
    np.testing.assert_array_equal(*lifted)
    with pytest.raises(ValueError, match="no networks of 'five_parts'"):
        loaded.run("five_parts")
    (study.folder / "history.parquet").rename(study.folder / "away")
    with pytest.raises(ValueError, match=r"history\.parquet is missing or damaged"):
        Study.load(study.folder)
    (study.folder / "away").rename(study.folder / "history.parquet")


@pytest.mark.slow
def test_save_writes_both_tables(study, tmp_path):
    study.save(tmp_path / "copy")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "copy" / "results.parquet"), study.results)


@pytest.mark.slow
def test_several_data_sets_are_evaluated_on_their_own_and_on_further_test_sets(poses, tmp_path):
    other = poses.select(subject=["S1", "S2"])
    path = save_poses(poses, tmp_path / "all.npz")
    done = quick({"few": other, "all": path}, tmp_path / "st", ("full",), (0,), tests={"other": other, "all": poses})
    found = set(map(tuple, done.results[["data", "test"]].to_numpy()))
    assert found == {("few", "few"), ("few", "other"), ("few", "all"), ("all", "all"), ("all", "other")}
    assert len(done.summary()) == 5
    with pytest.raises(ValueError, match="no networks of 'full' on one data set"):
        done.run("full")
    assert done.run("full", data="few").seeds == (0,)


@pytest.mark.slow
def test_a_representation_of_ones_own_needs_no_entry_anywhere(poses, tmp_path):
    legs, torso = REPRESENTATIONS["legs_torso"].segments
    own = Representation("mine", (Segment("below", legs.sees), Segment("above", torso.sees)), blocks=1)
    done = quick(poses, tmp_path, (own, "full"), (0,), processes=2)
    assert set(done.results.representation) == {"mine", "full"}
    assert Study.load(tmp_path).run("mine").representation == own


def test_poses_are_thinned_evenly(poses):
    assert len(evenly(poses, 10)) == 10 and evenly(poses, None) is poses and evenly(poses, 10**9) is poses
    np.testing.assert_array_equal(evenly(poses, 2).x2d, poses.x2d[[0, -1]])


@pytest.mark.slow
def test_max_test_poses_limits_the_poses_of_every_test_set(poses, tmp_path):
    more = dict(representations=("full",), seeds=(0,), policies=("last",), tests={"other": poses}, max_test_poses=7)
    done = quick(poses, tmp_path, **more)
    for name, test in {"other": poses, "synthetic": poses.test}.items():
        expected = evaluate(done.run("full"), evenly(test, 7)).n_mpjpe.item()
        assert done.results[done.results.test == name].n_mpjpe.item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.slow
def test_a_member_that_diverges_has_a_message_in_its_row(poses, tmp_path):
    wild = TrainConfig(width=16, batch=16, steps=60, learning_rate=10.0, schedule="constant")
    # so large a step that some weight is soon beyond any number
    done = quick(poses, tmp_path, ("full",), (0,), TrainConfig(**{**wild.to_dict(), "weights": {"reprojection": 1e38}}))
    assert done.results.message.str.contains("diverged at step").all()
    assert done.results.pa_mpjpe.notna().all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        lambda jobs: jobs[:1],
        lambda jobs: [*jobs, jobs[0]],
        lambda jobs: [{**jobs[0], "name": "../away"}, jobs[1]],
        lambda jobs: [{**jobs[0], "gpu": 1}, jobs[1]],
        lambda jobs: [{**jobs[0], "seeds": [0, 7]}, jobs[1]],
        lambda jobs: [{**jobs[0], "representation": "legs"}, jobs[1]],
        lambda jobs: {"first": 1},
    ],
)
def test_damaged_jobs_in_study_json_are_refused(study, tmp_path, damage):
    about = json.loads((study.folder / "study.json").read_text())
    damaged = damage(about["jobs"][:2])
    about["jobs"] = damaged + about["jobs"][2:] if isinstance(damaged, list) else damaged
    for name in ("results.parquet", "history.parquet"):
        (tmp_path / name).write_bytes((study.folder / name).read_bytes())
    (tmp_path / "study.json").write_text(json.dumps(about))
    with pytest.raises(ValueError, match=r"study\.json is missing or damaged, or a newer liftkit wrote it"):
        Study.load(tmp_path)


@pytest.mark.slow
def test_two_studies_on_one_folder_are_refused(study, poses):
    with filelock.FileLock(study.folder / ".lock"):
        with pytest.raises(ValueError, match="another study is running in"):
            quick(poses, study.folder)


@pytest.mark.slow
def test_a_finished_study_is_not_trained_again(study, poses, monkeypatch):
    monkeypatch.setattr(Trainer, "step", None)
    pd.testing.assert_frame_equal(quick(poses, study.folder).results, study.results)


@pytest.mark.slow
def test_progress_counts_steps_of_members_up_to_all_of_them(poses, tmp_path):
    calls = []
    quick(poses, tmp_path, progress=lambda done, total: calls.append((done, total)))
    done, totals = zip(*calls, strict=True)
    assert set(totals) == {2 * 3 * 24} and list(done) == sorted(done) and done[0] == 0 and done[-1] == 144
    assert len(set(done)) > 6
