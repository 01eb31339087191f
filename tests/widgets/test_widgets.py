"""Every widget: each control to its ends, each button, joints, charts, pictures, saved pages, other threads."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
import torch
from nbconvert import HTMLExporter, SlidesExporter
from widget_cells import CELLS, NASTY, SETUP, samples, send

import liftkit.widgets
from liftkit.poses import PoseSet
from liftkit.view.charts.svg import safe
from liftkit.view.controls import Button, Slider
from liftkit.view.panels import Chart, Note, Pose
from liftkit.widgets import WIDGETS, Widget

HERE = Path(__file__).parent


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


# The page of a LiftingConsole plays its recorded games once: 17 s.
EACH = [pytest.param(name, marks=pytest.mark.thorough if name == "LiftingConsole" else ()) for name in sorted(WIDGETS)]


@pytest.fixture(params=sorted(WIDGETS))
def widget(request):
    """One of each widget."""
    return example(request.param)


def read(widget: Widget) -> list[str]:
    """Every text that a person reads or hears."""
    controls = widget.controller.controls()
    texts = [text for one in controls for text in getattr(one, "texts", ()) or getattr(one, "options", ())]
    texts += [text for one in controls for text in (one.label, one.help)] + [widget.status["message"]]
    for panel in widget.controller.panels():
        texts += [panel.title, panel.caption, getattr(panel, "svg", ""), getattr(panel, "text", "")]
    return texts


def test_metrics_have_the_names_that_people_use(widget):
    pattern = re.compile(r"\b(n|pa)?[_ ]?mpjpe|\b(pck|auc)\b")  # as in code, and with spaces
    assert [text for text in read(widget) if pattern.search(text)] == []


def panels_sent(widget: Widget) -> list[tuple[str, str]]:
    """Keys and kinds of the panels that the browser has; what it got is plain JSON."""
    keys = [(panel["key"], panel["kind"]) for panel in widget.scene["panels"]]
    assert json.dumps([widget.scene, widget.status, *(getattr(widget, f"panel_{key}") for key, _ in keys)],
                      allow_nan=False)  # fmt: skip
    return keys


def svg_in(html: str) -> str:
    """The picture in a stored output."""
    [image] = re.findall(r'<img class="lk-drawn" src="data:image/svg\+xml;base64,([^"]*)"', html)
    return b64decode(image).decode()


def test_every_widget_is_public_and_documented():
    for module in pkgutil.iter_modules(liftkit.widgets.__path__):
        importlib.import_module(f"liftkit.widgets.{module.name}")
    for name, cls in WIDGETS.items():
        assert getattr(liftkit.widgets, name) is cls and name in liftkit.widgets.__all__
        assert cls.__doc__ and cls.Controller.__doc__


@pytest.mark.long
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
        assert control.name not in dir(WIDGETS[type(widget).__name__])  # it is a trait's name
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


@pytest.mark.slow
def test_messages_may_come_from_another_thread(widget):
    control = next(c for c in widget.controller.controls() if not isinstance(c, Button))
    message = {"kind": "set", "name": control.name, "value": samples(control)[0]}
    threads = [Thread(target=widget.handle, args=({**message, "number": i},)) for i in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert widget.status["number"] in range(1, 5) and widget.controller.values[control.name] == samples(control)[0]


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


def driven(name: str) -> list[str]:
    """What a new widget shows, and after each control and button has been used once."""
    widget = eval(CELLS[name], names())
    shown = [json.dumps(widget.controller.state())]
    for control in widget.controller.controls():
        if control not in widget.controller.controls():
            continue  # another control's value took it away
        if isinstance(control, Button):
            widget.press(control.name)
        else:
            widget.set(control.name, samples(control)[-1])
        shown.append(json.dumps(widget.controller.state()))
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WIDGETS))
def test_a_widget_shows_the_same_whatever_torchs_default_dtype_is(name):
    plain = driven(name)
    torch.set_default_dtype(torch.float64)
    try:
        other = driven(name)
    finally:
        torch.set_default_dtype(torch.float32)
    assert other == plain


def test_what_is_live_and_the_still_picture_are_of_one_moment(widget):
    """Also if a cell has changed the controller behind the widget's back."""
    one = next(c for c in widget.controller.controls() if not isinstance(c, Button) and len(samples(c)) > 1)
    widget.controller.set(one.name, samples(one)[-1])
    picture = svg_in(widget._repr_mimebundle_()[0]["text/html"])
    state = json.loads(json.dumps(widget.controller.state()))
    for name, value in state.items():
        live = json.loads(json.dumps(getattr(widget, name)))
        assert {key: live[key] for key in value if key not in ("error", "running")} == {
            key: value[key] for key in value if key not in ("error", "running")
        }, name
    assert widget.message == widget.status["message"]
    titles = [panel["title"] for name, panel in state.items() if name.startswith("panel_")]
    assert all(safe(title)[:20] in picture for title in titles)


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


@pytest.mark.slow
def test_the_same_widget_has_the_same_repr_and_picture(widget):
    name = type(widget).__name__
    assert repr(widget) == repr(widget) and repr(widget).startswith(name + "(") and "0x" not in repr(widget)
    assert widget.svg() == widget.svg()
    bundle, _ = widget._repr_mimebundle_()
    assert svg_in(bundle["text/html"]) == widget.svg() and bundle["text/plain"] == repr(widget)
    assert "application/vnd.jupyter.widget-view+json" in bundle


def outputs_of(widget: Widget, monkeypatch) -> list[dict]:
    """The data of the outputs that a cell stores which shows the widget."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw, metadata=None: shown.append(data))
    widget._ipython_display_()
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter])
def test_nbconvert_shows_the_picture_if_no_widget_state_is_stored(widget, exporter, monkeypatch):
    still, live = outputs_of(widget, monkeypatch)
    assert set(still) == {"text/html", "text/plain"} and set(live) == {"application/vnd.jupyter.widget-view+json"}
    outputs = [nbformat.v4.new_output("display_data", data) for data in (still, live)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("widget", outputs=outputs)])
    with pytest.warns(UserWarning, match="widget-view"):
        page, _ = exporter().from_notebook_node(notebook)
    assert page.replace("\n", "").count(b64encode(widget.svg().encode()).decode()) == 1
    assert "Run All brings it to life" in page


@pytest.mark.slow
@pytest.mark.parametrize("widget", EACH, indirect=True)
def test_a_saved_page_holds_all_it_needs(widget, tmp_path):
    text = widget.to_html(tmp_path / "page.html", states=5).read_text()
    assert len(text.encode()) < 1_500_000
    assert not re.search(r"(src|href)=[\"']?(https?:)?//|@import|url\((?!data:)", text)
    assert text.replace("http://www.w3.org/2000/svg", "").count("http://") == 0 and "https://" not in text
    assert "default-src 'none'" in text and widget.controller.title in text


def test_all_widgets_fit_into_a_notebook():
    sizes = {name: len(json.dumps(example(name).get_state())) for name in WIDGETS}
    assert sum(sizes.values()) + sum(len(example(name).svg()) for name in WIDGETS) < 2_000_000, sizes


@pytest.mark.slow
def test_names_from_data_are_never_html(tmp_path):
    poses = few().test.select([0, 1, 2])
    poses = PoseSet(
        poses.x2d, poses.x3d, subject=np.full(3, NASTY), action=np.full(3, NASTY), clip=poses.clip,
        frame=poses.frame, camera=poses.camera, split=poses.split, units=poses.units, name=NASTY,
    )  # fmt: skip
    viewer = liftkit.widgets.PoseViewer(poses, {NASTY: poses.x3d})
    ElementTree.fromstring(viewer.svg())
    assert "<script>alert" not in viewer.svg() + viewer.to_html(tmp_path / "page.html").read_text()
