"""Make the sample of keypoints for a lesson: ``python data_scripts/sample_keypoints.py``; the same bits every time.

A synthetic person who walks and waves, filmed in perspective, as a detector would write it in COCO's format: 60 frames
with noise of 1.5 pixels, a few missing points, two frames without a person, and a bystander in the background.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from liftkit.cli.common import friendly
from liftkit.data.cameras import FACING
from liftkit.data.synthetic import synthetic_motion
from liftkit.geometry import Camera, project, rotation_y, turn
from liftkit.keypoints.names import COCO
from liftkit.recorded import SAMPLE
from liftkit.skeleton import H36M_17
from liftkit.system.files import check_new, write_atomically

FRAMES, ACTION, SUBJECT, SEED = 60, "walk+wave", "S2", 3
NOISE, MISSING, EMPTY = 1.5, 0.01, (40, 41)  # pixels; the share of points; frames
# The face around the head joint of liftkit's synthetic people, in mm to the person's left, up and ahead.
FACE = {"nose": (0, -15, 95), "left_eye": (32, 20, 80), "right_eye": (-32, 20, 80)}
FACE |= {"left_ear": (75, 0, 0), "right_ear": (-75, 0, 0)}
HEADING, CAMERA = np.radians(35), Camera(focal=1145.0, centre=500.0, root=[150.0, -50.0, 4500.0])


def sample() -> dict:
    """The content of the sample: a COCO data set with one person over 60 frames and a smaller one behind."""
    rng = np.random.default_rng(SEED)
    points = _film()
    annotations = []
    for frame in range(FRAMES):
        if frame in EMPTY:
            continue
        seen = np.where(rng.random(len(COCO)) < MISSING, 0, 2)
        seen[COCO.index("left_ear")] = 0 if frame % 3 == 0 else 1
        person = points[frame] + rng.normal(0, NOISE, points[frame].shape)
        annotations.append(_annotation(len(annotations), frame, person, seen))
        if 20 <= frame < 35:
            bystander = 150 + (points[0] - points[0].mean(0)) * 0.3 + rng.normal(0, NOISE, points[0].shape)
            annotations.append(_annotation(len(annotations), frame, bystander, np.full(len(COCO), 2)))
    images = [{"id": i, "file_name": f"{i:06d}.jpg", "width": 1000, "height": 1000} for i in range(FRAMES)]
    categories = [{"id": 1, "name": "person", "keypoints": list(COCO)}]
    info = {"description": "liftkit's sample: a synthetic person; data_scripts/sample_keypoints.py makes it"}
    return {"info": info, "images": images, "categories": categories, "annotations": annotations}


def _film() -> np.ndarray:
    """COCO's 17 points of one clip in pixels (60, 17, 2)."""
    motion = synthetic_motion(SEED, frames=FRAMES, subjects=2)
    joints = motion.joints[(motion.action == ACTION) & (motion.subject == SUBJECT)]
    at = {name: joints[:, H36M_17.index(name)] for name in H36M_17.names}
    left = at["left_shoulder"] - at["right_shoulder"]
    left /= np.linalg.norm(left, axis=-1, keepdims=True)
    ahead = np.cross(left, [0.0, 1.0, 0.0])
    at |= {name: at["head"] + x * left + [0.0, y, 0.0] + z * ahead for name, (x, y, z) in FACE.items()}
    points = np.stack([at[name] for name in COCO], axis=1)
    return project(turn(points, FACING @ rotation_y(HEADING)), CAMERA)


def _annotation(number: int, frame: int, points: np.ndarray, seen: np.ndarray) -> dict:
    points = np.where(seen[:, None] > 0, points, 0)
    flat = np.column_stack([points.round(1), seen])
    low, high = points[seen > 0].min(0), points[seen > 0].max(0)
    return {
        "id": number,
        "image_id": frame,
        "category_id": 1,
        "num_keypoints": int((seen > 0).sum()),
        "bbox": [round(float(v), 1) for v in (*low, *(high - low))],
        "area": round(float((high - low).prod()), 1),
        "keypoints": [int(v) if float(v).is_integer() else round(float(v), 1) for v in flat.ravel()],
    }


def sample_bytes() -> bytes:
    """The bytes of the sample's file."""
    return json.dumps(sample(), separators=(",", ":")).encode()


@friendly
def main(out: Annotated[Path, typer.Argument(help="The file to write.")] = SAMPLE) -> None:
    """Write the sample of keypoints for a lesson."""
    check_new(out)
    content = sample_bytes()
    write_atomically(out, lambda file: file.write(content))
    typer.echo(f"{FRAMES} frames, {len(content):,} bytes, in {out}.")


if __name__ == "__main__":
    typer.run(main)
