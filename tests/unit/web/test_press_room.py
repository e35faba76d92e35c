"""Searching, topics and pages of the press room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from announcer.feeds.names import topic_stem
from announcer.model.facts import Announcement, PubStatus
from announcer.office.shown import ShownAnnouncement
from announcer.web.press_room import PAGE_SIZE, Topic, on_topic, part, search, topics

AT = datetime(2026, 9, 1, tzinfo=UTC)


def shown(*announcements: Announcement) -> list[ShownAnnouncement]:
    return [ShownAnnouncement(a, AT - timedelta(days=n), None) for n, a in enumerate(announcements)]


ROOM = shown(
    Announcement("a", "Größtes Fest des Jahres", lead="Am Rathaus.", topics=("Kultur", "Stadt & Bürger")),
    Announcement("b", "Straße gesperrt", body="Wegen des Festes am Café Müller", topics=("Verkehr", "kultur")),
    Announcement("c", "Altes Fest", topics=("Kultur",), status=PubStatus.CANCELED, body="geheim"),
)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", "abc"),
        ("fest", "acb"),  # the headline counts more
        ("GROSSTES", "a"),
        ("strasse", "b"),
        ("cafe muller", "b"),
        ("fest rathaus", "a"),
        ("verkehr", "b"),
        ("geheim", ""),  # taken back: only its headline is still shown
        ("altes", "c"),
        ("nichts davon", ""),
        ("%_ '\"<", ""),
    ],
)
def test_search(question: str, found: str) -> None:
    assert "".join(one.facts.id for one in search(ROOM, question)) == found


def test_topics_are_one_whatever_their_capitals() -> None:
    assert topics(ROOM) == [
        Topic("kultur", "Kultur", 2),
        Topic(topic_stem("Stadt & Bürger"), "Stadt & Bürger", 1),
        Topic("verkehr", "Verkehr", 1),
    ]
    assert [one.facts.id for one in on_topic(ROOM, "kultur")] == ["a", "b"]


def test_pages() -> None:
    many = shown(*(Announcement(f"a{n}", "x") for n in range(PAGE_SIZE + 1)))
    first, second = part(many, 1), part(many, 2)
    assert first is not None
    assert second is not None
    assert (len(first.chosen), first.last, second.chosen) == (PAGE_SIZE, 2, (many[-1],))
    assert [part(many, number) for number in (0, 3)] == [None, None]
    nothing = part([], 1)
    assert nothing is not None
    assert (nothing.chosen, nothing.last) == ((), 1)
