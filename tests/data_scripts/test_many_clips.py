"""Many clips: told apart by their folders, labelled and split by names and patterns."""

from functools import partial

import pytest
from motion_people import person
from scripts import call_script

from liftkit.data.datasets import load_poses

cmu = partial(call_script, "cmu")


@pytest.fixture
def folders(tmp_path):
    """Clips of the same name in the folders of two people."""
    for name in ("P1/walk", "P2/walk", "P2/run"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / f"{name}.bvh").write_bytes(person())
    return tmp_path / "in"


def test_clips_of_one_name_are_told_apart_by_their_folders(tmp_path, folders):
    done = cmu("bvh", folders, "--out", tmp_path / "out.npz", "--test", "P2")
    assert done.exit_code == 0, done.output
    poses = load_poses(tmp_path / "out.npz")
    assert set(zip(poses.subject, poses.action, poses.split, strict=True)) == {
        ("P1", "P1/walk", "train"), ("P2", "P2/walk", "test"), ("P2", "P2/run", "test")
    }  # fmt: skip
    (folders / "P1" / "walk.BVH").write_bytes(person())
    done = cmu("bvh", folders, "--out", tmp_path / "b.npz")
    assert done.exit_code == 2 and "expected clips of different names, found" in done.stderr


def test_an_index_of_patterns_labels_many_clips(tmp_path, folders):
    (tmp_path / "index.csv").write_text("clip,action,subject,split\nP2/run,running,,test\n*/walk,walking,anybody,\n")
    done = cmu("bvh", folders, "--out", tmp_path / "out.npz", "--index", tmp_path / "index.csv", "--test", "P1*")
    assert done.exit_code == 0, done.output
    poses = load_poses(tmp_path / "out.npz")
    assert set(zip(poses.subject, poses.action, poses.split, strict=True)) == {
        ("anybody", "walking", "test"), ("anybody", "walking", "train"), ("P2", "running", "test")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [("clip\tmood\na\tb\n", "found mood"), ("clip,split\na,dev\n", "line 2: "), ("clip,action\na\n", "line 2: "),
     ("clip;action\na;b\na;c\n", "line 3: expected clip, action, each clip once"),
     ("clip,action\n", "below the heading, found none")],
)  # fmt: skip
def test_a_wrong_index_says_where(tmp_path, folders, text, message):
    (tmp_path / "index.csv").write_text(text)
    done = cmu("bvh", folders, "--out", tmp_path / "out.npz", "--index", tmp_path / "index.csv")
    assert done.exit_code == 2 and message in done.stderr


def test_a_name_with_brackets_is_that_clip(tmp_path):
    for name in ("walk[1]", "run"):
        (tmp_path / f"{name}.bvh").write_bytes(person())
    done = cmu("bvh", tmp_path, "--test", "walk[1]", "--out", tmp_path / "out.npz")
    assert done.exit_code == 0, done.output
    poses = load_poses(tmp_path / "out.npz")
    assert set(zip(poses.action, poses.split, strict=True)) == {("walk[1]", "test"), ("run", "train")}


def test_an_index_in_another_encoding_says_so(tmp_path, folders):
    (tmp_path / "index.csv").write_text("clip\taction\nwalk\twalking\n", encoding="utf-16")
    done = cmu("bvh", folders, "--out", tmp_path / "out.npz", "--index", tmp_path / "index.csv")
    assert done.exit_code == 2 and "expected text in UTF-8" in done.stderr
