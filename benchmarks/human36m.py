"""Time and memory of converting Human3.6M: ``python -m benchmarks.human36m``; made-up data in VideoPose3D's format.

The bar: 1.5 million poses (4 cameras x 390,000 frames) in under 3 minutes and 1 GB on two cores. The real data set has
526,000 frames: 2.1 million poses.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import typer
from readers.human36m import ACTIONS, JOINT_MAP, JOINTS_32, SPLITS
from readers.human36m_cameras import field_cameras

from benchmarks import blocks
from benchmarks.speed import SPEED, Measured, record
from liftkit.data.synthetic import synthetic_motion
from liftkit.skeleton import H36M_17

SCRIPT = Path(__file__).parent.parent / "data_scripts" / "human36m.py"


def make(path: Path, frames: int, detections: Path | None) -> None:
    """Write 30 recordings of each of 7 subjects as data_3d_h36m.npz (a person who trembles) and data_2d_h36m_*.npz."""
    rng, x3d, x2d = np.random.default_rng(0), {}, {}
    rest, body = np.zeros((32, 3)), synthetic_motion().joints[0]
    places = [JOINTS_32.index((JOINT_MAP | {"pelvis": "Hips"})[joint]) for joint in H36M_17.names]
    rest[places] = body[:, [0, 2, 1]] * [1, -1, 1] + [0, 0, 900]  # left, backwards, up
    names = [f"{action}{number}" for action in ACTIONS for number in ("", " 1")]
    length = frames // (len(names) * len(SPLITS))
    for subject in SPLITS:
        for name in names:
            joints = rest + rng.normal(scale=30, size=(length, 32, 3)) + rng.uniform(-500, 500, 3) * [1, 1, 0]
            x3d.setdefault(subject, {})[name] = (joints / 1000).astype(np.float32)
            if detections:
                views = [
                    camera.image(camera.see(joints[:, places])).astype(np.float32) for camera in field_cameras(subject)
                ]
                x2d.setdefault(subject, {})[name] = views
    np.savez_compressed(path, positions_3d=x3d)
    if detections:
        pairs = [[left for left, _ in H36M_17.pairs], [right for _, right in H36M_17.pairs]]
        np.savez_compressed(detections, positions_2d=x2d, metadata={"keypoints_symmetry": pairs})


def measure(what: str, command: list[str], **goals: float) -> list[Measured]:
    """Run a command: its seconds and its peak memory."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command])
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - start
    if status:
        raise SystemExit(f"{what} failed")
    memory = Measured(f"{what}: peak memory", used.ru_maxrss / 2**10, "MiB", at_most=1024)
    return [Measured(what, took, "s", **goals), memory]


def main(frames: int = 390_000, detections: bool = False, out: blocks.OUT = SPEED) -> None:
    """Measure seconds and peak memory (Linux) of converting, with projected 2D or with detections, and of loading."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, found, poses = folder / "data_3d_h36m.npz", folder / "data_2d_h36m.npz", folder / "human36m.npz"
        # In a process of its own: Linux counts a parent's memory as the peak of the processes it starts.
        maker = get_context("spawn").Process(target=make, args=(source, frames, found if detections else None))
        maker.start()
        maker.join()
        options = ["--detections", str(found)] if detections else []
        what, goals = f"{4 * frames:,} poses", {"at_most": 180.0} if frames == 390_000 else {}
        convert = [str(SCRIPT), "videopose3d", str(source), "--out", str(poses), *options]
        rows = measure(f"converting {what}", convert, **goals)
        rows += measure(f"loading {what}", ["-c", f"from liftkit import load_poses; load_poses({str(poses)!r})"])
    record("human36m", rows, out)


if __name__ == "__main__":
    typer.run(main)
