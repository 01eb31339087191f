"""MPI-INF-3DHP's annotations as MATLAB writes them: a person in a known pose."""

import h5py
import numpy as np
from raw_people import person
from readers.mpi_inf_3dhp import JOINT_MAP, JOINTS_17, JOINTS_28
from scipy.io import savemat

FOCAL, CENTRE = np.array([1497.7, 1497.1]), np.array([1024.7, 1051.4])


def seen(names, frames=4):
    """(frames, K, 3) in mm, camera frame: the person faces the camera, 4 m away."""
    left, up, forwards = np.moveaxis(person(names, JOINT_MAP | {"pelvis": "pelvis"}, frames), -1, 0)
    return np.stack([left, 900 - up, 4000 - forwards], axis=-1)


def image(points):
    return points[..., :2] / points[..., 2:] * FOCAL + CENTRE


CALIBRATION = "Skeletool Camera Calibration File V1.0\n" + "".join(
    f"name          {camera}\n  sensor      10 10\n  size        2048 2048\n  animated    0\n"
    f"  intrinsic   {FOCAL[0]} 0 {CENTRE[0]} 0 0 {FOCAL[1]} {CENTRE[1]} 0 0 0 1 0 0 0 0 1 \n"
    f"  extrinsic   1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 \n  radial      0\n"
    for camera in range(14)
)


def cells(arrays):
    whole = np.empty((len(arrays), 1), object)
    whole[:, 0] = arrays
    return whole


def training(folder, subject="S1", sequence="Seq1", frames=4, calibration=CALIBRATION, **changes):
    """annot.mat as MATLAB writes it: cells of 14 cameras; camera c's person stands c mm further to the right."""
    place = folder / subject / sequence
    place.mkdir(parents=True)
    views = [seen(JOINTS_28, frames) + [camera, 0, 0] for camera in range(14)]
    content = {
        "annot2": cells([image(x).reshape(frames, -1) for x in views]),
        "annot3": cells([x.reshape(frames, -1) for x in views]),
        "univ_annot3": cells([(x * 1.1).reshape(frames, -1) for x in views]),
        "frames": np.arange(frames)[:, None], "cameras": np.arange(14, dtype=np.uint8)[None],
    } | changes  # fmt: skip
    savemat(place / "annot.mat", {k: v for k, v in content.items() if v is not None}, do_compression=True)
    if calibration:
        (place / "camera.calibration").write_text(calibration, encoding="ascii")
    return folder


def annotated_test(folder, subject="TS1", frames=4, valid=(1, 0, 1, 1), **changes):
    """annot_data.mat as MATLAB writes version 7.3: HDF5 behind 512 bytes of MATLAB's own."""
    place = folder / subject
    place.mkdir(parents=True)
    points = seen(JOINTS_17, frames)[:, None]
    arrays = {
        "annot2": image(points), "annot3": points, "univ_annot3": points * 1.1,
        "valid_frame": np.array(valid, float)[:, None], "activity_annotation": np.array([1.0, 1, 2, 6])[:, None],
    } | changes  # fmt: skip
    with h5py.File(place / "annot_data.mat", "w", userblock_size=512) as file:
        for name, array in arrays.items():
            if array is not None:
                file[name] = array
    with (place / "annot_data.mat").open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
    return folder
