"""From a planned message and the facts to the exact payloads that are previewed, approved, stored and sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, cast

import sqlalchemy as sa

from announcer.feeds.names import event_stem
from announcer.model.campaign import Late, Message, Planned, Spoken, Subject
from announcer.model.changes import CancelEvent, Change, Facts, PostponeEvent, Withdraw
from announcer.model.content import Content, Limits, Payload, canonical, digest
from announcer.model.facts import EventStatus, PubStatus, Session
from announcer.office.house import House
from announcer.planning import notices
from announcer.planning.campaign import ConfirmedChange
from announcer.planning.changes import in_words
from announcer.rendering.request import Edition, Links, Notice, Request
from announcer.store import contents

_ENDINGS = (CancelEvent, PostponeEvent, Withdraw)
_AT = datetime(1970, 1, 1, tzinfo=UTC)  # their numbers alone say which change came first


@dataclass(frozen=True, slots=True)
class Told:
    """A change and the facts before and after it: what a notice puts into words."""

    change: Change
    before: Facts
    after: Facts


@dataclass(frozen=True, slots=True)
class Issues:
    """What the issues of a digest tell."""

    title: str
    editions: Mapping[str, Edition]  #: By anchor: `2026-09-04`.
    language: str
    version: str


@dataclass(frozen=True, slots=True)
class OwnText:
    """A person's own posts for one message, and what the template said when they were written."""

    posts: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a message is worded from."""

    facts: Facts
    told: Mapping[str, Told] = field(default_factory=dict)  #: By anchor: `change:17`.
    words: Mapping[str, str] = field(default_factory=dict)  #: A person's texts by rule id, or `rule@day:2`.
    own: Mapping[str, OwnText] = field(default_factory=dict)  #: By `own_name` of the message.
    now: datetime | None = None  #: When it is worded; what was due earlier is read now.
    issues: Issues | None = None  #: Of a digest, which has no facts of its own.
    left: frozenset[tuple[str, str]] = frozenset()  #: Of what anything arrived, or may have, by anchor and channel.

    @property
    def language(self) -> str:
        """The language the campaign is announced in."""
        if self.issues is not None:
            return self.issues.language
        return self.facts.announcement.language if self.facts.announcement else "de"

    @property
    def version(self) -> str:
        """Which versions of the facts these are, as `event:announcement`."""
        if self.issues is not None:
            return self.issues.version
        event, announcement = self.facts.event, self.facts.announcement
        return f"{event.version if event else 0}:{announcement.version if announcement else 0}"


def payloads(
    house: House, scene: Scene, planned: Planned, limits: Limits, due_at: datetime | None = None, *, late: bool = False
) -> list[tuple[str, Payload]]:
    """The payload of a message in each of its languages, in words for its moment or for being late.

    Never call it inside a transaction: a channel may look up who is mentioned.
    Raises `TemplateError` or `ComposeError` when it can't be said.
    """
    way = house.way(planned.channel)
    result = []
    for language in house.languages(planned.channel, scene.language):
        request = _request(house, scene, planned, way.kind, language, due_at)
        request = replace(request, late=late, also=tuple(replace(each, late=late) for each in request.also))
        content = house.renderer.render(request)
        if not late:
            content = _in_own_words(scene, planned, content)
        result.append((language, way.compose(way.prepare(content), limits)))
    return result


def left_out(house: House, scene: Scene, planned: Planned, worded: Sequence[tuple[str, Payload]]) -> tuple[str, ...]:
    """The rules of lesser messages that this one was to say along, but has no room for."""
    kind = house.way(planned.channel).kind
    missing = []
    for language, payload in worded:
        said = canonical(payload)
        for spoken in planned.speaks_for if kind == "social" else ():
            line = house.renderer.also(_request(house, scene, _lesser(planned, spoken), kind, language, None))
            if json.dumps(line, ensure_ascii=False)[1:-1] not in said:
                missing.append(spoken.occurrence.rule_id)
    return tuple(dict.fromkeys(missing))


def _lesser(planned: Planned, spoken: Spoken) -> Planned:
    """A message that another one says along, as it is worded: at that one's moment."""
    return replace(
        planned, occurrence=spoken.occurrence, kind=spoken.kind, template=spoken.template, speaks_for=(), merged=()
    )


def own_name(planned: Planned) -> str:
    """Under which name a person's own text for a message is kept: its occurrence on its channel."""
    occurrence = planned.occurrence
    return "|".join((occurrence.rule_id, occurrence.anchor, occurrence.subject_id, planned.channel))


def basis(house: House, scene: Scene, planned: Planned) -> str:
    """What the template says of the facts now: an own text counts as long as that stays the same."""
    kind = house.way(planned.channel).kind
    return _said(house.renderer.render(_request(house, scene, planned, kind, scene.language, None)))


def _said(content: Content) -> str:
    return digest({key: content.payload.get(key, "") for key in ("lead", "fact", "link")})


def _in_own_words(scene: Scene, planned: Planned, content: Content) -> Content:
    own = scene.own.get(own_name(planned))
    if own is None or own.basis != _said(content):
        return content
    return replace(content, payload={**content.payload, "own": list(own.posts)})


def late_payloads(house: House, scene: Scene, planned: Planned, limits: Limits) -> list[tuple[str, Payload]]:
    """The second wording of a message whose rule says `rewrite`, to be approved along with the first; else none."""
    return payloads(house, scene, planned, limits, late=True) if planned.late is Late.REWRITE else []


def answer(
    house: House, scene: Scene, planned: Planned, limits: Limits, language: str, told: Sequence[Told]
) -> Payload:
    """The words of an answer below a post that says the old value: what changed, and what is true now.

    Without hashtags, since whoever follows one has not seen the post it answers.
    """
    said = [in_words(each.change, each.before, each.after, language) for each in told]
    sentence = " ".join(dict.fromkeys(words.brief or words.sentence for words in said))
    notice = Notice(said[-1].prefix, said[-1].headline, sentence)
    way = house.way(planned.channel)
    content = house.renderer.render(replace(_request(house, scene, planned, way.kind, language, None), notice=notice))
    bare = replace(content, payload={**content.payload, "hashtags": []})
    return way.compose(way.prepare(bare), limits)


def _request(
    house: House, scene: Scene, planned: Planned, kind: str, language: str, due_at: datetime | None
) -> Request:
    session, merged = _sessions(scene, planned)
    return Request(
        kind=planned.kind,
        channel_kind=cast(Literal["feed", "social", "mail"], kind),
        language=language,
        announcement=scene.facts.announcement,
        event=scene.facts.event,
        session=session,
        merged=merged,
        when=planned.due_at or due_at,
        notice=_notice(scene, planned, language),
        words=_words(scene, planned),
        links=links(house, scene.facts),
        template=planned.template,
        channel=planned.channel if kind == "social" else "",
        also=tuple(
            _request(house, scene, _lesser(planned, each), kind, language, due_at) for each in planned.speaks_for
        ),
        embargo=_embargo(scene, planned.due_at or due_at),
        edition=scene.issues.editions.get(planned.occurrence.anchor) if scene.issues else None,
    )


def _embargo(scene: Scene, due_at: datetime | None) -> datetime | None:
    """The end of the embargo, if a message leaves ahead of it: only a rule with `under_embargo` lets it."""
    until = scene.facts.announcement.embargoed_until if scene.facts.announcement else None
    moments = [moment for moment in (due_at, scene.now) if moment is not None]
    return until if until is not None and due_at is not None and max(moments) < until else None


def _sessions(scene: Scene, planned: Planned) -> tuple[Session | None, tuple[Session, ...]]:
    event = scene.facts.event
    if event is None or planned.occurrence.subject is not Subject.SESSION:
        return None, ()
    session_id = planned.occurrence.subject_id.removeprefix(f"{event.id}/")
    others = [event.session(other) for other in planned.merged]
    return event.session(session_id), tuple(session for session in others if session is not None)


def _notice(scene: Scene, planned: Planned, language: str) -> Notice | None:
    told = telling(scene, planned.occurrence.anchor, planned.channel)
    if told is None:
        return None
    said = in_words(told.change, told.before, told.after, language)
    over = _called_off(scene)
    if over is None or over is told:
        return Notice(said.prefix, said.headline, said.sentence, said.brief)
    # An earlier notice, corrected in place: what it told is history, what counts comes first.
    off = in_words(over.change, over.before, over.after, language)
    brief = f"{off.sentence} {said.brief}" if said.brief else ""
    return Notice(off.prefix, off.headline, f"{off.sentence} {said.sentence}", brief)


def telling(scene: Scene, anchor: str, channel: str) -> Told | None:
    """What a notice tells: its change, or what overtook it meanwhile, with the facts before the first of them.

    The last word also tells what it overtook before that was told on this channel.
    """
    told = scene.told.get(anchor)
    if told is None:
        return None
    same = [ConfirmedChange(_number(each), one.change, _AT) for each, one in scene.told.items()]
    over = notices.overtaken(same)
    last = f"change:{notices.last_word(_number(anchor), over)}"
    if last != anchor:
        # What calls the event off is told beside it, not in its place. A new date is: none was known till then.
        ending = isinstance(scene.told[last].change, _ENDINGS)
        return told if ending else replace(scene.told[last], before=told.before)
    if isinstance(told.change, _ENDINGS):
        return told
    untold = [
        each for each in scene.told
        if each != anchor and (each, channel) not in scene.left
        and f"change:{notices.last_word(_number(each), over)}" == anchor
    ]  # fmt: skip
    return replace(told, before=scene.told[min(untold, key=_number)].before) if untold else told


def _number(anchor: str) -> int:
    return int(anchor.removeprefix("change:"))


def _called_off(scene: Scene) -> Told | None:
    """The change that called the event off or took the announcement back, if it still is."""
    event, announcement = scene.facts.event, scene.facts.announcement
    off = event is not None and event.status in (EventStatus.CANCELLED, EventStatus.POSTPONED)
    if not off and (announcement is None or announcement.status is not PubStatus.CANCELED):
        return None
    endings = [t for t in scene.told.values() if isinstance(t.change, _ENDINGS)]
    return endings[-1] if endings else None


def _words(scene: Scene, planned: Planned) -> str:
    occurrence = planned.occurrence
    return scene.words.get(f"{occurrence.rule_id}@{occurrence.anchor}", scene.words.get(occurrence.rule_id, ""))


def links(house: House, facts: Facts) -> Links:
    """The public addresses of an announcement and its event, from `site.url` alone."""
    site = house.settings.site.url
    event, announcement = facts.event, facts.announcement
    return Links(
        announcement_url=f"{site}/a/{announcement.id}" if announcement else "",
        event_url=f"{site}/e/{event.id}" if event else "",
        calendar_url=f"{site}/feeds/events/{event_stem(event.id)}.entry.ics" if event else "",
        feed_url=f"{site}/feeds/feed.rss.xml",
    )


def in_a_line(connection: sa.Connection, house: House, scene: Scene, message: Message) -> str:
    """What a message says, in one line: of the stored text, else as it would be worded now.

    Asks no network. Raises `TemplateError` when it can't be said.
    """
    stored = {one.language: one.payload for one in contents.current(connection, message.id)}
    payload = stored.get(scene.language) or next(iter(stored.values()), None)
    if payload is None:
        kind = house.way(message.planned.channel).kind
        payload = house.renderer.render(_request(house, scene, message.planned, kind, scene.language, None)).payload
    return str(next((payload[key] for key in ("lead", "status", "subject", "title") if payload.get(key)), ""))
