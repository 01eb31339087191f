"""One page without a kernel: a controller's state, the browser's code and a list of facts, as one HTML text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

HERE = Path(__file__).parent / "js"
MODULES = (  # each may import from those before it
    "space", "queue", "controls", "describe", "skeleton", "chart", "lifter", "drag", "lines", "view", "stored",
    "source", "widget",
)  # fmt: skip
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
@media (max-width: 30rem) { body { margin: 1rem auto; padding: 0 .5rem } }
[data-jp-theme-light="false"] { color-scheme: dark; background: #111; color: #eee }
dl { padding: 0 .75rem; display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: .9rem }
dd { margin: 0; overflow-wrap: anywhere }
$style</style>
</head>
<body>
<main id="widget"></main>
$below
<script type="module">
const dark = matchMedia("(prefers-color-scheme: dark)"), paper = matchMedia("print"), root = document.documentElement;
const theme = () => { root.dataset.jpThemeLight = String(!dark.matches || paper.matches); };
for (const each of [dark, paper]) each.addEventListener("change", theme);
theme();
$script
const state = $state;
const model = { get: (name) => state[name], on() {}, off() {}, send() {}, kernel: false };
widget.render({ model, el: document.getElementById("widget") });
</script>
</body>
</html>
""")
SIDES = """\
<p class="lk">The person's <span style="color:var(--lk-left)"><b>left is blue and solid</b></span>, the
<span style="color:var(--lk-right)"><b>right orange and dashed</b></span>, the middle grey.</p>
"""


@cache
def script() -> str:
    """The browser's JavaScript: the modules of ``view/js`` put into one, in order."""
    text = "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in MODULES)
    text = re.sub(r"^ *(//.*)?\n|^ +| +// .*$", "", text, flags=re.MULTILINE)  # a page needs no comments, no margins
    text = re.sub(r'^import [^;]* from "\./[a-z]+\.js";\n', "", text, flags=re.MULTILINE)
    text = re.sub(r"^export (?=(async )?(function|const|class|let)\b)", "", text, flags=re.MULTILINE)
    text = re.sub(r"^[^'`/\n]+$", _tight, text, flags=re.MULTILINE)  # nor spaces outside of texts, where they are plain
    return re.sub(r"(?<=[{;,(\[])\n(?!export |import )", "", text)  # nor lines where code goes on in any case


def _tight(line: re.Match[str]) -> str:
    return re.sub(r'("[^"]*")| *([=?:,;&|<>{}()*]) *', lambda found: found[1] or found[2], line[0])


@cache
def style() -> str:
    """The CSS of widgets and pages."""
    return (HERE / "widget.css").read_text(encoding="utf-8")


def page_html(title: str, state: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> str:
    """A page to turn, play and hover without a kernel or a request, with ``facts`` listed below. Texts are escaped."""
    # "<" could end the script element from within; in JSON's texts it may be written like this
    data = json.dumps(state, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    code = script().replace("export default widget;", "")
    sides = any(isinstance(panel, Mapping) and panel.get("groups", ()) is None for panel in state.values())
    listed = "".join(f"<dt>{escape(str(k))}</dt><dd>{escape(str(v))}</dd>" for k, v in (facts or {}).items())
    below = (SIDES if sides else "") + (f"<dl>{listed}</dl>" if listed else "")
    return PAGE.substitute(title=escape(title), style=style(), script=code, state=data, below=below)
