"""The jobs of a study: how many members fit, which seeds go together, and the fingerprint of poses."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from small_studies import CONFIG

from liftkit import REPRESENTATIONS, Study, TrainConfig, run_study
from liftkit.study.folder import save_tables
from liftkit.study.jobs import check_arguments, fingerprint, make_jobs, members_that_fit, read_jobs


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


def test_a_fingerprint_follows_coordinates_and_splits(poses):
    first = fingerprint(poses)
    assert fingerprint(replace(poses, name="other")) == first
    moved = poses.x2d.copy()
    moved[0, 3] += 1
    assert fingerprint(replace(poses, x2d=moved)) != first
    assert fingerprint(replace(poses, split=np.full(len(poses), "train"))) != first


@pytest.mark.slow
def test_tables_that_take_long_to_write_are_not_written_after_every_job(monkeypatch, tmp_path, tiny_poses):
    from liftkit.study import study as module

    written = []

    def slow(folder, **tables):
        if "results" in tables:
            written.append(len(tables["results"]))
            time.sleep(0.5)
        save_tables(folder, **tables)

    monkeypatch.setattr(module, "save_tables", slow)
    config = TrainConfig(width=16, batch=8, steps=1)
    how = dict(members=1, processes=1, policies=("last",), evaluations=1)
    study = run_study(["full"], tiny_poses, range(6), config, tmp_path / "study", **how)
    assert written == [1, 6] and len(Study.load(tmp_path / "study").results) == len(study.results) == 6
