"""Human3.6M to a pose file: ``python data_scripts/human36m.py videopose3d data_3d_h36m.npz --out human36m.npz``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from conversion import CHECK, write_data_set

from liftkit.cli.common import friendly

app = typer.Typer(no_args_is_help=True, help=__doc__)
Out = Annotated[Path, typer.Option(help="The pose file to write; its sources are listed in NAME.json.")]
Every = Annotated[int, typer.Option(min=1, help="Keep frames 0, N, 2N, ...: 1 all, 64 as the field's protocol.")]
Distortion = Annotated[bool, typer.Option("--distortion", help="Project with the lens's distortion.")]
Check = Annotated[bool, CHECK]
DEFAULT = Path("human36m.npz")


@app.command()
@friendly
def archives(
    folder: Annotated[
        Path, typer.Argument(help="With Poses_D3_Positions_S1.tgz and so on, or unpacked ones, or Martinez's.")
    ],
    out: Out = DEFAULT,
    every: Every = 1,
    distortion: Distortion = False,
    check: Check = False,
) -> None:
    """From the data set's own archives, unpacked or not, or Martinez's h5; the 2D of the four cameras is projected."""
    from readers.human36m import film_recordings, find_recordings

    files, recordings = find_recordings(folder)
    read = lambda: film_recordings(recordings, every, distortion)  # noqa: E731
    _write(read, out, files, dict(every=every, distortion=distortion), check)


@app.command()
@friendly
def videopose3d(
    file: Annotated[Path, typer.Argument(help="data_3d_h36m.npz.")],
    detections: Annotated[
        Path | None, typer.Option(help="Such as data_2d_h36m_cpn_ft_h36m_dbb.npz; without it the 2D is projected.")
    ] = None,
    out: Out = DEFAULT,
    every: Every = 1,
    distortion: Distortion = False,
    check: Check = False,
) -> None:
    """From VideoPose3D's files, read without running the pickles in them."""
    from readers.human36m import Detections, film_recordings, read_videopose3d

    if detections and distortion:
        raise ValueError("--distortion is for projected 2D; detections have the lens's own")
    # Only the generator refers to the detections, so that their memory is freed when it ends.
    read = lambda: film_recordings(  # noqa: E731
        read_videopose3d(file), every, distortion, Detections(detections) if detections else None
    )
    options = dict(every=every, distortion=distortion, detections=detections.name if detections else None)
    _write(read, out, [file, detections] if detections else [file], options, check)


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
    read = lambda: read_fetched(folder, every, universal)  # noqa: E731
    _write(read, out, files, dict(every=every, universal=universal), check)


def _write(read, out: Path, sources: list[Path], options: dict, check: bool) -> None:
    from readers.human36m import ACTIONS, SPLITS

    expected = ((subject, action) for subject in SPLITS for action in ACTIONS)
    write_data_set(read, out, sources, expected, options, check)


if __name__ == "__main__":
    app()
