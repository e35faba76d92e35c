"""How the office wants to be heard when something does not leave at its moment: [office] as the ledger needs it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from announcer.model.campaign import Planned, Urgency
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.lateness import LATE, in_turn

_OFFICE_ZONE = ZoneInfo("Europe/Berlin")
#: Messages that share an ear: one channel and one audience.
Ear = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Manners:
    """What keeps a house from saying everything at once."""

    catch_up: timedelta = timedelta(0)  #: Between late messages of one channel and audience.
    unspaced: Collection[str] = ()  #: Channels on which nothing can be too much: feeds.
    mails_per_week: int = 0  #: Campaign mails for one recipient within seven days; 0 is no limit.
    calendar: OfficeCalendar | None = None  #: When nobody wants to be disturbed.
    zone: ZoneInfo = _OFFICE_ZONE  #: The office's, for what has no event.

    def waits_its_turn(self, planned: Planned, now: datetime) -> bool:
        """Whether this message keeps its distance from other late ones. Changes and cancellations never do."""
        late = planned.due_at is not None and now - planned.due_at > LATE
        return late and planned.urgency > Urgency.CHANGE and planned.channel not in self.unspaced


@dataclass(slots=True)
class Turns:
    """Who got which turn so far, by ear."""

    manners: Manners
    last: dict[Ear, datetime] = field(default_factory=dict)

    def take(self, planned: Planned, now: datetime) -> datetime | None:
        """The moment at which a late message leaves; None for one that does not wait for others."""
        if not self.manners.waits_its_turn(planned, now):
            return None
        heard = ear(planned)
        turn = in_turn(self.last.get(heard), now, self.manners.catch_up, planned.not_after)
        self.last[heard] = max(turn, self.last.get(heard, turn))
        return turn


def ear(planned: Planned) -> Ear:
    """Who hears this message."""
    return planned.channel, planned.audience.value
