"""The intake against the corpus of notices, written by somebody who did not know it."""

from __future__ import annotations

from collections import Counter

from tests.unit.intake.judge import notices


def test_the_notices() -> None:
    """Most fields are right, hardly any is wrong without being questioned, and needless questions are rare."""
    verdicts = notices.run()
    counts = Counter(verdict.verdict for verdict in verdicts)
    judged = counts["right"] + counts["missed"] + counts["wrong"] + counts["silent"]
    found = len({verdict.notice for verdict in verdicts})
    assert found >= 80
    assert counts["right"] / judged >= 0.85, notices.figures(verdicts)
    assert counts["silent"] / judged <= 0.02, notices.figures(verdicts)
    assert counts["needless"] / found <= 0.3, notices.figures(verdicts)
