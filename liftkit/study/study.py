"""The study: representations x seeds x data sets, on one machine or a cluster, kept in a folder, resumable."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from liftkit.config import TrainConfig
from liftkit.representations import Representation
from liftkit.run import Run
from liftkit.study.checkpoint_selection import POLICIES
from liftkit.study.folder import REFERENCES, TABLES, StudyFolder, join, read_table, save_tables
from liftkit.study.jobs import Job, Poses, check_arguments
from liftkit.study.references import add_references, read_references
from liftkit.study.running import run_job
from liftkit.study.statistics import compare_pairs, summarise
from liftkit.study.verdict import SIZE
from liftkit.study.workers import do_jobs, process_count

__all__ = ["POLICIES", "Study", "run_study"]

SHARE_OF_TIME = 20  # times as long as it takes to write the tables passes until they are written again


@dataclass(eq=False)
class Study:
    """The tables of an experiment."""

    results: pd.DataFrame  # per data set, test set, policy, representation and seed: all metrics of liftkit.evaluate
    history: pd.DataFrame  # per recorded step; the columns of CheckpointSelector.table are filled at evaluations
    about: dict[str, Any]  # settings, jobs; versions, hardware and revision of each session
    folder: Path | None = None
    jobs: list[Job] = field(default_factory=list)
    # The flat pose, chance and, if asked for, networks shown the answers, on the same test poses; empty in old studies.
    references: pd.DataFrame | None = None

    def summary(self, policy: str = "last", metric: str = "pa_mpjpe_reflection") -> pd.DataFrame:
        """One row per representation: see :func:`liftkit.study.statistics.summarise`.

        Args:
            policy: which checkpoint of each training counts, a name in ``POLICIES``.
            metric: a column of ``results``; small is good.

        Raises:
            ValueError: on an unknown policy or metric.
        """
        return summarise(self._by(policy), metric, self.references)

    def compare(
        self,
        first: str | Iterable[str],
        second: str,
        policy: str = "last",
        metric: str = "pa_mpjpe_reflection",
        size: float = SIZE,
    ) -> pd.DataFrame:
        """Representations against another one, seed by seed: see :func:`liftkit.study.statistics.compare_pairs`."""
        return compare_pairs(self._by(policy), first, second, metric, size)

    def _by(self, policy: str) -> pd.DataFrame:
        found = list(self.results["policy"].unique())
        if policy not in found:
            raise ValueError(f"unknown checkpoint policy {policy!r}; this study has {', '.join(found)}")
        return self.results[self.results["policy"] == policy]

    def run(self, representation: str, policy: str = "last", data: str | None = None) -> Run:
        """The trained lifters of a representation, all seeds as one run. Raises ValueError if there are none."""
        jobs = [j for j in self.jobs if j.representation.name == representation and data in (None, j.data)]
        if not jobs or self.folder is None or len({job.data for job in jobs}) > 1:
            choices = sorted({(job.data, job.representation.name) for job in self.jobs})
            raise ValueError(f"no networks of {representation!r} on {data or 'one data set'}; there are {choices}")
        history = self.history[(self.history.representation == representation) & (self.history.data == jobs[0].data)]
        tensors = [StudyFolder(self.folder).tensors(job, policy) for job in jobs]
        seeds = tuple(seed for job in jobs for seed in job.seeds)
        return Run.from_tensors(jobs[0].representation, seeds, jobs[0].config, tensors, history)

    def save(self, folder: str | Path) -> Path:
        """Write all tables as CSV and as Parquet into a folder (made if missing)."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        save_tables(folder, results=self.results, history=self.history)
        if self.references is not None:
            save_tables(folder, **{REFERENCES: self.references})
        return folder

    @classmethod
    def load(cls, folder: str | Path) -> Study:
        """Read a study's folder, also an unfinished or old one. Raises ValueError naming a missing or damaged file."""
        folder, tables = Path(folder), []
        for name in TABLES:
            try:
                tables.append(read_table(folder / f"{name}.parquet"))
            except Exception as error:  # pyarrow has a kind of its own for each way a file can be damaged
                raise ValueError(f"{folder / name}.parquet is missing or damaged: {error}") from error
        about, jobs = StudyFolder(folder).read()
        return cls(*tables, about, folder, jobs, read_references(folder))


def run_study(
    representations: Sequence[str | Representation],
    poses: Poses | Mapping[str, Poses],
    seeds: Sequence[int],
    config: TrainConfig,
    out: str | Path,
    client: Any = None,
    *,
    tests: Mapping[str, Poses] | None = None,
    policies: Sequence[str] = tuple(POLICIES),
    evaluations: int = 10,
    max_test_poses: int | None = None,
    members: int | None = None,
    device: str | None = None,
    processes: int | None = None,
    restart: bool = False,
    supervised: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> Study:
    """Train every representation with every seed on every data set, evaluate all, and keep it in a folder.

    Killed and called again with the same arguments, it goes on and ends with the same tables.

    Args:
        representations: names or :class:`Representation` objects.
        poses: a PoseSet, a name or path for :func:`liftkit.load_poses`, or several by name; trained on the split
            "train", evaluated on "test" and on all ``tests``.
        seeds: one member each.
        config: of every training.
        out: the study's folder, made if missing.
        client: a dask client whose workers do the jobs; default: processes of this machine.
        tests: further test sets by name.
        policies: which checkpoints count, names in ``POLICIES``: "last"; "unsupervised", the best by a criterion
            without 3D truth; "oracle", the best by 3D error, which only shows what would be possible.
        evaluations: per training, evenly spaced; a policy chooses among them.
        max_test_poses: at most so many poses of each test set, evenly spaced; None: all.
        members: seeds trained as one ensemble; None: as many as fit into memory.
        processes: default: one per core, or one for a GPU.
        restart: throw away what is in the folder.
        supervised: first train each representation with the answers too (:func:`liftkit.supervised_reference`), which
            shows what its network could reach; in this process and, like the flat pose, in :attr:`Study.references`.
        progress: called with the steps of all members, done and in all.

    Raises:
        ValueError: on bad arguments, and on a folder that is in use or holds a study with other settings.
    """
    counts = dict(evaluations=evaluations, max_test_poses=max_test_poses, members=members)
    settings, sources = check_arguments(representations, poses, seeds, config, tests, policies=policies, **counts)
    if client is not None and getattr(client, "status", None) != "running":
        raise ValueError(f"client must be a running dask.distributed.Client, found {client!r}")
    with StudyFolder(out) as folder:
        about, jobs = folder.begin(settings, restart)
        references = add_references(folder.path, jobs, sources, supervised)
        done = {job.name: folder.tables(job) for job in jobs}
        left = [job for job in jobs if done[job.name] is None]
        steps = {job.name: 0 if done[job.name] is None else job.steps for job in jobs}

        def on_steps(job: Job, count: int) -> None:
            steps[job.name] = max(steps[job.name], count * len(job.seeds))
            if progress is not None:
                progress(sum(steps.values()), sum(job.steps for job in jobs))

        on_steps(jobs[0], 0)
        due = 0.0  # when the tables are next written
        # Several jobs share the cores; the only one of a study may use them all.
        run = partial(run_job, device=device if client is None else None, threads=None if len(jobs) == 1 else 1)
        for job, outcome in do_jobs(folder, left, sources, run, on_steps, client, processes or process_count(device)):
            folder.finish(job, outcome.result)
            if outcome.warning:
                warnings.warn(outcome.warning, RuntimeWarning, stacklevel=2)
            done[job.name] = folder.tables(job)
            on_steps(job, job.config.steps)
            if (started := time.monotonic()) >= due:
                save_tables(folder.path, **join(tables for tables in done.values() if tables))
                due = time.monotonic() + SHARE_OF_TIME * (time.monotonic() - started)
        tables = join(done.values())
        save_tables(folder.path, **tables)
    return Study(**tables, about=about, folder=folder.path, jobs=jobs, references=references)
