"""An AT protocol server on loopback, in memory: as much of a PDS as a press office needs.

It answers as @atproto/pds does (tests/servers runs the same suite against that one).
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import regex

DID = "did:plc:pressestelle"
HANDLE = "presse.city.example"


class Refusal(Exception):
    """An XRPC error."""

    def __init__(self, status: int, name: str) -> None:
        super().__init__(name)
        self.status = status


@dataclass
class BlueskyStandin:
    """The server's state."""

    url: str = ""
    password: str = "abcd-efgh-ijkl-mnop"
    taken_down: bool = False
    records: dict[str, dict[str, Any]] = field(default_factory=dict)  #: By record key.
    blobs: dict[str, bytes] = field(default_factory=dict)
    generation: int = 0  #: Of the access token that counts.
    lives: int = -1  #: How many calls an access token lasts; -1: for ever.
    refreshes: bool = True  #: False: the refresh token is no longer accepted.
    sign_ons: int = 0
    handles: dict[str, str] = field(default_factory=lambda: {"kultur.city.example": "did:plc:kultur"})
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, token: str, body: Any, media_type: str) -> Any:
        """The JSON of a success; raises `Refusal`."""
        match method:
            case "com.atproto.server.createSession":
                self.sign_ons += 1
                if self.taken_down or body["password"] != self.password:
                    raise Refusal(401, "AuthenticationRequired")
                return self._session()
            case "com.atproto.server.refreshSession":
                if self.taken_down or not self.refreshes or token != f"refresh-{self.generation}":
                    raise Refusal(400, "ExpiredToken")
                return self._session()
            case "com.atproto.repo.getRecord":
                if body["rkey"] not in self.records:
                    raise Refusal(400, "RecordNotFound")
                return self._written(body["rkey"]) | {"value": self.records[body["rkey"]]}
        self._look_at(token)
        match method:
            case "com.atproto.server.getSession":
                return {"did": DID, "handle": HANDLE, "active": True}
            case "com.atproto.identity.resolveHandle":
                if body["handle"] not in self.handles:
                    raise Refusal(400, "InvalidRequest")
                return {"did": self.handles[body["handle"]]}
            case "com.atproto.repo.uploadBlob":
                cid = _raw_cid(body)
                self.blobs[cid] = body
                blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": media_type, "size": len(body)}
                return {"blob": blob}
            case "com.atproto.repo.putRecord":
                return self._put(body["rkey"], body["record"], body.get("swapRecord", ...))
            case "com.atproto.repo.deleteRecord":
                self.records.pop(body["rkey"], None)
                return {}
        raise Refusal(501, "MethodNotImplemented")

    def _look_at(self, token: str) -> None:
        if self.taken_down:
            raise Refusal(401, "AccountTakedown")
        if token != f"access-{self.generation}" or self.lives == 0:
            raise Refusal(400, "ExpiredToken")
        self.lives -= 1 if self.lives > 0 else 0

    def _session(self) -> dict[str, str]:
        self.generation += 1
        if self.lives == 0:
            self.lives = -1
        tokens = {"accessJwt": f"access-{self.generation}", "refreshJwt": f"refresh-{self.generation}"}
        return {"did": DID, "handle": HANDLE, **tokens}

    def _put(self, key: str, record: dict[str, Any], swap: Any) -> Any:
        text = record["text"]
        if len(regex.findall(r"\X", text)) > 300 or len(text.encode()) > 3000:
            raise Refusal(400, "InvalidRecord")
        if "createdAt" not in record or len(record.get("langs", ())) > 3:
            raise Refusal(400, "InvalidRecord")
        there = self.records.get(key)
        if there is not None and there != record and swap is None:
            raise Refusal(400, "InvalidSwap")
        for image in (record.get("embed") or {}).get("images", ()):
            if image["image"]["ref"]["$link"] not in self.blobs:
                raise Refusal(400, "BlobNotFound")
        self.records[key] = record
        return self._written(key)

    def _written(self, key: str) -> dict[str, str]:
        content = json.dumps(self.records[key], sort_keys=True).encode()
        return {
            "uri": f"at://{DID}/app.bsky.feed.post/{key}",
            "cid": "bafyrei" + hashlib.sha256(content).hexdigest()[:52],
        }


def _raw_cid(data: bytes) -> str:
    number = bytes([1, 0x55, 0x12, 32]) + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(number).decode().lower().rstrip("=")


@contextmanager
def bluesky_standin() -> Iterator[BlueskyStandin]:
    """A server that runs."""
    standin = BlueskyStandin()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            media_type = self.headers.get("Content-Type", "")
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            body: Any = {key: values[0] for key, values in parse_qs(parts.query).items()}
            if raw:
                body = json.loads(raw) if media_type == "application/json" else raw
            try:
                with standin.lock:
                    status, said = 200, standin.answer(parts.path.removeprefix("/xrpc/"), token, body, media_type)
            except Refusal as refusal:
                status, said = refusal.status, {"error": str(refusal), "message": "no"}
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    standin.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
