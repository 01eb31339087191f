"""Who does the jobs of a study: this process, processes on this machine, or the workers of a dask cluster."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from liftkit.study.folder import StudyFolder
from liftkit.study.jobs import Job, Poses, Sources
from liftkit.study.running import STEPS, Outcome
from liftkit.system.extras import optional
from liftkit.system.provenance import cores

with optional("study"):
    import loky

POLL_SECONDS = 0.5
RETRIES = 5  # how often dask gives a job whose worker died to another one

Done = Iterator[tuple[Job, Outcome]]


def do_jobs(folder: StudyFolder, jobs: list[Job], sources: Sources, run, on_steps, client, processes: int) -> Done:
    """Do the jobs on a dask cluster if there is a client, else on this machine, in whatever order they end."""
    jobs = sorted(jobs, key=lambda job: -job.cost)  # the longest first, so that none is left alone at the end
    if client is not None:
        yield from _work_on_cluster(folder, jobs, sources, run, on_steps, client)
    elif (count := min(processes, len(jobs))) > 1:
        yield from _work_in_processes(folder, jobs, sources, run, on_steps, count)
    else:
        for job in jobs:
            yield job, run(job, *sources[job.data], folder.scratch(job), partial(on_steps, job))


def _work_in_processes(folder, jobs, sources, run, on_steps, count: int) -> Done:
    pool = loky.ProcessPoolExecutor(count, initializer=_begin_worker, initargs=(os.getpid(),), timeout=600)
    try:
        futures = {pool.submit(_run, run, job, *sources[job.data], folder.scratch(job)): job for job in jobs}
        yield from _collect(futures, lambda left: wait(left, POLL_SECONDS, FIRST_COMPLETED).done, folder, on_steps)
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def _work_on_cluster(folder, jobs, sources, run, on_steps, client) -> Done:
    """Workers that see the study's folder (a shared disk) take killed jobs up there."""

    def put(poses):
        named = poses is None or isinstance(poses, str | Path)  # the workers load these themselves
        return poses if named else client.scatter(poses, broadcast=True)

    # dask replaces futures by their values in arguments and in dicts that are arguments
    sent = {data: (put(poses), {n: put(test) for n, test in tests.items()}) for data, (poses, tests) in sources.items()}
    futures = {}
    for job in jobs:
        arguments = (run, job, *sent[job.data], folder.scratch(job).resolve())
        futures[client.submit(_run, *arguments, pure=False, retries=RETRIES)] = job
    try:
        yield from _collect(futures, lambda left: _wait_for_cluster(client, left), folder, on_steps)
    finally:
        client.cancel(list(futures))


def _wait_for_cluster(client: Any, futures: set) -> set:
    from distributed import wait as wait_for

    with suppress(TimeoutError, asyncio.TimeoutError):  # two kinds before Python 3.11
        return wait_for(list(futures), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED").done
    return set()


def _collect(futures: dict, done_among, folder: StudyFolder, on_steps: Callable[[Job, int], object]) -> Done:
    left = set(futures)
    while left:
        for future in done_among(left):
            left.discard(future)
            yield futures[future], future.result()
        for future in left:
            on_steps(futures[future], _steps(folder, futures[future]))


def _steps(folder: StudyFolder, job: Job) -> int:
    try:
        return int((folder.scratch(job) / STEPS).read_text())
    except (OSError, ValueError):  # not begun, or just being written
        return 0


def _run(run: Callable[..., Outcome], job: Job, poses: Poses, tests: Mapping[str, Poses], scratch: Path) -> Outcome:
    if not scratch.is_dir():  # a worker that does not see the study's folder
        return run(job, poses, tests)
    return run(job, poses, tests, scratch, lambda steps: (scratch / STEPS).write_text(str(steps)))


def _begin_worker(parent: int) -> None:
    """Leave Ctrl-C to the study, and end when the study was killed."""
    with suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def process_count(device: str | None) -> int:
    """Processes for the jobs of a study: one per core, or one for a GPU."""
    import torch

    gpu = torch.cuda.is_available() if device is None else not str(device).startswith("cpu")
    return 1 if gpu else cores()
