"""Keypoints of common detectors: every format, a person who raises the right hand, missing points, several people."""

import json
import re
from runpy import run_path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from keypoint_files import (
    FACE,
    FACING,
    HEAD_TOP,
    HEIGHT,
    PIXELS,
    SHARES,
    SINGLE,
    UNNUMBERED,
    WIDTH,
    coco,
    coco_csv,
    coco_results,
    mmpose_halpe,
    mmpose_video,
    openpose,
    points,
    ultralytics_csv,
    write,
    yolo_labels,
)
from scipy.spatial.transform import Rotation
from scripts import SCRIPTS

from liftkit.data.synthetic import synthetic_motion
from liftkit.geometry import rotation_y, turn
from liftkit.keypoints.names import BODY_25, COCO, HALPE_26, MEDIAPIPE, OPENPOSE_18, WHOLE_BODY, to_h36m
from liftkit.keypoints.reading import FORMATS, read_keypoints
from liftkit.recorded import load_record, sample_keypoints
from liftkit.skeleton import H36M_17

SAMPLE = sample_keypoints()
# Where the formats' own documentation puts each point, by number, so that a wrong table cannot test itself.
FIVE = "nose left_eye right_eye left_ear right_ear"
LIMBS = "left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist"
LIMBS += " left_hip right_hip left_knee right_knee left_ankle right_ankle"
NUMBERS = {
    "coco": (COCO, 17, dict(zip(f"{FIVE} {LIMBS}".split(), range(17), strict=True))),
    "halpe": (HALPE_26, 26, dict(zip(f"{FIVE} {LIMBS}".split(), range(17), strict=True)) | {"head_top": 17}),
    "wholebody": (WHOLE_BODY, 133, dict(zip(f"{FIVE} {LIMBS}".split(), range(17), strict=True))),
    "openpose 18": (
        OPENPOSE_18,
        18,
        dict(zip(FIVE.split(), (0, 15, 14, 17, 16), strict=True))
        | dict(zip(LIMBS.split(), (5, 2, 6, 3, 7, 4, 11, 8, 12, 9, 13, 10), strict=True)),
    ),
    "body 25": (
        BODY_25,
        25,
        dict(zip(FIVE.split(), (0, 16, 15, 18, 17), strict=True))
        | dict(zip(LIMBS.split(), (5, 2, 6, 3, 7, 4, 12, 9, 13, 10, 14, 11), strict=True)),
    ),
    "mediapipe": (
        MEDIAPIPE,
        33,
        dict(zip(FIVE.split(), (0, 2, 5, 7, 8), strict=True))
        | dict(zip(LIMBS.split(), (11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28), strict=True)),
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_points_stand_where_the_formats_documentation_puts_them(name):
    names, count, numbers = NUMBERS[name]
    assert len(names) == len(set(names)) == count
    assert {point: names.index(point) for point in numbers} == numbers


def name_of(make):
    return make.__name__


@pytest.mark.parametrize("make", PIXELS + SHARES, ids=name_of)
def test_every_format_gives_the_joints_of_who_raises_the_right_hand(make, tmp_path):
    size = (WIDTH, HEIGHT) if make in SHARES else None
    poses, usage = read_keypoints(make(tmp_path), size=size)
    at = {name: poses.x2d[0, H36M_17.index(name)] for name in H36M_17.names}
    for joint in set(FACING) & set(at):
        np.testing.assert_allclose(at[joint], FACING[joint], atol=1e-3, err_msg=joint)
    assert at["right_wrist"][1] < at["head"][1] < at["left_wrist"][1]  # y points down
    assert at["right_wrist"][0] < at["pelvis"][0] < at["left_wrist"][0]
    np.testing.assert_allclose(at["pelvis"], (500, 450), atol=1e-3)
    np.testing.assert_allclose(at["thorax"], (500, 280), atol=1e-3)
    np.testing.assert_allclose(at["spine"], (500, 365), atol=1e-3)
    head = HEAD_TOP if make is mmpose_halpe else (500, 280 + 1.5 * (FACE[1] - 280))
    np.testing.assert_allclose(at["head"], head, atol=1e-3)
    np.testing.assert_allclose(at["neck"], np.add(head, (500, 280)) / 2, atol=1e-3)
    frames = [0] if make in SINGLE else [0, 1, 2] if make in UNNUMBERED else [10, 11, 12]
    assert poses.frame.tolist() == frames and poses.units == "px" and poses.x3d is None
    assert (usage.frames, usage.kept, usage.incomplete, usage.without_person) == (len(frames), len(frames), 0, 0)
    if len(frames) == 3:
        np.testing.assert_allclose(poses.x2d[2] - poses.x2d[0], np.tile([4, 0], (17, 1)), atol=1e-3)


@pytest.mark.parametrize("names", [H36M_17.names, H36M_17.names[1:]], ids=["with pelvis", "without"])
def test_the_pelvis_of_human36ms_joints_is_the_midpoint_of_the_hips_wherever_it_was(names):
    points = np.random.default_rng(0).normal(500, 100, (3, len(names), 2))
    found = to_h36m(points, names)
    np.testing.assert_array_equal(found[:, 1:], points[:, -16:])
    hips = points[:, [names.index("left_hip"), names.index("right_hip")]]
    np.testing.assert_allclose(found[:, 0], hips.mean(1))


@pytest.mark.parametrize("make", SHARES, ids=name_of)
def test_shares_of_a_picture_need_its_size_or_its_aspect(make, tmp_path):
    path = make(tmp_path)
    with pytest.raises(ValueError, match=r"\[0, 1\].*--size.*--aspect"):
        read_keypoints(path)
    poses, _ = read_keypoints(path, aspect=WIDTH / HEIGHT)
    np.testing.assert_allclose(poses.x2d * HEIGHT, read_keypoints(path, size=(WIDTH, HEIGHT))[0].x2d, rtol=1e-5)
    assert poses.units == "none"
    with pytest.raises(ValueError, match="size or aspect.*both"):
        read_keypoints(path, aspect=1.25, size=(WIDTH, HEIGHT))


def test_pixels_refuse_a_size(tmp_path):
    with pytest.raises(ValueError, match="in pixels .*leave size and aspect out"):
        read_keypoints(coco(tmp_path), size=(WIDTH, HEIGHT))


@pytest.mark.parametrize(("tail", "track"), [("", ""), (" 0.83", ""), (" 4", "4"), (" 0.83 4", "4")])
def test_what_follows_the_points_of_a_label_is_confidence_or_track(tail, track, tmp_path):
    assert read_keypoints(yolo_labels(tmp_path, tail), size=(WIDTH, HEIGHT))[1].person == track


def film(path, frames, people=lambda f: [{}]):
    """An MMPose film: ``people(f)`` lists what is special about each person: track, shift, scale, lost points."""
    listed = []
    for f in range(frames):
        instances = []
        for person in people(f):
            p = points(COCO, 0) * [person.get("scale", 1), person.get("scale", 1), 1] + [person.get("shift", 0), 0, 0]
            for name in person.get("lost", ()):
                p[COCO.index(name), 2] = 0.1
            for name, where in person.get("at", {}).items():
                p[COCO.index(name), :2] = where
            track = {"track_id": person["track"]} if "track" in person else {}
            instances.append({"keypoints": p[:, :2].tolist(), "keypoint_scores": p[:, 2].tolist()} | track)
        listed.append({"frame_id": f, "instances": instances})
    return write(path / "film.json", listed)


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


LARGE, SMALL = {"scale": 1.0}, {"scale": 0.5, "shift": 600}


def test_the_largest_of_all_is_followed_and_never_another_one(tmp_path):
    """From frame 4 on the other one is larger: the largest of each frame would jump."""
    people = lambda f: [{"scale": 1.3, "shift": 900} if f >= 4 else SMALL, LARGE | {"shift": 3 * f}]  # noqa: E731
    poses, _ = read_keypoints(film(tmp_path, 4, people))
    np.testing.assert_allclose(poses.x2d[:, 0, 0], 500 + 3 * np.arange(4), rtol=1e-6)
    path = film(tmp_path, 8, people)
    poses, usage = read_keypoints(path)  # the largest of the film comes in frame 4; before, nobody was near enough
    assert poses.frame.tolist() == [4, 5, 6, 7] and usage.without_person == 4
    np.testing.assert_allclose(poses.x2d[:, 0, 0], 500 * 1.3 + 900)
    largest, _ = read_keypoints(path, follow=False)
    assert largest.clip.tolist() == list(range(8))
    np.testing.assert_allclose(largest.x2d[:, 0, 0], [500, 503, 506, 509] + [1550] * 4, rtol=1e-6)


def test_who_is_followed_is_not_lost_to_a_passer_by(tmp_path):
    people = lambda f: [LARGE | {"scale": 1.0 if f == 0 else 0.8}, {"shift": 500 - 10 * f, "scale": 0.9}]  # noqa: E731
    poses, usage = read_keypoints(film(tmp_path, 10, people))
    assert (poses.x2d[:, 0, 0] <= 500).all() and usage.kept == 10


def test_frame_numbers_beyond_32_bits_count_from_the_first(tmp_path):
    data = json.loads(coco_results(tmp_path).read_text())
    for f, row in enumerate(data):
        row["image_id"] = 10_000_110_000 + 2 * f
    assert read_keypoints(write(tmp_path / "long.json", data))[0].frame.tolist() == [0, 2, 4]


def test_pictures_of_several_films_are_refused(tmp_path):
    data = json.loads(coco(tmp_path).read_text())
    data["images"][0]["video_id"] = 1
    with pytest.raises(ValueError, match="video_id"):
        read_keypoints(write(tmp_path / "x.json", data))


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


def test_a_film_upside_down_is_reported(tmp_path):
    data = json.loads(mmpose_video(tmp_path).read_text())
    for frame in data:
        for instance in frame["instances"]:
            instance["keypoints"] = [[x, 1000 - y] for x, y in instance["keypoints"]]
    assert "y must point down" in str(read_keypoints(write(tmp_path / "up.json", data))[1])
    assert "Warning" not in str(read_keypoints(mmpose_video(tmp_path))[1])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected 1 to"),
        ("{", "not valid JSON"),
        ("[]", "not a format of keypoints .* COCO .* MediaPipe"),
        ('{"a": 1}', "COCO"),
        ('{"people": []}', "found none in 1 frames"),
        ('{"people": [{"pose_keypoints_2d": [1, 2]}]}', "x, y, score, ..., found 2 numbers"),
        ('{"people": [{"pose_keypoints_2d": [1, 2, 1]}]}', "17, 18, 25, 26, 33, 133 keypoints .* found 1"),
        ('{"annotations": [{"keypoints": [1, 2, 1]}], "images": []}', "not laid out as coco files .* no 'image_id'"),
        ('{"people": [3]}', "not laid out as openpose files are"),
        ('[{"keypoints": [[1, 2]], "keypoint_scores": [1, 1]}]', r"found 2 and \(1, 2\)"),
        ('[{"keypoints": [[1e300, 2]], "keypoint_scores": [1]}]', "found 1"),
        ("[" * 100_000, "."),
    ],
)
def test_a_foreign_file_says_what_was_looked_for(content, message, tmp_path):
    with pytest.raises(ValueError, match=f"(?s)^{re.escape(str(tmp_path / 'x.json'))}: .*{message}"):
        read_keypoints(write(tmp_path / "x.json", content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("frame,a_x\n1,2", "expected columns such as left_knee_x"),
        ("frame,nose_x,nose_y\n1,2", "line 2: expected 3 cells, found 2"),
        ("frame,nose_x,nose_y\n1,2,three", "line 2: could not convert"),
        ("frame,nose_x,nose_y\n1,2,3", "no keypoint right_hip, .*; it has nose"),
        ("nose_x,nose_x\n1,2", "different column names"),
        ("frame,x,y\n1,2,3", "expected columns frame, landmark, x and y"),
        ("frame,landmark,x,y\n1,nose,2,3\n1,nose,2,3", "line 3: frame 1 has the point 'nose' twice"),
        ("frame,keypoints\n1,__import__('os').getcwd()", "line 2: expected keypoints .* found .__import__"),
    ],
)
def test_a_wrong_table_names_the_line(content, message, tmp_path):
    with pytest.raises(ValueError, match=rf"(?s)x\.csv: .*{message}"):
        read_keypoints(write(tmp_path / "x.csv", content))


def test_other_damage_is_reported(tmp_path):
    (tmp_path / "x.json").write_bytes(b"\xff\xfe{\x00}")
    with pytest.raises(ValueError, match=r"x\.json: .*UTF-8.* byte 0"):
        read_keypoints(tmp_path / "x.json")
    with pytest.raises(ValueError, match="there is no such file"):
        read_keypoints(tmp_path / "nowhere.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="found none"):
        read_keypoints(tmp_path / "empty")
    folder = openpose(tmp_path)
    write(folder / "walk_000000000011_keypoints.json", "{")
    with pytest.raises(ValueError, match=r"openpose: walk_000000000011_keypoints\.json: .*JSON"):
        read_keypoints(folder)
    for options, message in (
        ({"format": "alpha"}, "'alpha'.* coco, .*csv"),
        ({"threshold": 2}, "threshold must lie"),
        ({"max_gap": -1}, "max_gap must be"),
        ({"size": (0, 1)}, "size must be"),
        ({"aspect": float("nan")}, "aspect must be"),
    ):
        with pytest.raises(ValueError, match=message):
            read_keypoints(coco(tmp_path), **options)


def test_a_frame_of_a_folder_may_hold_nobody(tmp_path):
    frames = sorted(openpose(tmp_path).iterdir())
    frames[0].write_text("{}")
    poses, usage = read_keypoints(frames[0].parent)
    assert poses.frame.tolist() == [11, 12] and (usage.format, usage.frames, usage.without_person) == ("openpose", 3, 1)
    labels = sorted(yolo_labels(tmp_path).iterdir())
    labels[1].write_text("")
    poses, usage = read_keypoints(labels[0].parent, size=(WIDTH, HEIGHT))
    assert poses.frame.tolist() == [10, 12] and (usage.format, usage.without_person) == ("ultralytics", 1)
    labels[1].write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"labels.*film_11\.txt: .*UTF-8"):
        read_keypoints(labels[0].parent)


def test_huge_coordinates_are_refused_and_infinite_ones_are_missing(tmp_path):
    with pytest.raises(ValueError, match="in pixels, found 1e"):
        read_keypoints(film(tmp_path, 2, lambda f: [{"at": {"nose": (1e300, 5)}}]))
    usage = read_keypoints(film(tmp_path, 3, lambda f: [{"at": {"left_knee": (np.nan, np.inf)}} if f == 1 else {}]))[1]
    assert (usage.kept, usage.interpolated_points) == (3, 1)


@pytest.mark.parametrize("format", [f for f in FORMATS if f not in ("csv", "coco")])
def test_a_forced_format_that_does_not_fit_is_a_clear_error(format, tmp_path):
    with pytest.raises(ValueError, match=r"coco\.json: "):
        read_keypoints(coco(tmp_path), format)


def test_forcing_the_right_format_changes_nothing(tmp_path):
    for make, format in ((coco, "coco"), (mmpose_video, "mmpose"), (coco_csv, "csv"), (ultralytics_csv, "ultralytics")):
        path = make(tmp_path)
        np.testing.assert_array_equal(read_keypoints(path, format)[0].x2d, read_keypoints(path)[0].x2d)


@settings(max_examples=100)
@given(st.binary(max_size=200), st.sampled_from([".json", ".csv", ".txt", ""]))
@example(b'{"people": 3}', ".json")
@example(b'[{"keypoints": {"x": 1, "y": 2}}]', ".json")
@example(b"x,y\n", ".csv")
def test_rubbish_is_an_error_that_names_the_file(tmp_path_factory, content, suffix):
    path = tmp_path_factory.getbasetemp() / f"rubbish{suffix}"
    path.write_bytes(content)
    with pytest.raises(ValueError) as caught:
        read_keypoints(path)
    assert str(caught.value).startswith(str(path))


def test_the_sample_is_what_its_script_makes_and_reads_well():
    assert run_path(str(SCRIPTS / "sample_keypoints.py"))["sample_bytes"]() == SAMPLE.read_bytes()
    assert len(SAMPLE.read_bytes()) < 100_000
    poses, usage = read_keypoints(SAMPLE)
    assert usage.frames == 60 and usage.without_person == 2 and usage.kept >= 55 and usage.interpolated_points > 0
    at = {name: poses.x2d[:, H36M_17.index(name)] for name in H36M_17.names}
    assert (at["right_wrist"][:, 1] < at["right_shoulder"][:, 1]).all()
    assert (at["left_wrist"][:, 1] > at["left_elbow"][:, 1]).all()


@pytest.mark.slow
def test_the_records_lift_the_sample_better_than_the_first_version_did():
    """152 mm: legs_torso of the first version, on the sample of that time; after alignment, over the 12 limb joints."""
    script = run_path(str(SCRIPTS / "sample_keypoints.py"))
    motion = synthetic_motion(script["SEED"], frames=script["FRAMES"], subjects=2)
    chosen = (motion.action == script["ACTION"]) & (motion.subject == script["SUBJECT"])
    truth = turn(motion.joints[chosen], script["LEVEL"] @ rotation_y(script["HEADING"]))
    poses, _ = read_keypoints(SAMPLE)
    limbs = [i for i, name in enumerate(H36M_17.names) if re.search("hip|knee|ankle|shoulder|elbow|wrist", name)]
    lifted = load_record("legs_torso").lift(poses.x2d)[:, :, limbs]
    shown = truth[poses.frame][:, limbs]
    errors = [orthogonal_error(*pair) for member in lifted for pair in zip(member, shown, strict=True)]
    assert len(limbs) == 12 and np.mean(errors) <= 0.92 * 152


def orthogonal_error(pose, truth):
    """The mean distance of joints after the best rotation, scale and shift; no reflection."""
    pose, truth = pose - pose.mean(0), truth - truth.mean(0)
    pose = Rotation.align_vectors(truth, pose)[0].apply(pose)
    scale = (pose * truth).sum() / (pose**2).sum()
    return np.linalg.norm(scale * pose - truth, axis=-1).mean()
