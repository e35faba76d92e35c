"""The date grammar against the corpus of phrases, written by somebody who did not know it."""

from __future__ import annotations

from tests.unit.intake.judge import dates


def test_the_phrases() -> None:
    """At least 98 of 100 are right, and hardly anything is wrong in silence."""
    counts, verdicts = dates.run()
    judged = sum(counts.values())
    assert judged > 300
    assert len([v for v in verdicts if v.verdict in {"silent", "extra"}]) / judged <= 0.01
    assert counts["right"] / judged >= 0.98


def test_what_is_no_date() -> None:
    assert dates.false_dates() == []
