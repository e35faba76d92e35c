"""The webhook's body, signature and repeats, as docs/webhook.md promises them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from announcer.channels.webhook import Webhook, signature
from announcer.errors import SettingsError
from announcer.model.ledger import Action
from announcer.settings import ChannelSettings
from tests.contract.channel_cases import NOW, a_client, content, delivery
from tests.contract.webhook_standin import WebhookStandin, webhook_standin


@pytest.fixture
def standin() -> Iterator[WebhookStandin]:
    with webhook_standin() as opened:
        yield opened


@pytest.fixture
def channel(standin: WebhookStandin) -> Iterator[Webhook]:
    with a_client(10) as client:
        settings = ChannelSettings(kind="webhook", url=standin.url)
        yield Webhook("intern", settings, standin.secret, client, lambda: NOW)


def test_the_receiver_gets_the_parts_and_what_they_are_about(standin: WebhookStandin, channel: Webhook) -> None:
    payload = channel.compose(content("11 Uhr"), channel.limits())
    first = channel.send(delivery(1), payload, None)
    channel.send(delivery(2, Action.CORRECT, corrects_id=1), payload, first)
    channel.send(delivery(3, after_id=1), payload, first)
    channel.send(delivery(4, Action.WITHDRAW, corrects_id=1), payload, first)
    assert (first.id, first.url) == ("post-1", "https://intern.city.example/post-1")
    assert standin.bodies[0] == {
        "version": 1,
        "id": "key-1",
        "action": "publish",
        "channel": "intern",
        "moment": "2026-09-01T08:00:00Z",
        "post": {
            "text": "Der Tag der Städte lädt ein.\n\n11 Uhr\n\nhttps://city.example/tag\n#TagDerStädte #Musterstadt",
            "lead": "Der Tag der Städte lädt ein.",
            "fact": "11 Uhr",
            "link": "https://city.example/tag",
            "hashtags": ["TagDerStädte", "Musterstadt"],
            "language": "de",
        },
        "about": None,
        "answers": None,
    }
    assert [(b["action"], b["about"], b["answers"], b["post"] is None) for b in standin.bodies[1:]] == [
        ("correct", "post-1", None, False),
        ("publish", None, "post-1", False),
        ("withdraw", "post-1", None, True),
    ]


def test_a_second_try_is_the_same_to_the_byte(standin: WebhookStandin, channel: Webhook) -> None:
    payload = channel.compose(content(), channel.limits())
    assert channel.send(delivery(), payload, None) == channel.send(delivery(), payload, None)
    assert standin.bodies[0] == standin.bodies[1]
    assert len(standin.posts) == 1


def test_a_short_secret_is_refused() -> None:
    with a_client(1) as client, pytest.raises(SettingsError, match="has 5 characters; take at least 16"):
        Webhook("intern", ChannelSettings(kind="webhook", url="https://x.example"), "short", client, lambda: NOW)


def test_the_signature_is_the_documented_one() -> None:
    """As `openssl dgst -sha256 -hmac` prints it."""
    assert signature("a-secret-of-more-than-16", b'{"id":"1"}') == (
        "sha256=08a9ddd52e284244be342e7316b19255a3ff7ca3c512916ddc2b0cdea512009e"
    )
