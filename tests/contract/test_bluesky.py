"""What only Bluesky does: sessions, keys, answers, pictures and cards."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from PIL import Image

from announcer.channels.bluesky import Bluesky
from announcer.channels.bluesky_text import cid_of, record_key
from announcer.errors import ComposeError, Credentials, Permanent, Transient
from announcer.model.content import Payload, part_of, parts_of
from announcer.model.ledger import Action
from announcer.store.assets import Assets
from tests.contract.bluesky_standin import DID, HANDLE, BlueskyStandin, bluesky_standin
from tests.contract.channel_cases import Notes, a_client, bluesky_account, content, delivery, writes_a_record
from tests.standins.faulty_proxy import bad_line


@dataclass
class Desk:
    """A server, a channel, and what it remembers."""

    standin: BlueskyStandin
    client: httpx.Client
    folder: Path
    notes: Notes

    def account(self, url: str = "", notes: Notes | None = None) -> Bluesky:
        return bluesky_account(
            url or self.standin.url,
            HANDLE,
            self.standin.password,
            self.client,
            self.folder,
            self.notes if notes is None else notes,
        )

    @property
    def files(self) -> Assets:
        return Assets(self.folder)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with bluesky_standin() as standin, a_client(10) as client:
        yield Desk(standin, client, tmp_path, Notes())


def composed(channel: Bluesky, **more: object) -> Payload:
    return channel.compose(channel.prepare(content(**more)), channel.limits())  # type: ignore[arg-type]  # by name


def photo(width: int = 800, height: int = 600, mode: str = "RGB", format: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.effect_noise((width, height), 60).convert(mode).save(file, format)
    return file.getvalue()


def test_a_session_survives_a_restart_and_is_refreshed_when_it_expires(desk: Desk) -> None:
    payload = composed(desk.account())
    desk.account().send(delivery(1), payload, None)
    desk.account().send(delivery(2), payload, None)  # another life of the program
    assert desk.standin.sign_ons == 1
    desk.standin.lives = 0
    desk.account().send(delivery(3), payload, None)
    assert (desk.standin.sign_ons, desk.standin.generation) == (1, 2)
    desk.standin.lives, desk.standin.refreshes = 0, False
    desk.account().send(delivery(4), payload, None)
    assert desk.standin.sign_ons == 2
    assert len(desk.standin.records) == 4


def test_another_account_in_the_settings_does_not_use_the_session_of_the_first(desk: Desk) -> None:
    desk.account().send(delivery(1), composed(desk.account()), None)
    other = bluesky_account(desk.standin.url, "other.example", "wrong", desk.client, desk.folder, desk.notes)
    with pytest.raises(Credentials, match="app password"):
        other.send(delivery(2), composed(desk.account()), None)


def test_a_key_follows_from_moment_and_key_and_sorts_by_the_moment(desk: Desk) -> None:
    one = delivery(1)
    assert record_key(one) == record_key(replace(one, attempts=5, fence=9))
    assert len({record_key(delivery(number)) for number in range(2000)}) == 2000
    assert one.moment is not None
    later = replace(one, moment=one.moment.replace(minute=one.moment.minute + 1))
    assert record_key(one) < record_key(later)
    assert len(record_key(one)) == 13
    assert record_key(one)[0] in "234567abcdefghij"


def test_another_text_under_the_same_key_is_refused_and_the_first_stands(desk: Desk) -> None:
    channel = desk.account()
    first = channel.send(delivery(1), composed(channel), None)
    other = composed(channel, fact="Etwas anderes")
    with pytest.raises(Permanent, match=r"another post stands under the key of this one, at://"):
        channel.send(delivery(1), other, None)
    assert channel.find(delivery(1), other, None) is None
    assert channel.find(delivery(1), composed(channel), None) == first


def test_answers_name_the_post_they_answer_and_the_first_of_the_thread(desk: Desk) -> None:
    channel = desk.account()
    first = channel.send(delivery(1), composed(channel), None)
    second = channel.send(delivery(2, after_id=1), composed(channel), first)
    third = channel.send(delivery(3, Action.CORRECT, corrects_id=2), composed(channel), second)
    replies = [record.get("reply") for record in desk.standin.records.values()]
    assert [(reply["root"]["uri"], reply["parent"]["uri"]) for reply in replies if reply] == [
        (first.id, first.id),
        (first.id, second.id),
    ]
    assert third.extra["root_uri"] == first.id


def test_mentions_are_looked_up_once_and_an_unknown_one_stays_text(desk: Desk) -> None:
    fact = "Mit @kultur.city.example, @niemand.example und @presse@social.city.example"
    payload = composed(desk.account(), fact=fact)
    mentions = [f for facet in payload["facets"] for f in facet["features"] if f["$type"].endswith("mention")]
    assert mentions == [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:kultur"}]
    desk.standin.handles.clear()
    assert composed(desk.account(), fact=fact) == payload  # what was known stays known


def test_pictures_are_made_to_fit_and_named_by_what_they_contain(desk: Desk) -> None:
    channel = desk.account()
    large = desk.files.put(photo(5000, 4000))
    picture = {"hash": large, "alt": "Das Rathaus am Abend", "credit": "Foto: Stadt", "name": "rathaus.jpg"}
    payload = composed(channel, pictures=[picture], card={"title": "T", "description": "D"})
    (made,) = payload["pictures"]
    assert made["alt"] == "Das Rathaus am Abend (Foto: Stadt)"
    assert made["size"] <= 1_000_000
    assert payload["card"] is None  # pictures and card exclude each other
    channel.send(delivery(), payload, None)
    (record,) = desk.standin.records.values()
    (image,) = record["embed"]["images"]
    data = desk.files.read(made["hash"])
    assert image["image"]["ref"]["$link"] == cid_of(data)
    assert Image.open(io.BytesIO(data)).size == (image["aspectRatio"]["width"], image["aspectRatio"]["height"])


def test_a_picture_without_alt_text_is_named(desk: Desk) -> None:
    picture = {"hash": desk.files.put(photo()), "alt": " ", "name": "rathaus.jpg"}
    with pytest.raises(ComposeError, match=r"the picture rathaus.jpg has no alt text"):
        composed(desk.account(), pictures=[picture])


def test_a_card_shows_the_page_with_its_picture(desk: Desk) -> None:
    channel = desk.account()
    picture = {"hash": desk.files.put(photo()), "alt": "", "name": "rathaus.jpg"}
    payload = composed(channel, card={"title": "Tag der Städte", "description": "Am Rathaus", "picture": picture})
    channel.send(delivery(), payload, None)
    (record,) = desk.standin.records.values()
    external = record["embed"]["external"]
    assert (external["uri"], external["title"]) == ("https://city.example/tag", "Tag der Städte")
    assert external["thumb"]["mimeType"] == "image/jpeg"
    assert record["langs"] == ["de"]


def test_a_person_s_own_texts_make_a_thread_and_one_that_is_too_long_says_by_how_much(desk: Desk) -> None:
    channel = desk.account()
    payload = composed(channel, own=["Erstens https://city.example/a", "Zweitens #Tag"])
    assert parts_of(payload) == 2
    assert part_of(payload, 1)["text"] == "Zweitens #Tag"
    assert "thread" not in part_of(payload, 0)
    with pytest.raises(ComposeError, match=r"part 2 of 2: your own text is 7 characters over the limit of 300"):
        composed(channel, own=["Kurz", "ä" * 307])


@pytest.mark.parametrize(
    ("headers", "wait"), [({"RateLimit-Reset": "1788249690"}, 90.0), ({"Retry-After": "7"}, 7.0), ({}, None)]
)
def test_too_many_posts_wait_as_long_as_the_server_says(
    desk: Desk, headers: dict[str, str], wait: float | None
) -> None:
    with bad_line(desk.standin.url, writes_a_record) as line:
        channel = desk.account(line.url)
        payload = composed(channel)
        line.status, line.headers = 429, {**headers, "Date": "Tue, 01 Sep 2026 08:00:00 GMT"}
        with pytest.raises(Transient) as waiting:
            channel.send(delivery(), payload, None)
    assert waiting.value.retry_after == wait
    assert desk.standin.records == {}


def test_a_blob_that_can_t_be_uploaded_leaves_nothing_behind(desk: Desk) -> None:
    with bad_line(desk.standin.url, lambda method, path: path.endswith("uploadBlob")) as line:
        channel = desk.account(line.url)
        payload = composed(channel, pictures=[{"hash": desk.files.put(photo()), "alt": "Das Rathaus"}])
        line.break_next("lose_answers")
        with pytest.raises(Transient):
            channel.send(delivery(), payload, None)
        assert desk.standin.records == {}
        channel.send(delivery(), payload, None)
    assert len(desk.standin.records) == 1


def test_the_address_of_a_post_is_kept_to_be_shown(desk: Desk) -> None:
    receipt = desk.account().send(delivery(), composed(desk.account()), None)
    assert receipt.url == f"https://bsky.app/profile/{DID}/post/{record_key(delivery())}"
