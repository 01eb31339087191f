"""Files that are made to take a reader's time or memory are refused soon."""

import gzip
import json
import pickle
import sys
import tarfile
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from c3d_files import c3d_bytes
from damaged_files import saved
from formats.bvh import read_bvh
from formats.c3d_points import read_c3d
from formats.clips import read_index
from formats.containers import read_h5
from formats.pose_arrays import read_pose_arrays
from formats.positions import read_positions
from human36m_files import save_objects
from readers.human36m import read_archive, read_videopose3d
from readers.mpi_inf_3dhp import read_calibration, read_training
from scipy.io import savemat
from time_limit import SECONDS, within

from liftkit import train
from liftkit.data.datasets import load_poses
from liftkit.data.pose_files import load_pose_file
from liftkit.keypoints.reading import read_keypoints
from liftkit.run import Run
from liftkit.skeleton import H36M_17
from liftkit.study.running import _load_checkpoint
from liftkit.study.study import Study
from liftkit.system.files import pack, reading, unpack


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


BYTEARRAY = b"\x80\x05\x96" + (3 * 10**9).to_bytes(8, "little") + b"x."


def unicode(text: bytes) -> bytes:
    return b"X" + len(text).to_bytes(4, "little") + text


# A text of 1 MB that is turned into bytes 5,000 times, and all of them kept in a list.
ENCODED = b"\x80\x02" + unicode(b"a" * 10**6) + b"q\x00c_codecs\nencode\nq\x01]"
ENCODED += (b"h\x01(h\x00" + unicode(b"latin1") + b"tRa") * 5000 + b"."


@pytest.mark.parametrize(
    ("pickled", "message"),
    [(BYTEARRAY, "shorter than one of its arrays, 3,000,000,000"), (ENCODED, "more text into bytes")],
    ids=["bytearray", "encode"],
)
def test_a_small_pickle_takes_little_memory(tmp_path, pickled, message):
    bomb = save_objects(tmp_path / "bomb.npz", positions_3d=(pickled, None))
    before = peak_memory()
    with within(SECONDS, "the bomb"), pytest.raises(ValueError, match=message):
        list(read_videopose3d(bomb))
    assert peak_memory() - before < 200 * 2**20


@pytest.mark.slow
@pytest.mark.parametrize("how", [{"fillvalue": 1.0}, {"compression": "gzip", "chunks": (256, 17, 3)}])
def test_an_h5_of_a_fill_value_or_of_zeros_takes_little_memory(tmp_path, how):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        array = file.create_dataset("3D/universal", (4_000_000, 17, 3), "f8", **how)
        if "compression" in how:
            array[:2560] = 0.0
    before = peak_memory()
    with (
        within(SECONDS, "the bomb"),
        pytest.raises(ValueError, match=r"bomb\.h5: 3D/universal: expected at most .* are stored"),
    ):
        read_h5(tmp_path / "bomb.h5", {"3D/universal": (17, 3)})
    assert peak_memory() - before < 200 * 2**20


# Above base, and seconds. At most 500 MB are promised for a file of 10 MB; these have less than one and unpack to 300.
MEMORY, TIME = 150 * 2**20, 10


def gzipped(path, blocks):
    with gzip.open(path, "wb", compresslevel=1) as file:
        for block in blocks:
            file.write(block)
    return path


def tar_header(name, size, kind):
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def tgz_of_a_large_header(folder, kind):
    zeros = b"\0" * 2**20
    return gzipped(folder / "bomb.tgz", [tar_header("a", 2**30, kind), *[zeros] * 300])


def tgz_of_many(folder, kind):
    block = tar_header("a", 0, kind) if kind == tarfile.REGTYPE else tar_header("a", 512, kind) + b"b" * 511 + b"\0"
    return gzipped(folder / "bomb.tgz", [block * 1000] * 60)


def annotations_of_zeros(folder, kind):
    """annot.mat as MATLAB packs it: cells of zeros, of which 1 MB is a GB."""
    place = folder / "S1" / "Seq1"
    place.mkdir(parents=True)
    arrays = {name: np.empty((14, 1), object) for name in ("annot2", "annot3", "univ_annot3")}
    for cells, wide in zip(arrays.values(), (56, 84, 84), strict=True):
        cells[:, 0] = [np.zeros((96_000 // np.dtype(kind).itemsize, wide), kind)] * 14
    savemat(place / "annot.mat", arrays, do_compression=True)
    return place / "annot.mat"


def pickled_zeros(folder):
    path = folder / "bomb.npz"
    np.savez_compressed(path, positions_3d={"S1": {"Photo": np.zeros((800_000, 32, 3), np.float32)}})
    return path


def pose_file_of(folder, field):
    path = folder / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(f"{field}.npy", "w", force_zip64=True) as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": (2_000_000, 17, 2)}
            np.lib.format.write_array_header_1_0(file, header)
            for _ in range(272):
                file.write(b"\0" * 10**6)
    return path


def bvh_of_joints_without_channels(folder):
    joints = "".join(f"JOINT j{k}\n{{\nOFFSET 0 1 0\n}}\n" for k in range(90))
    head = f"HIERARCHY\nROOT a\n{{\nOFFSET 0 0 0\nCHANNELS 1 Xposition\n{joints}}}\n"
    path = folder / "bomb.bvh"
    path.write_text(f"{head}MOTION\nFrames: 1000000\nFrame Time: 0.01\n" + "0\n" * 10**6)
    return path


def run_that_asks_for_wide_networks(folder):
    run = train("full", load_poses("synthetic"), width=8, steps=1, batch=8)
    run.save(folder / "run")
    about = json.loads((folder / "run" / "run.json").read_text())
    about["config"]["width"] = 5_000
    (folder / "run" / "run.json").write_text(json.dumps(about))
    return folder / "run"


def npz_of_zeros(folder, pickled=False):
    path, zeros = folder / "bomb.npz", np.zeros((1_200_000, 17, 3), np.float32)
    np.savez_compressed(path, **({"data": {"a": zeros}} if pickled else {"S": zeros}))
    return path


def pickle_of_one_text_many_times(folder):
    path = folder / "bomb.pkl"
    path.write_bytes(ENCODED)
    return path


def pickle_of_one_array_many_times(folder):
    """A list that holds an array of 1 MB 3,000 times: stacked they would be 3 GB."""
    path, array = folder / "bomb.pkl", np.zeros((2500, 17, 3))
    path.write_bytes(pickle.dumps({"S": [array] * 3000}, 4))
    return path


def pickle_of_one_frame_many_times(folder):
    path = folder / "bomb.pkl"
    path.write_bytes(pickle.dumps({"S": [[[0.0, 0.0, 0.0]] * 17] * 800_000}, 4))
    return path


def pickle_of_empty_dicts(folder):
    path = folder / "bomb.npz"
    save_objects(path, data=(b"\x80\x04(" + b"}" * 2_000_000 + b"t.", None))
    return path


def json_of_nested_lists(folder):
    path = folder / "bomb.json"
    path.write_text('{"S": ' + "[" * 100_000 + "]" * 100_000 + "}")
    return path


def json_of_short_numbers(folder):
    path = folder / "bomb.json"
    path.write_text('{"S": [' + ",".join(["[" + ",".join(["[0,0,0]"] * 17) + "]"] * 5_000) + "]}")
    return path


def c3d_of_many_frames(folder):
    """12 points that are promised 65,000 times."""
    path = folder / "bomb.c3d"
    content = bytearray(c3d_bytes(H36M_17.names, np.zeros((40, 17, 3))))
    content[8:10] = b"\xff\xff"  # the last frame, in the header
    path.write_bytes(content)
    return path


def compressed(path, name, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open(name, "w") as file:
        for part in parts:
            file.write(part)
    return path


def table_of_one_number(folder):
    """300 million zeros in 30 groups, of which each is stored as one number and a count."""
    path, zeros = folder / "results.parquet", pa.table({"seed": pa.array(np.zeros(10**7))})
    with pq.ParquetWriter(path, zeros.schema) as writer:
        for _ in range(30):
            writer.write_table(zeros)
    return path


def table_of_one_text(folder):
    """A text of 1 MB, stored once, in 3,000 rows."""
    path = folder / "results.parquet"
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(3000, np.int32)), ["a" * 10**6])
    pq.write_table(pa.table({"representation": texts}), path)
    return path


def job_of_zeros(folder):
    return compressed(folder / "job.zip", "results", [b"\0" * 10**6] * 300)


def checkpoint_of_zeros(folder):
    compressed(folder / "inner.zip", "archive/data.pkl", [b"\0" * 10**6] * 300)
    path = folder / "checkpoint.zip"
    path.write_bytes(pack({"state": (folder / "inner.zip").read_bytes()}))
    (folder / "inner.zip").unlink()
    return path


def read_checkpoint(path):
    with reading(path):  # as the study that goes on names it
        return [_load_checkpoint(path, None, None)]


def read_array(field="S"):
    return lambda path: read_pose_arrays(path, field, "h36m", 30.0)


BOMBS = {
    "array npz": (npz_of_zeros, read_array()),
    "array pickle in npz": (partial(npz_of_zeros, pickled=True), read_array("data/a")),
    "array pickle of texts": (pickle_of_one_text_many_times, read_array()),
    "array pickle of empty dicts": (pickle_of_empty_dicts, read_array("data/a")),
    "array pickle of one array": (pickle_of_one_array_many_times, read_array()),
    "array pickle of one frame": (pickle_of_one_frame_many_times, read_array()),
    "array pickle, each of one array": (pickle_of_one_array_many_times, read_array("S/*")),
    "array json, nested": (json_of_nested_lists, read_array()),
    "array json, zeros": (json_of_short_numbers, read_array()),
    "c3d": (c3d_of_many_frames, lambda path: [read_c3d(path)]),
    "tgz pax header": (partial(tgz_of_a_large_header, kind=tarfile.XHDTYPE), read_archive),
    "tgz long name": (partial(tgz_of_a_large_header, kind=tarfile.GNUTYPE_LONGNAME), read_archive),
    "tgz of many members": (partial(tgz_of_many, kind=tarfile.REGTYPE), read_archive),
    "tgz of many headers": (partial(tgz_of_many, kind=tarfile.GNUTYPE_LONGNAME), read_archive),
    "annot.mat of zeros": (partial(annotations_of_zeros, kind=float), lambda path: read_training(path.parents[2])),
    "annot.mat of bytes": (partial(annotations_of_zeros, kind="u1"), lambda path: read_training(path.parents[2])),
    "pickle of zeros": (pickled_zeros, read_videopose3d),
    "pose npz": (partial(pose_file_of, field="x2d"), lambda path: [load_pose_file(path)]),
    "pose npz of an unknown field": (partial(pose_file_of, field="other"), lambda path: [load_pose_file(path)]),
    "positions": (partial(pose_file_of, field="joints_mm"), lambda path: [read_positions(path)]),
    "bvh": (bvh_of_joints_without_channels, lambda path: [read_bvh(path)]),
    "table of one number": (table_of_one_number, lambda path: [Study.load(path.parent)]),
    "table of one text": (table_of_one_text, lambda path: [Study.load(path.parent)]),
    "job": (job_of_zeros, unpack),
    "checkpoint": (checkpoint_of_zeros, read_checkpoint),
    "run.json": (run_that_asks_for_wide_networks, lambda path: [Run.load(path)]),
}


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_that_is_refused_takes_little_memory_and_time(tmp_path, name, record_property):
    make, read = BOMBS[name]
    path = make(tmp_path)
    files = [path] if path.is_file() else list(path.iterdir())
    assert sum(file.stat().st_size for file in files) < 3 * 10**6
    base = memory("VmRSS")
    RESET.write_text("5")  # the peak begins anew, see proc(5): what the file was made with does not hide it
    with within(TIME, name), pytest.raises(ValueError, match=path.name):
        list(read(path))
    peak = memory("VmHWM") - base
    record_property("bytes", peak)
    assert peak < MEMORY


RESET = Path("/proc/self/clear_refs")


def memory(what):
    """Bytes that this process has (VmRSS) or had at most (VmHWM)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) * 1024


def peak_memory() -> int:
    """The most bytes that this process has had so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def test_an_npz_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("liftkit.system.files.LARGEST_ARRAYS", 10**6)
    np.savez_compressed(tmp_path / "bomb.npz", x2d=np.zeros(10**6, np.float32))
    with pytest.raises(
        ValueError, match=r"bomb\.npz: .*expected at most 1,000,000 bytes after decompression, found 4,0"
    ):
        load_pose_file(tmp_path / "bomb.npz")
