"""The ledger as the mail engine sees it: rounds in, rounds out."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from announcer import failpoints
from announcer.channels.own_pages import RETRY_SECONDS, Gate
from announcer.clock import Clock
from announcer.dispatch import settle_mail
from announcer.errors import AnnouncerError
from announcer.model.content import Payload
from announcer.model.ledger import Deferred, Failed, Outcome
from announcer.newsletter.rounds import Letter
from announcer.planning.manners import Manners
from announcer.store import contents, intervention, journal, ledger, limits, mailing, waiting
from announcer.store.database import Database
from announcer.store.limits import MailLimits
from announcer.store.mailing import DueMail
from announcer.store.writelock import Lane


class MailLedger:
    """The ledger as the mail engine sees it: rounds in, rounds out. Called from several threads."""

    def __init__(
        self,
        database: Database,
        channel: str,
        clock: Clock,
        owner: str,
        watch: Callable[[Letter, Outcome], None] = lambda letter, outcome: None,
        manners: Manners = Manners(),  # noqa: B008 - a frozen value
        gate: Gate | None = None,
        mail_limits: MailLimits = MailLimits(),  # noqa: B008 - a frozen value
        refused: Callable[[Sequence[tuple[Letter, Failed]]], None] = lambda refusals: None,
    ) -> None:
        """`refused` is told of mails that were refused for good, once that is recorded."""
        self._database = database
        self._limits = mail_limits
        self._refused = refused
        self._channel = channel
        self._clock = clock
        self._owner = owner
        self._watch = watch
        self._manners = manners
        self._gate = gate
        self._lock = threading.Lock()
        self._under_way: set[int] = set()

    def next_round(self, done: Sequence[tuple[Letter, Outcome]], limit: int, relay: str = "") -> Sequence[Letter]:
        """Record the last round and claim the next, for `relay`, in one transaction."""
        failpoints.hit("before-mark" if done else "before-claim")
        now = self._clock()
        with self._lock:  # whether recording succeeds or not: what it can't record, the lease gives back
            self._under_way.difference_update(letter.id for letter, _ in done)
        with self._database.write(Lane.NEWSLETTER, durable=False) as connection:
            ledger.record(connection, [settle_mail(letter, outcome, now) for letter, outcome in done])
            claimed = self._claim(connection, now, limit, relay)
        while (claimed or claimed.more) and not (open_ := self._behind_open_gates(claimed)):
            with self._database.write(Lane.NEWSLETTER, durable=False) as connection:
                claimed = self._claim(connection, now, limit, relay)  # what else is due
        rows = open_ if claimed else []
        with self._lock:
            self._under_way.update(row.id for row in rows)
        failpoints.hit("after-mark" if done else "after-claim")
        for letter, outcome in done:
            self._watch(letter, outcome)
        if refusals := [(letter, outcome) for letter, outcome in done if isinstance(outcome, Failed)]:
            self._refused(refusals)
        return [_letter(row) for row in rows]

    def _behind_open_gates(self, claimed: Sequence[DueMail]) -> list[DueMail]:
        """Those whose pages answer. The others go back to the queue, with what else waits of their messages."""
        if self._gate is None:
            return list(claimed)
        barred = {id_: said for id_ in {row.content_id for row in claimed} if (said := self._gate.bar(id_))}
        back = [row for row in claimed if row.content_id in barred]
        if back:
            now = self._clock()
            outcomes = [
                settle_mail(_letter(row), Deferred(barred[row.content_id], RETRY_SECONDS, counted=False), now)
                for row in back
            ]
            with self._database.write(Lane.NEWSLETTER, durable=False) as connection:
                ledger.record(connection, outcomes)
                for message_id, said in {row.message_id: barred[row.content_id] for row in back}.items():
                    waiting.put_off(connection, message_id, now, timedelta(seconds=RETRY_SECONDS), said)
        return [row for row in claimed if row.content_id not in barred]

    def _claim(self, connection: sa.Connection, now: datetime, limit: int, relay: str) -> mailing.Claimed:
        limit = limits.allowed(connection, self._limits, relay, limit, now)
        if not limit:
            return mailing.Claimed()
        claimed = mailing.claim_mail(connection, self._channel, now, self._owner, limit, self._manners, self._limits)
        limits.given(connection, self._limits, relay, len(claimed), now)
        return claimed

    def renew(self) -> None:
        """Keep the leases of what is under way: over a slow relay a round may take longer than they last."""
        with self._lock:
            ids = list(self._under_way)
        if ids:
            with self._database.write(Lane.TICK, durable=False) as connection:
                ledger.renew(connection, ids, self._owner)

    def paused(self) -> bool:
        """Whether somebody stopped what is under way: everything, this channel, or the event of one of the mails."""
        with self._lock:
            ids = list(self._under_way)
        with contextlib.suppress(AnnouncerError), self._database.read() as connection:  # a claim finds out as well
            return journal.stopped(connection, self._channel) or intervention.any_paused(connection, ids)
        return False

    def forget(self) -> None:
        """No drain runs any more: what one left unrecorded goes back when its lease runs out."""
        with self._lock:
            self._under_way.clear()

    def payload(self, content_id: int) -> Payload:
        """The stored payload, exactly as it was approved."""
        with self._database.read() as connection:
            return contents.by_id(connection, [content_id])[content_id].payload


def _letter(mail: DueMail) -> Letter:
    """The two begin with the same fields, in the same order."""
    return Letter._make((*mail[:10], bool(mail.maybe_double), mail.corrects_key))
