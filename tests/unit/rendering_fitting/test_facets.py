"""Where links, hashtags and mentions stand: each range, cut out of the text by bytes, is what it says it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.channels.bluesky_text import ascii_address, facets, length, short_link
from announcer.errors import ComposeError
from announcer.rendering.facets import Range, bytes_of, marked
from announcer.rendering.fitting import Parts, fit, fitted

LINK = "https://city.example/tag"
#: What breaks counting by hand: umlauts, joined emoji, flags, combining marks, other scripts, what ends a link.
NASTY = (
    "ä", "ß", "é", "e\u0301", "👩‍👩‍👧", "🇩🇪🇫🇷", "👍🏽", "❤\ufe0f", "นี้", "مرحبا", "日本語", "\u200d", "\u202e", "𝕏", "…",
    "–",
    "https://city.example/a_(b)", "http://müller.example/straße?ö=ü#ß,", "(https://a.example/x)", "https://a.example.",
    "@kultur.city.example", "@presse@social.city.example", "@a", "mail@city.example", "#Tag", "#TagDerStädte2026!",
    "##", "#",
    ",", ".", ")", "(", "\n", "\n\n", " ", "  ", "#👍", "https://", "＃Tag", "@", "a.de",
)  # fmt: skip
nasty = st.lists(st.sampled_from(NASTY) | st.text(max_size=6), max_size=40).map(" ".join)
tight = st.lists(st.sampled_from(NASTY) | st.text(max_size=3), max_size=40).map("".join)
parts = st.builds(
    Parts,
    fact=nasty | tight,
    lead=nasty | tight,
    link=st.sampled_from(["", LINK, "https://müller.example/straße"]),
    hashtags=st.lists(st.sampled_from(["Tag", "Tag der Städte", "#🇩🇪", "ÄÖÜ"]), max_size=3).map(tuple),
)
ODD = ("\n", "\r", "\x1e")


@given(parts, st.integers(20, 300))
@settings(max_examples=300, deadline=None)
def test_every_range_cut_out_by_bytes_is_its_source(given_parts: Parts, limit: int) -> None:
    check_ranges(given_parts, limit)


def check_ranges(given_parts: Parts, limit: int) -> int:
    """Fit, mark, and hold every range against the text; how many there were."""
    try:
        fit_parts = fitted(given_parts, limit, length)
    except ComposeError:
        return 0
    said = marked(fit_parts)
    assert said.text == fit(given_parts, limit, length)
    assert length(said.text) <= limit
    raw, last = said.text.encode(), 0
    for one in said.ranges:
        start, end = bytes_of(said.text, one)
        assert last <= start < end <= len(raw)
        piece = raw[start:end].decode()  # decodes: it cuts no character in two
        assert piece == {"link": one.value, "tag": piece[:1] + one.value, "mention": "@" + one.value}[one.mark]
        last = end
    for facet in facets(said, {"kultur.city.example": "did:plc:kultur"}):
        assert raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
    return len(said.ranges)


def test_ten_thousand_fuzzed_texts() -> None:
    """Made from a fixed seed, without the care Hypothesis takes: each facet's slice decodes to its source."""
    import random

    chance = random.Random(20260901)
    found = 0
    for _ in range(10_000):
        lead, fact = (chance.choice(("", " ")).join(chance.choices(NASTY, k=chance.randint(0, 25))) for _ in range(2))
        tags = tuple(chance.choices(("Tag", "Tag der Städte", "🇩🇪x"), k=chance.randint(0, 2)))
        link = chance.choice(("", LINK))
        found += check_ranges(Parts(fact, lead, link, tags), chance.randint(40, 300))
    assert found > 10_000


def marks(text: str) -> list[tuple[str, str]]:
    return [(one.mark, one.value) for one in marked(Parts(text)).ranges]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mehr: https://city.example/a, bald", [("link", "https://city.example/a")]),
        ("(https://city.example/a)", [("link", "https://city.example/a")]),
        ("https://city.example/a_(b).", [("link", "https://city.example/a_(b)")]),
        ("http://müller.example/ß!", [("link", "http://müller.example/ß")]),
        ("#TagDerStädte.", [("tag", "TagDerStädte")]),
        ("@kultur.city.example, hallo", [("mention", "kultur.city.example")]),
        ("@presse@social.city.example", []),
        ("mail@city.example", []),
        ("https://a.example/#nicht @x.example", [("link", "https://a.example/#nicht"), ("mention", "x.example")]),
    ],
)
def test_what_is_marked(text: str, found: list[tuple[str, str]]) -> None:
    assert marks(text) == found


def test_the_link_is_marked_whole_and_may_be_shown_shortened() -> None:
    said = marked(Parts("Fest", link="city.example/lang…", hashtags=("#Tag",)), LINK)
    assert said.text == "Fest\n\ncity.example/lang…\n#Tag"
    assert said.ranges == (Range(6, 24, "link", LINK), Range(25, 29, "tag", "Tag"))


@pytest.mark.parametrize(
    ("address", "ascii_"),
    [
        (LINK, LINK),
        ("http://müller.example/straße?ö=ü#ß", "http://xn--mller-kva.example/stra%C3%9Fe?%C3%B6=%C3%BC#%C3%9F"),
        ("https://city.example:8443/a%20b", "https://city.example:8443/a%20b"),
        ("https://127.0.0.1:8080/x", "https://127.0.0.1:8080/x"),
        ("HTTPS://City.Example", "https://city.example"),
    ],
)
def test_an_address_is_spelled_as_apps_open_it(address: str, ascii_: str) -> None:
    assert ascii_address(address) == ascii_


def test_a_long_link_is_shown_shortened() -> None:
    assert short_link(LINK) == LINK
    long = "https://city.example/" + "a" * 60
    assert short_link(long) == "city.example/" + "a" * 46 + "…"


@pytest.mark.parametrize(
    ("text", "counted"), [("ä", 1), ("👩‍👩‍👧", 2), ("a" * 300, 300), ("👩‍👩‍👧" * 167, 301), ("", 0)]
)
def test_a_text_counts_by_what_is_seen_or_by_its_bytes(text: str, counted: int) -> None:
    assert length(text) == counted
