"""Widgets among others in a real JupyterLab: saved and opened again, without anywidget, in boxes, linked, driven."""

import time
from base64 import b64decode

import nbformat
import pytest
from lab import browser, lab, needs_chromium, ours, run_all, shut_down_kernels, write_notebook
from nbformat.reader import NotJSONError
from widget_cells import CELLS, SETUP

pytestmark = needs_chromium
SOME = [CELLS[name] for name in ("PoseViewer", "Prediction", "ViewExplorer")]
LINKED = """\
import ipywidgets
film = load_poses("synthetic").test.select(clip=[914])
one, other = (PoseViewer(film.select(camera=camera)) for camera in (0, 1))
pulled, seen = DragExplorer(poses=few.test), ViewExplorer(poses=few.test)
links = [ipywidgets.jslink((one, "frame"), (other, "frame")), ipywidgets.jslink((pulled, "pose"), (seen, "pose"))]
box, tab, fold = ipywidgets.HBox([one, other]), ipywidgets.Tab([pulled]), ipywidgets.Accordion([seen])
fold.selected_index = 0
ipywidgets.VBox([box, tab, fold])
"""
DRIVEN = "drive = ipywidgets.interact(lambda pose: setattr(seen, 'pose', pose), pose=(0, 5))"
PATIENCE = 120  # seconds


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A page, the folder of its JupyterLab, and the addresses there."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    write_notebook(folder / "kept.ipynb", [SETUP, *SOME])
    write_notebook(folder / "linked.ipynb", [SETUP, LINKED, DRIVEN])
    with lab(folder) as address, browser(viewport={"width": 1366, "height": 2400}) as page:
        page.set_default_timeout(1000 * PATIENCE)
        page.set_default_navigation_timeout(1000 * PATIENCE)
        yield page, folder, address


def wait_until(page, found) -> None:
    """Wait until a function returns something true."""
    end = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < end
        page.wait_for_timeout(250)


def saved(path) -> list:
    """The outputs of a notebook's cells but the first, as far as all are stored."""
    try:
        cells = nbformat.read(path, as_version=4).cells[1:]
    except NotJSONError:  # read while JupyterLab was writing it
        return []
    return [cell.outputs for cell in cells] if all(len(cell.outputs) == 2 for cell in cells) else []


def test_a_saved_notebook_shows_pictures_until_it_runs_again(opened):
    page, folder, address = opened
    run_all(page, address("kept.ipynb"))
    page.locator("section.lk svg").nth(3).wait_for()
    wait_until(page, lambda: page.locator("section.lk").count() == len(SOME))
    stills, texts = page.locator(".lk-still"), page.get_by_text("Run All brings it to life.")
    wait_until(page, lambda: not any(still.is_visible() for still in stills.all()))
    hand = page.locator("section.lk input[type=range]").first
    hand.focus()
    page.keyboard.press("Control+s")  # while a widget has the keys
    wait_until(page, lambda: saved(folder / "kept.ipynb"))
    assert (folder / "kept.ipynb").stat().st_size < 2_000_000
    assert hand.get_attribute("data-lm-suppress-shortcuts") is not None  # arrows are the widget's again

    shut_down_kernels(page, address(""))
    page.goto("about:blank")
    page.goto(address("kept.ipynb"))
    stills.nth(len(SOME) - 1).wait_for()
    page.get_by_text("Error displaying widget: model not found").first.wait_for(state="attached")
    for still, outputs in zip(stills.all(), saved(folder / "kept.ipynb"), strict=True):
        image = still.locator("img")
        assert image.is_visible() and image.evaluate("image => image.naturalWidth > 100") and image.get_attribute("alt")
        assert b64decode(image.get_attribute("src").partition(",")[2]).decode() in svg_texts(outputs)
    assert all(text.is_visible() for text in texts.all()) and texts.count() == len(SOME)
    assert not any(error.is_visible() for error in page.get_by_text("Error displaying widget").all())

    run_all(page, address("kept.ipynb"))
    wait_until(page, lambda: page.locator("section.lk").count() == len(SOME))
    wait_until(page, lambda: not any(still.is_visible() for still in stills.all()))


def svg_texts(outputs) -> list[str]:
    html = "".join(output.data.get("text/html", "") for output in outputs)
    return [b64decode(part.partition('"')[0]).decode() for part in html.split("base64,")[1:]]


def test_where_anywidget_is_missing_the_picture_says_so(opened):
    page, _, address = opened
    page.route("**/extensions/anywidget/**", lambda route: route.abort())
    run_all(page, address("kept.ipynb"))
    lacks = page.locator(".lk-lack")
    wait_until(page, lambda: lacks.count() == len(SOME) and all(line.is_visible() for line in lacks.all()))
    assert not any(error.is_visible() for error in page.locator(".jupyter-widgets-error-widget").all())
    assert not any(text.is_visible() for text in page.get_by_text("Run All brings it to life.").all())
    page.unroute("**/extensions/anywidget/**")


def test_widgets_in_boxes_follow_links_in_the_browser_and_a_function_of_interact(opened):
    page, _, address = opened
    page.complaints.clear()
    run_all(page, address("linked.ipynb"))
    wait_until(page, lambda: page.locator("section.lk").count() == 4 and page.locator(".noUi-handle").count() == 1)
    wait_until(
        page,
        lambda: all((part.bounding_box() or {"width": 0})["width"] > 300 for part in page.locator("section.lk").all()),
    )
    frames, poses = (lambda name=name: values(page, name) for name in ("frame", "pose"))
    hand = page.locator("input[name=frame]").nth(1)
    hand.focus()
    for _ in range(3):
        hand.press("ArrowRight")
    wait_until(page, lambda: frames() == ["3", "3"])
    wait_until(page, lambda: poses() == ["2", "2"])  # the middle, from which interact starts
    page.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, lambda: poses() == ["3", "3"])
    page.wait_for_timeout(3000)
    assert poses() == ["3", "3"] and frames() == ["3", "3"] and ours(page.complaints) == []


def values(page, name: str) -> list[str]:
    return [control.input_value() for control in page.locator(f"input[name={name}]").all()]
