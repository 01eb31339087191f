"""load_poses finds embedded data sets by name and files by path, and says what there is otherwise."""

from functools import partial

import numpy as np
import pytest

from liftkit.data.cameras import film
from liftkit.data.datasets import DATASETS, load_poses, synthetic_poses
from liftkit.data.pose_files import save_poses
from liftkit.data.synthetic import synthetic_motion


@pytest.mark.slow
def test_the_embedded_data_set_is_the_synthetic_motion_filmed():
    poses, again = load_poses("synthetic"), film(synthetic_motion(), "orthographic")
    assert poses.x2d.tobytes() == again.x2d.tobytes()
    assert len(poses) > 60_000
    assert set(poses.train.subject).isdisjoint(poses.test.subject)


def test_options_reach_the_data_set(monkeypatch):
    monkeypatch.setattr("liftkit.data.datasets.synthetic_motion", partial(synthetic_motion, frames=2))
    poses, plain = load_poses("synthetic", rig="perspective", seed=3, coupling=1.0), synthetic_poses(seed=3)
    assert (poses.units, plain.units) == ("px", "mm")
    expected = film(synthetic_motion(seed=3, coupling=1.0, frames=2), "perspective", seed=3)
    np.testing.assert_array_equal(poses.x2d, expected.x2d)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "actions", "people", "poses"),
    [("synthetic-broad", 24 * 24, 8, 8 * 24 * 24 * 10 * 4), ("synthetic-random", 1, 40, 40 * 250 * 4)],
)
def test_broad_and_random_people_have_names_of_their_own(name, actions, people, poses):
    found = load_poses(name, seed=2)
    assert (len(found), found.name, found.units) == (poses, name, "mm")
    assert (len(set(found.action)), len(set(found.subject))) == (actions, people)
    again = load_poses("synthetic", seed=2, movements=name.removeprefix("synthetic-"))
    assert found.x2d.tobytes() == again.x2d.tobytes()


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_path_is_read(tiny_poses, tmp_path, kind):
    found = load_poses(kind(save_poses(tiny_poses, tmp_path / "a.npz")))
    np.testing.assert_array_equal(found.x3d, tiny_poses.x3d)


def test_the_name_of_a_data_set_wins_over_a_file(tmp_path, monkeypatch):
    (tmp_path / "synthetic").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(DATASETS, "synthetic", lambda: "embedded")
    assert load_poses("synthetic") == "embedded"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("sinthetic", {}, r"unknown data set 'sinthetic'.*synthetic, synthetic-broad, synthetic-random .*\.npz"),
        ("nowhere.npz", {}, r"nowhere\.npz: there is no such file in .+"),
        ("nowhere.npz", {"seed": 1}, r"nowhere\.npz: a file takes no options, found seed"),
        ("synthetic", {"coupling": 2.0}, "coupling must lie in 0"),
        ("synthetic", {"movements": "wild"}, "movements must be one of basic, broad, random, found 'wild'"),
        ("synthetic-random", {"coupling": 0.5}, "random poses have no coupling of legs and torso, found coupling 0.5"),
        ("synthetic", {"rig": "fisheye"}, "unknown rig 'fisheye'; the rigs are"),
    ],
)
def test_what_there_is_not_says_what_there_is(name, options, message):
    with pytest.raises(ValueError, match=message):
        load_poses(name, **options)


def test_other_programs_files_are_sent_to_their_command(tmp_path):
    path = tmp_path / "keypoints.json"
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"keypoints.json: expected a pose file .*data keypoints.*data_scripts"):
        load_poses(path)
