"""A result names the revision of liftkit that made it, and never that of another repository."""

import subprocess

import pytest

from liftkit.system import provenance


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A git repository with one commit of PACKAGE/__init__.py, for a liftkit that lies in the folder liftkit."""

    def make(package):
        git("init", "-q")
        for folder in {package, "liftkit"}:
            (tmp_path / folder / "system").mkdir(parents=True)
            (tmp_path / folder / "__init__.py").write_text("")
        git("add", f"{package}/__init__.py")
        git("-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-q", "-m", "one")
        monkeypatch.setattr(provenance, "__file__", str(tmp_path / "liftkit" / "system" / "provenance.py"))
        return git("rev-parse", "HEAD")

    def git(*words):
        done = subprocess.run(["git", *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return make


def test_the_revision_is_liftkits_commit_and_says_whether_files_differ(repository, tmp_path):
    commit = repository("liftkit")
    assert provenance.revision() == commit
    (tmp_path / "liftkit" / "__init__.py").write_text("changed")
    assert provenance.revision() == f"{commit}+changes"


def test_a_liftkit_installed_below_another_project_has_no_revision(repository):
    repository("project")
    assert provenance.revision() is None
