"""Two states of a text, word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from announcer.rendering.differing import Stretch, compare, plain


def test_a_change_of_words_is_marked_and_nothing_else() -> None:
    assert compare("Keynote im Saal 2, Dortmund.", "Keynote im Großen Saal, Dortmund.") == (
        (Stretch("Keynote im Saal", False), Stretch(" ", False), Stretch("2", True), Stretch(", Dortmund.", False)),
        (
            Stretch("Keynote im ", False),
            Stretch("Großen", True),
            Stretch(" ", False),
            Stretch("Saal, Dortmund.", False),
        ),
    )


@given(st.text(alphabet="ab -,.\nßÄ", max_size=60), st.text(alphabet="ab -,.\nßÄ", max_size=60))
def test_a_comparison_loses_no_character(before: str, after: str) -> None:
    old, new = compare(before, after)
    assert ("".join(s.text for s in old), "".join(s.text for s in new)) == (before, after)


@given(st.text(max_size=60))
def test_equal_texts_have_no_change(text: str) -> None:
    assert not any(stretch.changed for side in compare(text, text) for stretch in side)


def test_plain_is_what_a_reader_would_see() -> None:
    html = "<style>p{}</style><h1>Titel</h1><p>Ein &amp;\n <b>Satz</b></p><script>alert(1)</script><br>Ende"
    assert plain(html) == "Titel\nEin & Satz\nEnde"
