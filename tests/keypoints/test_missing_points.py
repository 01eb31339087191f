"""Points that a detector missed: short gaps are filled in time, what cannot be filled is dropped and counted."""

import numpy as np
import pytest
from keypoint_files import FACING, film

from liftkit.keypoints.names import COCO
from liftkit.keypoints.reading import read_keypoints
from liftkit.skeleton import H36M_17


def test_a_short_gap_is_interpolated_in_time(tmp_path):
    at = lambda f: {"at": {"left_wrist": (600 + 10 * f, 440 - f)}}  # noqa: E731
    lost = lambda f: [at(f) | ({"lost": ["left_wrist"]} if 2 <= f < 12 else {})]  # noqa: E731
    poses, usage = read_keypoints(film(tmp_path, 15, lost))
    expected = [(600 + 10 * f, 440 - f) for f in range(15)]
    np.testing.assert_allclose(poses.x2d[:, H36M_17.index("left_wrist")], expected, rtol=1e-6)
    assert (usage.interpolated_points, usage.interpolated_frames, usage.incomplete) == (10, 10, 0)


def test_a_long_gap_and_the_ends_are_dropped_and_counted(tmp_path):
    lost = lambda f: [{"lost": ["left_wrist"]} if f in (0, 1, *range(4, 15), 19) else {}]  # noqa: E731
    path = film(tmp_path, 20, lost)
    poses, usage = read_keypoints(path)
    assert poses.frame.tolist() == [2, 3, 15, 16, 17, 18]
    assert (usage.incomplete, usage.interpolated_points, usage.kept, usage.frames) == (14, 0, 6, 20)
    assert read_keypoints(path, max_gap=11)[1].kept == 17
    assert read_keypoints(path, threshold=0.05)[1].kept == 20
    with pytest.raises(ValueError, match="every point missing in 20 of 20.*threshold"):
        read_keypoints(path, threshold=0.95)


def test_frames_without_a_person_are_dropped_and_counted(tmp_path):
    poses, usage = read_keypoints(film(tmp_path, 6, lambda f: [] if f in (0, 3) else [{}]))
    assert poses.frame.tolist() == [1, 2, 4, 5] and usage.without_person == 2
    assert "dropped 2 without the person" in str(usage)


def test_a_point_of_the_face_may_be_missing_for_good_but_not_all(tmp_path):
    far = ["left_eye", "left_ear"]
    poses, usage = read_keypoints(film(tmp_path, 2, lambda f: [{"lost": far}]))
    face = np.mean([FACING[name] for name in ("nose", "right_eye", "right_ear")], axis=0)
    expected = np.add((500, 280), 1.5 * (face - (500, 280)))
    np.testing.assert_allclose(poses.x2d[0, H36M_17.index("head")], expected, rtol=1e-6)
    assert usage.kept == 2
    with pytest.raises(ValueError, match="the face missing in 2 of 2;"):
        read_keypoints(film(tmp_path, 2, lambda f: [{"lost": COCO[:5]}]))


def test_a_half_figure_is_an_error_that_names_the_missing_points(tmp_path):
    knees, ankles = ["left_knee", "right_knee"], ["left_ankle", "right_ankle"]
    path = film(tmp_path, 3, lambda f: [{"lost": ankles + knees * (f == 1)}])
    with pytest.raises(ValueError, match=": left_ankle, right_ankle missing in 3 of 3;.* 0.3"):
        read_keypoints(path)
    with pytest.raises(ValueError, match=r"left_ankle, right_ankle missing in \d of \d;"):  # a face there is
        read_keypoints(film(tmp_path, 3, lambda f: [{"lost": COCO[5:]}]))


def test_a_point_at_the_origin_is_missing_whatever_its_score(tmp_path):
    path = film(tmp_path, 3, lambda f: [{"at": {"left_knee": (0, 0)}} if f == 1 else {}])
    poses, usage = read_keypoints(path)
    np.testing.assert_allclose(poses.x2d[1, H36M_17.index("left_knee")], FACING["left_knee"])
    assert usage.interpolated_points == 1


def test_huge_coordinates_are_refused_and_infinite_ones_are_missing(tmp_path):
    with pytest.raises(ValueError, match="in pixels, found 1e"):
        read_keypoints(film(tmp_path, 2, lambda f: [{"at": {"nose": (1e300, 5)}}]))
    usage = read_keypoints(film(tmp_path, 3, lambda f: [{"at": {"left_knee": (np.nan, np.inf)}} if f == 1 else {}]))[1]
    assert (usage.kept, usage.interpolated_points) == (3, 1)


@pytest.mark.filterwarnings("error")
def test_a_signalling_nan_is_a_missing_point(tmp_path):
    points = np.full((3, 17, 2), -2, np.float16)
    points.view(np.uint16)[1, 11] = 0x7D01  # numpy warns when it adds one
    np.save(tmp_path / "a.npy", points)
    with pytest.raises(ValueError, match="expected pixels"):
        read_keypoints(tmp_path / "a.npy")
