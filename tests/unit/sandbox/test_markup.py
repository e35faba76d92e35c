from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.sandbox.markup import (
    Piece,
    initials,
    length,
    pieces,
    sender_name,
    short_url,
    shown,
    status_html,
)


def test_a_text_is_cut_into_its_pieces() -> None:
    assert list(pieces("Mehr: https://city.example/a_(b). #Dortmund_2018, @presse@city.example!")) == [
        Piece("text", "Mehr: ", "Mehr: "),
        Piece("url", "https://city.example/a_(b)", "https://city.example/a_(b)"),
        Piece("text", ". ", ". "),
        Piece("tag", "#Dortmund_2018", "#Dortmund_2018"),
        Piece("text", ", ", ", "),
        Piece("mention", "@presse@city.example", "@presse"),
        Piece("text", "!", "!"),
    ]


@given(st.text(alphabet="ab#@:/. (),\nhttps", max_size=80))
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", 0),
        ("Grüße", 5),
        ("https://a.example", 23),
        ("https://a.example/" + "x" * 90, 23),
        ("@presse@city.example", 7),
        ("👩‍👩‍👧 🇩🇪", 3),
        ("#1 ist keine Marke", 18),
    ],
)
def test_a_server_counts_graphemes_addresses_and_handles_its_own_way(text: str, counted: int) -> None:
    assert length(text, 23) == counted


def test_content_is_what_mastodon_gives() -> None:
    assert status_html("A & <b>\nzwei\n\nhttps://c.example/?a=1&b #Größe", "http://h.example") == (
        "<p>A &amp; &lt;b&gt;<br />zwei</p>"
        '<p><a href="https://c.example/?a=1&amp;b" target="_blank" rel="nofollow noopener" translate="no">'
        '<span class="invisible">https://</span><span class="">c.example/?a=1&amp;b</span></a> '
        '<a href="http://h.example/tags/gr%C3%B6%C3%9Fe" class="mention hashtag" rel="tag">#<span>Größe</span></a></p>'
    )


def test_a_shown_post_carries_no_markup_of_its_own() -> None:
    assert shown('<script>alert("x")</script>\n\nhttps://a.example/"onload=x #<b>') == (
        "<p>&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;</p>"
        '<p><a href="https://a.example/" rel="noopener noreferrer">a.example</a>&#34;onload=x #&lt;b&gt;</p>'
    )


@pytest.mark.parametrize(
    ("header", "name", "letters"),
    [
        ("Stadt Dortmund, Pressestelle <presse@city.example>", "Stadt Dortmund, Pressestelle", "SP"),
        ('"Rathaus" <r@city.example>', "Rathaus", "R"),
        ("<r@city.example>", "r@city.example", "RE"),
        ("r@city.example", "r@city.example", "RE"),
        ("", "", ""),
    ],
)
def test_a_sender_has_a_name_and_initials(header: str, name: str, letters: str) -> None:
    assert (sender_name(header), initials(sender_name(header))) == (name, letters)


def test_an_address_is_shortened_for_the_eye() -> None:
    assert short_url("https://www.city.example/") == "city.example"
    assert short_url("https://city.example/presse/kommunen-innovativ") == "city.example/presse/kommunen-i…"
