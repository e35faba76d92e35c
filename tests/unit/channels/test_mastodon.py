"""The Mastodon channel's decisions, without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from announcer.channels import Channel
from announcer.channels.mastodon import LIMITS_AGE, Mastodon
from announcer.channels.mastodon_text import plain_text, says, shows
from announcer.errors import ComposeError, Permanent, Transient, UnknownOutcome
from announcer.model.content import Content, Limits
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.settings import ChannelSettings

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
V2 = "/api/v2/instance"
V1 = "/api/v1/instance"


@dataclass
class World:
    """Canned answers by path, a clock, and what was asked."""

    answers: dict[str, httpx.Response | Exception] = field(default_factory=dict)
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)

    def channel(self, **settings: Any) -> Mastodon:
        client = httpx.Client(transport=httpx.MockTransport(self._answer))
        account = ChannelSettings(kind="mastodon", url="https://social.city.example", **settings)
        return Mastodon("social", account, "token", client, lambda: self.now)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0]
        self.asked.append(path)
        answer = self.answers.get(path, httpx.Response(404, json={"error": "Record not found"}))
        if isinstance(answer, Exception):
            raise answer
        return answer


def instance(characters: Any = 500, per_url: Any = 23) -> httpx.Response:
    statuses = {
        "max_characters": characters,
        "characters_reserved_per_url": per_url,
        "max_media_attachments": 4,
    }
    return httpx.Response(
        200, json={"configuration": {"statuses": statuses, "media_attachments": {"description_limit": 1500}}}
    )


def test_it_is_a_channel() -> None:
    channel: Channel = World().channel()
    assert (channel.name, channel.kind, channel.can.key, channel.can.find) == ("social", "social", False, True)


# -- Limits. --


@pytest.mark.parametrize(
    ("answers", "limits"),
    [
        ({V2: instance()}, Limits(500, 23, 4, 1500)),
        ({V2: instance(10_000, 256)}, Limits(10_000, 256, 4, 1500)),
        ({V1: instance(5000, 25)}, Limits(5000, 25, 4, 1500)),
        ({V2: httpx.Response(200, json={"domain": "x"}), V1: instance()}, Limits(500, 23, 4, 1500)),
        ({V2: instance("500"), V1: httpx.Response(200, json={"max_toot_chars": 5000})}, Limits(5000)),
        ({V2: instance(500, "many")}, Limits(500, None, 4, 1500)),
    ],
)
def test_limits_are_what_the_server_says(answers: dict[str, httpx.Response | Exception], limits: Limits) -> None:
    assert World(answers).channel().limits() == limits


@pytest.mark.parametrize("said", [{}, [], "no", {"configuration": None}, {"configuration": {"statuses": []}}])
def test_limits_that_nobody_states_are_not_made_up(said: Any) -> None:
    with pytest.raises(Permanent, match=r"\[channels.social\]: social.city.example does not say"):
        World({V2: httpx.Response(200, json=said), V1: httpx.Response(200, json=said)}).channel().limits()


def test_limits_are_read_again_after_an_hour_and_kept_while_the_server_is_away() -> None:
    world = World({V2: instance(500)})
    channel = world.channel()
    assert channel.limits().max_characters == 500
    world.answers[V2] = instance(400)
    world.now = NOW + LIMITS_AGE - timedelta(seconds=1)
    assert channel.limits().max_characters == 500
    world.now = NOW + LIMITS_AGE
    assert channel.limits().max_characters == 400
    world.answers[V2] = httpx.ConnectError("refused")
    world.now = NOW + 3 * LIMITS_AGE
    assert channel.limits().max_characters == 400
    assert world.asked == [V2, V2, V2]


def test_limits_without_an_earlier_reading_wait_for_the_server() -> None:
    with pytest.raises(Transient):
        World({V2: httpx.ConnectError("refused")}).channel().limits()


# -- Composing. --


def social(**payload: Any) -> Content:
    return Content("social", "de-DE", {"fact": "Heute, 11 Uhr", **payload})


def test_a_post_is_composed_whole() -> None:
    content = social(
        lead="Es geht los.", link="https://city.example/tag", hashtags=["Tag"], language="en", spoiler_text=" Änderung "
    )
    assert World().channel(visibility="unlisted").compose(content, Limits(500, 23)) == {
        "status": "Es geht los.\n\nHeute, 11 Uhr\n\nhttps://city.example/tag\n#Tag",
        "language": "en",
        "visibility": "unlisted",
        "spoiler_text": "Änderung",
    }


def test_missing_parts_are_empty_and_the_language_is_the_contents() -> None:
    assert World().channel().compose(social(lead=None), Limits(500, 23)) == {
        "status": "Heute, 11 Uhr",
        "language": "de",
        "visibility": "public",
        "spoiler_text": "",
    }


def test_the_content_warning_takes_its_share_of_the_limit() -> None:
    channel, content = World().channel(), social(fact="x" * 10, spoiler_text="y" * 10)
    assert channel.compose(content, Limits(20, 23))["status"] == "x" * 10
    with pytest.raises(ComposeError, match=r"^\[channels.social\]: fact and link are 1 characters over"):
        channel.compose(content, Limits(19, 23))


def test_nothing_is_composed_without_limits() -> None:
    with pytest.raises(ComposeError, match="announcer channels check social"):
        World().channel().compose(social(), Limits())


# -- Answers that can't be relied on. --

PAYLOAD = {"status": "Heute, 11 Uhr", "language": "de", "visibility": "public", "spoiler_text": ""}


def delivery(action: Action = Action.PUBLISH) -> Delivery:
    return Delivery(1, 1, "social", "social", "de", action, 0, 1, 1, "key", 1, 1)


@pytest.mark.parametrize("said", [{}, [], "115", {"id": 115}, {"error": "?"}, None])
def test_a_success_without_an_id_is_unknown(said: Any) -> None:
    world = World({"/api/v1/statuses": httpx.Response(200, json=said)})
    with pytest.raises(UnknownOutcome, match="look whether it happened"):
        world.channel().send(delivery(), PAYLOAD, None)


def test_a_receipt_names_the_page_of_the_post() -> None:
    world = World(
        {"/api/v1/statuses": httpx.Response(200, json={"id": "1", "url": None, "uri": "https://x.example/1"})}
    )
    assert world.channel().send(delivery(), PAYLOAD, None) == Receipt("1", "https://x.example/1")


def test_an_id_can_not_lead_elsewhere() -> None:
    world = World()
    world.channel().withdraw(Receipt("../accounts/7"))
    assert world.asked == ["/api/v1/statuses/..%2Faccounts%2F7"]


@pytest.mark.parametrize("action", [Action.CORRECT, Action.WITHDRAW])
def test_without_the_earlier_receipt_a_repeat_is_allowed_because_it_changes_nothing(action: Action) -> None:
    world = World()
    assert world.channel().find(delivery(action), PAYLOAD, None) is None
    assert world.asked == []


def test_a_look_that_is_refused_is_no_deletion() -> None:
    world = World({"/api/v1/statuses/1": httpx.Response(400, json={"error": "bad id"})})
    with pytest.raises(Permanent):
        world.channel().find(delivery(Action.WITHDRAW), PAYLOAD, Receipt("1"))


def test_posts_that_are_no_posts_are_passed_over() -> None:
    listed = [
        None,
        "x",
        {"id": 5},
        {"id": "6", "content": "<p>Anderes</p>"},
        {"id": "7", "content": "<p>Heute, 11 Uhr</p>"},
    ]
    world = World(
        {
            "/api/v1/accounts/verify_credentials": httpx.Response(200, json={"id": "7"}),
            "/api/v1/accounts/7/statuses": httpx.Response(200, json=listed),
        }
    )
    assert world.channel().find(delivery(), PAYLOAD, None) == Receipt("7")


def test_the_post_that_looks_right_is_read_first() -> None:
    listed = [{"id": str(n), "content": "<p>Anderes</p>"} for n in range(30, 10, -1)]
    listed.append({"id": "5", "content": f"<p>{PAYLOAD['status']}</p>"})
    world = World(
        {
            "/api/v1/accounts/verify_credentials": httpx.Response(200, json={"id": "7"}),
            "/api/v1/accounts/7/statuses": httpx.Response(200, json=listed),
            "/api/v1/statuses/5/source": httpx.Response(200, json={"text": PAYLOAD["status"], "spoiler_text": ""}),
        }
    )
    assert world.channel().find(delivery(), PAYLOAD, None) == Receipt("5")
    assert world.asked[2:] == ["/api/v1/statuses/5/source"]


# -- What a post says. --


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>Eins<br />zwei</p><p>drei</p>", "Eins\nzwei\n\ndrei"),
        ("<p>A &amp; B &lt;3 &#39;c&#39;</p>", "A & B <3 'c'"),
        ('<a href="https://a.de/b"><span class="invisible">https://</span><span>a.de/b</span></a>', "https://a.de/b"),
        ("ohne Absatz", "ohne Absatz"),
        ("", ""),
    ],
)
def test_html_becomes_text(content: str, text: str) -> None:
    assert plain_text(content) == text


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ({"text": "Heute, 11 Uhr", "spoiler_text": ""}, True),
        ({"text": "Heute, 11 Uhr"}, True),
        ({"text": " Heute, 11 Uhr\r\n", "spoiler_text": None}, True),
        ({"text": "Heute,  11 Uhr", "spoiler_text": ""}, False),
        ({"text": "Heute, 12 Uhr", "spoiler_text": ""}, False),
        ({"text": "Heute, 11 Uhr", "spoiler_text": "Änderung"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_source_says_exactly_what_was_sent(source: Any, same: bool) -> None:
    assert says(source, PAYLOAD) is same


def test_a_source_may_break_lines_its_own_way() -> None:
    assert says({"text": "Eins\r\nzwei"}, {**PAYLOAD, "status": "Eins\nzwei"})


@pytest.mark.parametrize(
    ("content", "status", "same"),
    [
        ("<p>Eins</p><p>zwei</p>", "Eins\n\nzwei", True),
        ("<p>Gru\u0308ße</p>", "Grüße", True),
        ('<p>An <span class="h-card">@<span>presse</span></span>!</p>', "An @presse@social.city.example!", True),
        ("<p>An @presse@other.example!</p>", "An @presse@social.city.example!", True),
        ("<p>mail@city.example</p>", "mail@town.example", False),
        ("<p>Heute, 12 Uhr</p>", "Heute, 11 Uhr", False),
    ],
)
def test_html_shows_what_was_sent(content: str, status: str, same: bool) -> None:
    assert shows({"content": content}, {**PAYLOAD, "status": status}) is same
    assert not shows({"content": content, "spoiler_text": "x"}, {**PAYLOAD, "status": status})
