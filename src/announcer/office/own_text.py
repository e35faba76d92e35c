"""A person's own text for one message on one network, instead of the template's."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from announcer.errors import Conflict, IntakeError, NotFound
from announcer.model.campaign import Message
from announcer.model.people import Actor
from announcer.office import wording
from announcer.office.campaigns import keep
from announcer.office.house import House
from announcer.office.worlds import read_own, read_world
from announcer.store import campaign as store
from announcer.store import contents, journal
from announcer.store.campaign import Campaign

#: A line of three hyphens or more parts the posts of a thread.
_PART = re.compile(r"^\s*-{3,}\s*$", re.MULTILINE)


def posts_of(text: str) -> tuple[str, ...]:
    """One text, or the posts of a thread, parted by a line `---`; raises `IntakeError` for an empty one."""
    posts = tuple(part.strip() for part in _PART.split(text))
    if not all(posts):
        raise IntakeError("a post of your text is empty; write something before and after each line ---")
    return posts


def give(house: House, key: Campaign, message_id: int, posts: Sequence[str], actor: Actor, now: datetime) -> Message:
    """Say these posts instead of the template's words; none takes the own text back.

    It counts as long as the facts say the same: a change of what the template
    would say brings the template's words back. An approval of the message ends,
    since its text is another. Raises `ComposeError` with the number of
    characters over the network's limit, `NotFound` or `Conflict`.
    """
    with house.database.read() as connection:
        world = read_world(connection, house, key, now)
        message = next((m for m in store.messages(connection, key) if m.id == message_id), None)
    if message is None:
        raise NotFound(f"{key} has no message {message_id}; 'announcer plan' shows the numbers")
    channel = message.planned.channel
    if house.exits[channel].kind != "social":
        raise Conflict(f"message {message_id} leaves by {channel}, whose text comes from its template; change that")
    if len(posts) > 1 and not house.exits[channel].can.thread:
        raise Conflict(f"channel {channel} knows no threads; give one text without a line ---")
    if message.state not in store.OPEN:
        raise Conflict(f"message {message_id} is {message.state.value}; only what has not left takes another text")
    limits = house.limits(channel, now)
    own = dict(world.scene.own)
    name = wording.own_name(message.planned)
    if posts:
        own[name] = wording.OwnText(tuple(posts), wording.basis(house, world.scene, message.planned))
    else:
        own.pop(name, None)
    scene = replace(world.scene, own=own)
    worded = wording.payloads(house, scene, message.planned, limits)
    late = wording.late_payloads(house, scene, message.planned, limits)
    with house.database.write() as connection:
        kept = {known: [list(text.posts), text.basis] for known, text in (read_own(connection, key) | own).items()}
        if not posts:
            kept.pop(name, None)
        journal.remember(connection, f"own:{key}", json.dumps(kept, ensure_ascii=False))
        occurrence = message.planned.occurrence
        # Under the verb of given words: whoever wrote it is asked for there.
        subject = f"{key} {occurrence.rule_id}@{occurrence.anchor}"
        journal.note(connection, actor, now, "words", subject, after="\n---\n".join(posts), why=channel)
        if contents.current(connection, message.id) and keep(connection, world, message, worded, limits, now, late):
            contents.void_approval(connection, message, "own_text")
    return message
