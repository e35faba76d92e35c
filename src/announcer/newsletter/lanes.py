"""Connections at work, many in one thread: who is ready goes on."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from announcer.model.ledger import Outcome
from announcer.newsletter.connection import Connection
from announcer.newsletter.rounds import Letter
from announcer.newsletter.smtp import Step

Done = list[tuple[Letter, Outcome]]


@dataclass(slots=True, eq=False)
class Lane:
    """A connection with the round it sends."""

    connection: Connection
    letters: tuple[Letter, ...]
    steps: Generator[Step, None, None]
    done: Done
    limit: int  #: How many letters were asked for.
    descriptor: int = -1
    watched: int = 0  #: What the poll waits for: `select.POLLIN` or `select.POLLOUT`.
    began: float = field(default_factory=time.monotonic)
    since: float = 0.0  #: When it last went on, on the monotonic clock.


class Lanes:
    """What a thread watches. `wake` may come from any thread, the rest from one."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._lanes: dict[int, Lane] = {}
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        self._poll.register(self._ear, select.POLLIN)

    def __iter__(self) -> Iterator[Lane]:
        return iter(list(self._lanes.values()))

    def add(self, lane: Lane) -> None:
        """Watch a lane from now on."""
        lane.descriptor = lane.connection.begin_round()
        lane.watched = select.POLLIN
        lane.since = time.monotonic()
        self._lanes[lane.descriptor] = lane
        self._poll.register(lane.descriptor, lane.watched)

    def remove(self, lane: Lane) -> None:
        """Watch it no longer."""
        del self._lanes[lane.descriptor]
        self._poll.unregister(lane.descriptor)
        lane.connection.end_round()

    def watch(self, lane: Lane, now: float) -> None:
        """Wait for what the lane waits for."""
        lane.since = now
        wanted = select.POLLOUT if lane.connection.unsent else select.POLLIN
        if wanted != lane.watched:
            lane.watched = wanted
            self._poll.modify(lane.descriptor, wanted)

    def ready(self, seconds: float) -> list[Lane]:
        """The lanes that can go on, after waiting no longer than `seconds` or until somebody calls `wake`."""
        found = []
        for descriptor, _ in self._poll.poll(seconds * 1000):
            if descriptor in self._lanes:
                found.append(self._lanes[descriptor])
            else:
                with contextlib.suppress(BlockingIOError):
                    self._ear.recv(4096)
        return found

    def wake(self) -> None:
        """End the wait of `ready`."""
        with contextlib.suppress(OSError):  # full: it wakes anyway; closed: nobody waits any more
            self._mouth.send(b"!")

    def close(self) -> None:
        """Let go of what it holds; the connections are not its own."""
        self._ear.close()
        self._mouth.close()
