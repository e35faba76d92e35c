"""A Mastodon server on loopback, in memory, with the habits seen in the wild.

It answers as the API's documentation says (https://docs.joinmastodon.org/methods/statuses/),
not as our client would like, and counts the length of posts its own way.
Its clock is its own and moves one second with each request.
"""

from __future__ import annotations

import html
import json
import re
import socket
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
MEDIA_LIMITS = {"description_limit": 1500, "image_size_limit": 300_000, "image_matrix_limit": 1_000_000}
ALL_SCOPES = frozenset({"read:accounts", "read:statuses", "write:statuses", "write:media"})


@dataclass
class Habits:
    """What this server does and what it does wrong. Counters run down, one per write."""

    max_characters: int = 500
    per_url: int = 23
    keeps_keys: bool = True  #: GoToSocial and Takahe ignore the Idempotency-Key.
    refusal: int = 422  #: GoToSocial: 400.
    has_v2: bool = True
    has_source: bool = True
    states_limits: bool = True
    scopes: frozenset[str] = ALL_SCOPES
    lose_answers: int = 0  #: Store, then close the socket without an answer.
    fail_after_storing: int = 0  #: Store, then answer 503.
    fail_before_storing: int = 0  #: Answer 503 and store nothing.
    html_after_storing: int = 0  #: Store, then answer 200 with a page of a proxy.
    hold_answers: int = 0  #: Store, then keep the answer back until the server stops.
    throttle: str = ""  #: "reset", "epoch", "seconds", "date" or "silent": 429 in that spelling.
    media_looks: int = 0  #: An upload is answered with 202 and is ready after this many looks (206).
    has_v2_media: bool = True  #: Pixelfed and older servers know only v1.
    broken_look: bool = False  #: Every GET answers 200 with a page of a proxy.


@dataclass
class Post:
    """One status as the server keeps it."""

    id: str
    text: str
    spoiler_text: str
    language: str | None
    visibility: str
    in_reply_to_id: str | None
    created_at: datetime
    edited_at: datetime | None = None
    media: tuple[str, ...] = ()


@dataclass
class Upload:
    """One picture as the server keeps it."""

    id: str
    data: bytes
    description: str
    looks_left: int
    post: str = ""  #: The post it is attached to; it can't be attached to another.


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes = b""


class Refusal(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class Told(dict[str, Any]):
    """A success with another status than 200."""

    status = 200


@dataclass
class MastodonStandin:
    """The server's state; `url` and `token` are what a client needs."""

    url: str = ""
    token: str = "a-token-that-must-never-be-shown"
    habits: Habits = field(default_factory=Habits)
    posts: dict[str, Post] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  #: OAuth codes that a person was shown → scopes.
    scheduled: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    now: datetime = START
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: int = 0

    def texts(self) -> list[str]:
        """What the world can read, oldest first."""
        with self.lock:
            return [post.text for post in self.posts.values()]

    def post_by_hand(self, text: str) -> str:
        """A post that didn't come from us; returns its id."""
        with self.lock:
            return self._store({"status": text}).id

    # -- What the API does. Called with the lock held. --

    def answer(self, call: Call) -> Any:
        """The JSON of a success; raises `Refusal`."""
        self.now += timedelta(seconds=1)
        path, _, query = call.path.partition("?")
        steps = path.strip("/").split("/")
        match call.method, steps:
            case "GET", ["api", "v2", "instance"] if self.habits.has_v2:
                return self._instance()
            case "GET", ["api", "v1", "instance"]:
                return self._instance()
            case "GET", ["api", "v1", "accounts", "verify_credentials"]:
                self._authorise(call, "read:accounts")
                return {"id": "7", "username": "presse", "acct": "presse", "display_name": "Pressestelle"}
            case "GET", ["api", "v1", "accounts", "7", "statuses"]:
                self._authorise(call, "read:statuses")
                limit = int(parse_qs(query).get("limit", ["20"])[0])
                before = parse_qs(query).get("max_id", ["9" * 30])[0]
                older = [post for post in reversed(self.posts.values()) if int(post.id) < int(before)]
                return [self._shown(post) for post in older][: min(limit, 40)]
            case "POST", ["api", "v2" | "v1" as version, "media"] if version == "v1" or self.habits.has_v2_media:
                self._authorise(call, "write:media")
                return self._upload(call)
            case "GET", ["api", "v1", "media", media_id] if media_id in self.uploads:
                self._authorise(call, "write:media")
                return self._look_at(self.uploads[media_id])
            case "POST", ["api", "v1", "apps"]:
                return {"client_id": "client-1", "client_secret": "client-secret-1", **call.body}
            case "POST", ["oauth", "token"]:
                return self._token(call.body)
            case "POST", ["api", "v1", "statuses"]:
                self._authorise(call, "write:statuses")
                return self._publish(call)
            case method, ["api", "v1", "statuses", status_id, *rest]:
                self._authorise(call, "read:statuses" if method == "GET" else "write:statuses")
                return self._one(method, status_id, rest, call)
        raise Refusal(404, "Record not found")

    def _authorise(self, call: Call, scope: str) -> None:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            raise Refusal(401, "The access token is invalid")
        if scope not in self.habits.scopes:
            raise Refusal(403, "This action is outside the authorized scopes")

    def _instance(self) -> Any:
        statuses = {
            "max_characters": self.habits.max_characters,
            "max_media_attachments": 4,
            "characters_reserved_per_url": self.habits.per_url,
        }
        found: dict[str, Any] = {"domain": "social.city.example", "version": "4.5.0"}
        if self.habits.states_limits:
            found["configuration"] = {"statuses": statuses, "media_attachments": MEDIA_LIMITS}
        return found

    def _upload(self, call: Call) -> Any:
        parts = _multipart(call)
        if "file" not in parts:
            raise Refusal(422, "Validation failed: File can't be blank")
        self.made += 1
        one = Upload(str(self.made), parts["file"], parts.get("description", b"").decode(), self.habits.media_looks)
        self.uploads[one.id] = one
        told = Told(id=one.id, type="image", url=None if one.looks_left else "https://x", description=one.description)
        told.status = 202 if one.looks_left else 200
        return told

    def _look_at(self, one: Upload) -> Any:
        told = Told(id=one.id, type="image", description=one.description)
        told.status = 206 if one.looks_left else 200
        one.looks_left = max(one.looks_left - 1, 0)
        return told

    def _token(self, body: dict[str, Any]) -> Any:
        if body.get("client_secret") != "client-secret-1" or body.get("code") not in self.codes:
            raise Refusal(400, "invalid_grant")
        return {"access_token": self.token, "scope": self.codes.pop(body["code"]), "token_type": "Bearer"}

    def _attach(self, ids: list[str], post: str) -> tuple[str, ...]:
        for media_id in ids:
            one = self.uploads.get(media_id)
            if one is None or one.post not in ("", post):
                raise Refusal(422, "Validation failed: Media attachments could not be found")
            if one.looks_left:
                raise Refusal(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        for media_id in ids:
            self.uploads[media_id].post = post
        return tuple(ids)

    def _publish(self, call: Call) -> Any:
        if "scheduled_at" in call.body:  # mastodon/mastodon#30039: the key is ignored here
            self.scheduled.append(call.body)
            return {"id": str(len(self.scheduled)), "scheduled_at": call.body["scheduled_at"], "params": call.body}
        key = call.headers.get("idempotency-key", "")
        if self.habits.keeps_keys and key in self.keys and self.keys[key] in self.posts:
            return self._shown(self.posts[self.keys[key]])
        parent = call.body.get("in_reply_to_id")
        if parent is not None and parent not in self.posts:
            raise Refusal(404, "Record not found")
        self._validate(call.body)
        media = self._attach(call.body.get("media_ids") or [], str(115_000_000_000_000_000 + self.made + 1))
        post = self._store(call.body)
        post.media = media
        if key:
            self.keys[key] = post.id
        return self._shown(post)

    def _one(self, method: str, status_id: str, rest: list[str], call: Call) -> Any:
        post = self.posts.get(status_id)
        if post is None:
            raise Refusal(404, "Record not found")
        match method, rest:
            case "GET", []:
                return self._shown(post)
            case "GET", ["source"] if self.habits.has_source:
                return {"id": post.id, "text": post.text, "spoiler_text": post.spoiler_text}
            case "PUT", []:
                self._validate(call.body)
                self._edit(post, call.body)
                return self._shown(post)
            case "DELETE", []:
                del self.posts[status_id]
                return self._shown(post) | {"text": post.text}
        raise Refusal(404, "Record not found")

    def _edit(self, post: Post, body: dict[str, Any]) -> None:
        post.text = str(body["status"]).strip()
        post.spoiler_text = str(body.get("spoiler_text", "")).strip()
        post.language = body.get("language", post.language)
        post.edited_at = self.now
        post.media = self._attach(body.get("media_ids") or [], post.id)  # what is not named again is taken off

    def _validate(self, body: dict[str, Any]) -> None:
        text, warning = str(body.get("status", "")).strip(), str(body.get("spoiler_text", "")).strip()
        if not text:
            raise Refusal(self.habits.refusal, "Validation failed: Text can't be blank")
        if server_length(text, warning, self.habits.per_url) > self.habits.max_characters:
            limit = self.habits.max_characters
            raise Refusal(self.habits.refusal, f"Validation failed: Text character limit of {limit} exceeded")

    def _store(self, body: dict[str, Any]) -> Post:
        self.made += 1
        post = Post(
            id=str(115_000_000_000_000_000 + self.made),
            text=str(body["status"]).strip(),
            spoiler_text=str(body.get("spoiler_text", "")).strip(),
            language=body.get("language"),
            visibility=str(body.get("visibility", "public")),
            in_reply_to_id=body.get("in_reply_to_id"),
            created_at=self.now,
        )
        self.posts[post.id] = post
        return post

    def _shown(self, post: Post) -> dict[str, Any]:
        return {
            "id": post.id,
            "created_at": post.created_at.isoformat().replace("+00:00", "Z"),
            "edited_at": post.edited_at and post.edited_at.isoformat().replace("+00:00", "Z"),
            "in_reply_to_id": post.in_reply_to_id,
            "language": post.language,
            "visibility": post.visibility,
            "spoiler_text": post.spoiler_text,
            "url": f"https://social.city.example/@presse/{post.id}",
            "content": as_html(post.text),
            "media_attachments": [
                {"id": one, "type": "image", "description": self.uploads[one].description} for one in post.media
            ],
        }


# -- How the server reads a text. Written apart from the client's way. --

_LINK = re.compile(r"https?://[^\s<>]+")
_MENTION = re.compile(r"(?<![\w/=])@(\w+)@[\w-]+(?:\.[\w-]+)+")


def server_length(text: str, warning: str, per_url: int) -> int:
    """Graphemes of warning and text, with each link and mention at its own price."""
    links = [found.group().rstrip(".,;:!?)\"'") for found in _LINK.finditer(text)]
    for link in links:
        text = text.replace(link, "\0", 1)
    rest = _MENTION.sub(r"@\1", text)
    return _characters(warning) + _characters(rest) + (per_url - 1) * len(links)


def _characters(text: str) -> int:
    """User-perceived characters, by general category: enough for letters, marks, flags and emoji."""
    count, flags, joined = 0, 0, False
    for sign in text.replace("\r\n", "\n"):
        flag = "\U0001f1e6" <= sign <= "\U0001f1ff"
        flags = flags + 1 if flag else 0
        extends = (
            unicodedata.category(sign) in {"Mn", "Me", "Mc"}
            or sign == "\u200d"
            or "\U0001f3fb" <= sign <= "\U0001f3ff"
            or (flag and flags % 2 == 0)
            or (joined and unicodedata.category(sign) == "So")
        )
        count += 0 if extends and count else 1
        joined = sign == "\u200d"
    return count


def as_html(text: str) -> str:
    """Paragraphs, breaks, shortened links, mentions without their host, hashtags: as Mastodon renders them."""
    escaped = html.escape(text, quote=True)
    linked = re.sub(r"(https?://)([^\s<>]+)", _link_html, escaped)
    named = re.sub(
        r"(?<![\w/=])@(\w+)@([\w.-]+\w)",
        r'<span class="h-card"><a href="https://\2/@\1" class="u-url mention">@<span>\1</span></a></span>',
        linked,
    )
    tagged = re.sub(r"(?<![\w&/])#(\w+)", r'<a href="https://social.city.example/tags/\1">#<span>\1</span></a>', named)
    return "".join(f"<p>{block.replace(chr(10), '<br />')}</p>" for block in re.split(r"\n{2,}", tagged))


def _link_html(found: re.Match[str]) -> str:
    scheme, rest = found.groups()
    return (
        f'<a href="{scheme}{rest}" rel="nofollow"><span class="invisible">{scheme}</span>'
        f'<span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span></a>'
    )


# -- HTTP. --


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    standin: MastodonStandin

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news; the tests look at what was stored."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    wbufsize = -1  # head and body in one packet; apart, each answer would wait for a delayed ACK
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET

    def _serve(self) -> None:
        standin = self.server.standin
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {k.lower(): v for k, v in self.headers.items()}
        is_json = headers.get("content-type", "").startswith("application/json")
        call = Call(self.command, self.path, headers, json.loads(raw) if raw and is_json else {}, raw)
        with standin.lock:
            standin.calls.append(call)
            habits = standin.habits
            if habits.throttle:
                self._answer(429, {"error": "Too many requests"}, _waiting(habits.throttle, standin.now))
                return
            if call.method != "GET" and _once(habits, "fail_before_storing"):
                self._answer(503, {"error": "This server is overloaded"})
                return
            try:
                found = standin.answer(call)
            except Refusal as refusal:
                self._answer(refusal.status, {"error": str(refusal)})
                return
        self._deliver(call.method, found, habits)

    def _deliver(self, method: str, found: Any, habits: Habits) -> None:
        write = method != "GET"
        if write and _once(habits, "lose_answers"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif write and _once(habits, "fail_after_storing"):
            self._answer(503, {"error": "This server is overloaded"})
        elif (write and _once(habits, "html_after_storing")) or (not write and habits.broken_look):
            self._send(200, b"<!doctype html><title>Wartung</title><p>Bitte warten", "text/html", {})
        else:
            if write and _once(habits, "hold_answers"):
                self.server.standin.stopping.wait(10)
            self._answer(found.status if isinstance(found, Told) else 200, found)

    def _answer(self, status: int, found: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(found).encode(), "application/json; charset=utf-8", headers or {})

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.standin.now, usegmt=True)


def _multipart(call: Call) -> dict[str, bytes]:
    """The fields of a form with a file, by name."""
    kind = call.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return {}
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + call.raw)
    found: dict[str, bytes] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found[name] = payload
    return found


def _once(habits: Habits, name: str) -> bool:
    left: int = getattr(habits, name)
    if left:
        setattr(habits, name, left - 1)
    return bool(left)


def _waiting(spelling: str, now: datetime) -> dict[str, str]:
    """Headers that ask for two minutes' patience."""
    until = now + timedelta(minutes=2)
    return {
        "reset": {"X-RateLimit-Reset": until.isoformat().replace("+00:00", "Z")},
        "epoch": {"X-RateLimit-Reset": str(int(until.timestamp()))},
        "seconds": {"Retry-After": "120"},
        "date": {"Retry-After": format_datetime(until, usegmt=True)},
        "silent": {},
    }[spelling]


@contextmanager
def mastodon_standin(habits: Habits | None = None) -> Iterator[MastodonStandin]:
    """A server on a port of the system's choice, for the length of a `with`. Close clients first."""
    standin = MastodonStandin(habits=habits or Habits())
    server = _Server(("127.0.0.1", 0), _Handler)
    server.standin = standin
    standin.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield standin
    finally:
        standin.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
