"""What this machine has for liftkit, and what to do about what it lacks."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from liftkit.system.provenance import cores

NEEDED = ("torch", "numpy", "pandas", "scipy", "safetensors", "pyarrow", "plotly")
NEEDED += ("typer", "rich", "tqdm", "loky", "filelock", "lazy-loader")
FOR_NOTEBOOKS = ("jupyterlab", "ipywidgets", "anywidget", "nbval")
MEMINFO = Path("/proc/meminfo")
MEMORY_GIB = 2.0  # a lesson's peak is below 1.5


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    what: str
    found: str
    remedy: str = ""  # empty if nothing is wrong
    fatal: bool = False  # whether liftkit cannot run without the remedy


def examine() -> list[Finding]:
    """Check Python, the packages, the device, threads and free memory; imports only torch."""
    python = platform.python_version()
    old = "" if sys.version_info >= (3, 10) else "install Python 3.10 or newer and create the environment again"
    findings = [Finding("python", python, old, fatal=bool(old))]
    findings += [_package(name, "make lab (or: pip install -e .)", fatal=True) for name in NEEDED]
    findings += [_package(name, "pip install -e '.[notebooks]'", fatal=False) for name in FOR_NOTEBOOKS]
    return [*findings, *_device(), _memory()]


def _package(name: str, remedy: str, fatal: bool) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "not installed", remedy, fatal)


def _device() -> list[Finding]:
    try:
        import torch
    except Exception as error:  # a broken installation fails in many ways; each is a finding
        return [Finding("device", f"torch does not start: {error}", "pip install --force-reinstall torch", fatal=True)]
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    threads, available = torch.get_num_threads(), cores()
    many = f"set OMP_NUM_THREADS={available}: with more threads than cores, threads wait for each other"
    remedy = many if threads > available else ""
    return [Finding("device", device), Finding("threads", f"{threads} of {available} cores", remedy)]


def _memory() -> Finding:
    try:
        lines = MEMINFO.read_text().splitlines()
        free = int(next(line.split()[1] for line in lines if line.startswith("MemAvailable"))) / 2**20
    except (OSError, StopIteration):
        return Finding("free memory", "unknown on this system")
    remedy = "close other programs: a lesson takes up to 1.5 GiB" if free < MEMORY_GIB else ""
    return Finding("free memory", f"{free:.1f} GiB", remedy)
