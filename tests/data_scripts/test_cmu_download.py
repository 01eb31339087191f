"""data_scripts/cmu.py fetches a subject's files from a server that may break off or misbehave."""

import http.server
import re
import threading

import pytest
from motion_files import amc, asf
from scripts import call_script

FILES = {"/02/02.asf": asf(), "/02/02_01.amc": amc([{}] * 300)}


class Server(http.server.BaseHTTPRequestHandler):
    """Serves FILES with ranges. ``cut``: bytes after which it breaks off, once; ``quirk``: how it misbehaves."""

    cut, quirk, asked = None, "", []

    def do_GET(self):
        whole = FILES.get(self.path)
        given = self.headers.get("Range")
        type(self).asked.append((self.path, given))
        if whole is None:
            return self.send_error(404, "Not Found")
        whole = {
            "changed": b"#\n" + whole,
            "deaf": b"#\n" + whole,
            "page": b"# a\n<html>",
            "web page": b" <!DOCTYPE html>",
            "empty": b"",
        }.get(self.quirk, whole)
        tag = str(hash(whole))
        ranges = given and self.quirk != "no ranges" and (self.quirk == "deaf" or self.headers.get("If-Range") == tag)
        start = int(re.fullmatch(r"bytes=(\d+)-", given)[1]) if ranges else 0
        if start and start >= len(whole):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(whole)}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.send_response(206 if start else 200)
        self.send_header("ETag", tag)
        if start:
            shift = 7 if self.quirk == "other range" else 0
            self.send_header("Content-Range", f"bytes {start + shift}-{len(whole) - 1}/{len(whole)}")
        if self.quirk != "no length":
            self.send_header("Content-Length", str(len(whole) - start + (5 if self.quirk == "wrong size" else 0)))
        self.end_headers()
        cut, type(self).cut = self.cut, None
        self.wfile.write(whole[start:cut])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    """The address of a local server, and the class whose fields say how it behaves."""
    kind = type("Server", (Server,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", kind
        running.shutdown()
        thread.join()


def fetch(address, folder, *trials):
    return call_script("cmu", "download", 2, *trials, "--folder", folder, "--address", address)


def test_a_subject_is_fetched_and_read(tmp_path, server):
    done = fetch(server[0], tmp_path, 1)
    assert done.exit_code == 0, done.output
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {n.rsplit("/")[-1]: c for n, c in FILES.items()}
    again = fetch(server[0], tmp_path, 1)
    assert again.exit_code == 0 and again.stdout.count("is there already") == 2
    assert len(server[1].asked) == 2
    assert call_script("cmu", "asf", tmp_path, "--out", tmp_path / "out.npz").exit_code == 0


@pytest.mark.parametrize("quirk", ["", "no ranges"])
def test_an_interrupted_transfer_goes_on(tmp_path, server, quirk):
    server[1].cut, server[1].quirk = 3000, quirk
    (tmp_path / "02.asf").write_bytes(FILES["/02/02.asf"])
    done = fetch(server[0], tmp_path, 1)
    assert done.exit_code == 2
    assert re.search(r"02_01\.amc: expected [\d,]+ bytes, found 3,000", done.stderr)
    assert (tmp_path / "02_01.amc.part").read_bytes() == FILES["/02/02_01.amc"][:3000]
    assert not (tmp_path / "02_01.amc").exists()
    done = fetch(server[0], tmp_path, 1)
    assert done.exit_code == 0, done.output
    assert server[1].asked[-1] == ("/02/02_01.amc", "bytes=3000-")
    assert (tmp_path / "02_01.amc").read_bytes() == FILES["/02/02_01.amc"]
    assert not (tmp_path / "02_01.amc.part").exists()


def write_part(folder, name, content, of=None):
    """The part of an earlier call, of the file as the server has it or of another version."""
    (folder / f"{name}.part").write_bytes(content)
    (folder / f"{name}.part-version").write_text(str(hash(of or FILES[f"/02/{name}"])))


def test_a_file_that_changed_between_two_calls_begins_anew(tmp_path, server):
    (tmp_path / "02.asf").write_bytes(FILES["/02/02.asf"])
    server[1].cut = 3000
    assert fetch(server[0], tmp_path, 1).exit_code == 2
    server[1].quirk = "changed"
    assert fetch(server[0], tmp_path, 1).exit_code == 0
    assert (tmp_path / "02_01.amc").read_bytes() == b"#\n" + FILES["/02/02_01.amc"]


def test_a_changed_file_is_not_joined_if_the_server_does_not_know_if_range(tmp_path, server):
    (tmp_path / "02.asf").write_bytes(FILES["/02/02.asf"])
    server[1].cut = 3000
    assert fetch(server[0], tmp_path, 1).exit_code == 2
    server[1].quirk = "deaf"
    done = fetch(server[0], tmp_path, 1)
    assert done.exit_code == 2 and "02_01.amc: the file has changed" in done.stderr
    assert fetch(server[0], tmp_path, 1).exit_code == 0
    assert (tmp_path / "02_01.amc").read_bytes() == b"#\n" + FILES["/02/02_01.amc"]


def test_a_part_of_an_unknown_version_begins_anew(tmp_path, server):
    (tmp_path / "02.asf.part").write_bytes(b"something else")
    assert fetch(server[0], tmp_path, 1).exit_code == 0
    assert (tmp_path / "02.asf").read_bytes() == FILES["/02/02.asf"]


def test_a_transfer_that_was_whole_is_put_in_place(tmp_path, server):
    write_part(tmp_path, "02.asf", FILES["/02/02.asf"])
    write_part(tmp_path, "02_01.amc", FILES["/02/02_01.amc"] + b"more")
    done = fetch(server[0], tmp_path, 1)
    assert (tmp_path / "02.asf").read_bytes() == FILES["/02/02.asf"]
    assert done.exit_code == 2
    assert re.search(r"02_01\.amc: .* does not fit the server's file", done.stderr)
    assert not (tmp_path / "02_01.amc.part").exists() and not (tmp_path / "02.asf.part-version").exists()


@pytest.mark.parametrize(
    ("quirk", "message"),
    [
        ("wrong size", r"expected [\d,]+ bytes, found [\d,]+"),
        ("no length", "the server does not say how long the file is"),
        ("other range", "expected the bytes from 10 on, found 'bytes 17-"),
        ("web page", "expected a skeleton or motion, found b'<!DOCTYPE html>'"),
        ("page", "expected a skeleton or motion, found b'# a"),
        ("empty", "expected a file, found an empty one"),
    ],
)
def test_a_server_that_misbehaves_gives_no_file(tmp_path, server, quirk, message):
    server[1].quirk = quirk
    if quirk == "other range":
        write_part(tmp_path, "02.asf", FILES["/02/02.asf"][:10])
    done = fetch(server[0], tmp_path, 1)
    assert done.exit_code == 2
    assert re.search(rf"Error: {server[0]}/02/02\.asf: {message}", done.stderr), done.stderr
    assert not (tmp_path / "02.asf").exists()


def test_what_is_not_there_or_nobody_serves(tmp_path, server):
    done = fetch(server[0], tmp_path, 9)
    assert (done.exit_code, "02_09.amc: the server answers 404 Not Found" in done.stderr) == (2, True)
    done = fetch("http://127.0.0.1:1", tmp_path, 3)
    assert (done.exit_code, "127.0.0.1:1/02/02_03.amc: no " in done.stderr) == (2, True)
