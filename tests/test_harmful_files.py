"""Files that are made to take a reader's time or memory are refused soon."""

import numpy as np
import pytest
from damaged_files import saved
from formats.bvh import read_bvh
from formats.clips import read_index
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


def test_an_npz_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("liftkit.system.files.LARGEST_ARRAYS", 10**6)
    np.savez_compressed(tmp_path / "bomb.npz", x2d=np.zeros(10**6, np.float32))
    with pytest.raises(
        ValueError, match=r"bomb\.npz: .*expected at most 1,000,000 bytes after decompression, found 4,0"
    ):
        load_pose_file(tmp_path / "bomb.npz")
