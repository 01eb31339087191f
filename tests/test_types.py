"""The types of the public names are there for mypy, and right: its strict mode accepts what users write."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import liftkit
from liftkit import study

ROOT = Path(__file__).parent.parent


@pytest.mark.long  # the first run reads torch, 35 seconds; with its cache 1
def test_mypy_knows_the_type_of_every_public_name_and_finds_the_mistakes_that_users_make(tmp_path, pytestconfig):
    revealed = tmp_path / "revealed.py"
    names = [*(f"liftkit.{name}" for name in liftkit.__all__), *(f"liftkit.study.{name}" for name in study.__all__)]
    revealed.write_text("\n".join(["import liftkit", "import liftkit.study", *(f"reveal_type({n})" for n in names)]))
    options = ["--strict", "--follow-imports=silent", "--cache-dir", str(pytestconfig.cache.mkdir("mypy"))]
    files = [str(ROOT / "tests" / "support" / "public_surface.py"), str(revealed)]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    command = [sys.executable, "-m", "mypy", *options, *files]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    types = re.findall(r'Revealed type is "(.*)"', done.stdout)
    assert len(types) == len(names)
    assert [name for name, found in zip(names, types, strict=True) if found == "Any"] == []
