"""Motion capture to a pose file: CMU's database as ASF and AMC, BVH files of any skeleton, joint positions.

Start with ``python data_scripts/cmu.py asf 35.asf 35_01.amc --check``, which reports what it finds and writes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from conversion import writing
from filming import tell, write_clips, write_filmed, write_mapped

from liftkit.cli.common import friendly, say

app = typer.Typer(no_args_is_help=True, help=__doc__)

OutOption = Annotated[Path, typer.Option(help="The pose file to write; its sources are listed in NAME.json.")]
RigOption = Annotated[
    str,
    typer.Option(
        help='"orthographic" (mm), "perspective" (pixels), "wide" (mm, looking 10 degrees up to 40 down); or "none": '
        "joint positions without cameras, which `positions` and the benchmarks read."
    ),
]
SeedOption = Annotated[int, typer.Option(help="Of headings, jitter and positions.")]
TestOption = Annotated[str, typer.Option(help='Clips or subjects of the test split, or patterns ("*_s5"), by commas.')]
FpsOption = Annotated[float, typer.Option(help="Frames per second of the poses; the motion is resampled.")]
SkipOption = Annotated[int, typer.Option(min=0, help="Frames to skip at the start of each file, such as a T-pose.")]
IndexOption = Annotated[Path | None, typer.Option(help="CMU's index, or a table of clip, action, subject, split.")]
ScaleOption = Annotated[str, typer.Option(help='Millimetres per unit; "auto": the file says it, or by the height.')]
UpOption = Annotated[
    str, typer.Option(help='The vertical axis of the files: y, z, x, -y, -z, -x; "auto" finds it, from ankles to head.')
]
LeftHandedOption = Annotated[bool, typer.Option("--left-handed", help="The files' axes are left-handed: reverse x.")]
SourceFpsOption = Annotated[
    float | None, typer.Option(min=0.1, help="Frames per second of the files, in place of their own (AMC: or of 120).")
]
CheckOption = Annotated[bool, typer.Option("--check", help="Report what was found; write nothing.")]
MapOption = Annotated[Path | None, typer.Option("--map", help="A joint map (JSON or TOML); default: matched by name.")]


@app.callback()
def _commands() -> None:
    """Motion capture to a pose file."""


@app.command()
@friendly
def positions(
    file: Annotated[Path, typer.Argument(help="The npz file with joint positions in world coordinates.")],
    out: OutOption = Path("cmu.npz"),
    up: UpOption = "auto",
    rig: RigOption = "orthographic",
    seed: SeedOption = 0,
    check: CheckOption = False,
) -> None:
    """Film joint positions with four cameras around the person; the fields of the file are in docs/data_sets.md."""
    from formats.positions import clips_of, read_positions

    with writing(out):
        motion = read_positions(file, up)
        options = {"rig": rig, "seed": seed} | ({} if up == "auto" else {"up": up})
        write_filmed(motion, rig, seed, out, [file], check, {"options": options})
        tell(clips_of(motion))


@app.command()
@friendly
def arrays(
    given: Annotated[list[Path], typer.Argument(help="npz, npy, JSON or pickle files, or folders of them.")],
    order: Annotated[
        str, typer.Option(help="Of the joints: h36m, mpi, panoptic, aspset, smpl, or that of keypoints: coco, ...")
    ],
    source_fps: Annotated[float | None, typer.Option(min=0.1, help="Frames per second of the files.")] = None,
    x3d: Annotated[str, typer.Option(help='The array\'s name; "a/b": b inside a; "*/b": of all, one clip each.')] = "",
    x2d: Annotated[str, typer.Option(help="2D in pixels that belongs to the 3D, in place of filming it.")] = "",
    unit: Annotated[str, typer.Option(help='mm, cm, dm, m, inch; "auto" finds it by the height.')] = "auto",
    axes: Annotated[str, typer.Option(help='"world", or "camera": x right, y down, z away.')] = "world",
    up: UpOption = "auto",
    out: OutOption = Path("arrays.npz"),
    fps: FpsOption = 30.0,
    rig: RigOption = "orthographic",
    seed: SeedOption = 0,
    test: TestOption = "",
    skip: SkipOption = 0,
    index: IndexOption = None,
    check: CheckOption = False,
) -> None:
    """Film 3D joints in arrays (frames, joints, 3) of any file, or join them with 2D of their own."""
    from conversion import write_data_set
    from formats.clips import find_files
    from formats.pose_arrays import read_pose_arrays, read_views

    files = find_files(given, ".npz", ".npy", ".json", ".pkl", ".pickle")
    if x2d:
        if axes != "camera" or test or skip or index:
            raise ValueError(
                "--x2d belongs to 3D in the camera's frame (--axes camera), without --test, --skip, --index"
            )
        read = lambda: (v for k, file in enumerate(files) for v in read_views(file, x3d, x2d, order, unit, 1000 * k))  # noqa: E731
        return write_data_set(read, out, files, [], {"x3d": x3d, "x2d": x2d, "order": order, "unit": unit}, check)
    if not source_fps:
        raise ValueError("the files' frames per second are needed (--source-fps 50)")
    own = {"order": order, "unit": unit, "axes": axes, "up": up, "skip": skip}
    read = lambda file: read_pose_arrays(file, x3d, fps=source_fps, **own)  # noqa: E731
    options = {"fps": fps, "rig": rig, "seed": seed, "source_fps": source_fps, "x3d": x3d, **own}
    write_clips(files, read, files, out, check, test, index, **options)


@app.command()
@friendly
def asf(
    given: Annotated[list[Path], typer.Argument(help="One .asf per subject, one or more .amc, or folders of them.")],
    out: OutOption = Path("cmu.npz"),
    source_fps: SourceFpsOption = None,
    map_file: MapOption = None,
    scale: ScaleOption = "auto",
    up: UpOption = "auto",
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
    own = {"skip": skip, "scale": scale, "up": up}
    read = lambda amc: read_asf_amc(skeleton_of(amc, skeletons), amc, joints, source_fps, **own)  # noqa: E731
    options = {"fps": fps, "rig": rig, "seed": seed, "source_fps": source_fps, "joint_map": joints, **own}
    write_clips(motions, read, files, out, check, test, index, **options)


@app.command()
@friendly
def bvh(
    given: Annotated[list[Path], typer.Argument(help="One or more .bvh files, or folders of them.")],
    out: OutOption = Path("bvh.npz"),
    map_file: MapOption = None,
    scale: ScaleOption = "auto",
    up: UpOption = "auto",
    left_handed: LeftHandedOption = False,
    source_fps: SourceFpsOption = None,
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

    own = {"scale": scale, "up": up, "skip": skip, "left_handed": left_handed}
    how = {"fps": fps, "rig": rig, "seed": seed, "source_fps": source_fps}
    write_mapped(find_files(given, ".bvh"), read_bvh, map_file, own, out, check, test, index, **how)


@app.command()
@friendly
def c3d(
    given: Annotated[list[Path], typer.Argument(help="One or more .c3d files, or folders of them.")],
    out: OutOption = Path("c3d.npz"),
    map_file: MapOption = None,
    scale: ScaleOption = "auto",
    up: UpOption = "auto",
    source_fps: SourceFpsOption = None,
    fps: FpsOption = 30.0,
    rig: RigOption = "orthographic",
    seed: SeedOption = 0,
    test: TestOption = "",
    skip: SkipOption = 0,
    index: IndexOption = None,
    check: CheckOption = False,
) -> None:
    """Film C3D files whose points are joints (ASPset-510), or markers with a joint map."""
    from formats.c3d_points import read_c3d
    from formats.clips import find_files

    own = {"scale": scale, "up": up, "skip": skip}
    how = {"fps": fps, "rig": rig, "seed": seed, "source_fps": source_fps}
    write_mapped(find_files(given, ".c3d"), read_c3d, map_file, own, out, check, test, index, **how)


@app.command()
@friendly
def clips(
    index: Annotated[Path, typer.Argument(help='A text file with a line "SUBJECT_TRIAL<TAB>DESCRIPTION" per clip.')],
    find: Annotated[str, typer.Option(help="Only actions whose description contains this.")] = "",
) -> None:
    """List clips by action, from an index."""
    from formats.clips import read_index

    actions: dict[str, list[str]] = {}
    for clip, action in read_index(index).items():
        if find.lower() in action.lower():
            actions.setdefault(action, []).append(clip)
    for action in sorted(actions, key=str.lower):
        say(f"{action}: {' '.join(actions[action])}")
    say(f"{sum(map(len, actions.values())):,} clips, {len(actions):,} descriptions.")


@app.command()
@friendly
def download(
    subject: Annotated[int, typer.Argument(min=1, max=144, help="The subject's number.")],
    trials: Annotated[list[int], typer.Argument(min=1, max=99, help="Numbers of trials.")],
    folder: Annotated[Path, typer.Option(help="Where the files go; it must exist.")] = Path("."),
    address: Annotated[str, typer.Option(help="The folder of subjects on the server.")] = "",
) -> None:
    """Download a subject's skeleton and trials from mocap.cs.cmu.edu; a second call continues what broke off."""
    from formats import download as network
    from tqdm import tqdm

    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    for url in network.cmu_files(subject, trials, address or network.ADDRESS):
        path = folder / url.rsplit("/", 1)[1]
        if path.exists():
            say(f"{path} is there already.")
            continue
        with tqdm(unit="B", unit_scale=True, desc=path.name, disable=None) as bar:
            network.download(url, path, bar.update)
        say(f"{path}: {path.stat().st_size:,} bytes.")


if __name__ == "__main__":
    app()
