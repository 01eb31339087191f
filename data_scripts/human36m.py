"""Human3.6M to a pose file: ``python data_scripts/human36m.py videopose3d data_3d_h36m.npz --out human36m.npz``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from conversion import CheckOption, convert

from liftkit.cli.common import friendly

app = typer.Typer(no_args_is_help=True, help=__doc__)
Out = Annotated[Path, typer.Option(help="The pose file to write; NAME.json beside it tells where it came from.")]
Every = Annotated[int, typer.Option(min=1, help="Keep frames 0, N, 2N, ...: 1 all, 64 as the field's protocol.")]
Distortion = Annotated[bool, typer.Option("--distortion", help="Project through the lens's distortion.")]
Check = Annotated[bool, CheckOption]
DEFAULT = Path("human36m.npz")


@app.command()
@friendly
def archives(
    folder: Annotated[Path, typer.Argument(help="With Poses_D3_Positions_S1.tgz and so on, as downloaded.")],
    out: Out = DEFAULT,
    every: Every = 1,
    distortion: Distortion = False,
    check: Check = False,
) -> None:
    """From the data set's own archives; the four cameras' 2D is projected."""
    from readers.human36m import film_clips, read_archive

    files = sorted(folder.glob("Poses_D3_Positions_S*.tgz"), key=lambda path: (len(path.name), path.name))
    if not files:
        raise ValueError(f"{folder}: expected Poses_D3_Positions_S1.tgz and so on, found none")
    clips = lambda: (clip for file in files for clip in read_archive(file))  # noqa: E731
    read = lambda kept: film_clips(clips(), every, distortion, kept=kept)  # noqa: E731
    _convert(read, out, files, dict(every=every, distortion=distortion), check)


@app.command()
@friendly
def videopose3d(
    file: Annotated[Path, typer.Argument(help="data_3d_h36m.npz.")],
    detections: Annotated[
        Path | None, typer.Option(help="data_2d_h36m_cpn_ft_h36m_dbb.npz, say; without it the 2D is projected.")
    ] = None,
    out: Out = DEFAULT,
    every: Every = 1,
    distortion: Distortion = False,
    check: Check = False,
) -> None:
    """From VideoPose3D's files, read without running the pickles in them."""
    from readers.human36m import Detections, film_clips, read_videopose3d

    if detections and distortion:
        raise ValueError("--distortion is for projected 2D; detections have the lens's own")
    # only the generator holds what is read, so that it is gone when it ends
    read = lambda kept: film_clips(  # noqa: E731
        read_videopose3d(file), every, distortion, Detections(detections) if detections else None, kept
    )
    options = dict(every=every, distortion=distortion, detections=detections.name if detections else None)
    _convert(read, out, [file, detections] if detections else [file], options, check)


@app.command()
@friendly
def fetched(
    folder: Annotated[Path, typer.Argument(help="h36m-fetch's folder, with S1/Directions-1/annot.h5 and so on.")],
    out: Out = DEFAULT,
    every: Every = 1,
    universal: Annotated[bool, typer.Option("--universal", help="Everybody as one skeleton.")] = False,
    check: Check = False,
) -> None:
    """From h36m-fetch's annotations; the 2D is the data set's own."""
    from readers.human36m import read_fetched

    files = sorted(folder.glob("S*/*/annot.h5"))
    read = lambda kept: read_fetched(folder, every, universal, kept)  # noqa: E731
    _convert(read, out, files, dict(every=every, universal=universal), check)


def _convert(read, out: Path, sources: list[Path], options: dict, check: bool) -> None:
    from readers.human36m import ACTIONS, SPLITS

    expected = ((subject, action) for subject in SPLITS for action in ACTIONS)
    convert(read, out, sources, expected, options, check)


if __name__ == "__main__":
    app()
