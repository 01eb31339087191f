"""Human3.6M in each form that people have, made by the formats' own libraries: a person in a known pose."""

import io
import pickle
import tarfile
import zipfile

import h5py
import numpy as np
from cdflib.cdfwrite import CDF
from raw_people import HEIGHT, person
from readers.human36m import JOINT_MAP, JOINTS_32
from readers.human36m_cameras import CAMERAS, field_cameras

from liftkit.data.people import person_height
from liftkit.skeleton import H36M_17

AT = {name: H36M_17.index(name) for name in H36M_17.names}
FIELDS_17 = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]


def world(frames=3):
    """(frames, 32, 3) in mm, z up: the person stands in the middle and looks towards -y, left towards +x."""
    left, up, forwards = np.moveaxis(person(JOINTS_32, JOINT_MAP | {"pelvis": "Hips"}, frames), -1, 0)
    return np.stack([left, -forwards, up], axis=-1).astype(np.float32)


def cdf_bytes(folder, pose, name="Pose", compress=0):
    """The CDF file of a recording, as the data set writes it: one variable, one record."""
    path = folder / "made.cdf"
    with CDF(path, cdf_spec={"Compressed": compress}, delete=True) as file:
        kind = {"float32": CDF.CDF_FLOAT, "float64": CDF.CDF_DOUBLE, "int32": CDF.CDF_INT4}[pose.dtype.name]
        spec = {"Variable": name, "Data_Type": kind, "Num_Elements": 1, "Rec_Vary": True, "Dim_Sizes": pose.shape[1:],
                "Compress": compress}  # fmt: skip
        file.write_var(spec, var_data=pose)
    content = path.read_bytes()
    path.unlink()
    return content


def recording_bytes(folder, kind="float32", compress=0):
    """The CDF file of the known person's three frames."""
    return cdf_bytes(folder, world().reshape(1, 3, 96).astype(kind), compress=compress)


def tgz(path, members, mode="w:gz"):
    """An archive of (name or TarInfo, content)."""
    with tarfile.open(path, mode) as archive:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


FOLDER = "S1/MyPoseFeatures/D3_Positions"


def archive(place):
    """S1's archive, with two recordings beside what else such an archive holds."""
    folder, cdf = tarfile.TarInfo(FOLDER), recording_bytes(place)
    folder.type = tarfile.DIRTYPE
    return tgz(place / "Poses_D3_Positions_S1.tgz", [
        (folder, b""), (f"{FOLDER}/WalkingDog 1.cdf", cdf), (f"{FOLDER}/Photo.cdf", cdf), (f"{FOLDER}/notes.txt", b"?"),
    ])  # fmt: skip


def npz3d(path, subjects=("S1", "S11"), protocol=None, **changes):
    """VideoPose3D's data_3d_h36m.npz: metres."""
    clips = {"Directions 1": world(3) / np.float32(1000), "WalkDog": world(5) / np.float32(1000)} | changes
    content = {subject: dict(clips) for subject in subjects}
    if protocol is None:
        np.savez_compressed(path, positions_3d=content)
    else:
        save_objects(path, positions_3d=(content, protocol))
    return path


def save_objects(path, **fields):
    """An npz file of pickled objects as other versions of numpy write it; ``bytes`` stand for a whole pickle."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (thing, protocol) in fields.items():
            entry = io.BytesIO()
            np.lib.format.write_array_header_1_0(entry, {"descr": "|O", "fortran_order": False, "shape": ()})
            whole = np.empty((), object)
            whole[()] = thing
            entry.write(thing if isinstance(thing, bytes) else pickle.dumps(whole, protocol))
            archive.writestr(f"{name}.npy", entry.getvalue())
    return path


def npz2d(path, shift=0.0, extra=2, joints=slice(None), pairs=([4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]), views=4):
    """VideoPose3D's data_2d_h36m_*.npz: the projection moved by ``shift`` pixels, videos some frames longer."""
    found = {}
    for subject in ("S1", "S2", "S11"):  # S2 has no 3D
        for name, frames in {"Directions 1": 3, "WalkDog": 5}.items():
            cameras = field_cameras("S1" if subject == "S2" else subject)[:views]
            seen = [c.image(c.see(world(frames + extra)[:, FIELDS_17].astype(float))) + shift for c in cameras]
            found.setdefault(subject, {})[name] = [x[:, joints].astype(np.float32) for x in seen]
    metadata = {"layout_name": "h36m", "num_joints": 17, "keypoints_symmetry": [np.array(pairs[0]).tolist(), pairs[1]]}
    np.savez_compressed(path, positions_2d=found, metadata=metadata)
    return path


def fetched(folder, frames=(1, 65, 66), subject=1, **changes):
    """What h36m-fetch writes into S1/Directions-1: all cameras one after another; frames count from 1."""
    seen = [c.see(world(len(frames)).astype(float)) for c in field_cameras("S1")]
    seen2d = [c.image(x) for c, x in zip(field_cameras("S1"), seen, strict=True)]
    place = folder / "S1" / "WalkingDog-1"
    place.mkdir(parents=True)
    arrays = {
        "pose/2d": np.concatenate(seen2d), "pose/3d": np.concatenate(seen), "pose/3d-univ": np.concatenate(seen) * 1.1,
        "camera": np.repeat(np.int64(CAMERAS), len(frames)), "frame": np.tile(frames, 4),
        "subject": np.full(4 * len(frames), subject), "action": np.full(4 * len(frames), 15),
        "subaction": np.ones(4 * len(frames), int), "intrinsics/54138969": np.array([1145.0, 512, 1143, 515]),
    } | changes  # fmt: skip
    with h5py.File(place / "annot.h5", "w") as file:
        for name, array in arrays.items():
            if array is not None:
                file.create_dataset(name, data=array)
    return folder


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
