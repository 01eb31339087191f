"""States stored beforehand, by which a page answers its controls without a kernel, as Panel's ``save(embed=True)``."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from copy import copy, deepcopy
from html import unescape
from itertools import zip_longest
from math import ceil
from typing import Any

import numpy as np

from liftkit.view.controller import Controller
from liftkit.view.controls import Button, Choice, Control, Slider, Toggle
from liftkit.view.panels import Chart, Pose

Message = dict[str, Any]
State = dict[str, Any]  # as Controller.state() gives it
Step = tuple[State, Message, State]  # from which state, by which message, to which state
MOST_VALUES = 25  # of a slider; one with more goes in longer steps
MOST_MARKS = 40  # of a chart that can be picked
ABSENT = "This page does not hold that state: it needs a notebook."


def walk(controller: Controller) -> Iterator[Step]:
    """Every step from the present state on, nearest states first. The controller itself stays as it is.

    Of each state a shallow copy is kept: an answer gives attributes new values, and changes no old one.
    """
    there = [_copied(controller)]
    states = [there[0].state()]
    known = {_key(states[0])}
    for state, place in zip(states, there, strict=False):  # both grow
        for message in list(_messages(place)):
            walker = _copied(place)
            try:
                walker.handle(message)
            except ValueError:  # refused: no step
                continue
            status = {"values": dict(walker.values), "message": walker.message, "running": walker.running}
            after = {"status": status}  # enough of a state that is known
            if _key(after) not in known:
                known.add(_key(after))
                states.append(after := walker.state())
                there.append(walker)
            yield state, message, after


def _copied(controller: Controller) -> Controller:
    walker = copy(controller)
    walker.values = dict(controller.values)
    for name, drawn in vars(controller).items():
        if isinstance(drawn, np.random.Generator):  # each draws the same from here on
            setattr(walker, name, deepcopy(drawn))
    return walker


def _key(state: State) -> str:
    return json.dumps([state["status"][part] for part in ("values", "message", "running")], sort_keys=True)


def _messages(controller: Controller) -> Iterator[Message]:
    """Everything that a hand can do, but what ``controller.needs_kernel``: of each control and panel one in turn."""
    ways: list[list[Message]] = []
    for control in controller.controls():
        if control.name not in (lacking := controller.needs_kernel):
            others = [v for v in stored_values(control) if v != controller.values[control.name] and v not in lacking]
            ways.append([{"kind": "set", "name": control.name, "value": value} for value in others])
            if isinstance(control, Button):
                ways[-1] = [{"kind": "press", "name": control.name}]
    for panel in controller.panels():
        marks: Sequence[str] = panel.skeleton.names if isinstance(panel, Pose) and panel.pickable else ()
        if isinstance(panel, Chart):
            marks = [unescape(mark) for mark in re.findall(r'data-pick="([^"]*)"', panel.svg)]
        ways.append([{"kind": "pick", "panel": panel.key, "key": m} for m in marks] if len(marks) <= MOST_MARKS else [])
    return (message for turn in zip_longest(*ways) for message in turn if message)


def stored_values(control: Control) -> Iterable[Any]:
    """The values of a control that a page holds: of a slider with many, some."""
    match control:
        case Choice():
            return control.options
        case Toggle():
            return (False, True)
        case Slider(local=False):
            step = _step(control.minimum, control.maximum, control.step)
            count = int((control.maximum - control.minimum) / step + 1e-9) + 1
            return [control.check(round(control.minimum + i * step, 9)) for i in range(count)]
    return ()


def _step(minimum: float, maximum: float, step: float) -> float:
    return step * max(1, ceil((maximum - minimum) / step / (MOST_VALUES - 1)))


def stored(controller: Controller, steps: Iterable[Step], most: int, budget: int) -> tuple[dict[str, Any], str]:
    """What ``js/stored.js`` needs, and a sentence on what it lacks: at most so many states and bytes."""
    states, edges = [controller.state()], {}
    known = {_key(states[0]): 0}
    seen, size = set(), 0  # parts, and about how many bytes they take
    pulled = any(getattr(panel, "draggable", False) for panel in controller.panels())
    whole = not (controller.needs_kernel or pulled)
    for before, message, state in steps:
        key = _key(state)
        if key not in known:
            scene = state["scene"]
            parts = [*(state | {"scene": scene | {"panels": []}}).values(), *scene["panels"]]
            new = {piece for rest, drawn in map(_parted, parts) for piece in (json.dumps(rest), *drawn)} - seen
            size += len(gzip.compress("".join(sorted(new)).encode(), 1)) * 4 / 3
            if len(states) >= most or size > budget:
                whole = False
                break
            seen |= new
            known[key] = len(states)
            states.append(state)
        edges.setdefault(known[_key(before)], {})[_text(message)] = known[key]
    while len(content := _packed(states, edges)) > budget and len(states) > 1:
        whole, states = False, states[: int(len(states) * 0.8)]
        edges = {
            a: {m: to for m, to in ways.items() if to < len(states)} for a, ways in edges.items() if a < len(states)
        }
    kept = _page_controls(states[0], _answered(edges))
    lacking = [one.label for one in controller.controls() if one.name not in {control["name"] for control in kept}]
    note = f"This page holds {len(states):,} states; others need a notebook" if not whole and len(states) > 1 else ""
    lacking += ["pulling by hand"] if pulled else []  # it leads to any place
    lack = f"Only in a notebook: {', '.join(lacking)}" if lacking else ""
    note = "".join(f"{sentence}. " for sentence in (note, lack) if sentence).rstrip()
    return {"content": content, "absent": ABSENT, "controls": kept}, note


def _answered(edges: dict[int, dict[str, int]]) -> set[str]:
    """The names of the controls and panels that some state answers."""
    return {json.loads(text)[1] for text in set().union(*edges.values())}


def _page_controls(state: State, answered: set[str]) -> list[dict[str, Any]]:
    """A state's controls, but those that no state answers; sliders go in the steps that are stored."""
    trivial = lambda control: control.get("local") or len(control.get("options", "ab")) == 1  # noqa: E731
    return [_coarse(each) for each in state["scene"]["controls"] if each["name"] in answered or trivial(each)]


def _text(message: Message) -> str:
    """A message as JSON.stringify writes its kind, name or panel, and value or key."""
    parts = [message["kind"], message.get("name", message.get("panel")), message.get("value", message.get("key"))]
    whole = [int(part) if isinstance(part, float) and part.is_integer() else part for part in parts]
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _parted(part: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A part of a state, and the elements of the drawing taken out of it: most of them stay when a mark moves."""
    return (part | {"svg": None}, re.split("(?=<)", part["svg"])) if "svg" in part else (part, [])


def _packed(states: list[dict[str, Any]], edges: dict[int, dict[str, int]]) -> str:
    """Everything as base64 of gzipped JSON; equal parts of states, and equal elements of drawings, are stored once."""
    pool: dict[str, int] = {}
    elements: dict[str, int] = {}
    answered, tables = _answered(edges), []

    def put(part: dict[str, Any]) -> int:
        rest, drawn = _parted(part)
        if drawn:
            rest["svg"] = [elements.setdefault(each, len(elements)) for each in drawn]
        return pool.setdefault(json.dumps(rest), len(pool))

    for state in states:
        scene = state["scene"] | {"controls": _page_controls(state, answered)}
        scene |= {"browser": "stored", "panels": [put(panel) for panel in scene["panels"]]}
        tables.append({name: put(part) for name, part in (state | {"scene": scene}).items()})
    rest = json.dumps({"elements": list(elements), "states": tables, "edges": edges})
    text = f'{{"pool":[{",".join(pool)}],{rest[1:]}'
    return b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _coarse(state: dict[str, Any]) -> dict[str, Any]:
    """A control's state; of a slider with the steps that are stored."""
    if state["kind"] != "slider" or state["local"]:
        return state
    return state | {"step": _step(state["minimum"], state["maximum"], state["step"])}
