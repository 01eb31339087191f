"""The command line, driven as a user drives it."""

import click
import typer
from typer.testing import CliRunner

from liftkit.cli import app


def run(*arguments, columns=200):
    """Call ``liftkit ARGUMENTS``; its exit code and output."""
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": str(columns), "TERM": "dumb"})


def commands(group=None, path=()):
    """Path -> the command of every command that has options."""
    found = {}
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            found |= commands(command, (*path, name))
        elif options_of(command):
            found[" ".join((*path, name))] = command
    return found


def options_of(command):
    return {parameter.name: parameter for parameter in command.params if parameter.name != "help"}


def words(command, given):
    """Values of options as they stand on the command line, arguments first."""
    arguments, options = [], []
    for name, value in given.items():
        parameter = options_of(command)[name]
        values = value if isinstance(value, list) else [value]
        if isinstance(parameter, click.Argument) or parameter.param_type_name == "argument":
            arguments += values
        elif isinstance(value, bool):
            options.append((parameter.opts if value else parameter.secondary_opts)[0])
        else:
            options += [word for one in values for word in (parameter.opts[0], one)]
    return [*arguments, *options]
