"""A text cut at its passages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from announcer.intake.proposal import Confidence, Known, Passage
from announcer.web.desk.highlights import Piece, pieces


def _known(text: str, line: int = 1) -> Known:
    return Known(Confidence.STATED, Passage(text, line))


def test_passages_inside_of_passages() -> None:
    """The place stands in the lead; both are marked, and where each begins is known."""
    text = "Titel\n\nAm Montag im\nRathaus."
    found = pieces(text, {"lead": _known("Am Montag im Rathaus.", 3), "place": _known("Rathaus", 4)})
    assert found == [
        Piece("Titel\n\n"),
        Piece("Am Montag im\n", ("lead",), ("lead",)),
        Piece("Rathaus", ("lead", "place"), ("place",)),
        Piece(".", ("lead",)),
    ]


def test_what_stands_twice_is_marked_at_its_line() -> None:
    """Not at the first occurrence."""
    found = pieces("Rathaus\nim Rathaus", {"place": _known("Rathaus", 2)})
    assert [piece.text for piece in found] == ["Rathaus\nim ", "Rathaus"]


def test_what_does_not_stand_there_marks_nothing() -> None:
    """A value that was counted."""
    assert pieces("Text", {"year": _known("2018")}) == [Piece("Text")]


@given(
    st.text(max_size=60), st.dictionaries(st.sampled_from("abc"), st.text(max_size=8), max_size=3), st.integers(1, 9)
)
def test_together_the_pieces_are_the_text(text: str, said: dict[str, str], line: int) -> None:
    """Whatever the passages are."""
    found = pieces(text, {name: _known(one, line) for name, one in said.items()})
    assert "".join(piece.text for piece in found) == text
