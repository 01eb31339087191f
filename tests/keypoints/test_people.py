"""Several people in a film: who is followed, and tracks that choose the person."""

import numpy as np
import pytest
from keypoint_files import FACING, film

from liftkit.keypoints.reading import read_keypoints
from liftkit.skeleton import H36M_17

LARGE, SMALL = {"scale": 1.0}, {"scale": 0.5, "shift": 600}


def test_the_largest_of_all_is_followed_and_never_another_one(tmp_path):
    """From frame 4 on the other one is larger: the largest of each frame would jump."""
    people = lambda f: [{"scale": 1.3, "shift": 900} if f >= 4 else SMALL, LARGE | {"shift": 3 * f}]  # noqa: E731
    poses, _ = read_keypoints(film(tmp_path, 4, people))
    np.testing.assert_allclose(poses.x2d[:, 0, 0], 500 + 3 * np.arange(4), rtol=1e-6)
    path = film(tmp_path, 8, people)
    poses, usage = read_keypoints(path)  # 8 frames count more than 4 of somebody a third larger
    assert poses.frame.tolist() == list(range(8)) and usage.without_person == 0
    np.testing.assert_allclose(poses.x2d[:, 0, 0], 500 + 3 * np.arange(8), rtol=1e-6)
    largest, _ = read_keypoints(path, follow=False)
    assert largest.clip.tolist() == list(range(8))
    np.testing.assert_allclose(largest.x2d[:, 0, 0], [500, 503, 506, 509] + [1550] * 4, rtol=1e-6)


def test_who_is_followed_is_not_lost_to_a_passer_by(tmp_path):
    walks = lambda f: {"shift": 500 - 10 * f, "scale": 0.9}  # noqa: E731
    people = lambda f: [LARGE | {"scale": 1.0 if f == 0 else 0.8}] + [walks(f)] * (f < 6)  # noqa: E731
    poses, usage = read_keypoints(film(tmp_path, 10, people))
    assert (poses.x2d[:, 0, 0] <= 500).all() and usage.kept == 10


def test_a_person_in_two_pieces_counts_with_both(tmp_path):
    """8 + 8 frames of somebody twice as tall as a person who stays for 20: each piece alone counts less."""
    people = lambda f: [SMALL | {"shift": 1500, "scale": 0.6}] + [LARGE] * (not 8 <= f < 12)  # noqa: E731
    poses, usage = read_keypoints(film(tmp_path, 20, people))
    assert usage.kept == 16 and usage.without_person == 4 and set(poses.x2d[:, 0, 0]) == {500}


def test_tracks_choose_the_person(tmp_path):
    people = lambda f: [SMALL | {"track": 7}] + [LARGE | {"track": 2}] * (f < 6)  # noqa: E731
    path = film(tmp_path, 8, people)
    poses, usage = read_keypoints(path)
    assert usage.person == "2" and len(poses) == 6 and set(poses.subject) == {"2"} and usage.without_person == 2
    poses, usage = read_keypoints(path, person="7")
    assert usage.person == "7" and len(poses) == 8
    assert len(read_keypoints(path, person=7)[0]) == 8
    np.testing.assert_allclose(poses.x2d[:, 0, 0], 500 * 0.5 + 600)
    with pytest.raises(ValueError, match=r"film\.json: .*'9'.* 2, 7"):
        read_keypoints(path, person="9")


def test_gaps_are_filled_between_frames_of_the_same_track_only(tmp_path):
    people = lambda f: [SMALL | {"track": 7}, LARGE | {"track": 2, "lost": ["left_knee"] if f == 1 else []}]  # noqa: E731
    poses, usage = read_keypoints(film(tmp_path, 3, people), person="2")
    np.testing.assert_allclose(poses.x2d[1, H36M_17.index("left_knee")], FACING["left_knee"])
    assert usage.interpolated_points == 1
