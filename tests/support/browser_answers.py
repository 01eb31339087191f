"""What a browser answers without a kernel, by node, compared with what the widget's controller answers."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from liftkit.view import page
from liftkit.view.controller import Controller

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Each list of messages is answered by a fresh page, one message after the other.
ANSWER = """
import { readFileSync } from "node:fs";
import { Source } from "./source.js";
const { state, visits } = JSON.parse(readFileSync("given.json"));
const model = { get: (name) => state[name], on() {}, send() {}, kernel: false };
const found = [];
for (const messages of visits) {
  const source = new Source(model, () => {}, () => {}), states = [];
  await source.ready;
  for (const message of messages) {
    source.send(null, message);
    for (let i = 0; i < 1000 && source.timer; i++) clearTimeout(source.timer), source.work();
    states.push(Object.fromEntries(Object.keys(state).map((name) => [name, source.get(name)])));
  }
  found.push(states);
}
console.log(JSON.stringify(found));
"""


def answered(
    controller: Controller, messages: list[dict[str, Any]], folder: Path, stored: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The state of a page of the controller after each message; ``stored``: the answers of a page of stored states."""
    return visited(controller, [messages], folder, stored)[0]


def visited(
    controller: Controller, visits: list[list[dict[str, Any]]], folder: Path, stored: dict[str, Any] | None = None
) -> list[list[dict[str, Any]]]:
    """As :func:`answered`, for several lists of messages, each on a fresh page."""
    for file in page.HERE.glob("*.js"):
        shutil.copy(file, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    state = controller.state() | {"answers": stored or controller.answers()}
    if stored:
        state["scene"]["browser"] = "stored"
    (folder / "given.json").write_text(json.dumps({"state": state, "visits": visits}))
    (folder / "answer.js").write_text(ANSWER)
    done = subprocess.run([shutil.which("node"), "answer.js"], capture_output=True, text=True, timeout=300, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def same_answers(controller: Controller, messages: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Assert that the browser's answer to each message is the controller's; returns the controller's."""
    found, expected = answered(controller, messages, folder), []
    for message, ours in zip(messages, found, strict=True):
        controller.handle(message)
        expected.append(json.loads(json.dumps(controller.state())))
        for name, theirs in expected[-1].items():
            same(ours[name], theirs, f"{message} {name}")
    return expected


def same(ours: Any, theirs: Any, where: str) -> None:
    """Equal values; numbers that are drawn differ by at most one step of the panel, those in texts by a last digit."""
    if isinstance(theirs, dict):
        assert set(theirs) <= set(ours), f"{where}: {set(theirs) - set(ours)}"
        for key, value in theirs.items():
            same(ours[key], value, f"{where}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), where
        if theirs and all(isinstance(value, int | float) for value in theirs):
            whole = all(isinstance(value, int) for value in theirs)
            np.testing.assert_allclose(ours, theirs, atol=1 if whole else 2e-3, err_msg=where)
        else:
            for i, pair in enumerate(zip(ours, theirs, strict=True)):
                same(*pair, f"{where}[{i}]")
    elif isinstance(theirs, str):
        assert NUMBER.sub("#", ours) == NUMBER.sub("#", theirs), f"{where}: {ours} is not {theirs}"
        for one, other in zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=True):
            digits = len(other.partition(".")[2])
            assert abs(float(one) - float(other)) < 1.5 * 10**-digits, f"{where}: {ours} is not {theirs}"
    elif isinstance(theirs, float):
        assert abs(ours - theirs) < 1e-4, f"{where}: {ours} is not {theirs}"
    else:
        assert ours == theirs, f"{where}: {ours} is not {theirs}"
