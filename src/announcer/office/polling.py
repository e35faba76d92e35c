"""A feed of another system, polled: its new entries become drafts, changed ones propose a correction.

Which entry became which announcement is remembered by its guid, so that
nothing is taken twice, whatever the feed does with its dates and titles.
"""

from __future__ import annotations

import hashlib
import html
import json
from calendar import timegm
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import feedparser

from announcer.errors import AnnouncerError, IntakeError
from announcer.fetching import Bounds, Fetcher
from announcer.intake.release import Beside
from announcer.intake.slugs import slug
from announcer.model.people import Actor
from announcer.office import newer, taking_in
from announcer.office.house import House
from announcer.settings import FeedSource
from announcer.store import facts, journal

BOUNDS = Bounds(total=30.0, most_bytes=5_000_000)
ACCEPTED = (
    "application/rss+xml", "application/atom+xml", "application/xml", "text/xml", "application/rdf+xml",
    "application/feed+json", "text/html", "text/plain",
)  # fmt: skip
#: So many entries are looked at; a feed has the newest first.
MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Polled:
    """What a look at a feed brought."""

    name: str
    new: tuple[str, ...] = ()  #: Ids of the drafts.
    changed: tuple[str, ...] = ()  #: Ids of announcements a correction is proposed for.
    refused: tuple[tuple[str, str], ...] = ()  #: An entry's title, and why it can't be taken.


def poll(house: House, name: str, source: FeedSource, now: datetime) -> Polled:
    """Look at a feed. Raises `FetchError` if it does not answer, `IntakeError` if it is none."""
    kept = _kept(house, f"feed:{name}")
    headers = {"If-None-Match": kept["etag"]} if kept.get("etag") else {}
    fetched = Fetcher(house.settings, bounds=BOUNDS).get(source.url, accept=ACCEPTED, headers=headers)
    if fetched.status == 304:
        return Polled(name)
    found = take(house, name, fetched.body, now, base=fetched.url)
    _keep(house, f"feed:{name}", {"etag": fetched.headers.get("etag", "")})
    return found


def take(house: House, name: str, body: bytes, now: datetime, *, base: str = "") -> Polled:
    """Take in what a feed's text has that is not known yet."""
    parsed: Any = feedparser.parse(body, response_headers={"content-location": base} if base else None)
    if not parsed.get("version"):
        raise IntakeError(f"the feed {name} is no RSS or Atom feed; correct its address in [sources.{name}]")
    new, changed, refused = [], [], []
    for entry in parsed.entries[:MOST_ENTRIES]:
        title = " ".join(str(entry.get("title", "")).split()) or "?"
        try:
            became, id_ = _take_entry(house, name, entry, title, now)
        except AnnouncerError as error:
            refused.append((title, str(error)))
            continue
        if became == "new":
            new.append(id_)
        elif became == "changed":
            changed.append(id_)
    return Polled(name, tuple(new), tuple(changed), tuple(refused))


def _take_entry(house: House, name: str, entry: Any, title: str, now: datetime) -> tuple[str, str]:
    guid = str(entry.get("id") or entry.get("link") or title)
    key = f"feed-entry:{name}:{hashlib.sha256(guid.encode()).hexdigest()[:32]}"
    content = _content(entry)
    print_ = hashlib.sha256(f"{title}\n{content}".encode()).hexdigest()
    kept = _kept(house, key)
    if kept.get("print") == print_:
        return "known", kept["id"]
    page = f"<html><body><article><h1>{html.escape(title)}</h1>{content}</article></body></html>".encode()
    link = str(entry.get("link", ""))
    beside = Beside(release=_day(entry) or now.astimezone(house.planning_zone).date(), base=link)
    actor = Actor(f"feed {name}")
    taken = taking_in.look_at(house, page, f"{slug(title)[:70].strip('-')}.html", beside, {})
    if "id" in kept:
        became = "changed" if _propose(house, taken, kept["id"], actor, now) else "known"
        id_ = kept["id"]
    else:
        became, id_ = "new", newer.draft_or_request(house, replace(taken, known=None), actor, now)
    _keep(house, key, {"id": id_, "print": print_})
    return became, id_


def _propose(house: House, taken: taking_in.Taken, id_: str, actor: Actor, now: datetime) -> bool:
    with house.database.read() as connection:
        known = facts.announcement_facts(connection, id_)
    return newer.ask_correction(house, replace(taken, known=known), actor, now)


def _content(entry: Any) -> str:
    """The entry's whole text, else its summary."""
    bodies = [str(one.get("value", "")) for one in entry.get("content", ())]
    return max([*bodies, str(entry.get("summary", ""))], key=len)


def _day(entry: Any) -> date | None:
    found = entry.get("published_parsed") or entry.get("updated_parsed")
    return datetime.fromtimestamp(timegm(found), UTC).date() if found else None


def _kept(house: House, key: str) -> dict[str, str]:
    with house.database.read() as connection:
        found = journal.recall(connection, key)
    return dict(json.loads(found)) if found else {}


def _keep(house: House, key: str, value: dict[str, str]) -> None:
    with house.database.write() as connection:
        journal.remember(connection, key, json.dumps(value, ensure_ascii=False))
