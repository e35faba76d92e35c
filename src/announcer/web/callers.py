"""Who calls: the address of the connection, or what a proxy of ours says it is."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from fastapi import Request

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Callers:
    """Believes X-Forwarded-For as far as it was written by proxies that config.toml trusts."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._trusted: list[_Network] = [ipaddress.ip_network(one) for one in trusted]

    def of(self, request: Request) -> str:
        """The caller's address.

        Each proxy adds who called it at the end. Going back from there, the
        first that is not one of ours is the caller; what stands before it
        anybody may have made up.
        """
        peer = request.client.host if request.client else ""
        chain = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
        while chain and self._is_ours(peer):
            hop = _bare(chain.pop())
            if hop is None:  # no address: from here on it can't be followed
                break
            peer = hop
        return peer

    def _is_ours(self, address: str) -> bool:
        found = _bare(address)
        return found is not None and any(ipaddress.ip_address(found) in network for network in self._trusted)


def _bare(text: str) -> str | None:
    """An address without brackets, port and zone; None if it is none."""
    host = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return None
