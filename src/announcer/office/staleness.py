"""Where the old value still stands in what people wrote, and which unsent messages would go on saying it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import sqlalchemy as sa

from announcer.model.campaign import Message, Planned
from announcer.model.content import Payload
from announcer.model.ledger import MessageState
from announcer.office.correcting import Key, Worded, key_of
from announcer.office.worlds import World
from announcer.planning.stale import StalePlace, plain
from announcer.planning.why import why
from announcer.store import campaign as store
from announcer.store import contents
from announcer.store.campaign import STALE_TEXT

_HOLDABLE = (MessageState.SCHEDULED, MessageState.PAUSED, MessageState.DRAFT)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Held:
    """An unsent message whose text still says the old value."""

    message: Message
    places: tuple[StalePlace, ...]

    @property
    def reasons(self) -> list[str]:
        """Why it is held, as keys of planning.why."""
        parts = ((place.said, place.text, place.fragment) for place in self.places)
        return [why(STALE_TEXT, *(value.replace("|", "/") for value in three)) for three in parts]


def free_texts(world: World) -> dict[str, str]:
    """What people wrote, by a name that says where it stands: no change of facts reaches into these."""
    texts = {f"words {rule}": text for rule, text in world.scene.words.items()}
    texts |= {f"post {name.partition('|')[0]}": "\n".join(own.posts) for name, own in world.scene.own.items()}
    announcement, event = world.facts.announcement, world.facts.event
    if announcement is not None:
        texts |= {name: getattr(announcement, name) for name in ("headline", "kicker", "lead", "body")}
        texts |= {f"link {number}": link.label for number, link in enumerate(announcement.links, 1)}
        for number, picture in enumerate(announcement.pictures, 1):
            texts |= {f"alt {number}": picture.alt, f"credit {number}": picture.credit}
    if event is not None:
        texts |= {f"note {session.id}": session.note for session in event.sessions}
    return {name: text for name, text in texts.items() if text}


def still_said(
    messages: Sequence[Message],
    wanted: Sequence[Planned],
    worded: Mapping[Key, Worded],
    stored: Mapping[int, Sequence[contents.Stored]],
    places: Sequence[StalePlace],
) -> tuple[Held, ...]:
    """The unsent messages that would say the old value. A notice says it on purpose, and is never among them."""
    keys = {key_of(p) for p in wanted if not p.drop and not p.waits_for}
    found = []
    for message in messages:
        key = key_of(message.planned)
        if message.state not in _HOLDABLE or message.change_id is not None or key not in keys:
            continue
        text = in_one(_payloads(worded.get(key), stored.get(message.id, ())))
        said = tuple(place for place in places if place.fragment in text)
        if said:
            found.append(Held(message, said))
    return tuple(found)


def _payloads(worded: Worded | None, stored: Sequence[contents.Stored]) -> list[Payload]:
    if worded is None:
        return [one.payload for one in stored]
    return [payload for _, payload in (*worded.payloads, *worded.late)]


def in_one(payloads: Iterable[Payload]) -> str:
    """Everything payloads say, as one plain text."""
    return plain(" ".join(_said(payload) for payload in payloads))


def _said(value: Any) -> str:
    return " ".join(_strings(value))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield unescape(_TAG.sub(" ", value)) if "<" in value else value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)


def hold(connection: sa.Connection, held: Sequence[Held]) -> None:
    """Hold these until a person corrects the text or approves it as it is."""
    for one in held:
        message = store.message_by_id(connection, one.message.id)
        if message.state in _HOLDABLE:
            store.transition(connection, message.id, MessageState.HELD)
            store.set_whys(connection, message, [*message.planned.why, *one.reasons])


def is_cured(message: Message, payloads: Iterable[Payload]) -> bool:
    """Whether a message was held for its text alone, and says the old value no more."""
    reasons = [reason for reason in message.planned.why if reason.startswith(f"{STALE_TEXT}:")]
    if message.state is not MessageState.HELD or not reasons:
        return False
    text = in_one(payloads)
    return not any(reason.rpartition("|")[2] in text for reason in reasons)
