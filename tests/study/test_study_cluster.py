"""A study on a dask cluster of two processes, one of which is killed in the middle."""

import os
import signal
import time

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from liftkit import TrainConfig, load_poses, run_study
from liftkit.cli import app

pytestmark = pytest.mark.long

distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")

CONFIG = TrainConfig(width=16, batch=16, steps=120, record_every=40)


@pytest.fixture
def client():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            yield client


def study(folder, **more):
    poses = load_poses("synthetic")
    poses = poses.select(np.arange(0, len(poses), 61))
    given = dict(members=1, evaluations=3, processes=1, device="cpu") | more
    return run_study(["full", "legs_torso"], poses, range(2), CONFIG, folder, **given)


@pytest.mark.thorough
def test_a_killed_worker_changes_nothing_in_the_tables(client, tmp_path):
    killed = []

    def kill_one(done, total):
        if done > 0.3 * total and not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    theirs = study(tmp_path / "cluster", client=client, progress=kill_one)
    assert killed
    ours = study(tmp_path / "alone")
    for name in ("results", "history"):
        tables = [getattr(s, name).drop(columns="seconds", errors="ignore") for s in (theirs, ours)]
        pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_workers_that_do_not_see_the_folder_send_their_results_back(client, tmp_path, monkeypatch):
    from liftkit.study.folder import StudyFolder

    monkeypatch.setattr(StudyFolder, "scratch", lambda self, job: self.path / "not there")
    results = study(tmp_path, client=client).results
    assert len(results) == 12 and not list(tmp_path.rglob("checkpoint*"))


def test_a_closed_client_is_refused_before_anything_is_trained(tmp_path):
    with distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster:
        closed = distributed.Client(cluster)
        closed.close()
    started = time.monotonic()
    with pytest.raises(ValueError, match=r"client must be a running dask\.distributed\.Client"):
        study(tmp_path / "new", client=closed)
    assert time.monotonic() - started < 30 and not (tmp_path / "new").exists()


def test_a_dead_scheduler_is_reported_before_anything_is_trained(tmp_path):
    given = ["study", "--out", str(tmp_path / "new"), "--scheduler", "tcp://127.0.0.1:9"]
    result = CliRunner().invoke(app, given, env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 2 and "no dask scheduler answers there" in result.output
    assert not (tmp_path / "new").exists()
