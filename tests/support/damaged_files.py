"""A small sound file of each format, with what damages it and what reads it."""

import io
import json
import pickle
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

import keypoint_files
import numpy as np
from amass_files import save_model, save_motion
from c3d_files import c3d_bytes
from formats.amass import read_amass
from formats.asf_amc import read_asf_amc
from formats.bvh import read_bvh
from formats.c3d_points import read_c3d
from formats.clips import read_index, read_labels
from formats.joint_maps import BVH_MAPS, load_joint_map
from formats.pose_arrays import read_pose_arrays
from formats.positions import FIELDS, read_positions
from human36m_files import FOLDER, fetched, npz2d, npz3d, recording_bytes, save_objects, tgz, world
from motion_files import ASF_RIGHT_HAND_UP, RIGHT_HAND_UP, T_POSE, amc, asf, bvh
from mpi_files import CALIBRATION, annotated_test, cells, image, seen, training
from mutations import mutated
from readers.human36m import Detections, film_recordings, read_archive, read_fetched, read_videopose3d
from readers.mpi_inf_3dhp import JOINTS_28, read_calibration, read_test, read_training
from scipy.io import savemat

from liftkit.data.pose_files import load_pose_file, save_poses
from liftkit.data.synthetic import synthetic_motion
from liftkit.geometry import hip_midpoint
from liftkit.keypoints.reading import read_keypoints
from liftkit.poses import PoseSet
from liftkit.skeleton import H36M_17


class Case(NamedTuple):
    """A sound file, a function that damages its content, and one that reads it."""

    path: Path
    damage: Callable[[Random], bytes]
    read: Callable[[], object]
    place: Path | None = None  # what messages begin with, if not the file


def plain(path: Path, read: Callable, place: Path | None = None) -> Case:
    """Damage to the bytes on the disk."""
    content = path.read_bytes()
    return Case(path, lambda rng: mutated(content, rng), read, place)


def inside(path: Path, content: bytes, seal: Callable[[bytes], bytes], read: Callable) -> Case:
    """Damage that compression or checksums do not detect: both are made afterwards."""
    path.write_bytes(seal(content))
    return Case(path, lambda rng: seal(mutated(content, rng)), read)


def members(path: Path, read: Callable) -> Case:
    """Damage to one array of an npz file whose checksums are right."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def damage(rng: Random) -> bytes:
        buffer, hit = io.BytesIO(), rng.choice(sorted(parts))
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, mutated(content, rng) if name == hit else content)
        return buffer.getvalue()

    return Case(path, damage, read)


def saved(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def acclaim(folder: Path, damaged: str) -> Case:
    skeleton = saved(folder / "35.asf", asf())
    motion = saved(folder / "35_01.amc", amc([{}, ASF_RIGHT_HAND_UP]))
    return plain(skeleton if damaged == "asf" else motion, lambda: read_asf_amc(skeleton, motion), folder)


def archive(folder: Path, mode: str) -> Case:
    content = recording_bytes(folder)
    path = tgz(folder / "a.tgz", [(f"{FOLDER}/Photo.cdf", content)], mode)
    return plain(path, lambda: list(film_recordings(read_archive(path))))


def recording(folder: Path, compress: int) -> Case:
    path, content = folder / "a.tgz", recording_bytes(folder, compress=compress)

    def seal(content: bytes) -> bytes:
        return tgz(path, [(f"{FOLDER}/Photo.cdf", content)], "w").read_bytes()

    return inside(path, content, seal, lambda: list(film_recordings(read_archive(path))))


def pickled(folder: Path, field: str) -> Case:
    """A damaged pickle within an npz file; the checksum is right."""
    source = npz3d(folder / "data_3d.npz", ["S1"])
    path = npz2d(folder / "data_2d.npz") if field == "positions_2d" else source
    with np.load(path, allow_pickle=True) as file:
        things = {name: file[name][()] for name in file.files}
    others = {name: (thing, 4) for name, thing in things.items() if name != field}
    whole = np.empty((), object)
    whole[()] = {"S1": things[field]["S1"]}

    def seal(content: bytes) -> bytes:
        return save_objects(path, **others, **{field: (content, None)}).read_bytes()

    def read() -> object:
        detections = Detections(path) if field == "positions_2d" else None
        return list(film_recordings(read_videopose3d(source), detections=detections))

    return inside(path, pickle.dumps(whole, 4), seal, read)


def videopose3d(folder: Path) -> Case:
    path = folder / "data_3d.npz"
    np.savez(path, positions_3d={"S1": {"Photo": world(1) / np.float32(1000)}})
    return plain(path, lambda: list(film_recordings(read_videopose3d(path))))


def annotations(folder: Path, packed: bool) -> Case:
    """MATLAB's version 5; if packed, the variables are damaged before they are compressed."""
    path = training(folder, frames=1, calibration=None) / "S1" / "Seq1" / "annot.mat"
    views = seen(JOINTS_28, 1)
    arrays = {"annot2": cells([image(views).reshape(1, -1)] * 14), "annot3": cells([views.reshape(1, -1)] * 14)}
    savemat(path, arrays)
    whole = path.read_bytes()

    def seal(content: bytes) -> bytes:
        squeezed = zlib.compress(content, 1)
        second = whole[128 + half :]
        return whole[:128] + tag(squeezed) + squeezed + second

    def tag(content: bytes) -> bytes:
        return np.array([15, len(content)], "<u4").tobytes()

    half = 8 + int(np.frombuffer(whole, "<u4", 1, 132)[0])
    read = lambda: list(read_training(folder, [0], universal=False))  # noqa: E731
    return inside(path, whole[128 : 128 + half], seal, read) if packed else plain(path, read)


def annotated(folder: Path) -> Case:
    return plain(annotated_test(folder) / "TS1" / "annot_data.mat", lambda: list(read_test(folder)))


def annot_h5(folder: Path) -> Case:
    return plain(fetched(folder) / "S1" / "WalkingDog-1" / "annot.h5", lambda: list(read_fetched(folder)))


def keypoints(folder: Path, make: Callable) -> Case:
    source = make(folder)
    path = sorted(source.iterdir())[0] if source.is_dir() else source
    size = (keypoint_files.WIDTH, keypoint_files.HEIGHT) if make in keypoint_files.SHARES else None
    return plain(path, lambda: read_keypoints(source, size=size)[0], source)


def joint_map(folder: Path, suffix: str) -> Case:
    text = json.dumps(dict(BVH_MAPS["CMU"]), indent=1)
    if suffix == ".toml":
        text = text.strip("{}").replace('": ', '" = ').replace(",\n", "\n")
    path = saved(folder / f"map{suffix}", text)
    return plain(path, lambda: load_joint_map(path))


def listed(folder: Path) -> Case:
    path = saved(folder / "index.txt", "Subject 2 (various)\n02_01\twalk\r\n 2_2\twalk, turn\t120\n\n144_36\tpunch\n")
    return plain(path, lambda: read_index(path))


def calibration(folder: Path) -> Case:
    path = saved(folder / "camera.calibration", CALIBRATION)
    return plain(path, lambda: read_calibration(path))


def random_people() -> np.ndarray:
    """(4, 17, 3) in mm, the pelvis at the origin, between the hips."""
    joints = np.random.default_rng(0).normal(scale=300, size=(4, 17, 3)).astype(np.float32)
    joints -= hip_midpoint(joints)[:, None]
    joints[:, 0] = 0
    return joints


def pose_file(folder: Path, how: Callable) -> Case:
    x3d = random_people()
    path = save_poses(PoseSet(x3d[..., :2], x3d, units="mm", name="poses"), folder / "poses.npz")
    return how(path, lambda: load_pose_file(path))


def positions(folder: Path, how: Callable) -> Case:
    labels = {"action": np.array(["walk"] * 4), "split": np.array(["train"] * 4), "clip": np.zeros(4, int)}
    labels["subject"] = np.array(["ann"] * 4)
    fields = {"joints_mm": synthetic_motion().joints[:4], "frame": np.arange(4), "fps": np.array(30.0)} | labels
    path = folder / "positions.npz"
    np.savez(path, **fields, joint_names=np.array(H36M_17.names))
    assert set(fields) < set(FIELDS)
    return how(path, lambda: read_positions(path))


def pose_array(folder: Path, suffix: str) -> Case:
    """A person's joints as JSON, npy or pickle."""
    joints = np.round(synthetic_motion().joints[:2].astype(float), 1)
    contents = {
        ".json": lambda: json.dumps({"S": joints.tolist()}).encode(),
        ".pkl": lambda: pickle.dumps({"S": joints}, 4),
    }
    path, field = folder / f"a{suffix}", "" if suffix == ".npy" else "S"
    if suffix == ".npy":
        np.save(path, joints)
    else:
        saved(path, contents[suffix]())
    return plain(path, lambda: read_pose_arrays(path, field, "h36m", 30.0))


def pose_npz(folder: Path) -> Case:
    """A damaged pickle in an npz file whose checksum is right, as P-STMO's."""
    path, joints = folder / "a.npz", synthetic_motion().joints[:2].astype(float)
    whole = np.empty((), object)
    whole[()] = {"TS1": {"data_3d": joints}}
    seal = lambda content: save_objects(path, data=(content, None)).read_bytes()  # noqa: E731
    return inside(path, pickle.dumps(whole, 4), seal, lambda: read_pose_arrays(path, "data/*/data_3d", "h36m", 30.0))


def c3d_points(folder: Path) -> Case:
    joints = synthetic_motion().joints[:3]
    path = saved(folder / "a.c3d", c3d_bytes(H36M_17.names, joints))
    return plain(path, lambda: read_c3d(path))


def amass(folder: Path, damaged: int, how: Callable) -> Case:
    """A motion (0) or the body model (1)."""
    motion, model = save_motion(folder / "a.npz", {}), save_model(folder / "model.npz")
    case = how((motion, model)[damaged], lambda: read_amass(motion, model))
    return case._replace(place=folder)  # a wrong model is seen at the motion


def labels(folder: Path) -> Case:
    path = saved(folder / "index.csv", "clip,action,subject,split\nwalk*,walk,ann,train\nrun,run,bob,test\n")
    return plain(path, lambda: read_labels(path))


FORMATS: dict[str, Callable[[Path], Case]] = {
    "bvh": lambda f: plain(p := saved(f / "a.bvh", bvh([T_POSE, RIGHT_HAND_UP])), lambda: read_bvh(p)),
    "asf": lambda f: acclaim(f, "asf"),
    "amc": lambda f: acclaim(f, "amc"),
    "cmu index": listed,
    "index table": labels,
    "pose array json": lambda f: pose_array(f, ".json"),
    "pose array npy": lambda f: pose_array(f, ".npy"),
    "pose array pickle": lambda f: pose_array(f, ".pkl"),
    "pose array npz": pose_npz,
    "c3d": c3d_points,
    "amass": lambda f: amass(f, 0, plain),
    "amass member": lambda f: amass(f, 0, members),
    "amass model": lambda f: amass(f, 1, members),
    "joint map json": lambda f: joint_map(f, ".json"),
    "joint map toml": lambda f: joint_map(f, ".toml"),
    "human36m tar": lambda f: archive(f, "w"),
    "human36m tgz": lambda f: archive(f, "w:gz"),
    "human36m cdf": lambda f: recording(f, 0),
    "human36m cdf packed": lambda f: recording(f, 6),
    "human36m annot.h5": annot_h5,
    "human36m npz": videopose3d,
    "human36m pickle 3d": lambda f: pickled(f, "positions_3d"),
    "human36m pickle 2d": lambda f: pickled(f, "positions_2d"),
    "mpi annot.mat": lambda f: annotations(f, False),
    "mpi annot.mat packed": lambda f: annotations(f, True),
    "mpi annot_data.mat": annotated,
    "mpi camera.calibration": calibration,
    "pose file": lambda f: pose_file(f, plain),
    "pose file member": lambda f: pose_file(f, members),
    "positions": lambda f: positions(f, plain),
    "positions member": lambda f: positions(f, members),
}
FORMATS |= {
    f"keypoints {make.__name__}": lambda f, make=make: keypoints(f, make)
    for make in (*keypoint_files.PIXELS, *keypoint_files.SHARES)
}
