"""The Makefile and .ci/run: what they call, and advice instead of a traceback where a set-up fails."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# of .ci/run
STEPS = ["make .venv/.installed", "make test", "wheel", "make long LONG=long and not thorough", "versions check"]

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a script of bash")
@pytest.mark.parametrize("failing", ["none", *STEPS])
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


@pytest.mark.slow
def test_another_jupyter_on_the_path_is_not_the_one_that_is_set_up(tmp_path):
    """Seen: with a virtual environment active, its JupyterLab was told to be quiet, and ours asked about news."""
    other = tmp_path / "jupyter-labextension"
    other.write_text("#!/bin/sh\necho the other one\n")
    other.chmod(0o755)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    words = re.search(r"\$\(RUN\) (\S.*?) disable --level=sys_prefix", makefile)[1].split()
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    command = [sys.executable, "-m", *words, "disable", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path}).stdout
    assert "--level" in shown and "the other one" not in shown
