"""The card of a foreign page in a person's own text: fetched with care, or refused before the approval."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from announcer.channels.bluesky import Bluesky
from announcer.channels.link_card import LinkCards
from announcer.errors import ComposeError
from announcer.fetching import Bounds, Fetcher
from announcer.model.content import Payload
from announcer.settings import ChannelSettings, Settings
from announcer.store.assets import Assets
from tests.contract.bluesky_standin import HANDLE, BlueskyStandin, bluesky_standin
from tests.contract.channel_cases import NOW, Notes, a_client, content, delivery
from tests.unit.fetching.strangers import Stranger, answering, endless, going_to, stranger

PAGE = """<html><head><title>Fallback</title>
<meta property="og:title" content="Förderprogramm &amp; mehr">
<meta name="description" content="Was das Land zahlt">
<meta property="og:image" content="/bild.png"></head><body>x</body></html>"""


def photo() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((2400, 1600), 90).convert("RGB").save(file, "PNG")
    return file.getvalue()


PAGES = {
    "/foerderung": answering(200, PAGE.encode()),
    "/bild.png": answering(200, photo(), "image/png"),
    "/haengt": endless(b"x", pause=0.05),
    "/hinein": going_to("http://127.0.0.1:1/"),
    "/pdf": answering(200, b"%PDF", "application/pdf"),
    "/fort": answering(404, b"no"),
    "/leer": answering(200, b""),
    "/boese": answering(200, PAGE.replace("/bild.png", "http://127.0.0.1:1/x.png").encode()),
    "/kein-bild": answering(200, PAGE.replace("/bild.png", "/foerderung").encode()),
}


class Hasty(Fetcher):
    """A fetcher that waits for tests only."""

    def get(self, url: str, **asked: object):  # type: ignore[no-untyped-def]  # as its parent's
        bounds = asked.pop("bounds", None)
        assert isinstance(bounds, Bounds)
        hasty = Bounds(1, 0.5, 1.0, bounds.most_bytes)
        return super().get(url, bounds=hasty, **asked)  # type: ignore[arg-type]  # by name


def here(host: str, port: int) -> Collection[str]:
    return ["127.0.0.1"]


@pytest.fixture
def site() -> Iterator[Stranger]:
    with stranger(PAGES) as running:
        yield running


@pytest.fixture
def network() -> Iterator[BlueskyStandin]:
    with bluesky_standin() as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with a_client(10) as opened:
        yield opened


@pytest.fixture
def account(site: Stranger, network: BlueskyStandin, client: httpx.Client, tmp_path: Path) -> Bluesky:
    files, notes = Assets(tmp_path), Notes()
    fetcher = Hasty(Settings(), allow=[site.address], resolve=here)
    cards = LinkCards(fetcher, files, notes, "https://presse.city.example")
    settings = ChannelSettings(kind="bluesky", url=network.url, account=HANDLE)
    return Bluesky("bluesky", settings, network.password, client, lambda: NOW, files, notes, cards)


def composed(account: Bluesky, own: str) -> Payload:
    card = {"title": "Eigene Seite", "description": "D"}
    return account.compose(account.prepare(content(own=[own], card=card)), account.limits())


def test_a_foreign_page_is_fetched_once_and_its_picture_made_to_fit(
    account: Bluesky, site: Stranger, network: BlueskyStandin
) -> None:
    link = f"http://land.example:{site.port}/foerderung"
    payload = composed(account, f"Das Land fördert: {link}.")
    assert composed(account, f"Das Land fördert: {link}.") == payload
    assert [path for _, path in site.asked] == ["/foerderung", "/bild.png"]
    card = payload["card"]
    assert (card["uri"], card["title"], card["description"]) == (link, "Förderprogramm & mehr", "Was das Land zahlt")
    assert card["picture"]["media_type"] == "image/jpeg"
    assert card["picture"]["size"] <= 1_000_000
    account.send(delivery(), payload, None)
    (record,) = network.records.values()
    assert record["embed"]["external"]["thumb"]["size"] == card["picture"]["size"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/haengt", "takes too long"),
        ("/hinein", "not an address on the internet"),
        ("/pdf", "application/pdf, wanted is text/html"),
        ("/fort", "answers 404"),
        ("/leer", "no page that can be read"),
        ("/boese", "not an address on the internet"),
        ("/kein-bild", "wanted is image/"),
    ],
)
def test_a_page_that_can_t_be_shown_is_said_before_anything_leaves(
    account: Bluesky, site: Stranger, network: BlueskyStandin, path: str, said: str
) -> None:
    link = f"http://land.example:{site.port}{path}"
    with pytest.raises(ComposeError, match=rf"^\[channels\.bluesky\]: the page behind {link} can't be shown.*{said}"):
        composed(account, f"Siehe {link}")
    assert network.records == {}


def test_our_own_pages_are_never_fetched(account: Bluesky, site: Stranger) -> None:
    assert composed(account, "Mehr: https://city.example/tag")["card"]["title"] == "Eigene Seite"
    assert composed(account, "Mehr: https://presse.city.example/e/anderes")["card"] is None
    assert composed(account, "Ohne Verweis")["card"] is None
    assert site.asked == []
