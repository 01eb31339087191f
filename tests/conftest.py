"""Fixtures and options that several test files share; the network is cut, for the tests and for all that they start."""

import os
import runpy
from collections import Counter
from copy import deepcopy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from lab import CHROMIUM

QUICK_LESSONS = ("01", "13")  # they train nothing, so `make test` runs them and compares what they show
TYPICAL = {"slow": 2, "long": 8}  # seconds
OFFLINE = Path(__file__).parent / "support" / "offline"
collect_ignore = [str(OFFLINE)]  # Debian's Python has a sitecustomize too, and a process imports one of that name
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
runpy.run_path(str(OFFLINE / "sitecustomize.py"))

# A busy machine is no failure, and a failure must come back on the next run.
settings.register_profile("liftkit", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("liftkit")


def pytest_addoption(parser):
    help = "how many mutations of each format tests/test_mutations.py tries"
    parser.addoption("--mutations", type=int, default=150, metavar="N", help=help)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Complete the markers, skip what needs a browser if there is none, begin with the files that take longest."""
    for item in items:
        browser = item.get_closest_marker("browser")
        notebook = item.path.suffix == ".ipynb" and not item.path.name.startswith(QUICK_LESSONS)
        if browser or notebook or item.get_closest_marker("thorough"):
            item.add_marker("long")
        if item.get_closest_marker("long"):
            item.add_marker("slow")
        if browser and not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="needs Chromium (Debian: apt install chromium)"))
    if hasattr(config, "workerinput"):  # a file goes to one process, so a long one must not come last
        weight = Counter()
        for item in items:
            weight[item.path] += seconds(item)
        items.sort(key=lambda item: -weight[item.path])


def seconds(item) -> float:
    """About how long a test takes, by its markers."""
    if item.path.suffix == ".ipynb":
        return 3
    return max([typical for name, typical in TYPICAL.items() if item.get_closest_marker(name)], default=0.05)


@pytest.fixture(scope="session", autouse=True)
def made_once():
    """The embedded data set (0.3 s; whoever loads it as it is gets a copy) and command lines (45 ms, 300 calls)."""
    import typer

    from liftkit.data import datasets

    generate = datasets.DATASETS["synthetic"]
    once = cache(generate)
    copied = lambda **options: generate(**options) if options else deepcopy(once())  # noqa: E731
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(datasets.DATASETS, "synthetic", copied)
        patch.setattr("typer.testing._get_command", cache(typer.main.get_command))
        yield


@pytest.fixture
def tiny_poses():
    """24 random orthographic poses: 6 clips of 4 frames, 3 people with 2 clips each, one of them for the test."""
    from liftkit.poses import PoseSet  # torch takes seconds, and pytest's first process runs no test
    from liftkit.skeleton import H36M_17

    x3d = np.random.default_rng(0).normal(scale=300, size=(24, 17, 3)).astype(np.float32)
    x3d -= x3d[:, :1]
    left, right = (H36M_17.index(f"{side}_hip") for side in ("left", "right"))
    x3d[:, left] = -x3d[:, right]  # the pelvis lies between the hips
    return PoseSet(
        x2d=x3d[..., :2],
        x3d=x3d,
        subject=np.repeat(["ann", "bob", "cem"], 8),
        action=np.tile(np.repeat(["sit", "walk"], 4), 3),
        clip=np.repeat(np.arange(6), 4),
        frame=np.tile(np.arange(4), 6),
        camera=np.tile([0, 1], 12),
        split=np.repeat(["train", "train", "test"], 8),
        units="mm",
        name="tiny",
    )
