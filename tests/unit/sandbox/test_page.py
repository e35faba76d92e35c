from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from announcer.model.facts import Event, Place
from announcer.sandbox.arrivals import AS_PLANNED, Arrivals, FeedItem, ItemText, Mail, Post, PostDelete, PostEdit, Story
from announcer.sandbox.mastodon import Mastodon
from announcer.sandbox.page import Asked, as_json, context, environment, tell

EVIL = '<script>alert("x")</script>"\'><img src=x onerror=alert(1)>'
T = datetime(2018, 9, 10, 12, tzinfo=UTC)
EVENT = Event(
    "k", f"Konferenz {EVIL}", start=datetime(2018, 9, 18, 11, tzinfo=UTC), place=Place(f"Haus {EVIL}", city="Dortmund")
)


PAGES = environment()


def _mail_bytes(subject: str, message_id: str, answers: str = "") -> bytes:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "Evil <evil@city.example>"
    mail["Message-ID"] = message_id
    if answers:
        mail["In-Reply-To"] = answers
    mail["X-Note"] = EVIL
    mail.set_content(EVIL)
    mail.add_alternative(f"<p>{EVIL}</p>", subtype="html")
    return bytes(mail)


def _one_of_each(arrivals: Arrivals) -> None:
    link = ItemText(EVIL, EVIL, EVIL, "javascript:alert(1)")
    made = [
        lambda n, at, s: Post(n, at, s, "1", EVIL, "u", "de", spoiler_text=EVIL),
        lambda n, at, s: Post(n, at, s, "2", f"Antwort {EVIL}", "u", visibility=EVIL, in_reply_to="1"),
        lambda n, at, s: PostEdit(n, at, s, "1", EVIL, f"{EVIL} neu", "u"),
        lambda n, at, s: PostDelete(n, at, s, "2", EVIL, "u"),
        lambda n, at, s: Mail(n, at, s, "b@city.example", EVIL, _mail_bytes(f"A {EVIL}", "<1@city.example>")),
        lambda n, at, s: Mail(n, at, s, "", EVIL, _mail_bytes(EVIL, "<2@city.example>", "<1@city.example>")),
        lambda n, at, s: FeedItem(n, at, s, "http://f.example/a", "g", link),
        lambda n, at, s: FeedItem(n, at, s, "http://f.example/a", "g", link, "changed", ItemText("Alt", "", "", "")),
    ]
    for make in made:
        arrivals.record(make)
        arrivals.now += timedelta(minutes=5)


class _Attributes(HTMLParser):
    """Every attribute of every tag, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(name, value or "") for name, value in attrs]


def _attributes(html: str) -> list[tuple[str, str]]:
    parser = _Attributes()
    parser.feed(html)
    return parser.found


def _rendered(arrivals: Arrivals, **asked: str) -> str:
    wanted = Asked(**{"story": AS_PLANNED, **asked})
    mastodon = Mastodon(arrivals, "http://127.0.0.1:1", display_name=EVIL)
    return PAGES.get_template("page.html").render(context(arrivals, mastodon, wanted))


@pytest.fixture
def arrivals() -> Arrivals:
    arrivals = Arrivals(now=T, event=EVENT)
    _one_of_each(arrivals)
    return arrivals


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_kind_of_card_is_there_and_hostile_content_is_only_text(arrivals: Arrivals, lang: str) -> None:
    html = _rendered(arrivals, lang=lang)
    assert re.findall(r'<article class="([^"]*)" id="(n\d)"', html) == [
        ("card post", "n1"),
        ("card post", "n2"),
        ("card post gone", "n4"),
        ("card mail", "n5"),
        ("card item", "n7"),
        ("card pair", "n3"),
        ("card mail pair", "n6"),
        ("card item pair", "n8"),
    ]
    assert html.count("<script") == 1  # The page's own.
    assert "<img" not in html
    attributes = _attributes(html)
    assert [name for name, _ in attributes if name.startswith("on")] == []
    assert [value for name, value in attributes if name in ("href", "src") and not re.match("/|#|https?:", value)] == []


def test_a_foreign_page_gets_nothing_but_a_frame_without_rights(arrivals: Arrivals) -> None:
    frames = re.findall(r"<iframe [^>]*>", _rendered(arrivals))
    assert {address for frame in frames for address in re.findall(r'src="(/\w+/\d/html)"', frame)} == {
        "/mails/5/html",
        "/mails/6/html",
        "/items/7/html",
        "/items/8/html",
    }
    assert all('sandbox="allow-same-origin"' in frame for frame in frames)


def test_ids_are_unique_and_links_on_the_page_lead_somewhere(arrivals: Arrivals) -> None:
    arrivals.tell(Story("Absage", AS_PLANNED, T + timedelta(minutes=12), EVENT))
    _one_of_each(arrivals)
    for asked in ({}, {"story": "Absage"}, {"story": "Absage", "beside": "planned"}):
        html = _rendered(arrivals, **asked)
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
    past = _rendered(arrivals, story="Absage")
    assert set(re.findall(r'href="#([^"]+)"', past)) <= set(re.findall(r'\sid="([^"]+)"', past))


def test_a_filter_shows_one_channel(arrivals: Arrivals) -> None:
    assert re.findall(r'<article[^>]* id="n(\d)"', _rendered(arrivals, channel="mail")) == ["5", "6"]


def test_a_variant_shows_what_was_beside_what_follows(arrivals: Arrivals) -> None:
    arrivals.tell(Story("Absage", AS_PLANNED, T + timedelta(minutes=12), EVENT))
    arrivals.now = T + timedelta(minutes=15)
    arrivals.record(lambda n, at, s: Post(n, at, s, "9", "Abgesagt", "u", in_reply_to="1"))
    told = tell(arrivals, "Absage")
    numbers = [[entry.number for entry in some] for some in (told.past, told.future, told.planned)]
    assert numbers == [[1, 2, 3], [9], [4, 5, 6, 7, 8]]
    columns = _rendered(arrivals, story="Absage").split('<section class="column column-future"')
    assert [re.findall(r'<article[^>]* id="n(\d+)"', column) for column in columns] == [["1", "2", "3"], ["9"]]
    planned = _rendered(arrivals, story="Absage", beside="planned").split('<section class="column column-future"')
    assert re.findall(r'<article[^>]* id="n(\d+)"', planned[0]) == ["4", "5", "6", "7", "8"]


def test_words_that_changed_are_marked() -> None:
    arrivals = Arrivals(now=T)
    arrivals.record(lambda n, at, s: Post(n, at, s, "1", "im Saal 2", "u"))
    arrivals.record(lambda n, at, s: PostEdit(n, at, s, "1", "im Saal 2", "im Saal 3", "u"))
    html = _rendered(arrivals)
    assert 'im Saal <del><span class="unseen">entfällt: </span>2</del>' in html
    assert 'im Saal <ins><span class="unseen">neu: </span>3</ins>' in html


def test_an_empty_page_says_so() -> None:
    assert "Hier ist noch nichts angekommen." in _rendered(Arrivals(now=T))
    assert "Nothing has arrived here yet." in _rendered(Arrivals(now=T), lang="en")


def test_the_address_names_only_what_is_unusual() -> None:
    asked = Asked("Wie geplant", channel="mail", lang="en")
    assert asked.href(channel="") == "/?story=Wie+geplant&lang=en"
    assert Asked("a").href() == "/?story=a"


def test_every_arrival_is_plain_json(arrivals: Arrivals) -> None:
    made = [as_json(arrival) for arrival in arrivals.all()]
    assert json.loads(json.dumps(made)) == json.loads(json.dumps(made))
    assert [each["type"] for each in made] == [
        "Post",
        "Post",
        "PostEdit",
        "PostDelete",
        "Mail",
        "Mail",
        "FeedItem",
        "FeedItem",
    ]
    assert made[0] == {
        "type": "Post",
        "number": 1,
        "at": "2018-09-10T12:00:00+00:00",
        "story": AS_PLANNED,
        "status_id": "1",
        "text": EVIL,
        "url": "u",
        "language": "de",
        "visibility": "public",
        "in_reply_to": None,
        "spoiler_text": EVIL,
        "key": "",
    }
    assert made[5]["letter"]["in_reply_to"] == ("<1@city.example>",)
