"""Which frame a detection belongs to, in files that number frames, name them, time them, or do nothing of all that."""

import numpy as np
import pytest
from keypoint_files import HEIGHT, WIDTH, flat, frames, normalised, points, ultralytics_csv, write

from liftkit.keypoints.names import COCO, OPENPOSE_18
from liftkit.keypoints.reading import read_keypoints

TITLES = [f"{name}_{axis}" for name in COCO for axis in "xyc"]


def timed(path, labels, first="frame"):
    lines = [",".join([first, *TITLES])]
    lines += [",".join([str(label), *map(str, points(COCO, f).ravel())]) for f, label in enumerate(labels)]
    return write(path / "t.csv", "\n".join(lines))


def folder(path, names):
    (path / "films").mkdir()
    for f, name in enumerate(names):
        write(path / "films" / name, {"people": [{"pose_keypoints_2d": flat(OPENPOSE_18, f)}]})
    return path / "films"


def shifts(poses):
    """By how many frames each pose has moved: the person goes 2 px in each."""
    return ((poses.x2d[:, 0, 0] - 500) / 2).round().astype(int).tolist()


@pytest.mark.parametrize("first", "frame_idx frameIndex frame_num frame_no FRAME_ID image_id".split())
def test_every_usual_name_of_the_frames_column_counts(first, tmp_path):
    poses, usage = read_keypoints(timed(tmp_path, [0, 3, 6], first))
    assert poses.frame.tolist() == [0, 3, 6] and usage.fps is None


@pytest.mark.parametrize(
    ("first", "labels", "fps"),
    [
        ("time", [0.0, 0.04, 0.08, 0.16], 25),
        ("timestamp_ms", [1000, 1040, 1080, 1160], 25),
        ("frame", [0.0, 0.0333, 0.0667, 0.1333], 30),
    ],
)
def test_times_become_frames_and_give_the_rate(first, labels, fps, tmp_path):
    poses, usage = read_keypoints(timed(tmp_path, labels, first))
    assert poses.frame.tolist() == [0, 1, 2, 4] and usage.fps == pytest.approx(fps, rel=0.01)


def test_uneven_times_are_refused(tmp_path):
    with pytest.raises(ValueError, match="a whole number for each frame, or times in even steps"):
        read_keypoints(timed(tmp_path, [0, 1.0, 2.4, 3.9]))


@pytest.mark.parametrize(
    "name", ["frame{}_person0.json", "clip7_{}_keypoints.json", "{}_v2.json", "walk_{:012d}_keypoints.json"]
)
def test_the_number_that_varies_is_the_frames(name, tmp_path):
    poses, _ = read_keypoints(folder(tmp_path, [name.format(f) for f in range(12)]))
    assert poses.frame.tolist() == list(range(12)) == shifts(poses)


def test_two_films_in_one_folder_or_file_are_refused(tmp_path):
    path = folder(tmp_path, ["a_0.json", "a_1.json", "b_0.json", "b_1.json"])
    with pytest.raises(ValueError, match="several films: a_#, b_#"):
        read_keypoints(path)
    assert len(read_keypoints(path, follow=False)[0]) == 4  # as single pictures
    records = [{"video": v, "frame": f, "keypoints": flat(COCO, f)} for v in ("a.mp4", "b.mp4") for f in range(2)]
    with pytest.raises(ValueError, match=r"found 2: a\.mp4, b\.mp4"):
        read_keypoints(write(tmp_path / "two.json", records))
    by_film = {v: [{"frame": f, "keypoints": flat(COCO, f)} for f in range(2)] for v in ("a.mp4", "b.MOV")}
    with pytest.raises(ValueError, match=r"found 2: a\.mp4, b\.MOV"):
        read_keypoints(write(tmp_path / "by_film.json", by_film))
    lines = [["video", "frame", *TITLES]] + [[v, str(f), *map(str, flat(COCO, f))] for v in "ab" for f in range(2)]
    with pytest.raises(ValueError, match="found 2: a, b"):
        read_keypoints(write(tmp_path / "two.csv", "\n".join(map(",".join, lines))))


@pytest.mark.parametrize(
    ("names", "message"),
    [(("a_1.jpg", "b_1.jpg", "b_2.jpg"), "several films: a_#.jpg, b_#.jpg"), (("1", "01", "2"), "3 names for fewer")],
)
def test_names_that_do_not_count_frames_are_refused_or_taken_in_their_order(names, message, tmp_path):
    path = write(tmp_path / "a.json", [{"frame": n, "keypoints": flat(COCO, f)} for f, n in enumerate(names)])
    with pytest.raises(ValueError, match=message):
        read_keypoints(path)
    assert shifts(read_keypoints(path, follow=False)[0]) == [0, 1, 2]


def test_one_person_twice_in_a_frame_is_no_film(tmp_path):
    records = [{"frame_id": 0, "track_id": 3, "keypoints": flat(COCO, f)} for f in range(2)]
    with pytest.raises(ValueError, match="frame 0 has the person 3 twice"):
        read_keypoints(write(tmp_path / "a.json", records))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda poses: {"data": poses},
        lambda poses: {"detections": [{"frame": f, "pose": p} for f, p in enumerate(poses)]},
        lambda poses: {f"frame_{f}": p for f, p in enumerate(poses)},
        lambda poses: {f"img_{f}.jpg": [p] for f, p in enumerate(poses)},
        lambda poses: {str(f): [{"keypoints": p}] for f, p in enumerate(poses)},
        lambda poses: {"person_1": poses},
        lambda poses: [[p] for p in poses],
    ],
)
def test_frames_are_found_in_any_container(wrap, tmp_path):
    poses, _ = read_keypoints(write(tmp_path / "a.json", wrap([points(COCO, f).tolist() for f in range(11)])))
    assert poses.frame.tolist() == list(range(11)) == shifts(poses)


def test_a_list_without_frames_is_a_film_only_if_neighbours_are_near(tmp_path):
    places = [([1, 1, 1], [0, 0, 0]), ([0.8, 0.8, 1], [700, 0, 0]), ([0.5, 0.5, 1], [0, 0, 0])]
    several = [{"keypoints": (points(COCO, 0) * scale + shift).ravel().tolist()} for scale, shift in places]
    poses, usage = read_keypoints(write(tmp_path / "people.json", {"instance_info": several}))
    assert poses.frame.tolist() == [0] and shifts(poses) == [0] and "one picture" in str(usage)
    film = [{"keypoints": flat(COCO, f)} for f in range(4)]
    poses, usage = read_keypoints(write(tmp_path / "film.json", film))
    assert shifts(poses) == [0, 1, 2, 3] and "frames in their order" in str(usage)
    with pytest.raises(ValueError, match="which frame"):
        read_keypoints(write(tmp_path / "both.json", [*film, several[1]]))


def test_size_and_rate_that_stand_in_the_file_are_used(tmp_path):
    shares = lambda f: {"frame": f, "keypoints": normalised(points(COCO, f)).ravel().tolist()}  # noqa: E731
    about = {"fps": 50, "width": WIDTH, "height": HEIGHT}
    poses, usage = read_keypoints(frames(tmp_path, "a.json", shares, lambda listed: about | {"frames": list(listed)}))
    assert poses.units == "px" and usage.fps == 50
    np.testing.assert_allclose(poses.x2d[0, 0], (500, 450), atol=1e-3)


def test_a_table_that_names_no_frames_says_how_it_is_taken(tmp_path):
    rows = [",".join(map(str, points(COCO, f).ravel())) for f in range(3)]
    poses, usage = read_keypoints(write(tmp_path / "t.csv", "\n".join([",".join(TITLES), *rows])))
    assert shifts(poses) == [0, 1, 2] and "no column names the frame" in str(usage)
    people = [",".join(["track_id", *TITLES]), *(f"{k},{row}" for k, row in enumerate(rows))]
    with pytest.raises(ValueError, match="several people"):
        read_keypoints(write(tmp_path / "p.csv", "\n".join(people)))
    lines = ultralytics_csv(tmp_path).read_text().splitlines()  # with all points of a person in one cell
    poses, usage = read_keypoints(write(tmp_path / "c.csv", "\n".join(line.partition(",")[2] for line in lines)))
    assert len(poses) == 1 and "the 3 lines are taken as people of one picture" in str(usage)
