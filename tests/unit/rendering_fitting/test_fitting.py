"""How long a post is, and what gives way when it is too long."""

from __future__ import annotations

from functools import partial
from math import ceil

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.errors import ComposeError
from announcer.rendering.fitting import ELLIPSIS, Count, Parts, fit, graphemes, mastodon_length

count_23 = partial(mastodon_length, characters_per_url=23)
FAMILY = "👩‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Grüße", 5),
        ("Gru\u0308ße", 5),
        (FAMILY, 1),
        ("🇩🇪🇫🇷", 2),
        ("👍🏽", 1),
        ("❤\ufe0f", 1),
        ("a\r\nb", 3),
        ("각", 1),
        ("नमस्ते", 3),
    ],
)
def test_graphemes_are_what_a_reader_sees(text: str, length: int) -> None:
    assert graphemes(text) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://a.de", 23),
        ("https://city.example/" + "x" * 200, 23),
        ("HTTPS://CITY.EXAMPLE/A", 23),
        ("http://müller.example/straße?ö=ü#ß", 23),
        ("https://xn--mller-kva.xn--p1ai/", 23),
        ("https://city.example:8443/a", 23),
        ("(https://city.example/a)", 25),
        ("https://city.example/a.", 24),
        ("https://city.example/a_(b)", 23),
        ("https://city.example/a_(b).", 24),
        ("https://city.example/?a=b!", 24),
        ("siehe https://a.de, https://b.de und https://c.de!", 6 + 23 + 2 + 23 + 5 + 23 + 1),
        ("https://a.de/ä…", 23),
        ("https://a.de/ …", 25),
        ("xhttps://a.de", 13),
        ("a.de", 4),
        ("ftp://a.de/x", 12),
        ("https://", 8),
        ("@presse@social.city.example", 7),
        ("@presse", 7),
        ("Frag @presse@social.city.example.", 13),
        ("mail@city.example", 17),
        ("https://social.city.example/@presse@other.example", 23),
        ("@a@b.de@c", 9),
    ],
)
def test_mastodon_counts_links_and_mentions_at_their_own_price(text: str, length: int) -> None:
    assert count_23(text) == length


def test_a_host_without_a_top_level_domain_counts_the_longer_way() -> None:
    assert count_23("http://localhost/a") == 23
    assert count_23("http://127.0.0.1:8080/" + "a" * 30) == 52


def test_a_network_may_count_links_in_full() -> None:
    assert mastodon_length("https://city.example/tag", characters_per_url=None) == 24


def test_the_content_warning_counts_in_full() -> None:
    assert mastodon_length("Text", characters_per_url=23, spoiler_text=" https://a.de ") == 16


LEAD = "Der Tag der Städte lädt alle ein, die ihre Stadt lieben."
FACT = "Fr, 18. September, 11 Uhr, Rathaus"
LINK = "https://city.example/tag"
PARTS = Parts(FACT, LEAD, LINK, ("TagDerStädte", "#Musterstadt"))
TAGS = "#TagDerStädte #Musterstadt"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (PARTS, f"{LEAD}\n\n{FACT}\n\n{LINK}\n{TAGS}"),
        (Parts(FACT), FACT),
        (Parts(FACT, link=LINK), f"{FACT}\n\n{LINK}"),
        (Parts(FACT, LEAD), f"{LEAD}\n\n{FACT}"),
        (Parts("", LEAD, LINK), f"{LEAD}\n\n{LINK}"),
        (Parts(f"  {FACT}\n", " ", "", ("", "#", " Tag der Städte ")), f"{FACT}\n\n#TagDerStädte"),
    ],
)
def test_the_parts_stand_in_order_and_an_empty_one_leaves_no_gap(parts: Parts, text: str) -> None:
    assert fit(parts, 500, count_23) == text
    assert fit(parts, None, count_23) == text


REST = f"{FACT}\n\n{LINK}"


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (144, f"{LEAD}\n\n{REST}\n{TAGS}"),
        (143, f"{LEAD}\n\n{REST}\n#TagDerStädte"),
        (131, f"{LEAD}\n\n{REST}\n#TagDerStädte"),
        (130, f"{LEAD}\n\n{REST}"),
        (117, f"{LEAD}\n\n{REST}"),
        (116, f"Der Tag der Städte lädt alle ein, die ihre Stadt …\n\n{REST}"),
        (110, f"Der Tag der Städte lädt alle ein, die ihre …\n\n{REST}"),
        (104, f"Der Tag der Städte lädt alle ein, die …\n\n{REST}"),
        (96, f"Der Tag der Städte lädt alle ein …\n\n{REST}"),
        (66, f"Der …\n\n{REST}"),
        (65, REST),
        (59, REST),
    ],
)
def test_hashtags_go_first_then_words_of_the_lead_then_the_lead(limit: int, text: str) -> None:
    assert fit(PARTS, limit, count_23) == text


def test_what_may_not_be_cut_says_how_much_it_is_over() -> None:
    with pytest.raises(ComposeError, match="fact and link are 1 characters over the limit of 58"):
        fit(PARTS, 58, count_23)


def test_nothing_to_say_is_refused() -> None:
    with pytest.raises(ComposeError, match="neither"):
        fit(Parts(" ", hashtags=("#",)), 500, count_23)
    with pytest.raises(ComposeError, match="no word that fits"):
        fit(Parts("", "Donaudampfschifffahrt"), 5, count_23)


@pytest.mark.parametrize(
    ("lead", "limit", "text"),
    [
        (f"Mehr auf {LINK}, bald mehr", 37, f"Mehr auf {LINK} …\n\nx"),
        (f"Mehr auf {LINK}, bald mehr", 36, "Mehr auf …\n\nx"),
        ("Wir – und alle", 10, "Wir …\n\nx"),
        ("– und", 10, "– und\n\nx"),
        ("– undunddundund", 10, "x"),
        (f"{FAMILY} {FAMILY} {FAMILY}", 6, f"{FAMILY} …\n\nx"),
        ("https://a.de/?q=a\u00a0b c d", 28, "https://a.de/?q=a\u00a0b …\n\nx"),
        ("https://a.de/?q=a\u00a0b c d", 27, "x"),
        ("https://a.de/x- und noch viel mehr", 28, "https://a.de/x- …\n\nx"),
        ("a\u0600 b", 5, "x"),
    ],
)
def test_a_cut_falls_between_words_and_never_inside_a_link(lead: str, limit: int, text: str) -> None:
    assert fit(Parts("x", lead), limit, count_23) == text


def test_a_no_break_space_in_a_query_is_no_place_to_cut() -> None:
    """Mastodon reads it as part of the link; the half would be another link."""
    in_full = partial(mastodon_length, characters_per_url=None)
    lead = "https://a.de/?q=a\u00a0b c d"
    assert fit(Parts("x", lead), 24, in_full) == "https://a.de/?q=a\u00a0b …\n\nx"
    assert fit(Parts("x", lead), 23, in_full) == "x"


def bluesky_length(text: str) -> int:
    """300 graphemes and 3000 bytes as one number."""
    return max(graphemes(text), ceil(len(text.encode()) / 10))


def test_a_network_with_two_limits_is_one_counting() -> None:
    by_bytes = fit(Parts(FACT, f"{FAMILY * 3} " * 200), 300, bluesky_length)
    assert 3000 - len(f"{FAMILY * 3} ".encode()) < len(by_bytes.encode()) <= 3000
    by_graphemes = fit(Parts(FACT, "a " * 200), 300, bluesky_length)
    assert 298 < graphemes(by_graphemes) <= 300


# -- The rules, for any text. --

WORDS = st.sampled_from(
    [
        "Rathaus", "Straße", "Gru\u0308ße", FAMILY, "🇩🇪🇫🇷", "👍🏽", "…", "–", ",", "\u0308", "\u200d", "\u0600", "#Tag",
        "@presse@social.city.example", "https://city.example/a_(b)", "https://a.de/?q=ü", "(https://b.de),", "각",
        "\r\n", "\n\n", "\u00a0", "\u3000", "\u2028", "http://localhost/x",
    ]
)  # fmt: skip
TEXT = st.one_of(
    st.lists(WORDS, max_size=30).map(" ".join),
    st.lists(WORDS, max_size=30).map("".join),
    st.text(max_size=80),
)
PARTS_OF_ANY = st.builds(
    Parts,
    fact=TEXT,
    lead=TEXT,
    link=st.sampled_from(["", "https://city.example/tag", "https://a.de", "https://city.example/" + "x" * 60]),
    hashtags=st.lists(st.sampled_from(["Tag", "#Städte", "Musterstadt"]), max_size=4).map(tuple),
)
COUNTS: list[Count] = [count_23, partial(mastodon_length, characters_per_url=256, spoiler_text="Änderung")]
COUNTS += [partial(mastodon_length, characters_per_url=None), bluesky_length, len]


@settings(max_examples=400, deadline=None)
@given(PARTS_OF_ANY, st.integers(0, 400), st.sampled_from(COUNTS))
def test_never_above_the_limit_and_fact_and_link_always_whole(parts: Parts, limit: int, count: Count) -> None:
    bare = "\n\n".join(part for part in (parts.fact.strip(), parts.link) if part)
    try:
        text = fit(parts, limit, count)
    except ComposeError:
        assert not bare or count(bare) > limit
        return
    assert count(text) <= limit
    assert parts.fact.strip() in text
    assert parts.link in text


@settings(max_examples=400, deadline=None)
@given(TEXT, TEXT, st.integers(1, 200))
def test_a_lead_is_whole_or_cut_at_a_word_that_is_a_whole_grapheme(lead: str, fact: str, limit: int) -> None:
    whole, fact = lead.strip(), fact.strip()
    try:
        text = fit(Parts(fact, lead), limit, count_23)
    except ComposeError:
        return
    shown = text.removesuffix(fact).removesuffix("\n\n") if fact else text
    if shown in {whole, ""}:
        return
    assert shown.endswith(ELLIPSIS)
    kept = shown.removesuffix(ELLIPSIS)
    assert kept
    assert whole.startswith(kept)
    clusters = regex.findall(r"\X", whole)
    assert kept in {"".join(clusters[:size]) for size in range(1, len(clusters) + 1)}
    for entity in regex.finditer(r"(?<![A-Za-z0-9@])https?://[a-z.]+[a-z](?:/[a-z_()?=ü]*[a-zü)])?|#\w+", whole):
        assert not entity.start() < len(kept) < entity.end()


@settings(max_examples=200, deadline=None)
@given(PARTS_OF_ANY, st.sampled_from(COUNTS))
def test_what_fits_stays_as_it_is(parts: Parts, count: Count) -> None:
    try:
        whole = fit(parts, None, count)
    except ComposeError:
        return
    assert fit(parts, count(whole), count) == whole
    assert fit(parts, 100_000, count) == whole


@settings(max_examples=200, deadline=None)
@given(PARTS_OF_ANY, st.integers(20, 300))
def test_more_room_never_shows_less_of_the_lead(parts: Parts, limit: int) -> None:
    try:
        narrow = fit(parts, limit, len)
    except ComposeError:
        return
    assert len(fit(parts, limit + 1, len)) >= len(narrow)
