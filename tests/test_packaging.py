"""The set-up files agree, and a set-up that fails gives advice and no traceback."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from fnmatch import fnmatch
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
STEPS = ["make .venv/.installed", "make test", "wheel", "make long", "versions check"]  # of .ci/run
CONDA_TO_PYPI = {"pytorch-cpu": "torch", "playwright-python": "playwright"}


def requirements() -> list[Requirement]:
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    found = [Requirement(line) for lines in lists for line in lines]
    return [requirement for requirement in found if requirement.name != "liftkit"]  # an extra that has others in it


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


@pytest.mark.skipif(os.name == "nt", reason="a script of bash")
@pytest.mark.parametrize(
    "failing", ["none", "make .venv/.installed", "make test", "wheel", "make long", "versions check"]
)
def test_ci_runs_the_test_command_of_the_readme_and_more_and_fails_with_each(tmp_path, failing):
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    called = tmp_path / "called"
    fake = (
        f'#!/bin/sh\ncommand="$(basename "$0") $*"\necho $command >> {called}\n'
        f'case "$command" in "{failing}"*) exit 1;; esac\n'
    )
    names = ["bin/make", "bin/chromium", "bin/node", "bin/apt-get", ".ci/versions", ".ci/wheel"]
    for path in [tmp_path / name for name in names]:
        path.parent.mkdir(exist_ok=True)
        path.write_text(fake, encoding="utf-8")
        path.chmod(0o755)
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(["bash", tmp_path / ".ci" / "run"], env=environment, capture_output=True, text=True)
    done = STEPS if failing == "none" else STEPS[: STEPS.index(failing) + 1]
    commands = [line.split(" /")[0] for line in called.read_text(encoding="utf-8").splitlines()]
    assert [command for command in commands if command != "versions prepare"] == done
    # in the background, and waited for at the end: where a step fails before, it may not have begun
    assert failing not in ("none", "versions check") or "versions prepare" in commands
    assert (ran.returncode == 0) == (failing == "none")


@pytest.mark.skipif(os.name == "nt", reason="scripts of bash")
@pytest.mark.parametrize("script", ["run", "versions", "wheel"])
def test_the_scripts_of_ci_parse(script):
    subprocess.run(["bash", "-n", ROOT / ".ci" / script], check=True)


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


# Messages of the Makefile, with a Python that lacks something.


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


def fake_python(folder: Path, before: str) -> str:
    """A command that runs `-c CODE` in the real Python after `before`, and imitates `-m venv` and `-m pip`."""
    prelude = f"import sys; {before}; code = sys.argv.pop(1); sys.argv[0] = '-c'; exec(code)"
    fake = folder / "fake_python3"
    fake.write_text(
        "#!/bin/sh\n"
        'case "$1$2" in\n'
        '-mvenv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python";;\n'
        "-mpip) test ! -e broken_network;;\n"
        f'-c*) shift; exec {shlex.quote(sys.executable)} -c {shlex.quote(prelude)} "$@";;\n'
        "esac\n",
        encoding="utf-8",
    )
    fake.chmod(0o755)
    return str(fake)


def run_make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        if not (folder / name).exists():
            shutil.copy2(ROOT / name, folder)
    # This test itself runs under make, whose variables must not reach the make that it starts.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "PYTHON"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


@needs_make
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (
            "sys.version_info = (3, 8, 18)",
            ["needs Python 3.10 or newer", "is 3.8.18", "PYTHON=/path/to/python3.12"],
        ),
        ("sys.version_info = (3, 15, 0)", ["Python 3.10 to 3.14", "is 3.15.0", "PYTHON=/path/to/python3.12"]),
        ("sys.modules['ensurepip'] = None", ["-m venv", "is missing", "sudo apt install python3-venv"]),
        ("sys.modules['venv'] = None", ["-m venv", "is missing", "sudo apt install python3-venv"]),
    ],
)
@pytest.mark.parametrize("goal", ["lab", "test"])
def test_make_says_what_python_lacks(tmp_path, goal, before, expected):
    python = fake_python(tmp_path, before)
    result = run_make(tmp_path, f"PYTHON={python}", goal)
    assert result.returncode != 0
    for phrase in [*expected, goal]:
        assert phrase in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / ".venv").exists()


@needs_make
def test_make_says_that_python_is_absent(tmp_path):
    result = run_make(tmp_path, "PYTHON=no_such_python3", "lab")
    assert result.returncode != 0
    assert "needs Python 3.10 or newer; no_such_python3 was not found" in result.stderr


@pytest.mark.slow
@needs_make
def test_set_up_is_marked_as_done_only_when_it_is(tmp_path):
    python = fake_python(tmp_path, "sys.version_info = (3, 12, 0)")
    stamp = tmp_path / ".venv" / ".installed"

    (tmp_path / "broken_network").touch()
    assert run_make(tmp_path, f"PYTHON={python}", ".venv/.installed").returncode != 0
    assert not stamp.exists()

    (tmp_path / "broken_network").unlink()
    assert run_make(tmp_path, f"PYTHON={python}", ".venv/.installed").returncode == 0
    assert stamp.exists()

    # Done once, it is not done again: it needs neither a Python nor a network.
    again = run_make(tmp_path, "PYTHON=no_such_python3", ".venv/.installed")
    assert again.returncode == 0 and "up to date" in again.stdout

    # A changed pin makes it stale.
    later = stamp.stat().st_mtime + 10
    os.utime(tmp_path / "constraints.txt", (later, later))
    (tmp_path / "broken_network").touch()
    assert run_make(tmp_path, f"PYTHON={python}", ".venv/.installed").returncode != 0
    assert not stamp.exists()


@needs_make
def test_make_lab_copies_the_lessons_once_and_opens_the_copy(tmp_path):
    fake = tmp_path / ".venv" / "bin" / "python"
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/sh\necho "$@" >> log\ncase "$4" in copy) mkdir "$5"; echo new > "$5/lesson";; esac\n')
    fake.chmod(0o755)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, tmp_path)
    (tmp_path / ".venv" / ".installed").touch()
    assert run_make(tmp_path, "lab").returncode == 0
    (tmp_path / "my_lessons" / "lesson").write_text("worked on")
    assert run_make(tmp_path, "lab").returncode == 0
    assert (tmp_path / "my_lessons" / "lesson").read_text() == "worked on"
    called = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert [words[1] for words in called] == ["liftkit", "jupyterlab", "jupyterlab"]
    assert called[0][2:] == ["course", "copy", "my_lessons"]
    assert all("--ServerApp.root_dir=my_lessons" in words for words in called[1:])


@needs_make
def test_make_alone_lists_every_target(tmp_path):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    listed = re.findall(r"^  make ([a-z]+) ", run_make(tmp_path).stdout, re.MULTILINE)
    assert listed == targets and {"lab", "test"} <= set(targets)
