"""A bad line in front of a server: answers get lost after the server has acted, or come as something else.

It forwards to a server on loopback, real or a stand-in, and breaks the next
writes as it is told. What counts as a write is for the network to say.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

#: Method and path of a request: does it write something the world can see?
IsWrite = Callable[[str, str], bool]
_PAGE = b"<!doctype html><title>Anmeldung</title>"
_OURS = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "content-encoding",
    "keep-alive",
    "accept-encoding",
}


@dataclass
class BadLine:
    """What happens to the next writes; each number runs down."""

    url: str = ""
    breaks: dict[str, int] = field(default_factory=dict)
    status: int = 0  #: If set, every write is answered with it and goes nowhere.
    headers: dict[str, str] = field(default_factory=dict)  #: Beside that status.
    said: bytes = b'{"error":"broken"}'  #: The body beside that status.
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    forwarded: int = 0  #: Writes that reached the server.

    def break_next(self, how: str, times: int = 1) -> None:
        """One of lose_answers, fail_after_storing, html_after_storing, fail_before_storing, hold_answers."""
        with self.lock:
            self.breaks[how] = times

    def takes(self, how: str) -> bool:
        """Whether this write breaks in that way."""
        with self.lock:
            left = self.breaks.get(how, 0)
            self.breaks[how] = max(left - 1, 0)
            return left > 0


@contextmanager
def bad_line(upstream: str, is_write: IsWrite) -> Iterator[BadLine]:
    """A line to `upstream`; good until it is told to break."""
    line = BadLine()
    client = httpx.Client(base_url=upstream, trust_env=False, timeout=30)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            write = is_write(self.command, self.path)
            if write and line.status:
                return self._say(line.status, line.said, line.headers)
            if write and line.takes("fail_before_storing"):
                return self._say(503, _PAGE, {"Content-Type": "text/html"})
            kept = {name: value for name, value in self.headers.items() if name.lower() not in _OURS}
            answer = client.request(self.command, self.path, content=body, headers=kept)
            if write:
                with line.lock:
                    line.forwarded += 1
                if line.takes("hold_answers"):
                    line.stopping.wait(30)
                if line.takes("lose_answers"):
                    return self._hang_up()
                if line.takes("fail_after_storing"):
                    return self._say(502, _PAGE, {"Content-Type": "text/html"})
                if line.takes("html_after_storing"):
                    return self._say(200, _PAGE, {"Content-Type": "text/html"})
            passed = {name: value for name, value in answer.headers.items() if name.lower() not in _OURS}
            return self._say(answer.status_code, answer.content, passed)

        do_GET = do_POST = do_PUT = do_DELETE = _forward

        def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _hang_up(self) -> None:
            # Closed with a reset: the client sees that the answer is lost, not a slow server.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def handle(self) -> None:
            with suppress(OSError):  # the other side, or we ourselves, hung up
                super().handle()

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    line.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield line
    finally:
        line.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
        client.close()
