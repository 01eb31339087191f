"""The tests and the kernels of the lessons have no network, so a lesson that needs it fails."""

import socket
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

OTHER = "192.0.2.1"  # an address that no machine has (RFC 5737)


@pytest.mark.parametrize("ask", [socket.gethostbyname, lambda host: socket.create_connection((host, 80), timeout=5)])
@pytest.mark.parametrize("host", [OTHER, "example.org"])
def test_no_other_machine_can_be_reached(ask, host):
    with pytest.raises(OSError, match=f"network cut.*{host}"):
        ask(host)


def test_no_datagram_leaves():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        with pytest.raises(OSError, match="network cut"):
            sender.sendto(b"hello", (OTHER, 53))


def test_this_machine_can_be_reached():
    with socket.create_server(("localhost", 0)) as server:
        socket.create_connection(server.getsockname()[:2], timeout=5).close()


def test_a_command_has_none_either():
    code = f"import urllib.request; urllib.request.urlopen('http://{OTHER}', timeout=5)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 1 and "network cut" in ended.stderr


@pytest.mark.slow
def test_a_lesson_has_none_either():
    cell = nbformat.v4.new_code_cell(f"import socket\nsocket.create_connection(('{OTHER}', 80), timeout=5)")
    with pytest.raises(CellExecutionError, match="network cut"):
        NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3").execute()
