"""The feed set as a channel."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from announcer.channels import Channel
from announcer.channels.feed import FeedSet
from announcer.channels.renditions import Renditions
from announcer.errors import ComposeError
from announcer.feeds.guids import feed_guid
from announcer.feeds.projection import FeedRow, entry_of
from announcer.model.campaign import Occurrence, Subject
from announcer.model.content import Abilities, Content, Limits
from announcer.model.ledger import Action, Delivery, Receipt
from announcer.store.assets import Assets

REMINDER = Occurrence(Subject.EVENT, "fest", "reminder-1w", "start")
PAYLOAD = {
    "title": "Straßenfest",
    "summary": "Am Samstag.",
    "html": "<p>Am Samstag.</p>",
    "link": "https://city.example/fest",
    "categories": ["Kultur"],
}


def channel(folder: Path = Path("feeds")) -> Channel:
    renditions = Renditions(Assets(folder / "assets"), folder / "renditions")
    return FeedSet(folder, lambda delivery: feed_guid(REMINDER, delivery.language), renditions)


def compose(changes: Mapping[str, Any]) -> Mapping[str, Any]:
    return channel().compose(Content("feed", "de", {**PAYLOAD, **changes}), Limits())


def delivery(action: Action = Action.PUBLISH, language: str = "de") -> Delivery:
    return Delivery(
        id=7, message_id=3, channel="feed", target=f"feed:{language}", language=language, action=action,
        part=0, revision=0, content_id=1, key="k", fence=1, attempts=1,
    )  # fmt: skip


def test_it_says_what_it_is() -> None:
    feed = channel()
    assert (feed.name, feed.kind, feed.can, feed.limits()) == (
        "feed", "feed", Abilities(edit=True, key=True), Limits(),
    )  # fmt: skip
    content = Content("feed", "de", PAYLOAD)
    assert feed.prepare(content) is content


def test_a_good_payload_stays_as_it_is() -> None:
    assert compose({}) == PAYLOAD


def test_compose_cleans() -> None:
    assert compose(
        {
            "title": " Straßen\x00fest\n ",
            "summary": "\x08Am Samstag.\r\n",
            "html": "<p>\x1fa</p> ",
            "link": "https://city.example/größe",
            "categories": ["Kultur ", "\x00", "Kultur"],
            "unknown": 1,
        }
    ) == {
        "title": "Straßenfest",
        "summary": "Am Samstag.",
        "html": "<p>a</p>",
        "link": "https://city.example/gr%C3%B6%C3%9Fe",
        "categories": ["Kultur"],
    }


def test_what_a_payload_may_lack() -> None:
    made = channel().compose(Content("feed", "de", {"title": "T", "link": "https://city.example"}), Limits())
    assert made == {"title": "T", "summary": "", "html": "", "link": "https://city.example", "categories": []}


def test_a_headline_too_long_is_cut_and_stands_in_full_in_the_text() -> None:
    headline = "Straßen & Plätze " * 180
    made = compose({"title": headline})
    assert made["title"] == ("Straßen & Plätze " * 11).strip() + " Straßen &…"
    assert made["html"] == f"<p><strong>{('Straßen &amp; Plätze ' * 180).strip()}</strong></p>\n<p>Am Samstag.</p>"
    assert compose(made) == made


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " \u200b"}, "has an empty title; give the announcement a headline"),
        ({"title": None}, "has a title that is no text"),
        ({"link": ""}, "'Straßenfest': its link '' is no absolute web address"),
        ({"link": "/fest"}, "its link '/fest' is no absolute web address"),
        ({"link": "javascript:alert(1)"}, "is no absolute web address"),
        ({"html": '<a href="/karte">K</a>'}, "contains the address '/karte' on <a>, which is not absolute"),
        ({"html": "<script>x</script>"}, "contains the element <script>"),
        ({"summary": 3}, "has a summary that is no text"),
        ({"categories": "Kultur"}, "has categories that are no list"),
        ({"categories": [1]}, "has categories that are no list"),
    ],
)
def test_compose_refuses(changes: Mapping[str, Any], said: str) -> None:
    with pytest.raises(ComposeError, match=said):
        compose(changes)


@pytest.mark.parametrize("action", list(Action))
def test_send_gives_the_same_receipt_every_time_and_nothing_is_found_before(action: Action) -> None:
    feed, receipt = channel(), Receipt(feed_guid(REMINDER, "de"), "https://city.example/fest")
    previous = None if action is Action.PUBLISH else receipt
    assert [feed.send(delivery(action), PAYLOAD, previous) for _ in range(2)] == [receipt, receipt]
    assert feed.find(delivery(action), PAYLOAD, None) is None
    feed.withdraw(receipt)


def test_each_language_is_an_entry_of_its_own() -> None:
    receipts = [channel().send(delivery(language=language), PAYLOAD, None) for language in ("de", "en")]
    assert len({receipt.id for receipt in receipts}) == 2


def test_what_compose_passes_an_entry_takes() -> None:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    made = compose({"title": "x\ud83d" * 3_000, "html": "<p>\x00</p>", "link": "https://bücher.example/ü"})
    receipt = channel().send(delivery(), made, None)
    entry = entry_of(FeedRow(receipt.id, made, "de", at, at))
    assert (entry.guid, entry.title, entry.html, entry.link) == (
        receipt.id, made["title"], made["html"], made["link"],
    )  # fmt: skip


def test_check_tries_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    good, bad = channel(tmp_path / "feeds").check(), channel(tmp_path / "file").check()
    assert (good.ok, good.said) == (True, f"{tmp_path}/feeds can be written")
    assert not bad.ok
    assert (
        bad.said
        == f"{tmp_path}/file can't be written: File exists; check owner and mode, or [paths] feeds in config.toml"
    )
    assert list((tmp_path / "feeds").iterdir()) == []


PAGE = "https://city.example/a/fest"


def picture(folder: Path, **changes: Any) -> Content:
    file = io.BytesIO()
    Image.effect_noise((200, 100), 40).convert("RGB").save(file, "PNG")
    hash_ = Assets(folder / "assets").put(file.getvalue())
    one = {"hash": hash_, "name": "a.png", "alt": "Ein Fest", "credit": "Foto: Stadt", **changes}
    pdf = {"hash": "b" * 64, "file": "Plan 1.pdf", "title": "", "media_type": "application/pdf", "size": 9}
    return Content("feed", "de", {**PAYLOAD, "page": PAGE, "pictures": [one], "attachments": [pdf]})


def test_pictures_and_files_stand_in_the_entry(tmp_path: Path) -> None:
    feed = channel(tmp_path)
    said = feed.compose(feed.prepare(picture(tmp_path)), Limits())
    (shown,), (file,) = said["pictures"], said["attachments"]
    url = f"{PAGE}/bild/{shown['hash'][:16]}-1600.jpg"
    assert (shown["url"], shown["width"], shown["height"], shown["alt"]) == (url, 200, 100, "Ein Fest")
    assert file["url"] == f"{PAGE}/datei/{'b' * 16}/Plan-1.pdf"
    assert said["html"] == (
        f'<figure><img src="{url}" width="200" height="100" alt="Ein Fest">'
        "<figcaption>Foto: Stadt</figcaption></figure>\n<p>Am Samstag.</p>\n"
        f'<ul><li><a href="{file["url"]}">Plan 1.pdf</a></li></ul>'
    )
    published = datetime(2026, 7, 1, tzinfo=UTC)
    row = FeedRow(feed_guid(REMINDER, "de"), said, "de", published, published)
    assert [one.url for one in entry_of(row).media] == [url, file["url"]]
    assert entry_of(replace(row, withdrawn=True)).media == ()


def test_a_picture_nobody_described_is_in_no_feed(tmp_path: Path) -> None:
    feed = channel(tmp_path)
    with pytest.raises(ComposeError, match=r"a\.png has no alt text"):
        feed.compose(feed.prepare(picture(tmp_path, alt=" ")), Limits())


def test_a_picture_that_was_not_made_ready_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match="not made ready"):
        channel(tmp_path).compose(picture(tmp_path), Limits())
