"""Motion capture to a pose file: CMU's database as ASF and AMC, BVH files of any skeleton, joint positions.

Start with ``python data_scripts/cmu.py asf 35.asf 35_01.amc --check``, which says what it found and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from conversion import tell_kept

from liftkit.cli.common import friendly

if TYPE_CHECKING:
    from formats.clips import Clip
    from formats.parts import Parts

app = typer.Typer(no_args_is_help=True, help=__doc__)

OutOption = Annotated[Path, typer.Option(help="The pose file to write; what it was made of goes to NAME.json.")]
RigOption = Annotated[str, typer.Option(help='"orthographic" (mm) or "perspective" (pixels).')]
SeedOption = Annotated[int, typer.Option(help="Of headings, jitter and places.")]
TestOption = Annotated[str, typer.Option(help="Clips or subjects of the test split, with commas between them.")]
FpsOption = Annotated[float, typer.Option(help="Frames a second of the poses; the motion is resampled.")]
SkipOption = Annotated[int, typer.Option(min=0, help="Frames left out at the start of each file, such as a T-pose.")]
IndexOption = Annotated[Path | None, typer.Option(help="An index of clips, for their actions (see `clips`).")]
CheckOption = Annotated[bool, typer.Option("--check", help="Say what was found and would be written; write nothing.")]
MapOption = Annotated[Path | None, typer.Option("--map", help="A joint map, JSON or TOML; else known by names.")]


def read_all(files: list[Path], read: Callable[[Path], Clip], check: bool, parts: Parts) -> list[Clip]:
    """Read clips with a bar of progress; those among the parts are taken from there, the others become parts.

    With ``check`` every file is tried, and described or complained about, and nothing is kept.
    """
    from formats.clips import load_clip
    from tqdm import tqdm

    clips, wrong = [], []
    kept = parts.whole()
    tell_kept(kept, parts.folder)
    for number, file in enumerate(tqdm(files, unit="file", disable=None)):
        try:
            if check:
                clips.append(read(file))
                continue
            if number not in kept:
                parts.keep(number, vars(read(file)))
            clips.append(load_clip(parts.path(number)))
        except ValueError as error:
            if not check:
                raise
            wrong.append(str(error))
    for clip in clips if check else [clip for clip in clips if clip.upright < 0.5]:
        typer.echo(clip.describe())
        if clip.upright < 0.5:
            typer.echo(f"Warning: {clip.name}: the head is mostly below a foot. Is another axis up?", err=True)
    if wrong:
        raise ValueError("\n  ".join([f"{len(wrong)} of {len(files)} files cannot be read:", *wrong]))
    return clips


def convert(
    motions: list[Path], read: Callable, inputs: list[Path], out: Path, check: bool, test: str, index, **options
) -> None:
    """Read clips, film them and write pose file and record; with ``check`` say what would be written."""
    from formats.clips import join_clips, read_index

    from liftkit.data.cameras import film
    from liftkit.data.pose_files import begin, finish
    from liftkit.poses import save_poses

    actions = read_index(index) if index else {}
    inputs = [*inputs, *([index] if index else [])]
    tests = [name.strip() for name in test.split(",") if name.strip()]
    options |= {"test": tests}
    parts = begin(out, inputs, options)  # refuses before hours of work
    with nullcontext() if check else parts:
        clips = read_all(motions, read, check, parts)
        poses = film(join_clips(clips, options["fps"], tests, actions, out.stem), options["rig"], options["seed"])
        if index and (missing := [clip.name for clip in clips if clip.name not in actions]):
            typer.echo(f"Not in the index: {', '.join(missing)}")
        if check:
            sizes = ", ".join(f"{(poses.split == split).sum():,} {split}" for split in ("train", "test"))
            typer.echo(f"Would write {poses} ({sizes}) to {out} and {out.with_suffix('.json')}. Nothing is written.")
            return
        about = {"poses": repr(poses), "options": options, "clips": [clip.describe() for clip in clips]}
        finish(parts, lambda path: save_poses(poses, path), out, inputs, about)
    typer.echo(f"{poses}, saved in {out}; what it was made of, in {out.with_suffix('.json')}.")


@app.callback()
def _commands() -> None:
    """Motion capture to a pose file."""


@app.command()
@friendly
def positions(
    file: Annotated[Path, typer.Argument(help="The npz file with joint positions in world coordinates.")],
    out: OutOption = Path("cmu.npz"),
    rig: RigOption = "orthographic",
    seed: SeedOption = 0,
    check: CheckOption = False,
) -> None:
    """Film joint positions with four cameras around the person."""
    from formats.positions import read_positions

    from liftkit.data.cameras import film
    from liftkit.data.pose_files import outputs, save_with_record
    from liftkit.poses import save_poses

    _, record = outputs(out)
    poses = film(read_positions(file), rig, seed)
    if check:
        typer.echo(f"Would write {poses} to {out} and {record}. Nothing is written.")
        return
    about = {"poses": repr(poses), "options": {"rig": rig, "seed": seed}}
    save_with_record(lambda path: save_poses(poses, path), out, [file], about)
    typer.echo(f"{poses}, saved in {out}; what it was made of, in {record}.")


@app.command()
@friendly
def asf(
    given: Annotated[list[Path], typer.Argument(help="One .asf a subject, one or more .amc, or folders of them.")],
    out: OutOption = Path("cmu.npz"),
    source_fps: Annotated[float, typer.Option(help="Frames a second of the AMC, which does not say them.")] = 120.0,
    map_file: MapOption = None,
    fps: FpsOption = 30.0,
    rig: RigOption = "orthographic",
    seed: SeedOption = 0,
    test: TestOption = "",
    skip: SkipOption = 0,
    index: IndexOption = None,
    check: CheckOption = False,
) -> None:
    """Film CMU's own files: a skeleton (SUBJECT.asf) and its motions (SUBJECT_TRIAL.amc)."""
    from formats.asf_amc import read_asf_amc
    from formats.clips import find_files, skeleton_of
    from formats.joint_maps import CMU_BONES, load_joint_map

    files = find_files(given, ".asf", ".amc")
    skeletons = [file for file in files if file.suffix.lower() == ".asf"]
    motions = [file for file in files if file.suffix.lower() == ".amc"]
    if not skeletons or not motions:
        raise ValueError(f"expected .asf and .amc files, found {len(skeletons)} and {len(motions)}")
    joints = load_joint_map(map_file) if map_file else CMU_BONES
    read = lambda amc: read_asf_amc(skeleton_of(amc, skeletons), amc, joints, source_fps, skip)  # noqa: E731
    options = {"fps": fps, "rig": rig, "seed": seed, "skip": skip, "source_fps": source_fps, "joint_map": joints}
    convert(motions, read, files, out, check, test, index, **options)


@app.command()
@friendly
def bvh(
    given: Annotated[list[Path], typer.Argument(help="One or more .bvh files, or folders of them.")],
    out: OutOption = Path("bvh.npz"),
    map_file: MapOption = None,
    scale: Annotated[str, typer.Option(help='Millimetres a unit; "auto" tells it from the height.')] = "auto",
    up: Annotated[str, typer.Option(help='The vertical axis of the files: "y" or "z".')] = "y",
    fps: FpsOption = 30.0,
    rig: RigOption = "orthographic",
    seed: SeedOption = 0,
    test: TestOption = "",
    skip: SkipOption = 0,
    index: IndexOption = None,
    check: CheckOption = False,
) -> None:
    """Film BVH files of any skeleton."""
    from formats.bvh import read_bvh
    from formats.clips import find_files
    from formats.joint_maps import load_joint_map

    files = find_files(given, ".bvh")
    joints = load_joint_map(map_file) if map_file else None
    read = lambda file: read_bvh(file, joints, scale, up, skip)  # noqa: E731
    options = {"fps": fps, "rig": rig, "seed": seed, "skip": skip, "scale": scale, "up": up, "joint_map": joints}
    convert(files, read, files, out, check, test, index, **options)


@app.command()
@friendly
def clips(
    index: Annotated[Path, typer.Argument(help='A text file with a line "SUBJECT_TRIAL<TAB>DESCRIPTION" a clip.')],
    find: Annotated[str, typer.Option(help="Only actions whose description holds this.")] = "",
) -> None:
    """List clips by action, from an index."""
    from formats.clips import read_index

    actions: dict[str, list[str]] = {}
    for clip, action in read_index(index).items():
        if find.lower() in action.lower():
            actions.setdefault(action, []).append(clip)
    for action in sorted(actions, key=str.lower):
        typer.echo(f"{action}: {' '.join(actions[action])}")
    typer.echo(f"{sum(map(len, actions.values())):,} clips, {len(actions):,} descriptions.")


@app.command()
@friendly
def download(
    subject: Annotated[int, typer.Argument(min=1, max=144, help="The subject's number.")],
    trials: Annotated[list[int], typer.Argument(min=1, max=99, help="Numbers of trials.")],
    folder: Annotated[Path, typer.Option(help="Where the files go; it must exist.")] = Path("."),
    address: Annotated[str, typer.Option(help="The folder of subjects on the server.")] = "",
) -> None:
    """Fetch a subject's skeleton and trials from mocap.cs.cmu.edu; a second call goes on where one broke off."""
    from formats import download as network
    from tqdm import tqdm

    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    for url in network.cmu_files(subject, trials, address or network.ADDRESS):
        path = folder / url.rsplit("/", 1)[1]
        if path.exists():
            typer.echo(f"{path} is there already.")
            continue
        with tqdm(unit="B", unit_scale=True, desc=path.name, disable=None) as bar:
            network.download(url, path, bar.update)
        typer.echo(f"{path}: {path.stat().st_size:,} bytes.")


if __name__ == "__main__":
    app()
