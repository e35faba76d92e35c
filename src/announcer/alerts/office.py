"""The office's alerts as the engine drives them: a tick writes what is due, each way is drained on its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from announcer import failpoints
from announcer.alerts import morning as morning_mail
from announcer.alerts import rules
from announcer.alerts.describing import Describer
from announcer.alerts.gathering import Situation, gather
from announcer.alerts.notices import Due, Recipient, Waiting
from announcer.alerts.ways import Way
from announcer.errors import AnnouncerError, Conflict
from announcer.model.ledger import Deferred, Outcome, Sent
from announcer.office import outgoing, staff
from announcer.office.house import House
from announcer.store import journal, outbox
from announcer.store.outbox import Entry
from announcer.store.writelock import Lane

log = structlog.get_logger(__name__)

#: How often a tick looks for what is due: often enough for "at once", seldom enough for a large ledger.
EVERY = timedelta(seconds=15)
#: The setting with the moment from which the office hears of things.
SINCE = "alerts-since"
_HOUR = timedelta(hours=1)


class Alerts:
    """What the office is told. `tick` and each way's `drain` may run in threads of their own."""

    def __init__(self, house: House, ways: Mapping[str, Way], others: Sequence[Recipient], owner: str) -> None:
        """`ways` by name (mail, webhook, apprise); `others` are the recipients that are no people."""
        self._house = house
        self._ways = ways
        self._others = tuple(others)
        self._owner = owner
        self._looked: datetime | None = None

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that can be drained."""
        return tuple(self._ways)

    def tick(self, now: datetime) -> int:
        """Write what is due to the outbox; how many mails. Whatever goes wrong here, the ledger's work goes on."""
        if not (self._others or self._house.settings.people):
            return 0  # nobody to tell
        if self._looked is not None and timedelta(0) <= now - self._looked < EVERY:
            return 0
        self._looked = now
        try:
            return self._write(now)
        except Conflict:
            return 0  # another worker was faster; the next look finds what is left
        except AnnouncerError as error:
            log.error("the office could not be told", why=str(error))
        except Exception:  # a notice must never stop what is due
            log.exception("the office could not be told")
        return 0

    def _write(self, now: datetime) -> int:
        since = self._since(now)
        with self._house.database.read() as connection:
            due = self._due(connection, since, now)
            describer = Describer(connection, self._house, now)
            written = [(one, describer.mail(one, one.recipient.name)) for one in due]
            looked = morning_mail.is_over(connection, self._house, now)
        if written or not looked:
            with self._house.database.write(Lane.TICK) as connection:
                morning_mail.looked(connection, self._house, now)
                for one, payload in written:
                    outbox.put(
                        connection,
                        [told.key for told in one.told],
                        way=one.recipient.way,
                        recipient=one.recipient.id,
                        kind=one.kind.value,
                        payload=payload,
                        now=now,
                        not_after=one.not_after,
                        ready_at=one.ready_at,
                        about=[told.item.message.id for told in one.told if isinstance(told.item, Waiting)],
                    )
        return len(written)

    def _since(self, now: datetime) -> datetime:
        """When the office began to be told: what was over before is history."""
        with self._house.database.read() as connection:
            kept = journal.recall(connection, SINCE)
        if kept is not None:
            return datetime.fromisoformat(kept)
        with self._house.database.write(Lane.TICK) as connection:
            journal.remember(connection, SINCE, now.isoformat())
        return now

    def _due(self, connection: sa.Connection, since: datetime, now: datetime) -> list[Due]:
        situation = gather(connection, self._house, since, now)
        today = staff.today(self._house, now)
        memory = self._memory(connection, situation, now, today.isoformat())
        people = situation.staff
        due = list(rules.reminders(situation.waiting, people, self._others, memory, now, today))
        due += rules.alerts(situation.happened, people, self._others, memory, now, today)
        due += morning_mail.morning(connection, self._house, situation, self._others, memory, since, now)
        return due

    def _memory(self, connection: sa.Connection, situation: Situation, now: datetime, today: str) -> rules.Memory:
        keys = [one.key for one in situation.happened] + [f"morning:{today}"]
        stages = (rules.DAY, rules.SHORT, rules.LAST)
        keys += [rules.reminder_key(one, stage) for one in situation.waiting for stage in stages]
        return rules.Memory(outbox.told(connection, keys), outbox.lately(connection, now - _HOUR))

    # -- Sending. --

    def drain(self, way: str, stop: threading.Event) -> int:
        """Send what is due by one way, until nothing is or `stop` is set; how many were tried."""
        tried = 0
        while not stop.is_set():
            entry = self._claim(way)
            if entry is None:
                break
            failpoints.hit("after-claim")
            outcome = self._send(way, entry)
            failpoints.hit("before-mark")
            self._record(entry, outcome)
            tried += 1
            if isinstance(outcome, Deferred) and not outcome.counted:
                break  # the way itself is closed: the others need not knock as well
        self._ways[way].rest()
        return tried

    def _send(self, way: str, entry: Entry) -> Outcome:
        try:
            return self._ways[way].send(entry)
        except Exception as error:  # a library's fault must not keep the row claimed
            log.exception("a way to the office failed", way=way)
            return Deferred(f"{type(error).__name__}: {error}; see the log")

    def _claim(self, way: str) -> Entry | None:
        now = self._house.clock()
        while True:
            with self._house.database.write(Lane.TICK) as connection:
                entry = outbox.claim(connection, way, now, self._owner)
                if entry is None or not entry.about or outbox.still_open(connection, entry.about):
                    return entry
                # Approved or answered meanwhile: a reminder would only irritate.
                outbox.record(connection, entry, "superseded", now, counted=False)

    def _record(self, entry: Entry, outcome: Outcome) -> None:
        with self._house.database.write(Lane.TICK) as connection:
            outgoing.settle(connection, entry, outcome, self._house.clock())
        if not isinstance(outcome, Sent):
            log.warning("the office could not be reached", way=entry.way, recipient=entry.recipient, why=_said(outcome))

    def check(self) -> Iterator[tuple[str, bool, str]]:
        """What can be tried of each way without sending anything: its name, whether it works, what was found."""
        for name, way in self._ways.items():
            health = way.check()
            yield f"alerts {name}", health.ok, health.said

    def take_back(self) -> int:
        """At the start of the only worker: what a dead one held is tried again."""
        with self._house.database.write(Lane.TICK) as connection:
            return outbox.take_back(connection)

    def close(self) -> None:
        """Begin nothing more."""
        for way in self._ways.values():
            way.close()


def _said(outcome: Outcome) -> str:
    return getattr(outcome, "said", "")
