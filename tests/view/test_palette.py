"""Names, labels and colours that pictures share."""

import re
from itertools import product

import pytest

from liftkit.view.alt_text import readable
from liftkit.view.page import style
from liftkit.view.palette import COLOURS, SERIES, metric_label, metric_unit, side_of

PAPERS = {"white": "#ffffff", "JupyterLab's dark theme": "#111111", "the site's dark theme": "#12171c"}
LEAST = 3.0  # WCAG 2.2, 1.4.11: the contrast of graphical objects


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours by WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def themes() -> list[dict[str, str]]:
    """The colours of the light and of the dark theme in widget.css, by name, with six digits."""
    found = [dict(re.findall(r"--lk-(s\d|left|right|middle): (#\w+)", rule)) for rule in style().split("}")[:2]]
    long = lambda colour: colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])  # noqa: E731
    return [{name: long(colour) for name, colour in theme.items()} for theme in found]


def test_the_contrast_is_that_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known grey that just fails 4.5


def test_every_colour_is_seen_on_light_and_on_dark_paper():
    """Figures keep one colour on any paper; widgets have a colour for each theme."""
    fixed = [*SERIES, *COLOURS.values()]
    weak = {pair for pair in product(fixed, PAPERS) if contrast(pair[0], PAPERS[pair[1]]) < LEAST}
    light, dark = themes()
    weak |= {pair for pair in product(light.values(), ["#ffffff"]) if contrast(*pair) < LEAST}
    weak |= {pair for pair in product(dark.values(), ["#111111", "#212121"]) if contrast(*pair) < LEAST}
    assert not weak


def test_the_light_theme_of_widgets_has_the_colours_of_figures():
    light, dark = themes()
    assert light == {f"s{i}": colour for i, colour in enumerate(SERIES)} | COLOURS and set(dark) == set(light)


def test_names_and_labels():
    assert readable("left_upper_arm") == "left upper arm"
    assert (metric_label("pck"), metric_label("depth_size")) == ("PCK at 150 mm (%)", "depth size")
    assert [metric_unit(name) for name in ("n_mpjpe", "pck", "mirrored", "seconds")] == [" mm", "", "", ""]
    assert [side_of(name) for name in ("left_knee", "right_hip", "pelvis")] == ["left", "right", "middle"]
