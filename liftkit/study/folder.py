"""The folder of a study: one user at a time, settings and jobs that stay, and the results of finished jobs."""

from __future__ import annotations

import io
import json
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from safetensors import SafetensorError
from safetensors.torch import load

from liftkit.config import check_fields
from liftkit.run import Run
from liftkit.study.jobs import Job, Settings, make_jobs, read_jobs
from liftkit.study.running import CHECKPOINT, STEPS
from liftkit.system.extras import optional
from liftkit.system.files import unpack, unpacked_limit, write_atomically
from liftkit.system.provenance import provenance

with optional("study"):
    import filelock
    from pyarrow import compute, parquet
    from pyarrow.types import is_null, is_primitive

ABOUT, LOCK, JOBS, TEMPORARY = "study.json", ".lock", "jobs", ".*.tmp-*"
TABLES, REFERENCES = ("results", "history"), "references"


class StudyFolder:
    """Used as a context manager: locked from entry to exit, also against another machine that shares the disk."""

    def __init__(self, path: str | Path):
        self.path, self.jobs = Path(path), Path(path) / JOBS
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(f"the study's folder {self.path} is a file; expected a folder or a new name")
        contents = set(self.path.iterdir()) - self._leftovers() if self.path.exists() else set()
        if contents and self.path / ABOUT not in contents:
            raise ValueError(f"{self.path} holds no study (no {ABOUT}) but other files; expected a new or empty folder")
        self._lock = filelock.FileLock(self.path / LOCK, timeout=0)

    def _leftovers(self) -> set[Path]:
        """What a start that was killed leaves."""
        found = {self.path / LOCK, *self.path.glob(TEMPORARY)}
        files = {path for path in self.jobs.rglob("*") if not path.is_dir()}
        return found if files - set(self.jobs.rglob(TEMPORARY)) else found | {self.jobs}

    def __enter__(self) -> StudyFolder:
        try:
            self.jobs.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            for path in (*self.path.glob(TEMPORARY), *self.jobs.rglob(TEMPORARY)):
                path.unlink(missing_ok=True)
        except filelock.Timeout as error:
            text = f"another study is running in {self.path}; wait for it, or choose another folder"
            raise ValueError(text) from error
        except OSError as error:
            self._lock.release()
            raise ValueError(f"cannot write into the study's folder {self.path}: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def begin(self, settings: Settings, restart: bool = False) -> tuple[dict[str, Any], list[Job]]:
        """Write study.json; its content, and the jobs. A study that goes on keeps them; ``restart`` throws all away."""
        sessions, jobs = [], None
        if restart:
            shutil.rmtree(self.jobs)
            self.jobs.mkdir()
            for path in (path for table in (*TABLES, REFERENCES) for path in self.path.glob(f"{table}.*")):
                path.unlink()
        elif (self.path / ABOUT).exists():
            about, jobs = self.read()
            sessions = about["sessions"]
            if differences := "; ".join(_differences(about["settings"], settings.to_dict())):
                raise ValueError(
                    f"{self.path} holds a study with other settings: {differences}. Choose another folder, or ask for "
                    "a restart, which throws away its results"
                )
        jobs = jobs or make_jobs(settings)
        names = {job.name for job in jobs}
        for path in filter(Path.is_dir, self.jobs.iterdir()):
            if path.name in names:
                (path / STEPS).unlink(missing_ok=True)  # of the last session, which may have got further than it saved
            else:  # a checkpoint that no job goes on from
                shutil.rmtree(path, ignore_errors=True)
        about = _about(settings, jobs, [*sessions, provenance()])
        self._write(ABOUT, (json.dumps(about, indent=1) + "\n").encode())
        return about, jobs

    def read(self) -> tuple[dict[str, Any], list[Job]]:
        """What :meth:`begin` wrote, in this version or an earlier one. Raises ValueError on any other file."""
        try:
            about = json.loads((self.path / ABOUT).read_bytes())
            check_fields(about, ("settings", "jobs", "sessions"), ABOUT)
            settings = Settings.from_dict(about["settings"])
            jobs = read_jobs(about["jobs"], settings) if "jobs" in about else self._jobs_of_first_version(settings)
            return _about(settings, jobs, list(about["sessions"])), jobs
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            found = f"{self.path / ABOUT} is missing or damaged, or a newer liftkit wrote it"
            raise ValueError(f"{found}: {type(error).__name__}: {error}") from error

    def _jobs_of_first_version(self, settings: Settings) -> list[Job]:
        """That version did not store its jobs: those that are finished say what they are."""
        representations = {representation.name: representation for representation in settings.representations}
        found, lost = [], list(self.jobs.glob(f"*/{CHECKPOINT}"))
        for path in sorted(self.jobs.glob("*.zip")):
            try:
                table = read_table(io.BytesIO(unpack(path)["results"]))
                data, representation = table["data"].iloc[0], representations[table["representation"].iloc[0]]
                found.append(Job(path.stem, data, representation, tuple(table["seed"].unique().tolist()), settings))
            except Exception:  # pandas and pyarrow have kinds of their own for a damaged file
                lost.append(path)
        if lost:
            names = ", ".join(map(str, lost))
            _warn(f"{names}: damaged, or a checkpoint of an earlier version; what it was for is done again")
        return make_jobs(settings, found)

    def scratch(self, job: Job) -> Path:
        """The folder of a job that is not finished, made if missing."""
        scratch = self.jobs / job.name
        scratch.mkdir(exist_ok=True)
        return scratch

    def finish(self, job: Job, result: bytes) -> None:
        """Keep a job's packed result; its checkpoint goes."""
        self._write(f"{JOBS}/{job.name}.zip", result)
        shutil.rmtree(self.jobs / job.name, ignore_errors=True)

    def tables(self, job: Job) -> tuple[pd.DataFrame, ...] | None:
        """Results and history of a job; None if it is not finished, or with a warning if its file is damaged."""
        path = self.jobs / f"{job.name}.zip"
        if not path.exists():
            return None
        try:
            parts = unpack(path)
            tables = tuple(read_table(io.BytesIO(parts[name])) for name in TABLES)
            _check_result(job, *tables, [load(parts[f"{policy}.safetensors"]) for policy in job.settings.policies])
        except Exception as error:  # zipfile, pyarrow and safetensors raise a dozen kinds for another layout
            reason = f"{type(error).__name__}: {str(error)[:200]}"
            _warn(f"{path} is damaged or of another version ({reason}); its job is done again")
            return None
        return tables

    def tensors(self, job: Job, policy: str) -> dict[str, torch.Tensor]:
        """The networks of a finished job, as tensors by name. Raises ValueError if they are missing or damaged."""
        path = self.jobs / f"{job.name}.zip"
        try:
            return load(unpack(path)[f"{policy}.safetensors"])
        except (ValueError, KeyError, SafetensorError) as error:
            raise ValueError(f"{path}: no networks of {job.name} by the policy {policy!r}: {error}") from error

    def _write(self, name: str, content: bytes) -> None:
        write_atomically(self.path / name, lambda file: file.write(content))


def _about(settings: Settings, jobs: list[Job], sessions: list) -> dict[str, Any]:
    return {"settings": settings.to_dict(), "jobs": [job.to_dict() for job in jobs], "sessions": sessions}


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=4)


def _check_result(job: Job, results: pd.DataFrame, history: pd.DataFrame, networks: list[dict]) -> None:
    """Raise ValueError or KeyError unless these are the tables and networks that the job gives."""
    how = job.settings
    results[["step", "parameters", "seconds", "mirrored"]], history[["data", "representation", "seed", "step"]]
    rows = product([job.data], how.tests[job.data], how.policies, [job.representation.name], job.seeds)
    keys = ["data", "test", "policy", "representation", "seed"]
    if sorted(rows) != sorted(results[keys].itertuples(index=False, name=None)):
        raise ValueError("its results are those of another job")
    for tensors in networks:
        run = Run.from_tensors(job.representation, job.seeds, how.config, [tensors], history)
        if run.tensors().keys() != tensors.keys():
            raise ValueError("its networks are those of another job")


def _differences(was: Mapping[str, Any], now: Mapping[str, Any], of: str = "") -> Iterator[str]:
    """What differs between two settings, field by field."""
    for field in (field for field in was if field in now):  # else a set of poses, whose name is said to differ
        old, new = was[field], now[field]
        if field == "representations":
            old, new = ({each["name"]: _unnamed(each) for each in every} for every in (old, new))
            if list(old) != list(new):
                old, new = list(old), list(new)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, f"{of}{field}.")
        elif old != new:
            yield f"{of}{field} was {old}, is now {new}"


def _unnamed(representation: Mapping[str, Any]) -> dict[str, Any]:
    """A stored representation without what its segments are called, which no result depends on."""
    segments = [{**segment, "name": ""} for segment in representation["segments"]]
    return {**representation, "segments": segments}


def join(tables: Iterable[tuple[pd.DataFrame, ...]]) -> dict[str, pd.DataFrame]:
    """The tables of several jobs below each other, by name; empty ones if there are none."""
    columns = list(zip(*tables, strict=True)) or [[pd.DataFrame()]] * len(TABLES)
    return {name: pd.concat(column, ignore_index=True) for name, column in zip(TABLES, columns, strict=True)}


def save_tables(folder: Path, **tables: pd.DataFrame) -> None:
    """Write tables by name as CSV, for people, and as Parquet, which keeps every bit."""
    for name, table in tables.items():
        write_atomically(folder / f"{name}.parquet", lambda file, t=table: t.to_parquet(file, index=False))
        write_atomically(folder / f"{name}.csv", lambda file, t=table: t.to_csv(file, index=False))


def read_table(source: Path | io.BytesIO) -> pd.DataFrame:
    """A table that :func:`save_tables` wrote as Parquet. ValueError if it would take far more memory than its file has
    bytes: a value that fills a column is stored once."""
    size = source.stat().st_size if isinstance(source, Path) else source.getbuffer().nbytes
    limit = unpacked_limit(size)
    with parquet.ParquetFile(source) as file:
        about, schema = file.metadata, file.schema_arrow
        groups = [about.row_group(k) for k in range(about.num_row_groups)]
        columns = [group.column(k) for group in groups for k in range(about.num_columns)]
        needed = max(8 * sum(c.num_values for c in columns), sum(c.total_uncompressed_size for c in columns))
        texts = [column.name for column in schema if not (is_primitive(column.type) or is_null(column.type))]
    if needed <= limit and texts:
        stored = parquet.read_table(source, columns=texts, read_dictionary=texts)
        for chunk in (chunk for column in stored.columns for chunk in column.chunks):
            needed += len(chunk) * (compute.max(compute.binary_length(chunk.dictionary)).as_py() or 0)
    if needed > limit:
        raise ValueError(f"expected at most {limit:,} bytes of values, found {needed:,} in a file of {size:,}")
    return pd.read_parquet(source)
