"""What becomes of a message that could not leave at its moment: one rule for the clock, a resume and what they show."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from announcer.model.campaign import Late, Planned

#: From here on a message counts as late and its late policy decides.
LATE = timedelta(minutes=10)


class Fate(StrEnum):
    """What becomes of it."""

    GO = "go"  #: It leaves in the words for its moment.
    REWRITE = "rewrite"  #: It leaves in the words that were approved for being late.
    ASK = "ask"  #: A person decides.
    MISS = "miss"  #: It does not leave any more.


def fate(
    planned: Planned,
    now: datetime,
    *,
    approved_at: datetime | None = None,
    stopped_at: datetime | None = None,
    rewritten: bool = False,
) -> Fate:
    """What becomes of a message whose turn comes at `now`.

    Past its `not_after` it is missed, whatever its policy. Late is what stood
    still for more than `LATE`: since its own moment or, for one that had
    begun to leave, since `stopped_at`. An approval after its moment answers
    the question of `ask`. `rewritten` says that late words are stored and
    approved; without them `rewrite` asks, because the others may be false.
    """
    due = planned.due_at
    if planned.not_after is not None and planned.not_after < now:
        return Fate.MISS
    if due is None or now - max(due, stopped_at or due) <= LATE:
        return Fate.GO
    match planned.late:
        case Late.SEND:
            return Fate.GO
        case Late.DROP:
            return Fate.MISS
        case Late.REWRITE if rewritten:
            return Fate.REWRITE
        case Late.ASK | Late.REWRITE:
            return Fate.GO if approved_at is not None and approved_at > due else Fate.ASK


def in_turn(slot: datetime | None, now: datetime, gap: timedelta, not_after: datetime | None) -> datetime:
    """When the next late message of a channel and audience leaves, after one that got `slot`.

    Late ones keep `gap` between them, so that a channel does not say
    everything at once; one that would not be worth it any more by then
    leaves now, because late is better than never.
    """
    turn = now if slot is None else max(now, slot + gap)
    return now if not_after is not None and turn > not_after else turn
