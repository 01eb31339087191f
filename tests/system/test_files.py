"""A file is written whole or not at all, whatever goes wrong; a damaged npz file is refused by name."""

import errno
import os
import pickle
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from liftkit.system.files import read_arrays, write_atomically

ROOT = Path(__file__).parents[2]


def test_the_file_is_written_and_its_path_returned(tmp_path):
    path = write_atomically(str(tmp_path / "a.bin"), lambda file: file.write(b"new"))
    assert path == tmp_path / "a.bin"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path):
    path, seen = tmp_path / "a.bin", []
    path.write_bytes(b"old")

    def write(file):
        file.write(b"new")
        file.flush()
        seen.append(path.read_bytes())

    write_atomically(path, write)
    assert seen == [b"old"]
    assert path.read_bytes() == b"new"


def fail(error):
    raise error


@pytest.mark.parametrize("old", [b"old", None])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), ValueError()])
@pytest.mark.parametrize("where", ["write", "os.fsync", "os.chmod", "os.replace"])
def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch, old, error, where):
    path = tmp_path / "a.bin"
    if old is not None:
        path.write_bytes(old)
    if where != "write":
        monkeypatch.setattr(where, lambda *_: fail(error))

    def write(file):
        file.write(b"new" * 10_000)
        if where == "write":
            raise error

    with pytest.raises(type(error)) as raised:
        write_atomically(path, write)
    assert raised.value is error
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == ({} if old is None else {"a.bin": old})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_really_fills_up_leaves_what_was_there(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"old")
    script = """
import resource, signal, sys
import numpy as np
from liftkit.data.pose_files import save_poses
from liftkit.poses import PoseSet
poses = PoseSet(np.random.default_rng(0).normal(size=(1000, 17, 2)))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    save_poses(poses, sys.argv[1])
except OSError as error:
    print("refused:", error.strerror)
"""
    command = [sys.executable, "-c", script, str(tmp_path / "a.npz")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "refused: File too large\n", done.stderr
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a.npz": b"old"}


def test_a_missing_folder_is_named_and_not_made(tmp_path):
    with pytest.raises(ValueError, match="no folder .*nowhere"):
        write_atomically(tmp_path / "nowhere" / "a.bin", lambda file: file.write(b"new"))
    assert not any(tmp_path.iterdir())


def test_a_folder_of_that_name_survives(tmp_path):
    (tmp_path / "a.bin").mkdir()
    with pytest.raises(ValueError, match="no regular file"):
        write_atomically(tmp_path / "a.bin", lambda file: file.write(b"new"))
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_the_file_has_the_permissions_of_any_new_file(tmp_path, umask):
    before = os.umask(umask)
    try:
        path = write_atomically(tmp_path / "a.bin", lambda file: file.write(b"new"))
        after = os.umask(umask)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    assert after == umask


def test_arrays_come_back_as_they_were(tmp_path):
    arrays = {"x": np.arange(6.0).reshape(2, 3), "name": np.array("ü"), "none": np.zeros((0, 3), np.int32)}
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    found = read_arrays(str(tmp_path / "a.npz"))
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def saved(path, **arrays):
    np.savez_compressed(path, **arrays)
    return path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"hello", "npy", "pickle", "half", b"\0" * 1000])
def test_a_file_that_is_no_npz_is_named(tmp_path, content):
    path = tmp_path / "a.npz"
    if content == "npy":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    elif content == "pickle":
        path.write_bytes(pickle.dumps({"x": [1]}))
    elif content == "half":
        path.write_bytes(saved(path, x=np.arange(1000.0))[:-10])
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.npz: not a readable npz file: .* npz archive"):
        read_arrays(path)


class Touch:
    """Unpickling it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pickle_is_refused_and_not_run(tmp_path):
    np.savez(tmp_path / "a.npz", good=np.zeros(3), bad=np.array([Touch(tmp_path / "ran")], object))
    with pytest.raises(ValueError, match=r"a\.npz.*pickled objects, which liftkit never loads"):
        read_arrays(tmp_path / "a.npz")
    assert not (tmp_path / "ran").exists()
    np.load(tmp_path / "a.npz", allow_pickle=True)["bad"]
    assert (tmp_path / "ran").exists(), "the trap itself must work"


@pytest.mark.slow
def test_any_flipped_byte_is_noticed_or_harmless(tmp_path):
    arrays = {"x": np.arange(40.0), "names": np.array(["a", "bc"])}
    whole, path = saved(tmp_path / "a.npz", **arrays), tmp_path / "b.npz"
    noticed = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = read_arrays(path)
        except ValueError as error:
            assert str(path) in str(error)
            noticed += 1
        else:
            assert all(np.array_equal(found[name], arrays[name]) for name in arrays if name in found)
    assert noticed > len(whole) / 3


def test_a_zip_of_something_else_holds_no_usable_arrays(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x", b"raw bytes")
    assert read_arrays(tmp_path / "a.npz")["x"].dtype.kind == "S"


@pytest.mark.parametrize("name", ["nowhere.npz", "."])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(ValueError, match=f"{(tmp_path / name).name}.*there is no such file"):
        read_arrays(tmp_path / name)
