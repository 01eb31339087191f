"""Every widget: each control to its ends, each button, the line to the browser, errors, pictures, saved pages."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from base64 import b64encode
from functools import cache
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
import torch
from nbconvert import HTMLExporter
from widget_cells import CELLS, SETUP, samples, send

import liftkit.widgets
from liftkit.poses import PoseSet
from liftkit.view.controller import Controller, Press, Set, Tick
from liftkit.view.controls import Button, Slider
from liftkit.view.page import script, style
from liftkit.view.panels import Chart, Note, Pose
from liftkit.widgets import WIDGETS, Widget

HERE = Path(__file__).parent
NASTY = "<script>alert('x')</script>&\"</svg>"


@cache
def names() -> dict:
    """What the cells of a notebook with all widgets have defined."""
    found = {}
    exec(SETUP, found)
    return found


def few() -> PoseSet:
    return names()["few"]


@cache
def example(name: str) -> Widget:
    """A widget of each kind, small. Whoever adds a widget adds its cell: without one, every test here fails."""
    return eval(CELLS[name], names())


@pytest.fixture(params=sorted(WIDGETS))
def widget(request):
    """One of each widget."""
    return example(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WIDGETS))
def test_a_widget_shows_the_same_whatever_torchs_global_modes_are(name):
    plain = example(name)
    torch.set_default_dtype(torch.float64)
    try:
        with torch.inference_mode():
            other = example(name)
    finally:
        torch.set_default_dtype(torch.float32)
    assert other.scene == plain.scene


def panels_sent(widget: Widget) -> list[tuple[str, str]]:
    """Keys and kinds of the panels that the browser has; what it got is plain JSON."""
    keys = [(panel["key"], panel["kind"]) for panel in widget.scene["panels"]]
    assert json.dumps([widget.scene, widget.status, *(getattr(widget, f"panel_{key}") for key, _ in keys)],
                      allow_nan=False)  # fmt: skip
    return keys


def test_every_widget_is_public_and_documented():
    for module in pkgutil.iter_modules(liftkit.widgets.__path__):
        importlib.import_module(f"liftkit.widgets.{module.name}")
    for name, cls in WIDGETS.items():
        assert getattr(liftkit.widgets, name) is cls and name in liftkit.widgets.__all__
        assert cls.__doc__ and cls.Controller.__doc__


@pytest.mark.slow
def test_every_control_takes_its_ends_and_every_option_and_panels_keep_their_keys_and_kinds(widget):
    controller, before = widget.controller, panels_sent(widget)
    assert len({key for key, _ in before}) == len(before) == len(controller.panels())
    for name in [control.name for control in controller.controls()]:
        control = next((c for c in controller.controls() if c.name == name), None)
        if control is None:
            continue  # another control's value took it away
        if isinstance(control, Button):
            send(widget, "press", name=name)
            assert panels_sent(widget) == before
            continue
        for value in (*samples(control), controller.values[name]):
            send(widget, "set", name=name, value=value)
            assert controller.values[name] == widget.status["values"][name] == value, name
            assert panels_sent(widget) == before


def test_every_control_is_labelled_and_keeps_its_value_when_it_refuses_another(widget):
    for control in widget.controller.controls():
        assert control.label and control.name.isidentifier()
        if isinstance(control, Button):
            with pytest.raises(ValueError, match="press it"):
                widget.set(control.name, 1)
            continue
        before = widget.controller.values[control.name]
        beyond = [control.maximum + control.step] if isinstance(control, Slider) else []
        for value in ("no such value", object(), *beyond):
            with pytest.raises(ValueError, match=f"{re.escape(control.label)}: expected .* found"):
                widget.set(control.name, value)
        assert widget.controller.values[control.name] == before
    with pytest.raises(ValueError, match="unknown control 'nonsense'; there are"):
        widget.set("nonsense", 1)


@pytest.mark.slow
def test_every_joint_can_be_picked_and_pulled(widget):
    for panel in widget.controller.panels():
        if not isinstance(panel, Pose) or not (panel.pickable or panel.draggable):
            continue
        for joint in panel.skeleton.names:
            if panel.draggable:
                for x, y in ((-1, -1), (0.3, 0.1), (1, 1)):
                    send(widget, "drag", panel=panel.key, joint=joint, x=x, y=y)
            send(widget, "pick", panel=panel.key, key=joint)
            panels_sent(widget)


@pytest.mark.slow
def test_everything_marked_in_a_chart_can_be_picked(widget):
    for panel in widget.controller.panels():
        if isinstance(panel, Chart):
            marked = [e.get("data-pick") for e in ElementTree.fromstring(panel.svg).iter() if e.get("data-pick")]
            for key in marked[:: max(1, len(marked) // 12)]:
                send(widget, "pick", panel=panel.key, key=key)


def test_pictures_describe_themselves(widget):
    for panel in widget.controller.panels():
        assert panel.title
        if isinstance(panel, Pose):
            assert len(panel.alt) > 10
        elif isinstance(panel, Chart):
            assert ElementTree.fromstring(panel.svg).get("aria-label")
        else:
            assert isinstance(panel, Note)
    svg = widget.svg()
    assert (
        ElementTree.fromstring(svg).find("{http://www.w3.org/2000/svg}title").text.startswith(widget.controller.title)
    )
    assert not re.search(r"data-(tip|pick)=", svg)  # of no use where nobody points, and half of a heat map's text


def test_the_same_widget_has_the_same_repr_and_picture(widget):
    name = type(widget).__name__
    assert repr(widget) == repr(widget) and repr(widget).startswith(name + "(") and "0x" not in repr(widget)
    assert widget.svg() == widget.svg()
    bundle, _ = widget._repr_mimebundle_()
    assert bundle["image/svg+xml"] == widget.svg() and bundle["text/plain"] == repr(widget)
    assert "application/vnd.jupyter.widget-view+json" in bundle


@pytest.mark.slow
def test_nbconvert_shows_the_picture_if_no_widget_state_is_stored(widget):
    bundle, _ = widget._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", bundle, execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("widget", outputs=[output])])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert b64encode(widget.svg().encode()).decode() in page.replace("\n", "")


def test_a_saved_page_holds_all_it_needs(widget, tmp_path):
    text = widget.to_html(tmp_path / "page.html").read_text()
    assert not re.search(r"(src|href)=[\"']?(https?:)?//|@import|url\((?!data:)", text)
    assert text.replace("http://www.w3.org/2000/svg", "").count("http://") == 0 and "https://" not in text
    assert "default-src 'none'" in text and widget.controller.title in text


def test_seven_widgets_fit_into_a_notebook():
    sizes = {name: len(json.dumps(example(name).get_state())) for name in WIDGETS}
    assert sum(sizes.values()) + sum(len(example(name).svg()) for name in WIDGETS) < 2_000_000, sizes


class Broken(Controller):
    """A widget whose callbacks fail."""

    title = "broken"

    def __init__(self):
        super().__init__()
        self.values = {"number": 1}
        self.running = True

    def controls(self):
        return [Slider("number", "Number", minimum=0, maximum=3), Button("fail", "Fail")]

    def respond(self, event):
        match event:
            case Set("number", 2):
                raise ValueError("expected another number, found 2")
            case Press("fail"):
                raise ZeroDivisionError("a fault")
            case Tick():
                raise RuntimeError("while running")

    def panels(self):
        return [Note("note", "Note", text=NASTY)]


@pytest.fixture
def broken(monkeypatch):
    monkeypatch.setattr(liftkit.widgets.widget, "WIDGETS", {})  # not one of ours
    return type("BrokenWidget", (Widget,), {"__doc__": "A test's.", "Controller": Broken})()


def test_an_error_is_shown_in_words_with_its_traceback(broken):
    broken.handle({"kind": "set", "name": "number", "value": 2, "number": 7})
    assert broken.status["error"]["text"] == "expected another number, found 2"
    assert "respond" in broken.status["error"]["trace"] and broken.status["number"] == 7
    assert broken.controller.values["number"] == 1  # as before
    broken.handle({"kind": "press", "name": "fail", "number": 8})
    text = broken.status["error"]["text"]
    assert "fault of the widget" in text and "ZeroDivisionError" in text
    broken.handle({"kind": "set", "name": "number", "value": 3, "number": 9})
    assert broken.status["error"] is None and broken.status["values"]["number"] == 3


def test_an_error_ends_what_was_running(broken):
    broken.handle({"kind": "tick", "number": 1})
    assert broken.status["running"] is False and broken.status["error"]["text"].endswith("while running")
    broken.handle({"kind": "tick", "number": 2})
    assert broken.status["error"] is None


def test_a_message_sent_by_a_test_fails_it_if_the_widget_shows_an_error(broken):
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        send(broken, "press", name="fail")


@pytest.mark.parametrize("message", [{}, {"kind": "explode"}, {"kind": "set", "name": "fail", "value": 1}])
def test_an_unknown_message_is_refused(broken, message):
    broken.handle(message | {"number": 4})
    assert broken.status["error"] and broken.status["number"] == 4


@pytest.mark.long
def test_a_callback_that_raises_turns_the_suite_red(tmp_path):
    copy = tmp_path / "test_copy.py"
    copy.write_text(
        f"import sys\nsys.path[:0] = {[str(HERE), str(HERE.parent / 'support')]}\n"
        "from liftkit.widgets import DragExplorer\n"
        "from test_widgets import test_every_joint_can_be_picked_and_pulled, widget\n"
        "DragExplorer.Controller.respond = lambda self, event: 1 / 0\n"
    )
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, "-k", "DragExplorer"]
    done = subprocess.run([sys.executable, "-m", "pytest", *options, copy], capture_output=True, text=True)
    assert done.returncode == 1 and "ZeroDivisionError" in done.stdout, done.stdout + done.stderr


def test_messages_may_come_from_another_thread(widget):
    control = next(c for c in widget.controller.controls() if not isinstance(c, Button))
    message = {"kind": "set", "name": control.name, "value": samples(control)[0]}
    threads = [Thread(target=widget.handle, args=({**message, "number": i},)) for i in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert widget.status["number"] in range(1, 5) and widget.controller.values[control.name] == samples(control)[0]


def test_names_from_data_are_never_html(tmp_path):
    poses = few().test.select([0, 1, 2])
    poses = PoseSet(
        poses.x2d, poses.x3d, subject=np.full(3, NASTY), action=np.full(3, NASTY), clip=poses.clip,
        frame=poses.frame, camera=poses.camera, split=poses.split, units=poses.units, name=NASTY,
    )  # fmt: skip
    viewer = liftkit.widgets.PoseViewer(poses, {NASTY: poses.x3d})
    ElementTree.fromstring(viewer.svg())
    assert "<script>alert" not in viewer.svg() + viewer.to_html(tmp_path / "page.html").read_text()


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
