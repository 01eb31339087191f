"""Where a result comes from: versions, hardware and source revision, stored beside it."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("liftkit", "torch", "numpy", "scipy", "pandas")


def cores() -> int:
    """The number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def provenance() -> dict[str, object]:
    """Versions of Python and the packages, processor, cores, GPU, and liftkit's git revision if it has one."""
    import torch

    return {
        "python": platform.python_version(),
        **{package: _version(package) for package in PACKAGES},
        "system": platform.platform(),
        "processor": _processor(),
        "cores": cores(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "revision": revision(),
    }


def revision() -> str | None:
    """The git commit of this liftkit, with "+changes" if files differ from it; None if git does not keep it."""
    git = ["git", "-C", str(Path(__file__).parents[1])]
    kept = ["ls-files", "--error-unmatch", "__init__.py"]  # fails in an environment inside somebody's repository
    try:
        _, commit, changed = (
            subprocess.run([*git, *words], capture_output=True, text=True, check=True, timeout=10).stdout.strip()
            for words in (kept, ["rev-parse", "HEAD"], ["status", "--porcelain", "--", "."])
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return commit + ("+changes" if changed else "")


def _version(package: str) -> str | None:
    """None if it is not installed: some packages are extras."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
