"""Files that hold no keypoints, or damaged ones: the error names the file, the place and what was expected."""

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from keypoint_files import coco, mmpose_video, openpose, write

from liftkit.keypoints.reading import read_keypoints


def test_pictures_of_several_films_are_refused(tmp_path):
    data = json.loads(coco(tmp_path).read_text())
    data["images"][0]["video_id"] = 1
    with pytest.raises(ValueError, match="video_id"):
        read_keypoints(write(tmp_path / "x.json", data))


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
        (
            '{"people": [{"pose_keypoints_2d": [1, 2, 1]}]}',
            "17, 18, 19, 20, 25, 26, 32, 33, 133, 136 keypoints .* found 1",
        ),
        ('{"annotations": [{"keypoints": [1, 2, 1]}], "images": []}', "17, 18, .* keypoints per person, found 1"),
        ('{"people": [3]}', "found none in 1 frames"),
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
    (tmp_path / "x.csv").write_bytes(b"\xef\xbb\xbfa\xff")  # the mark of UTF-8 is three bytes
    with pytest.raises(ValueError, match=r"x\.csv: .*UTF-8.* byte 4"):
        read_keypoints(tmp_path / "x.csv")
    (tmp_path / "x.json").write_text('{"frame": 0}\n\n{"frame": 1}\n{"frame": 2, "keyp')
    with pytest.raises(ValueError, match="not valid JSON: Unterminated string .*: line 4 column 14"):
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
