"""What is not a keypoint file is named for what it is, with what to do; and no small file takes much memory."""

import json
import subprocess
import sys

import numpy as np
import pytest
from keypoint_files import flat, points, write

from liftkit.keypoints.names import COCO
from liftkit.keypoints.reading import read_keypoints

STARTS = {
    "film.mp4": (b"\x00\x00\x00\x18ftypmp42", "a film.*Run a detector first.*yolo pose predict"),
    "film": (b"\x1aE\xdf\xa3", "a film"),
    "film.avi": (b"RIFF\x00\x00\x00\x00AVI ", "a film"),
    "a.json": (b"\x89PNG\r\n\x1a\n", "a picture.*Run a detector first"),
    "a.zip": (b"PK\x03\x04", "an archive: unpack it"),
    "a.tar.gz": (b"\x1f\x8b\x08", "an archive"),
    "a.xlsx": (b"PK\x03\x04", "a spreadsheet.*CSV"),
    "a.parquet": (b"PAR1", "CSV"),
    "a.pkl": (b"\x80\x04\x95", "a pickle"),
    "a.bvh": (b"HIERARCHY\n", "motion in 3D"),
    "a.skeleton": (b"103\n1\n72057594037931101 0 1\n", "motion in 3D"),
}


@pytest.mark.parametrize("name", STARTS)
def test_a_foreign_file_is_named_for_what_it_is(name, tmp_path):
    start, message = STARTS[name]
    (tmp_path / name).write_bytes(start + bytes(100))
    with pytest.raises(ValueError, match=f"(?s)this is .*{message}"):
        read_keypoints(tmp_path / name)


def test_a_folder_of_pictures_needs_a_detector(tmp_path):
    for name in "a.jpg", "b.jpg":
        (tmp_path / name).write_bytes(b"\xff\xd8\xff")
    with pytest.raises(ValueError, match="pictures or films: Run a detector first"):
        read_keypoints(tmp_path)


def test_labels_may_have_their_classes_beside_them(tmp_path):
    for f in range(3):
        shares = " ".join(map(str, (points(COCO, f) / [1000, 800, 1]).ravel()))
        write(tmp_path / f"v_{f}.txt", f"0 0.5 0.5 0.2 0.6 {shares}")
    write(tmp_path / "classes.txt", "person\n")
    assert read_keypoints(tmp_path, size=(1000, 800))[1].kept == 3


@pytest.mark.parametrize("content", ['{"a": 1}', '{"people": []}', '[{"frame": 0, "keypoints": [1, 2, 1]}]'])
def test_every_refusal_ends_with_the_table_that_always_works(content, tmp_path):
    with pytest.raises(ValueError, match="A table in CSV always works: .* frame, nose_x, nose_y, nose_score"):
        read_keypoints(write(tmp_path / "a.json", content))


def test_the_table_that_always_works_works(tmp_path):
    needed = ["nose", *(name for name in COCO[5:])]
    lines = ["frame," + ",".join(f"{name}_{axis}" for name in needed for axis in ("x", "y", "score"))]
    at = {name: point for name, point in zip(COCO, points(COCO, 0).tolist(), strict=True)}
    lines.append("0," + ",".join(str(v) for name in needed for v in at[name]))
    assert read_keypoints(write(tmp_path / "t.csv", "\n".join(lines)))[1].kept == 1


@pytest.mark.parametrize("shape", [(3, 17, 3), (3, 17, 2), (3, 34), (3, 2, 17, 3)])
def test_arrays_in_their_usual_shapes(shape, tmp_path):
    one = np.stack([points(COCO, f) for f in range(3)])
    several = np.stack([one * [0.4, 0.4, 1], one], axis=1)
    array = several if len(shape) == 4 else one[..., : shape[-1] if len(shape) == 3 else 2].reshape(shape)
    np.save(tmp_path / "a.npy", array)
    poses, _ = read_keypoints(tmp_path / "a.npy")
    np.testing.assert_allclose(poses.x2d[:, 0], [[500, 450], [502, 450], [504, 450]])
    np.save(tmp_path / "b.npy", np.array([{}, 1], object), allow_pickle=True)
    with pytest.raises(ValueError, match="pickled objects"):
        read_keypoints(tmp_path / "b.npy")


def test_two_films_in_videopose3ds_file_are_refused(tmp_path):
    clip = np.stack([points(COCO, f)[:, :2] for f in range(3)])
    np.savez(tmp_path / "c.npz", positions_2d={"a": {"custom": [clip]}, "b": {"custom": [clip]}}, metadata={})
    with pytest.raises(ValueError, match="one film, found 2: a custom, b custom"):
        read_keypoints(tmp_path / "c.npz")


def many_points(path):
    """Each line has a point of its own: frames times points grow with the square of the lines."""
    return write(path / "a.csv", "frame,index,x,y\n" + "".join(f"{i},{i},1,2\n" for i in range(40_000)))


def sparse_points(path):
    return write(path / "a.csv", "frame,name,x,y\n" + "".join(f"{i},n{i % 500},1,2\n" for i in range(40_000)))


def long_track(path):
    rows = [{"image_id": f, "track_id": "x" * (10**6 if f == 0 else 1), "keypoints": flat(COCO, 0)} for f in range(500)]
    return write(path / "a.json", json.dumps(rows))


def hole(path):
    with (path / "a.json").open("wb") as file:
        file.write(b"[1,")
        file.truncate(500 * 2**20)
    return path / "a.json"


def wide(path):
    return write(path / "a.csv", ",".join(f"a{i}_x,a{i}_y" for i in range(200_000)) + "\n1\n")


def crowd(path):
    """Everybody in a frame is compared with everybody in the next one."""
    titles = ",".join(f"{name}_{axis}" for name in COCO for axis in "xy")
    at = points(COCO, 0)[:, :2].astype(int)
    people = [",".join(map(str, (at + [k, 0]).ravel())) for k in range(1500)]
    return write(path / "a.csv", "\n".join([f"frame,{titles}", *(f"{f},{who}" for f in (0, 1) for who in people)]))


def objects(path):
    return write(path / "a.json", "[" + ",".join(['{"a":1}'] * 1_200_000) + "]")


def packed(path):
    np.savez_compressed(path / "a.npz", keypoints=np.zeros((400_000, 17, 3)))
    return path / "a.npz"


MEASURED = """
import resource, sys, time
from liftkit.keypoints.reading import read_keypoints
for path in sys.argv[1:]:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        read_keypoints(path)
    except ValueError:
        taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        print(path, taken, time.process_time() - start)
"""


def one_point(path):
    """1.2 million lines of one point and two more columns."""
    return write(path / "a.csv", "nose_x,nose_y,a,b\n" + 1_200_000 * "1,2,3,4\n")


def no_point(path):
    return write(path / "a.csv", "frame,nose_x\n" + 2_400_000 * "1,2\n")


@pytest.mark.long
def test_small_files_that_are_refused_take_little_memory_and_time(tmp_path):
    paths = []
    for make in (
        hole,
        long_track,
        wide,
        many_points,
        crowd,
        sparse_points,
        packed,
        objects,
        one_point,
        no_point,
    ):  # the peak only grows: small ones first
        (tmp_path / make.__name__).mkdir()
        paths.append(make(tmp_path / make.__name__))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, paths)], capture_output=True, text=True, check=True
    )
    measured = [line.split() for line in done.stdout.splitlines()]
    assert [path for path, _, _ in measured] == [str(path) for path in paths], "one was read, not refused"
    assert all(int(megabytes) < 500 and float(seconds) < 10 for _, megabytes, seconds in measured)
