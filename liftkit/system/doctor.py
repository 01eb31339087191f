"""What this machine has for liftkit, and what to do about what it lacks."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from liftkit.system.extras import declared, install_command
from liftkit.system.provenance import cores

FOR_DEVELOPERS = ("cluster", "data", "dev")  # extras that a student or lecturer does without
MEMINFO = Path("/proc/meminfo")
SHARED = (Path("/usr/local"), Path("/usr"))  # where Jupyter looks in every environment
ABSENT = "not installed"
MEMORY_GIB = 2.0  # a lesson's peak is below 1.5


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    what: str
    found: str
    remedy: str = ""  # empty if nothing is wrong
    fatal: bool = False  # whether liftkit cannot run without the remedy


def examine() -> list[Finding]:
    """Check Python, every declared package's version, the device, threads and free memory; imports only torch."""
    python = platform.python_version()
    old = "" if sys.version_info >= (3, 10) else "install Python 3.10 or newer and create the environment again"
    findings = [Finding("python", python, old, fatal=bool(old))]
    for extra, requirements in declared().items():
        packages = [_package(one, extra) for one in requirements if one.name != "liftkit"]
        if extra in FOR_DEVELOPERS:  # what is there must fit; it need not be there
            packages = [one for one in packages if one.found != ABSENT]
        findings += packages
    return [*findings, _front_end(), *_device(), _memory()]


def _front_end() -> Finding:
    """Whether JupyterLab can show widgets: their front end must be where the server looks, not where the kernel is."""
    places = [_server_prefix() or Path(sys.prefix), Path.home() / ".local", *SHARED]
    for kind in ("labextensions", "nbextensions"):  # JupyterLab and Notebook 7; VS Code
        if any((place / "share" / "jupyter" / kind / "anywidget").is_dir() for place in places):
            return Finding("front end", "knows anywidget")
    remedy = f"in the environment of the Jupyter server, {places[0]}: pip install anywidget; then reload the page"
    return Finding("front end", "lacks anywidget: widgets are not drawn", remedy)


def _server_prefix() -> Path | None:
    """The environment of the Jupyter server that started this kernel, or the terminal in it; None if there is none."""
    try:
        command = Path("/proc", os.environ["JPY_PARENT_PID"], "cmdline").read_bytes().split(b"\0")
    except (KeyError, OSError):
        return None
    program = Path(os.fsdecode(command[0]))
    return program.parent.parent if program.is_absolute() else None


def _package(requirement: Requirement, extra: str) -> Finding:
    """Compare what is installed with the declared bounds."""
    name, bounds = requirement.name, requirement.specifier
    try:
        found = version(name)
    except PackageNotFoundError:
        return Finding(name, ABSENT, install_command(extra), fatal=not extra)
    if bounds.contains(found, prereleases=True):
        return Finding(name, found)
    return Finding(name, f"{found}, expected {bounds}", f"pip install '{name}{bounds}'", fatal=not extra)


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
