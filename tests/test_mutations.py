"""Each reader turns a damaged file into sound poses or a ValueError that names the file, soon, and writes nothing.

`pytest tests/test_mutations.py --mutations 10000 -s` (`make fuzz`) tries 10,000 mutations of each format and prints
how many were refused. A failure names the format and the mutation's number, which is its seed.
"""

import io
import json
import pickle
import signal
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

import keypoint_files
import numpy as np
import pytest
from formats.asf_amc import read_asf_amc
from formats.bvh import read_bvh
from formats.clips import read_index
from formats.joint_maps import BVH_MAPS, load_joint_map
from formats.positions import FIELDS, read_positions
from human36m_files import FOLDER, fetched, npz2d, npz3d, recording_bytes, save_objects, tgz, world
from motion_files import ASF_RIGHT_HAND_UP, RIGHT_HAND_UP, T_POSE, amc, asf, bvh
from mpi_files import CALIBRATION, annotated_test, cells, image, seen, training
from mutations import mutated
from readers.human36m import Detections, film_recordings, read_archive, read_fetched, read_videopose3d
from readers.mpi_inf_3dhp import JOINTS_28, read_calibration, read_test, read_training
from scipy.io import savemat

from liftkit.geometry import hip_midpoint
from liftkit.keypoints.reading import read_keypoints
from liftkit.poses import PoseSet, load_pose_file, save_poses
from liftkit.skeleton import H36M_17

SECONDS = 5  # for one small file: all are read in some milliseconds
LONGEST = 2000  # characters of a message


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
    fields = {"joints_mm": random_people(), "frame": np.arange(4), "fps": np.array(30.0)} | labels
    path = folder / "positions.npz"
    np.savez(path, **fields, joint_names=np.array(H36M_17.names))
    assert set(fields) < set(FIELDS)
    return how(path, lambda: read_positions(path))


FORMATS: dict[str, Callable[[Path], Case]] = {
    "bvh": lambda f: plain(p := saved(f / "a.bvh", bvh([T_POSE, RIGHT_HAND_UP])), lambda: read_bvh(p)),
    "asf": lambda f: acclaim(f, "asf"),
    "amc": lambda f: acclaim(f, "amc"),
    "cmu index": listed,
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


@contextmanager
def within(seconds: float, what: str):
    """Fail after so many seconds, even in code that hangs; without SIGALRM (Windows), afterwards."""

    def fail(*_):
        pytest.fail(f"{what} took more than {seconds} s")  # no Exception: a reader cannot take it for damage

    alarm = hasattr(signal, "SIGALRM")
    before = signal.signal(signal.SIGALRM, fail) if alarm else None
    start = time.monotonic()
    try:
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    if time.monotonic() - start > seconds:
        fail()


def sound(found: object) -> bool:
    """Whether a reader's result is what it promises: finite coordinates of 17 joints."""
    if isinstance(found, list):
        return all(map(sound, found))
    if isinstance(found, PoseSet):
        return found.x2d.shape[1:] == (17, 2) and len(found) > 0
    joints = getattr(found, "joints", None)
    if joints is not None:
        return bool(np.isfinite(joints).all()) and joints.shape[1:] == (17, 3)
    return isinstance(found, dict) and len(found) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_is_read_or_refused(name, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    case = FORMATS[name](tmp_path / "in")
    assert sound(case.read()), "the file is refused as it is, so damage to it shows nothing"
    there, count = sorted(tmp_path.rglob("*")), request.config.getoption("mutations")
    refused, slowest = 0, 0.0
    for number in range(count):
        what = f"mutation {number} of {name}"
        case.path.write_bytes(case.damage(Random(f"{name} {number}")))
        start = time.perf_counter()
        with warnings.catch_warnings(record=True) as warned, within(SECONDS, what):
            warnings.simplefilter("always")
            try:
                found = case.read()
            except ValueError as error:
                refused += 1
                assert str(error).startswith(str(case.place or case.path)), f"{what}: {error}"
                assert len(str(error)) < LONGEST, f"{what}: {str(error)[:LONGEST]}"
            else:
                assert sound(found), f"{what}: {found}"
        slowest = max(slowest, time.perf_counter() - start)
        warned = [str(warning.message) for warning in warned]
        assert all("the pelvis lay" in message for message in warned), f"{what}: {warned}"
    assert sorted(tmp_path.rglob("*")) == there, "a reader wrote something"
    print(f"{name}: {count:,} mutations, {refused:,} refused, {count - refused:,} read, slowest {slowest:.3f} s")
    assert refused > count // 20


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("index.txt", b"1_1 a" + b" " * 200_000 + b"b\n", read_index),
        ("camera.calibration", b"Skeletool Camera Calibration File V1.0\nname 0\n" + b"\n" * 200_000, read_calibration),
        ("walk.bvh", b"HIERARCHY\nROOT a" + b" " * 200_000 + b"\n" * 200_000 + b"MOTION\nFrames:", read_bvh),
        ("points.csv", b"frame," + b"a_" * 200_000 + b"x\n1,2\n", read_keypoints),
        ("points.json", b'[{"image_id": "' + b"1" * 200_000 + b'", "keypoints": [1, 2, 3]}]', read_keypoints),
    ],
)
def test_no_pattern_takes_time_that_grows_with_the_square(tmp_path, name, content, read):
    path = saved(tmp_path / name, content)
    with within(SECONDS, name):
        try:
            read(path)
        except ValueError as error:
            assert str(error).startswith(str(path))


def test_a_pickle_that_asks_for_memory_is_refused(tmp_path):
    """A memo index of 2**31: the unpickler in C allocates that many entries, 16 GiB."""
    bomb = save_objects(tmp_path / "bomb.npz", positions_3d=(b"Nr\xff\xff\xff\x7f.", None))
    with within(SECONDS, "the bomb"), pytest.raises(ValueError, match=r"bomb\.npz: positions_3d: expected one pickled"):
        list(read_videopose3d(bomb))


def test_an_npz_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("liftkit.system.files.LARGEST_ARRAYS", 10**6)
    np.savez_compressed(tmp_path / "bomb.npz", x2d=np.zeros(10**6, np.float32))
    with pytest.raises(
        ValueError, match=r"bomb\.npz: .*expected at most 1,000,000 bytes after decompression, found 4,0"
    ):
        load_pose_file(tmp_path / "bomb.npz")
