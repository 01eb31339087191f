"""A page that shows lifted motion: the 2D poses beside the 3D, to turn, play and step through. It asks no network."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from string import Template

import numpy as np

from liftkit.skeleton import H36M_17, Skeleton
from liftkit.view.palette import COLOURS, side_of

HERE = Path(__file__).parent
DIGITS = 3  # after the point, of coordinates in [-1, 1]
MOST_FRAMES = 5000  # some 3 MB of page
PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>$title</title>
<style>
$css</style>
</head>
<body>
<h1>$title</h1>
<div class="panes">
<figure>
<canvas id="flat" role="img"
 aria-label="The 2D pose of the current frame, as the camera sees it: a skeleton of 17 joints, $frames frames"></canvas>
<figcaption>2D: what the network is given.</figcaption>
</figure>
<figure>
<canvas id="space" tabindex="0" role="img"
 aria-label="The predicted 3D pose of the current frame: a skeleton of 17 joints, which the arrow keys turn"></canvas>
<figcaption>3D: what it predicts. Turn it by mouse, touch or arrow keys; Home shows the camera's view.</figcaption>
</figure>
</div>
<div class="bar">
<button id="play" type="button" aria-pressed="false">Play</button>
<input id="slider" type="range" min="0" max="$last" value="0" aria-label="Frame">
<output id="number" for="slider"></output>
</div>
<p>The person's <span style="color:#0072b2"><b>left is blue and solid</b></span>, the
<span style="color:#b84e00"><b>right orange and dashed</b></span>, the middle grey.</p>
<dl>$facts</dl>
<script>
"use strict";
const data = $data;
$js</script>
</body>
</html>
""")


def viewer_html(
    x2d: np.ndarray,
    x3d: np.ndarray,
    frame: np.ndarray,
    title: str,
    about: dict,
    fps: float = 30.0,
    skeleton: Skeleton = H36M_17,
) -> str:
    """The page for 2D poses (F, J, 2), y down, and 3D poses (F, J, 3) in the camera frame, as one HTML text.

    ``title`` and ``about`` (names and values) are shown as text, whatever they hold. Raises ValueError for more than
    ``MOST_FRAMES`` frames, which a browser would not hold.
    """
    if len(frame) > MOST_FRAMES:
        raise ValueError(f"a viewer holds at most {MOST_FRAMES:,} frames, found {len(frame):,}: lift fewer poses")
    middle = (x2d.min((0, 1)) + x2d.max((0, 1))) / 2
    data = {
        "x2d": _rounded((x2d - middle) / max(float(np.ptp(x2d, axis=(0, 1)).max()) / 2, 1e-9)),
        "x3d": _rounded(x3d / max(float(np.abs(x3d).max()), 1e-9)),
        "frame": frame.tolist(),
        "bones": [[p, j, side_of(skeleton.names[j])] for p, j in skeleton.bones],
        "colours": COLOURS,
        "fps": fps,
    }
    facts = "".join(f"<dt>{escape(str(key))}</dt><dd>{escape(str(value))}</dd>" for key, value in about.items())
    # "<" could end the script element from within; in JSON's texts it may be written like this
    numbers = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    css, js = ((HERE / f"viewer.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    text = {"title": escape(title), "facts": facts, "frames": len(frame), "last": len(frame) - 1}
    return PAGE.substitute(text, css=css, js=js, data=numbers)


def _rounded(values: np.ndarray) -> list:
    return np.round(values.astype(float).reshape(len(values), -1), DIGITS).tolist()
