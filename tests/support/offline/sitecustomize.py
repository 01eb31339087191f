"""Python without a network: only this machine can be reached.

Every Python that is started with this folder in PYTHONPATH runs this file first (the module ``site`` imports it).
tests/conftest.py puts it there, so it holds for the tests, for the lessons' kernels and for every command they start.
"""

import re
import socket
import sys

HERE = re.compile(r"(localhost|127\.[\d.]+|::1|0\.0\.0\.0|::|)(%\w+)?")
NAMES = ("socket.getaddrinfo", "socket.gethostbyname")


def refuse(event: str, arguments: tuple) -> None:
    """Audit hook (PEP 578) that raises OSError if anything asks for another machine."""
    if event in NAMES:
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        # Connecting a datagram socket sends nothing; dask finds out this machine's address that way.
        host = "" if event == "socket.connect" and arguments[0].type == socket.SOCK_DGRAM else arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host or ""
    if not HERE.fullmatch(host) and host != socket.gethostname():
        raise OSError(f"the tests run with the network cut; {event} asked for {host}")


sys.addaudithook(refuse)
