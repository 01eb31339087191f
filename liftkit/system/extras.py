"""The packages that liftkit declares, those of each extra, and one line about one that is missing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CLONE = Path(__file__).resolve().parents[2]


def declared() -> dict[str, list[Requirement]]:
    """Extra, or "" for what liftkit always needs -> its packages with their bounds, as far as they apply here.

    In a clone pyproject.toml is read: after `git pull` it is newer than what pip knows.
    """
    path = CLONE / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        lists = {"": project["dependencies"], **project["optional-dependencies"]}
        return {extra: [r for r in map(Requirement, lines) if _applies(r, "")] for extra, lines in lists.items()}
    installed = distribution("liftkit")
    lines = [Requirement(line) for line in installed.requires or ()]
    extras = {name: [r for r in lines if _applies(r, name) and not _applies(r, "")]
              for name in installed.metadata.get_all("Provides-Extra", [])}  # fmt: skip
    return {"": [r for r in lines if _applies(r, "")], **extras}


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def install_command(extra: str = "") -> str:
    """The pip command that adds an extra to this liftkit, from where it came: liftkit is in no package index."""
    wanted = f"[{extra}]" if extra else ""
    if (CLONE / "pyproject.toml").is_file():
        return f"pip install -e '{CLONE}{wanted}'"
    try:
        origin = json.loads(distribution("liftkit").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        origin = {}
    url, git = origin.get("url", ""), origin.get("vcs_info")
    source = f"{git['vcs']}+{url}@{git['commit_id']}" if git else url
    if source and "subdirectory" in origin:
        source += f"#subdirectory={origin['subdirectory']}"
    return f"pip install 'liftkit{wanted} @ {source}'" if source else f"in liftkit's clone: pip install '.{wanted}'"


class MissingPackage(ModuleNotFoundError):
    """A package of an extra is not installed; the message names the extra and the command to install it."""


@contextmanager
def optional(extra: str) -> Iterator[None]:
    """Import packages of an extra inside; MissingPackage if one is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = canonicalize_name((error.name or "").partition(".")[0])
        if missing not in [canonicalize_name(requirement.name) for requirement in declared()[extra]]:
            raise
        message = f"this needs {error.name}, of the extra {extra!r}, which is not installed: {install_command(extra)}"
        raise MissingPackage(message, name=error.name) from None
