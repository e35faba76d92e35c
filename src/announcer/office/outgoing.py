"""What everything in the outbox has in common: one try of a mail, and what becomes of the row."""

from __future__ import annotations

import random
from datetime import datetime

import sqlalchemy as sa

from announcer.dispatch import retry_at
from announcer.errors import Credentials, Transient
from announcer.model.ledger import Deferred, Failed, Outcome, Sent, Unknown
from announcer.newsletter.single import Courier, SingleMail
from announcer.store import outbox
from announcer.store.outbox import Entry

#: A relay that refuses the sign-on is not asked every few seconds.
_REFUSED_SECONDS = 300.0


def post(courier: Courier, mail: SingleMail) -> Outcome:
    """Send a mail. A relay that is away or refuses us costs no try; a lost answer is tried again."""
    try:
        outcome = courier.send(mail)
    except Credentials as error:
        return Deferred(str(error), _REFUSED_SECONDS, counted=False)
    except Transient as error:
        return Deferred(str(error), counted=False)
    return Deferred(outcome.said) if isinstance(outcome, Unknown) else outcome


def settle(connection: sa.Connection, entry: Entry, outcome: Outcome, now: datetime) -> None:
    """Write down what came of a claimed entry."""
    match outcome:
        case Sent():
            outbox.record(connection, entry, "sent", now)
        case Deferred() if (again := retry_at(now, entry.attempts, outcome, random.random())) is not None:
            outbox.record(
                connection, entry, "deferred", now, said=outcome.said, ready_at=again, counted=outcome.counted
            )
        case Deferred(said=said):
            outbox.record(connection, entry, "failed", now, said=f"given up after {entry.attempts} tries: {said}")
        case Failed(said=said):
            outbox.record(connection, entry, "failed", now, said=said)
        case _:
            outbox.record(connection, entry, "deferred", now, said=str(outcome), ready_at=now)
