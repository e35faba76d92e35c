"""What became of the messages of a campaign, as planning has to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from announcer.model.campaign import Message
from announcer.model.ledger import MessageState
from announcer.store.campaign import LET_GO, NOT_PLANNED, Campaign, Place, messages, place_of

#: It left, or has begun to: its words are settled.
_OUT = (MessageState.SENDING, MessageState.SENT, MessageState.PARTLY_SENT, MessageState.FAILED)


@dataclass(frozen=True, slots=True)
class Places:
    """The messages of a campaign by what became of them."""

    placed: frozenset[Place] = frozenset()  #: Planned before: planning never drops these for being late.
    out: frozenset[Place] = frozenset()  #: Left, or begun to.
    ended: frozenset[Place] = frozenset()  #: Struck out by a person, or missed: it will not leave.
    said: Mapping[Place, str] = field(default_factory=dict)  #: Said along by a message of this rule, which left.


def places(connection: sa.Connection, campaign: Campaign) -> Places:
    """What became of each.

    What an earlier plan let fall, because no rule asked for it any more or
    because its moment had passed from the start, has no place: if a rule asks
    for it again, or the event moves, it is as new.
    """
    found = messages(connection, campaign)
    out = [m for m in found if m.state in _OUT]
    return Places(
        placed=frozenset(place_of(m.planned) for m in found if not _fallen(m)),
        out=frozenset(place_of(m.planned) for m in out),
        ended=frozenset(place_of(m.planned) for m in found if _ended(m)),
        said={
            (spoken.occurrence, m.planned.channel): m.planned.occurrence.rule_id
            for m in out
            for spoken in m.planned.speaks_for
        },
    )


def _fallen(old: Message) -> bool:
    return old.was_dropped or (old.state is MessageState.CANCELLED and old.planned.why[-1:] == (NOT_PLANNED,))


def _ended(old: Message) -> bool:
    return (old.state is MessageState.MISSED and not old.was_dropped) or LET_GO in old.planned.why
