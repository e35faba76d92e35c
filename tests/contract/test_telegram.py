"""What only Telegram does: captions, its own refusals, and no way to look."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from announcer.channels.gallery import Gallery
from announcer.channels.telegram import Telegram, utf16_units
from announcer.errors import ComposeError, Permanent, SettingsError, Transient
from announcer.model.content import Payload
from announcer.model.ledger import Action
from announcer.store.assets import Assets
from tests.contract.channel_cases import Notes, a_client, content, delivery, telegram_account
from tests.contract.telegram_standin import TelegramStandin, telegram_standin


@pytest.fixture
def standin() -> Iterator[TelegramStandin]:
    with telegram_standin() as opened:
        yield opened


@pytest.fixture
def chat(standin: TelegramStandin, tmp_path: Path) -> Iterator[tuple[Telegram, Assets]]:
    files = Assets(tmp_path)
    with a_client(10) as client:
        yield telegram_account(standin.url, standin.token, client, Gallery(files, Notes())), files


def composed(chat: Telegram, **more: object) -> Payload:
    return chat.compose(chat.prepare(content(**more)), chat.limits())  # type: ignore[arg-type]  # parts of a payload


def picture(files: Assets) -> list[dict[str, str]]:
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "navy").save(file, "PNG")
    return [{"hash": files.put(file.getvalue()), "alt": "Das Rathaus", "name": "rathaus.png"}]


def test_what_looks_like_markup_stays_text(standin: TelegramStandin, chat: tuple[Telegram, Assets]) -> None:
    payload = composed(chat[0], lead="5 < 6 & <b>nicht fett</b>")
    chat[0].send(delivery(), payload, None)
    assert standin.messages[1].text.startswith("5 < 6 & <b>nicht fett</b>")


def test_a_picture_takes_the_text_as_its_caption_and_edits_edit_the_caption(
    standin: TelegramStandin, chat: tuple[Telegram, Assets]
) -> None:
    channel, files = chat
    lead = "Wort " * 400
    payload = composed(channel, lead=lead, pictures=picture(files))
    assert utf16_units(payload["text"]) <= 1024
    first = channel.send(delivery(1), payload, None)
    assert standin.messages[1].photo.startswith(b"\xff\xd8")
    better = composed(channel, fact="jetzt um 12 Uhr", pictures=picture(files))
    assert channel.send(delivery(2, Action.CORRECT), better, first) == first
    assert "12 Uhr" in standin.messages[1].text
    channel.send(delivery(3, after_id=1), composed(channel, pictures=picture(files)), first)
    assert standin.messages[2].answers == 1
    with pytest.raises(ComposeError, match="has no alt text"):
        composed(channel, pictures=[{**picture(files)[0], "alt": ""}])


def test_a_second_edit_to_the_same_text_is_success(standin: TelegramStandin, chat: tuple[Telegram, Assets]) -> None:
    channel = chat[0]
    first = channel.send(delivery(1), composed(channel), None)
    better = composed(channel, fact="jetzt um 12 Uhr")
    for _ in range(2):
        assert channel.send(delivery(2, Action.CORRECT), better, first) == first


def test_a_message_too_old_for_a_bot_is_deleted_by_hand(
    standin: TelegramStandin, chat: tuple[Telegram, Assets]
) -> None:
    channel = chat[0]
    first = channel.send(delivery(), composed(channel), None)
    standin.messages[1].old = True
    with pytest.raises(Permanent, match=r"delete it by hand: https://t\.me/presse_musterstadt/1"):
        channel.withdraw(first)


def test_too_many_messages_wait_as_long_as_the_service_says(
    standin: TelegramStandin, chat: tuple[Telegram, Assets]
) -> None:
    standin.waits = 17
    with pytest.raises(Transient) as waiting:
        chat[0].send(delivery(), composed(chat[0]), None)
    assert waiting.value.retry_after == 17.0


def test_who_may_not_post_is_said(standin: TelegramStandin, chat: tuple[Telegram, Assets]) -> None:
    standin.status = "left"
    assert "may not post in @presse_musterstadt" in chat[0].check().said


def test_the_token_is_never_shown(standin: TelegramStandin) -> None:
    with a_client(10) as client:
        channel = telegram_account("http://127.0.0.1:9", standin.token, client)
        with pytest.raises(Transient) as lost:
            channel.send(delivery(), composed(channel), None)
        assert standin.token not in f"{lost.value!r}{channel.check()}"
        with pytest.raises(SettingsError):
            telegram_account(standin.url, "with a blank", client)


@pytest.mark.parametrize(("text", "units"), [("ä", 1), ("👍", 2), ("👩‍👩‍👧", 8), ("𝕏", 2), ("", 0)])
def test_a_text_counts_in_utf_16_units(text: str, units: int) -> None:
    assert utf16_units(text) == units
