"""The Dortmund conference from twelve weeks before to two weeks after, compared as a whole.

To look at a difference after a wanted change, or to take it over:

    ANNOUNCER_WRITE_GOLDEN=1 python -m pytest tests/scenario
"""

from __future__ import annotations

import os
from pathlib import Path

from announcer import settings
from announcer.rehearsal.run import Rehearsal, read_folder
from tests.scenario.chronicle import chronicle

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("kommunen-innovativ.log")


def test_the_whole_campaign(tmp_path: Path) -> None:
    base = settings.load(ROOT / "config.toml")
    source = read_folder(ROOT / "examples" / "kommunen-innovativ", base)
    rehearsal = Rehearsal(source, base, tmp_path / "rehearsal")
    with rehearsal.on_stage():
        told = rehearsal.play()
        log = chronicle(rehearsal.sandbox.arrivals, told, source.event.zone)
    if os.environ.get("ANNOUNCER_WRITE_GOLDEN"):
        GOLDEN.write_text(log, encoding="utf-8")
    assert [course.tally.problems for course in told] == [(), ()]
    assert log == GOLDEN.read_text(encoding="utf-8")
