"""MPI-INF-3DHP's annotations become the poses that they hold, by name; foreign files are refused."""

import json

import numpy as np
import pytest
from formats.matlab import read_cells
from mpi_files import CALIBRATION, CENTRE, FOCAL, annotated_test, cells, image, seen, training
from raw_people import HEIGHT
from readers.mpi_inf_3dhp import ACTIVITIES, JOINT_MAP, JOINTS_17, JOINTS_28, read_calibration, read_test, read_training
from scipy.io import savemat
from scripts import call_script

from liftkit.data.people import person_height
from liftkit.data.pose_files import load_pose_file
from liftkit.skeleton import H36M_17

AT = {name: H36M_17.index(name) for name in H36M_17.names}


def check_known(poses, scale=1.0):
    head, hand, foot = (poses.x3d[:, AT[joint], 1] for joint in ("head", "right_wrist", "left_ankle"))
    assert (hand < head).all() and (head < 0).all() and (foot > 0).all(), "y points down; the right hand is up"
    assert (poses.x2d[:, AT["right_wrist"], 1] < poses.x2d[:, AT["head"], 1]).all()
    assert (poses.x2d[:, AT["right_wrist"], 0] < poses.x2d[:, AT["left_wrist"], 0]).all(), "she faces the camera"
    assert abs(person_height(poses.x3d) - HEIGHT * scale) < 2
    assert (poses.units, poses.name) == ("px", "mpi_inf_3dhp")


def seventeen(names):
    """The known person's 17 joints; its root lies between the hips."""
    return seen(names)[:, [names.index((JOINT_MAP | {"pelvis": "pelvis"})[name]) for name in H36M_17.names]]


def test_names_of_joints_keep_their_sides():
    assert len(set(JOINTS_28)) == 28 and len(set(JOINTS_17)) == 17 and set(JOINTS_17) < set(JOINTS_28)
    for name, source in JOINT_MAP.items():
        assert name == source or name in ("thorax", "neck", "head")
    # The 17 of the test set within the 28: the indices that the data set's own scripts list, from 0.
    assert [JOINTS_28.index(name) for name in JOINTS_17] == [
        7,
        5,
        14,
        15,
        16,
        9,
        10,
        11,
        23,
        24,
        25,
        18,
        19,
        20,
        4,
        3,
        6,
    ]


def test_training_sequences(tmp_path):
    training(training(tmp_path), "S8", "Seq2", frames=6)
    sets = list(read_training(tmp_path, cameras=[0, 4], universal=False))
    labels = [(p.subject[0], p.action[0], p.clip[0], p.camera[0], p.split[0], len(p)) for p in sets]
    assert labels == [("S1", "Seq1", 0, 0, "train", 4), ("S1", "Seq1", 0, 4, "train", 4),
                      ("S8", "Seq2", 1, 0, "train", 6), ("S8", "Seq2", 1, 4, "train", 6)]  # fmt: skip
    for poses in sets:
        check_known(poses)
    points = seventeen(JOINTS_28) + [4, 0, 0]
    np.testing.assert_allclose(sets[1].x2d, image(points), atol=1e-3)
    np.testing.assert_allclose(sets[1].x3d, points - points[:, :1], atol=1e-3)
    check_known(next(read_training(tmp_path)), 1.1)
    assert [p.camera[0] for p in read_training(tmp_path)][:8] == [0, 1, 2, 4, 5, 6, 7, 8]
    assert next(read_training(tmp_path, every=3)).frame.tolist() == [0, 3]


def test_the_test_set_keeps_valid_frames_only(tmp_path):
    annotated_test(annotated_test(tmp_path), "TS6", valid=(0, 0, 0, 1))
    first, second = read_test(tmp_path, universal=False)
    assert (first.subject[0], first.split[0], first.frame.tolist()) == ("TS1", "test", [0, 2, 3])
    assert first.action.tolist() == [ACTIVITIES[1], ACTIVITIES[2], ACTIVITIES[6]]
    assert (second.subject[0], second.frame.tolist(), second.clip[0]) == ("TS6", [3], 101)
    points = seventeen(JOINTS_17)[[0, 2, 3]]
    np.testing.assert_allclose(first.x3d, points - points[:, :1], atol=1e-3)
    np.testing.assert_allclose(first.x2d, image(points), atol=1e-3)
    check_known(first)
    check_known(next(read_test(tmp_path)), 1.1)
    assert next(read_test(tmp_path, every=2)).frame.tolist() == [0, 2]


def test_a_root_elsewhere_is_moved_to_the_midpoint_of_the_hips(tmp_path):
    off = [0, -50, 20] * (np.arange(28) == JOINTS_28.index("pelvis"))[:, None]
    points = [seen(JOINTS_28) + off] * 14
    arrays = {"annot2": [image(x).reshape(4, -1) for x in points], "annot3": [x.reshape(4, -1) for x in points]}
    training(tmp_path, **{name: cells(views) for name, views in arrays.items()})
    poses = next(read_training(tmp_path, universal=False))
    np.testing.assert_allclose(poses.x3d, seventeen(JOINTS_28) - seventeen(JOINTS_28)[:, :1], atol=1e-3)
    np.testing.assert_allclose(poses.x2d, image(seventeen(JOINTS_28)), atol=1e-3)


def test_calibration_gives_each_camera_its_matrix(tmp_path):
    (tmp_path / "camera.calibration").write_text(CALIBRATION, encoding="ascii")
    found = read_calibration(tmp_path / "camera.calibration")
    assert sorted(found) == list(range(14))
    np.testing.assert_array_equal(found[13], [[FOCAL[0], 0, CENTRE[0]], [0, FOCAL[1], CENTRE[1]], [0, 0, 1]])
    assert read_calibration(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"annot2": None}, "expected annot2, annot3, univ_annot3, found no annot2"),
        (
            {"annot3": np.zeros((4, 84))},
            r"annot3: expected cells, found .* class 6 and shape \(4, 84\)",
        ),
        ({"annot3": cells([np.zeros((4, 51))] * 14)}, r"camera 0: expected floating-point numbers \(F, 84\), found"),
        ({"univ_annot3": cells([np.ones((3, 84))] * 14)}, "expected as many frames in 2D as in 3D"),
        ({"univ_annot3": cells([np.full((4, 84), np.nan)] * 14)}, "must be finite"),
        ({"univ_annot3": cells([seen(JOINTS_28).reshape(4, 84) / 1000] * 14)}, "must be in millimetres"),
        ({"annot2": cells([np.zeros((4, 56))] * 14)}, "must be 3D's projection by camera.calibration"),
        ({"annot2": cells([-image(seen(JOINTS_28)).reshape(4, 56)] * 14), "calibration": None}, "goes right"),
        ({"calibration": "hello"}, "camera.calibration: expected a Skeletool Camera Calibration File"),
    ],
)
def test_wrong_training_annotations_say_what_was_found(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message) as caught:
        list(read_training(training(tmp_path, **changes)))
    assert str(caught.value).startswith(str(tmp_path / "S1" / "Seq1"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"annot2": None}, "found no array annot2"),
        ({"annot2": np.zeros((4, 1, 16, 2))}, r"annot2: expected 4 times numbers of shape \(1, 17, 2\)"),
        ({"valid": (0, 0, 0, 0)}, "expected valid frames, found none"),
        ({"activity_annotation": np.full((4, 1), 9.0)}, "expected activities 1 to 7, found 9"),
        ({"univ_annot3": np.full((4, 1, 17, 3), np.inf)}, "must be finite"),
    ],
)
def test_wrong_test_annotations_say_what_was_found(tmp_path, changes, message):
    with pytest.raises(ValueError, match=rf"annot_data\.mat: .*{message}"):
        list(read_test(annotated_test(tmp_path, **changes)))


@pytest.mark.parametrize("cameras", [[], [14], [-1, 0]])
def test_cameras_that_there_are_not(tmp_path, cameras):
    with pytest.raises(ValueError, match="expected cameras of 0 to 13"):
        list(read_training(training(tmp_path), cameras))


def test_folders_without_annotations(tmp_path):
    with pytest.raises(ValueError, match=r"expected files S1/Seq1/annot\.mat and so on, found none"):
        list(read_training(tmp_path))
    with pytest.raises(ValueError, match=r"expected files TS1/annot_data\.mat and so on, found none"):
        list(read_test(tmp_path))


def test_a_variable_that_unpacks_to_too_much_is_refused_before(tmp_path):
    savemat(tmp_path / "a.mat", {"annot2": cells([np.zeros((1000, 1000))])}, do_compression=True)
    assert (tmp_path / "a.mat").stat().st_size < 20_000
    assert read_cells(tmp_path / "a.mat", ["annot2"])["annot2"][0].shape == (1000, 1000)
    with pytest.raises(ValueError, match=r"a\.mat: expected at most 1,000,000 bytes after decompression, found 8,000,"):
        read_cells(tmp_path / "a.mat", ["annot2"], limit=1_000_000)


@pytest.mark.parametrize("kind", ["<f8", "<f4", "<i2", "<u1"])
def test_cells_are_what_scipy_wrote(tmp_path, kind):
    arrays = [np.arange(6).reshape(2, 3).astype(kind), np.full((1, 1), 7, kind), np.zeros((0, 4), kind)]
    savemat(tmp_path / "a.mat", {"other": np.ones(3), "a": cells(arrays), "text": "hello"})
    for found, expected in zip(read_cells(tmp_path / "a.mat", ["a"])["a"], arrays, strict=True):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype


@pytest.mark.parametrize("thing", [cells(["text"]), cells([np.ones(2) * 1j]), cells([{"a": 1}]), np.ones(2)])
def test_cells_of_other_things_are_refused(tmp_path, thing):
    savemat(tmp_path / "a.mat", {"a": thing})
    with pytest.raises(ValueError, match=r"a\.mat: a: (cell 0: )?expected (numbers|cells), found"):
        read_cells(tmp_path / "a.mat", ["a"])


def call(*arguments):
    return call_script("mpi_inf_3dhp", "convert", *arguments)


def test_the_script_writes_one_file_and_where_it_came_from(tmp_path):
    annotated_test(training(tmp_path / "raw"))
    done = call(tmp_path / "raw", "--out", tmp_path / "out.npz", "--cameras", "0,2", "--true")
    assert done.exit_code == 0, done.output
    poses = load_pose_file(tmp_path / "out.npz")
    assert (len(poses), len(poses.train), len(poses.test)) == (11, 8, 3)
    check_known(poses)
    told = json.loads((tmp_path / "out.json").read_text())
    assert [source["file"] for source in told["inputs"]] == ["annot.mat", "annot_data.mat"]
    assert told["options"] == {"part": "both", "cameras": [0, 2], "universal": False, "every": 1}
    assert "Missing: S2 altogether" in done.stdout and "Missing: S1: Seq2" in done.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--part", "all"], "--part must be train, test or both"), (["--cameras", "a"], "--cameras: expected numbers"),
     (["--out", "raw"], "name ends in .npz")],
)  # fmt: skip
def test_the_scripts_errors_are_one_line(tmp_path, options, message):
    done = call(training(tmp_path), *options)
    assert (done.exit_code, done.stderr.count("Error")) == (2, 1)
    assert message in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["S1"]
