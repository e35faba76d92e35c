"""How long a mail takes to reach everybody at the relays' own limits, and whether that is in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from announcer.mail_settings import Relay
from announcer.model.campaign import Message
from announcer.office.house import House
from announcer.store import changes, queueing


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a mail has before it."""

    recipients: int
    lasts: timedelta  #: Zero where no relay sets a limit.
    ends_at: datetime | None  #: None while it has no moment.
    too_late: bool  #: It would still be leaving after it is worth anything.


def of_message(house: House, one: Message) -> Outlook:
    """How many a mail goes to as things are now, and how long that takes."""
    with house.database.read() as connection:
        stale = changes.stale_messages(connection, one.change_id) if one.change_id is not None else None
        number = queueing.audience_size(connection, one, stale, house.manners)
    lasts = takes(number, house.settings.mail.relay)
    due, end = one.planned.due_at, one.planned.not_after
    ends = due + lasts if due is not None else None
    return Outlook(number, lasts, ends, ends is not None and end is not None and ends > end)


def takes(recipients: int, relay: Relay) -> timedelta:
    """How long so many take at the limits a relay sets; further relays only step in, so they don't shorten it."""
    seconds = recipients / relay.per_second if relay.per_second else 0.0
    if relay.window_mails and recipients > relay.window_mails:
        full = (recipients - 1) // relay.window_mails
        seconds = max(seconds, full * relay.window_hours * 3600)
    return timedelta(seconds=round(seconds))
