"""What only servers with the Mastodon API do; the rest is in test_channels.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from announcer.channels.mastodon import Mastodon
from announcer.errors import Credentials, Permanent, Transient
from announcer.model.content import Payload
from announcer.model.ledger import Action, Delivery
from announcer.settings import ChannelSettings
from tests.contract.channel_cases import NOW, a_client, content, delivery, mastodon_account
from tests.contract.mastodon_standin import ALL_SCOPES, MastodonStandin, mastodon_standin


@pytest.fixture
def standin() -> Iterator[MastodonStandin]:
    with mastodon_standin() as opened:
        yield opened


@pytest.fixture
def account(standin: MastodonStandin) -> Iterator[Mastodon]:
    with a_client(10) as client:
        yield mastodon_account(standin.url, standin.token, client)


def _payload(account: Mastodon, **more: object) -> Payload:
    return account.compose(content(**more), account.limits())  # type: ignore[arg-type]  # parts of a payload


def test_gets_key_language_visibility_and_warning_and_never_a_schedule(
    standin: MastodonStandin, account: Mastodon
) -> None:
    payload = {**_payload(account, spoiler_text="Änderung"), "scheduled_at": "2026-09-18T11:00:00Z"}
    account.send(delivery(), payload, None)
    post = next(call for call in standin.calls if call.method == "POST")
    assert post.headers["idempotency-key"] == "key-1"
    assert post.body == {
        "status": payload["status"],
        "language": "de",
        "visibility": "public",
        "spoiler_text": "Änderung",
    }
    assert standin.scheduled == []


@pytest.mark.parametrize("second", [delivery(2, after_id=1), delivery(2, corrects_id=1)])
def test_replies_to_what_it_follows_or_corrects(standin: MastodonStandin, account: Mastodon, second: Delivery) -> None:
    payload = _payload(account)
    first = account.send(delivery(1), payload, None)
    reply = account.send(second, payload, first)
    loose = account.send(delivery(3), payload, first)
    assert {key: post.in_reply_to_id for key, post in standin.posts.items()} == {
        first.id: None,
        reply.id: first.id,
        loose.id: None,
    }


@pytest.mark.parametrize(
    ("spelling", "seconds"), [("reset", 120.0), ("epoch", 120.0), ("seconds", 120.0), ("date", 120.0), ("silent", None)]
)
def test_waits_as_long_as_it_is_asked_to(
    standin: MastodonStandin, account: Mastodon, spelling: str, seconds: float | None
) -> None:
    payload = _payload(account)
    standin.habits.throttle = spelling
    with pytest.raises(Transient) as caught:
        account.send(delivery(), payload, None)
    assert caught.value.retry_after == seconds
    assert standin.texts() == []


def test_finds_a_lost_edit_and_a_lost_deletion_at_the_post_itself(standin: MastodonStandin, account: Mastodon) -> None:
    before, after = _payload(account), _payload(account, fact="jetzt um 12 Uhr")
    first = account.send(delivery(1), before, None)
    correction, withdrawal = delivery(2, Action.CORRECT), delivery(3, Action.WITHDRAW)
    assert account.find(correction, after, first) is None
    account.send(correction, after, first)
    assert account.find(correction, after, first) == first
    assert account.find(withdrawal, after, first) is None
    account.withdraw(first)
    assert account.find(withdrawal, after, first) == first
    assert account.find(correction, after, first) is None


def test_leaves_posts_alone_that_the_ledger_gave_to_others(standin: MastodonStandin) -> None:
    """After a restart the process knows no receipts; the ledger does."""
    with a_client(10) as client:
        settings = ChannelSettings(kind="mastodon", url=standin.url)
        claimed: set[str] = set()
        account = Mastodon("mastodon", settings, standin.token, client, lambda: NOW, claimed.__contains__)
        payload = _payload(account)
        older = standin.post_by_hand(payload["status"])
        claimed.add(older)
        assert account.find(delivery(), payload, None) is None
        newer = standin.post_by_hand(payload["status"])
        found = account.find(delivery(), payload, None)
        assert found is not None
        assert found.id == newer


def test_with_an_unreadable_look_stays_unknown(standin: MastodonStandin, account: Mastodon) -> None:
    payload = _payload(account)
    standin.habits.broken_look = True
    with pytest.raises(Transient):
        account.find(delivery(), payload, None)


@pytest.mark.parametrize("scope", sorted(ALL_SCOPES - {"write:media"}))
def test_check_notices_a_missing_scope(standin: MastodonStandin, account: Mastodon, scope: str) -> None:
    standin.habits.scopes = ALL_SCOPES - {scope}
    health = account.check()
    assert not health.ok
    assert "[channels.mastodon]" in health.said
    assert standin.texts() == []


def test_without_limits_posts_nothing(standin: MastodonStandin, account: Mastodon) -> None:
    standin.habits.states_limits = False
    with pytest.raises(Permanent, match="does not say how long"):
        account.limits()


def test_never_shows_its_token(standin: MastodonStandin, account: Mastodon) -> None:
    payload, token = _payload(account), standin.token
    standin.token = "another"
    with pytest.raises(Credentials) as caught:
        account.send(delivery(), payload, None)
    assert token not in f"{caught.value!r} {account!r} {vars(caught.value)}"
