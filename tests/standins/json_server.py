"""An HTTP server on loopback that answers JSON: what the stand-ins of networks have in common."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    path: tuple[str, ...]  #: Its steps, decoded.
    query: Mapping[str, str]
    headers: Mapping[str, str]  #: By their names in lower case.
    raw: bytes

    @property
    def json(self) -> Any:
        """The body, {} if there is none."""
        return json.loads(self.raw) if self.raw else {}

    @property
    def form(self) -> dict[str, Any]:
        """The fields of a form with files: texts, and bytes where a file came."""
        kind = self.headers.get("content-type", "")
        message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + self.raw)
        found: dict[str, Any] = {}
        for part in message.walk():
            name = part.get_param("name", header="content-disposition")
            if isinstance(name, str):
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                found[name] = payload if part.get_filename() else payload.decode()
        return found


class Refusal(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


@contextmanager
def json_server(answer: Callable[[Call], Any]) -> Iterator[str]:
    """Serve what `answer` gives, one request at a time; the address."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            steps = tuple(unquote(step) for step in parts.path.strip("/").split("/"))
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            call = Call(self.command, steps, query, {k.lower(): v for k, v in self.headers.items()}, raw)
            try:
                with lock:
                    status, said = 200, answer(call)
            except Refusal as refusal:
                status, said = refusal.status, refusal.body
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
