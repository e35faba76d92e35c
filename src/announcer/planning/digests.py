"""Digests: from settings and their stored form, and what an issue gathers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from announcer.errors import PlanningError
from announcer.model.digests import Digest
from announcer.model.facts import Announcement, Event, EventStatus, PubStatus
from announcer.planning.repeat_sentences import parse_repeat, repeat_sentence
from announcer.settings import DigestSettings

#: How long an announcement on its way is believed to arrive.
GRACE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An announcement that an issue may tell."""

    announcement: Announcement
    event: Event | None
    public_at: datetime  #: When it first went to the public, or surely will.
    sure_at: datetime | None  #: The same of what has left or still waits; what is on its way may fail.


def digest_from(digest_id: str, settings: DigestSettings | Mapping[str, Any]) -> Digest:
    """A digest as config.toml, a verb or the store states it; raises `PlanningError` that names it."""
    said = settings if isinstance(settings, DigestSettings) else _validated(digest_id, settings)
    try:
        when = parse_repeat(said.when)
    except PlanningError as error:
        raise PlanningError(f"the digest '{digest_id}', when: {error}") from error
    return Digest(
        id=digest_id,
        list_id=said.list,
        title=said.title,
        when=when,
        compose_hours_before=said.compose_hours_before,
        standing_approval=said.standing_approval,
        topics=said.topics,
        min_items=said.min_items,
    )


def digest_definition(digest: Digest) -> dict[str, Any]:
    """A digest without its id as plain JSON, the way it is stored; `digest_from` reads it back."""
    return {
        "list": digest.list_id,
        "title": digest.title,
        "when": repeat_sentence(digest.when, "en"),
        "compose_hours_before": digest.compose_hours_before,
        "standing_approval": digest.standing_approval,
        "topics": list(digest.topics),
        "min_items": digest.min_items,
    }


def _validated(digest_id: str, said: Mapping[str, Any]) -> DigestSettings:
    try:
        return DigestSettings.model_validate(dict(said))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise PlanningError(f"the digest '{digest_id}' has no '{key}'; add it") from error
        problem = f"{first['msg'][:1].lower()}{first['msg'][1:]}"
        raise PlanningError(
            f"the digest '{digest_id}' has the value {first['input']!r} for '{key}': {problem}; correct it"
        ) from error


def gathered(digest: Digest, candidates: Iterable[Candidate], moment: datetime, now: datetime) -> list[Candidate]:
    """What an issue of `moment` tells, as it looks at `now`: the newest first."""
    wanted = [one for one in candidates if _of_topic(digest, one) and is_telling(one, moment, now)]
    return sorted(wanted, key=lambda one: (-one.public_at.timestamp(), one.announcement.id))


def is_telling(candidate: Candidate, moment: datetime, now: datetime) -> bool:
    """Whether an issue of `moment` may tell this: it is public by then, is no longer under embargo, and still so."""
    announcement, event = candidate.announcement, candidate.event
    still_so = announcement.status is PubStatus.USABLE and (event is None or event.status is not EventStatus.CANCELLED)
    embargo = announcement.embargoed_until
    open_ = embargo is None or embargo <= moment
    return still_so and open_ and is_public(candidate.public_at, candidate.sure_at, moment, now)


def is_public(public_at: datetime, sure_at: datetime | None, moment: datetime, now: datetime) -> bool:
    """Whether readers of an issue of `moment` find it on the public pages.

    What is on its way for long without having left (its network is down) has no page to link to.
    """
    sure = sure_at is not None and sure_at <= moment
    return public_at <= moment and (sure or public_at > now - GRACE)


def _of_topic(digest: Digest, candidate: Candidate) -> bool:
    topics = {topic.casefold() for topic in candidate.announcement.topics}
    return not digest.topics or any(topic.casefold() in topics for topic in digest.topics)
