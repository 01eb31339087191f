"""MPI-INF-3DHP to a pose file: ``python data_scripts/mpi_inf_3dhp.py convert mpi_inf_3dhp --out mpi_inf_3dhp.npz``."""

from __future__ import annotations

from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from conversion import CHECK, write_data_set

from liftkit.cli.common import friendly

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.callback()
def _commands() -> None:
    """MPI-INF-3DHP to a pose file."""


@app.command()
@friendly
def convert(
    folder: Annotated[Path, typer.Argument(help="With S1/Seq1/annot.mat and TS1/annot_data.mat and so on.")],
    out: Annotated[Path, typer.Option(help="The pose file to write; its sources are listed in NAME.json.")] = Path(
        "mpi_inf_3dhp.npz"
    ),
    part: Annotated[str, typer.Option(help='"train", "test" or "both".')] = "both",
    cameras: Annotated[str, typer.Option(help="Training cameras (0 to 13), separated by commas.")] = "0,1,2,4,5,6,7,8",
    true_scale: Annotated[bool, typer.Option("--true", help="True 3D, not universal (all of one height).")] = False,
    every: Annotated[int, typer.Option(min=1, help="Keep frames 0, N, 2N, ...")] = 1,
    check: Annotated[bool, CHECK] = False,
) -> None:
    """From the annotations of training and test set, as the data set's scripts unpack them."""
    from readers.mpi_inf_3dhp import TEST, TRAIN, read_test, read_training

    if part not in ("train", "test", "both"):
        raise ValueError(f"--part must be train, test or both, found {part!r}")
    try:
        numbers = [int(number) for number in cameras.split(",")]
    except ValueError as error:
        raise ValueError(f"--cameras: expected numbers separated by commas, found {cameras!r}") from error
    readers, patterns, expected = [], [], []
    if part != "test":
        readers.append(partial(read_training, folder, numbers, not true_scale, every))
        patterns.append("S[1-8]/Seq[12]/annot.mat")
        expected += [(subject, f"Seq{n}") for subject in TRAIN for n in (1, 2)]
    if part != "train":
        readers.append(partial(read_test, folder, not true_scale, every))
        patterns.append("**/TS[1-6]/annot_data.mat")
    sources = sorted(path for pattern in patterns for path in folder.glob(pattern))
    there = {path.parts[-2] for path in sources}
    expected += [(subject, "annot_data.mat") for subject in TEST if part != "train" and subject not in there]
    read = lambda: chain.from_iterable(reader() for reader in readers)  # noqa: E731
    options = dict(part=part, cameras=numbers, universal=not true_scale, every=every)
    write_data_set(read, out, sources, expected, options, check)


if __name__ == "__main__":
    app()
