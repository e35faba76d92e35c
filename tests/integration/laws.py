"""The laws of a campaign, whatever the office and the networks do: what is read off the ledger and what arrived.

Nothing here knows how the house does it. A `Standing` is the ledger at one
moment; the laws compare two of them, and each arrival with the row it came from.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from announcer.feeds.guids import feed_guid
from announcer.model.campaign import Audience, Kind, Message
from announcer.model.ledger import (
    DELIVERY_TRANSITIONS,
    MESSAGE_TRANSITIONS,
    SETTLED,
    DeliveryState,
    MessageState,
)
from announcer.office.outlook import Overview
from announcer.sandbox.arrivals import Arrival, Mail, Post, PostEdit
from announcer.store import campaign, contents
from announcer.store.contents import Stored
from announcer.store.tables import content, delivery, subscriber

#: Notices that go to everybody, whatever list they are on.
TO_ALL = frozenset({Kind.CANCELLATION, Kind.MOVE, Kind.POSTPONEMENT})
_LISTS = {Audience.PUBLIC: "newsletter", Audience.PRESS: "presse", Audience.OPTED_IN: "praktisch"}
_SHORT = {DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.MISSED, DeliveryState.CANCELLED}
_OVER = {
    MessageState.SENT, MessageState.PARTLY_SENT, MessageState.FAILED, MessageState.MISSED, MessageState.CANCELLED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery."""

    id: int
    message_id: int
    occurrence_id: int
    channel: str
    target: str
    language: str
    subscriber_id: int | None
    action: str
    revision: int
    content_id: int
    state: DeliveryState
    ready_at: datetime
    not_after: datetime | None
    attempts: int
    maybe_double: bool
    key: str
    sent_at: datetime | None
    corrects_id: int | None
    after_id: int | None

    @property
    def corrects(self) -> bool:
        """Whether it puts right what has left: an edit, an answer, a deletion, a post anew."""
        return self.revision > 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The ledger at one moment."""

    messages: Mapping[int, Message]
    deliveries: Mapping[int, Row]
    contents: Mapping[int, Stored]
    current: Mapping[int, tuple[Stored, ...]]  #: By message.
    addresses: Mapping[int, str]  #: By subscriber.

    def of(self, message_id: int) -> list[Row]:
        """The deliveries that published a message first; what corrects them has later revisions."""
        return [row for row in self.deliveries.values() if row.message_id == message_id and row.revision == 0]

    def open(self, channel: str | None = None) -> list[Row]:
        """What has not come to an end."""
        return [
            row
            for row in self.deliveries.values()
            if row.state not in SETTLED and (channel is None or row.channel == channel)
        ]


_COLUMNS = [
    delivery.c[name] for name in (
        "id", "message_id", "occurrence_id", "channel", "target", "language", "subscriber_id", "action", "revision",
        "content_id", "state", "ready_at", "not_after", "attempts", "maybe_double", "key", "sent_at",
        "corrects_id", "after_id",
    )
]  # fmt: skip


def look(connection: sa.Connection) -> Standing:
    """Read it all, in one transaction."""
    messages = {m.id: m for m in campaign.messages(connection)}
    rows = [_row(row) for row in connection.execute(sa.select(*_COLUMNS).order_by(delivery.c.id))]
    said = {
        row.id: (_stored(row), row.current) for row in connection.execute(sa.select(content).order_by(content.c.id))
    }
    current: dict[int, list[Stored]] = {id_: [] for id_ in messages}
    for stored, is_current in said.values():
        if is_current:
            current[stored.message_id].append(stored)
    return Standing(
        messages=messages,
        deliveries={row.id: row for row in rows},
        contents={id_: stored for id_, (stored, _) in said.items()},
        current={id_: tuple(sorted(found, key=lambda c: c.language)) for id_, found in current.items()},
        addresses={row.id: row.address for row in connection.execute(sa.select(subscriber.c.id, subscriber.c.address))},
    )


def _stored(row: Any) -> Stored:
    payload = json.loads(row.payload)
    return Stored(
        row.id, row.message_id, row.language, row.facts_version, payload, row.hash, row.variant, row.stands_for
    )


def _row(row: Any) -> Row:
    values = dict(row._mapping)
    return Row(**{**values, "state": DeliveryState(values["state"])})


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something that came, and the row it came from."""

    at: datetime
    row: Row
    text: str  #: All that a person reads of it.
    address: str = ""  #: Of a mail.


def arrived(arrivals: Iterable[Arrival], before: Standing, after: Standing, posts: dict[str, str]) -> list[Arrived]:
    """Pair arrivals with the ledger. `posts` maps status ids to keys and is kept up."""
    by_key = {row.key: row for row in after.deliveries.values()}
    found = []
    for arrival in arrivals:
        match arrival:
            case Post():
                posts[arrival.status_id] = arrival.key
                found.append(Arrived(arrival.at, by_key[arrival.key], arrival.text))
            case PostEdit():
                row = _correction(by_key[posts[arrival.status_id]], arrival.after, after)
                found.append(Arrived(arrival.at, row, arrival.after))
            case Mail():
                letter = arrival.letter
                assert letter.message_id, f"a mail without a word came to {arrival.recipient}"
                row = by_key[letter.message_id.strip("<>").partition("@")[0]]
                text = "\n".join((letter.subject, letter.text, letter.html))
                found.append(Arrived(arrival.at, row, text, arrival.recipient))
    return found + list(_new_items(before, after))


def _correction(original: Row, text: str, standing: Standing) -> Row:
    rows = [
        row
        for row in standing.deliveries.values()
        if (row.message_id, row.target) == (original.message_id, original.target)
        and row.action == "correct"
        and standing.contents[row.content_id].payload["status"] == text
    ]
    assert rows, f"a post was edited to a text that no delivery has: {text}"
    return rows[-1]


def _new_items(before: Standing, after: Standing) -> Iterator[Arrived]:
    """A feed item arrives when the ledger has it as sent."""
    for row in after.deliveries.values():
        old = before.deliveries.get(row.id)
        if row.channel == "feed" and row.state is DeliveryState.SENT and (old is None or old.state != row.state):
            assert row.sent_at is not None
            payload = after.contents[row.content_id].payload
            yield Arrived(row.sent_at, row, f"{payload['title']}\n{payload['summary']}\n{payload['html']}")


# -- What holds between two moments. --


def follow_the_tables(before: Standing, after: Standing) -> None:
    """States change as the model's tables allow; what passes quickly may have been passed."""
    for id_, row in after.deliveries.items():
        known = before.deliveries.get(id_)
        if known is None and row.state is DeliveryState.MANUAL:
            continue  # a person's task from the start
        old = known.state if known else DeliveryState.PENDING
        assert row.state in _within(DELIVERY_TRANSITIONS, old), f"delivery {id_} went from {old} to {row.state}"
    for id_, message in after.messages.items():
        if id_ in before.messages:
            was = before.messages[id_].state
            assert message.state in _within(MESSAGE_TRANSITIONS, was), f"message {id_} went {was} to {message.state}"
    assert before.messages.keys() <= after.messages.keys()
    assert before.deliveries.keys() <= after.deliveries.keys()


def _within(table: Mapping[Any, frozenset[Any]], state: Any) -> set[Any]:
    """A state, what may follow it, and what may follow what passes quickly."""
    quick = {s for s in table[state] if s.value in ("sending", "scheduled", "pending", "deferred")}
    return {state} | table[state] | {s for q in quick for s in table[q]} | {
        s for q in quick for w in table[q] if w.value == "sending" for s in table[w]
    }  # fmt: skip


def written_once(before: Standing, after: Standing) -> None:
    """A content never changes, and a delivery keeps its key."""
    for id_, stored in before.contents.items():
        assert after.contents[id_] == stored
    for id_, row in before.deliveries.items():
        assert after.deliveries[id_].key == row.key


# -- What holds at every moment. --


def agree(standing: Standing) -> None:
    """The state of a message that is over is what its deliveries say."""
    for message in standing.messages.values():
        states = {row.state for row in standing.of(message.id)}
        if message.state not in _OVER or not states:
            continue
        assert states <= SETTLED, f"message {message.id} is {message.state}, but its deliveries are {states}"
        went, short = DeliveryState.SENT in states, bool(states & _SHORT)
        wanted = {
            (True, False): {MessageState.SENT},
            (True, True): {MessageState.PARTLY_SENT},
            (False, True): {MessageState.FAILED, MessageState.MISSED, MessageState.CANCELLED},
            (False, False): {MessageState.SENT, MessageState.CANCELLED, MessageState.MISSED},  # nobody was left
        }[went, short]
        assert message.state in wanted, f"message {message.id} is {message.state}, but its deliveries are {states}"


def at_rest(standing: Standing) -> None:
    """Nobody works, so nobody holds anything."""
    held = [row.id for row in standing.deliveries.values() if row.state is DeliveryState.SENDING]
    assert not held, f"deliveries {held} are held by nobody"


def approved_now(standing: Standing) -> set[int]:
    """The contents that are covered by an approval, with the answers that were shown beside them."""
    whole = {
        stored.id
        for message in standing.messages.values()
        if (found := standing.current[message.id])
        and message.approved_hash == contents.approval_hash(message, found)
        and message.approved_by
        for stored in found
    }
    return whole | {stored.id for stored in standing.contents.values() if stored.stands_for in whole}


# -- What holds for everything that arrives. --


def in_its_time(one: Arrived, message: Message, embargo: datetime) -> None:
    """Not before the embargo, not before its moment, and not after it is worth it."""
    assert one.at >= embargo, f"message {message.id} came before the embargo"
    if one.row.corrects:
        return
    planned = message.planned
    assert planned.due_at is not None
    assert one.at >= planned.due_at, f"message {message.id} came at {one.at}, before {planned.due_at}"
    assert planned.not_after is None or one.at <= planned.not_after, f"message {message.id} came too late"


def was_approved(one: Arrived, approved: Collection[int], standing: Standing) -> None:
    """Its text was covered by an approval, and arrived as it was approved."""
    assert one.row.content_id in approved, f"delivery {one.row.id} was never approved"
    payload = standing.contents[one.row.content_id].payload
    if one.row.channel == "mastodon":
        assert one.text == payload["status"]


def may_speak(one: Arrived, message: Message) -> None:
    """After it was called off there are notices and corrections only."""
    notice = message.change_id is not None
    assert notice or one.row.corrects, f"message {message.id} came though all was called off: {one.text}"


def once(everything: Iterable[Arrived], standing: Standing) -> None:
    """An occurrence comes once to each target; a mail twice only where it is marked as perhaps double."""
    published = Counter(
        (one.row.occurrence_id, one.row.channel, one.address or one.row.target, one.row.revision)
        for one in everything
        if one.row.action == "publish" and not (one.address and standing.deliveries[one.row.id].maybe_double)
    )
    twice = [key for key, number in published.items() if number > 1]
    assert not twice, f"came twice: {twice}"


def within_the_cap(everything: Iterable[Arrived], standing: Standing, most: int, sent_on: Collection[int]) -> None:
    """Nobody gets more campaign mails in seven days than allowed, but what a person sent on."""
    moments: dict[str, dict[int, datetime]] = {}
    for one in everything:
        message = standing.messages[one.row.message_id]
        campaign_mail = message.planned.audience is Audience.PUBLIC and message.change_id is None
        if one.address and campaign_mail and message.id not in sent_on:
            moments.setdefault(one.address, {}).setdefault(one.row.occurrence_id, one.at)  # a double is the same mail
    for address, found in moments.items():
        came = sorted(found.values())
        for first, too_many in zip(came, came[most:], strict=False):
            assert too_many - first >= timedelta(days=7), f"{address} had {most + 1} mails from {first} to {too_many}"


def resumed(shown: Overview, after: Standing) -> None:
    """What was to be missed or asked of what stood in the ledger is, and nothing of it would leave any more."""
    for one in shown.missed:
        waits = {row.state for row in after.of(one.message.id) if not row.maybe_double} & {"pending", "deferred"}
        assert not waits, f"message {one.message.id} was to be missed and {waits}"
    for one in shown.asked:
        rows = [row for row in after.of(one.message.id) if not row.maybe_double]
        assert not {row.state for row in rows} & {"pending", "deferred"}, f"message {one.message.id} was to ask"


def lists_of(message: Message) -> frozenset[str]:
    """By which lists one may receive a message."""
    if message.planned.kind in TO_ALL or message.change_id is not None:
        return frozenset(_LISTS.values())
    return frozenset({_LISTS[message.planned.audience]})


def one_stands(statuses: Iterable[str], by_status: Mapping[str, Row]) -> None:
    """Of each message one post stands: what was posted anew took the place of what is gone."""
    own = Counter((row.message_id, row.target) for id_ in statuses if (row := by_status[id_]).corrects_id is None)
    twice = [key for key, number in own.items() if number > 1]
    assert not twice, f"an old and a new post stand together: {twice}"


# -- The feed files. --


def feed_is_projection(folder: Path, standing: Standing, published: dict[str, str]) -> None:
    """The file holds each item once, as the ledger sent it last; guid and first date stay for ever."""
    path = folder / "feed.de.json"
    if not path.exists():
        assert not [row for row in standing.deliveries.values() if row.channel == "feed" and row.state == "sent"]
        return
    items = json.loads(path.read_bytes())["items"]
    titles = {item["id"]: item["title"] for item in items}
    assert len(titles) == len(items), "an item stands twice in the feed"
    assert titles == _titles(standing)
    for item in items:
        assert published.setdefault(item["id"], item["date_published"]) == item["date_published"]
    assert published.keys() <= titles.keys(), "an item vanished from the feed"


def _titles(standing: Standing) -> dict[str, str]:
    latest: dict[str, tuple[int, str]] = {}
    for row in standing.deliveries.values():
        if row.channel == "feed" and row.state is DeliveryState.SENT:
            occurrence = standing.messages[row.message_id].planned.occurrence
            guid = feed_guid(occurrence, row.language)
            title = str(standing.contents[row.content_id].payload["title"])
            latest[guid] = max(latest.get(guid, (-1, "")), (row.revision, title))
    return {guid: title for guid, (_, title) in latest.items()}
