"""What the issues of digests tell: read from the store, ready to be worded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from announcer.model.changes import Facts
from announcer.model.digests import Digest
from announcer.model.facts import Announcement
from announcer.office import wording
from announcer.office.house import House
from announcer.planning.digests import Candidate, digest_from
from announcer.rendering.request import Edition, Item
from announcer.store import campaign as store
from announcer.store import digests, facts
from announcer.store.digests import DigestRow, Issue
from announcer.store.published import Publication


def digest_of(row: DigestRow) -> Digest:
    """The digest that a row keeps."""
    return digest_from(row.id, json.loads(row.definition))


def read_facts(connection: sa.Connection, announcement_id: str) -> Facts:
    """An announcement with its event, in their latest versions."""
    announcement = facts.announcement_facts(connection, announcement_id)
    event = facts.event_facts(connection, announcement.event_id) if announcement.event_id is not None else None
    return Facts(event, announcement)


def candidate(connection: sa.Connection, publication: Publication) -> Candidate:
    """What an issue may tell of a publication."""
    found = read_facts(connection, publication.announcement_id)
    assert found.announcement is not None
    return Candidate(found.announcement, found.event, publication.at, publication.sure_at)


def edition(house: House, title: str, number: int, told: Iterable[Facts]) -> Edition:
    """An issue as it is worded."""
    items = tuple(
        Item(one.announcement, one.event, wording.links(house, one)) for one in told if one.announcement is not None
    )
    return Edition(title, number, items)


def edition_of(connection: sa.Connection, house: House, issue: Issue, told: Sequence[Facts] | None = None) -> Edition:
    """An issue of the store, telling the facts as they are, or as `told` has them."""
    title = digest_of(digests.row(connection, issue.digest_id)).title
    if told is None:
        told = [read_facts(connection, id_) for id_ in issue.items]
    return edition(house, title, issue.number, told)


def scene(house: House, title: str, issues: Iterable[tuple[Issue, Edition]], version: str) -> wording.Scene:
    """What these issues are worded from."""
    editions = {issue.message.planned.occurrence.anchor: edition for issue, edition in issues}
    language = house.settings.site.language
    return wording.Scene(Facts(None, None), issues=wording.Issues(title, editions, language, version))


def open_scene(connection: sa.Connection, house: House, digest_id: str) -> wording.Scene:
    """What the issues of a digest that have not left are worded from."""
    title = digest_of(digests.row(connection, digest_id)).title
    issues = digests.issues(connection, digest_id, states=store.OPEN)
    told = [(issue, edition_of(connection, house, issue)) for issue in issues]
    return scene(house, title, told, stamp(connection, issues))


def open_stamp(connection: sa.Connection, digest_id: str) -> str:
    """The version of what `open_scene` gives, without reading it."""
    return stamp(connection, digests.issues(connection, digest_id, states=store.OPEN))


def stamp(connection: sa.Connection, issues: Sequence[Issue]) -> str:
    """Which versions of which announcements and events these issues tell."""
    versions = digests.versions(connection, {id_ for issue in issues for id_ in issue.items})
    told = [[issue.message.id, issue.number, *((id_, versions[id_]) for id_ in issue.items)] for issue in issues]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def headline(announcement: Announcement | None) -> str:
    """A headline as a value of a reason's key."""
    return " ".join((announcement.headline if announcement else "").replace("|", "/").split())[:80]
