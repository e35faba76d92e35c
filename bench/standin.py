"""A Mastodon server as small as can be, in another process: it stamps the first byte of each post."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection

#: How long posts may stay away before the benchmark gives up.
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class StandIn:
    """The server as this process sees it."""

    url: str
    pipe: Connection

    def arrivals(self, name: str, number: int) -> dict[str, datetime]:
        """When the first byte of each post came whose text begins with `name`, once there are so many."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.pipe.send(name)
            found: dict[str, datetime] = self.pipe.recv()
            if len(found) >= number:
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"of {number} posts only {len(found)} arrived")
            time.sleep(0.5)


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """A running server."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,))
    process.start()
    there.close()
    try:
        yield StandIn(here.recv(), here)
    finally:
        here.send("")
        process.join()


def _serve(pipe: Connection) -> None:
    asyncio.run(_Server(pipe).run())


class _Server:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._came: dict[str, datetime] = {}

    async def run(self) -> None:
        """Until the name asked for is empty."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Conversation(self._came), "127.0.0.1", 0)
        self._pipe.send(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        while name := await loop.run_in_executor(None, self._pipe.recv):
            self._pipe.send({text: at for text, at in list(self._came.items()) if text.startswith(f"{name} ")})
        server.close()


class _Conversation(asyncio.Protocol):
    """HTTP/1.1 as far as a POST with a Content-Length needs it (RFC 9112)."""

    def __init__(self, came: dict[str, datetime]) -> None:
        self._came = came
        self._held = b""
        self._first = datetime.now(UTC)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Stamp the first byte; answer once the body is whole."""
        if not self._held:
            self._first = datetime.now(UTC)
        self._held += data
        head, _, body = self._held.partition(b"\r\n\r\n")
        if len(body) < _length(head) or not body:
            return
        self._held = b""
        self._came[json.loads(body)["status"]] = self._first
        number = str(len(self._came))
        answer = json.dumps({"id": number, "url": f"https://social.city.example/@presse/{number}"}).encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer)
        )


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return next((int(value) for name, _, value in lines if name.strip().lower() == b"content-length"), 0)
