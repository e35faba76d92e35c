"""Our counting against the PDS's own, at the limit and one beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from announcer.channels.bluesky_text import length, record_key
from tests.contract.channel_cases import delivery
from tests.servers.bluesky_pds import Pds
from tests.servers.networks import clear

pytestmark = pytest.mark.servers

LIMIT = 300
#: What is counted in different ways: letters, marks, emoji of many shapes, scripts whose letters join, signs of one to
#: four bytes, and the odd ones.
UNITS = (
    "a", "ä", "ß", "é", "e\u0301", "o\u0308\u0323", "a\u0300\u0301\u0302", "ñ", "Å", "ﬁ", "ǆ", "İ",
    "👍", "👍🏽", "👩‍👩‍👧", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🏴‍☠️", "🇩🇪", "🇩🇪🇫🇷", "🇩", "❤️", "❤", "☺️", "1️⃣", "#️⃣", "©️", "™",
    "🧑‍🚀", "🧑🏿‍🚀", "👁️‍🗨️", "🐻‍❄️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🫠", "🥲", "\U0001f9d1\u200d\U0001f3a8",
    "각", "\u1100\u1161\u11a8", "\u1100\u1161", "한국", "日本", "語", "かな", "が", "か\u3099", "中文", "𠮷",
    "नमस्ते", "क्षि", "ம்", "தமிழ்", "বাংলা", "ไทย", "น้ำ", "ກຳ", "မြန်", "ខ្មែរ", "ଓଡ଼ିଆ", "മലയാളം", "తెలుగు",
    "مرحبا", "بِسْمِ", "שָׁלוֹם", "ܫܠܡܐ", "አማርኛ", "ქართული", "Ελλάδα", "ά", "Привет", "й", "и\u0306",
    "\u200b", "\u200d", "\u2060", "\u00ad", "\u202e", "\u200f", "\ufeff", "\u00a0", "\u2028", "\t", "\n", "\r\n",
    "…", "–", "„", "“", "‘", "’", "«", "€", "½", "²", "№", "𝕏", "𝒜", "𓂀", "🀄", "♠️", "♞", "〰️", "㊗️", "ꙮ",
    "https://city.example/a", "@kultur.city.example", "#Tag", "a b", "ä 👍🏽 ", "Straße, ", "(x)", "\u0301", "\u20e3",
)  # fmt: skip
PADDING = ("x", "ä", "👍", "👩‍👩‍👧")


def corpus() -> Iterator[tuple[str, str]]:
    """Texts of exactly the limit as we count, each with one that is one longer."""
    for unit in UNITS:
        for padding in PADDING:
            text = ""
            while length(f"{text}{unit}.") <= LIMIT - 40:
                text += unit
            at_limit = _filled(f"{text}.", padding)
            yield at_limit, at_limit + "x" * (1 if length(at_limit + "x") > LIMIT else 10)


def _filled(text: str, padding: str) -> str:
    while length(text + padding) <= LIMIT:
        text += padding
    while length(text) < LIMIT:
        text += "x"
    return text


def test_the_pds_takes_what_we_count_as_the_limit_and_refuses_one_more(pds: Pds, tmp_path: Path) -> None:
    texts = list(dict.fromkeys(corpus()))
    assert len(texts) >= 200
    clear(pds)
    differ = []
    with httpx.Client(base_url=pds.url, trust_env=False, timeout=30) as client:
        owner = pds.signed_on(client)
        for number, (fits, over) in enumerate(texts):
            assert (length(fits), length(over) > LIMIT) == (LIMIT, True)
            if (_taken(client, owner, pds, 2 * number, fits), _taken(client, owner, pds, 2 * number + 1, over)) != (
                True,
                False,
            ):
                differ.append(fits[:12])
    print(f"\n{len(texts)} texts at the limit and one beyond it: {len(differ)} counted otherwise by the PDS")
    assert differ == []


def _taken(client: httpx.Client, owner: dict[str, str], pds: Pds, number: int, text: str) -> bool:
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-09-01T08:00:00.000Z"}
    key = record_key(delivery(number))
    body = {"repo": pds.did, "collection": "app.bsky.feed.post", "rkey": key, "record": record}
    answer = client.post("/xrpc/com.atproto.repo.putRecord", json=body, headers=owner)
    assert answer.status_code in {200, 400}, answer.text
    return answer.status_code == 200
