"""The study: its tables, its checkpoint policies, its folder, and what it refuses."""

import json
from dataclasses import replace

import filelock
import numpy as np
import pandas as pd
import pytest
import torch

from liftkit import (
    REPRESENTATIONS,
    PoseSet,
    Representation,
    Run,
    Segment,
    Study,
    TrainConfig,
    baselines,
    evaluate,
    load_poses,
    run_study,
    save_poses,
    supervised_reference,
    train,
)
from liftkit.data.synthetic import synthetic_motion
from liftkit.poses import evenly
from liftkit.study.checkpoint_selection import CheckpointSelector, bone_spread
from liftkit.study.jobs import check_arguments, fingerprint, make_jobs, members_that_fit, read_jobs
from liftkit.training import Trainer

CONFIG = TrainConfig(width=16, batch=16, steps=24, record_every=8)


@pytest.fixture(scope="module")
def poses() -> PoseSet:
    every = load_poses("synthetic")
    return every.select(np.arange(0, len(every), 61))


def quick(poses, out, representations=("full", "legs_torso"), seeds=(0, 1, 2), config=CONFIG, **more) -> Study:
    given = dict(members=2, evaluations=3, device="cpu", processes=1) | more
    return run_study(representations, poses, seeds, config, out, **given)


@pytest.fixture(scope="module")
def study(poses, tmp_path_factory) -> Study:
    return quick(poses, tmp_path_factory.mktemp("study") / "new")


# Tables.


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


# Policies.


class Stamped:
    """A stand-in for a trainer whose weights say at which step they were taken."""

    def __init__(self, poses):
        self.trainer = Trainer("full", poses, (3, 4), CONFIG, "cpu")

    def at(self, step: int) -> Trainer:
        self.trainer.steps_done = step
        with torch.no_grad():
            for network in (self.trainer.lifter, self.trainer.discriminator):
                for p in network.parameters():
                    p.fill_(step)
        return self.trainer


def test_each_policy_keeps_each_members_best_evaluation(poses, monkeypatch):
    from liftkit.study import checkpoint_selection

    errors = {1: [5.0, 1.0], 2: [4.0, 2.0], 3: [6.0, 3.0]}
    bones = {1: [0.3, 0.3], 2: [0.2, 0.4], 3: [0.1, 0.5]}
    stamped = Stamped(poses)
    now = lambda table: np.array(table[stamped.trainer.steps_done])  # noqa: E731
    monkeypatch.setattr(checkpoint_selection.metrics, "pa_mpjpe", lambda *_, reflection: now(errors)[:, None])
    monkeypatch.setattr(checkpoint_selection, "bone_spread", lambda x3d, skeleton: now(bones))
    selector = CheckpointSelector(("last", "unsupervised", "oracle"), poses, stamped.trainer)
    for step in errors:
        selector.evaluate(stamped.at(step))
    assert selector.steps("last") == [3, 3]
    assert selector.steps("oracle") == [2, 1] and selector.steps("unsupervised") == [3, 1]
    run = selector.run("oracle", stamped.trainer)
    for network in (run.lifter, run.discriminator):
        for p in network.parameters():
            assert [member.unique().tolist() for member in p.view(2, -1)] == [[2.0], [1.0]]
    assert torch.equal(
        stamped.trainer.lifter.inputs[0].weight.unique(), torch.tensor([3.0])
    )  # training goes on as it was


@pytest.mark.slow
def test_the_unsupervised_choice_depends_on_training_poses_only(poses):
    moved = poses.x2d.copy()
    moved[poses.split == "test"] *= np.random.default_rng(0).uniform(0.2, 5, (1, 17, 1)).astype(np.float32)
    others = [poses, replace(poses, x2d=moved), replace(poses, x2d=moved, x3d=-poses.x3d), replace(poses, x3d=None)]
    trainer = Trainer("full", poses, (3, 4), CONFIG, "cpu")
    selectors = [CheckpointSelector(("unsupervised",), other, trainer) for other in others]
    for _ in range(3):
        trainer.run(5)
        for selector in selectors:
            selector.evaluate(trainer)
    for selector in selectors[1:]:
        assert selector.steps("unsupervised") == selectors[0].steps("unsupervised")
        assert selector.table.bones.tolist() == selectors[0].table.bones.tolist()


@pytest.mark.slow
def test_max_test_poses_limits_the_poses_of_every_test_set(poses, tmp_path):
    more = dict(representations=("full",), seeds=(0,), policies=("last",), tests={"other": poses}, max_test_poses=7)
    done = quick(poses, tmp_path, **more)
    for name, test in {"other": poses, "synthetic": poses.test}.items():
        expected = evaluate(done.run("full"), evenly(test, 7)).n_mpjpe.item()
        assert done.results[done.results.test == name].n_mpjpe.item() == pytest.approx(expected, rel=1e-4)


def test_bones_of_a_rigid_body_keep_their_shares_and_those_of_a_stretched_one_do_not():
    person = np.stack([synthetic_motion(subjects=2, frames=4).joints[0]] * 5)[None]
    skeleton = REPRESENTATIONS["full"].skeleton
    assert bone_spread(person, skeleton) == pytest.approx(0, abs=1e-6)
    larger = person * np.array([1, 1.1, 1.2, 0.9, 0.8])[:, None, None]
    assert bone_spread(larger, skeleton) == pytest.approx(0, abs=1e-6)
    larger[..., 2] *= np.array([1, 0.5, 1.5, 1, 1])[:, None]
    assert bone_spread(larger, skeleton) > 0.01


@pytest.mark.slow
def test_a_member_that_diverges_has_a_message_in_its_row(poses, tmp_path):
    wild = TrainConfig(width=16, batch=16, steps=60, learning_rate=10.0, schedule="constant")
    # so large a step that some weight is soon beyond any number
    done = quick(poses, tmp_path, ("full",), (0,), TrainConfig(**{**wild.to_dict(), "weights": {"reprojection": 1e38}}))
    assert done.results.message.str.contains("diverged at step").all()
    assert done.results.pa_mpjpe.notna().all()


# Jobs.


def test_ensembles_shrink_with_width_and_batch_and_are_the_same_everywhere():
    full = REPRESENTATIONS["full"]
    assert members_that_fit(full, TrainConfig()) == 4
    assert members_that_fit(full, TrainConfig.paper()) == 1
    sizes = [members_that_fit(full, TrainConfig(width=width, batch=1024)) for width in (64, 128, 256, 512, 1024)]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > sizes[-1]


def test_seeds_are_grouped_in_order_and_jobs_that_are_known_are_kept(poses):
    settings, _ = check_arguments(
        ["full"], {"a": poses, "a b": poses}, range(5), CONFIG, None, policies=("last",), members=2
    )
    jobs = make_jobs(settings)
    assert [job.seeds for job in jobs] == [(0, 1), (2, 3), (4,)] * 2
    assert len({job.name for job in jobs}) == 6
    stored = json.loads(json.dumps([job.to_dict() for job in jobs]))
    assert read_jobs(stored, settings) == jobs
    known = [jobs[1], jobs[5]]
    again = make_jobs(settings, known)
    assert [job.seeds for job in again] == [(0, 1), (2, 3), (4,)] * 2 and [again[1], again[5]] == known


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


def test_a_fingerprint_follows_coordinates_and_splits(poses):
    first = fingerprint(poses)
    assert fingerprint(replace(poses, name="other")) == first
    moved = poses.x2d.copy()
    moved[0, 3] += 1
    assert fingerprint(replace(poses, x2d=moved)) != first
    assert fingerprint(replace(poses, split=np.full(len(poses), "train"))) != first


# Refused before anything is trained.


def refuses(match, poses, out, **changed):
    before = sorted(out.rglob("*")) if out.is_dir() else None
    with pytest.raises(ValueError, match=match):
        quick(poses, out, **changed)
    assert (sorted(out.rglob("*")) if out.is_dir() else None) == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"representations": ()}, "needs at least one representation, found none"),
        ({"representations": ("full", "full")}, "representations given twice: full"),
        ({"representations": ("fool",)}, "unknown representation 'fool'; there are full"),
        ({"seeds": (1, 1)}, r"seeds must be one or more different integers, found \(1, 1\)"),
        ({"seeds": ()}, "seeds must be one or more different integers"),
        ({"config": {"width": 16}}, "config must be a TrainConfig, found {'width': 16}"),
        ({"policies": ("best",)}, "unknown checkpoint policy 'best'; there are last, unsupervised, oracle"),
        ({"policies": ()}, "unknown checkpoint policy"),
        ({"policies": "last"}, "unknown checkpoint policy 'last'"),
        ({"evaluations": 0}, "evaluations must be an integer of at least 1, found 0"),
        ({"members": 2.0}, "members must be an integer of at least 1, found 2.0"),
        ({"max_test_poses": True}, "max_test_poses must be an integer of at least 1, found True"),
        ({"client": "tcp://10.0.0.1:8786"}, r"client must be a running dask\.distributed\.Client, found 'tcp"),
        ({"config": TrainConfig(width=50), "representations": ("legs_torso_shared",)}, "expected a multiple of 16"),
    ],
)
def test_bad_arguments_are_refused_and_leave_no_trace(poses, tmp_path, changed, message):
    refuses(message, poses, tmp_path / "out", **changed)


@pytest.mark.slow
def test_poses_without_truth_need_test_sets_and_have_no_oracle(poses, tmp_path):
    flat = replace(poses, x3d=None)
    refuses("the policy 'oracle' needs 3D truth", flat, tmp_path / "out")
    refuses("no 3D truth to evaluate with", flat, tmp_path / "out", policies=("last",))
    refuses("tests: 'flat' has no 3D truth", poses, tmp_path / "out", tests={"flat": flat})
    refuses("needs at least one set of poses", {}, tmp_path / "out")
    done = quick(flat, tmp_path / "out", ("full",), (0,), policies=("last", "unsupervised"), tests={"true": poses})
    assert set(done.results.test) == {"true"} and done.history.bones.notna().any()


def test_a_folder_that_is_none_of_ours_is_left_alone(poses, tmp_path):
    (tmp_path / "file").write_text("mine")
    refuses("is a file; expected a folder", poses, tmp_path / "file")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    refuses("holds no study .* but other files", poses, tmp_path / "mine")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "study.json").write_text("{")
    with pytest.raises(ValueError, match=r"study\.json is missing or damaged"):
        quick(poses, tmp_path / "damaged")


def test_a_folder_in_which_one_cannot_write_is_refused(poses, tmp_path, monkeypatch):
    def read_only(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.mkdir", read_only)
    with pytest.raises(ValueError, match="cannot write into the study's folder .*Permission denied"):
        quick(poses, tmp_path / "out")


@pytest.mark.slow
def test_two_studies_on_one_folder_are_refused(study, poses):
    with filelock.FileLock(study.folder / ".lock"):
        with pytest.raises(ValueError, match="another study is running in"):
            quick(poses, study.folder)


@pytest.mark.slow
def test_other_settings_are_refused_unless_asked_for(poses, tmp_path):
    quick(poses, tmp_path, ("full",), (0,))
    with pytest.raises(ValueError, match=r"config\.width was 16, is now 32; evaluations was 3, is now 2") as refused:
        quick(poses, tmp_path, ("full",), (0,), TrainConfig(**{**CONFIG.to_dict(), "width": 32}), evaluations=2)
    assert "members" not in str(refused.value)
    with pytest.raises(ValueError, match=r"representations was \['full'\], is now \['full', 'legs_torso'\]"):
        quick(poses, tmp_path, seeds=(0,))
    with pytest.raises(ValueError, match=r"fingerprints\.synthetic was \w+, is now"):
        quick(replace(poses, x2d=poses.x2d + 1), tmp_path, ("full",), (0,))
    quick(poses, tmp_path, ("full",), (1,), restart=True)
    assert set(Study.load(tmp_path).results.seed) == {1}


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
