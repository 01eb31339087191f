"""The set-up files agree, and wheel and sdist hold what they should."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import lazy_loader
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
CONDA_TO_PYPI = {"pytorch-cpu": "torch", "playwright-python": "playwright"}


def requirements() -> list[Requirement]:
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    found = [Requirement(line) for lines in lists for line in lines]
    return [requirement for requirement in found if requirement.name != "liftkit"]  # an extra that has others in it


@cache
def pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def applies(requirement: Requirement, python: str) -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.9"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def conda_packages(path: Path) -> tuple[str, dict[str, str]]:
    """Python's line, and the others as name -> bounds."""
    lines = yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]
    python, *others = [line for line in lines if isinstance(line, str) and line != "pip"]
    found = map(Requirement, others)
    return python, {CONDA_TO_PYPI.get(one.name, one.name): str(one.specifier) for one in found}


def test_binder_gets_what_the_lessons_need_and_no_more():
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *extras["plots"], *extras["study"], *extras["notebooks"]]
    wanted = [one for one in map(Requirement, lines) if applies(one, "3.11") and one.name != "liftkit"]
    assert conda_packages(ROOT / "binder" / "environment.yml")[1] == {one.name: str(one.specifier) for one in wanted}
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK) and os.access(ROOT / "binder" / "start", os.X_OK)


def test_environment_yml_lists_the_packages_and_bounds_of_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, conda = conda_packages(ROOT / "environment.yml")
    # tomli is for a Python older than the one that environment.yml asks for.
    pyproject = {r.name: str(r.specifier) for r in requirements() if applies(r, "3.11")}
    assert conda == pyproject
    assert Requirement(python).specifier.contains("3.12")
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


@pytest.mark.parametrize("python", PYTHONS)
def test_every_package_has_one_exact_pin_within_its_bounds(python):
    for requirement in (r for r in requirements() if applies(r, python)):
        name = canonicalize_name(requirement.name)
        found = [pin for pin in pins() if canonicalize_name(pin.name) == name and applies(pin, python)]
        assert len(found) == 1, f"{name} on Python {python}: {[str(pin) for pin in found]}"
        (pin,) = found[0].specifier
        assert pin.operator == "==" and "*" not in pin.version, f"{found[0]} is not exact"
        assert requirement.specifier.contains(pin.version), f"{found[0]} is outside {requirement}"


@pytest.mark.slow
def test_every_package_that_liftkit_imports_is_declared():
    imported = set()
    for path in (ROOT / "liftkit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(node.module.split(".")[0])
    third_party = imported - set(sys.stdlib_module_names) - {"liftkit", "tomllib"}  # tomllib is new in Python 3.11
    assert {"numpy", "torch"} <= third_party
    assert set(map(canonicalize_name, third_party)) - {canonicalize_name(r.name) for r in requirements()} == set()


def test_constraints_hold_pins_only():
    assert "torch==2.13.0" in [str(pin) for pin in pins()]
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text and "@" not in text, "constraints.txt names a host or a file"
    assert not re.search(r"^(nvidia|cuda|triton)", text, re.MULTILINE), "torch pins its CUDA libraries itself"


def test_pre_commit_runs_the_pinned_ruff():
    (ruff,) = [str(pin) for pin in pins() if pin.name == "ruff"]
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in config["repos"]} == {"local"}, "a hook is cloned from the network"
    assert {hook["id"] for hook in hooks} == {"ruff-check", "ruff-format"}
    assert all(hook["additional_dependencies"] == [ruff] for hook in hooks)


@pytest.mark.skipif(os.name == "nt", reason="Binder runs on Linux")
def test_binder_starts_notebooks_as_make_lab_does():
    code = "import os; print(os.environ['PLOTLY_RENDERER'], os.environ['OMP_NUM_THREADS'])"
    binder = [ROOT / "binder" / "start", sys.executable, "-c", code]
    bare = {"PATH": os.environ["PATH"]}
    ran = subprocess.run(binder, capture_output=True, text=True, check=True, env=bare)
    assert ran.stdout.split() == ["plotly_mimetype", "1"]
    makefile = (ROOT / "Makefile").read_text()
    assert "THREADS := OMP_NUM_THREADS=1" in makefile and "PLOTLY_RENDERER=plotly_mimetype $(THREADS)" in makefile


def test_citation_carries_the_version_and_the_paper():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert [author["family-names"] for author in citation["references"][0]["authors"]] == [
        "Hardy",
        "Dasmahapatra",
        "Kim",
    ]


def test_the_set_up_of_make_and_of_the_notebooks_has_what_figures_and_studies_need():
    extras = PROJECT["optional-dependencies"]
    assert "liftkit[plots,study]" in extras["notebooks"]
    assert {"plots", "study"} <= set(extras)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installed = set(re.search(r"^EXTRAS := (.*)$", makefile, re.MULTILINE)[1].split(",")) | {"plots", "study"}
    assert installed == set(extras)


def test_nothing_says_to_install_liftkit_by_its_name_which_is_in_no_index():
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "liftkit").rglob("*.py")]
    by_name = re.compile(r"pip install (-\S+ )*['\"]?liftkit(\[[\w,]*\])?['\"`\s](?!@)")
    assert by_name.search("pip install 'liftkit[notebooks]'")
    assert [path.name for path in files if by_name.search(path.read_text(encoding="utf-8"))] == []


@pytest.fixture(scope="module")
def copy_of_the_clone(tmp_path_factory):
    """What git tracks, in a folder called liftkit, as a clone is."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("no clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    folder = tmp_path_factory.mktemp("above") / "liftkit"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def build(folder: Path, kind: str, out: Path) -> Path:
    """The archive that setuptools makes, without network and isolation."""
    code = f"import sys; from setuptools import build_meta; print(build_meta.build_{kind}(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, out], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out / done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_the_sdist_holds_all_that_git_tracks_so_it_can_run_its_tests(copy_of_the_clone, tmp_path):
    pytest.importorskip("setuptools")
    tracked = {
        path.relative_to(copy_of_the_clone).as_posix() for path in copy_of_the_clone.rglob("*") if path.is_file()
    }
    with tarfile.open(build(copy_of_the_clone, "sdist", tmp_path)) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"tests/test_packaging.py", ".ci/run", "notebooks/course.toml", "Makefile"} <= held
    assert {name for name in tracked if not name.startswith(("build/", "liftkit.egg-info/"))} - held == set()


@pytest.mark.slow
def test_the_wheel_holds_every_lesson_and_nothing_of_the_tests(copy_of_the_clone, tmp_path):
    pytest.importorskip("setuptools")
    (copy_of_the_clone / "notebooks" / "mine.ipynb").write_text("{}")  # a developer's own notebook
    with zipfile.ZipFile(build(copy_of_the_clone, "wheel", tmp_path)) as wheel:
        held = set(wheel.namelist())
    lessons = {path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert {f"liftkit/course/lessons/{name}" for name in [*lessons, "course.toml"]} <= held
    assert "liftkit/course/lessons/mine.ipynb" not in held
    tops = {name.split("/")[0] for name in held}
    assert tops == {"liftkit", f"liftkit-{PROJECT['version']}.dist-info"}


@pytest.mark.slow
def test_an_editable_install_is_found_from_the_folder_above_the_clone(copy_of_the_clone, tmp_path):
    pytest.importorskip("setuptools")
    with zipfile.ZipFile(build(copy_of_the_clone, "editable", tmp_path)) as wheel:
        wheel.extractall(tmp_path / "site")
    code = "import sys, site; site.addsitedir(sys.argv[1]); import liftkit; print(liftkit.__file__)"
    command = [sys.executable, "-S", "-c", code, tmp_path / "site"]
    bare = {**os.environ, "PYTHONPATH": str(Path(lazy_loader.__file__).parents[1])}
    ran = subprocess.run(command, cwd=copy_of_the_clone.parent, env=bare, capture_output=True, text=True)
    assert ran.stdout.strip() == str(copy_of_the_clone / "liftkit" / "__init__.py"), ran.stderr


def test_every_data_file_of_the_package_is_shipped():
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]["*"]
    files = [path for path in (ROOT / "liftkit").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert ROOT / "liftkit" / "skeleton.py" in files
    left_out = [
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix != ".py" and not any(fnmatch(path.name, pattern) for pattern in patterns)
    ]
    assert left_out == []
