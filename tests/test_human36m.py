"""Human3.6M's files, in each form that people have, become the poses that they hold; foreign ones are refused."""

import hashlib
import importlib.util
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from human36m_files import FIELDS_17, FOLDER, cdf_bytes, fetched, npz2d, npz3d, save_objects, tgz, world
from raw_people import HEIGHT
from typer.testing import CliRunner

from liftkit.metrics import mpjpe
from liftkit.poses import load_pose_file
from liftkit.readers import containers
from liftkit.readers.common import person_height
from liftkit.readers.containers import read_h5
from liftkit.readers.human36m import (
    JOINT_MAP,
    JOINTS_32,
    Detections,
    clip_name,
    film_clips,
    read_archive,
    read_fetched,
    read_videopose3d,
)
from liftkit.readers.human36m_cameras import CAMERAS, field_cameras
from liftkit.readers.pickles import read_pickled
from liftkit.skeleton import H36M_17

ROOT = Path(__file__).parent.parent
AT = {name: H36M_17.index(name) for name in H36M_17.names}


@pytest.fixture(scope="module")
def cdf(tmp_path_factory):
    return cdf_bytes(tmp_path_factory.mktemp("cdf"), world().reshape(1, 3, 96))


@pytest.fixture
def archive(tmp_path, cdf):
    folder = tarfile.TarInfo(FOLDER)
    folder.type = tarfile.DIRTYPE
    return tgz(tmp_path / "Poses_D3_Positions_S1.tgz", [
        (folder, b""), (f"{FOLDER}/WalkingDog 1.cdf", cdf), (f"{FOLDER}/Photo.cdf", cdf), (f"{FOLDER}/notes.txt", b"?"),
    ])  # fmt: skip


def check_known(poses):
    """The person of raw_people, whichever way the file went."""
    height, hand, foot = (
        poses.x3d[:, AT["head"], 1],
        poses.x3d[:, AT["right_wrist"], 1],
        poses.x3d[:, AT["left_ankle"], 1],
    )
    assert (hand < height).all() and (height < 0).all() and (foot > 0).all(), "y points down; the right hand is up"
    assert (poses.x3d[:, AT["left_wrist"], 1] > hand + 900).all()
    assert (poses.x2d[:, AT["right_wrist"], 1] < poses.x2d[:, AT["head"], 1]).all()
    assert abs(person_height(poses.x3d) - HEIGHT) < 2


def test_the_table_of_joints_picks_the_fields_seventeen():
    assert [JOINTS_32.index(JOINT_MAP[name]) for name in H36M_17.names] == FIELDS_17
    assert len(set(JOINTS_32)) == 32
    for name in H36M_17.names:
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


def test_distortion_is_human36ms():
    """By hand, for a point 0.2 to the right and 0.1 down at unit depth, with the first camera's numbers."""
    camera = field_cameras("S1")[0]
    k, p, r2 = camera.radial, camera.tangential, 0.05
    bend = 1 + k[0] * r2 + k[1] * r2**2 + k[2] * r2**3 + p[0] * 0.1 + p[1] * 0.2
    expected = np.array([0.2 * bend + p[1] * r2, 0.1 * bend + p[0] * r2]) * camera.focal + camera.centre
    seen = np.array([[0.4, 0.2, 2.0]])
    np.testing.assert_allclose(camera.image(seen, distortion=True)[0], expected, rtol=1e-12)
    assert 0.1 < np.linalg.norm(camera.image(seen, distortion=True) - camera.image(seen)) < 5
    with pytest.raises(ValueError, match="in front of the camera"):
        camera.image(np.array([[0.0, 0.0, -1.0]]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Directions", "Directions"), ("TakingPhoto 1", "Photo 1"), ("WalkingDog", "WalkDog"),
     ("WalkTogether 2", "WalkTogether 2"), ("WalkingTogether-2", "WalkTogether 2"), ("SittingDown-1", "SittingDown 1")],
)  # fmt: skip
def test_recordings_have_the_fields_names(name, expected):
    assert clip_name(name) == expected


@pytest.mark.parametrize("name", ["", "Dancing", "_ALL", "Walking x", "Photo 1 2"])
def test_an_unknown_recording_lists_the_actions(name):
    with pytest.raises(ValueError, match="unknown recording .*Directions, Discussion"):
        clip_name(name)


def test_an_archive_gives_its_recordings(archive):
    clips = list(read_archive(archive))
    assert [(clip.subject, clip.name, clip.action) for clip in clips] == [
        ("S1", "WalkDog 1", "WalkDog"), ("S1", "Photo", "Photo"),
    ]  # fmt: skip
    for clip in clips:
        np.testing.assert_allclose(clip.joints, world()[:, FIELDS_17], atol=1e-3)
        assert abs(person_height(clip.joints) - HEIGHT) < 2


def test_the_damaged_recording_of_s11_is_left_out(tmp_path, cdf):
    folder = FOLDER.replace("S1", "S11")
    path = tgz(tmp_path / "a.tgz", [(f"{folder}/Directions.cdf", cdf), (f"{folder}/Directions 1.cdf", cdf)])
    assert [clip.name for clip in read_archive(path)] == ["Directions 1"]


@pytest.mark.parametrize(("kind", "compress"), [("float64", 0), ("float32", 6)])
def test_other_cdf_files_of_the_same_poses(tmp_path, kind, compress):
    content = cdf_bytes(tmp_path, world().reshape(1, 3, 96).astype(kind), compress=compress)
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
    sets = list(film_clips(read_videopose3d(npz3d(tmp_path / "in.npz"))))
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
    for poses, camera in zip(film_clips([clip]), field_cameras("S1"), strict=True):
        seen = camera.see(clip.joints.astype(float))
        np.testing.assert_allclose(poses.x3d, seen - seen[:, :1], atol=1e-2)
        np.testing.assert_allclose(poses.x2d, seen[..., :2] / seen[..., 2:] * camera.focal + camera.centre, atol=1e-3)
    bent = next(iter(film_clips([clip], distortion=True))).x2d - next(iter(film_clips([clip]))).x2d
    assert 0.05 < np.abs(bent).max() < 5


@pytest.mark.parametrize(("every", "frames"), [(1, [0, 1, 2, 3, 4]), (2, [0, 2, 4]), (64, [0])])
def test_frames_keep_their_numbers(tmp_path, every, frames):
    clips = [clip for clip in read_videopose3d(npz3d(tmp_path / "in.npz")) if clip.name == "WalkDog"]
    for poses in film_clips(clips, every):
        assert poses.frame.tolist() == frames


def test_detections_stand_beside_the_truth(tmp_path):
    source, found = npz3d(tmp_path / "in.npz"), Detections(npz2d(tmp_path / "cpn.npz", shift=3))
    plain, detected = (list(film_clips(read_videopose3d(source), detections=d)) for d in (None, found))
    for a, b in zip(plain, detected, strict=True):
        np.testing.assert_allclose(b.x2d, a.x2d + 3, atol=1e-3)
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
        ({"joints": [0, 4, 5, 6, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 11, 12, 13]}, "must agree in what goes right"),
        ({"views": 3}, "camera 0: expected a list of 4 arrays, one a camera"),
    ],
)
def test_other_detections_are_refused(tmp_path, changes, message):
    source, other = npz3d(tmp_path / "in.npz"), npz2d(tmp_path / "cpn.npz", **changes)
    with pytest.raises(ValueError, match=rf"cpn\.npz: .*{message}"):
        list(film_clips(read_videopose3d(source), detections=Detections(other)))


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


def other_file(path, **more):
    """An HDF5 file with the arrays of annot.h5, to be pointed at."""
    with h5py.File(path, "w") as file:
        file["pose/3d"] = np.ones((4, 32, 3))
    return path


def by_link(file, other):
    file["pose/3d"] = h5py.ExternalLink(other.name, "/pose/3d")


def by_linked_group(file, other):
    del file["pose"]
    file["pose"] = h5py.ExternalLink(other.name, "/pose")


def by_soft_link(file, other):
    file["elsewhere"] = h5py.ExternalLink(other.name, "/pose/3d")
    file["pose/3d"] = h5py.SoftLink("/elsewhere")


def by_external_numbers(file, other):
    file.create_dataset("pose/3d", (4, 32, 3), "f8", external=[(str(other), 0, h5py.h5f.UNLIMITED)])


def by_virtual_dataset(file, other):
    layout = h5py.VirtualLayout((4, 32, 3), "f8")
    layout[:] = h5py.VirtualSource(str(other), "pose/3d", (4, 32, 3))
    file.create_virtual_dataset("pose/3d", layout)


@pytest.mark.parametrize(
    "point", [by_link, by_linked_group, by_soft_link, by_external_numbers, by_virtual_dataset],
)  # fmt: skip
def test_a_file_that_points_into_another_is_refused(tmp_path, point):
    other, path = other_file(tmp_path / "other.h5"), tmp_path / "annot.h5"
    with h5py.File(path, "w") as file:
        file.create_group("pose")
        point(file, other)
    with h5py.File(path) as file:
        assert file["pose/3d"].shape == (4, 32, 3)  # h5py itself follows it
    with pytest.raises(ValueError, match=r"annot\.h5: pose.*: (it is a link|its numbers lie in other files)"):
        read_h5(path, {"pose/3d": (32, 3)})


def test_a_folder_without_annotations_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected files S1/Directions-1/annot.h5 and so on, found none"):
        list(read_fetched(tmp_path))


def harm(path):
    open(path, "w").close()


class Evil:
    """Unpickled the usual way, it makes a file."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return harm, (str(self.target),)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_that_would_run_something_is_refused(tmp_path, protocol):
    evil = {"S1": {"Directions": Evil(tmp_path / "harm")}}
    path = save_objects(tmp_path / "in.npz", positions_3d=(evil, protocol))
    with pytest.raises(ValueError, match=r"in\.npz: positions_3d: the pickle asks for .*harm, which no array needs"):
        list(read_videopose3d(path))
    assert not (tmp_path / "harm").exists()
    np.load(path, allow_pickle=True)["positions_3d"]
    assert (tmp_path / "harm").exists(), "the test's own pickle does no harm, so it shows nothing"


@pytest.mark.parametrize(
    ("name", "argument"),
    [("os.system", "touch harm"), ("builtins.eval", "1"), ("numpy.load", "x"), ("numpy.core.records.array", "x"),
     ("numpy.core.multiarray.fromstring", "x"), ("collections.OrderedDict", "x"), ("builtins.getattr", "x"),
     ("numpy.dtype.mro", "x"), ("numpy._core.multiarray.__builtins__", "x"), ("numpy.core.numpy.dtype", "x")],
)  # fmt: skip
def test_every_other_name_is_refused(tmp_path, name, argument):
    module, function = name.rsplit(".", 1)
    content = f"c{module}\n{function}\n(V{argument}\ntR.".encode()
    path = save_objects(tmp_path / "in.npz", positions_3d=(content, None))
    with pytest.raises(ValueError, match=f"the pickle asks for {module}.{function}, which no array needs; refused"):
        list(read_videopose3d(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "expected subjects by name, found list"),
        ({"S1": [1]}, "S1: expected recordings by name, found list"),
        ({"S1": {"Photo": [[1.0]]}}, "S1: Photo: expected an array of floating-point numbers .*found list"),
        ({"S1": {"Photo": np.zeros((3, 32, 3), int)}}, "S1: Photo: .*found int64"),
        ({"S1": {"Photo": np.zeros((3, 17, 3))}}, r"expected an array of shape \(F, 32, 3\), found \(3, 17, 3\)"),
        ({"S1": {"Photo": np.zeros((0, 32, 3))}}, "hold no frame"),
        ({"S1": {"Photo": world() / np.nan}}, "must be finite"),
        ({"S1": {"Photo": world()}}, "must be in millimetres: .*found 1.715e"),
        ({"S2": {"Photo": world() / 1000}}, "unknown subject 'S2'"),
        ({"S1": {"Dance": world() / 1000}}, "unknown recording 'Dance'"),
        ({1: {}}, "expected subjects by name"),
        ({"S1": {"Photo": np.array(["a"])}}, "expected arrays of numbers, found the type 'U1'"),
        ({"S1": {"Photo": np.zeros(2, [("x", "f4")])}}, "expected arrays of numbers, found the type 'V4'"),
        ({"S1": {"Photo": world() / 1000 + [0, 9000, 0]}}, "camera 0: every joint must be in front of the camera"),
    ],
)
def test_other_contents_say_what_was_found(tmp_path, content, message):
    path = tmp_path / "in.npz"
    np.savez(path, positions_3d=np.array([content, None], object)[:1].reshape(()))
    with pytest.raises(ValueError, match=rf"in\.npz: .*{message}"):
        list(film_clips(read_videopose3d(path)))


def test_big_endian_and_column_major_arrays_mean_the_same(tmp_path):
    joints = world() / np.float32(1000)
    np.savez(tmp_path / "in.npz", positions_3d={"S1": {"Photo": np.asfortranarray(joints.astype(">f8"))}})
    (clip,) = read_videopose3d(tmp_path / "in.npz")
    np.testing.assert_allclose(clip.joints, world()[:, FIELDS_17], atol=1e-3)


def test_an_npz_that_unpacks_to_too_much_is_refused_before(tmp_path):
    path = save_objects(tmp_path / "in.npz", positions_3d=(b"\x00" * 2**22, None))
    assert path.stat().st_size < 10_000
    with pytest.raises(ValueError, match=r"positions_3d: expected at most 1,000,000 bytes, found 4,194,"):
        read_pickled(path, ["positions_3d"], limit=1_000_000)


@pytest.mark.parametrize("name", ["../S1/MyPoseFeatures/D3_Positions/Photo.cdf", "/S1/Photo.cdf", "a\\..\\b.cdf",
                                  "S1/../../MyPoseFeatures/D3_Positions/Photo.cdf", "C:/Photo.cdf"])  # fmt: skip
def test_an_archive_that_points_outside_is_refused(tmp_path, cdf, name):
    (tmp_path / "deep").mkdir()
    path = tgz(tmp_path / "deep" / "a.tgz", [(name, cdf)])
    with pytest.raises(ValueError, match=r"a\.tgz: .* lies outside the archive"):
        list(read_archive(path))
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.tgz", "deep"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_an_archive_are_refused(tmp_path, kind):
    info = tarfile.TarInfo(f"{FOLDER}/Photo.cdf")
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(ValueError, match="is a link or a device"):
        list(read_archive(tgz(tmp_path / "a.tgz", [(info, b"")])))


def test_bombs_are_refused(tmp_path, cdf, monkeypatch):
    monkeypatch.setattr(containers, "LARGEST_MEMBER", 2**16)
    monkeypatch.setattr("liftkit.readers.cdf.LARGEST", 2**16)
    path = tgz(tmp_path / "a.tgz", [(f"{FOLDER}/Photo.cdf", b"\x00" * 2**17)])
    with pytest.raises(ValueError, match=r"Photo.cdf: expected at most 65,536 bytes, found 131,072"):
        list(read_archive(path))
    path = tgz(tmp_path / "b.tgz", [(f"{FOLDER}/{n}.txt", b"\x00" * 2**15) for n in range(100)])
    with pytest.raises(ValueError, match=r"b.tgz: expected at most 1,000,000 bytes after decompression"):
        list(containers.read_members(path, ".cdf", limit=1_000_000))
    inner = cdf_bytes(tmp_path, np.zeros((1, 3000, 96), np.float32), compress=9)
    assert len(inner) < 2**16
    with pytest.raises(ValueError, match=r"found 1 records of shape \(3000, 96\)"):
        list(read_archive(tgz(tmp_path / "c.tgz", [(f"{FOLDER}/Photo.cdf", inner)])))


@pytest.mark.parametrize(
    ("member", "content", "message"),
    [
        (f"{FOLDER}/Photo.cdf", b"hello", "Photo.cdf: "),
        (f"{FOLDER}/Photo.cdf", b"", "Photo.cdf: "),
        ("S1/MyPoseFeatures/D3_Positions_mono/Photo.cdf", None, r"expected SUBJECT/MyPoseFeatures/D3_Positions"),
        ("Photo.cdf", None, "expected SUBJECT/MyPoseFeatures"),
        (FOLDER.replace("S1", "S2") + "/Photo.cdf", None, "unknown subject 'S2'"),
    ],
)
def test_a_wrong_member_is_named(tmp_path, cdf, member, content, message):
    path = tgz(tmp_path / "a.tgz", [(member, cdf if content is None else content)])
    with pytest.raises(ValueError, match=rf"a\.tgz: .*{message}"):
        list(read_archive(path))


@pytest.mark.parametrize(
    ("pose", "name", "message"),
    [
        (np.zeros((1, 3, 95), np.float32), "Pose", r"expected Pose of shape \(1, F, 96\), found \(1, 3, 95\)"),
        (np.zeros((1, 3, 96), np.float32), "Angles", "expected the variable Pose, found Angles"),
        (np.zeros((1, 3, 96), np.int32), "Pose", "expected floating-point numbers"),
        (np.zeros((1, 3, 96), np.float32), "Pose", "must be in millimetres"),
    ],
)
def test_a_wrong_cdf_says_what_was_found(tmp_path, pose, name, message):
    path = tgz(tmp_path / "a.tgz", [(f"{FOLDER}/Photo.cdf", cdf_bytes(tmp_path, pose, name))])
    with pytest.raises(ValueError, match=message):
        list(read_archive(path))


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("human36m_script", ROOT / "data_scripts" / "human36m.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call(script, *arguments):
    return CliRunner().invoke(script.app, list(map(str, arguments)))


def test_the_script_writes_one_file_and_where_it_came_from(script, tmp_path):
    source = npz3d(tmp_path / "in.npz")
    done = call(script, "videopose3d", source, "--out", tmp_path / "out.npz", "--every", 2)
    assert done.exit_code == 0, done.output
    poses, expected = load_pose_file(tmp_path / "out.npz"), list(film_clips(read_videopose3d(source), every=2))
    for field in ("x2d", "x3d", "subject", "action", "split", "clip", "frame", "camera"):
        whole = np.concatenate([getattr(part, field) for part in expected])
        np.testing.assert_array_equal(getattr(poses, field), whole)
    assert (poses.units, poses.name) == ("px", "human36m")
    check_known(poses.train)
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["poses"] == len(poses) == 40
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert told["inputs"] == [{"file": "in.npz", "bytes": source.stat().st_size, "sha256": digest}]
    assert told["sets"][0] == {"split": "test", "subject": "S11", "action": "Directions", "camera": 0, "poses": 2}
    assert told["provenance"]["liftkit"] and told["options"]["every"] == 2
    assert "Missing: S5 altogether" in done.stdout and "Missing: S1: Discussion, Eating" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.npz", "out.json", "out.npz"]


def test_a_dry_run_tells_the_same_and_writes_nothing(script, tmp_path, archive):
    done = call(script, "archives", tmp_path, "--out", tmp_path / "out.npz", "--check")
    assert done.exit_code == 0, done.output
    assert "24 poses; would be written to" in done.stdout and "Nothing was written" in done.stdout
    assert "Missing: S11 altogether" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [archive.name]


def test_the_script_reads_all_three_forms(script, tmp_path, archive):
    fetched(tmp_path / "fetched")
    npz3d(tmp_path / "in.npz")
    npz2d(tmp_path / "cpn.npz", shift=1)
    forms = [("archives", tmp_path), ("fetched", tmp_path / "fetched"),
             ("videopose3d", tmp_path / "in.npz", "--detections", tmp_path / "cpn.npz")]  # fmt: skip
    for form in forms:
        out = tmp_path / f"{form[0]}_out.npz"
        done = call(script, *form, "--out", out)
        assert done.exit_code == 0, done.output
        check_known(load_pose_file(out))
    assert json.loads((tmp_path / "videopose3d_out.json").read_text())["options"]["detections"] == "cpn.npz"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["archives", "."], "expected Poses_D3_Positions_S1.tgz and so on, found none"),
        (["fetched", "."], "expected files S1/Directions-1/annot.h5 and so on, found none"),
        (["videopose3d", "nowhere.npz"], "nowhere.npz: there is no such file"),
        (["videopose3d", "in.npz", "--out", "in.npz"], "in.npz exists already; nothing is overwritten"),
        (["videopose3d", "in.npz", "--out", "old.npz"], "old.json exists already; nothing is overwritten"),
        (["videopose3d", "in.npz", "--out", "nowhere/out.npz"], "there is no folder"),
        (["videopose3d", "in.npz", "--out", "out.txt"], "name ends in .npz"),
        (["videopose3d", "in.npz", "--distortion", "--detections", "in.npz"], "--distortion is for projected 2D"),
    ],
)
def test_the_scripts_errors_are_one_line_and_write_nothing(script, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    npz3d(tmp_path / "in.npz")
    (tmp_path / "old.json").write_text("{}")
    done = call(script, *arguments)
    assert done.exit_code == 2
    assert f"Error: {arguments[1]}" in done.stderr or message in done.stderr
    assert message in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.npz", "old.json"]


def test_damage_in_the_middle_leaves_nothing_half_written(script, tmp_path):
    source = npz3d(tmp_path / "in.npz", subjects=("S1", "S11"), Photo=np.zeros((2, 32, 3), np.float32))
    done = call(script, "videopose3d", source, "--out", tmp_path / "out.npz")
    assert done.exit_code == 2
    assert "in.npz: S1: Photo: joints must be in millimetres" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.npz"]
