"""Nothing leaves the machine while a rehearsal runs, whatever the code tries."""

from __future__ import annotations

import ipaddress
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_active = 0
_installed = False
_lock = threading.Lock()


class OutboundRefused(PermissionError):
    """The rehearsal wanted to reach something beyond this machine."""


@contextmanager
def loopback_only() -> Iterator[None]:
    """For the block, this process can reach loopback addresses only; any other connection raises `OutboundRefused`."""
    global _active, _installed
    with _lock:
        if not _installed:
            sys.addaudithook(_refuse_outbound)  # hooks can't be removed: this one asks whether it is wanted
            _installed = True
        _active += 1
    try:
        yield
    finally:
        with _lock:
            _active -= 1


def _refuse_outbound(event: str, arguments: tuple[object, ...]) -> None:
    if not _active:
        return
    if event in {"socket.connect", "socket.sendto"} and not _is_loopback(arguments[-1]):
        raise OutboundRefused(f"a rehearsal reaches nothing but this machine; refused {arguments[-1]}")
    if event == "socket.getaddrinfo" and not _is_loopback((arguments[0],)):
        raise OutboundRefused(f"a rehearsal looks up nothing but this machine; refused {arguments[0]}")


def _is_loopback(address: object) -> bool:
    if isinstance(address, str | bytes):  # a Unix socket
        return True
    host = address[0] if isinstance(address, tuple) and address else None
    if host in (None, "localhost", b"localhost"):
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False
