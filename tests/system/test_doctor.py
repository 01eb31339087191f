"""liftkit doctor names each problem of a machine with its remedy."""

import re
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from liftkit.cli import app
from liftkit.system import doctor


def finding(what):
    return next(f for f in doctor.examine() if f.what == what)


def test_a_complete_machine_has_no_fatal_problem():
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0 and "liftkit can run here" in result.output
    assert torch.__version__.partition("+")[0] in result.output  # 2.14.1+cu130 is version 2.14.1


@pytest.mark.parametrize(("package", "fatal"), [("torch", True), ("jupyterlab", False)])
def test_a_missing_package_comes_with_its_remedy(package, fatal, monkeypatch):
    found = doctor.version

    def without(name):
        if name == package:
            raise PackageNotFoundError(name)
        return found(name)

    monkeypatch.setattr(doctor, "version", without)
    assert finding(package).found == "not installed"
    assert "pip install -e" in finding(package).remedy
    assert CliRunner().invoke(app, ["doctor"]).exit_code == int(fatal)


def test_the_packages_of_liftkit_itself_are_needed():
    """The dependencies without extras: not h5py, which only data_scripts need; tomli is for Python 3.10."""
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    base = re.search(r"\ndependencies = \[(.*?)\]", pyproject, re.DOTALL)[1]
    assert set(doctor.NEEDED) == set(re.findall(r'^ *"([\w-]+)', base, re.MULTILINE)) - {"tomli"}


def test_old_python_is_fatal(monkeypatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 9, 1))
    assert finding("python").fatal and "3.10" in finding("python").remedy


@pytest.mark.parametrize(("threads", "remedy"), [(9, "OMP_NUM_THREADS=2"), (1, ""), (2, "")])
def test_threads_and_cores_are_compared(threads, remedy, monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    monkeypatch.setattr(doctor, "cores", lambda: 2)
    assert remedy in finding("threads").remedy and bool(finding("threads").remedy) == bool(remedy)


def test_little_memory_is_found(monkeypatch, tmp_path):
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:   1048576 kB\n")
    monkeypatch.setattr(doctor, "MEMINFO", tmp_path / "meminfo")
    assert finding("free memory").found == "1.0 GiB" and "close" in finding("free memory").remedy
