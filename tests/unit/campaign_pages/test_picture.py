"""The timeline as a picture: nothing is lost, nothing leaves the paper, everything has a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from announcer.model.campaign import Kind, Message, Occurrence, Planned, Subject
from announcer.model.facts import Event, Session
from announcer.model.ledger import MessageState
from announcer.planning import lanes
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.lanes import Mark, Timeline, Window, Zoom
from announcer.web.campaign.picture import svg
from announcer.web.campaign.picture_words import LOOKS, PictureWords
from announcer.web.campaign.scale import clusters, scale_of

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2018, 9, 18, 12, tzinfo=BERLIN)
TITLE = "Vortrag <script>alert(1)</script> & mehr"
EVENT = Event(
    "k", "Konferenz & Co", start=START, end=START + timedelta(days=1), sessions=(Session("s1", TITLE, kind="Talk"),)
)
WORDS = PictureWords("de", BERLIN, EVENT, EVENT.name)
SVG = "{http://www.w3.org/2000/svg}"
STATES = list(MessageState)


def mark(
    number: int, at: datetime, channel: str = "feed", state: MessageState = MessageState.SCHEDULED, session: str = ""
) -> Mark:
    subject = Subject.SESSION if session else Subject.EVENT
    occurrence = Occurrence(subject, f"k/{session}" if session else "k", "rule", f"x:{number}")
    planned = Planned(occurrence, channel, Kind.SESSION_SOON if session else Kind.REMINDER, at, None)
    return Mark(Message(number, number, "k", None, state, planned), at)


def timeline(marks: Sequence[Mark], window: Window, now: datetime = START) -> Timeline:
    return lanes.timeline(
        marks, {"feed": "feed", "mastodon": "social", "mail": "mail"}, window, zoom=Zoom.CAMPAIGN, now=now,
        calendar=OfficeCalendar(), event=EVENT, embargo=None, language="de",
    )  # fmt: skip


def drawn(found: Timeline, *, wide: bool = True) -> etree._Element:
    text = svg(found, WORDS, lambda marks: f"/m/{marks[0].message.id}?n={len(marks)}&x", wide=wide)
    return etree.fromstring(text.encode())


WINDOW = Window(date(2018, 9, 1), 30, BERLIN)


@pytest.mark.parametrize("wide", [True, False])
def test_every_message_can_be_opened_and_says_what_it_is(wide: bool) -> None:
    marks = [mark(n, START + timedelta(days=n - 9, hours=n), state=state) for n, state in enumerate(STATES)]
    found = drawn(timeline(marks, WINDOW), wide=wide)
    links = found.findall(f".//{SVG}a")
    assert sum(int(link.get("href").partition("n=")[2].partition("&")[0]) for link in links) == len(marks)
    assert all(link.get("aria-label") and link.findtext(f"{SVG}title") == link.get("aria-label") for link in links)


def test_the_picture_is_told_in_words() -> None:
    found = drawn(timeline([mark(1, START), mark(2, START, "mail", MessageState.SENT)], WINDOW))
    title, told = found.findtext(f"{SVG}title"), found.findtext(f"{SVG}desc")
    assert title == "Zeitachse: Konferenz & Co"
    assert told == (
        "Sa 01.09.2018 bis So 30.09.2018, Zeiten in Europe/Berlin. "
        "2 Nachrichten auf feed, mastodon, mail: 1 gesendet, 1 freigegeben."
    )
    assert found.get("aria-labelledby") == "timeline-t timeline-d"


def test_what_people_wrote_stays_text() -> None:
    """In a name, in an address."""
    found = drawn(timeline([mark(1, START, session="s1")], Window(START.date(), 1, BERLIN)))
    assert found.findall(".//{*}script") == []
    assert TITLE in found.find(f".//{SVG}a").get("aria-label")
    assert found.find(f".//{SVG}a").get("href") == "/m/1?n=1&x"


def test_without_an_address_there_is_no_link() -> None:
    found = etree.fromstring(svg(timeline([mark(1, START)], WINDOW), WORDS, lambda marks: "").encode())
    assert found.findall(f".//{SVG}a") == []


def test_each_look_has_a_form_of_its_own() -> None:
    """Colour alone says nothing: without classes and places, the forms differ (a full disc from a ring by its fill)."""
    shapes = {}
    for state in (
        s for s in STATES if s not in (MessageState.FAILED, MessageState.PARTLY_SENT, MessageState.SUPERSEDED)
    ):
        link = drawn(timeline([mark(1, START, state=state)], WINDOW)).find(f".//{SVG}a")
        shapes[state] = etree.tostring(link).decode().partition('r="13"/>')[2]
    assert len(set(shapes.values())) == len(shapes)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_look_has_words(language: str) -> None:
    words = replace(WORDS, language=language)
    assert len({words.look(look) for look in LOOKS}) == len(lanes.Look) == len(LOOKS)


@given(st.lists(st.integers(0, 30 * 24 * 60), max_size=60), st.sampled_from([1, 7, 14, 15, 30]))
def test_the_scale_keeps_the_order_and_the_clusters_keep_everybody(minutes: list[int], days: int) -> None:
    window = Window(date(2018, 9, 10), days, BERLIN)
    marks = [mark(n, window.start + timedelta(minutes=m)) for n, m in enumerate(minutes)]
    found = timeline(marks, window)
    scale = scale_of(window, found.bands, 100, 1000)
    places = [scale(one.at) for one in sorted(marks, key=lambda one: one.at)]
    assert places == sorted(places)
    assert all(100 <= place <= 1000 for place in places)
    joined = [one for cluster in clusters(marks, scale, 18) for one in cluster.marks]
    assert sorted(one.message.id for one in joined) == sorted(one.message.id for one in marks)


def test_many_messages_make_a_small_picture() -> None:
    """Two thousand in one lane are as many signs as there is room for."""
    marks = [mark(n, WINDOW.start + timedelta(minutes=20 * n)) for n in range(2_000)]
    found = drawn(timeline(marks, WINDOW))
    assert len(found.findall(f".//{SVG}a")) < 60


def test_the_days_of_the_event_get_more_room_than_others() -> None:
    window = Window(date(2018, 7, 1), 90, BERLIN)
    scale = scale_of(window, timeline([], window).bands, 0, 1000)
    midnight = START.replace(hour=0)
    event = scale(midnight + timedelta(days=2)) - scale(midnight)
    before = scale(midnight) - scale(midnight - timedelta(days=2))
    assert event == pytest.approx(340, abs=1)
    assert before < 16
