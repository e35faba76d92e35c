"""What comes in: the verb with its answers, newer texts, programmes, the watched folder, feeds of other systems."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from announcer.cli.verbs import app
from announcer.clock import system_clock
from announcer.engine import Engine
from announcer.office import polling
from announcer.office.inbox import Inbox
from announcer.settings import FeedSource, load
from announcer.store import facts, requests
from announcer.store.tables import announcement_version

TEXT = """Tagung „Kommunen innovativ“ im Rathaus

Am 18. und 19. September lädt die Stadt Beispiel zur Tagung „Kommunen innovativ“ in das Rathaus ein.

Am ersten Tag hält Prof. Dr. Maria Muster die Keynote „Wasser“.

Den zweiten Tag eröffnet Oberbürgermeister Alex Beispiel mit einem Grußwort.

Mehr dazu finden Sie unter

Programm der Tagung
"""
CONFIG = """
[site]
url = "https://city.example"
[mail]
enabled = false
[fetching]
allow = ["127.0.0.0/8"]
[intake]
inbox = "inbox"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "notice.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, code: int = 0) -> str:
    """The verb's output."""
    result = CliRunner().invoke(app, ["--config", str(folder / "config.toml"), *arguments])
    assert result.exit_code == code, result.output
    return result.output


@contextmanager
def engine(folder: Path) -> Iterator[Engine]:
    """The open house of a folder."""
    opened = Engine(load(folder / "config.toml"), system_clock, without_secrets=True)
    try:
        yield opened
    finally:
        opened.close()


def proposal(folder: Path, *arguments: str) -> Any:
    """What `--dry-run --json` prints."""
    return json.loads(run(folder, "add", str(folder / "notice.txt"), *arguments, "--dry-run", "--json"))


def test_the_whole_proposal_without_storing(folder: Path) -> None:
    found = proposal(folder, "--release-date", "2026-06-01")
    assert found["headline"] == "Tagung „Kommunen innovativ“ im Rathaus"
    assert (found["event"]["start"], found["event"]["end"]) == ("2026-09-18", "2026-09-19")
    assert (found["event"]["certainty"], found["event"]["confirmed"]) == ("inferred", False)
    assert [(one["kind"], one["day"], [p["name"] for p in one["people"]]) for one in found["event"]["sessions"]] == [
        ("Keynote", "2026-09-18", ["Maria Muster"]),
        ("Grußwort", "2026-09-19", ["Alex Beispiel"]),
    ]
    assert [gap["key"] for gap in found["gaps"]] == ["year", "time", "links"]
    assert "Freitag" in found["gaps"][0]["question"]
    assert "[]" in run(folder, "event", "list", "--json")


def test_no_year_is_invented(folder: Path) -> None:
    event = proposal(folder)["event"]
    assert (event["start"], event["certainty"]) == ("--09-18", "open")


def test_answers_are_options_and_the_date_stays_open_until_somebody_says_yes(folder: Path) -> None:
    notice = str(folder / "notice.txt")
    run(folder, "add", notice, "--release-date", "2026-06-01", "--with-event", "--yes")
    (event,) = json.loads(run(folder, "event", "list", "--json"))
    assert (event["certainty"], [s["id"] for s in event["sessions"]]) == ("inferred", ["keynote", "grusswort"])
    planned = json.loads(run(folder, "plan", event["id"], "--json"))
    assert all(one["due_at"] is None or one["subject"] == "announcement" for one in planned)
    with engine(folder) as opened, opened.database.read() as connection:
        assert connection.scalar(sa.select(announcement_version.c.raw)) == TEXT


def test_a_confirmed_answer_plans(folder: Path) -> None:
    run(
        folder, "add", str(folder / "notice.txt"), "--with-event", "--yes", "--answer", "year=2026",
        "--answer", "time=12:00",
        "--answer", "link:Programm der Tagung=https://city.example/p",
    )  # fmt: skip
    (event,) = json.loads(run(folder, "event", "list", "--json"))
    assert (event["certainty"], event["start"]) == ("confirmed", "2026-09-18T10:00:00Z")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("yaer=2026", "known keys are id"),
        ("year", "an answer looks like year=2018"),
        ("time=25", "is no time of day"),
        ("date=bald", "is no date"),
        ("link:Nix=https://a.example", "there is no link 'Nix'"),
        ("id=Ä", "can't be an id"),
        ("embargo=morgen", "is no date"),
    ],
)
def test_a_wrong_answer_says_what_is_right(folder: Path, answer: str, said: str) -> None:
    assert said in " ".join(run(folder, "add", str(folder / "notice.txt"), "--answer", answer, code=1).split())


def test_a_newer_text_becomes_a_correction(folder: Path) -> None:
    notice = folder / "notice.txt"
    run(folder, "add", str(notice), "--release-date", "2026-06-01")
    assert "sagt schon genau das" in run(folder, "add", str(notice), "--release-date", "2026-06-01")
    notice.write_text(TEXT.replace("in das Rathaus", "in das Museum"), encoding="utf-8")
    shown = run(folder, "add", str(notice), "--release-date", "2026-06-01", "--yes")
    assert "Museum" in shown
    with engine(folder) as opened, opened.database.read() as connection:
        assert facts.announcement_facts(connection, "notice").version == 2


def test_a_programme_is_compared_and_stored(folder: Path) -> None:
    run(folder, "add", str(folder / "notice.txt"), "--with-event", "--yes", "--answer", "date=2026-09-18/2026-09-19")
    table = folder / "programm.csv"
    table.write_text("Datum;Beginn;Titel;Code\n18.9.2026;10:00;Auftakt;A1\n", encoding="utf-8")
    (event,) = json.loads(run(folder, "event", "list", "--json"))
    run(folder, "event", "programme", event["id"], str(table), "--yes")
    table.write_text("Datum;Beginn;Titel;Code\n18.9.2026;11:00;Der Auftakt;A1\n", encoding="utf-8")
    run(folder, "event", "programme", event["id"], str(table), "--yes")
    shown = json.loads(run(folder, "event", "show", event["id"], "--json"))
    assert [(s["id"], s["title"]) for s in shown["sessions"]] == [
        ("keynote", "Wasser"), ("grusswort", "Grußwort"), ("a1", "Der Auftakt"),
    ]  # fmt: skip
    assert "ändert sich nichts" in run(folder, "event", "programme", event["id"], str(table), "--yes")


# The watched folder.


def drop(folder: Path, name: str, data: bytes, age: float = 60) -> Path:
    """A file in the inbox, last touched so many seconds ago."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    path = inbox / name
    path.write_bytes(data)
    then = system_clock().timestamp() - age
    os.utime(path, (then, then))
    return path


def names(folder: Path) -> list[str]:
    """Everything in the inbox."""
    return sorted(
        path.relative_to(folder / "inbox").as_posix() for path in (folder / "inbox").rglob("*") if path.is_file()
    )


def test_a_dropped_file_becomes_a_draft_and_a_bad_one_says_why(folder: Path) -> None:
    drop(folder, "gut.txt", TEXT.encode())
    drop(folder, "schlecht.pdf", b"%PDF-1.7")
    drop(folder, "halb.txt.part", b"x")
    drop(folder, ".versteckt", b"x")
    with engine(folder) as opened:
        inbox = Inbox(opened.house, folder / "inbox")
        assert inbox.look(system_clock()) == []  # seen for the first time: it may still grow
        moved = inbox.look(system_clock())
        assert [(one.file, bool(one.id)) for one in moved] == [("gut.txt", True), ("schlecht.pdf", False)]
        assert inbox.look(system_clock()) == []
    assert names(folder) == [
        ".versteckt", "done/gut.txt", "done/gut.txt.questions.txt", "failed/schlecht.pdf",
        "failed/schlecht.pdf.reason.txt",
        "halb.txt.part",
    ]  # fmt: skip
    assert "is a PDF" in (folder / "inbox/failed/schlecht.pdf.reason.txt").read_text(encoding="utf-8")


def test_a_file_that_grows_is_left_alone(folder: Path) -> None:
    path = drop(folder, "gross.txt", TEXT.encode()[:50])
    with engine(folder) as opened:
        inbox = Inbox(opened.house, folder / "inbox")
        inbox.look(system_clock())
        path.write_bytes(TEXT.encode())
        os.utime(path, (system_clock().timestamp() - 30,) * 2)
        assert inbox.look(system_clock()) == []
        path.touch()
        assert inbox.look(system_clock()) == []
        assert inbox.look(system_clock()) == []  # touched a moment ago
        assert len(inbox.look(system_clock() + timedelta(seconds=5))) == 1


def test_a_file_taken_twice_is_one_draft(folder: Path) -> None:
    """As after a crash between storing and moving."""
    with engine(folder) as opened:
        for _ in range(2):
            drop(folder, "gut.txt", TEXT.encode())
            inbox = Inbox(opened.house, folder / "inbox")
            inbox.look(system_clock())
            inbox.look(system_clock())
        with opened.database.read() as connection:
            assert facts.announcement_ids(connection) == ["gut"]
    assert names(folder) == [
        "done/gut-2.txt",
        "done/gut-2.txt.questions.txt",
        "done/gut.txt",
        "done/gut.txt.questions.txt",
    ]


# Feeds.

ITEM = """<item><title>{title}</title><guid isPermaLink="false">{guid}</guid><link>https://cms.example/{guid}</link>
<pubDate>Mon, 01 Jun 2026 08:00:00 +0000</pubDate><description><![CDATA[<p>{text}</p>]]></description></item>"""
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>CMS</title><link>https://cms.example</link>{items}</channel></rss>'
FIRST = ITEM.format(
    title="Stadtfest am 5. Juli", guid="g1", text="Am Sonntag, 5. Juli 2026, feiert die Stadt auf dem Marktplatz."
)
SECOND = ITEM.format(
    title="Neue Brücke", guid="g2", text="Die neue Brücke über den Fluss ist fertig und kann benutzt werden."
)


def test_entries_become_drafts_once_and_changes_wait_for_a_person(folder: Path) -> None:
    now = datetime(2026, 6, 1, 9, tzinfo=UTC)
    with engine(folder) as opened:
        house = opened.house

        def take(items: str) -> polling.Polled:
            return polling.take(house, "cms", FEED.format(items=items).encode(), now)

        assert take(FIRST).new == ("stadtfest-am-5-juli",)
        assert take(FIRST) == polling.Polled("cms")
        assert take(SECOND + FIRST).new == ("neue-bruecke",)
        changed = take(SECOND + FIRST.replace("Marktplatz", "Festplatz"))
        assert (changed.new, changed.changed) == ((), ("stadtfest-am-5-juli",))
        assert take(SECOND + FIRST.replace("Marktplatz", "Festplatz")) == polling.Polled("cms")
        with house.database.read() as connection:
            assert len(facts.announcement_ids(connection)) == 2
            assert "Marktplatz" in facts.announcement_facts(connection, "stadtfest-am-5-juli").lead
            (request,) = requests.listed(connection)
        assert request.actor == "feed cms"


@contextmanager
def serving(pages: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """A small web server on loopback; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = pages.get(self.path, ("text/plain", b""))
            same = self.headers.get("If-None-Match") == '"1"'
            self.send_response(304 if same else 200 if self.path in pages else 404)
            self.send_header("Content-Type", kind)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Length", "0" if same else str(len(body)))
            self.end_headers()
            if not same:
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_feed_and_a_page_over_http(folder: Path) -> None:
    page = (
        f"<html><body><article><h1>Stadtfest</h1><p>{'Am 5. Juli 2026 feiert die Stadt auf dem Marktplatz. ' * 4}<"
        f"/p></article></body></html>"
    )
    pages = {
        "/feed": ("application/rss+xml", FEED.format(items=FIRST).encode()),
        "/fest": ("text/html; charset=utf-8", page.encode()),
    }
    with serving(pages) as address, engine(folder) as opened:
        source = FeedSource(url=f"{address}/feed")
        now = datetime(2026, 6, 1, 9, tzinfo=UTC)
        assert len(polling.poll(opened.house, "cms", source, now).new) == 1
        assert polling.poll(opened.house, "cms", source, now) == polling.Polled("cms")  # 304
        found = json.loads(run(folder, "add", f"{address}/fest", "--dry-run", "--json"))
        assert (found["headline"], found["event"]["start"]) == ("Stadtfest", "2026-07-05")


def test_an_inner_address_is_refused(folder: Path) -> None:
    (folder / "config.toml").write_text(CONFIG.replace('allow = ["127.0.0.0/8"]', "allow = []"), encoding="utf-8")
    said = run(folder, "add", "http://127.0.0.1:9/x", code=1)
    assert "127.0.0.1" in said


TWO = """Im März wird es laut: Trommelnacht und Bläsertag

Zweimal lädt die Musikschule Beispiel ein.

Zur Trommelnacht am Freitag, 5. März 2027, kommen ab 20 Uhr vier Gruppen in die Alte Scheune.

Der Bläsertag folgt am Samstag, 20. März 2027. Von 14 bis 19 Uhr spielen elf Gruppen im Gemeindehaus, Kirchgasse 7.
"""


@pytest.mark.parametrize(
    ("answer", "stored"),
    [
        ("events=all", ["blaesertag-2027", "trommelnacht-2027"]),
        ("events=2", ["blaesertag-2027"]),
        ("events=none", []),
    ],
)
def test_several_events_are_asked_about_and_stored_as_answered(folder: Path, answer: str, stored: list[str]) -> None:
    (folder / "notice.txt").write_text(TWO, encoding="utf-8")
    found = proposal(folder)
    assert [(one["name"], one["start"], one["end"]) for one in found["events"]] == [
        ("Trommelnacht", "2027-03-05T20:00", None),
        ("Bläsertag", "2027-03-20T14:00", "2027-03-20T19:00"),
    ]
    assert "events" in [gap["key"] for gap in found["gaps"]]
    run(folder, "add", str(folder / "notice.txt"), "--with-event", "--yes", "--answer", answer)
    events = json.loads(run(folder, "event", "list", "--json"))
    assert sorted(one["id"] for one in events) == stored
    assert {one["certainty"] for one in events} <= {"inferred"}
