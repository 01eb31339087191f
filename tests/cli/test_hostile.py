"""What is foreign or goes wrong outside: names from files, terminals, disks, memory and dying workers."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import numpy as np
import pytest
from command import run

import liftkit
from liftkit import Run, Study, save_poses
from liftkit.cli.common import show_table, visible

SMALL = ["--width", "16", "--batch", "8", "--steps", "2", "--seeds", "1"]
NASTY = "[red]a[/x] \x1b[31mred\x07"


def words(done) -> str:
    return " ".join(done.output.split())


@pytest.fixture
def file(tmp_path, tiny_poses):
    return save_poses(replace(tiny_poses, name=NASTY, action=np.full(24, NASTY)), tmp_path / "nasty.npz")


@pytest.mark.slow
def test_names_from_a_file_are_text_and_not_commands_for_the_terminal(file):
    for command in (["data", "show", file], ["data", "report", file], ["train", "--data", file, *SMALL]):
        done = run(*command)
        assert done.exit_code == 0, done.output
        assert "\x1b[31m" not in done.output and "\x07" not in done.output  # the bar moves the cursor, too
        assert "[red]a[/x] \\x1b[31mred\\x07" in words(done)


def test_a_table_shows_markup_as_it_is(capsys):
    import pandas as pd

    show_table(pd.DataFrame({"[bold]x": ["[/]", "[red]y, as wide as the title"]}), "[blue]title")
    shown = capsys.readouterr().out
    assert all(text in shown for text in ("[blue]title", "[/]", "[red]y", "[bold]x"))


def test_letters_of_any_language_stay():
    assert visible("Zoë läuft, 走る\nнога") == "Zoë läuft, 走る\nнога"


@pytest.mark.slow
def test_a_terminal_that_lacks_a_letter_is_no_failure(tmp_path, tiny_poses):
    path = save_poses(tiny_poses, tmp_path / "走る.npz")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-m", "liftkit", "study", "--data", path, *SMALL, "--out", tmp_path / "study"]
    command += ["--representations", "full"]
    done = subprocess.run(list(map(str, command)), env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert r"\u8d70\u308b" in done.stdout  # in the title of a table
    assert Study.load(tmp_path / "study").results.data.unique().tolist() == ["走る"]


def test_two_files_of_one_stem_are_not_one(tmp_path, tiny_poses):
    paths = [
        save_poses(tiny_poses, folder / "walk.npz") for folder in (tmp_path / "a", tmp_path / "b") if not folder.mkdir()
    ]
    for given in (["--data", paths[0], "--data", paths[1]], ["--data", paths[0], "--test", paths[1]]):
        done = run("study", *given, *SMALL, "--out", tmp_path / "study")
        assert done.exit_code == 2 and "would both be called 'walk'" in words(done)
        assert str(paths[0]) in words(done).replace(" ", "") and not (tmp_path / "study").exists()


@pytest.mark.slow
def test_a_name_that_is_a_path_or_endless_stays_in_the_studys_folder(tmp_path, tiny_poses):
    from liftkit import REPRESENTATIONS, TrainConfig, run_study

    full = REPRESENTATIONS["full"]
    config, out = TrainConfig(width=16, batch=8, steps=2), tmp_path / "in" / "study"
    for name in ("../../../../X", "/tmp/X", "a/b", "x" * 300):
        for representation, data in ((replace(full, name=name), "plain"), (full, name)):
            study = run_study([representation], replace(tiny_poses, name=data), [0], config, out, restart=True)
            found = study.results[["representation", "data"]].drop_duplicates()
            assert found.values.tolist() == [[representation.name, data]]
        assert [path.name for path in tmp_path.iterdir()] == ["in"]
        assert [path.name for path in (tmp_path / "in").iterdir()] == ["study"]


def test_a_picture_is_no_file_of_another_kind_and_nothing_is_written_over(tmp_path, file):
    run("train", "--data", file, *SMALL, "--out", tmp_path / "run")
    kept = {path: path.read_bytes() for path in (file, tmp_path / "run" / "run.json")}
    for out in kept:
        assert run("draw", tmp_path / "run", "--data", file, "--out", out).exit_code == 2
    picture = tmp_path / "x.svg"
    picture.write_text("mine")
    done = run("draw", tmp_path / "run", "--data", file, "--out", picture)
    assert done.exit_code == 2 and "exists already" in words(done) and picture.read_text() == "mine"
    assert all(path.read_bytes() == content for path, content in kept.items())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_only_a_regular_file_is_replaced(tmp_path):
    from liftkit.system.files import write_atomically

    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(ValueError, match="no regular file"):
            write_atomically(path, lambda f: f.write(b"x"))
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_run_is_saved_before_it_is_judged(tmp_path, file, monkeypatch):
    def fail(*_, **__):
        raise ValueError("no judgement today")

    monkeypatch.setattr(liftkit, "evaluate", fail)
    done = run("train", "--data", file, *SMALL, "--out", tmp_path / "run")
    assert done.exit_code == 2 and "no judgement today" in words(done)
    assert Run.load(tmp_path / "run").seeds == (0,)


def test_a_folder_that_cannot_be_written_is_found_before_training(tmp_path, file, monkeypatch):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr(liftkit, "Trainer", lambda *_, **__: pytest.fail("it trained"))
    done = run("train", "--data", file, *SMALL, "--out", tmp_path / "file" / "run")
    assert done.exit_code == 2 and "Error" in done.output and "Traceback" not in done.output


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        (BrokenProcessPool("88 lines"), 3, "the same command goes on"),
        (MemoryError(), 2, "memory ran out"),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 17179869184 bytes"),
            2,
            "memory",
        ),
    ],
)
def test_a_worker_that_dies_and_a_lack_of_memory_are_one_line(trouble, code, said, tmp_path, file, monkeypatch):
    def fail(*_, **__):
        raise trouble

    monkeypatch.setattr(liftkit, "run_study", fail)
    done = run("study", "--data", file, *SMALL, "--out", tmp_path / "study")
    assert done.exit_code == code and said in words(done) and "Traceback" not in done.output


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_study_that_is_stopped_says_in_a_line_how_to_go_on(tmp_path, tiny_poses, kind):
    path = save_poses(tiny_poses, tmp_path / "tiny.npz")
    given = ["--data", path, "--representations", "full", "--seeds", 2, "--members", 1, "--width", 16, "--batch", 8]
    command = [sys.executable, "-m", "liftkit", "study", *given, "--steps", 30_000, "--out", tmp_path / "study"]
    study = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if list((tmp_path / "study" / "jobs").glob("*")):
            break
        time.sleep(0.1)
    time.sleep(1)
    study.send_signal(kind)
    said = study.communicate(timeout=60)[1]
    assert study.returncode == 3 and "Stopped. What is done is kept" in said and "the same command goes on" in said
    assert "Traceback" not in said
