"""Human3.6M's files, in each form that people have, become the poses that they hold; foreign ones are refused."""

import warnings

import numpy as np
import pytest
from human36m_files import (
    AT,
    FIELDS_17,
    FOLDER,
    archive,
    cdf_bytes,
    check_known,
    fetched,
    npz2d,
    npz3d,
    recording_bytes,
    tgz,
    world,
)
from raw_people import HEIGHT
from readers.human36m import (
    JOINT_MAP,
    JOINTS_32,
    Detections,
    film_recordings,
    read_archive,
    read_fetched,
    read_videopose3d,
    recording_name,
)
from readers.human36m_cameras import CAMERAS, field_cameras

from liftkit.data.people import person_height
from liftkit.data.pose_files import load_pose_file, save_poses
from liftkit.metrics import mpjpe
from liftkit.skeleton import H36M_17


def test_the_table_of_joints_picks_the_fields_seventeen():
    assert [JOINTS_32.index(JOINT_MAP[name]) for name in H36M_17.names[1:]] == FIELDS_17[1:]
    assert len(set(JOINTS_32)) == 32
    for name in H36M_17.names[1:]:
        assert JOINT_MAP[name].startswith("Left") == name.startswith("left")
        assert JOINT_MAP[name].startswith("Right") == name.startswith("right")


def test_cameras_are_the_published_ones():
    """The rotation of S1's first camera as the field's other codes print it; all look at the middle of the floor."""
    expected = [[-0.91536173, 0.40180837, 0.02574754], [0.05154812, 0.18037357, -0.98224649],
                [-0.39931903, -0.89778361, -0.18581953]]  # fmt: skip
    np.testing.assert_allclose(field_cameras("S1")[0].rotation, expected, atol=1e-7)
    for subject in ("S1", "S5", "S6", "S7", "S8", "S9", "S11"):
        cameras = field_cameras(subject)
        assert len(cameras) == len(CAMERAS) == 4
        for camera in cameras:
            right, down, away = camera.see(np.array([0.0, 0.0, 900.0]))
            assert abs(right) < 800 and -700 < down < 0 and 4000 < away < 5700
            assert (camera.rotation @ [0, 0, 1])[1] < -0.95, "the world's up is the image's up"
            assert np.all(np.abs(camera.image(camera.see(np.array([[0.0, 0.0, 900.0]]))) - 500) < 200)
    with pytest.raises(ValueError, match="unknown subject 'S2'; the subjects are S1, S5"):
        field_cameras("S2")


# Points in the camera's frame (mm), and where S1's four cameras show them, worked out by hand from the data set's
# calibration to a tenth of a thousandth of a pixel. With the two tangential numbers exchanged they lie up to 0.93 off.
SEEN = [[400, -700, 3000], [-900, 500, 4000], [1300, 1200, 3500], [0, 0, 5000]]
SHOWN = [
    [[663.0785, 252.0447], [258.0756, 656.5158], [921.5509, 892.4273], [512.5415, 515.4515]],
    [[660.1117, 243.3723], [253.0975, 649.6145], [920.2977, 886.8102], [508.8486, 508.0649]],
    [[671.1139, 236.8622], [264.7621, 643.0620], [931.5804, 880.7546], [519.8159, 501.4026]],
    [[665.6922, 238.0499], [260.3491, 643.0837], [924.3486, 879.1565], [514.9682, 501.8820]],
]


def test_distortion_is_human36ms():
    for camera, shown in zip(field_cameras("S1"), SHOWN, strict=True):
        np.testing.assert_allclose(camera.image(np.array(SEEN, float), distortion=True), shown, atol=1e-4)
    camera = field_cameras("S1")[0]
    assert 0.1 < np.linalg.norm(camera.image(np.array(SEEN, float)) - SHOWN[0], axis=-1)[0] < 5
    with pytest.raises(ValueError, match="in front of the camera"):
        camera.image(np.array([[0.0, 0.0, -1.0]]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Directions", "Directions"), ("TakingPhoto 1", "Photo 1"), ("WalkingDog", "WalkDog"),
     ("WalkTogether 2", "WalkTogether 2"), ("WalkingTogether-2", "WalkTogether 2"), ("SittingDown-1", "SittingDown 1")],
)  # fmt: skip
def test_recordings_have_the_fields_names(name, expected):
    assert recording_name(name) == expected


@pytest.mark.parametrize("name", ["", "Dancing", "_ALL", "Walking x", "Photo 1 2"])
def test_an_unknown_recording_lists_the_actions(name):
    with pytest.raises(ValueError, match="unknown recording .*Directions, Discussion"):
        recording_name(name)


def test_an_archive_gives_its_recordings(tmp_path):
    clips = list(read_archive(archive(tmp_path)))
    assert [(clip.subject, clip.name) for clip in clips] == [("S1", "WalkDog 1"), ("S1", "Photo")]
    for clip in clips:
        np.testing.assert_allclose(clip.joints, world()[:, FIELDS_17], atol=1e-3)
        assert abs(person_height(clip.joints) - HEIGHT) < 2


def test_the_damaged_recording_of_s11_is_left_out(tmp_path):
    folder, damaged = FOLDER.replace("S1", "S11"), recording_bytes(tmp_path)
    two_frames = cdf_bytes(tmp_path, world(2).reshape(1, 2, 96).astype("float32"))
    path = tgz(tmp_path / "a.tgz", [(f"{folder}/Directions.cdf", damaged), (f"{folder}/Directions 1.cdf", two_frames)])
    assert [len(poses) for poses in film_recordings(read_archive(path))] == [2] * 4


def test_the_root_of_human36m_is_the_midpoint_of_the_hips_and_stays_where_it_is(tmp_path):
    """In the data set the hips lie 132.9 mm to both sides of the root, at its height."""
    root = world()[:, JOINTS_32.index("Hips")]
    (clip, _) = read_archive(archive(tmp_path))
    np.testing.assert_allclose(clip.joints[:, 0], root, rtol=2e-7)  # float32's rounding
    spine, thorax = ((clip.joints[:, AT[name]] - root)[:, 2] for name in ("spine", "thorax"))
    assert (spine == 233).all() and (thorax == 490).all()
    for number, (poses, camera) in enumerate(zip(read_fetched(fetched(tmp_path)), field_cameras("S1"), strict=True)):
        hips = poses.x3d[:, [AT["left_hip"], AT["right_hip"]]]
        np.testing.assert_allclose(hips.mean(1), 0, atol=1e-3)
        np.testing.assert_allclose(np.linalg.norm(hips, axis=-1), 132.9, atol=1e-3)
        np.testing.assert_allclose(poses.x2d[:, 0], camera.image(camera.see(root.astype(float))), atol=0.5)  # pixels
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = load_pose_file(save_poses(poses, tmp_path / f"{number}.npz"))
        assert found.x3d.tobytes() == poses.x3d.tobytes() and found.x2d.tobytes() == poses.x2d.tobytes()


def test_a_root_elsewhere_is_moved_to_the_midpoint_of_the_hips(tmp_path):
    joints = world() / np.float32(1000)
    joints[:, JOINTS_32.index("Hips")] += [0.0, 0.02, 0.1]
    np.savez(tmp_path / "in.npz", positions_3d={"S1": {"Photo": joints}})
    (clip,) = read_videopose3d(tmp_path / "in.npz")
    np.testing.assert_allclose(clip.joints, world()[:, FIELDS_17], atol=1e-3)


@pytest.mark.parametrize(("kind", "compress"), [("float64", 0), ("float32", 6)])
def test_other_cdf_files_of_the_same_poses(tmp_path, kind, compress):
    content = recording_bytes(tmp_path, kind, compress)
    (clip,) = read_archive(tgz(tmp_path / "a.tgz", [(f"{FOLDER}/Photo.cdf", content)]))
    np.testing.assert_allclose(clip.joints, world()[:, FIELDS_17], atol=1e-3)


@pytest.mark.parametrize("protocol", [None, 2, 3, 4])
def test_videopose3ds_file_is_in_metres_and_gives_the_same(tmp_path, protocol):
    clips = list(read_videopose3d(npz3d(tmp_path / "data_3d_h36m.npz", protocol=protocol)))
    assert [(clip.subject, clip.name) for clip in clips] == [
        (subject, name) for subject in ("S1", "S11") for name in ("Directions 1", "WalkDog")
    ]
    np.testing.assert_allclose(clips[0].joints, world(3)[:, FIELDS_17], atol=1e-3)
    assert clips[1].joints.shape == (5, 17, 3)


def test_every_camera_sees_the_person_as_she_stands(tmp_path):
    sets = list(film_recordings(read_videopose3d(npz3d(tmp_path / "in.npz"))))
    assert len(sets) == 2 * 2 * 4
    for poses in sets:
        check_known(poses)
        assert (poses.units, poses.name, poses.x2d.dtype, poses.x3d.dtype) == ("px", "human36m", "float32", "float32")
        assert (poses.x2d > 0).all() and (poses.x2d < 1000).all()
    labels = [(p.subject[0], p.action[0], p.clip[0], p.camera[0], p.split[0]) for p in sets]
    assert labels[:4] == [("S1", "Directions", 0, camera, "train") for camera in range(4)]
    assert labels[-1] == ("S11", "WalkDog", 3, 3, "test")
    # The person looks towards -y, where the cameras 1 and 3 stand: there her left is on the right of the image.
    for poses in sets:
        faced = field_cameras(poses.subject[0])[poses.camera[0]].place[1] < 0
        assert (poses.x2d[:, AT["left_wrist"], 0] > poses.x2d[:, AT["right_wrist"], 0]).all() == faced
        assert faced == (poses.camera[0] in (1, 3))


def test_two_dimensions_are_the_pinhole_projection_of_three(tmp_path):
    (clip, *_) = read_videopose3d(npz3d(tmp_path / "in.npz"))
    for poses, camera in zip(film_recordings([clip]), field_cameras("S1"), strict=True):
        seen = camera.see(clip.joints.astype(float))
        np.testing.assert_allclose(poses.x3d, seen - seen[:, :1], atol=1e-2)
        np.testing.assert_allclose(poses.x2d, seen[..., :2] / seen[..., 2:] * camera.focal + camera.centre, atol=1e-3)
    bent = next(iter(film_recordings([clip], distortion=True))).x2d - next(iter(film_recordings([clip]))).x2d
    assert 0.05 < np.abs(bent).max() < 5


@pytest.mark.parametrize(("every", "frames"), [(1, [0, 1, 2, 3, 4]), (2, [0, 2, 4]), (64, [0])])
def test_frames_keep_their_numbers(tmp_path, every, frames):
    clips = [clip for clip in read_videopose3d(npz3d(tmp_path / "in.npz")) if clip.name == "WalkDog"]
    for poses in film_recordings(clips, every):
        assert poses.frame.tolist() == frames


def test_detections_stand_beside_the_truth(tmp_path):
    source, found = npz3d(tmp_path / "in.npz"), Detections(npz2d(tmp_path / "cpn.npz", shift=3))
    plain, detected = (list(film_recordings(read_videopose3d(source), detections=d)) for d in (None, found))
    for a, b in zip(plain, detected, strict=True):
        np.testing.assert_allclose(b.x2d[:, 1:], a.x2d[:, 1:] + 3, atol=1e-3)
        np.testing.assert_allclose(b.x2d[:, 0], (b.x2d[:, AT["left_hip"]] + b.x2d[:, AT["right_hip"]]) / 2, atol=1e-3)
        np.testing.assert_array_equal(b.x3d, a.x3d)
        check_known(b)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"pairs": ([1, 3, 5, 7], [2, 4, 6, 8])},
            "metadata: expected Human3.6M's 17.*found keypoints_symmetry",
        ),
        ({"extra": -1}, "S1: Directions 1: camera 0: expected at least 3 frames as in 3D, found 2"),
        ({"joints": slice(16)}, r"camera 0: expected an array of shape \(F, 17, 2\), found \(5, 16, 2\)"),
        ({"joints": [0, 4, 5, 6, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 11, 12, 13]}, "left and right joints are exchanged"),
        ({"views": 3}, "camera 0: expected a list of 4 arrays"),
    ],
)
def test_other_detections_are_refused(tmp_path, changes, message):
    source, other = npz3d(tmp_path / "in.npz"), npz2d(tmp_path / "cpn.npz", **changes)
    with pytest.raises(ValueError, match=rf"cpn\.npz: .*{message}"):
        list(film_recordings(read_videopose3d(source), detections=Detections(other)))


def test_h36m_fetchs_files_give_the_same_poses(tmp_path):
    sets = list(read_fetched(fetched(tmp_path)))
    assert [(p.subject[0], p.action[0], p.camera[0], p.split[0]) for p in sets] == [
        ("S1", "WalkDog", camera, "train") for camera in range(4)
    ]
    for poses, camera in zip(sets, field_cameras("S1"), strict=True):
        check_known(poses)
        assert poses.frame.tolist() == [0, 64, 65]
        seen = camera.see(world()[:, FIELDS_17].astype(float))
        assert mpjpe(poses.x3d, (seen - seen[:, :1]).astype(np.float32)).max() < 0.01
    assert [p.frame.tolist() for p in read_fetched(tmp_path, every=64)] == [[0, 64]] * 4
    (first, *_) = read_fetched(tmp_path, universal=True)
    np.testing.assert_allclose(first.x3d, sets[0].x3d * 1.1, rtol=1e-4, atol=0.01)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pose/2d": None}, "found no array pose/2d"),
        ({"pose/3d": np.zeros((12, 17, 3))}, r"pose/3d: expected 12 times numbers of shape \(32, 3\)"),
        ({"pose/3d": np.full((12, 32, 3), np.nan)}, "must be finite"),
        ({"pose/3d": np.ones((12, 32, 3))}, "must be in millimetres"),
        ({"camera": np.arange(12)}, "expected cameras 54138969.*found 0"),
        ({"subject": 5}, "expected the folder's subject"),
        ({"frame": np.array(["x"] * 12, "S1")}, "frame: expected 12 times numbers"),
    ],
)
def test_a_wrong_annot_h5_says_what_was_found(tmp_path, changes, message):
    with pytest.raises(ValueError, match=rf"annot\.h5: .*{message}"):
        list(read_fetched(fetched(tmp_path, **changes)))


def test_a_folder_without_annotations_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected files S1/Directions-1/annot.h5 and so on, found none"):
        list(read_fetched(tmp_path))


def test_big_endian_and_column_major_arrays_mean_the_same(tmp_path):
    joints = world() / np.float32(1000)
    np.savez(tmp_path / "in.npz", positions_3d={"S1": {"Photo": np.asfortranarray(joints.astype(">f8"))}})
    (clip,) = read_videopose3d(tmp_path / "in.npz")
    np.testing.assert_allclose(clip.joints, world()[:, FIELDS_17], atol=1e-3)
