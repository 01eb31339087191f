"""A package of an extra that is missing is named with the extra and a command that works here."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest
from typer.testing import CliRunner

from liftkit.cli import app
from liftkit.system import extras
from liftkit.system.extras import MissingPackage, declared, install_command, optional


class Installed:
    """What pip knows about an installed liftkit."""

    requires = ["numpy>=1.26", "loky>=3.4; extra == 'study'", "tomli>=2.0; python_version < '3'"]

    def __init__(self, origin=None):
        self.origin = origin
        self.metadata = self

    def get_all(self, field, failobj):
        return ["study"]

    def read_text(self, name):
        return json.dumps(self.origin) if self.origin else None


@pytest.fixture
def no_clone(monkeypatch, tmp_path):
    monkeypatch.setattr(extras, "CLONE", tmp_path)
    return lambda origin=None: monkeypatch.setattr(extras, "distribution", lambda name: Installed(origin))


def test_the_declared_packages_are_those_of_pyproject_in_a_clone(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["numpy>=1.26", "tomli>=2; python_version < \'3\'"]\n'
        '[project.optional-dependencies]\nstudy = ["loky>=3.4"]\n'
    )
    monkeypatch.setattr(extras, "CLONE", tmp_path)
    assert {extra: list(map(str, found)) for extra, found in declared().items()} == {
        "": ["numpy>=1.26"],
        "study": ["loky>=3.4"],
    }
    assert install_command("study") == f"pip install -e '{tmp_path}[study]'"


def test_the_declared_packages_are_those_that_pip_knows_of_an_installed_wheel(no_clone):
    no_clone()
    assert {extra: [one.name for one in found] for extra, found in declared().items()} == {
        "": ["numpy"],
        "study": ["loky"],
    }


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        ({"url": "file:///a/liftkit.whl", "archive_info": {}}, "pip install 'liftkit[study] @ file:///a/liftkit.whl'"),
        (
            {"url": "https://x.org/a/b", "vcs_info": {"vcs": "git", "commit_id": "1f"}, "subdirectory": "lib"},
            "pip install 'liftkit[study] @ git+https://x.org/a/b@1f#subdirectory=lib'",
        ),
        (None, "in liftkit's clone: pip install '.[study]'"),
    ],
)
def test_the_command_names_where_liftkit_came_from(no_clone, origin, command):
    no_clone(origin)
    assert install_command("study") == command


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "loky", None)
    with pytest.raises(MissingPackage, match=r"loky.*'study'.*pip install .*\[study\]"), optional("study"):
        import loky  # noqa: F401


def test_another_missing_module_stays_what_it_is():
    with pytest.raises(ModuleNotFoundError, match="no_such_module") as raised, optional("study"):
        import no_such_module  # noqa: F401
    assert not isinstance(raised.value, MissingPackage)


def test_a_command_says_it_in_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "nbformat", None)
    monkeypatch.delitem(sys.modules, "liftkit.course.authoring.run_lesson", raising=False)
    result = CliRunner().invoke(app, ["course", "run", "00"])
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 2 and "nbformat" in line and "[notebooks]" in line


@pytest.mark.slow
def test_widgets_name_the_one_extra_that_holds_all_they_need():
    code = "import sys; sys.modules |= dict.fromkeys(['anywidget', 'plotly', 'pyarrow']); import liftkit.widgets"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "this needs anywidget, of the extra 'notebooks'" in ran.stderr.splitlines()[-1]


def test_the_version_is_shown():
    import liftkit

    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0 and result.output == f"liftkit {liftkit.__version__}\n"


def test_without_any_installation_the_clone_is_named(monkeypatch, tmp_path):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(extras, "CLONE", tmp_path)
    monkeypatch.setattr(extras, "distribution", absent)
    assert install_command("study") == "in liftkit's clone: pip install '.[study]'"
