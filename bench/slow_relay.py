"""A relay of our own that answers each mail after a while, as one across a network does; in a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_GREETING = b"220 slow ESMTP\r\n"
_EXTENSIONS = b"250-slow\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
_ANSWERS = {b"EHLO": _EXTENSIONS, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
_END = b"\r\n.\r\n"


class _Conversation(asyncio.Protocol):
    """One connection: commands are answered at once, the end of a mail after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._came = b""
        self._in_mail = False
        self._busy = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        self._came += data
        self._go_on()

    def _go_on(self) -> None:
        while not self._busy:
            mark = _END if self._in_mail else b"\r\n"
            line, found, rest = self._came.partition(mark)
            if not found:
                return
            self._came = rest
            if self._in_mail:
                self._in_mail, self._busy = False, True
                asyncio.get_running_loop().call_later(self._seconds, self._taken)
            else:
                self._answer(line[:4].upper())

    def _answer(self, verb: bytes) -> None:
        self._in_mail = verb == b"DATA"
        self._transport.write(_ANSWERS.get(verb, b"250 ok\r\n"))
        if verb == b"QUIT":
            self._transport.close()

    def _taken(self) -> None:
        self._busy = False
        self._transport.write(b"250 2.0.0 taken\r\n")
        self._go_on()


async def _serve(seconds: float, pipe: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Conversation(seconds), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(seconds: float, pipe: Connection) -> None:
    asyncio.run(_serve(seconds, pipe))


@contextmanager
def slow_relay(seconds: float) -> Iterator[int]:
    """Running for the block; gives its port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(seconds, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()
