"""The page without a kernel: whole, closed and safe."""

import numpy as np
import pytest

from liftkit.view.page import page_html
from liftkit.view.panels import Pose

EVIL = "<script>alert('x')</script> & \"y\""


def test_it_needs_nothing_else():
    page = page_html("Title", {"scene": {"a": 1}})
    assert '{"scene":{"a":1}}' in page
    assert "default-src 'none'" in page
    assert "<link" not in page.replace('<link rel="icon" href="data:,">', "") and "src=" not in page
    assert "export default" not in page and "\nimport " not in page


def test_names_cannot_leave_their_text():
    page = page_html(EVIL, {"name": EVIL, "end": "</script><!--"})
    assert page.count("</script>") == 1  # its own
    assert page.count("<script") == 1
    assert "<!--" not in page
    assert "&lt;script&gt;" in page.split("<title>")[1].split("</title>")[0]


def test_a_dollar_is_only_a_dollar():
    assert '"$state ${x} $$"' in page_html("$title", {"name": "$state ${x} $$"})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_json_has_not(value):
    with pytest.raises(ValueError, match="JSON"):
        page_html("Title", {"value": float(value)})


def test_facts_are_listed_as_text():
    page = page_html("Title", {}, {EVIL: EVIL, "frames": 3})
    assert page.count("<script") == 1 and page.count("&lt;script&gt;") == 2
    assert "<dt>frames</dt><dd>3</dd>" in page
    assert "<dl>" not in page_html("Title", {})


def test_sides_are_explained_if_a_panel_shows_them():
    poses = [Pose("p", "P", joints=np.zeros((17, 2)), groups=groups) for groups in (None, [0] * 17)]
    pages = [page_html("Title", {"panel_p": pose.dynamic_state()}) for pose in poses]
    assert ["left is blue" in page for page in pages] == [True, False]
