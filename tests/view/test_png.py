"""Pictures as PNG: read back by an independent reader, thinned if large."""

import zlib
from base64 import b64decode

import numpy as np
import pytest

from liftkit.view.png import LONGEST, png_data


def read(data: str) -> tuple[int, int, int, np.ndarray]:
    """Width, height, kind of colour and the bytes of the rows, by the PNG specification; checks the checksums."""
    raw, chunks = b64decode(data.removeprefix("data:image/png;base64,")), {}
    assert raw[:8] == bytes([137, 80, 78, 71, 13, 10, 26, 10])
    at = 8
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        kind, body = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(raw[at + 8 + size : at + 12 + size], "big")
        chunks[kind] = body
        at += 12 + size
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"] and chunks[b"IHDR"][8] == 8
    width, height = (int.from_bytes(chunks[b"IHDR"][i : i + 4], "big") for i in (0, 4))
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    assert not rows[:, 0].any()  # no filter
    return width, height, chunks[b"IHDR"][9], rows[:, 1:]


@pytest.mark.parametrize(("channels", "kind"), [((), 0), ((3,), 2), ((4,), 6)])
def test_a_picture_reads_back_as_it_was(channels, kind):
    image = np.random.default_rng(0).integers(0, 256, size=(5, 7, *channels), dtype=np.uint8)
    width, height, colour, rows = read(png_data(image))
    assert (width, height, colour) == (7, 5, kind)
    np.testing.assert_array_equal(rows, image.reshape(5, -1))


def test_floats_go_from_0_to_1_and_a_large_picture_is_thinned():
    np.testing.assert_array_equal(read(png_data(np.array([[0.0, 0.5, 1.0]])))[3], [[0, 128, 255]])
    width, height, _, rows = read(png_data(np.tile(np.arange(1000) % 251, (2, 1)).astype(np.uint8)))
    assert width <= LONGEST and height == 1
    np.testing.assert_array_equal(rows[0, :3], [0, 3, 6])


def test_a_mask_is_black_and_white():
    np.testing.assert_array_equal(read(png_data(np.array([[True, False]])))[3], [[255, 0]])


NO_CHANNELS = [np.zeros((2, 2, 2)), np.zeros((2, 2, 5)), np.zeros((2, 2, 3, 3))]


@pytest.mark.parametrize("image", [np.zeros(3), *NO_CHANNELS, np.full((2, 2), np.nan), np.zeros((0, 4))])
def test_what_is_no_picture_is_refused(image):
    with pytest.raises(ValueError, match="expected a picture"):
        png_data(image)
