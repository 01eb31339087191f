"""Files that are made to take a reader's time or memory are refused soon."""

import sys

import numpy as np
import pytest
from damaged_files import saved
from formats.bvh import read_bvh
from formats.clips import read_index
from formats.containers import read_h5
from human36m_files import save_objects
from readers.human36m import read_videopose3d
from readers.mpi_inf_3dhp import read_calibration
from time_limit import SECONDS, within

from liftkit.data.pose_files import load_pose_file
from liftkit.keypoints.reading import read_keypoints


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
    [(BYTEARRAY, "operation 0x96, which no array needs"), (ENCODED, "more text into bytes")],
    ids=["bytearray", "encode"],
)
def test_a_small_pickle_takes_little_memory(tmp_path, pickled, message):
    bomb = save_objects(tmp_path / "bomb.npz", positions_3d=(pickled, None))
    before = peak_memory()
    with within(SECONDS, "the bomb"), pytest.raises(ValueError, match=message):
        list(read_videopose3d(bomb))
    assert peak_memory() - before < 200 * 2**20


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
