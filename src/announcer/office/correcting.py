"""What has left and says what is no longer true: found by wording it anew, put right as each network can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Message, Occurrence, Planned
from announcer.model.changes import Change, Remedy
from announcer.model.content import Limits, Payload, digest, parts_of
from announcer.model.people import Actor
from announcer.office import wording
from announcer.office.campaigns import keep
from announcer.office.house import House
from announcer.office.worlds import World
from announcer.planning import notices
from announcer.planning.remedies import EVERY, remedy
from announcer.store import codec, contents, corrections
from announcer.store.corrections import Correction, Post

Key = tuple[Occurrence, str]


@dataclass(frozen=True, slots=True)
class Worded:
    """What a message says after the change."""

    payloads: tuple[tuple[str, Payload], ...]
    limits: Limits
    late: tuple[tuple[str, Payload], ...] = ()  #: The words for being late, where its rule has them.

    @property
    def hashes(self) -> dict[tuple[str, str], str]:
        """The digest of each payload, by language and variant."""
        hashes = {(language, ""): digest(payload) for language, payload in self.payloads}
        return hashes | {(language, contents.LATE): digest(payload) for language, payload in self.late}

    def of(self, post: Post) -> Payload:
        """What `post` is to say."""
        pairs = self.late if post.variant == contents.LATE else self.payloads
        return dict(pairs)[post.language]


@dataclass(frozen=True, slots=True)
class Fix:
    """How one post or feed entry, or all mails of a message, are put right."""

    remedy: Remedy
    post: Post | None = None  #: None for mail.
    answer: Payload | None = None  #: The words of an answer below it.


@dataclass(frozen=True, slots=True)
class Wrong:
    """A message that has left and says what is no longer true."""

    message: Message
    worded: Worded
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Wished:
    """A change, under the number it has or will have, and how a person wishes posts to be put right."""

    change: Change
    change_id: int
    posts: Mapping[str, str]  #: By channel; "" is all.

    def of(self, channel: str) -> str:
        """The wish for one channel."""
        return self.posts.get(channel, self.posts.get(EVERY, ""))


def key_of(planned: Planned) -> Key:
    """By what a message is found again in another plan."""
    return planned.occurrence, planned.channel


class Worder:
    """Words messages before and after a change, asking each network's limits once."""

    def __init__(self, house: House, before: World, after: World, now: datetime) -> None:
        self._house = house
        self._before = before
        self._after = after
        self._now = now

    def notices(self, wanted: Sequence[Planned], anchor: str) -> dict[Key, Worded]:
        """What the change itself makes us say."""
        return {key_of(p): self._word(self._after, p) for p in wanted if p.occurrence.anchor == anchor and not p.drop}

    def unsent(
        self, messages: Sequence[Message], wanted: Sequence[Planned], stored: Mapping[int, Sequence[contents.Stored]]
    ) -> dict[Key, Worded]:
        """Messages with a stored text, not sent yet, that say something else now."""
        by_key = {key_of(p): p for p in wanted if not p.drop and not p.waits_for}
        result = {}
        for message in messages:
            planned = by_key.get(key_of(message.planned))
            if planned is not None and stored.get(message.id):
                worded = self._word(self._after, planned)
                if {(c.language, c.variant): c.hash for c in stored[message.id]} != worded.hashes:
                    result[key_of(planned)] = worded
        return result

    def wrong(
        self, messages: Sequence[Message], posts: Sequence[Post], variants: Mapping[int, frozenset[str]], wished: Wished
    ) -> tuple[Wrong, ...]:
        """Those of what has left that would be worded otherwise now. The same templates word both sides.

        Only the variants that left, or are about to, count: nobody was told the others.
        """
        found = []
        for message in messages:
            out = variants.get(message.id, frozenset({message.variant}))
            after = self._word(self._after, message.planned)
            before = self._word(self._before, message.planned).hashes
            if _of(out, before) != _of(out, after.hashes):
                mine = [post for post in posts if post.message_id == message.id]
                found.append(Wrong(message, after, tuple(self._fixes(message, after, mine, wished))))
        return tuple(found)

    def _fixes(self, message: Message, after: Worded, posts: Sequence[Post], wished: Wished) -> Iterator[Fix]:
        channel = message.planned.channel
        way = self._house.exits[channel]
        if way.kind == "mail":
            yield Fix(remedy(way.kind, way.can, wished.change))
        for post in posts:
            if after.hashes.get((post.language, post.variant), post.says) == post.says:
                continue
            how = remedy(way.kind, way.can, wished.change, wished.of(channel), answered=bool(post.answers))
            if post.part and how in (Remedy.REPLY, Remedy.HAND):
                continue  # one answer below a thread's first post, or one task, is for the whole thread
            if post.part >= parts_of(after.of(post)):
                how = Remedy.DELETE if way.can.delete else Remedy.HAND  # the new text makes a shorter thread
            answer = self._answer(message, post, after.limits, wished) if how is Remedy.REPLY else None
            yield Fix(how, post, answer)

    def _answer(self, message: Message, post: Post, limits: Limits, wished: Wished) -> Payload:
        told = _tellings(self._after, {*post.untold, wished.change_id})
        return wording.answer(self._house, self._after.scene, message.planned, limits, post.language, told)

    def _word(self, world: World, planned: Planned) -> Worded:
        limits = self._house.limits(planned.channel, self._now)
        late = wording.late_payloads(self._house, world.scene, planned, limits)
        return Worded(tuple(wording.payloads(self._house, world.scene, planned, limits)), limits, tuple(late))


def _of(variants: frozenset[str], hashes: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    return {key: value for key, value in hashes.items() if key[1] in variants}


def _tellings(world: World, ids: set[int]) -> list[wording.Told]:
    """What an answer has to tell: these changes, each overtaken one joined to what overtook it."""
    joined = notices.joined([confirmed for confirmed in world.planning.changes if confirmed.id in ids])
    told = world.scene.told
    return [replace(told[f"change:{last}"], before=told[f"change:{first}"].before) for last, first in joined.items()]


def store(
    connection: sa.Connection, wrong: Sequence[Wrong], after: World, change_id: int, actor: Actor, now: datetime
) -> int:
    """Queue what puts each of them right; unsent deliveries take the new text. How many posts are corrected."""
    wanted = []
    for one in wrong:
        keep(connection, after, one.message, one.worded.payloads, one.worded.limits, now, one.worded.late)
        contents.approve(connection, one.message, actor, now)
        contents.repoint_unsent(connection, one.message.id)
        current = {(c.language, c.variant): c for c in contents.covered(connection, one.message.id)}
        for fix in one.fixes:
            if fix.post is not None:
                content_id = _content(
                    connection, fix, current[fix.post.language, fix.post.variant], one.worded.limits, now
                )
                wanted.append(Correction(fix.post, fix.remedy, content_id))
    return corrections.queue(connection, wanted, change_id, now)


def _content(connection: sa.Connection, fix: Fix, current: contents.Stored, limits: Limits, now: datetime) -> int:
    if fix.answer is None:
        return current.id
    return contents.keep_answer(connection, current, fix.answer, codec.dump_object(limits), now)
