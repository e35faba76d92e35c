"""Trying the ways out before they are needed: the day before a message's moment, and an hour before.

Token, rights and limits of the network, and the pictures of what was approved.
Nothing is sent. What is wrong is told to the office in time, stands in `status`,
and is tried again until it is right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from announcer.errors import AnnouncerError
from announcer.model.campaign import Message
from announcer.model.content import Limits
from announcer.model.ledger import MessageState
from announcer.model.people import Actor
from announcer.office import wording
from announcer.office.house import House
from announcer.office.worlds import read_world
from announcer.store import campaign, codec, contents, journal
from announcer.store.campaign import Campaign
from announcer.store.contents import Stored
from announcer.store.tables import message

#: How long before a message's moment its channel is tried.
STAGES = (timedelta(hours=24), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Finding:
    """What the last look at a channel found."""

    at: datetime  #: When it was looked for the last stage; a problem that lasts keeps it.
    problems: tuple[str, ...] = ()


def is_due(moments: Iterable[datetime], last: datetime | None, now: datetime) -> bool:
    """Whether a channel is to be tried: a stage before one of its messages' moments has come since the last look."""
    passed = (moment - stage for moment in moments for stage in STAGES if moment - stage <= now < moment)
    return any(last is None or last < stage for stage in passed)


def run(house: House, now: datetime) -> dict[str, Finding]:
    """Try the channels whose turn it is, and those of which something was wrong; what was found, by channel."""
    with house.database.read() as connection:
        near = sa.and_(message.c.due_at > now, message.c.due_at <= now + max(STAGES))
        coming = campaign.messages(connection, states=[MessageState.SCHEDULED], only=near)
        before = findings(connection)
    found: dict[str, Finding] = {}
    for name in house.exits:
        mine = [one for one in coming if one.planned.channel == name]
        last = before.get(name)
        new = is_due([one.planned.due_at for one in mine if one.planned.due_at], last.at if last else None, now)
        if new or (last is not None and last.problems):
            problems = tuple(dict.fromkeys(_problems(house, name, mine, now)))
            at = now if new or last is None else last.at
            found[name] = Finding(at, problems)
            if last is None or found[name] != last:
                _keep(house, name, found[name], now)
    return found


def findings(connection: sa.Connection) -> dict[str, Finding]:
    """The last finding of each channel that was tried."""
    kept = journal.recall_all(connection, "preflight:")
    read = {name: json.loads(value) for name, value in kept.items()}
    return {name: Finding(datetime.fromisoformat(one["at"]), tuple(one["problems"])) for name, one in read.items()}


def _keep(house: House, name: str, found: Finding, now: datetime) -> None:
    text = json.dumps({"at": found.at.isoformat(), "problems": found.problems}, ensure_ascii=False)
    with house.database.write() as connection:
        journal.remember(connection, f"preflight:{name}", text)
        journal.note(
            connection, Actor.clock(), now, "preflight", f"channel {name}", after="; ".join(found.problems) or "ok"
        )


def _problems(house: House, name: str, coming: Sequence[Message], now: datetime) -> Iterable[str]:
    try:
        health = house.exits[name].check()
    except AnnouncerError as error:
        yield str(error)
        return
    if not health.ok:
        yield health.said
        return
    with house.database.read() as connection:
        stored = {one.id: contents.current(connection, one.id) for one in coming}
        limits = {one.id: contents.limits_of(connection, one.id) for one in coming}
    for one in coming:
        yield from _pictures(house, one, stored[one.id])
        if limits[one.id] is not None:
            yield from _limits(
                house, one, stored[one.id], codec.load(Limits, limits[one.id] or "{}"), health.limits, now
            )


def _pictures(house: House, one: Message, stored: Sequence[Stored]) -> Iterable[str]:
    for content in stored:
        shown = [*(content.payload.get("pictures") or ()), (content.payload.get("card") or {}).get("picture")]
        for picture in filter(None, shown):
            try:
                house.assets.read(picture["hash"])
            except AnnouncerError as error:
                yield f"message {one.id}: {error}"


def _limits(
    house: House, one: Message, stored: Sequence[Stored], then: Limits, today: Limits, now: datetime
) -> Iterable[str]:
    """Whether what was approved still fits: only where the network takes less than it did."""
    if not (then.max_characters and today.max_characters and today.max_characters < then.max_characters):
        return
    key = Campaign(one.event_id) if one.event_id else Campaign(None, one.announcement_id)
    with house.database.read() as connection:
        world = read_world(connection, house, key, now)
    fits = f"message {one.id}: the network takes {today.max_characters} characters now, not {then.max_characters}"
    try:
        worded = dict(wording.payloads(house, world.scene, one.planned, today))
    except AnnouncerError as error:
        yield f"{fits}; {error}"
        return
    if any(worded.get(content.language) != content.payload for content in stored):
        yield f"{fits}; preview and approve it again"
