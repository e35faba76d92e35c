"""What the event of a release is looked for in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from announcer.intake.dates import Mention


@dataclass(frozen=True, slots=True)
class Reading:
    """What the event is looked for in."""

    text: str  #: Headline, lead and body.
    headline: str
    kicker: str
    mentions: tuple[Mention, ...]
    release: date | None
