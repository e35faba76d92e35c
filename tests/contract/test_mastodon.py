"""What only servers with the Mastodon API do; the rest is in test_channels.py."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from announcer.channels.gallery import Gallery
from announcer.channels.mastodon import SCOPES, Mastodon
from announcer.channels.mastodon_connect import Connecting
from announcer.channels.mastodon_media import Media
from announcer.errors import ComposeError, Credentials, Permanent, Transient
from announcer.model.content import Payload, part_of
from announcer.model.ledger import Action, Delivery
from announcer.settings import ChannelSettings
from announcer.store.assets import Assets
from tests.contract.channel_cases import NOW, Notes, a_client, content, delivery, mastodon_account
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


# -- Pictures. --


@pytest.fixture
def gallery(standin: MastodonStandin, tmp_path: Path) -> Iterator[tuple[Mastodon, Assets]]:
    """An account that may show pictures."""
    files = Assets(tmp_path)
    settings = ChannelSettings(kind="mastodon", url=standin.url)
    with a_client(10) as client:
        shown = Gallery(files, Notes())
        account = Mastodon("mastodon", settings, standin.token, client, lambda: NOW, lambda id_: False, shown)
        account._media = Media(account._api, shown, sleep=lambda seconds: None)
        yield account, files


def _pictured(account: Mastodon, files: Assets, count: int = 1, **more: object) -> Payload:
    pictures = [
        {"hash": files.put(_photo(number)), "alt": f"Bild {number}", "credit": "Foto: Stadt", "name": f"{number}.jpg"}
        for number in range(count)
    ]
    given = content(pictures=pictures, **more)  # type: ignore[arg-type]  # parts of a payload
    return account.compose(account.prepare(given), account.limits())


@cache
def _photo(number: int) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((1600 + number, 1200), 80).convert("RGB").save(file, "JPEG", quality=95)
    return file.getvalue()


@pytest.mark.parametrize(("looks", "v2"), [(0, True), (3, True), (2, False)])
def test_uploads_pictures_with_their_alt_text_and_waits_until_they_are_ready(
    standin: MastodonStandin, gallery: tuple[Mastodon, Assets], looks: int, v2: bool
) -> None:
    account, files = gallery
    standin.habits.media_looks, standin.habits.has_v2_media = looks, v2
    payload = _pictured(account, files, 2)
    receipt = account.send(delivery(), payload, None)
    (post,) = standin.posts.values()
    shown = [standin.uploads[media_id] for media_id in post.media]
    assert [one.description for one in shown] == ["Bild 0 (Foto: Stadt)", "Bild 1 (Foto: Stadt)"]
    assert all(len(one.data) <= 300_000 for one in shown)
    assert all(Image.open(io.BytesIO(one.data)).size[0] ** 2 * 3 / 4 <= 1_010_000 for one in shown)
    assert account.find(delivery(), payload, None) == receipt


def test_an_edit_names_the_pictures_again_and_uploads_only_new_ones(
    standin: MastodonStandin, gallery: tuple[Mastodon, Assets]
) -> None:
    account, files = gallery
    first = account.send(delivery(1), _pictured(account, files), None)
    same = _pictured(account, files, fact="jetzt um 12 Uhr")
    second = account.send(delivery(2, Action.CORRECT), same, first)
    assert (len(standin.uploads), second.extra) == (1, first.extra)
    more = _pictured(account, files, 2, fact="jetzt um 13 Uhr")
    account.send(delivery(3, Action.CORRECT), more, second)
    (post,) = standin.posts.values()
    assert len(post.media) == 2


def test_a_picture_that_never_gets_ready_posts_nothing(
    standin: MastodonStandin, gallery: tuple[Mastodon, Assets]
) -> None:
    account, files = gallery
    standin.habits.media_looks = 1000
    with pytest.raises(Transient, match="still at work"):
        account.send(delivery(), _pictured(account, files), None)
    assert standin.texts() == []


def test_a_token_without_the_scope_for_pictures_says_so_and_posts_nothing_half(
    standin: MastodonStandin, gallery: tuple[Mastodon, Assets]
) -> None:
    account, files = gallery
    standin.habits.scopes = ALL_SCOPES - {"write:media"}
    assert "no pictures: its token lacks the scope write:media" in account.check().said
    with pytest.raises(Credentials):
        account.send(delivery(), _pictured(account, files), None)
    assert standin.texts() == []


def test_a_person_s_own_texts_make_a_thread(standin: MastodonStandin, account: Mastodon) -> None:
    payload = _payload(account, own=["Erstens https://city.example/a", "Zweitens"])
    first = account.send(delivery(1), part_of(payload, 0), None)
    account.send(delivery(2, after_id=1), part_of(payload, 1), first)
    assert [(post.text, post.in_reply_to_id) for post in standin.posts.values()] == [
        ("Erstens https://city.example/a", None),
        ("Zweitens", first.id),
    ]
    with pytest.raises(ComposeError, match=r"part 2 of 2: your own text is 1 characters over the limit of 500"):
        _payload(account, own=["Kurz", "ä" * 501])


# -- Connecting. --


def test_connecting_registers_lets_a_person_consent_and_takes_the_token(standin: MastodonStandin) -> None:
    with a_client(10) as client:
        connecting = Connecting("mastodon", standin.url, client, lambda: NOW)
        asked = urlsplit(connecting.register("https://presse.city.example"))
        wanted = parse_qs(asked.query)
        assert (asked.path, wanted["scope"], wanted["client_id"]) == ("/oauth/authorize", [SCOPES], ["client-1"])
        standin.codes["the-code"] = SCOPES
        with pytest.raises(Credentials, match="the code is not accepted"):
            connecting.finish("another-code")
        assert connecting.finish(" the-code\n") == (standin.token, "presse")
