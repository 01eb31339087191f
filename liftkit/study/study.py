"""The study: representations x seeds x data sets, resumable, on one machine or a cluster, as tables that last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from liftkit.config import TrainConfig
from liftkit.representations import Representation
from liftkit.run import Run
from liftkit.study.checkpoint_selection import POLICIES
from liftkit.study.folder import TABLES, StudyFolder, join, save_tables
from liftkit.study.jobs import Job, Poses
from liftkit.study.plan import Plan
from liftkit.study.statistics import compare_pairs, summarise
from liftkit.study.workers import process_count, work_here, work_in_processes, work_on_cluster

__all__ = ["POLICIES", "Study", "run_study"]

Progress = Callable[[int, int], object]


@dataclass(eq=False)
class Study:
    """The tables of an experiment.

    ``results``: a row for each data set, test set, representation, seed and checkpoint ``policy`` ("last",
    "unsupervised": the best by a criterion that needs no 3D, "oracle": the best by 3D error, which only shows what
    could be had), with every metric of :func:`liftkit.evaluate`. ``history``: a row for each recorded step; its
    columns ``bones`` and ``pa_mpjpe_reflection`` are filled where the policies looked. ``about``: settings,
    versions, hardware and revision.
    """

    results: pd.DataFrame
    history: pd.DataFrame
    about: dict[str, Any]
    folder: Path | None = None
    jobs: list[Job] = field(default_factory=list)

    def summary(self, policy: str = "last", metric: str = "pa_mpjpe_reflection") -> pd.DataFrame:
        """A row a representation: mean, bootstrap 95 % interval, share that reached the optimum, and more.

        See :func:`liftkit.study.statistics.summarise`. Raises ValueError on an unknown policy or metric.
        """
        return summarise(self._by(policy), metric)

    def compare(
        self, first: str, second: str, policy: str = "last", metric: str = "pa_mpjpe_reflection"
    ) -> pd.DataFrame:
        """Two representations seed by seed: difference, effect size, interval and permutation p-value.

        See :func:`liftkit.study.statistics.compare_pairs`. Raises ValueError on an unknown name.
        """
        return compare_pairs(self._by(policy), first, second, metric)

    def _by(self, policy: str) -> pd.DataFrame:
        found = list(self.results["policy"].unique())
        if policy not in found:
            raise ValueError(f"unknown checkpoint policy {policy!r}; this study has {', '.join(found)}")
        return self.results[self.results["policy"] == policy]

    def run(self, representation: str, policy: str = "last", data: str | None = None) -> Run:
        """The trained lifters of a representation, all seeds as one run. Raises ValueError where there are none."""
        jobs = [j for j in self.jobs if j.representation.name == representation and data in (None, j.data)]
        if not jobs or self.folder is None or len({job.data for job in jobs}) > 1:
            choices = sorted({(job.data, job.representation.name) for job in self.jobs})
            raise ValueError(f"no networks of {representation!r} on {data or 'one data set'}; there are {choices}")
        history = self.history[(self.history.representation == representation) & (self.history.data == jobs[0].data)]
        tensors = [StudyFolder(self.folder).tensors(job, policy) for job in jobs]
        seeds = tuple(seed for job in jobs for seed in job.seeds)
        return Run.from_tensors(jobs[0].representation, seeds, jobs[0].config, tensors, history)

    def save(self, folder: str | Path) -> Path:
        """Write both tables, as CSV and as Parquet, into a folder (made if missing)."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        save_tables(folder, self.results, self.history)
        return folder

    @classmethod
    def load(cls, folder: str | Path) -> Study:
        """Read the tables in a study's folder. Raises ValueError naming the file that is missing or damaged."""
        folder = Path(folder)
        tables = []
        for name in TABLES:
            try:
                tables.append(pd.read_parquet(folder / f"{name}.parquet"))
            except Exception as error:  # pyarrow has a kind of its own for each way a file can be damaged
                raise ValueError(f"{folder / name}.parquet is missing or damaged: {error}") from error
        about = StudyFolder(folder).about()
        return cls(*tables, about, folder, Plan.from_settings(about["settings"]).jobs())


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
    looks: int = 10,
    judged: int | None = None,
    members: int | None = None,
    device: str | None = None,
    processes: int | None = None,
    restart: bool = False,
    progress: Progress | None = None,
) -> Study:
    """Train every representation with every seed on every data set, judge all, and keep it in the folder ``out``.

    ``poses``: a PoseSet, a name or path for :func:`liftkit.load_poses`, or several by name; trained on the split
    "train", judged on "test" and on all ``tests``, more pose sets by name. ``policies`` choose checkpoints, see
    :class:`Study`, by ``looks`` evenly spaced looks. ``judged``: at most so many test poses, evenly spaced (None:
    all). ``members``: seeds trained as one ensemble (None: as memory allows). ``client``: a dask client, whose
    workers then do the work; else ``processes`` of this machine, one a core. ``progress(done, total)`` is called
    with steps of members.

    Called again with the same arguments after being killed, it goes on and ends with the same tables. Raises
    ValueError on bad arguments, on a folder in use or of other settings (``restart`` throws these away).
    """
    plan = Plan.make(representations, poses, seeds, config, tests, policies, looks, judged, members)
    _check_client(client)
    with StudyFolder(out) as folder:
        about = folder.settle(plan.settings(), restart)
        jobs = plan.jobs()
        done = {job.name: folder.tables(job) for job in jobs}
        left = [job for job in jobs if done[job.name] is None]
        counter = _Counter(jobs, left, progress)
        for job, result in _work(plan, left, folder, client, device, processes, counter):
            folder.finish(job, result)
            done[job.name] = folder.tables(job)
            counter(job, job.config.steps)
            save_tables(folder.path, *join(tables for tables in done.values() if tables))
        results, history = join(done.values())
        save_tables(folder.path, results, history)
    return Study(results, history, about, folder.path, jobs)


def _work(plan: Plan, jobs: list[Job], folder: StudyFolder, client, device, processes, counter):
    jobs = sorted(jobs, key=lambda job: -job.cost)  # the longest first, so that none is left alone at the end
    if client is not None:
        return work_on_cluster(folder, jobs, plan.data, plan.tests, client, counter)
    count = min(processes or process_count(device), len(jobs))
    if count < 2:
        return work_here(folder, jobs, plan.data, plan.tests, device, counter)
    return work_in_processes(folder, jobs, plan.data, plan.tests, device, counter, count)


def _check_client(client: Any) -> None:
    if client is not None and getattr(client, "status", None) != "running":
        raise ValueError(f"client must be a running dask.distributed.Client, found {client!r}")


class _Counter:
    """Adds up the steps that the jobs have done, and tells ``progress``."""

    def __init__(self, jobs: list[Job], left: list[Job], progress: Progress | None):
        names = {job.name for job in left}
        self.done = {job.name: 0 if job.name in names else job.steps for job in jobs}
        self.total, self.progress = sum(job.steps for job in jobs), progress
        self._tell()

    def __call__(self, job: Job, steps: int) -> None:
        self.done[job.name] = max(self.done[job.name], steps * len(job.seeds))
        self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(sum(self.done.values()), self.total)
