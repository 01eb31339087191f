"""Who does the jobs of a study: this process, processes on this machine, or the workers of a dask cluster."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import loky

from liftkit.study.folder import StudyFolder
from liftkit.study.jobs import STEPS, Job, Poses, run_job
from liftkit.system.provenance import cores

POLL_SECONDS = 0.5
RETRIES = 5  # how often dask gives a job whose worker died to another one


def work_here(folder: StudyFolder, jobs: list[Job], data: Mapping[str, Poses], tests, device, on_steps) -> Iterator:
    """Do one job after the other in this process: pairs of job and packed result."""
    for job in jobs:
        yield job, run_job(job, data[job.data], tests[job.data], folder.scratch(job), device, partial(on_steps, job))


def work_in_processes(folder: StudyFolder, jobs: list[Job], data, tests, device, on_steps, count: int) -> Iterator:
    """Do the jobs in ``count`` processes of this machine, in whatever order they end."""
    pool = loky.ProcessPoolExecutor(count, initializer=_begin_worker, initargs=(os.getpid(),), timeout=600)
    try:
        futures = {
            pool.submit(_run_and_report, job, data[job.data], tests[job.data], folder.scratch(job), device): job
            for job in jobs
        }
        yield from _collect(futures, lambda left: wait(left, POLL_SECONDS, FIRST_COMPLETED).done, folder, on_steps)
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def work_on_cluster(folder: StudyFolder, jobs: list[Job], data, tests, client, on_steps) -> Iterator:
    """Do the jobs on a dask cluster. Workers that see the study's folder (a shared disk) take killed jobs up there."""

    def put(poses):
        named = poses is None or isinstance(poses, str | Path)  # the workers load these themselves
        return poses if named else client.scatter(poses, broadcast=True)

    data = {name: put(poses) for name, poses in data.items()}
    tests = {name: {test: put(poses) for test, poses in sets.items()} for name, sets in tests.items()}
    futures = {}
    for job in jobs:
        # dask replaces futures by their values in arguments and in lists
        names, sets = zip(*tests[job.data].items(), strict=True)
        arguments = (job, data[job.data], names, list(sets), folder.scratch(job).resolve())
        futures[client.submit(_run_on_cluster, *arguments, pure=False, retries=RETRIES)] = job
    try:
        yield from _collect(futures, lambda left: _wait_for_cluster(client, left), folder, on_steps)
    finally:
        client.cancel(list(futures))


def _wait_for_cluster(client: Any, futures: set) -> set:
    from distributed import wait as wait_for

    with suppress(TimeoutError, asyncio.TimeoutError):  # two kinds before Python 3.11
        return wait_for(list(futures), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED").done
    return set()


def _collect(futures: dict, done_among, folder: StudyFolder, on_steps) -> Iterator:
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


def _run_and_report(job: Job, poses: Poses, tests: Mapping[str, Poses], scratch: Path, device: str | None) -> bytes:
    def report(steps: int) -> None:
        (scratch / STEPS).write_text(str(steps))

    return run_job(job, poses, tests, scratch, device, report)


def _run_on_cluster(job: Job, poses: Poses, names: tuple[str, ...], sets: list[Poses], scratch: Path) -> bytes:
    tests = dict(zip(names, sets, strict=True))
    if scratch.is_dir():
        return _run_and_report(job, poses, tests, scratch, None)
    return run_job(job, poses, tests)


def _begin_worker(parent: int) -> None:
    """Ctrl-C is for the study to handle; and a worker whose study was killed must not go on."""
    with suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def process_count(device: str | None) -> int:
    """Processes for the jobs of a study: one a core, and one alone for a GPU."""
    import torch

    gpu = torch.cuda.is_available() if device is None else not str(device).startswith("cpu")
    return 1 if gpu else cores()
