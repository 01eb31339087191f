"""Pictures behind keypoints: any image array as the text of a small PNG."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from math import ceil

import numpy as np

LONGEST = 480  # pixels of a side; of a larger image every second, third, ... is kept
SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = {(): 0, (3,): 2, (4,): 6}  # what follows height and width in an image's shape -> the PNG's kind of colour


def png_data(image: np.ndarray) -> str:
    """An image as a data URL, thinned to at most ``LONGEST`` pixels a side.

    Args:
        image: (H, W) grey or (H, W, 3 or 4), whole numbers from 0 to 255, floats from 0 to 1 or booleans.

    Raises:
        ValueError: if it has another shape or other values.
    """
    image = np.asarray(image)
    channels = image.shape[2:]
    if channels not in COLOURS or not image.size or image.ndim < 2 or not np.isfinite(image).all():
        raise ValueError(f"expected a picture (H, W) or (H, W, 3 or 4) of finite numbers, found {image.shape}")
    top = 1 if image.dtype.kind in "bf" else 255
    if image.min() < 0 or image.max() > top:
        raise ValueError(f"picture: expected {image.dtype} from 0 to {top}, found {image.min()} to {image.max()}")
    step = ceil(max(image.shape[:2]) / LONGEST)
    small = np.rint(image[::step, ::step].astype(float) * (255 / top)).astype(np.uint8)
    rows = np.pad(small.reshape(len(small), -1), ((0, 0), (1, 0)))  # each row begins with its filter, 0: none
    head = struct.pack(">IIBBBBB", small.shape[1], len(small), 8, COLOURS[channels], 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")]
    packed = b"".join(struct.pack(">I", len(x)) + t + x + struct.pack(">I", zlib.crc32(t + x)) for t, x in chunks)
    return f"data:image/png;base64,{b64encode(SIGNATURE + packed).decode()}"
