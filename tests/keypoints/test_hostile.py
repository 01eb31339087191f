"""Files that were read wrongly at first, in silence or not: each is written here by hand, with the answer known."""

import json

import numpy as np
import pytest
from keypoint_files import HEIGHT, WIDTH, flat, normalised, points, table, write

from liftkit.keypoints.names import COCO, MEDIAPIPE
from liftkit.keypoints.reading import read_keypoints

SIX = range(6)
XYC = [f"{name}_{axis}" for name in COCO for axis in "xyc"]


def shifts(poses):
    """By how many frames each pose has moved: the person goes 2 px in each."""
    return ((poses.x2d[:, 0, 0] - 500) / 2).round().astype(int).tolist()


def body(f):
    return points(COCO, f).tolist()


def shares(f):
    return normalised(points(COCO, f)).ravel().tolist()


def small(f):
    """Somebody else, small and far to the right."""
    return (points(COCO, f) * [0.3, 0.3, 1] + [700, 300, 0]).tolist()


def named(f, score="score"):
    return {n: {"x": x, "y": y, score: s} for n, (x, y, s) in zip(COCO, body(f), strict=True)}


def lists(f, **more):
    x, y, score = points(COCO, f).T.tolist()
    return {"x": x, "y": y, "score": score} | more


def annotations(names, ids):
    images = [{"id": i, "file_name": name} for i, name in zip(ids, names, strict=True)]
    rows = [{"image_id": i, "keypoints": flat(COCO, f)} for f, i in enumerate(ids)]
    return {"images": images, "categories": [{"keypoints": list(COCO)}], "annotations": rows}


SHUFFLED = [4, 2, 5, 0, 1, 3]
JSON = {  # name -> content, frames as they must come out, options
    "a list of people as scores, keypoints": ([{"keypoints": [body(f), small(f)]} for f in SIX], SIX, {}),
    "people by number in each frame": ({"results": [{"0": small(f), "1": body(f)} for f in SIX]}, SIX, {}),
    "frames, then people by number": ({str(3 * f): {"0": small(f), "1": body(f)} for f in SIX}, range(0, 18, 3), {}),
    "named points beside the frame": ([{"frame": 3 * f} | named(f, "c") for f in SIX], range(0, 18, 3), {}),
    "named points beside a list of them": (
        [{"pose": named(f) | {"keypoints": [{"name": n} | p for n, p in named(f).items()], "score": 1}} for f in SIX],
        SIX,
        {},
    ),
    "lists of x and y beside the frame": ([lists(f, frame=3 * f) for f in SIX], range(0, 18, 3), {}),
    "frames without anybody": ([body(0), None, body(2), [], body(4)], [0, 2, 4], {}),
    "objects without anybody": (
        {"frames": [{"keypoints": flat(COCO, 0)}, {}, {"keypoints": flat(COCO, 2)}]},
        [0, 2],
        {},
    ),
    "keys that are times": ({f"{f / 10:g}": body(f) for f in range(12)}, range(12), {}),
    "keys that are times of three digits": ({f"{f / 30:.3f}": body(f) for f in SIX}, SIX, {}),
    "the size in an object beside the points": (
        [{"frame": f, "image": {"width": WIDTH, "height": HEIGHT}, "keypoints": shares(f)} for f in SIX],
        SIX,
        {},
    ),
    "COCO's images in another order": (annotations([f"a_{f:04d}.jpg" for f in SIX], SHUFFLED), SIX, {}),
    "COCO's images with a hash in their names": (
        annotations([f"clip-{f}_jpg.rf.{'b1c9e07af3'[f:] * 3}.jpg" for f in SIX], SHUFFLED),
        SIX,
        {},
    ),
    "two people who exchange their numbers": (
        [
            {"frame": f, "track_id": k if f < 3 else 1 - k, "keypoints": person}
            for f in SIX
            for k, person in enumerate((body(f), (points(COCO, f) * [0.9, 0.9, 1] + [900, 0, 0]).tolist()))
        ],
        SIX,
        {},
    ),
    "points in the order of their ids": (
        [
            {"frame": f, "points": [{"id": i + 1, "x": x, "y": y} for i, (x, y, _) in enumerate(body(f))][::-1]}
            for f in SIX
        ],
        SIX,
        {},
    ),
    "frames listed beside the points": (
        {"tracks": [{"id": 1, "frames": [3 * f for f in SIX], "keypoints": [body(f) for f in SIX]}]},
        range(0, 18, 3),
        {},
    ),
    "a list of people under the key people in each frame": (
        [{"people": [{"pose_keypoints_2d": sum(person, [])} for person in (small(f), body(f))]} for f in SIX],
        SIX,
        {},
    ),
    "people under a key that is a word, in frames by name": (
        {f"{3 * f}.jpg": {"bodies": [{"joints": sum(p, [])} for p in (small(f), body(f))]} for f in SIX},
        range(0, 18, 3),
        {},
    ),
    "frames under annotations": ({"annotations": [[{"keypoints": flat(COCO, f)}] for f in SIX]}, SIX, {}),
    "flat lists of points beside a list of frames": (
        {"frame": [3 * f for f in SIX], "keypoints": [flat(COCO, f) for f in SIX]},
        range(0, 18, 3),
        {},
    ),
    "the track in CVAT's attributes": (
        [
            {"frame": f, "attributes": {"track_id": k}, "keypoints": person}
            for f in SIX
            for k, person in enumerate((small(f), body(f)))
        ],
        SIX,
        {"person": "1"},
    ),
}


@pytest.mark.parametrize("name", JSON)
def test_json_in_many_forms(name, tmp_path):
    content, frames, options = JSON[name]
    poses, _ = read_keypoints(write(tmp_path / "a.json", content), **options)
    assert poses.frame.tolist() == list(frames)
    assert shifts(poses) == [f // max(1, np.diff(frames).max() if "3" in str(frames) else 1) for f in frames]


def test_two_people_in_turn_are_not_one_picture(tmp_path):
    with pytest.raises(ValueError, match="which frame"):
        read_keypoints(write(tmp_path / "a.json", [person for f in SIX for person in (body(f), small(f))]))


def test_films_and_people_that_hold_their_frames_are_refused(tmp_path):
    cameras = [{"camera_id": camera, "frame": f, "keypoints": flat(COCO, f)} for camera in (0, 1) for f in SIX]
    with pytest.raises(ValueError, match="one film, found 2: 0, 1"):
        read_keypoints(write(tmp_path / "a.json", cameras))
    people = {"people": [{"id": k, "poses": [person(f) for f in SIX]} for k, person in enumerate((body, small))]}
    with pytest.raises(ValueError, match="lists of one person's frames"):
        read_keypoints(write(tmp_path / "b.json", people))
    with pytest.raises(ValueError, match="one person's frames"):
        read_keypoints(write(tmp_path / "c.json", {"people": [{"keypoints": body(f)} for f in SIX]}))


def labelled(path, labels, title="time"):
    lines = [",".join([title, *XYC])]
    lines += [",".join([str(label), *map(str, points(COCO, f).ravel())]) for f, label in enumerate(labels)]
    return write(path / "t.csv", "\n".join(lines))


GAP = [f + 20 * (f > 10) for f in range(24)]


@pytest.mark.parametrize(
    ("labels", "fps", "frames"),
    [
        ([round(f * 1000 / 30) for f in range(300)], 30, range(300)),
        ([int(f * 1000 / 29.97) for f in range(300)], 29.97, range(300)),
        ([f"{f / 30:.2f}" for f in range(300)], 30, range(300)),
        ([round(f * 1000 / 30) + [0, 4, -3, 2, 5, -2][f % 6] for f in range(60)], 30, range(60)),  # a telephone's
        ([1_700_000_000_000_000 + round(f * 1e6 / 30) for f in range(60)], 30, range(60)),
        ([round(f * 1000 / 30) for f in GAP], 30, GAP),
        ([f"00:00:{f / 30:06.3f}" for f in range(60)], 30, range(60)),
        ([f"2024-05-01T12:00:{f / 25:06.3f}" for f in range(60)], 25, range(60)),
    ],
)
def test_times_as_cameras_write_them(labels, fps, frames, tmp_path):
    poses, usage = read_keypoints(labelled(tmp_path, labels))
    assert poses.frame.tolist() == list(frames) and usage.fps == pytest.approx(fps, rel=0.002)


def test_times_beside_frames_give_the_rate(tmp_path):
    rows = [",".join(map(str, [f, f / 50, *points(COCO, f).ravel()])) for f in SIX]
    poses, usage = read_keypoints(write(tmp_path / "t.csv", "\n".join([",".join(["frame", "time", *XYC]), *rows])))
    assert poses.frame.tolist() == list(SIX) and usage.fps == pytest.approx(50)


@pytest.mark.parametrize(
    ("name", "fps"),
    [
        (lambda f: f"img_{1_700_000_000_000 + round(f * 1000 / 30)}.json", 30),
        (lambda f: f"frame_{f / 10:.3f}.json", 10),
        (lambda f: f"clip.v2.{f}.json", None),
    ],
)
def test_times_in_the_names_of_files(name, fps, tmp_path):
    for f in SIX:
        write(tmp_path / name(f), {"keypoints": flat(COCO, f)})
    poses, usage = read_keypoints(tmp_path)
    assert poses.frame.tolist() == list(SIX) == shifts(poses)
    assert usage.fps == (fps and pytest.approx(fps, rel=0.01))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_frames_that_begin_again_are_said(form, tmp_path):
    numbers = [*SIX, *SIX]
    records = [{"frame": n, "keypoints": flat(COCO, f)} for f, n in enumerate(numbers)]
    path = labelled(tmp_path, numbers, "frame") if form == "csv" else write(tmp_path / "a.json", records)
    assert "if they are films, split the file" in str(read_keypoints(path)[1])
    pairs = [{"frame": f, "keypoints": person} for f in SIX for person in (body(f), small(f))]
    assert "films" not in str(read_keypoints(write(tmp_path / "b.json", pairs))[1])


@pytest.mark.parametrize("key", ["inFrameLikelihood", "poseConfidence", "vis"])
def test_a_score_has_many_names(key, tmp_path):
    landmarks = [{"x": x, "y": y, key: 0.01 if i == 15 else s} for i, (x, y, s) in enumerate(points(MEDIAPIPE, 1))]
    frames = [[{"x": x, "y": y, key: s} for x, y, s in points(MEDIAPIPE, f)] for f in (0, 2)]
    content = [{"frame": f, "landmarks": p} for f, p in enumerate((frames[0], landmarks, frames[1]))]
    assert read_keypoints(write(tmp_path / "a.json", content))[1].interpolated_points == 1


def test_lists_of_scores_beside_lists_of_x_and_y(tmp_path):
    content = [
        {"frame": f, "keypoints": lists(f, conf=[0.01 if i == 9 and f == 1 else 0.9 for i in range(17)])} for f in SIX
    ]
    for frame in content:
        del frame["keypoints"]["score"]
    assert read_keypoints(write(tmp_path / "a.json", content))[1].interpolated_points == 1


def test_percent_is_said_and_other_numbers_are_no_scores(tmp_path):
    def rows(low, high):
        return lambda f: [
            v for i, (x, y, _) in enumerate(points(COCO, f)) for v in (x, y, low if i == 9 and f == 1 else high)
        ]

    header = [f"{name}_{axis}" for name in COCO for axis in ("x", "y", "likelihood")]
    usage = read_keypoints(table(tmp_path, "a.csv", header, rows(5, 95)))[1]
    assert usage.interpolated_points == 1 and "percent" in str(usage)
    with pytest.raises(ValueError, match="scores from 0 to 1"):
        read_keypoints(table(tmp_path, "b.csv", header, rows(-2, 14)))


def test_arrays_of_people_before_frames_and_with_scores_beside(tmp_path):
    film = np.stack([points(COCO, f) for f in SIX])
    np.save(tmp_path / "a.npy", film[None, ..., :2])
    assert shifts(read_keypoints(tmp_path / "a.npy")[0]) == list(SIX)
    score = np.where((np.arange(6)[:, None] == 2) & (np.arange(17) == 9), 0.01, 0.9)
    np.savez(tmp_path / "a.npz", keypoints=film[..., :2], scores=score)
    assert read_keypoints(tmp_path / "a.npz")[1].interpolated_points == 1
    flat_landmarks = [np.insert(normalised(points(MEDIAPIPE, f)), 2, -0.1, axis=1).ravel() for f in SIX]
    np.save(tmp_path / "flat.npy", flat_landmarks)
    assert shifts(read_keypoints(tmp_path / "flat.npy", size=(WIDTH, HEIGHT))[0]) == list(SIX)
    counted = np.column_stack([3 * np.arange(6), film.reshape(6, -1)])
    np.save(tmp_path / "counted.npy", counted)
    poses, usage = read_keypoints(tmp_path / "counted.npy")
    assert poses.frame.tolist() == list(range(0, 18, 3)) and shifts(poses) == list(SIX) and "counts" in str(usage)
    (tmp_path / "frames").mkdir()
    for f in SIX:
        np.save(tmp_path / "frames" / f"{f}.npy", film[f])
    assert shifts(read_keypoints(tmp_path / "frames")[0]) == list(SIX)


def test_what_is_about_the_hips_is_3d(tmp_path):
    film = np.stack([points(COCO, f) for f in SIX])
    film[..., :2] -= film[:, 11:13, :2].mean(1, keepdims=True)
    film[..., 2] = np.linspace(-200, 300, 17)
    np.save(tmp_path / "a.npy", film)
    with pytest.raises(ValueError, match="3D already"):
        read_keypoints(tmp_path / "a.npy")
    film[..., :2] += 900
    np.save(tmp_path / "b.npy", film)
    assert "taken as a depth" in str(read_keypoints(tmp_path / "b.npy")[1])


def test_tables_with_lines_above_them_and_commas(tmp_path):
    header, rows = ",".join(["frame", *XYC]), [[f, *points(COCO, f).ravel()] for f in SIX]
    plain = [",".join(map(str, row)) for row in rows]
    path = write(tmp_path / "a.csv", "\n".join(["# made by hand", "", header, *plain]))
    assert shifts(read_keypoints(path)[0]) == list(SIX)
    commas = [[str(v).replace(".", ",") for v in row] for row in rows]
    excel = ["sep=;", header.replace(",", ";"), *(";".join(row) for row in commas)]
    assert shifts(read_keypoints(write(tmp_path / "b.csv", "\n".join(excel)))[0]) == list(SIX)
    quoted = [header, *(",".join(f'"{cell}"' for cell in row) for row in commas)]
    assert shifts(read_keypoints(write(tmp_path / "c.csv", "\n".join(quoted)))[0]) == list(SIX)
    with pytest.raises(ValueError, match="line 2: expected 52 cells, .*commas"):
        read_keypoints(write(tmp_path / "d.csv", "\n".join([header, *map(",".join, commas)])))


def test_deeplabcuts_labels_name_their_pictures_in_three_columns(tmp_path):
    names = [[first, "", "", *row] for first, row in zip(("scorer", "bodyparts", "coords"), zip(*[
        ("me", name, axis) for name in COCO for axis in "xy"], strict=True), strict=True)]  # fmt: skip
    rows = [["labeled-data", "clip", f"img{3 * f:03d}.png", *map(str, points(COCO, f)[:, :2].ravel())] for f in SIX]
    poses, _ = read_keypoints(write(tmp_path / "CollectedData.csv", "\n".join(map(",".join, [*names, *rows]))))
    assert poses.frame.tolist() == list(range(0, 18, 3)) and shifts(poses) == list(SIX)


def test_our_own_table_is_read_by_its_2d(tmp_path):
    from liftkit.keypoints.names import to_h36m
    from liftkit.skeleton import H36M_17

    header = [f"{name}_{axis}" for name in H36M_17.names for axis in ("x2d", "y2d", "x", "y", "z")]

    def row(f):
        flat2d = to_h36m(points(COCO, f)[None, :, :2], COCO)[0]
        return np.column_stack([flat2d, flat2d - flat2d[:1], np.linspace(-9, 9, 17)]).ravel()

    assert shifts(read_keypoints(table(tmp_path, "lifted.csv", header, row))[0]) == [0, 1, 2]


def test_folders_say_where_their_keypoints_are(tmp_path):
    (tmp_path / "predict" / "labels").mkdir(parents=True)
    (tmp_path / "predict" / "a.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(ValueError, match="give one of its folders: labels"):
        read_keypoints(tmp_path / "predict")
    for f in SIX:
        line = "0 .5 .5 .2 .6 " + " ".join(map(str, shares(f)))
        write(tmp_path / "predict" / "labels" / f"v_{f}.txt", line)
    write(tmp_path / "predict" / "labels" / "notes.json", json.dumps({"categories": [], "info": {}}))
    assert shifts(read_keypoints(tmp_path / "predict" / "labels", size=(WIDTH, HEIGHT))[0]) == list(SIX)


@pytest.mark.parametrize(("start", "what"), [(b"\x00\x00\x00\x18ftypheic", "a picture"), (b"<annotations>", "XML")])
def test_more_foreign_files(start, what, tmp_path):
    (tmp_path / "a.json").write_bytes(start + bytes(100))
    with pytest.raises(ValueError, match=f"this is {what}"):
        read_keypoints(tmp_path / "a.json")
