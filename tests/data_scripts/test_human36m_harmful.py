"""A file of Human3.6M that is damaged, something else or harmful is refused; the error names what was found."""

import tarfile

import h5py
import numpy as np
import pytest
from formats import containers
from formats.containers import read_h5
from human36m_files import FOLDER, cdf_bytes, recording_bytes, save_objects, tgz, world
from readers.human36m import film_recordings, read_archive, read_videopose3d

from liftkit.system.pickles import read_pickled


def other_file(path):
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
        ({"S1": {"Photo": np.zeros((0, 32, 3))}}, "joints must hold .*found none"),
        ({"S1": {"Photo": world() / np.nan}}, "must be finite"),
        ({"S1": {"Photo": world()}}, "must be in millimetres: .*found 1.728e"),
        ({"S2": {"Photo": world() / 1000}}, "unknown subject 'S2'"),
        ({"S1": {"Dance": world() / 1000}}, "unknown recording 'Dance'"),
        ({1: {}}, "expected subjects by name"),
        ({"S1": {"Photo": np.array(["a"])}}, "expected an array of floating-point numbers .*found <U1"),
        ({"S1": {"Photo": np.zeros(2, [("x", "f4")])}}, "expected arrays of numbers, found the type 'V4'"),
        ({"S1": {"Photo": world() / 1000 + [0, 9000, 0]}}, "camera 0: every joint must be in front of the camera"),
    ],
)
def test_other_contents_say_what_was_found(tmp_path, content, message):
    path = tmp_path / "in.npz"
    np.savez(path, positions_3d=np.array([content, None], object)[:1].reshape(()))
    with pytest.raises(ValueError, match=rf"in\.npz: .*{message}"):
        list(film_recordings(read_videopose3d(path)))


def test_an_npz_that_unpacks_to_too_much_is_refused_before(tmp_path):
    path = save_objects(tmp_path / "in.npz", positions_3d=(b"\x00" * 2**22, None))
    assert path.stat().st_size < 10_000
    with pytest.raises(ValueError, match=r"positions_3d: expected at most 1,000,000 bytes, found 4,194,"):
        read_pickled(path, ["positions_3d"], limit=1_000_000)


@pytest.mark.parametrize("name", ["../S1/MyPoseFeatures/D3_Positions/Photo.cdf", "/S1/Photo.cdf", "a\\..\\b.cdf",
                                  "S1/../../MyPoseFeatures/D3_Positions/Photo.cdf", "C:/Photo.cdf"])  # fmt: skip
def test_an_archive_that_points_outside_is_refused(tmp_path, name):
    (tmp_path / "deep").mkdir()
    path = tgz(tmp_path / "deep" / "a.tgz", [(name, recording_bytes(tmp_path))])
    with pytest.raises(ValueError, match=r"a\.tgz: .* lies outside the archive"):
        list(read_archive(path))
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.tgz", "deep"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_an_archive_are_refused(tmp_path, kind):
    info = tarfile.TarInfo(f"{FOLDER}/Photo.cdf")
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(ValueError, match="is a link or a device"):
        list(read_archive(tgz(tmp_path / "a.tgz", [(info, b"")])))


def test_bombs_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "LARGEST_MEMBER", 2**16)
    monkeypatch.setattr("formats.cdf.LARGEST_RECORDING", 2**16)
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
def test_a_wrong_member_is_named(tmp_path, member, content, message):
    path = tgz(tmp_path / "a.tgz", [(member, recording_bytes(tmp_path) if content is None else content)])
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
