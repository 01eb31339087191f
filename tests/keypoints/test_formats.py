"""Every format of keypoints: where its points stand, the joints that come of it, its unit, a format that is forced."""

import json

import numpy as np
import pytest
from keypoint_files import (
    FACE,
    FACING,
    HEAD_TOP,
    HEAD_TOPS,
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

from liftkit.keypoints.names import BODY_25, COCO, HALPE_26, MEDIAPIPE, OPENPOSE_18, WHOLE_BODY, to_h36m
from liftkit.keypoints.reading import FORMATS, read_keypoints
from liftkit.skeleton import H36M_17

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
    head = HEAD_TOP if make in (mmpose_halpe, *HEAD_TOPS) else (500, 280 + 1.5 * (FACE[1] - 280))
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


def test_names_may_have_their_numbers_beside_them_and_texts_may_begin_with_a_bracket(tmp_path):
    people = [{"frame": f, "keypoints": points(COCO[::-1], f).ravel().tolist()} for f in range(2)]
    about = {"info": "[draft] a walk", "keypoint_names": {name: 16 - k for k, name in enumerate(COCO)}}
    poses, _ = read_keypoints(write(tmp_path / "a.json", about | {"frames": people}))
    np.testing.assert_allclose(poses.x2d[0, H36M_17.index("right_wrist")], (425, 130), atol=1e-3)


def test_jhmdbs_own_words_are_known(tmp_path):
    """Its "face" stands for a head without a top, its "belly" for the spine."""
    places = {"neck": (500, 280), "belly": (500, 380), "face": (510, 220)}
    for side, x in (("right", 460), ("left", 540)):
        heights = {"shoulder": 280, "elbow": 350, "wrist": 420, "hip": 450, "knee": 560, "ankle": 680}
        places |= {f"{side}_{part}": (x, y) for part, y in heights.items()}
    header = ",".join(["frame", *(f"{name}_{axis}" for name in places for axis in "xy")])
    row = ",".join(f"{value}" for place in places.values() for value in place)
    poses, _ = read_keypoints(write(tmp_path / "jhmdb.csv", f"{header}\n0,{row}\n1,{row}\n"))
    np.testing.assert_allclose(poses.x2d[0, H36M_17.index("head")], (515, 190), atol=1e-3)  # 1.5 times as far
    np.testing.assert_allclose(poses.x2d[0, H36M_17.index("left_knee")], (540, 560), atol=1e-3)


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


def test_frame_numbers_beyond_32_bits_count_from_the_first(tmp_path):
    data = json.loads(coco_results(tmp_path).read_text())
    for f, row in enumerate(data):
        row["image_id"] = 10_000_110_000 + 2 * f
    assert read_keypoints(write(tmp_path / "long.json", data))[0].frame.tolist() == [0, 2, 4]


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


@pytest.mark.parametrize("format", [f for f in FORMATS if f not in ("csv", "coco")])
def test_a_forced_format_that_does_not_fit_is_a_clear_error(format, tmp_path):
    with pytest.raises(ValueError, match=r"coco\.json: "):
        read_keypoints(coco(tmp_path), format)


def test_forcing_the_right_format_changes_nothing(tmp_path):
    for make, format in ((coco, "coco"), (mmpose_video, "mmpose"), (coco_csv, "csv"), (ultralytics_csv, "ultralytics")):
        path = make(tmp_path)
        np.testing.assert_array_equal(read_keypoints(path, format)[0].x2d, read_keypoints(path)[0].x2d)
