"""The finished recordings of a conversion, kept beside its output: a run that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np

from liftkit.system.files import read_arrays, write_atomically
from liftkit.system.provenance import revision

JOB = "job.json"


class Parts:
    """A folder NAME.npz.parts beside the output NAME.npz, with one npz file a finished recording, by its number.

    As a context it makes the folder, and removes it at the end, or when the input is bad: the same input would be bad
    again. Whatever else stops the work (a full disk, Ctrl-C, a power cut) leaves the parts, and a second run takes them
    over: see :meth:`whole`. Its JSON names the inputs (size and time of change), the options and liftkit's version:
    where one of them differs, ValueError says which. Nothing is written before the context is entered.
    """

    def __init__(self, out: Path, inputs: Iterable[Path], options: Mapping[str, object]):
        self.folder = out.with_name(f"{out.name}.parts")
        job = {"liftkit": f"{version('liftkit')} {revision() or ''}".strip()}
        job |= {f"the option {name}": value for name, value in options.items()}
        job |= {f"input {number}, {path.absolute()}": _state(path) for number, path in enumerate(inputs, start=1)}
        self.job = json.loads(json.dumps(job))  # as it reads back: lists, not tuples
        if self.numbers():
            self._check_job()

    def _found_job(self) -> dict:
        try:
            found = json.loads((self.folder / JOB).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        return found if isinstance(found, dict) else {}

    def _check_job(self) -> None:
        found = self._found_job()
        for name in {**found, **self.job}:
            if (there := found.get(name)) != (now := self.job.get(name)):
                raise ValueError(
                    f"{self.folder} holds the parts of a conversion that differs in {name}: {there} there, {now} now; "
                    "give the same command again to go on, or remove the folder to start afresh"
                )

    def __enter__(self) -> Parts:
        self.folder.mkdir(exist_ok=True)
        self._remove(".*.tmp-*")  # what a killed run was writing
        write_atomically(self.folder / JOB, lambda file: file.write(json.dumps(self.job, indent=1).encode()))
        return self

    def __exit__(self, kind, error, _) -> None:
        # readers name the file in a ValueError whatever happened: a disk that fails is no bad input
        bad = isinstance(error, ValueError) and not isinstance(error.__cause__, (OSError, MemoryError))
        if kind is None or bad or not self.numbers():
            self.forget()

    def forget(self) -> None:
        """Remove the parts of this conversion, and the folder unless it holds something else."""
        if self._found_job() == self.job:
            self._remove(".*.tmp-*", "part-*.npz", "whole.*", JOB)
        with suppress(OSError):  # there is none, or something else in it
            self.folder.rmdir()

    def _remove(self, *patterns: str) -> None:
        for path in (path for pattern in patterns for path in self.folder.glob(pattern)):
            path.unlink(missing_ok=True)

    def path(self, number: int) -> Path:
        """The file of one recording."""
        return self.folder / f"part-{number:06d}.npz"

    def numbers(self) -> list[int]:
        """The numbers of the recordings that have a file, in order."""
        return sorted(int(path.stem[5:]) for path in self.folder.glob("part-*.npz") if path.stem[5:].isdecimal())

    def whole(self) -> frozenset[int]:
        """The recordings that need not be read again: every byte of their files is as it was written."""
        return frozenset(number for number in self.numbers() if self._is_whole(number))

    def _is_whole(self, number: int) -> bool:
        try:
            return bool(read_arrays(self.path(number)))
        except ValueError:
            return False

    def keep(self, number: int, arrays: Mapping[str, object]) -> None:
        """Write one finished recording, whole or not at all."""
        write_atomically(self.path(number), lambda file: np.savez(file, **arrays))


def _state(path: Path) -> list:
    """Size and time of change in ns; of a folder, the number of files in it and the latest time."""
    files = [p for p in path.iterdir() if p.is_file()] if path.is_dir() else [path]
    stats = [file.stat() for file in files if file.exists()]
    size = len(stats) if path.is_dir() else sum(stat.st_size for stat in stats)
    return [size, max((stat.st_mtime_ns for stat in stats), default=0)]
