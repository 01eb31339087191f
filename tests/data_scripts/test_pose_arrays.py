"""3D joints in arrays of any file become the person they hold; what the user has to say is asked for."""

import json
import pickle

import numpy as np
import pytest
from formats.pose_arrays import ASPSET, SMPL, read_pose_arrays
from raw_people import PLACES, person
from readers.mpi_inf_3dhp import JOINT_MAP, JOINTS_17
from scripts import call_script

from liftkit.data.datasets import load_poses
from liftkit.keypoints.names import COCO, ORDERS
from liftkit.skeleton import H36M_17


def read(*words, **options):
    (clip,) = read_pose_arrays(*words, **({"fps": 30.0} | options))
    return clip


HANDS = {joint: PLACES[joint] for joint in ("right_wrist", "left_wrist", "left_ankle", "right_knee")}
FACE = {"nose": (0, 1560, 120), "left_eye": (30, 1590, 100), "right_eye": (-30, 1590, 100),
        "left_ear": (70, 1570, 20), "right_ear": (-70, 1570, 20)}  # fmt: skip
LIMBS = {joint: place for joint, place in PLACES.items() if "_" in joint}


def placed(names, places):
    """(4, K, 3) in mm, y up: the person of raw_people, who looks towards +z; other names lie at the pelvis."""
    frame = np.array([places.get(name, (0, 940, 0)) for name in names], float)
    return frame + 10.0 * np.arange(4)[:, None, None]


H36M = placed(H36M_17.names, PLACES)
IN_ORDER = {
    "h36m": H36M,
    "aspset": person(ASPSET, JOINT_MAP | {"pelvis": "pelvis"}, 4),
    "smpl": placed(
        SMPL,
        LIMBS
        | {
            "spine2": (0, 1173, 0),
            "neck": (0, 1440, 0),
            "head": (0, 1560, 20),
            "left_collar": (70, 1400, 0),
            "right_collar": (-70, 1400, 0),
        },
    ),
    "kinect25": placed(ORDERS["kinect25"], LIMBS | {"head_centre": (0, 1570, 60)}),
    "mpi": person(JOINTS_17, JOINT_MAP | {"pelvis": "pelvis"}, 4),
    "coco": placed(COCO, LIMBS | FACE),
    "panoptic": placed(ORDERS["panoptic19"], LIMBS | FACE | {"neck_base": PLACES["thorax"]}),
}


def check(clip):
    pelvis = clip.joints[0, 0]
    for joint, place in HANDS.items():
        expected = np.subtract(place, PLACES["pelvis"])
        np.testing.assert_allclose(clip.joints[0, H36M_17.index(joint)] - pelvis, expected, atol=0.1, err_msg=joint)
    assert clip.upright == 1


def save_pickle(path, thing):
    path.write_bytes(pickle.dumps(thing, 4))


SAVE = {
    "a.npz": lambda path, x: np.savez(path, S=np.dstack([x, np.ones(x.shape[:2])]), other=np.zeros(3)),
    "a.npy": lambda path, x: np.save(path, x),
    "a.json": lambda path, x: path.write_text(json.dumps({"train": {"S": x.tolist()}, "id": 1})),
    "a.pkl": lambda path, x: save_pickle(path, {"S": x.astype(np.float32), "name": "walk"}),
}
FIELD = {"a.npy": "", "a.json": "train/S"}


@pytest.mark.parametrize("name", SAVE)
def test_a_field_of_any_file(tmp_path, name):
    SAVE[name](tmp_path / name, H36M / 1000)
    check(read(tmp_path / name, FIELD.get(name, "S"), "h36m", unit="m"))
    check(read(tmp_path / name, FIELD.get(name, "S"), "h36m"))


@pytest.mark.filterwarnings("error")
def test_an_array_that_python_2_wrote(tmp_path):
    np.save(tmp_path / "a.npy", H36M)
    old = (tmp_path / "a.npy").read_bytes().replace(b"(4, 17, 3), }   ", b"(4L, 17L, 3L), }")
    (tmp_path / "a.npy").write_bytes(old)
    check(read(tmp_path / "a.npy", "", "h36m"))


@pytest.mark.parametrize("order", IN_ORDER)
def test_joints_in_a_named_order(tmp_path, order):
    np.save(tmp_path / "a.npy", IN_ORDER[order] / 10)
    check(read(tmp_path / "a.npy", "", order))


def test_axes_of_a_camera_and_z_up(tmp_path):
    np.save(tmp_path / "camera.npy", H36M * [1, -1, -1])
    check(read(tmp_path / "camera.npy", "", "h36m", axes="camera"))
    np.save(tmp_path / "z.npy", H36M[..., [0, 2, 1]] * [1, -1, 1])
    clip = read(tmp_path / "z.npy", "", "h36m")
    check(clip)
    assert clip.up == "z" and clip.notes


@pytest.mark.parametrize(
    ("thing", "options", "message"),
    [
        ({"S": H36M.tolist()}, {"field": "T"}, "it has no T; it holds S"),
        ({"S": H36M.tolist(), "T": []}, {"field": ""}, "choose an array with --x3d; it holds S, T"),
        ({"poses": [], "mocap_framerate": 60}, {"field": "S"}, "This looks like AMASS, which .*cmu.py amass"),
        ({"jointPositions": [], "poses2d": []}, {"field": "S"}, "This looks like 3DPW: --x3d jointPositions/0"),
        ({"train": {"joint3d_image": []}, "test": {}}, {"field": "S"}, "This looks like MotionBERT's training part"),
        ({"train": {"joint3d_image": []}, "test": {"joints_2.5d_image": []}}, {"field": "S"}, "--x3d test/joints_2.5d"),
        ({"S": H36M.tolist()}, {"order": "coco25"}, "expected --order h36m, mpi, panoptic, aspset, fit3d, smpl"),
        ({"S": IN_ORDER["mpi"].tolist()}, {}, "no person in the order h36m; they do with --order mpi"),
        ({"S": H36M.tolist()}, {"order": "mpi"}, "no person in the order mpi; they do with --order h36m"),
        ({"S": H36M.tolist()}, {"order": "panoptic"}, "--order panoptic has 19 joints, found an array of 17"),
        ({"S": H36M[..., :2].tolist()}, {}, r"expected numbers \(frames, joints, 3\), found float64 \(4, 17, 2\)"),
        ({"S": H36M.tolist()}, {"unit": "m"}, "joints must be in millimetres"),
        ({"S": (H36M * 5).tolist()}, {}, "the unit is unknown"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, thing, options, message):
    (tmp_path / "a.json").write_text(json.dumps(thing))
    with pytest.raises(ValueError, match=rf"a\.json: .*{message}"):
        read(tmp_path / "a.json", **({"field": "S", "order": "h36m"} | options))


def test_fit3d_begins_with_human36ms_joints(tmp_path):
    """IMAR's own drawing: arms are 8-11-12-13 and 8-14-15-16, hands 13-21, ..., feet 3-17, ..., as far as 24."""
    more = np.repeat(H36M[:, [3, 6, 13, 16]], 2, axis=1) + 50
    (tmp_path / "a.json").write_text(json.dumps({"joints3d_25": np.concatenate([H36M, more], 1).tolist()}))
    check(read(tmp_path / "a.json", "joints3d_25", "fit3d"))


class Evil:
    def __reduce__(self):
        return open, ("harm", "w")


def test_a_pickle_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_pickle(tmp_path / "a.pkl", {"S": Evil()})
    with pytest.raises(ValueError, match=r"a\.pkl: not a pickle of arrays: .* refused"):
        read(tmp_path / "a.pkl", "S", "h36m")
    assert not (tmp_path / "harm").exists()


def test_the_command_films_a_folder(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("one", "two"):
        np.savez(tmp_path / "in" / f"{name}.npz", S=H36M / 1000)
    words = ["arrays", tmp_path / "in", "--x3d", "S", "--order", "h36m", "--source-fps", 30, "--test", "two"]
    done = call_script("cmu", *words, "--out", tmp_path / "out.npz")
    assert done.exit_code == 0, done.output
    poses = load_poses(tmp_path / "out.npz")
    assert (len(poses.train), len(poses.test)) == (16, 16)
    wrist, head = (poses.x3d[:, H36M_17.index(joint), 1] for joint in ("right_wrist", "head"))
    assert (wrist < head).all()


def test_arrays_of_many_clips_in_one_file(tmp_path):
    """As P-STMO keeps MPI-INF-3DHP's test set: a pickle of dictionaries inside an npz file."""
    data = {name: {"data_3d": H36M + k, "valid": np.ones(4)} for k, name in enumerate(("TS1", "TS2"))}
    np.savez(tmp_path / "test.npz", data=data)
    clips = read_pose_arrays(tmp_path / "test.npz", "data/*/data_3d", "h36m", 30.0)
    assert [clip.name for clip in clips] == ["test/TS1", "test/TS2"]
    for clip in clips:
        check(clip)
    check(read(tmp_path / "test.npz", "data/TS2/data_3d", "h36m"))


def test_numbers_in_one_row_per_frame_and_lists_of_arrays(tmp_path):
    """As 3DPW keeps its people: a list of (F, 72)."""
    np.save(tmp_path / "a.npy", H36M.reshape(4, -1))
    check(read(tmp_path / "a.npy", "", "h36m"))
    save_pickle(tmp_path / "a.pkl", {"jointPositions": [IN_ORDER["smpl"].reshape(4, -1) / 1000], "sequence": "walk"})
    check(read(tmp_path / "a.pkl", "jointPositions/0", "smpl"))


def camera(x3d):
    """Pixels of points (..., 3) in the camera's frame, 4 m away."""
    return 1000 * x3d[..., :2] / (x3d[..., 2:] + 4000) + 500


def test_2d_of_the_file_itself(tmp_path):
    """As MMPose's and MotionBERT's files: 3D in the camera's frame beside its 2D."""
    seen = H36M * [1, -1, -1]
    scored = np.dstack([camera(seen), np.ones((4, 17))])
    thing = {split: {"S": seen / 1000, "part": scored, "name": np.array(["a"] * 4)} for split in ("train", "test")}
    save_pickle(tmp_path / "a.pkl", thing)
    words = ["arrays", tmp_path / "a.pkl", "--x3d", "*/S", "--x2d", "*/part", "--order", "h36m", "--unit", "m"]
    done = call_script("cmu", *words, "--out", tmp_path / "no.npz")
    assert done.exit_code == 2 and "--axes camera" in done.stderr
    done = call_script("cmu", *words, "--axes", "camera", "--out", tmp_path / "out.npz")
    assert done.exit_code == 0, done.output
    poses = load_poses(tmp_path / "out.npz")
    assert (poses.units, len(poses), sorted(set(poses.action))) == ("px", 8, ["a/test", "a/train"])
    np.testing.assert_allclose(poses.x2d[:4, 1:], camera(seen)[:, 1:], atol=1e-3)
    np.testing.assert_allclose(poses.x3d[:4], seen - seen[:, :1], atol=1e-2)
    thing["test"]["part"] = scored * [-1, 1, 1]
    save_pickle(tmp_path / "b.pkl", thing)
    done = call_script(
        "cmu", *words[:1], tmp_path / "b.pkl", *words[2:], "--axes", "camera", "--out", tmp_path / "b.npz"
    )
    assert done.exit_code == 2 and "test/S: 2D and 3D must agree in what goes right" in done.stderr


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("S001C001P001R001A001.skeleton", "NTU RGB+D"),
        ("walk.trc", "TRC"),
        ("walk.c3d", "`c3d` reads"),
        ("a.mp4", "detector"),
    ],
)
def test_other_files_are_named(tmp_path, name, told):
    (tmp_path / name).write_bytes(b"?")
    done = call_script("cmu", "arrays", tmp_path / name, "--order", "h36m", "--out", tmp_path / "out.npz")
    assert done.exit_code == 2 and told in done.stderr
