"""The command line, driven as a user drives it."""

from typer.testing import CliRunner

from liftkit.cli import app


def run(*arguments, columns=200):
    """Call ``liftkit ARGUMENTS``; its exit code and output."""
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": str(columns), "TERM": "dumb"})
