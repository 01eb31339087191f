"""Python with the network cut: only this machine can be reached.

Every Python that is started with this folder in PYTHONPATH runs this file first (the module ``site`` imports it), so
tests/conftest.py cuts the network of the tests, of the lessons' kernels and of every command that they start.
"""

import re
import socket
import sys

HERE = re.compile(r"(localhost|127\.[\d.]+|::1|0\.0\.0\.0|::|)(%\w+)?")
NAMES = ("socket.getaddrinfo", "socket.gethostbyname")


def refuse(event: str, arguments: tuple) -> None:
    """An audit hook (PEP 578): raises OSError where anything asks for another machine."""
    if event in NAMES:
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        # To connect a datagram socket sends nothing; dask learns so which address this machine has.
        host = "" if event == "socket.connect" and arguments[0].type == socket.SOCK_DGRAM else arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host or ""
    if not HERE.fullmatch(host) and host != socket.gethostname():
        raise OSError(f"the tests run with the network cut; {event} wanted {host}")


sys.addaudithook(refuse)
