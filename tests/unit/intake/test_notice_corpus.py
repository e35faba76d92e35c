"""The intake against the corpus of notices, written by somebody who did not know it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.unit.intake.judge import notices


@pytest.mark.parametrize(
    ("folder", "least", "right", "silent"), [(notices.FOLDER, 80, 0.95, 0), (notices.FRESH, 10, 0.95, 0.005)]
)
def test_the_notices(folder: Path, least: int, right: float, silent: float) -> None:
    """Nearly all fields are right, none is wrong without being questioned, and needless questions are rare."""
    verdicts = notices.run(root=folder)
    counts = Counter(verdict.verdict for verdict in verdicts)
    judged = counts["right"] + counts["missed"] + counts["wrong"] + counts["silent"]
    found = len({verdict.notice for verdict in verdicts})
    assert found >= least
    assert counts["right"] / judged >= right, notices.figures(verdicts)
    assert counts["silent"] / judged <= silent, notices.figures(verdicts)
    assert counts["needless"] / found <= 0.3, notices.figures(verdicts)
