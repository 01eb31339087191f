"""A script of data_scripts, called as from a command line."""

import errno
import runpy
from pathlib import Path

from typer.testing import CliRunner

SCRIPTS = Path(__file__).parents[2] / "data_scripts"


def call_script(name, *arguments):
    app = runpy.run_path(str(SCRIPTS / f"{name}.py"))["app"]
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def disk_full(*_):
    """In the place of ``os.fsync``."""
    raise OSError(errno.ENOSPC, "No space left on device")
