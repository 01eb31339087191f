"""liftkit's small CDF reader gives what cdflib wrote and reads, and refuses the rest."""

import struct

import cdflib
import numpy as np
import pytest
from cdflib.cdfwrite import CDF
from formats.cdf import read_cdf


def written(folder, arrays, majority="row_major", encoding=6, whole=0, compress=0):
    """A CDF file of arrays (records, ...): CDF's encoding 6 is little-endian, 1 big; compressed as a whole or not."""
    path = folder / "made.cdf"
    with CDF(path, cdf_spec={"Majority": majority, "Encoding": encoding, "Compressed": whole}, delete=True) as file:
        for name, array in arrays.items():
            kind = {"float32": CDF.CDF_REAL4, "float64": CDF.CDF_DOUBLE, "int32": CDF.CDF_INT4}[array.dtype.name]
            spec = {"Variable": name, "Data_Type": kind, "Num_Elements": 1, "Rec_Vary": True, "Compress": compress}
            file.write_var(spec | {"Dim_Sizes": array.shape[1:]}, var_data=array)
    return path


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize(("whole", "compress"), [(0, 0), (0, 6), (6, 0)])
@pytest.mark.parametrize("majority", ["row_major", "column_major"])
@pytest.mark.parametrize("encoding", [6, 1])
@pytest.mark.parametrize("shape", [(1, 5, 96), (7, 3), (40, 2, 3, 4)])
def test_it_reads_what_cdflib_reads(tmp_path, kind, whole, compress, majority, encoding, shape):
    array = np.random.default_rng(0).normal(size=shape).astype(kind)
    path = written(tmp_path, {"other": array[:, :2] * 3, "Pose": array}, majority, encoding, whole, compress)
    expected = cdflib.CDF(path).varget("Pose")
    found = read_cdf(path.read_bytes(), "Pose")
    np.testing.assert_array_equal(found, expected)
    if majority == "column_major":  # cdflib writes numbers as they lie in memory, whatever the majority
        array = np.stack([record.ravel().reshape(record.shape, order="F") for record in array])
    np.testing.assert_array_equal(found, array)


def version_2(pose):
    """A file of version 2.6 by hand, from the format's description: offsets of 4 bytes, names of 64."""
    magic = bytes.fromhex("cdf260020000ffff")
    values = pose.astype(">f4").tobytes()
    vdr_size = 64 + 64 + 4 + 4 * 2 + 4 * 2
    gdr_at, vdr_at = 8 + 28, 8 + 28 + 44
    vxr_at = vdr_at + vdr_size
    vvr_at = vxr_at + 20 + 12
    cdr = struct.pack(">iiiiiii", 28, 1, gdr_at, 2, 6, 1, 3)
    gdr = struct.pack(">iiiiiiiiiii", 44, 2, 0, vdr_at, 0, 0, 0, 0, -1, 0, 1)
    vdr = struct.pack(">iiiiiii7iii64s", vdr_size, 8, 0, 44, 0, vxr_at, vxr_at, 1, 0, 0, 0, 0, 1, 0, 0, 0, b"Pose")
    vdr += struct.pack(">5i", 2, *pose.shape[1:], -1, -1)
    vxr = struct.pack(">iiiiiiii", 32, 6, 0, 1, 1, 0, 0, vvr_at)
    return magic + cdr + gdr + vdr + vxr + struct.pack(">ii", 8 + len(values), 7) + values


def test_a_file_of_version_2(tmp_path):
    pose = np.arange(2 * 96, dtype=np.float32).reshape(1, 2, 96)
    (tmp_path / "old.cdf").write_bytes(version_2(pose))
    np.testing.assert_array_equal(read_cdf(version_2(pose), "Pose"), pose)
    np.testing.assert_array_equal(cdflib.CDF(tmp_path / "old.cdf").varget("Pose"), pose)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: b"hello" + content, "expected a CDF file, version 2.6 or 3"),
        (lambda content: content[:-1], "the file is damaged: an index has 7 places"),
        (lambda content: content[:200], "a record lies at byte"),
        (lambda content: content.replace(b"Pose", b"Prose"[:4]), "expected the variable Pose, found Pros"),
    ],
)
def test_a_damaged_file_says_so(tmp_path, change, message):
    content = written(tmp_path, {"Pose": np.ones((1, 3, 96), np.float32)}).read_bytes()
    with pytest.raises(ValueError, match=message):
        read_cdf(change(content), "Pose")


def test_other_types_and_too_many_records_are_refused(tmp_path, monkeypatch):
    content = written(tmp_path, {"Pose": np.ones((1, 3, 96), np.int32)}).read_bytes()
    with pytest.raises(ValueError, match="expected floating-point numbers"):
        read_cdf(content, "Pose")
    monkeypatch.setattr("formats.cdf.LARGEST_RECORDING", 1000)
    content = written(tmp_path, {"Pose": np.ones((2, 3, 96), np.float32)}).read_bytes()
    with pytest.raises(ValueError, match=r"expected 1 to 1,000 bytes, found 2 records of shape \(3, 96\)"):
        read_cdf(content, "Pose")
