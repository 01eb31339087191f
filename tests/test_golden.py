"""Stored results outlive the code: pose files, runs and studies of every earlier version are read and gone on with."""

import dataclasses
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liftkit import PoseSet, Run, Study, TrainConfig, evaluate, load_poses, run_study
from liftkit.recorded import load_record, record_settings
from liftkit.representations import REPRESENTATIONS
from liftkit.skeleton import H36M_17
from liftkit.study import jobs as jobs_module
from liftkit.training import Trainer

ARCHIVES = sorted((Path(__file__).parent / "golden").glob("*.zip"))
NAMES, SEEDS = ["full", "legs_torso"], (0, 1)
CONFIG = dict(width=8, batch=8, steps=6, record_every=3, scale="pose")  # the only scale when they were written
# Read off what the versions printed when they wrote the files.
POSES_X2D, POSES_X3D = [197.04579, 818.80872], [354.64822, 133.26599, 318.8728]
RUN_N_MPJPE = [206.912317, 239.671036]
STUDY_PA_MPJPE = [185.074886, 248.938555, 183.659756, 206.473373]


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.stem)
def golden(request, tmp_path) -> Path:
    zipfile.ZipFile(request.param).extractall(tmp_path)
    return tmp_path


@pytest.fixture
def later(monkeypatch):
    """TrainConfig as a later version may have it, with one more field; everywhere in place of today's."""
    field = ("momentum", float, dataclasses.field(default=0.9))
    later = dataclasses.make_dataclass("TrainConfig", [field], bases=(TrainConfig,), frozen=True)
    for module in ("liftkit.config", "liftkit.run", "liftkit.training", "liftkit.study.jobs"):
        monkeypatch.setattr(f"{module}.TrainConfig", later)
    monkeypatch.setattr(jobs_module, "MOST_MEMBERS", 1)
    return later


def poses_of(golden: Path) -> PoseSet:
    """The poses that run and study were made of: the file's arrays, with the pelvis where they have it."""
    with np.load(golden / "poses.npz", allow_pickle=False) as stored:
        labels = ("subject", "action", "clip", "frame", "camera", "split")
        fields = {field: stored[field] for field in ("x2d", "x3d", *labels)}
    return PoseSet(**fields, units="mm", name="poses")  # a study of a file names it by the file


def go_on(golden: Path, config: TrainConfig, poses: PoseSet | None = None, **more) -> Study:
    given = dict(policies=("last",), evaluations=2, processes=1, device="cpu") | more
    return run_study(NAMES, poses_of(golden) if poses is None else poses, SEEDS, config, golden / "study", **given)


def job_files(golden: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (golden / "study" / "jobs").glob("*.zip")}


def test_there_are_small_files_of_two_versions():
    assert [path.stem for path in ARCHIVES] == ["1", "2"]
    assert all(path.stat().st_size < 100_000 for path in ARCHIVES)


def test_a_pose_file(golden):
    with pytest.warns(UserWarning, match="golden: the pelvis lay 101 mm from the midpoint of the hips"):
        poses = load_poses(golden / "poses.npz")
    assert (len(poses.train), len(poses.test), poses.units, poses.name) == (16, 8, "mm", "golden")
    stored = poses_of(golden)
    np.testing.assert_allclose(stored.x2d[0, 3], POSES_X2D, rtol=1e-6)
    np.testing.assert_allclose(stored.x3d[20, 16], POSES_X3D, rtol=1e-6)
    hips = [H36M_17.index(f"{side}_hip") for side in ("left", "right")]
    for found, old in (poses.x2d, stored.x2d), (poses.x3d, stored.x3d):
        np.testing.assert_allclose(found[:, 0], found[:, hips].mean(1), atol=1e-3)
        np.testing.assert_allclose(found[:, 1:] - found[:, 3:4], old[:, 1:] - old[:, 3:4], atol=1e-3)
    assert not poses.x3d[:, 0].any()


def test_a_run(golden):
    run = Run.load(golden / "run")
    assert (run.representation.name, run.seeds, run.config.width) == ("legs_torso", (3, 1), 8)
    errors = evaluate(run, poses_of(golden).test)
    assert errors.n_mpjpe.tolist() == pytest.approx(RUN_N_MPJPE, rel=1e-4)
    assert run.history.step.tolist() == [3, 3, 6, 6]


def test_a_study(golden):
    study = Study.load(golden / "study")
    assert study.results.pa_mpjpe_reflection.tolist() == pytest.approx(STUDY_PA_MPJPE, rel=1e-6)
    assert [job.seeds for job in study.jobs] == [SEEDS, SEEDS]
    errors = evaluate(study.run("full"), poses_of(golden).test)
    assert errors.pa_mpjpe_reflection.tolist() == pytest.approx(STUDY_PA_MPJPE[:2], rel=1e-4)


@pytest.mark.slow
def test_one_more_field_in_the_config_and_another_size_of_ensembles_orphan_nothing(golden, later, monkeypatch):
    monkeypatch.setattr(Trainer, "__init__", None)  # nothing is trained
    assert Run.load(golden / "run").config == later(**CONFIG)
    stored, before = Study.load(golden / "study"), job_files(golden)
    study = go_on(golden, later(**CONFIG))
    pd.testing.assert_frame_equal(study.results, stored.results)
    assert study.run("full").config.momentum == 0.9
    about = json.loads((golden / "study" / "study.json").read_text())
    assert [job["seeds"] for job in about["jobs"]] == [[0, 1], [0, 1]] and len(about["sessions"]) == 2
    assert {f"{job['name']}.zip" for job in about["jobs"]} == set(before) and job_files(golden) == before
    go_on(golden, later(**CONFIG))


def test_fields_that_did_not_exist_mean_what_was_done_then_whatever_is_the_default_now(golden, monkeypatch):
    now = dict(normalisation="frozen", initialisation="glorot", scale="segment", views="batch", order="stored")
    fields = [(name, str, dataclasses.field(default=value)) for name, value in now.items()]
    changed = dataclasses.make_dataclass("TrainConfig", fields, bases=(TrainConfig,), frozen=True)
    for module in ("liftkit.run", "liftkit.study.jobs", "liftkit.recorded"):
        monkeypatch.setattr(f"{module}.TrainConfig", changed)
    given = {name: value for name, value in CONFIG.items() if name != "scale"}
    then = dict(normalisation="batch", initialisation="uniform", scale="pose", views="pose", order="random")
    assert changed.from_dict(given) == changed(**given, **now)  # what a user writes today
    run, study = Run.load(golden / "run"), Study.load(golden / "study")
    assert run.config == study.jobs[0].config == changed(**given, **then)
    record = load_record("legs_torso")
    assert {name: getattr(record.config, name) for name in then} == then | {
        "scale": record_settings()["config"]["scale"]
    }
    errors = evaluate(run, poses_of(golden).test)
    assert errors.n_mpjpe.tolist() == pytest.approx(RUN_N_MPJPE, rel=1e-4)
    with pytest.raises(ValueError, match=r"other settings: .*config\.scale was pose, is now segment"):
        go_on(golden, changed(**given))


@pytest.mark.parametrize("name", ["five_parts", "five_parts_shared"])
def test_five_parts_whose_column_was_called_torso_are_today_s(name):
    stored = record_settings()["representations"][name]
    assert [segment["name"] for segment in stored["segments"]][2] == "torso"  # as the file was written
    assert load_record(name).representation == REPRESENTATIONS[name]


def test_a_study_goes_on_whatever_its_segments_were_called(golden, monkeypatch):
    def rename(content):
        content["settings"]["representations"][1]["segments"][0]["name"] = "below"

    edited(golden / "study" / "study.json", rename)
    monkeypatch.setattr(Trainer, "__init__", None)  # nothing is trained
    stored = Study.load(golden / "study").results
    pd.testing.assert_frame_equal(go_on(golden, TrainConfig(**CONFIG)).results, stored)


def test_what_really_differs_is_refused_field_by_field(golden, later):
    with pytest.raises(ValueError, match=r"other settings: config\.momentum was 0\.9, is now 0\.5\. Choose"):
        go_on(golden, later(**CONFIG, momentum=0.5))
    with pytest.raises(ValueError, match=r"config\.batch was 8, is now 9; evaluations was 2, is now 3\. Choose"):
        go_on(golden, later(**CONFIG | {"batch": 9}), evaluations=3)


def test_poses_that_changed_are_refused(golden):
    with pytest.warns(UserWarning, match="the pelvis lay"):
        moved = dataclasses.replace(load_poses(golden / "poses.npz"), name="poses")
    for poses in moved, dataclasses.replace(poses_of(golden), x2d=poses_of(golden).x2d * 2):
        with pytest.raises(ValueError, match=r"fingerprints\.poses was a444218dc0237c81, is now"):
            go_on(golden, TrainConfig(**CONFIG), poses)
    assert len(Study.load(golden / "study").results) == 4


@pytest.mark.slow
def test_an_unfinished_study_trains_only_what_is_left(golden):
    stored = Study.load(golden / "study").results
    jobs = golden / "study" / "jobs"
    next(path for path in jobs.iterdir() if "legs_torso" in path.name).unlink()
    kept = job_files(golden)
    study = go_on(golden, TrainConfig(**CONFIG))
    assert kept.items() <= job_files(golden).items()
    expected, found = (table.drop(columns="seconds") for table in (stored, study.results))
    pd.testing.assert_frame_equal(found[expected.columns], expected, rtol=1e-3)  # later versions may measure more
    assert Study.load(golden / "study").run("legs_torso").seeds == SEEDS


@pytest.mark.slow
@pytest.mark.parametrize("golden", ARCHIVES[:1], indirect=True)
def test_a_checkpoint_of_the_first_version_is_named_and_begins_again(golden):
    jobs = golden / "study" / "jobs"
    name = next(path for path in jobs.iterdir() if "full" in path.name)
    name.unlink()
    (jobs / name.stem).mkdir()
    (jobs / name.stem / "checkpoint.zip").write_bytes(b"of the first version")
    with pytest.warns(RuntimeWarning, match=rf"{name.stem}.checkpoint\.zip: .* checkpoint of an earlier version"):
        assert len(go_on(golden, TrainConfig(**CONFIG)).results) == 4
    assert not (jobs / name.stem).exists()


def edited(path: Path, edit) -> None:
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def test_fields_that_an_older_file_lacks_get_their_defaults(golden):
    def without(content):
        for field in ("tilt_spread", "prior"):
            del content.get("settings", content)["config"][field]
        content.pop("message", None)

    edited(golden / "run" / "run.json", without)
    edited(golden / "study" / "study.json", without)
    run = Run.load(golden / "run")
    assert run.config == TrainConfig(**CONFIG) and run.message == ""
    assert Study.load(golden / "study").jobs[0].config == TrainConfig(**CONFIG)
    go_on(golden, TrainConfig(**CONFIG))


@pytest.mark.parametrize("place", ["config", "settings", "about"])
def test_fields_of_a_newer_version_are_refused_by_name(golden, place):
    def with_more(content):
        settings = content.get("settings", content)
        {"config": settings["config"], "settings": settings, "about": content}[place]["antigravity"] = 1

    edited(golden / "run" / "run.json", with_more)
    edited(golden / "study" / "study.json", with_more)
    for read, name in ((lambda: Run.load(golden / "run"), "run"), (lambda: Study.load(golden / "study"), "study")):
        with pytest.raises(ValueError, match=rf"{name}\.json .*newer liftkit.*unknown fields antigravity"):
            read()
    before = job_files(golden)
    with pytest.raises(ValueError, match="unknown fields antigravity"):
        go_on(golden, TrainConfig(**CONFIG))
    assert job_files(golden) == before


def test_a_study_without_its_folder_of_jobs_is_read(golden):
    shutil.rmtree(golden / "study" / "jobs")
    study = Study.load(golden / "study")
    summary = study.summary()  # that version stored neither the flat pose's error nor means over actions
    assert len(summary) == 2 and study.references.empty
    assert summary[["reached", "pa_mpjpe_macro"]].isna().all(axis=None) and summary.pa_mpjpe.notna().all()
    assert study.compare("legs_torso", "full").verdict.item() == "undecided (no interval below 4 seeds)"
    with pytest.raises(ValueError, match="no networks of"):
        study.run("full")
