"""What systemd wants to hear from a service of Type=notify (sd_notify(3)): one datagram for each word."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class Notifier:
    """Speaks to the socket systemd named; says nothing where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):  # an abstract socket
            self._address = "\0" + self._address[1:]

    def ready(self, status: str) -> None:
        """The start is over; units that wait for us may begin."""
        self._say(f"READY=1\nSTATUS={status}")

    def alive(self) -> None:
        """Said after every tick; a clock that stands still lets the watchdog restart us."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun."""
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
                way.settimeout(1.0)
                way.sendto(words.encode(), self._address)
        except OSError:
            pass  # nobody listens any more; our work does not depend on it
