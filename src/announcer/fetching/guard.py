"""Which addresses may be reached, and connections that keep to them and to a deadline."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore

from announcer.errors import SettingsError

Address = IPv4Address | IPv6Address

#: Not public, whatever a Python version's `is_global` says of them.
_INSIDE = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
#: An IPv4 address stands in the last 32 bits (RFC 6052 §2.1).
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet: also the IPv4 address that an IPv6 one carries must."""
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return False
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return is_public(carried)
    return address.is_global and not any(address in block for block in _INSIDE if block.version == address.version)


class Deadline:
    """When all of it must be over, on the monotonic clock."""

    def __init__(self, end: float) -> None:
        self._end = end

    def within(self, wanted: float | None) -> float:
        """The time an operation may take; raises `TimeoutError` when none is left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the whole is over")
        return left if wanted is None else min(wanted, left)


class Guarded(httpcore.NetworkBackend):
    """Connects only to addresses that `addresses` gives for a host; TLS still asks for the host's own name."""

    def __init__(self, addresses: Callable[[str, int], list[str]], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        last: Exception = OSError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._plain.connect_tcp(
                    address, port, self._deadline.within(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return _Bounded(stream, self._deadline)
        raise last


class _Bounded(httpcore.NetworkStream):
    """A stream whose every operation ends with the deadline: a drip can't keep it open."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.within(timeout))
        return _Bounded(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def within_seconds(seconds: float, ask: Callable[[], Collection[str]]) -> Collection[str]:
    """The answer of `ask`, which can't be told to hurry: after `seconds` it is left to itself."""
    answers: queue.SimpleQueue[Collection[str] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(ask())
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=run, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty as error:
        raise TimeoutError("no answer from the name server") from error
    if isinstance(found, Exception):
        raise found
    return found


class Allowed:
    """Inner addresses that may be reached all the same."""

    def __init__(self, entries: Collection[str]) -> None:
        self._exact: set[tuple[Address, int]] = set()
        self._networks = []
        for entry in entries:
            try:
                if "/" in entry:
                    self._networks.append(ip_network(entry))
                else:
                    host, _, port = entry.rpartition(":")
                    self._exact.add((ip_address(host.strip("[]")), int(port)))
            except ValueError as error:
                raise SettingsError(
                    f"config.toml: [fetching] 'allow' has {entry!r}, which is no address; "
                    "write address:port, like 10.2.3.4:443, or a network, like 10.2.0.0/16"
                ) from error

    def holds(self, address: Address, port: int) -> bool:
        return (address, port) in self._exact or any(address in network for network in self._networks)
