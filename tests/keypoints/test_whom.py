"""Who is taken in a film of several people: over the whole film, through gaps and changing numbers, or everybody."""

import numpy as np
import pytest
from keypoint_files import FACING, film, points, write

from liftkit.keypoints.names import COCO
from liftkit.keypoints.reading import read_keypoints
from liftkit.skeleton import H36M_17


def roots(poses):
    return poses.x2d[:, 0, 0].round().tolist()


def test_somebody_large_who_passes_does_not_take_over(tmp_path):
    people = lambda f: [{"shift": 2 * f}] + [{"scale": 1.5, "shift": 300}] * (8 <= f < 11)  # noqa: E731
    poses, usage = read_keypoints(film(tmp_path, 16, people))
    assert roots(poses) == [500 + 2 * f for f in range(16)] and usage.without_person == 0


@pytest.mark.parametrize("tracks", [(1, 7), (7, 1)])
def test_a_track_that_changes_its_number_is_followed_and_named(tracks, tmp_path):
    people = lambda f: [{"shift": 2 * f, "track": tracks[f >= 6]}, {"scale": 0.4, "shift": 900, "track": 3}]  # noqa: E731
    poses, usage = read_keypoints(film(tmp_path, 12, people))
    assert roots(poses) == [500 + 2 * f for f in range(12)]
    assert usage.person == f"{tracks[0]}, then {tracks[1]}" and f"{tracks[1]}: 6-11" in str(usage)
    assert read_keypoints(film(tmp_path, 12, people), person=tracks[0])[1].kept == 6


def test_a_gap_allows_a_wider_step(tmp_path):
    people = lambda f: [] if 4 <= f < 8 else [{"shift": 0 if f < 4 else 500}]  # noqa: E731  # half a person is 270 px
    assert read_keypoints(film(tmp_path, 12, people))[1].kept == 8
    people = lambda f: [{"shift": 0 if f < 8 else 500}]  # noqa: E731
    assert read_keypoints(film(tmp_path, 12, people))[1].kept == 8


def test_one_wild_point_loses_no_frame(tmp_path):
    people = lambda f: [{"at": {"left_wrist": (9000, -4000)} if f == 3 else {}}]  # noqa: E731
    assert read_keypoints(film(tmp_path, 6, people))[1].kept == 6


def test_a_person_who_is_cut_off_does_not_win_over_a_whole_one(tmp_path):
    people = lambda f: [{"scale": 1.4, "lost": ["left_ankle", "right_ankle"]}, {"shift": 20}]  # noqa: E731
    poses, _ = read_keypoints(film(tmp_path, 1, people), follow=False, incomplete=True)
    np.testing.assert_allclose(poses.x2d[0, H36M_17.index("left_ankle")], np.add(FACING["left_ankle"], (20, 0)))


def test_everybody_on_request_each_as_a_subject_and_a_clip(tmp_path):
    people = lambda f: [{"shift": 2 * f}, {"scale": 0.5, "shift": 900 - f}]  # noqa: E731
    poses, usage = read_keypoints(film(tmp_path, 5, people), all_people=True)
    assert poses.clip.tolist() == [0] * 5 + [1] * 5 and len(set(poses.subject)) == 2
    assert roots(poses) == [500 + 2 * f for f in range(5)] + [1150 - f for f in range(5)]
    assert usage.kept == 10 and poses.frame.tolist() == [*range(5)] * 2
    with pytest.raises(ValueError, match="all_people"):
        read_keypoints(film(tmp_path, 5, people), all_people=True, follow=False)


def test_numbers_of_its_own_for_each_detection_are_no_tracks(tmp_path):
    rows = [{"image_id": f, "person_id": 100 + f, "keypoints": points(COCO, f).ravel().tolist()} for f in range(5)]
    assert read_keypoints(write(tmp_path / "a.json", rows))[1].kept == 5
