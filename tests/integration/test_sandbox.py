"""The sandbox as others meet it: over real sockets on 127.0.0.1."""

from __future__ import annotations

import http.server
import signal
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import httpx
import pytest

from announcer.errors import IntakeError
from announcer.model.facts import Event
from announcer.sandbox import Sandbox
from announcer.sandbox.arrivals import Arrival, FeedItem, Mail, Post

NOW = datetime(2018, 9, 10, 12, tzinfo=UTC)
TOKEN = {"Authorization": "Bearer anything"}
ENVELOPE = b"MAIL FROM:<b@city.example> BODY=8BITMIME SIZE=99\r\nRCPT TO:<%s>\r\nDATA\r\n"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(now=NOW) as sandbox:
        yield sandbox


@contextmanager
def _wire(sandbox: Sandbox) -> Iterator[tuple[socket.socket, Iterator[bytes]]]:
    """A bare connection: what one sends, and the lines one gets."""
    with socket.create_connection(("127.0.0.1", sandbox.smtp_port), timeout=10) as wire, wire.makefile("rb") as lines:
        yield wire, iter(lines.readline, b"")


def _codes(lines: Iterator[bytes], count: int) -> list[bytes]:
    return [next(lines)[:3] for _ in range(count)]


def _mail(subject: str = "Hallo", to: str = "a@example.org", body: str = "Grüße") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "p@city.example", to, subject
    mail.set_content(body)
    return mail


# SMTP


def test_smtplib_delivers_to_each_recipient(sandbox: Sandbox) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.ehlo()
        assert client.esmtp_features == {"pipelining": "", "size": str(10 * 1024 * 1024), "8bitmime": ""}
        refused = client.send_message(_mail(), to_addrs=["a@example.org", "b@example.org"])
    assert refused == {}
    assert [(m.number, m.at, m.envelope_from, m.recipient, m.letter.text) for m in sandbox.mails] == [
        (1, NOW, "p@city.example", "a@example.org", "Grüße\n"),
        (2, NOW, "p@city.example", "b@example.org", "Grüße\n"),
    ]


def test_a_pipelined_client_gets_its_replies_in_order(sandbox: Sandbox) -> None:
    """RFC 2920: the next envelope follows the end of data in the same write."""
    bodies = [f"Subject: {n}\r\n\r\nText {n}\r\n".encode() for n in range(50)]
    with _wire(sandbox) as (wire, lines):
        wire.sendall(b"EHLO x.example\r\n")
        assert _codes(lines, 5) == [b"220", b"250", b"250", b"250", b"250"]
        wire.sendall(ENVELOPE % b"0@example.org")
        for number, body in enumerate(bodies):
            assert _codes(lines, 3) == [b"250", b"250", b"354"]
            following = ENVELOPE % f"{number + 1}@example.org".encode() if number < 49 else b"QUIT\r\n"
            wire.sendall(body + b".\r\n" + following)
            assert next(lines) == f"250 2.0.0 Ok: {number + 1}\r\n".encode()
        assert list(lines) == [b"221 2.0.0 Bye\r\n"]
    assert [(mail.recipient, mail.raw) for mail in sandbox.mails] == [
        (f"{number}@example.org", body) for number, body in enumerate(bodies)
    ]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"a\r\n..b\r\n", b"a\r\n.b\r\n"),
        (b"..\r\n", b".\r\n"),
        (b"...x\r\n.y\r\n", b"..x\r\ny\r\n"),
        (b"", b""),
        (b"a\n.\nb\r\n", b"a\n.\nb\r\n"),
        (b"gr\xc3\xbc\xc3\x9fe \xff\x00\r\n", b"gr\xc3\xbc\xc3\x9fe \xff\x00\r\n"),
    ],
)
def test_dots_are_unstuffed_and_bytes_kept(sandbox: Sandbox, sent: bytes, kept: bytes) -> None:
    stream = b"EHLO x\r\n" + ENVELOPE % b"a@example.org" + sent + b".\r\nQUIT\r\n"
    with _wire(sandbox) as (wire, lines):
        for byte in stream:  # The worst network there is: one byte at a time.
            wire.sendall(bytes([byte]))
        assert list(lines)[-1] == b"221 2.0.0 Bye\r\n"
    assert [mail.raw for mail in sandbox.mails] == [kept]


def test_commands_out_of_order_and_nonsense_are_refused(sandbox: Sandbox) -> None:
    said = (
        b"DATA\r\nRCPT TO:<a@example.org>\r\nMAIL FROM:nobody\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\nRCPT TO:<>\r\n"
    )
    said += b"RSET\r\nNOOP\r\nMAIL FROM:<> SIZE=99999999\r\nVRFY x\r\nHELO x\r\nQUIT\r\n"
    with _wire(sandbox) as (wire, lines):
        wire.sendall(said)
        codes = [line[:3].decode() for line in lines]
    assert " ".join(codes) == "220 503 503 501 250 503 554 501 250 250 552 502 250 221"


def test_an_endless_line_is_cut_off(sandbox: Sandbox) -> None:
    with _wire(sandbox) as (wire, lines):
        wire.sendall(b"x" * 5000)
        assert [line[:3] for line in lines] == [b"220", b"500"]


# Faults of SMTP


def test_a_busy_server_says_421_and_then_takes_it(sandbox: Sandbox) -> None:
    sandbox.smtp_faults.busy = 1
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10)
    assert refused.value.smtp_code == 421
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.send_message(_mail())
    assert len(sandbox.mails) == 1


@pytest.mark.parametrize("kept", [True, False])
def test_a_connection_dropped_after_the_dot(sandbox: Sandbox, kept: bool) -> None:
    sandbox.smtp_faults.drop_after_dot = 1
    sandbox.smtp_faults.keep_unanswered = kept
    with _wire(sandbox) as (wire, lines):
        wire.sendall(b"EHLO x\r\n" + ENVELOPE % b"a@example.org" + b"Hallo\r\n.\r\n")
        assert [line[:3] for line in lines] == [b"220", *[b"250"] * 6, b"354"]
    assert len(sandbox.mails) == int(kept)


def test_half_a_reply_line(sandbox: Sandbox) -> None:
    sandbox.smtp_faults.half_reply = 1
    with _wire(sandbox) as (wire, lines):
        wire.sendall(b"EHLO x\r\n" + ENVELOPE % b"a@example.org" + b"Hallo\r\n.\r\n")
        assert list(lines)[-1] == b"250 2.0"
    assert len(sandbox.mails) == 1


def test_recipients_refused_by_pattern_in_a_pipeline(sandbox: Sandbox) -> None:
    sandbox.smtp_faults.recipients = {"*@full.example": "451 4.2.2 Mailbox full", "gone@*": "550 5.1.1 No such user"}
    with _wire(sandbox) as (wire, lines):
        wire.sendall(ENVELOPE % b"a@full.example" + b"RSET\r\n" + ENVELOPE % b"gone@a.example" + b"RSET\r\n")
        assert _codes(lines, 9) == [b"220", b"250", b"451", b"554", b"250", b"250", b"550", b"554", b"250"]
        wire.sendall(ENVELOPE % b"a@good.example" + b"Hallo\r\n.\r\nQUIT\r\n")
        assert [line[:3] for line in lines] == [b"250", b"250", b"354", b"250", b"221"]
    assert [mail.recipient for mail in sandbox.mails] == ["a@good.example"]


def test_a_slow_reply_keeps_the_order_of_what_follows(sandbox: Sandbox) -> None:
    sandbox.smtp_faults.delay = 0.02
    with _wire(sandbox) as (wire, lines):
        wire.sendall(ENVELOPE % b"a@example.org" + b"1\r\n.\r\n" + ENVELOPE % b"b@example.org" + b"2\r\n.\r\nQUIT\r\n")
        assert " ".join(line[:3].decode() for line in lines) == "220 250 250 354 250 250 250 354 250 221"
    assert [mail.raw for mail in sandbox.mails] == [b"1\r\n", b"2\r\n"]


# The Mastodon API


def test_a_status_from_publishing_to_deletion(sandbox: Sandbox) -> None:
    with httpx.Client(base_url=sandbox.url, headers=TOKEN, timeout=10) as client:
        limits = client.get("/api/v2/instance").json()["configuration"]["statuses"]
        assert (limits["max_characters"], limits["characters_reserved_per_url"]) == (500, 23)
        account = client.get("/api/v1/accounts/verify_credentials").json()
        form = {"status": "Hallo <Welt>", "language": "de", "visibility": "unlisted"}
        first = client.post("/api/v1/statuses", data=form, headers={"Idempotency-Key": "k1"}).json()
        again = client.post("/api/v1/statuses", json=form, headers={"Idempotency-Key": "k1"}).json()
        assert again == first
        reply = client.post("/api/v1/statuses", json={"status": "Dazu", "in_reply_to_id": first["id"]}).json()
        assert reply["in_reply_to_id"] == first["id"]
        edited = client.put(f"/api/v1/statuses/{first['id']}", data={"status": "Hallo Dortmund"}).json()
        assert (edited["content"], edited["visibility"]) == ("<p>Hallo Dortmund</p>", "unlisted")
        assert client.get(f"/api/v1/statuses/{first['id']}/source").json()["text"] == "Hallo Dortmund"
        listed = client.get(f"/api/v1/accounts/{account['id']}/statuses").json()
        assert [status["id"] for status in listed] == [reply["id"], first["id"]]
        assert client.delete(f"/api/v1/statuses/{reply['id']}").json()["text"] == "Dazu"
        assert client.delete(f"/api/v1/statuses/{reply['id']}").status_code == 404
        assert len(client.get(f"/api/v1/statuses/{first['id']}/history").json()) == 2
    assert [type(arrival).__name__ for arrival in sandbox.arrivals] == ["Post", "Post", "PostEdit", "PostDelete"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "error"),
    [
        ("POST", "/api/v1/statuses", {}, 401, "The access token is invalid"),
        ("POST", "/api/v1/statuses", {"Authorization": "Basic eDp5"}, 401, "The access token is invalid"),
        ("GET", "/api/v1/accounts/verify_credentials", {}, 401, "The access token is invalid"),
        ("GET", "/api/v1/statuses/7", {}, 404, "Record not found"),
        ("PUT", "/api/v1/statuses/7", TOKEN, 404, "Record not found"),
        ("GET", "/api/v1/accounts/7/statuses", TOKEN, 404, "Record not found"),
        ("GET", "/api/v3/nothing", TOKEN, 404, "The page you are looking for isn't here."),
        ("POST", "/api/v1/statuses", TOKEN, 422, "Validation failed: Text can't be blank"),
    ],
)
def test_refusals_are_in_mastodons_words(
    sandbox: Sandbox, method: str, path: str, headers: dict[str, str], status: int, error: str
) -> None:
    answer = httpx.request(method, sandbox.url + path, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_lost_answer_has_happened_and_a_refused_request_has_not(sandbox: Sandbox) -> None:
    sandbox.mastodon.faults.refuse = 1
    sandbox.mastodon.faults.lose_answer = 1
    with httpx.Client(base_url=sandbox.url, headers=TOKEN, timeout=10) as client:
        codes = [client.post("/api/v1/statuses", json={"status": text}).status_code for text in ("1", "2", "3")]
    assert codes == [503, 502, 200]
    assert [arrival.text for arrival in sandbox.arrivals if isinstance(arrival, Post)] == ["2", "3"]


# The feed reader


@dataclass
class _Site:
    """A feed that can be changed, and what was asked of it."""

    url: str = ""
    body: bytes = b""
    asked: list[tuple[str, int]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[_Site]:
    site = _Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            etag = f'"{hash(site.body)}"'
            code = 404 if self.path != "/all.xml" else 304 if self.headers.get("If-None-Match") == etag else 200
            site.asked.append((self.path, code))
            self.send_response(code)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", str(len(site.body) if code == 200 else 0))
            self.end_headers()
            self.wfile.write(site.body if code == 200 else b"")

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        site.url = f"http://127.0.0.1:{server.server_port}/all.xml"
        yield site
        server.shutdown()
        thread.join(10)


def _feed(*items: tuple[str, str]) -> bytes:
    inside = "".join(
        f"<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid><link>https://city.example/{guid}</link>"
        f"<description>Zu {title}</description></item>"
        for guid, title in items
    )
    return f"<rss version='2.0'><channel><title>T</title>{inside}</channel></rss>".encode()


def test_a_subscriber_sees_each_item_once_and_each_change(sandbox: Sandbox, site: _Site) -> None:
    site.body = _feed(("b", "Zweitens"), ("a", "Erstens"))
    assert [item.text.title for item in sandbox.poll([site.url])] == ["Erstens", "Zweitens"]
    assert sandbox.poll([site.url]) == ()
    site.body = _feed(("c", "Drittens"), ("b", "Zweitens"), ("a", "KORREKTUR: Erstens"))
    seen = sandbox.poll([site.url])
    assert [(i.guid, i.change, i.before.title if i.before else None, i.text.title) for i in seen] == [
        ("a", "changed", "Erstens", "KORREKTUR: Erstens"),
        ("c", "new", None, "Drittens"),
    ]
    assert [code for _, code in site.asked] == [200, 304, 200]
    assert sandbox.arrivals[-1] == seen[-1]


def test_in_a_variant_the_subscriber_knows_only_its_past(sandbox: Sandbox, site: _Site) -> None:
    site.body = _feed(("a", "Erstens"))
    sandbox.poll([site.url])
    sandbox.now = NOW + timedelta(days=2)
    site.body = _feed(("a", "Erstens"), ("b", "Zweitens"))
    sandbox.poll([site.url])
    sandbox.branch("Absage", since=NOW + timedelta(days=1))
    assert [(item.guid, item.story) for item in sandbox.poll([site.url])] == [("b", "Absage")]


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        (b"<rss><channel><item></rss>", "", "is not a well-formed feed"),
        (b"<html><body>Hallo</body></html>", "", "is not a well-formed feed"),
        (b"", "x", "answers 404 instead of a feed"),
    ],
)
def test_what_no_subscriber_could_read_is_an_error(
    sandbox: Sandbox, site: _Site, body: bytes, path: str, said: str
) -> None:
    site.body = body
    with pytest.raises(IntakeError, match=said):
        sandbox.poll([site.url + path])


def test_a_site_that_is_not_there(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(IntakeError, match="is the site running"):
        sandbox.poll([f"http://127.0.0.1:{port}/all.xml"])


# The page


def test_the_page_and_what_hangs_on_it(sandbox: Sandbox) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        mail = _mail("<script>alert(1)</script>")
        mail.add_alternative("<p>Hallo<script>alert(1)</script></p>", subtype="html")
        client.send_message(mail)
    with httpx.Client(base_url=sandbox.url, headers=TOKEN, timeout=10) as client:
        status = client.post("/api/v1/statuses", json={"status": "<script>alert(2)</script>"}).json()
        page = client.get("/?lang=en&story=nonsense&channel=nonsense")
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>alert" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        inside = client.get("/mails/1/html")
        assert inside.headers["content-security-policy"].startswith("sandbox allow-same-origin; default-src 'none'")
        assert client.get("/mails/1/raw").content == sandbox.mails[0].raw
        assert client.get("/mails/1/raw").headers["content-type"] == "text/plain; charset=utf-8"
        assert [client.get(f"/{name}").status_code for name in ("style.css", "page.js", "icon.svg")] == [200] * 3
        for path in ("/mails/2/html", "/mails/0/raw", "/mails/9/html", "/items/1/html", "/@presse/9"):
            assert client.get(path).status_code == 404
        human = client.get(status["url"])
        assert (human.status_code, human.headers["location"]) == (303, "/?story=Wie+geplant#n2")
        assert [arrival["type"] for arrival in client.get("/arrivals.json").json()] == ["Mail", "Post"]
        assert client.get("/count.json").json() == 2


# Start and stop


def test_stories_and_simulated_time_are_driven_from_outside() -> None:
    heard: list[Arrival] = []
    event = Event("k", "Konferenz")
    with Sandbox(now=NOW, event=event, on_arrival=heard.append) as sandbox:
        post = {"json": {"status": "Eins"}, "headers": TOKEN, "timeout": 10}
        httpx.post(f"{sandbox.url}/api/v1/statuses", **post)  # type: ignore[arg-type]  # httpx types each keyword
        sandbox.now = NOW + timedelta(weeks=1)
        sandbox.branch("Absage", since=NOW + timedelta(days=1), of="Wie geplant")
        httpx.post(f"{sandbox.url}/api/v1/statuses", **post)  # type: ignore[arg-type]  # httpx types each keyword
        sandbox.story = "Wie geplant"
        assert sandbox.story == "Wie geplant"
    assert [(arrival.at, arrival.story) for arrival in sandbox.arrivals] == [
        (NOW, "Wie geplant"),
        (NOW + timedelta(weeks=1), "Absage"),
    ]
    assert heard == list(sandbox.arrivals)


def test_closing_leaves_no_thread_socket_or_signal_handler_behind() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    threads = set(threading.enumerate())
    with Sandbox() as sandbox:
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
        with _wire(sandbox) as (wire, lines), httpx.Client(base_url=sandbox.url, timeout=10) as client:
            client.get("/")
            assert next(lines)[:3] == b"220"
            sandbox.close()  # With both clients still connected.
            assert wire.recv(1) == b""
    assert set(threading.enumerate()) == threads
    for port in (sandbox.smtp_port, sandbox.http_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=10)


def test_what_the_listener_raised_is_raised_at_the_end() -> None:
    def listen(arrival: Arrival) -> None:
        raise RuntimeError(f"no paper for {arrival.number}")

    sandbox = Sandbox(on_arrival=listen).__enter__()
    answer = httpx.post(f"{sandbox.url}/api/v1/statuses", json={"status": "x"}, headers=TOKEN, timeout=10)
    assert answer.status_code == 200
    with pytest.raises(RuntimeError, match="no paper for 1"):
        sandbox.__exit__(None, None, None)


def test_a_sandbox_that_was_never_entered_closes_too() -> None:
    Sandbox().close()


def test_kinds_are_told_apart(sandbox: Sandbox, site: _Site) -> None:
    site.body = _feed(("a", "Erstens"))
    sandbox.poll([site.url])
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.send_message(_mail())
    assert [type(arrival) for arrival in sandbox.arrivals] == [FeedItem, Mail]
    assert [mail.number for mail in sandbox.mails] == [2]
