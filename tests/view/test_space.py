"""What makes a 3D panel read as space: near limbs, the floor, the camera; the same in Python and in the browser."""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from liftkit.data.body import standing_person
from liftkit.view import page, space
from liftkit.view.panels import Pose
from liftkit.view.still import picture_svg

NODE = shutil.which("node")
CODE = """
import { BELOW, RIM, camera, floor, limb } from "./space.mjs";
const found = { rim: RIM, below: BELOW, camera: camera(), floor: floor(0.25), limbs: [-2, -0.3, 0, 0.3, 2].map(limb) };
console.log(JSON.stringify(found));
"""


@pytest.mark.skipif(not NODE, reason="needs Node (Debian: apt install nodejs)")
def test_the_browser_draws_space_by_the_same_numbers(tmp_path):
    shutil.copy(page.HERE / "space.js", tmp_path / "space.mjs")
    (tmp_path / "look.mjs").write_text(CODE)
    done = subprocess.run([NODE, "look.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    found = json.loads(done.stdout)
    assert (found["rim"], found["below"]) == (space.RIM, space.BELOW)
    np.testing.assert_allclose(found["limbs"], [space.limb(z) for z in (-2, -0.3, 0, 0.3, 2)])
    for name, ends in (("floor", space.floor(0.25)), ("camera", space.camera())):
        order = lambda lines: sorted(np.reshape(lines, (-1, 6)).round(6).tolist())  # noqa: E731
        np.testing.assert_allclose(order(found[name]), order(ends))


def drawn(joints: np.ndarray) -> list[dict[str, str]]:
    """The attributes of a still picture's bones, in the order in which they are painted."""
    lines = re.findall(r"<line ([^>]*)/>", picture_svg("T", [Pose("a", "A", joints=joints)]))
    return [dict(re.findall(r'([\w-]+)="([^"]*)"', line)) for line in lines]


def test_what_is_near_is_thick_dark_and_painted_last():
    person = standing_person().astype(float) * [1, -1, -1]
    person[:, 2] = np.linspace(-400, 400, 17)
    lines = drawn(person)
    widths, opacities = ([float(line[name]) for line in lines] for name in ("stroke-width", "opacity"))
    assert widths == sorted(widths) and opacities == sorted(opacities)
    assert widths[-1] > 1.5 * widths[0] and opacities[0] < 0.8 < opacities[-1] == 1
    assert "opacity" not in drawn(person[:, :2])[0]  # a flat pose has neither near nor far


def test_the_shadow_lies_on_the_floor_below_the_lowest_joint():
    floor, person = space.floor(0.5), standing_person().astype(float) * [1, -1, -1]
    assert floor.shape == (10, 2, 3) and (floor[..., 1] == 0.5).all() and np.abs(floor).max() == 0.5
    paths = re.findall(r'<path fill="none" d="([^"]*)"', picture_svg("T", [Pose("a", "A", joints=person)]))
    heights = [[float(y) for y in re.findall(r"[ML][-\d.]+ ([-\d.]+)", path)] for path in paths[:2]]  # grid, shadow
    feet = max(float(line["y2"]) for line in drawn(person))
    assert heights[0] and max(heights[1]) < max(heights[0]) and min(heights[0]) < feet < max(heights[0]) + 1
    assert min(heights[1]) > min(heights[0])


def test_the_camera_stands_in_front_and_points_at_the_person():
    camera = space.camera()
    centres = camera[(camera[:, 0] == [0, 0, -space.FARTHEST]).all(-1)]
    assert len(centres) == 4 and (centres[:, 1, 2] > centres[:, 0, 2]).all() and (camera[..., 2] < 0).all()
