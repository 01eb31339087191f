"""liftkit doctor names each problem of a machine with its remedy."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distributions
from pathlib import Path

import pytest
import torch
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from liftkit.cli import app
from liftkit.system import doctor

INSTALLED = {canonicalize_name(one.metadata["Name"]) for one in distributions()}


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
    assert "pip install -e" in finding(package).remedy and (("[notebooks]" in finding(package).remedy) != fatal)
    assert CliRunner().invoke(app, ["doctor"]).exit_code == int(fatal)


@pytest.mark.parametrize(
    ("installed", "remedy"), [("1.25.9", "pip install 'numpy>=1.26'"), ("1.26.0", ""), ("2.5.0rc1", "")]
)
def test_a_version_is_compared_with_the_declared_bound(installed, remedy, monkeypatch):
    found = doctor.version
    monkeypatch.setattr(doctor, "version", lambda name: installed if name == "numpy" else found(name))
    assert finding("numpy").remedy == remedy and installed in finding("numpy").found
    assert finding("numpy").fatal == bool(remedy)


def test_all_declared_packages_are_looked_at():
    """All of pyproject.toml; tomli is for Python 3.10 only."""
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"\n[a-z]+ = \[\n(.*?)\n\]", pyproject.partition("\ndependencies")[2], re.DOTALL)
    base = re.search(r"\ndependencies = \[(.*?)\]", pyproject, re.DOTALL)[1]
    names = set(re.findall(r'^ *"([\w-]+)', "\n".join([base, *lists]), re.MULTILINE))
    assert {"torch", "plotly", "nbval", "h5py", "dask", "hypothesis"} <= names
    looked_at = {one.what for one in doctor.examine()}
    assert {name for name in (names - {"liftkit"}) & INSTALLED if name not in looked_at} == set()


def test_what_only_developers_need_may_be_absent_but_not_too_old(monkeypatch):
    def without(name):
        if name == "h5py":
            raise PackageNotFoundError(name)
        return "0.1" if name == "dask" else "9999"

    monkeypatch.setattr(doctor, "version", without)
    assert "h5py" not in [one.what for one in doctor.examine()]
    assert "pip install 'dask>=" in finding("dask").remedy and not finding("dask").fatal


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


def test_a_front_end_without_anywidget_is_found_where_the_server_is(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(doctor, "SHARED", ())
    monkeypatch.setattr(doctor.sys, "prefix", str(tmp_path / "kernel"))
    (tmp_path / "kernel/share/jupyter/labextensions/anywidget").mkdir(parents=True)
    monkeypatch.setattr(doctor, "_server_prefix", lambda: None)
    assert finding("front end").remedy == ""
    monkeypatch.setattr(doctor, "_server_prefix", lambda: tmp_path / "server")
    assert "lacks anywidget" in finding("front end").found and str(tmp_path / "server") in finding("front end").remedy
    (tmp_path / "server/share/jupyter/labextensions/anywidget").mkdir(parents=True)
    assert finding("front end").remedy == ""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="another system than Linux")
def test_the_server_is_the_process_that_the_kernel_names(monkeypatch):
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    assert doctor._server_prefix() is None
    how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], **how) as server:
        server.stdout.readline()  # it has begun: before, Linux does not know its command
        monkeypatch.setenv("JPY_PARENT_PID", str(server.pid))
        assert doctor._server_prefix() == Path(sys.executable).parents[1]
        server.communicate(b"\n")
