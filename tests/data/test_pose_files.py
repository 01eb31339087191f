"""A pose file and the record of its sources: whatever happens, there are no poses without their record."""

import hashlib
import json
import subprocess
import sys

import pytest

from liftkit import load_poses, save_poses
from liftkit.data.pose_files import outputs, save_with_record

KILLED = """
import os, sys
from pathlib import Path
from liftkit.data.pose_files import save_with_record
folder = Path(sys.argv[1])
save_with_record(lambda path: os._exit(9), folder / "walk.npz", [folder / "walk.csv"], {"poses": "a film"})
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "walk.csv"
    path.write_bytes(b"0,1,2\n")
    return path


def test_the_record_names_the_sources(tmp_path, source, tiny_poses):
    save_with_record(lambda path: save_poses(tiny_poses, path), tmp_path / "walk.npz", [source], {"poses": "a film"})
    record = json.loads((tmp_path / "walk.json").read_text())
    sha256 = hashlib.sha256(b"0,1,2\n").hexdigest()
    assert record["inputs"] == [{"file": "walk.csv", "bytes": 6, "sha256": sha256}]
    assert record["poses"] == "a film" and len(load_poses(tmp_path / "walk.npz")) == len(tiny_poses)


def test_what_fails_leaves_neither(tmp_path, source):
    with pytest.raises(OSError, match="full"):
        save_with_record(_fail, tmp_path / "walk.npz", [source], {})
    assert [path.name for path in tmp_path.iterdir()] == ["walk.csv"]


def _fail(path):
    raise OSError("the disk is full")


@pytest.mark.slow
def test_what_is_killed_leaves_a_record_alone_and_the_next_call_replaces_it(tmp_path, source, tiny_poses):
    assert subprocess.run([sys.executable, "-c", KILLED, tmp_path]).returncode == 9
    assert sorted(path.name for path in tmp_path.iterdir()) == ["walk.csv", "walk.json"]
    save_with_record(lambda path: save_poses(tiny_poses, path), tmp_path / "walk.npz", [source], {"poses": "another"})
    assert json.loads((tmp_path / "walk.json").read_text())["poses"] == "another"


@pytest.mark.parametrize("content", ["[[[1, 2]]]", '{"people": []}', "not JSON", "", '{"inputs": []}'])
def test_a_file_of_the_users_with_the_records_name_is_not_replaced(tmp_path, content):
    (tmp_path / "walk.json").write_text(content)
    with pytest.raises(ValueError, match=r"walk\.json exists already"):
        outputs(tmp_path / "walk.npz")
    assert (tmp_path / "walk.json").read_text() == content


def test_a_record_with_its_poses_is_not_replaced(tmp_path, source, tiny_poses):
    save_with_record(lambda path: save_poses(tiny_poses, path), tmp_path / "walk.npz", [source], {})
    with pytest.raises(ValueError, match=r"walk\.npz exists already"):
        outputs(tmp_path / "walk.npz")
    (tmp_path / "walk.npz").rename(tmp_path / "other.npz")
    outputs(tmp_path / "walk.npz")  # its record stands alone now
