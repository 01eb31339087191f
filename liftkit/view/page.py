"""The browser's side of a widget as text: its script and style, and a page that needs nothing else."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

HERE = Path(__file__).parent / "js"
MODULES = ("space", "line", "skeleton", "controls", "widget")  # each may import from those before it
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
body { font: 15px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 70rem; padding: 0 1rem }
$style</style>
</head>
<body class="lk-page">
<main id="widget"></main>
$below
<script type="module">
$script
const state = $state;
const model = { get: (name) => state[name], on() {}, off() {}, send() {}, kernel: false };
widget.render({ model, el: document.getElementById("widget") });
</script>
</body>
</html>
""")


@cache
def script() -> str:
    """The widget's JavaScript: its modules put into one, in order."""
    text = "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in MODULES)
    text = re.sub(r'^import [^;]* from "\./[a-z]+\.js";\n', "", text, flags=re.MULTILINE)
    return re.sub(r"^export (?=(async )?(function|const|class|let)\b)", "", text, flags=re.MULTILINE)


@cache
def style() -> str:
    """The widget's CSS."""
    return (HERE / "widget.css").read_text(encoding="utf-8")


def page_html(title: str, state: dict[str, Any], below: str = "") -> str:
    """A page that shows a widget's state, to turn and play, without a kernel and without a network.

    ``state``: what the widget tells the browser; ``below``: HTML text under it. Texts in the state are shown as text.
    """
    # "<" could end the script element from within; in JSON's texts it may be written like this
    numbers = json.dumps(state, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    code = script().replace("export default widget;", "")
    return PAGE.substitute(title=escape(title), style=style(), script=code, state=numbers, below=below)
