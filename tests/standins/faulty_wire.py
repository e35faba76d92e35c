"""A wire that can be cut: what goes in does not come out any more, and nobody is told.

with Wire("127.0.0.1", port) as wire:
    ... connect to wire.port
    wire.cut()
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit


class Wire:
    """A TCP port that is carried to another one, or to a socket of the file system."""

    def __init__(self, host: str, port: int, path: str = "") -> None:
        self._target = (host, port)
        self._path = path
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._whole = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def to_postgres(cls, url: str) -> Wire:
        """To the server of a database's address, which may be a socket in a folder."""
        parts = urlsplit(url)
        folder = parse_qs(parts.query).get("host", [""])[0]
        port = parts.port or 5432
        return cls("", 0, f"{unquote(folder)}/.s.PGSQL.{port}") if folder else cls(parts.hostname or "", port)

    def postgres_url(self, url: str) -> str:
        """The database's address over this wire."""
        parts = urlsplit(url)
        user = re.sub(r"@.*", "", parts.netloc)
        return f"postgresql://{user}@127.0.0.1:{self.port}{parts.path}"

    def __enter__(self) -> Wire:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self) -> None:
        """From here on nothing passes, in either direction, and no connection ends."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    async def _start(self) -> None:
        self._whole.set()
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.1)  # in which the closed connections end

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        await self._whole.wait()
        there = (
            await asyncio.open_unix_connection(self._path)
            if self._path
            else await asyncio.open_connection(*self._target)
        )
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await asyncio.gather(self._pass(reader, there[1]), self._pass(there[0], writer))
        finally:
            writer.close()
            there[1].close()
            self._tasks.discard(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._whole.wait()
            writer.write(data)
            await writer.drain()
        await self._whole.wait()
        writer.close()
