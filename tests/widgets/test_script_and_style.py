"""The browser's side of all widgets: small, asks nobody, and its colours stand out from the paper."""

import re

import numpy as np
import pytest

from liftkit.view.page import script, style


def test_the_browsers_side_is_small_and_asks_nobody():
    assert len(script()) < 50_000 and len(style()) < 50_000
    for text in (script(), style()):
        assert set(re.findall(r"https?://[^\"')\s]+", text)) <= {"http://www.w3.org/2000/svg"}


def luminance(colour: str) -> float:
    """The relative luminance of #rgb or #rrggbb, by WCAG 2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize(("theme", "paper"), [(0, "#ffffff"), (1, "#212121")], ids=["light", "dark"])  # JupyterLab's
def test_what_is_drawn_stands_out_from_the_paper(theme, paper):
    rules = re.findall(r"\.lk \{(.*?)\}", style(), re.DOTALL)[:2]
    colours = dict(re.findall(r"--lk-(left|right|middle|glow|focus|s\d): (#\w+)", rules[theme]))
    assert len(colours) == 11
    for name, colour in colours.items():
        light, dark = sorted([luminance(colour), luminance(paper)], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{name} {colour}"
