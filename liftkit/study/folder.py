"""The folder of a study: one user at a time, settings that stay, and the results of finished jobs."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import filelock
import pandas as pd
from safetensors.torch import load

from liftkit.study.jobs import Job
from liftkit.system.files import unpack, write_atomically
from liftkit.system.provenance import provenance

ABOUT, LOCK, JOBS = "study.json", ".lock", "jobs"
TABLES = ("results", "history")


class StudyFolder:
    """Use as a context: it is locked from entry to exit, also against a study on another machine of a shared disk.

    Raises ValueError where ``path`` is a file, cannot be written, holds something else, or is in use.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(f"the study's folder {self.path} is a file; expected a folder or a new name")
        contents = [p.name for p in self.path.iterdir() if p.name != LOCK] if self.path.exists() else []
        if contents and ABOUT not in contents:
            raise ValueError(f"{self.path} holds no study (no {ABOUT}) but other files; expected a new or empty folder")
        self._lock = filelock.FileLock(self.path / LOCK, timeout=0)

    def __enter__(self) -> StudyFolder:
        try:
            (self.path / JOBS).mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except filelock.Timeout as error:
            raise ValueError(
                f"another study is running in {self.path}; wait for it, or choose another folder"
            ) from error
        except OSError as error:
            raise ValueError(f"cannot write into the study's folder {self.path}: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    # Settings.

    def settle(self, settings: dict[str, Any], restart: bool = False) -> dict[str, Any]:
        """Write down settings, versions and hardware; a study that goes on must have the settings it began with.

        Raises ValueError naming what differs, unless ``restart``, which throws away what was there.
        """
        about = {"settings": settings, "sessions": []}
        if restart:
            shutil.rmtree(self.path / JOBS)
            (self.path / JOBS).mkdir()
            for table in TABLES:
                for ending in ("csv", "parquet"):
                    (self.path / f"{table}.{ending}").unlink(missing_ok=True)
        elif (self.path / ABOUT).exists():
            about = self.about()
            if told := "; ".join(_differences(about["settings"], settings)):
                raise ValueError(
                    f"{self.path} holds a study with other settings: {told}. Choose another folder, or ask for a "
                    "restart, which throws away its results"
                )
        about["sessions"].append(provenance())
        self._write(ABOUT, (json.dumps(about, indent=1) + "\n").encode())
        return about

    def about(self) -> dict[str, Any]:
        """What :meth:`settle` wrote. Raises ValueError where it is missing or damaged."""
        try:
            about = json.loads((self.path / ABOUT).read_bytes())
            return about | {"settings": dict(about["settings"]), "sessions": list(about["sessions"])}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{self.path / ABOUT} is missing or damaged: {error}") from error

    # Jobs.

    def scratch(self, job: Job) -> Path:
        """The folder of a job that is not finished, made if missing."""
        scratch = self.path / JOBS / job.name
        scratch.mkdir(exist_ok=True)
        return scratch

    def finish(self, job: Job, result: bytes) -> None:
        """Keep a job's packed result; its checkpoint goes."""
        self._write(f"{JOBS}/{job.name}.zip", result)
        shutil.rmtree(self.path / JOBS / job.name, ignore_errors=True)

    def result(self, job: Job) -> dict[str, bytes] | None:
        """The parts of a finished job's result; None where there is none, or it is damaged."""
        try:
            parts = unpack(self.path / JOBS / f"{job.name}.zip")
        except ValueError:
            return None
        return parts if set(TABLES) <= set(parts) else None

    def tables(self, job: Job) -> tuple[pd.DataFrame, ...] | None:
        """Results and history of a finished job; None where it is not finished, or its file is damaged."""
        parts = self.result(job)
        return parts and tuple(pd.read_parquet(io.BytesIO(parts[table])) for table in TABLES)

    def tensors(self, job: Job, policy: str) -> dict:
        """The networks of a finished job, as tensors by name. Raises ValueError where they are missing."""
        parts = self.result(job) or {}
        if f"{policy}.safetensors" not in parts:
            raise ValueError(f"{self.path}: no networks of {job.name} by the policy {policy!r}")
        return load(parts[f"{policy}.safetensors"])

    def _write(self, name: str, content: bytes) -> None:
        write_atomically(self.path / name, lambda file: file.write(content))


def _differences(was: dict[str, Any], now: dict[str, Any], of: str = "") -> Iterator[str]:
    """What differs between two settings, field by field."""
    for field in sorted(set(was) | set(now)):
        old, new = was.get(field), now.get(field)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, f"{of}{field}.")
        elif old != new:
            yield f"{of}{field} was {old}, is now {new}"


def join(tables: Iterable[tuple[pd.DataFrame, ...]]) -> tuple[pd.DataFrame, ...]:
    """The tables of several jobs below each other; empty ones where there are none."""
    columns = list(zip(*tables, strict=True)) or [[pd.DataFrame()]] * len(TABLES)
    return tuple(pd.concat(column, ignore_index=True) for column in columns)


def save_tables(folder: Path, results: pd.DataFrame, history: pd.DataFrame) -> None:
    """Write both tables as CSV, for people, and as Parquet, which keeps every bit."""
    for name, table in zip(TABLES, (results, history), strict=True):
        write_atomically(folder / f"{name}.parquet", lambda file, t=table: t.to_parquet(file, index=False))
        write_atomically(folder / f"{name}.csv", lambda file, t=table: t.to_csv(file, index=False))
