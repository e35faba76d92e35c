"""The public site over real HTTP on a port of the loopback."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from announcer.calendars.file import CalendarInfo, calendar_file
from announcer.calendars.items import Subject, Version, items
from announcer.errors import SettingsError
from announcer.feeds.files import FeedFolder
from announcer.model.facts import (
    Announcement,
    Certainty,
    Event,
    EventStatus,
    Link,
    Person,
    Place,
    PubStatus,
    Registration,
    Session,
)
from announcer.model.ledger import DeliveryState
from announcer.model.people import Actor, Basis, SubscriptionState
from announcer.newsletter import tokens
from announcer.office.shown import IsPublic
from announcer.settings import MailList, Settings
from announcer.store import facts, people
from announcer.store.database import Database
from announcer.store.tables import audit, content, delivery, message, occurrence
from announcer.web.edge import SECURITY_HEADERS
from announcer.web.public import public_app
from announcer.web.server import WebServer
from announcer.web.words import WORDS

KEY = b"k" * 32
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
OFFICE = Actor("office")
START = datetime(2026, 9, 18, 11, tzinfo=UTC)
EVENT = Event(
    "tag",
    "Tag der Städte",
    start=START,
    end=START + timedelta(hours=4),
    place=Place("Rathaus", "Rathausplatz 1", "12345", "Musterstadt"),
    organizer="Stadt Musterstadt",
    registration=Registration(closes=START - timedelta(days=7), url="https://city.example/anmeldung"),
    sessions=(
        Session("keynote", "Zukunft", "Keynote", start=START, room="Saal 1", performers=(Person("Alex Muster"),)),
        Session("intern", "Vorgespräch", start=START - timedelta(hours=1), public=False),
    ),
)
RELEASE = Announcement(
    "release",
    "Musterstadt lädt ein",
    kicker="Tag der Städte",
    lead="Am 18. September.",
    body="Erster Absatz.\n\n## Zwischentitel\n\nZweiter *Absatz*.",
    source="Stadt Musterstadt",
    contact="presse@city.example",
    links=(Link("Programm", "https://city.example/programm"), Link("Ohne Adresse")),
    event_id="tag",
)


RELEASE_ALONE = replace(RELEASE, event_id=None)


@dataclass
class Site:
    """A running site, its database, and the settings of its clock."""

    db: Database
    client: httpx.Client
    feeds: Path
    now: list[datetime] = field(default_factory=lambda: [NOW])

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def store(self, *values: Announcement | Event, at: datetime = NOW) -> None:
        with self.db.write() as connection:
            for value in values:
                if isinstance(value, Event):
                    facts.save_event(connection, value, OFFICE, at)
                else:
                    facts.save_announcement(connection, value, OFFICE, at)

    def send(
        self,
        announcement_id: str | None = None,
        event_id: str | None = None,
        *,
        audience: str = "public",
        state: str = "sent",
        subscriber_id: int | None = None,
        target: str = "feed",
        due_at: datetime = NOW - timedelta(days=1),
    ) -> None:
        """A message with one delivery in this state, written straight into the ledger's tables."""
        with self.db.write() as connection:
            count = connection.scalar(sa.select(sa.func.count()).select_from(occurrence))
            occurrence_id = _insert(
                connection, occurrence, subject="event", subject_id="x", rule_id="r", anchor=str(count)
            )
            message_id = _insert(
                connection,
                message,
                occurrence_id=occurrence_id,
                channel="feed",
                event_id=event_id,
                announcement_id=announcement_id,
                state="sending",
                kind="reminder",
                audience=audience,
                late="send",
                urgency=3,
                due_at=due_at,
            )
            content_id = _insert(
                connection,
                content,
                message_id=message_id,
                language="de",
                facts_version="1",
                payload="{}",
                hash="0" * 64,
                current=True,
                created_at=NOW,
            )
            _insert(
                connection,
                delivery,
                message_id=message_id,
                occurrence_id=occurrence_id,
                channel="feed",
                target=target,
                subscriber_id=subscriber_id,
                language="de",
                part=0,
                action="publish",
                revision=0,
                content_id=content_id,
                state=state,
                lane=1,
                ready_at=NOW,
                key=f"key{count}",
                sent_at=NOW if state == "sent" else None,
            )

    def join(self, *list_ids: str) -> int:
        with self.db.write() as connection:
            person = people.add(connection, KEY, "alex@city.example", now=NOW)
            for list_id in list_ids:
                people.subscribe(connection, person.id, list_id, SubscriptionState.CONFIRMED, Basis.DOUBLE_OPT_IN, NOW)
        return person.id

    def states(self, person: int) -> dict[str, str]:
        with self.db.read() as connection:
            return {s.list_id: s.state.value for s in people.subscriptions(connection, person)}


def _insert(connection: sa.Connection, table: sa.Table, **values: object) -> int:
    made: int = connection.execute(table.insert().values(**values).returning(table.c.id)).scalar_one()
    return made


@contextmanager
def running(
    db: Database, folder: Path, site_url: str, is_public: IsPublic | None = None, **more: object
) -> Iterator[Site]:
    lists = {
        "stadt": MailList(title="Nachrichten aus der Stadt"),
        "kultur": MailList(title="Kultur"),
        "presse": MailList(title="Presseverteiler", press=True),
    }
    site = {
        "name": "Pressestelle Musterstadt",
        "url": site_url,
        "publisher": "Stadt Musterstadt\nRathausplatz 1",
        "contact": "presse@city.example",
        "privacy_url": "https://city.example/datenschutz",
    }
    settings = Settings.model_validate({"site": site, "lists": lists, "root": folder, **more})
    with db.write() as connection:
        people.sync_lists(connection, lists)
    now = [NOW]
    app = public_app(db, settings, KEY, folder / "feeds", lambda: now[0], is_public)
    server = WebServer(app, "127.0.0.1", 0)
    port = server.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client:
            yield Site(db, client, folder / "feeds", now)
    finally:
        server.stop()


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Iterator[Site]:
    with running(sqlite_database, tmp_path, "https://city.example") as made:
        yield made


def _released(site: Site) -> None:
    site.store(EVENT, RELEASE)
    site.send("release", "tag")


class _Outline(HTMLParser):
    """What a page is made of: its tags, and whatever it loads or links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.addresses += [value for name in ("href", "src", "action") if (value := found.get(name))]
        assert not any(name.startswith("on") or name == "style" for name in found)
        if tag in {"img", "script", "iframe", "source"} and found.get("src"):
            self.loads.append(found["src"] or "")
        if tag == "link" and found.get("rel") == "stylesheet":
            self.loads.append(found["href"] or "")


# -- Pages. --


def test_the_press_room_shows_what_was_sent(site: Site) -> None:
    assert "Zurzeit liegen keine Mitteilungen vor." in site.get("/").text
    _released(site)
    page = site.get("/").text
    assert "Musterstadt lädt ein" in page
    assert "Am 18. September." in page
    assert '<time datetime="2026-08-31T10:00+02:00">31.\N{NO-BREAK SPACE}August 2026</time>' in page
    assert 'href="/a/release"' in page


def test_an_announcement(site: Site) -> None:
    _released(site)
    page = site.get("/a/release").text
    for part in (
        "<h1>Musterstadt lädt ein</h1>",
        "<h2>Zwischentitel</h2>",
        "Zweiter <em>Absatz</em>.",
        '<a href="https://city.example/programm">Programm</a>',
        "<li>Ohne Adresse</li>",
        "Stadt Musterstadt",
        '<a href="mailto:presse@city.example">',
        'href="/e/tag"',
        '<link rel="canonical" href="https://city.example/a/release">',
    ):
        assert part in page


def test_an_event_with_its_programme(site: Site) -> None:
    _released(site)
    page = site.get("/e/tag").text
    assert "Freitag, 18.\N{NO-BREAK SPACE}September 2026, 13:00–17:00\N{NO-BREAK SPACE}Uhr" in page
    assert "<caption>Freitag, 18.\N{NO-BREAK SPACE}September 2026</caption>" in page
    assert '<th scope="col">Uhrzeit</th>' in page
    assert '<th scope="row" lang="de">' in page
    assert "Vorgespräch" not in page
    assert "Zur Anmeldung" in page
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert json.loads(block) == {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": "https://city.example/e/tag",
        "url": "https://city.example/e/tag",
        "name": "Tag der Städte",
        "inLanguage": "de",
        "startDate": "2026-09-18T13:00+02:00",
        "endDate": "2026-09-18T17:00+02:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place",
            "name": "Rathaus",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "Rathausplatz 1",
                "postalCode": "12345",
                "addressLocality": "Musterstadt",
            },
        },
        "organizer": {"@type": "Organization", "name": "Stadt Musterstadt"},
        "subEvent": [
            {
                "@type": "Event",
                "name": "Zukunft",
                "startDate": "2026-09-18T13:00+02:00",
                "eventStatus": "https://schema.org/EventScheduled",
                "location": {
                    "@type": "Place",
                    "name": "Saal 1",
                    "containedInPlace": {
                        "@type": "Place",
                        "name": "Rathaus",
                        "address": {
                            "@type": "PostalAddress",
                            "streetAddress": "Rathausplatz 1",
                            "postalCode": "12345",
                            "addressLocality": "Musterstadt",
                        },
                    },
                },
                "performer": [{"@type": "Person", "name": "Alex Muster"}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("changed", "word", "sentence", "status"),
    [
        (replace(EVENT, status=EventStatus.CANCELLED), "Abgesagt", "findet nicht statt", "EventCancelled"),
        (
            replace(EVENT, status=EventStatus.POSTPONED, start=None, end=None, previous_start=START),
            "Verschoben",
            "Ein neuer Termin steht noch nicht fest.",
            "EventPostponed",
        ),
        (
            replace(EVENT, status=EventStatus.RESCHEDULED, previous_start=START - timedelta(days=1)),
            "Verlegt",
            "Ursprünglich angekündigt: <s>Donnerstag, 17.",
            "EventRescheduled",
        ),
    ],
)
def test_an_event_says_first_what_became_of_it(
    site: Site, changed: Event, word: str, sentence: str, status: str
) -> None:
    _released(site)
    site.store(replace(changed, version=2))
    page = site.get("/e/tag").text
    notice = page.index('<div class="notice"')
    assert notice < page.index(f'<p class="notice-word">{word}</p>') < page.index(sentence) < page.index("<h1")
    assert f"{word}: Tag der Städte" in page
    assert f'"eventStatus":"https://schema.org/{status}"' in page


def test_a_date_nobody_confirmed_is_not_shown(site: Site) -> None:
    site.store(replace(EVENT, certainty=Certainty.INFERRED), RELEASE)
    site.send("release")
    page = site.get("/e/tag").text
    assert "Der Termin steht noch nicht fest." in page
    assert "2026-09-18" not in page
    assert "18.\N{NO-BREAK SPACE}September" not in page


def test_registration_is_offered_until_it_closes(site: Site) -> None:
    _released(site)
    site.now[0] = START - timedelta(days=7)
    page = site.get("/e/tag").text
    assert "Eine Anmeldung ist nicht mehr möglich." in page
    assert "Zur Anmeldung" not in page


def test_a_correction_and_a_withdrawal_are_told(site: Site) -> None:
    _released(site)
    site.store(replace(RELEASE, version=2, correction="Es hieß zuerst Saal 2."), at=NOW)
    page = site.get("/a/release").text
    assert "Korrektur" in page
    assert "Es hieß zuerst Saal 2." in page
    assert "Aktualisiert am" in page
    site.store(replace(RELEASE, version=3, status=PubStatus.CANCELED))
    page = site.get("/a/release").text
    assert "Diese Mitteilung wurde zurückgezogen." in page
    assert "Erster Absatz" not in page
    assert "Zurückgezogen" in site.get("/").text


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/", {}, "de"),
        ("/", {"Accept_Language": "en-GB,en;q=0.9,de;q=0.8"}, "en"),
        ("/", {"Accept_Language": "fr, en;q=0"}, "de"),
        ("/?lang=en", {"Accept_Language": "de"}, "en"),
        ("/?lang=xx", {}, "de"),
        ("/a/english", {}, "en"),
        ("/nothing?lang=en", {}, "en"),
    ],
)
def test_the_language(site: Site, path: str, headers: dict[str, str], language: str) -> None:
    site.store(Announcement("english", "Welcome", language="en"))
    site.send("english")
    answer = site.get(path, **headers)
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Content-Language"] == language


def test_pages_further_back(site: Site) -> None:
    for number in range(23):
        site.store(Announcement(f"a{number:02}", f"Mitteilung {number:02}"))
        site.send(f"a{number:02}")
    first, second = site.get("/").text, site.get("/?page=2").text
    assert re.findall(r"Mitteilung \d\d", first) == [f"Mitteilung {n:02}" for n in range(22, 2, -1)]
    assert re.findall(r"Mitteilung \d\d", second) == [f"Mitteilung {n:02}" for n in range(2, -1, -1)]
    assert len(first.encode()) < 30_000
    assert [site.get(f"/?page={page}").status_code for page in ("3", "0", "-1", "99999999", "x")] == [
        404,
        404,
        200,
        200,
        200,
    ]


def test_the_impressum_and_health(site: Site) -> None:
    page = site.get("/impressum").text
    assert "Stadt Musterstadt\nRathausplatz 1" in page
    assert "https://city.example/datenschutz" in page
    assert (site.get("/healthz").status_code, site.get("/healthz").text) == (200, "ok\n")


# -- Embargo. --


def _comparable(answer: httpx.Response) -> tuple[int, str, list[tuple[str, str]]]:
    return answer.status_code, answer.text, [(k, v) for k, v in answer.headers.items() if k != "date"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_what_is_not_public_answers_like_nothing(site: Site, method: str) -> None:
    embargo = replace(RELEASE, embargoed_until=NOW + timedelta(milliseconds=1))
    site.store(EVENT, embargo, Announcement("withheld", "H", status=PubStatus.WITHHELD), Announcement("draft", "D"))
    site.send("release", "tag")
    site.send("withheld")
    site.send("draft", state="pending", due_at=NOW + timedelta(milliseconds=1))
    for kind, ids in (("a", ("release", "withheld", "draft")), ("e", ("tag",))):
        nothing = _comparable(site.client.request(method, f"/{kind}/nothing"))
        assert nothing[0] == (404 if method in {"GET", "HEAD"} else 405)
        for id_ in ids:
            assert _comparable(site.client.request(method, f"/{kind}/{id_}")) == nothing
    assert "lädt ein" not in site.get("/").text


def test_the_embargo_ends_at_its_instant(site: Site) -> None:
    site.store(EVENT, replace(RELEASE, embargoed_until=NOW))
    site.send("release", "tag")
    site.now[0] = NOW - timedelta(microseconds=1)
    assert [site.get(path).status_code for path in ("/a/release", "/e/tag")] == [404, 404]
    site.now[0] = NOW
    assert [site.get(path).status_code for path in ("/a/release", "/e/tag")] == [200, 200]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"announcement_id": "release"}, {"release"}),
        ({"event_id": "tag"}, {"release"}),  # the event's first announcement, never a later draft
        ({"announcement_id": "second", "event_id": "tag"}, {"second"}),
        ({"announcement_id": "release", "audience": "press"}, set()),
        ({"announcement_id": "release", "state": "pending"}, {"release"}),  # due: it leaves once the page answers
        ({"announcement_id": "release", "state": "pending", "due_at": NOW + timedelta(milliseconds=1)}, set()),
        ({"announcement_id": "release", "state": "pending", "audience": "press"}, set()),
        ({"announcement_id": "release", "state": "paused"}, set()),
        ({"announcement_id": "release", "state": "held"}, set()),
        ({"announcement_id": "release", "state": "cancelled"}, set()),
    ],
)
def test_what_was_sent_is_public(site: Site, sent: dict[str, object], shown: set[str]) -> None:
    site.store(EVENT, RELEASE)
    site.store(replace(RELEASE, id="second", headline="Zweite"), at=NOW + timedelta(hours=1))
    site.send(**sent)  # type: ignore[arg-type]  # the table above names parameters of send
    assert {id_ for id_ in ("release", "second") if site.get(f"/a/{id_}").status_code == 200} == shown
    assert site.get("/e/tag").status_code == (200 if shown else 404)


def test_an_event_without_announcement_shows_once_announced(site: Site) -> None:
    site.store(EVENT)
    assert site.get("/e/tag").status_code == 404
    site.send(event_id="tag")
    assert site.get("/e/tag").status_code == 200


def test_the_release_can_be_decided_elsewhere(sqlite_database: Database, tmp_path: Path) -> None:
    with running(sqlite_database, tmp_path, "https://city.example", lambda id_: id_ == "release") as site:
        site.store(EVENT, RELEASE, Announcement("other", "Andere"))
        site.send("other")
        assert [site.get(f"/a/{id_}").status_code for id_ in ("release", "other")] == [200, 404]


# -- Hostile facts, and what the pages never do. --

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'</title>{{ 7*7 }}</script>"


def test_hostile_facts_stay_text(site: Site) -> None:
    bad_link = Link(HOSTILE, "javascript:alert(1)")
    session = Session("s", HOSTILE, HOSTILE, start=START, room=HOSTILE, performers=(Person(HOSTILE, HOSTILE),))
    site.store(
        Event(
            "böse/x",
            HOSTILE,
            start=START,
            place=Place(HOSTILE, HOSTILE),
            organizer=HOSTILE,
            url="javascript:alert(1)",
            registration=Registration(url="//elsewhere.example"),
            sessions=(session,),
        )
    )
    site.store(
        Announcement(
            "bad",
            HOSTILE,
            kicker=HOSTILE,
            lead=HOSTILE,
            body=f"{HOSTILE}\n\n<b>x</b> [x](javascript:alert(1)) ![x](https://elsewhere.example/t.gif)",
            source=HOSTILE,
            contact=HOSTILE,
            links=(bad_link,),
            topics=(HOSTILE,),
        ),
        Event("e", HOSTILE, start=START, place=Place(HOSTILE), sessions=(session,), url="javascript:alert(1)"),
    )
    site.send("bad", "e")
    for path in ("/", "/a/bad", "/e/e"):
        answer = site.get(path)
        outline = _Outline(answer.text)
        assert answer.status_code == 200
        assert outline.loads == ["/style.css"]
        assert "img" not in outline.tags
        assert outline.tags.count("script") == (0 if path == "/" else 1)
        assert not [address for address in outline.addresses if address.lower().startswith(("javascript", "//"))]
        assert "49" not in answer.text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', site.get("/e/e").text)
    assert json.loads(block)["name"] == HOSTILE


@pytest.mark.parametrize("path", ["/", "/a/release", "/e/tag", "/abonnieren", "/nothing", "/style.css", "/u/x", "/p/x"])
def test_every_answer_is_guarded_and_sets_no_cookie(site: Site, path: str) -> None:
    _released(site)
    answer = site.client.get(path, headers={"Host": "evil.example", "Cookie": "a=b"})
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers
    assert "evil.example" not in answer.text
    if "html" in answer.headers["Content-Type"]:
        outline = _Outline(answer.text)
        assert outline.loads == ["/style.css"]
        assert outline.tags.count("h1") == outline.tags.count("main") == outline.tags.count("title") == 1
        assert len(answer.content) < 30_000


def test_an_unforeseen_failure_is_polite_and_guarded(tmp_path: Path, sqlite_database: Database) -> None:
    def broken(announcement_id: str) -> bool:
        raise RuntimeError(announcement_id)

    with running(sqlite_database, tmp_path, "https://city.example", broken) as site:
        site.store(RELEASE_ALONE)
        answer = site.get("/a/release")
        assert answer.status_code == 500
        assert "in einigen Minuten" in answer.text
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


RELEASE_ALONE = replace(RELEASE, event_id=None)


def test_a_database_that_says_no_is_a_503(site: Site) -> None:
    with site.db.write() as connection:
        connection.execute(sa.text("ALTER TABLE list RENAME TO gone"))
    answer = site.client.post(f"/u/{tokens.make(KEY, 'unsubscribe', 1, 'stadt')}")
    assert answer.status_code == 503
    assert "Ihre Abmeldung wurde noch nicht gespeichert" in answer.text
    assert answer.headers["Retry-After"] == "120"


# -- Validators. --


@pytest.mark.parametrize("path", ["/", "/a/release", "/style.css", "/feeds/feed.de.rss.xml"])
def test_nothing_new_costs_no_body(site: Site, path: str) -> None:
    _released(site)
    _write_feeds(site)
    first = site.get(path)
    again = site.get(path, If_None_Match=f'"other", W/{first.headers["ETag"]}')
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert site.get(path, If_None_Match='"other"').status_code == 200
    assert site.client.head(path).headers["ETag"] == first.headers["ETag"]


def test_a_changed_page_has_another_validator(site: Site) -> None:
    _released(site)
    before = site.get("/a/release").headers["ETag"]
    site.store(replace(RELEASE, version=2, headline="Neu"))
    assert site.get("/a/release", If_None_Match=before).status_code == 200


# -- Feeds. --


def _write_feeds(site: Site) -> None:
    (site.feeds / "events").mkdir(parents=True, exist_ok=True)
    for stem, title in (("feed.de", "Alle Mitteilungen"), ("events/tag.de", "Tag <der> Städte")):
        about = {"title": title, "description": "Was das ist.", "language": "de"}
        (site.feeds / f"{stem}.rss.xml").write_text(f"<rss>{title}</rss>", encoding="utf-8")
        (site.feeds / f"{stem}.atom.xml").write_text("<feed/>", encoding="utf-8")
        (site.feeds / f"{stem}.json").write_text(json.dumps(about), encoding="utf-8")
    (site.feeds / "secret.txt").write_text("secret")
    (site.feeds / ".feed.rss.xml").write_text("half written")


def test_a_feed_file(site: Site) -> None:
    _write_feeds(site)
    answer = site.get("/feeds/feed.de.rss.xml", Accept_Encoding="identity")
    assert answer.text == "<rss>Alle Mitteilungen</rss>"
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Vary"] == "Accept-Encoding"
    with site.client.stream("GET", "/feeds/feed.de.rss.xml", headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(b"".join(packed.iter_raw())) == answer.content
        assert packed.headers["ETag"] != answer.headers["ETag"]
    assert site.client.head("/feeds/feed.de.json").headers["Content-Type"] == "application/feed+json; charset=utf-8"


def test_a_rewritten_feed_is_served_anew(site: Site) -> None:
    _write_feeds(site)
    before = site.get("/feeds/feed.de.rss.xml")
    (site.feeds / "feed.de.rss.xml").write_text("<rss>Neu und länger als zuvor</rss>", encoding="utf-8")
    after = site.get("/feeds/feed.de.rss.xml", If_None_Match=before.headers["ETag"])
    assert (after.status_code, after.text) == (200, "<rss>Neu und länger als zuvor</rss>")


@pytest.mark.parametrize(
    "path",
    [
        "nothing.rss.xml",
        "secret.txt",
        ".feed.rss.xml",
        "../announcer.db",
        "..%2fannouncer.db",
        "%2e%2e/announcer.db",
        "events/../../announcer.db",
        "events%2f..%2f..%2foutside.json",
        "..\\outside.json",
        "/etc/passwd",
        "outside.json%00.rss.xml",
        "linked.json",
        "events",
        "",
    ],
)
def test_no_path_leads_out_of_the_feeds_folder(site: Site, tmp_path: Path, path: str) -> None:
    _write_feeds(site)
    (tmp_path / "outside.json").write_text("{}")
    (site.feeds / "linked.json").symlink_to(tmp_path / "outside.json")
    status, body = _raw_get(site, f"/feeds/{path}")
    assert status == 404
    assert body == site.get("/nothing").content


def _raw_get(site: Site, path: str) -> tuple[int, bytes]:
    """A GET that no client has tidied up."""
    url = site.client.base_url
    assert url.port is not None
    with socket.create_connection((url.host, url.port), timeout=20) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_the_page_to_subscribe_lists_every_feed(site: Site) -> None:
    assert "Zurzeit gibt es keine Feeds." in site.get("/abonnieren").text
    _write_feeds(site)
    page = site.get("/abonnieren").text
    assert page == site.get("/subscribe").text
    for part in (
        '<a href="/feeds/feed.de.rss.xml" type="application/rss+xml">https://city.example/feeds/feed.de.rss.xml</a>',
        "https://city.example/feeds/events/tag.de.rss.xml",
        "Tag &lt;der&gt; Städte",
        "Nachrichten aus der Stadt",
    ):
        assert part in page
    assert "Presseverteiler" not in page


# -- Searching, topics, and what programs read. --


def test_searching_and_topics(site: Site) -> None:
    site.store(EVENT, replace(RELEASE, topics=("Städte & Gemeinden",)), Announcement("other", "Bäder geöffnet"))
    site.send("release", "tag")
    site.send("other")
    page = site.get("/?q=stadte")
    assert "Musterstadt lädt ein" in page.text
    assert "Bäder" not in page.text
    assert "Eine Mitteilung" in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    nothing = site.get("/?q=%3Cscript%3E").text
    assert "Keine Mitteilung enthält diese Wörter." in nothing
    assert "<script>" not in nothing
    (link,) = re.findall(r'href="(/thema/[^"]+)"', site.get("/").text)
    topic = site.get(link).text
    assert "<h1>Städte &amp; Gemeinden</h1>" in topic
    assert "Bäder" not in topic
    assert site.get("/thema/nichts").content == site.get("/nowhere").content


def test_an_article_for_programs(site: Site) -> None:
    site.store(EVENT, replace(RELEASE, topics=("Stadt",)))
    site.send("release", "tag")
    page = site.get("/a/release").text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert json.loads(block) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": "https://city.example/a/release",
        "mainEntityOfPage": "https://city.example/a/release",
        "headline": "Musterstadt lädt ein",
        "alternativeHeadline": "Tag der Städte",
        "description": "Am 18. September.",
        "inLanguage": "de",
        "datePublished": "2026-08-31T08:00+00:00",
        "dateModified": "2026-08-31T08:00+00:00",
        "image": ["https://city.example/a/release/card.png"],
        "keywords": "Stadt",
        "creativeWorkStatus": "Published",
        "author": {"@type": "Organization", "name": "Stadt Musterstadt"},
        "publisher": {
            "@type": "Organization",
            "name": "Stadt Musterstadt\nRathausplatz 1",
            "url": "https://city.example",
        },
    }
    assert '<meta property="og:image" content="https://city.example/a/release/card.png">' in page
    assert '<meta property="og:type" content="article">' in page
    for path in ("/a/release/card.png", "/e/tag/card.png"):
        card = site.get(path)
        assert card.headers["Content-Type"] == "image/png"
        assert card.content.startswith(b"\x89PNG")
        assert site.get(path, If_None_Match=card.headers["ETag"]).status_code == 304


def test_what_search_engines_are_told(site: Site) -> None:
    assert "/a/" not in site.get("/sitemap.xml").text
    site.store(EVENT, replace(RELEASE, topics=("Stadt",)))
    site.send("release", "tag")
    pages = re.findall(r"<loc>([^<]+)</loc>", site.get("/sitemap.xml").text)
    assert pages == [
        f"https://city.example{path}"
        for path in ("/", "/abonnieren", "/impressum", "/a/release", "/e/tag", "/thema/stadt")
    ]
    for address in pages:
        assert site.get(address.removeprefix("https://city.example")).status_code == 200
    robots = site.get("/robots.txt").text
    assert "Disallow: /u/\n" in robots
    assert "Sitemap: https://city.example/sitemap.xml\n" in robots


@pytest.mark.parametrize(
    "path",
    ["/a/release", "/a/release/card.png", "/e/tag", "/e/tag/card.png", "/thema/geheim", "/feeds/events/tag.ics"],
)
def test_before_the_embargo_an_address_answers_as_one_that_does_not_exist(site: Site, path: str) -> None:
    until = NOW + timedelta(milliseconds=1)
    site.store(EVENT, replace(RELEASE, embargoed_until=until, topics=("geheim",)))
    site.send("release", "tag")
    unknown = site.get("/nowhere")
    early = site.get(path)
    assert (early.status_code, early.content) == (404, unknown.content)
    assert {k: v for k, v in early.headers.items() if k != "date"} == {
        k: v for k, v in unknown.headers.items() if k != "date"
    }
    for surface in ("/", "/?q=musterstadt", "/sitemap.xml", "/abonnieren"):
        assert b"release" not in site.get(surface).content
    site.now[0] = until
    if not path.startswith("/feeds"):
        assert site.get(path).status_code == 200


def test_versions_of_an_announcement(site: Site) -> None:
    site.store(RELEASE_ALONE)
    site.send("release")
    assert "Fassungen" not in site.get("/a/release").text
    later = NOW - timedelta(hours=3)
    site.store(replace(RELEASE_ALONE, version=2, lead="Am 19. September."), at=later)
    corrected = replace(RELEASE_ALONE, version=3, lead="Am 20. September.", correction="Richtig ist der 20. September.")
    site.store(corrected, at=later + timedelta(hours=1))
    page = site.get("/a/release").text
    found = re.findall(r"<li><time[^>]*>[^<]*</time>: (.*?)</li>", page)
    assert found == [
        '<strong>Korrektur.</strong> <span lang="de">Richtig ist der 20. September.</span>',
        "redaktionell überarbeitet",
        "veröffentlicht",
    ]


def test_privacy_and_accessibility_as_texts_of_the_office(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "privacy.md").write_text("## Verantwortlich\n\nDie <Stadt>.", encoding="utf-8")
    own = {"privacy_file": "privacy.md", "accessibility_file": "missing.md"}
    settings = Settings.model_validate({"site": own, "root": tmp_path})
    server = WebServer(public_app(sqlite_database, settings, KEY, tmp_path, lambda: NOW), "127.0.0.1", 0)
    port = server.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client:
            page = client.get("/datenschutz").text
            assert "<h2>Verantwortlich</h2>" in page
            assert "Die &lt;Stadt&gt;." in page
            assert '<a href="/datenschutz">' in client.get("/").text
            assert client.get("/barrierefreiheit").status_code == 404
    finally:
        server.stop()


# -- Calendars. --


def _write_calendars(site: Site) -> None:
    subject = Subject([Version(EVENT, NOW)], NOW, "https://city.example/e/tag", "de")
    about = CalendarInfo(
        "Tag der Städte, mit Komma; – Stadt", subject.page, "https://city.example/feeds/events/tag.ics"
    )
    found = items(subject)
    files = {"events/tag.ics": (about, found), "events/tag.entry.ics": (CalendarInfo("x", subject.page), found[:1])}
    empty = {"calendar.ics": (replace(about, name="leer"), ())}
    FeedFolder(site.feeds).write({name: calendar_file(*value) for name, value in {**files, **empty}.items()})


def test_a_calendar_is_offered_where_there_is_one(site: Site) -> None:
    site.store(EVENT, RELEASE)
    site.send("release", "tag")
    assert "Kalender" not in site.get("/e/tag").text
    _write_calendars(site)
    page = site.get("/e/tag").text
    assert '<a href="/feeds/events/tag.entry.ics" type="text/calendar">Termin in den Kalender übernehmen</a>' in page
    assert '<a href="webcal://city.example/feeds/events/tag.ics">Kalender abonnieren</a>' in page
    page = site.get("/abonnieren").text
    assert "Tag der Städte, mit Komma; – Stadt" in page
    assert "leer" not in page  # nobody is asked to subscribe to nothing
    answer = site.get("/feeds/events/tag.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert site.get("/feeds/events/tag.ics", If_None_Match=answer.headers["ETag"]).status_code == 304


# -- The way out of every list. --

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def test_looking_at_the_link_never_unsubscribes(site: Site) -> None:
    person = site.join("stadt")
    token = tokens.make(KEY, "unsubscribe", person, "stadt")
    for _ in range(2):
        answer = site.get(f"/u/{token}")
        assert site.client.head(f"/u/{token}").status_code == 200
        assert site.get(f"/u/{token}?List-Unsubscribe=One-Click").status_code == 200
    assert '<button class="button" type="submit">Abbestellen</button>' in answer.text
    assert "Nachrichten aus der Stadt" in answer.text
    assert "a…@city.example" in answer.text
    assert "alex@city.example" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert site.states(person) == {"stadt": "confirmed"}


@pytest.mark.parametrize("form", ["urlencoded", "multipart", "empty"])
def test_one_click_unsubscribes(site: Site, form: str) -> None:
    person = site.join("stadt", "presse")
    site.store(EVENT)
    for target in ("stadt", "presse"):
        site.send(event_id="tag", state="pending", subscriber_id=person, target=target)
    url = f"/u/{tokens.make(KEY, 'unsubscribe', person, 'stadt')}"
    answers = []
    for _ in range(2):
        match form:
            case "urlencoded":
                answers.append(site.client.post(url, data=ONE_CLICK))
            case "multipart":
                answers.append(site.client.post(url, files={"List-Unsubscribe": (None, "One-Click")}))
            case _:
                answers.append(site.client.post(url))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert "Sie sind abgemeldet" in answers[0].text
    assert site.states(person) == {"presse": "confirmed", "stadt": "left"}
    with site.db.read() as connection:
        queued = connection.execute(sa.select(delivery.c.target, delivery.c.state)).all()
        written = connection.execute(sa.select(audit.c.actor, audit.c.verb, audit.c.after)).all()
    assert {tuple(row) for row in queued} == {
        ("stadt", DeliveryState.SUPPRESSED.value),
        ("presse", DeliveryState.PENDING.value),
    }
    assert [tuple(row) for row in written] == [(f"subscriber {person}", "leave", "list stadt")]


def test_a_link_never_expires(site: Site) -> None:
    person = site.join("stadt")
    site.now[0] = NOW + timedelta(days=3650)
    url = f"/u/{tokens.make(KEY, 'unsubscribe', person, 'stadt')}"
    assert site.client.post(url, data=ONE_CLICK).status_code == 200
    assert site.states(person) == {"stadt": "left"}
    assert site.client.post(f"/u/{tokens.make(KEY, 'unsubscribe', 4711, 'stadt')}", data=ONE_CLICK).status_code == 200


@pytest.mark.parametrize("kind", ["u", "p"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_token_is_told_what_to_do(site: Site, kind: str, method: str) -> None:
    person = site.join("stadt")
    genuine = tokens.make(KEY, "unsubscribe", person, "stadt")
    forged = [genuine[:-1] + ("0" if genuine[-1] != "0" else "1"), genuine[:-1], "x", "1-stadt-" + "0" * 32]
    for token in forged:
        answer = site.client.request(method, f"/{kind}/{token}", data=ONE_CLICK if method == "POST" else None)
        assert answer.status_code == 404
        assert "auf die Mail antworten" in answer.text
    assert site.states(person) == {"stadt": "confirmed"}


def test_too_large_a_body_is_refused(site: Site) -> None:
    person = site.join("stadt")
    token = tokens.make(KEY, "unsubscribe", person, "stadt")
    assert site.client.post(f"/u/{token}", content=b"x" * 100_000).status_code == 413


def test_the_preferences_page_leaves_what_is_no_longer_ticked(site: Site) -> None:
    person = site.join("stadt", "kultur")
    url = f"/p/{tokens.make(KEY, 'preferences', person, '')}"
    page = site.get(url).text
    assert re.findall(r'name="(\w+)" value="(\w+)"( checked)?', page)[:4] == [
        ("keep", "kultur", " checked"),
        ("shown", "kultur", ""),
        ("keep", "stadt", " checked"),
        ("shown", "stadt", ""),
    ]
    site.join("presse")  # joined meanwhile: the page had no box for it
    answer = site.client.post(url, data={"shown": ["stadt", "kultur"], "keep": ["kultur"], "do": "save"})
    assert answer.status_code == 200
    assert "Ihre Auswahl ist gespeichert." in answer.text
    assert site.states(person) == {"kultur": "confirmed", "presse": "confirmed", "stadt": "left"}


def test_the_preferences_page_can_leave_all(site: Site) -> None:
    person = site.join("stadt", "kultur")
    url = f"/p/{tokens.make(KEY, 'preferences', person, '')}"
    answers = [site.client.post(url, data={"do": "leave-all"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Sie erhalten von uns zurzeit keinen Newsletter." in answers[0].text
    assert site.states(person) == {"stadt": "left", "kultur": "left"}
    with site.db.read() as connection:
        assert people.is_suppressed(connection, KEY, "alex@city.example")


def test_a_reader_is_addressed_in_their_language(site: Site) -> None:
    with site.db.write() as connection:
        person = people.add(connection, KEY, "kim@city.example", language="en", now=NOW)
    url = f"/u/{tokens.make(KEY, 'unsubscribe', person.id, 'stadt')}"
    assert "You are unsubscribed" in site.get(url).text
    assert "Sie sind abgemeldet" in site.get(url, Accept_Language="de").text


# -- Where it runs. --


@pytest.mark.parametrize("prefix", ["/presse", ""], ids=["proxy keeps the path", "proxy cuts it off"])
def test_below_a_path(sqlite_database: Database, tmp_path: Path, prefix: str) -> None:
    with running(sqlite_database, tmp_path, "https://city.example/presse/") as site:
        _released(site)
        for path in ("/", "/a/release", "/e/tag", "/impressum"):
            answer = site.get(prefix + path)
            assert answer.status_code == 200
            local = [a for a in _Outline(answer.text).addresses if a.startswith("/")]
            assert [a for a in local if not a.startswith("/presse/")] == []
        assert 'href="https://city.example/presse/a/release"' in site.get(f"{prefix}/a/release").text
        assert site.get(f"{prefix}/style.css").status_code == 200
        assert site.get("/pressestelle").status_code == 404


def test_the_office_may_bring_its_own_templates(sqlite_database: Database, tmp_path: Path) -> None:
    own = tmp_path / "own" / "web"
    own.mkdir(parents=True)
    (own / "imprint.html").write_text("{% extends 'web/base.html' %}{% block main %}<h1>Eigenes</h1>{% endblock %}")
    settings = Settings.model_validate({"paths": {"templates": "own"}, "root": tmp_path})
    server = WebServer(public_app(sqlite_database, settings, KEY, tmp_path, lambda: NOW), "127.0.0.1", 0)
    port = server.start()
    try:
        assert "<h1>Eigenes</h1>" in httpx.get(f"http://127.0.0.1:{port}/impressum", trust_env=False).text
    finally:
        server.stop()


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"\[web\] port {port} is used by another program; stop that one"):
            WebServer(FastAPI(), "127.0.0.1", port).start()
    with pytest.raises(SettingsError, match="correct host and port"):
        WebServer(FastAPI(), "203.0.113.1", 0).start()


def test_stopping_lets_a_request_under_way_end_and_frees_the_port() -> None:
    app, begun, go_on = FastAPI(), threading.Event(), threading.Event()

    @app.get("/slow")
    def slow() -> str:
        begun.set()
        go_on.wait(20)
        return "done"

    server = WebServer(app, "127.0.0.1", 0)
    port = server.start()
    answers: list[httpx.Response] = []
    asking = threading.Thread(
        target=lambda: answers.append(httpx.get(f"http://127.0.0.1:{port}/slow", timeout=20, trust_env=False))
    )
    asking.start()
    assert begun.wait(20)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    go_on.set()
    asking.join(20)
    stopping.join(20)
    assert not stopping.is_alive()
    assert [answer.json() for answer in answers] == ["done"]
    with socket.create_server(("127.0.0.1", port)):
        pass
    server.stop()


def test_both_languages_say_everything() -> None:
    german, english = WORDS["de"], WORDS["en"]
    assert german.keys() == english.keys()
    assert [key for key in german if not german[key]] == []
    assert [key for key in english if not english[key]] == []
