"""The newsletter end to end, against Postfix's own load generator on the same sink in the same run.

Ours: claim, personalise, send over SMTP, record, with the real ledger on
SQLite. The baseline: `smtp-source -d`, in C, one ready-made message, which
renders and records nothing; the fastest of 2, 4, 8 and 16 sessions. The two
take turns, so that a neighbour's load falls on both. Bar: 1.5 × the baseline,
and 200 MB for a million recipients.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from announcer.clock import system_clock
from announcer.mail_dispatch import MailLedger
from announcer.model.content import Payload
from announcer.model.ledger import Outcome
from announcer.newsletter.mailer import Mailer
from announcer.newsletter.rounds import Ledger, Letter
from announcer.newsletter.slots import Links
from announcer.settings import Mail, Relay
from announcer.store.database import Database
from announcer.store.tables import delivery
from announcer.store.writelock import Lane
from announcer.tick import Exits, tick
from bench import house, postgres
from bench.figures import Bar, Options, spread
from bench.machine import peak_megabytes
from bench.sink import Figure, best_source, cpu_seconds, sink

RATE_BAR = Bar("rate, as a multiple of smtp-source", 1.5, "×", at_least=True)
MEMORY_BAR = Bar("memory with 1,000,000 recipients", 200, "MB")
FREEZE_BAR = Bar("1,000,000 recipients written to the ledger", 10, "s")
STEADY_BAR = Bar("rate of the last 100,000 mails of a million, as a multiple of the first", 0.9, "×", at_least=True)
#: The first and the last so many mails are compared.
SHARE = 100_000
#: Added to each commit, for the run on a slow disk.
SLOW_SECONDS = 0.003
#: From these two runs the memory of a million is extrapolated.
FEW, MANY, MILLION = 200_000, 300_000, 1_000_000


class MemoryLedger:
    """A ledger without a disk: shows what the mail engine alone can do."""

    def __init__(self, recipients: int) -> None:
        self._recipients = recipients
        self._claimed = 0
        self._lock = threading.Lock()
        self._payload = house.real_mail()

    def next_round(self, done: Sequence[tuple[Letter, Outcome]], limit: int, relay: str = "") -> Sequence[Letter]:
        """The next letters of a count."""
        with self._lock:
            first, self._claimed = self._claimed, min(self._claimed + limit, self._recipients)
            return [letter(number) for number in range(first, self._claimed)]

    def payload(self, content_id: int) -> Payload:
        """The one mail of this benchmark."""
        return self._payload


def letter(number: int) -> Letter:
    """A letter that no ledger knows."""
    return Letter(
        id=number,
        fence=1,
        content_id=1,
        key=f"{number:032x}",
        subscriber_id=number,
        address=f"leserin{number}@y{number % 50}.example",
        name=f"Alex Muster {number}" if number % 4 else f"Jürgen Müller {number}",
        language="de",
        list_id=house.LIST,
        attempts=1,
        maybe_double=False,
        corrects_key=None,
    )


class EachCommitWaits(Database):
    """A database where also the marks of a send wait for the disk, and `extra` seconds longer."""

    def __init__(self, of: Database, extra: float) -> None:
        super().__init__(of.url, of.writer, of.reader)
        self._extra = extra

    @contextmanager
    def write(self, lane: Lane = Lane.OFFICE, *, durable: bool = True) -> Iterator[sa.Connection]:
        """As `Database.write`, with `durable` whatever was asked for."""
        with super().write(lane, durable=True) as connection:
            yield connection
            time.sleep(self._extra)


def main(options: Options) -> bool:
    """Print the comparison and the memory; whether the bars hold."""
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder, sink() as port:
        bench = _Bench(Path(folder), port, options.recipients)
        bench.prepare()
        rate = _rates(bench, options.repeats)
        memory = _memory(bench, options)
    return all([RATE_BAR.holds(rate), MEMORY_BAR.holds(memory)])


@dataclass(frozen=True, slots=True)
class _Bench:
    folder: Path
    port: int
    recipients: int

    @property
    def template(self) -> Path:
        return self.folder / "template.db"

    def prepare(self) -> None:
        """The store all runs begin with."""
        with house.opened(f"sqlite:///{self.template}") as database:
            fill(database, self.recipients)

    def run(self, name: str, change: Callable[[Database], Database] = lambda database: database) -> Figure:
        """One newsletter from a fresh copy of the store."""
        with house.copied(self.template, "run") as database:
            write_audience(database)
            ledger = MailLedger(change(database), house.MAIL, system_clock, "bench")
            figure = self.send(name, ledger)
            _check_all_sent(database, self.recipients)
            return figure

    def run_on_postgres(self) -> Figure:
        """The same with PostgreSQL as the store."""
        with postgres.server() as uri, house.opened(uri) as database:
            fill(database, self.recipients)
            write_audience(database)
            ledger = MailLedger(database, house.MAIL, system_clock, "bench")
            return self.send("PostgreSQL", ledger)

    def send(self, name: str, ledger: Ledger) -> Figure:
        """Drain `ledger`."""
        mailer = mailer_to(self.port)
        before, start = cpu_seconds(), time.perf_counter()
        counts = mailer.drain(ledger)
        seconds, cpu = time.perf_counter() - start, cpu_seconds() - before
        mailer.close()
        if counts["sent"] != self.recipients:
            sys.exit(f"{name}: of {self.recipients} mails {counts['sent']} were sent")
        return Figure(name, self.recipients, seconds, cpu)


def mailer_to(port: int) -> Mailer:
    """A mailer for the sink, with the connections and rounds that config.toml has by default."""
    links = Links("https://presse.city.example", {house.LIST: "Newsletter der Stadt"})
    return Mailer(
        Mail(sender="presse@city.example", relay=Relay(port=port, security="none")), b"k" * 32, links, system_clock
    )


def fill(database: Database, recipients: int) -> None:
    """Readers, and an approved mail to them."""
    start = time.perf_counter()
    house.add_readers(database, recipients)
    rate = recipients / (time.perf_counter() - start)
    house.approve(database, "tag", house.MAIL, [system_clock()], [house.real_mail()])
    print(f"  {recipients:,} readers written, {rate:,.0f}/s ({database.writer.dialect.name})", flush=True)


def write_audience(database: Database) -> float:
    """Let `tick` write the recipients to the ledger; rows per second."""
    start = time.perf_counter()
    tick(database, Exits(mail=[house.MAIL]), system_clock())
    seconds = time.perf_counter() - start
    with database.read() as connection:
        rows: int = connection.scalar(sa.select(sa.func.count()).select_from(delivery)) or 0
    return rows / seconds


def _check_all_sent(database: Database, recipients: int) -> None:
    with database.read() as connection:
        query = sa.select(delivery.c.state, sa.func.count()).group_by(delivery.c.state)
        found: dict[str, int] = dict(connection.execute(query).tuples().all())
    if found != {"sent": recipients}:
        sys.exit(f"the ledger says {found} of {recipients} mails")


def _rates(bench: _Bench, repeats: int) -> float:
    """Print every figure; the median ratio of the newsletter as it is shipped."""
    ratios, rates = [], []
    for _ in range(repeats):
        source = _shown(best_source(bench.port, bench.recipients // 2))
        rates.append(_shown(bench.run("newsletter, SQLite")).rate)
        ratios.append(rates[-1] / source.rate)
    with house.copied(bench.template, "audience") as database:
        print(f"  audience written by tick: {write_audience(database):,.0f} rows/s")
    print("  for information, each against smtp-source right before it:")
    _compare(bench, lambda: bench.send("ledger in memory", MemoryLedger(bench.recipients)))
    _compare(bench, lambda: bench.run("each commit waits for the disk", lambda of: EachCommitWaits(of, 0)))
    _compare(bench, lambda: bench.run("and 3 ms longer", lambda of: EachCommitWaits(of, SLOW_SECONDS)))
    _compare(bench, bench.run_on_postgres, median(rates))
    print(f"  newsletter on SQLite / smtp-source: {spread(ratios)}")
    return median(ratios)


def _compare(bench: _Bench, run: Callable[[], Figure], sqlite: float | None = None) -> None:
    source = best_source(bench.port, bench.recipients // 2)
    figure = run()
    beside = f", {figure.rate / sqlite:.2f} × SQLite" if sqlite else ""
    print(f"  {figure}, {figure.rate / source.rate:.2f} × smtp-source ({source.rate:,.0f}){beside}", flush=True)


def _shown(figure: Figure) -> Figure:
    print(f"  {figure}", flush=True)
    return figure


class _Milestones:
    """A ledger that notes when the first and the last so many mails were recorded."""

    def __init__(self, of: MailLedger, recipients: int) -> None:
        self._of = of
        self._recorded = 0
        self._lock = threading.Lock()
        self._marks = {SHARE: 0.0, recipients - SHARE: 0.0, recipients: 0.0}
        self._began = time.perf_counter()

    def next_round(self, done: Sequence[tuple[Letter, Outcome]], limit: int, relay: str = "") -> Sequence[Letter]:
        """As the ledger's, with a look at the count."""
        letters = self._of.next_round(done, limit, relay)
        with self._lock:
            self._recorded += len(done)
            for mark, at in self._marks.items():
                if not at and self._recorded >= mark:
                    self._marks[mark] = time.perf_counter()
        return letters

    def payload(self, content_id: int) -> Payload:
        """The one mail of this benchmark."""
        return self._of.payload(content_id)

    def slower(self) -> float:
        """The rate of the last `SHARE` mails as a share of that of the first."""
        first, before_last, last = self._marks.values()
        return (first - self._began) / (last - before_last)


def _memory(bench: _Bench, options: Options) -> float:
    """The peak of a process that sends to a million: measured with `--million`, else extrapolated."""
    if options.million:
        return _peak(bench, MILLION)[0]
    few, many = _peak(bench, FEW)[0], _peak(bench, MANY)[0]
    return many + max(0.0, many - few) / (MANY - FEW) * (MILLION - MANY)


def _peak(bench: _Bench, recipients: int) -> tuple[float, float, float]:
    """Memory in MB, seconds to write the audience to the ledger, and the last mails' rate against the first's."""
    path = bench.folder / f"memory-{recipients}.db"
    with house.opened(f"sqlite:///{path}") as database:
        fill(database, recipients)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send_apart, args=(there, path, bench.port, recipients))
    process.start()
    there.close()
    megabytes, seconds, slower = here.recv()
    process.join()
    path.unlink()
    print(
        f"  {recipients:,} recipients: {megabytes:.0f} MB, audience frozen in {seconds:.1f} s,"
        f" the last {SHARE:,} mails at {slower:.2f} × the rate of the first",
        flush=True,
    )
    if recipients == MILLION:
        FREEZE_BAR.holds(seconds)
        STEADY_BAR.holds(slower)
    return megabytes, seconds, slower


def _send_apart(pipe: Connection, path: Path, port: int, recipients: int) -> None:
    """In a process of its own: write the audience, send, tell the peak."""
    with house.opened(f"sqlite:///{path}") as database:
        seconds = recipients / write_audience(database)
        ledger = _Milestones(MailLedger(database, house.MAIL, system_clock, "bench"), recipients)
        _Bench(path.parent, port, recipients).send("apart", ledger)
    pipe.send((peak_megabytes(), seconds, ledger.slower()))
