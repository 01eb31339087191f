"""liftkit data: make, look at and check pose files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from liftkit.cli.common import friendly, show_table
from liftkit.cli.convert import cmu, human36m, keypoints, mpi_inf_3dhp

data = typer.Typer(no_args_is_help=True, help="Make, look at and check pose files; turn other files into them.")
data.add_typer(cmu.app, name="cmu", help="From motion capture: ASF and AMC, BVH, joint positions.")
data.add_typer(human36m.app, name="human36m", help="From Human3.6M.")
data.add_typer(mpi_inf_3dhp.app, name="mpi-inf-3dhp", help="From MPI-INF-3DHP.")
data.command("keypoints")(keypoints.main)


@data.command("make")
@friendly
def make(
    file: Annotated[Path, typer.Argument(help="The pose file to write (.npz).")],
    seed: Annotated[int, typer.Option(help="Another seed gives other people.")] = 0,
    coupling: Annotated[float, typer.Option(help="How far arms follow legs, 0 to 1.")] = 0.0,
    rig: Annotated[str, typer.Option(help='"orthographic" (mm) or "perspective" (pixels).')] = "orthographic",
) -> None:
    """Write the embedded synthetic data set to a file.

    Example: `liftkit data make coupled.npz --coupling 1`
    """
    from liftkit import load_poses, save_poses
    from liftkit.files import check_new

    check_new(file)
    poses = load_poses("synthetic", seed=seed, coupling=coupling, rig=rig)
    save_poses(poses, file)
    typer.echo(f"{poses}, saved in {file}.")


@data.command("show")
@friendly
def show(
    name: Annotated[str, typer.Argument(help='"synthetic", or the path of a pose file.')] = "synthetic",
) -> None:
    """Check a pose file and count what is in it.

    Example: `liftkit data show cmu.npz`
    """
    import pandas as pd

    from liftkit import load_poses

    poses = load_poses(name)
    labels = pd.DataFrame({field: getattr(poses, field) for field in ("split", "subject", "clip", "action")})
    counts = labels.groupby("split").agg(poses=("clip", "size"), clips=("clip", "nunique"),
                                         subjects=("subject", "nunique"), actions=("action", "nunique"))  # fmt: skip
    typer.echo(repr(poses))
    show_table(counts.reset_index(), "What is in it")


@data.command("report")
@friendly
def report(
    name: Annotated[str, typer.Argument(help='"synthetic", or the path of a pose file.')] = "synthetic",
    out: Annotated[Path | None, typer.Option(help="The page to write (.html), with figures.")] = None,
) -> None:
    """Look for what may be wrong with poses: warnings, figures, and what is normal.

    Example: `liftkit data report cmu.npz --out report.html`
    """
    from liftkit import load_poses
    from liftkit.files import write_atomically
    from liftkit.report import examine_poses, report_html

    if out is not None and (out.exists() or out.suffix != ".html" or not out.parent.is_dir()):
        raise ValueError(f"--out {out}: expected a new .html file in a folder that exists; nothing is overwritten")
    found = examine_poses(load_poses(name))
    typer.echo(str(found))
    if out is not None:
        page = report_html(found)
        write_atomically(out, lambda file: file.write(page.encode()))
        typer.echo(f"The same with figures, in {out}.")
