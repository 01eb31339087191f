"""The browser's side of the widgets: node's own runner on its pure parts, and what holds for every file of it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from liftkit.geometry import rotate
from liftkit.view import page

NODE = shutil.which("node")
ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "liftkit" / "view" / "js").iterdir())
TESTS = sorted((ROOT / "tests" / "view" / "js").glob("*.test.mjs"))
needs_node = pytest.mark.skipif(not NODE, reason="needs Node (Debian: apt install nodejs)")


def node(*arguments: str, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run([NODE, *arguments], capture_output=True, text=True, timeout=120, cwd=folder)


@pytest.fixture
def copied(tmp_path) -> Path:
    """Sources and tests as node takes them for modules in each of its versions."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for path in [*SOURCES, *TESTS]:
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


@pytest.mark.slow
@needs_node
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_the_pure_parts_pass_their_own_tests(copied, path):
    done = node("--test", str(path.relative_to(ROOT)), folder=copied)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"pass (\d+)", done.stdout)[1]) >= path.read_text().count("\ntest(") > 0


@pytest.mark.slow
@needs_node
def test_a_javascript_test_can_fail(copied):
    broken = copied / "liftkit" / "view" / "js" / "space.js"
    broken.write_text(broken.read_text().replace("c * x + s * z", "c * x - s * z"))
    done = node("--test", "tests/view/js/space.test.mjs", folder=copied)
    assert done.returncode != 0
    assert "not ok" in done.stdout or "✖" in done.stdout


@needs_node
def test_the_browser_turns_poses_as_liftkit_does(copied):
    rng = np.random.default_rng(0)
    points, angles = rng.normal(size=(20, 3)), rng.uniform(-3, 3, size=(20, 2))
    code = (
        'import { turned } from "./liftkit/view/js/space.js";\n'
        f"const points = {json.dumps(points.tolist())}, angles = {json.dumps(angles.tolist())};\n"
        "const told = points.map((p, i) => turned(p, { azimuth: angles[i][0], elevation: angles[i][1] }));\n"
        "console.log(JSON.stringify(told));\n"
    )
    (copied / "turn.mjs").write_text(code)
    done = node("turn.mjs", folder=copied)
    assert done.returncode == 0, done.stderr
    expected = rotate(points[:, None], angles[:, 0], angles[:, 1])[:, 0]
    np.testing.assert_allclose(json.loads(done.stdout), expected, atol=1e-12)


@needs_node
def test_the_script_put_together_parses(tmp_path):
    (tmp_path / "widget.mjs").write_text(page.script())
    done = node("--check", "widget.mjs", folder=tmp_path)
    assert done.returncode == 0, done.stderr


@needs_node
def test_the_script_put_together_is_a_widget(tmp_path):
    (tmp_path / "widget.mjs").write_text(page.script())
    (tmp_path / "look.mjs").write_text(
        'import * as found from "./widget.mjs";\n'
        "console.log(JSON.stringify([Object.keys(found), Object.keys(found.default), typeof found.default.render]));\n"
    )
    done = node("look.mjs", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [["default"], ["render"], "function"]


def test_the_script_put_together_has_one_export_and_imports_nothing():
    lines = page.script().splitlines()
    assert [line for line in lines if re.match(r"\s*export\b", line)] == ["export default widget;"]
    assert not [line for line in lines if re.search(r"^\s*import\b|\bimport\(|\brequire\(", line)]


def test_every_module_is_put_together_after_those_it_imports():
    names = {path.stem for path in SOURCES if path.suffix == ".js"}
    assert names == set(page.MODULES)
    for i, name in enumerate(page.MODULES):
        needs = re.findall(r'^import [^;]* from "\./(\w+)\.js";$', (page.HERE / f"{name}.js").read_text(), re.MULTILINE)
        assert set(needs) <= set(page.MODULES[:i]), name


def test_modules_put_together_do_not_name_two_things_alike():
    sources = "\n".join((page.HERE / f"{name}.js").read_text() for name in page.MODULES)
    found = re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", sources, re.MULTILINE)
    assert len(found) > 20
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_file_is_small_and_loads_nothing(path):
    assert path.suffix in (".js", ".css")
    assert path.stat().st_size <= 50_000
    text = path.read_text().replace('"http://www.w3.org/2000/svg"', "")
    addresses = re.findall(r"https?:|//\w[\w.-]*\.\w|\burl\(|@import|\bfetch\(|XMLHttpRequest|WebSocket", text)
    assert not addresses


@pytest.mark.parametrize("path", [path for path in SOURCES if path.suffix == ".js"], ids=lambda path: path.name)
def test_texts_are_never_taken_for_html(path):
    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
    )
