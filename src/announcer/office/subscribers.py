"""Taking addresses in, giving them out, and letting people go: what CLI, web and desk call."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
import structlog

from announcer.errors import IntakeError, NotFound, StoreError
from announcer.model.people import Actor, Basis, SubscriptionState
from announcer.newsletter import tokens
from announcer.office.address_file import Problem, Row, guarded, read_csv
from announcer.office.addresses import Fault, excerpt, explain, masked
from announcer.store import journal, people, people_import
from announcer.store.database import Database
from announcer.store.people import Entry, ListRow
from announcer.store.people_import import CHUNK, Arrival, ChunkResult
from announcer.store.withdrawals import EVERYTHING, Withdrawal, WithdrawalLog
from announcer.store.writelock import Lane

log = structlog.get_logger(__name__)

#: The columns of an export; `read_csv` knows them all.
EXPORT_HEADER = ("E-Mail", "Name", "Sprache", "Liste", "Stand", "Grundlage", "Seit")
#: How the log calls the leaving of a press list.
OBJECTION = "objection"
#: Told after each chunk how many rows are done.
Progress = Callable[[int], None]


# -- Import. --


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or with `dry_run` would do."""

    added: int
    known: int  #: Already on the list.
    left: int  #: Had left the list, and stay away.
    suppressed: int  #: Are never to be written to again.
    refused: tuple[tuple[int, str, str], ...]  #: Line, excerpt, why and what to do.
    dry_run: bool = False


@dataclass(slots=True)
class _Sorting:
    """Sorts a file's rows into arrivals and refusals."""

    lists: Mapping[str, ListRow]  #: By folded title and by id.
    list_id: str | None
    press: bool
    language: str
    now: datetime
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def arrivals(self, found: Iterator[Row | Problem]) -> Iterator[Arrival]:
        for item in found:
            sorted_ = self._arrival(item) if isinstance(item, Row) else item
            if isinstance(sorted_, Problem):
                why = explain(sorted_.fault, self.language)
                self.refused.append((sorted_.line, sorted_.excerpt, why))
            else:
                yield sorted_

    def _arrival(self, row: Row) -> Arrival | Problem:
        named = self.lists.get(row.list.casefold() or self.list_id or "")
        if named is None:
            return Problem(row.line, excerpt(row.list or row.address), Fault.UNKNOWN_LIST)
        if self.list_id not in (None, named.id):
            return Problem(row.line, excerpt(row.list), Fault.OTHER_LIST)
        if named.press != self.press:
            return Problem(row.line, excerpt(row.list or row.address), _MIXED[named.press])
        if row.since is not None and row.since > self.now.date():
            return Problem(row.line, row.address, Fault.FUTURE)
        since = self.now if row.since is None else min(_noon(row.since), self.now)
        return Arrival(row.address, row.name, row.language or self.language, named.id, since, row.outlet)


#: Press contacts and subscribers are never mixed: what is wrong, by whether the list is one of the press.
_MIXED = {True: Fault.PRESS_LIST, False: Fault.PUBLIC_LIST}


def _noon(day: date) -> datetime:
    # A day without a time: noon keeps it the same day in every zone of Europe.
    return datetime.combine(day, time(12), UTC)


def import_csv(
    db: Database,
    key: bytes,
    data: bytes,
    list_id: str | None,
    source: str,
    actor: Actor,
    now: datetime,
    *,
    dry_run: bool = False,
    press: bool = False,
    progress: Progress | None = None,
    language: str = "de",
) -> ImportReport:
    """Put the people of a CSV file on a list; with None each row names its own.

    `source` says where they gave their consent and is kept as its claim.
    `language` is the office's: of people whose row names none, and of the
    report. Nobody who left or is suppressed comes back. Repeating an import
    that was cut short is safe. `press` is for press contacts, who never agreed
    to anything: `source` says where their address is from, and they go on
    press lists and on no others. Raises `IntakeError` for a file that can't be
    read, an empty source or a list of the other sort, `NotFound` for an unknown list.
    """
    if not source.strip():
        raise IntakeError(_NO_SOURCE[press])
    sorting = _Sorting(_known_lists(db, list_id, press), list_id, press, language, now)
    arrivals = sorting.arrivals(read_csv(data))
    total, done = ChunkResult(), 0
    while chunk := list(itertools.islice(arrivals, CHUNK)):
        # In the lane of the newsletter: the office waits for one chunk at most. The record
        # at the end is durable, and with it everything written before.
        with db.write(Lane.NEWSLETTER, durable=False) as connection:
            total += people_import.import_chunk(connection, key, chunk, source.strip(), now, dry_run=dry_run)
        done += len(chunk)
        if progress is not None:
            progress(done)
    report = ImportReport(
        total.added, total.known, total.left, total.suppressed, tuple(sorting.refused), dry_run=dry_run
    )
    if not dry_run:
        _record_import(db, list_id, actor, now, source.strip(), report)
    return report


_NO_SOURCE = {
    False: "an import needs its source: say where and when these people agreed to be written to",
    True: "an import of press contacts needs its source: say where these addresses are from",
}
_WRONG_LIST = {
    True: "the list {} is a press list; press contacts have a legal basis of their own: import them with --press",
    False: "the list {} is no press list; leave --press out, or name a press list",
}


def _known_lists(db: Database, list_id: str | None, press: bool) -> dict[str, ListRow]:
    with db.read() as connection:
        if list_id is not None and people.list_row(connection, list_id).press != press:
            raise IntakeError(_WRONG_LIST[not press].format(list_id))
        rows = people.lists(connection)
    return {row.title.casefold(): row for row in rows} | {row.id: row for row in rows}


def _record_import(
    db: Database, list_id: str | None, actor: Actor, now: datetime, source: str, report: ImportReport
) -> None:
    said = (
        f"{report.added} added, {report.known} known, {report.left} left, {report.suppressed} suppressed, "
        f"{len(report.refused)} refused"
    )
    subject = f"list {list_id}" if list_id else "lists named in the file"
    with db.write() as connection:
        journal.note(connection, actor, now, "import", subject, after=said, why=source)


# -- Export. --


def export_csv(db: Database, list_id: str | None = None) -> Iterator[str]:
    """The people of one list or of all, line by line; write it as UTF-8 with a byte order mark for spreadsheets.

    Those who left are in it, with their state: a file from which they were
    missing would bring them back when it is imported elsewhere.
    Raises `NotFound` for an unknown list, before the first line.
    """
    if list_id is not None:
        with db.read() as connection:
            people.list_row(connection, list_id)
    return itertools.chain([_csv_line(EXPORT_HEADER)], _exported(db, list_id))


def _exported(db: Database, list_id: str | None) -> Iterator[str]:
    after: int | None = 0
    while after is not None:
        # A transaction per page: a slow reader must not hold one.
        with db.read() as connection:
            entries, after = people.page(connection, list_id, after, CHUNK)
        for entry in entries:
            yield _csv_line(_cells(entry))


def _cells(entry: Entry) -> Sequence[str]:
    person, chosen = entry.subscriber, entry.subscription
    return (
        guarded(person.address),
        guarded(person.name),
        person.language,
        chosen.list_id,
        chosen.state.value,
        chosen.basis.value,
        chosen.since.date().isoformat(),
    )


def _csv_line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


# -- What the links in a mail do. --


@dataclass(frozen=True, slots=True)
class Membership:
    """One list as its member sees it."""

    list_id: str
    title: str
    state: SubscriptionState


@dataclass(frozen=True, slots=True)
class Standing:
    """What the holder of a link may see of themselves."""

    subscriber_id: int
    list_id: str  #: The list the link stands for; empty for all.
    list_title: str
    masked: str  #: The address, all but its first letter and domain hidden; empty after an erasure.
    language: str
    memberships: tuple[Membership, ...]

    @property
    def on_list(self) -> bool:
        """Whether mails of the link's list still come, or of any list if it stands for all."""
        return any(m.state is not SubscriptionState.LEFT and self.list_id in ("", m.list_id) for m in self.memberships)


def status_of(db: Database, key: bytes, token: str) -> Standing | None:
    """Where the holder of an unsubscribe or preferences token stands; None for an unknown token.

    A genuine token never expires: also after an erasure it says "on no list".
    """
    found = holder(key, token)
    if found is None:
        return None
    subscriber_id, list_id = found
    with db.read() as connection:
        person = people.by_id(connection, subscriber_id)
        titles = {row.id: row.title for row in people.lists(connection)}
        chosen = people.subscriptions(connection, subscriber_id)
    memberships = tuple(Membership(s.list_id, titles[s.list_id], s.state) for s in chosen)
    address, language = (masked(person.address), person.language) if person else ("", "")
    return Standing(subscriber_id, list_id, titles.get(list_id, ""), address, language, memberships)


def leave(
    db: Database, key: bytes, token: str, actor: Actor | None, now: datetime, *, kept: WithdrawalLog | None = None
) -> Standing:
    """Take the token's holder off its list. Idempotent, and it never expires.

    `actor` None stands for the person themselves. `kept` keeps the withdrawal outside
    the database too, for the day an older copy is restored. Raises `NotFound` for an unknown token.
    """
    subscriber_id, list_id = _known_holder(key, token)
    if list_id:
        take_off(db, key, subscriber_id, [list_id], actor, now, kept)
    else:
        take_off_all(db, key, subscriber_id, actor, now, kept)
    return _standing_after(db, key, token)


def leave_lists(
    db: Database,
    key: bytes,
    token: str,
    list_ids: Sequence[str],
    actor: Actor | None,
    now: datetime,
    *,
    kept: WithdrawalLog | None = None,
) -> Standing:
    """Take the token's holder off these lists; those they are not on are passed over. Raises `NotFound` as above."""
    subscriber_id, _ = _known_holder(key, token)
    take_off(db, key, subscriber_id, list_ids, actor, now, kept)
    return _standing_after(db, key, token)


def leave_everything(
    db: Database, key: bytes, token: str, actor: Actor | None, now: datetime, *, kept: WithdrawalLog | None = None
) -> Standing:
    """Take the token's holder off every list and never write to the address again. Raises `NotFound` as above."""
    subscriber_id, _ = _known_holder(key, token)
    take_off_all(db, key, subscriber_id, actor, now, kept)
    return _standing_after(db, key, token)


def take_off_all(
    db: Database, key: bytes, subscriber_id: int, actor: Actor | None, now: datetime, kept: WithdrawalLog | None
) -> bool:
    """Take a person off every list and never write to the address again; False if that was so already."""
    with db.write() as connection:
        press = _press_lists(connection, subscriber_id)
        if not people.leave_everything(connection, key, subscriber_id, now):
            return False
        by, subject = actor or themselves(subscriber_id), f"subscriber {subscriber_id}"
        for list_id in press:
            journal.note(connection, by, now, OBJECTION, subject, after=f"list {list_id}")
        journal.note(connection, by, now, "leave everything", subject)
        keep(kept, connection, key, subscriber_id, EVERYTHING, now)
        return True


def _press_lists(connection: sa.Connection, subscriber_id: int) -> list[str]:
    """The lists that write to a person as a press contact: leaving one is an objection (article 21 GDPR)."""
    chosen = people.subscriptions(connection, subscriber_id)
    return [s.list_id for s in chosen if s.basis is Basis.PRESS and s.state is not SubscriptionState.LEFT]


def take_off(
    db: Database,
    key: bytes,
    subscriber_id: int,
    list_ids: Sequence[str],
    actor: Actor | None,
    now: datetime,
    kept: WithdrawalLog | None,
) -> list[str]:
    """Take a person off these lists; those they really were on."""
    left: list[str] = []
    with db.write() as connection:
        press = _press_lists(connection, subscriber_id)
        for list_id in list_ids:
            if people.leave(connection, subscriber_id, list_id, now):
                by, verb = actor or themselves(subscriber_id), OBJECTION if list_id in press else "leave"
                journal.note(connection, by, now, verb, f"subscriber {subscriber_id}", after=f"list {list_id}")
                keep(kept, connection, key, subscriber_id, list_id, now)
                left.append(list_id)
    return left


def keep(
    kept: WithdrawalLog | None, connection: sa.Connection, key: bytes, subscriber_id: int, list_id: str, now: datetime
) -> None:
    """Before the commit: a line too many takes off somebody who wanted to leave, one too few brings them back."""
    person = people.by_id(connection, subscriber_id)
    if kept is None or person is None:
        return
    keep_hash(kept, Withdrawal(now, people.address_hash(key, person.address), list_id), subscriber_id)


def keep_hash(kept: WithdrawalLog, withdrawal: Withdrawal, subscriber_id: int) -> None:
    """The same, of a hash that the caller made."""
    try:
        kept.append(withdrawal)
    except StoreError as error:  # nobody is kept on a list because a second file can't be written
        log.error("a withdrawal is in the database only", subscriber=subscriber_id, why=str(error))


def themselves(subscriber_id: int) -> Actor:
    """A person of whom the log knows the number and nothing else."""
    return Actor(f"subscriber {subscriber_id}")


def holder(key: bytes, token: str) -> tuple[int, str] | None:
    """Subscriber and list of a token that shows a standing; None if it is not ours."""
    return tokens.read(key, "unsubscribe", token) or tokens.read(key, "preferences", token)


def _known_holder(key: bytes, token: str) -> tuple[int, str]:
    found = holder(key, token)
    if found is None:
        raise NotFound("this link is incomplete or not ours; copy it whole from the mail, or answer that mail")
    return found


def _standing_after(db: Database, key: bytes, token: str) -> Standing:
    standing = status_of(db, key, token)
    assert standing is not None  # its token was genuine a moment ago
    return standing
