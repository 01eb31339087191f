"""Motion capture to a pose file: CMU's database as ASF and AMC, BVH files of any skeleton, joint positions.

Start with ``python data_scripts/cmu.py asf 35.asf 35_01.amc --check``, which reports what it finds and writes nothing.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

import typer
from conversion import CHECK, write_data_set, writing
from filming import RIG, SEED, UP, Filming, Source, tell, write_clips, write_filmed, write_mapped
from typer import Argument, Option

from liftkit.cli.common import friendly, say

app = typer.Typer(no_args_is_help=True, help=__doc__)

Out = Annotated[Path, Option(help="The pose file to write; its sources are listed in NAME.json.")]
Up = Annotated[str, Option(help=UP)]


@app.callback()
def _commands() -> None:
    """Motion capture to a pose file."""


@app.command()
@friendly
def positions(
    file: Annotated[Path, Argument(help="The npz file with joint positions in world coordinates.")],
    out: Out = Path("cmu.npz"),
    up: Up = "auto",
    rig: Annotated[str, Option(help=RIG)] = "orthographic",
    seed: Annotated[int, Option(help=SEED)] = 0,
    check: Annotated[bool, CHECK] = False,
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
def amass(
    given: Annotated[list[Path], Argument(help="AMASS's npz files, or folders of them.")],
    *,
    model: Annotated[
        Path, Option(help="Your body model's model.npz, or the folder of male/model.npz or SMPLX_MALE.npz.")
    ],
    up: Up = "auto",
    out: Out = Path("amass.npz"),
    filming: Filming,
) -> None:
    """Film AMASS, whose angles become joints by a body model (SMPL+H, SMPL-X) that you have."""
    from formats.amass import read_amass, read_body
    from formats.clips import find_files

    files = [file for file in find_files(given, ".npz") if file.stem not in ("shape", "neutral_stagei")]
    body = lru_cache(read_body)  # a model takes seconds, a file of motion milliseconds
    read = lambda file: [read_amass(file, model, up, filming.skip, body)]  # noqa: E731
    write_clips(files, read, files, out, filming, {"model": str(model), "up": up})


@app.command()
@friendly
def arrays(
    given: Annotated[list[Path], Argument(help="npz, npy, JSON or pickle files, or folders of them.")],
    *,
    order: Annotated[
        str, Option(help="Of the joints: h36m, mpi, panoptic, aspset, fit3d, smpl, or that of keypoints: coco, ...")
    ],
    source_fps: Annotated[float | None, Option(min=0.1, help="Frames per second of the files.")] = None,
    x3d: Annotated[str, Option(help='The array\'s name; "a/b": b inside a; "*/b": of all, one clip each.')] = "",
    x2d: Annotated[str, Option(help="2D in pixels that belongs to the 3D, in place of filming it.")] = "",
    unit: Annotated[str, Option(help='mm, cm, dm, m, inch; "auto" finds it by the height.')] = "auto",
    axes: Annotated[str, Option(help='"world", or "camera": x right, y down, z away.')] = "world",
    up: Up = "auto",
    out: Out = Path("arrays.npz"),
    filming: Filming,
) -> None:
    """Film 3D joints in arrays (frames, joints, 3) of any file, or join them with 2D of their own."""
    from formats.clips import find_files
    from formats.pose_arrays import read_pose_arrays, read_views

    files = find_files(given, ".npz", ".npy", ".json", ".pkl", ".pickle")
    own = {"order": order, "unit": unit}
    if x2d:
        if axes != "camera" or filming.test or filming.skip or filming.index:
            raise ValueError(
                "--x2d belongs to 3D in the camera's frame (--axes camera), without --test, --skip, --index"
            )
        read = lambda: (v for k, file in enumerate(files) for v in read_views(file, x3d, x2d, **own, first=1000 * k))  # noqa: E731
        return write_data_set(read, out, files, [], {"x3d": x3d, "x2d": x2d, **own}, filming.check)
    if not source_fps:
        raise ValueError("the files' frames per second are needed (--source-fps 50)")
    own |= {"axes": axes, "up": up}
    read = lambda file: read_pose_arrays(file, x3d, fps=source_fps, skip=filming.skip, **own)  # noqa: E731
    write_clips(files, read, files, out, filming, {"source_fps": source_fps, "x3d": x3d, **own})


@app.command()
@friendly
def asf(
    given: Annotated[list[Path], Argument(help="One .asf per subject, one or more .amc, or folders of them.")],
    *,
    out: Out = Path("cmu.npz"),
    source: Source,
    filming: Filming,
) -> None:
    """Film CMU's own files: a skeleton (SUBJECT.asf) and its motions (SUBJECT_TRIAL.amc)."""
    from formats.asf_amc import read_asf_amc
    from formats.clips import find_files, skeleton_of
    from formats.joint_maps import CMU_BONES

    files = find_files(given, ".asf", ".amc")
    skeletons, motions = ([file for file in files if file.suffix.lower() == kind] for kind in (".asf", ".amc"))
    if not skeletons or not motions:
        raise ValueError(f"expected .asf and .amc files, found {len(skeletons)} and {len(motions)}")
    read = lambda amc, *joints, **how: read_asf_amc(skeleton_of(amc, skeletons), amc, *joints, **how)  # noqa: E731
    write_mapped(motions, read, files, out, source, filming, CMU_BONES)


@app.command()
@friendly
def bvh(
    given: Annotated[list[Path], Argument(help="One or more .bvh files, or folders of them.")],
    *,
    out: Out = Path("bvh.npz"),
    left_handed: Annotated[bool, Option("--left-handed", help="The files' axes are left-handed: reverse x.")] = False,
    source: Source,
    filming: Filming,
) -> None:
    """Film BVH files of any skeleton."""
    from formats.bvh import read_bvh
    from formats.clips import find_files

    files = find_files(given, ".bvh")
    write_mapped(files, read_bvh, files, out, source, filming, left_handed=left_handed)


@app.command()
@friendly
def c3d(
    given: Annotated[list[Path], Argument(help="One or more .c3d files, or folders of them.")],
    *,
    out: Out = Path("c3d.npz"),
    source: Source,
    filming: Filming,
) -> None:
    """Film C3D files whose points are joints (ASPset-510), or markers with a joint map."""
    from formats.c3d_points import read_c3d
    from formats.clips import find_files

    files = find_files(given, ".c3d")
    write_mapped(files, read_c3d, files, out, source, filming)


@app.command()
@friendly
def clips(
    index: Annotated[Path, Argument(help='A text file with a line "SUBJECT_TRIAL<TAB>DESCRIPTION" per clip.')],
    find: Annotated[str, Option(help="Only actions whose description contains this.")] = "",
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
    subject: Annotated[int, Argument(min=1, max=144, help="The subject's number.")],
    trials: Annotated[list[int], Argument(min=1, max=99, help="Numbers of trials.")],
    folder: Annotated[Path, Option(help="Where the files go; it must exist.")] = Path("."),
    address: Annotated[str, Option(help="The folder of subjects on the server.")] = "",
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
