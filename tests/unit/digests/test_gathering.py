"""What an issue tells: public in time, still so, of the right topic, the newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import PlanningError
from announcer.model.digests import Digest
from announcer.model.facts import Announcement, Event, EventStatus, PubStatus
from announcer.planning.digests import Candidate, digest_definition, digest_from, gathered, is_telling
from announcer.planning.repeat_sentences import parse_repeat
from tests.unit.digests.test_repeat_sentences import REPEATS

MOMENT = datetime(2026, 9, 4, 8, tzinfo=UTC)
COMPOSED = MOMENT - timedelta(hours=4)
HOUR = timedelta(hours=1)
WEEKLY = Digest("week", "newsletter", "Neues", parse_repeat("every Friday at 10:00"))


def candidate(id_: str = "markt", hours: float = -24, event: Event | None = None, **said: Any) -> Candidate:
    """An announcement that is public since, or from, so many hours after the moment of the issue."""
    public = MOMENT + hours * HOUR
    return Candidate(Announcement(id=id_, headline=id_, **said), event, public, public)


@pytest.mark.parametrize(
    ("one", "tells"),
    [
        (candidate(), True),
        (candidate(hours=0), True),
        (candidate(hours=0.1), False),
        (candidate(embargoed_until=MOMENT), True),
        (candidate(embargoed_until=MOMENT + timedelta(seconds=1)), False),
        (candidate(status=PubStatus.WITHHELD), False),
        (candidate(status=PubStatus.CANCELED), False),
        (candidate(event=Event("fest", "Fest", status=EventStatus.CANCELLED)), False),
        (candidate(event=Event("fest", "Fest", status=EventStatus.POSTPONED)), True),
        # On its way: believed for a while, unless it will surely be out by another message.
        (replace(candidate(), sure_at=None), False),
        (replace(candidate(hours=-4.05), sure_at=None), True),
        (replace(candidate(), sure_at=MOMENT - HOUR), True),
        (replace(candidate(), sure_at=MOMENT + HOUR), False),
    ],
)
def test_an_issue_tells_what_is_public_in_time_and_still_so(one: Candidate, tells: bool) -> None:
    assert is_telling(one, MOMENT, COMPOSED) is tells


def test_the_newest_comes_first() -> None:
    found = gathered(WEEKLY, [candidate("alt", -30), candidate("b", -1), candidate("a", -1)], MOMENT, COMPOSED)
    assert [one.announcement.id for one in found] == ["a", "b", "alt"]


@pytest.mark.parametrize(("topics", "ids"), [((), ["rad", "bad"]), (("verkehr",), ["rad"]), (("Kultur",), [])])
def test_only_the_topics_that_were_asked_for(topics: tuple[str, ...], ids: list[str]) -> None:
    both = [candidate("rad", -1, topics=("Verkehr",)), candidate("bad", -2, topics=("Sport",))]
    found = gathered(replace(WEEKLY, topics=topics), both, MOMENT, COMPOSED)
    assert [one.announcement.id for one in found] == ids


@given(REPEATS, st.integers(0, 168), st.booleans(), st.lists(st.text(max_size=9), max_size=3), st.integers(1, 9))
def test_what_is_stored_is_read_back(when: Any, hours: int, standing: bool, topics: list[str], fewest: int) -> None:
    digest = Digest("week", "newsletter", "Neues", when, hours, standing, tuple(topics), fewest)
    assert digest_from("week", digest_definition(digest)) == digest


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"when": "noon"}, "the digest 'week', when: 'noon' gives no moment that repeats: the time of day is missing"),
        ({"min_items": 0}, "the digest 'week' has the value 0 for 'min_items': input should be greater than or equal"),
        ({"colour": "red"}, "the digest 'week' has the value 'red' for 'colour': extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_with_a_digest_is_said(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanningError) as caught:
        digest_from("week", {**digest_definition(WEEKLY), **changed})
    assert str(caught.value).startswith(said)
