"""liftkit data: make, show and check pose files."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from liftkit.cli.common import friendly, say, show_table
from liftkit.cli.keypoints import keypoints
from liftkit.cli.options import DATA

data = typer.Typer(no_args_is_help=True, help="Make, show and check pose files.")
data.command("keypoints")(keypoints)

ANY_ARGUMENTS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@data.command("cmu", hidden=True, context_settings=ANY_ARGUMENTS)
@data.command("human36m", hidden=True, context_settings=ANY_ARGUMENTS)
@data.command("mpi-inf-3dhp", hidden=True, context_settings=ANY_ARGUMENTS)
@friendly
def moved(context: typer.Context) -> None:
    """Name the script that replaces an earlier command."""
    script = f"data_scripts/{context.info_name.replace('-', '_')}.py"
    arguments = shlex.join(context.args or ["--help"])
    raise ValueError(f"`liftkit data {context.info_name}` is now a script: python {script} {arguments}")


@data.command("make")
@friendly
def make(
    file: Annotated[Path, Argument(help="The pose file to write (.npz).")],
    seed: Annotated[int, Option(help="Another seed gives other people.")] = 0,
    coupling: Annotated[float, Option(help="How far the torso follows the legs, 0 to 1.")] = 0.0,
    rig: Annotated[str, Option(help='"orthographic" (mm) or "perspective" (pixels).')] = "orthographic",
    movements: Annotated[str, Option(help='"basic", "broad" or "random" (joint angles).')] = "basic",
) -> None:
    """Write the embedded synthetic data set to a file.

    Example: `liftkit data make coupled.npz --coupling 1`
    """
    from liftkit import load_poses, save_poses
    from liftkit.system.files import check_new

    check_new(file)
    poses = load_poses("synthetic", seed=seed, coupling=coupling, rig=rig, movements=movements)
    save_poses(poses, file)
    say(f"{poses}, saved in {file}.")


@data.command("show")
@friendly
def show(name: Annotated[str, Argument(help=DATA)] = "synthetic") -> None:
    """Check a pose file and count its contents.

    Example: `liftkit data show cmu.npz`
    """
    import pandas as pd

    from liftkit import load_poses

    poses = load_poses(name)
    labels = pd.DataFrame({field: getattr(poses, field) for field in ("split", "subject", "clip", "action")})
    counts = labels.groupby("split").agg(poses=("clip", "size"), clips=("clip", "nunique"),
                                         subjects=("subject", "nunique"), actions=("action", "nunique"))  # fmt: skip
    say(repr(poses))
    show_table(counts.reset_index(), "What is in it")


@data.command("report")
@friendly
def report(
    name: Annotated[str, Argument(help=DATA)] = "synthetic",
    out: Annotated[Path | None, Option(help="The page to write (.html), with figures.")] = None,
) -> None:
    """Check poses for common defects: warnings, figures, and what is normal.

    Example: `liftkit data report cmu.npz --out report.html`
    """
    from liftkit import load_poses
    from liftkit.plots.pose_report import examine_poses, report_html
    from liftkit.system.files import write_atomically

    if out is not None and (out.exists() or out.suffix != ".html" or not out.parent.is_dir()):
        raise ValueError(f"--out {out}: expected a new .html file in a folder that exists; nothing is overwritten")
    found = examine_poses(load_poses(name))
    say(str(found))
    if out is not None:
        page = report_html(found)
        write_atomically(out, lambda file: file.write(page.encode()))
        say(f"The same with figures, in {out}.")
