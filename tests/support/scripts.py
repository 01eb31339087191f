"""A script of data_scripts, called as from a command line."""

import errno
import runpy
from functools import cache
from pathlib import Path

from typer.testing import CliRunner

SCRIPTS = Path(__file__).parents[2] / "data_scripts"


@cache
def script(name):
    return runpy.run_path(str(SCRIPTS / f"{name}.py"))["app"]


def call_script(name, *arguments):
    return CliRunner().invoke(script(name), [str(argument) for argument in arguments])


def disk_full(*_):
    """In the place of ``os.fsync``."""
    raise OSError(errno.ENOSPC, "No space left on device")
