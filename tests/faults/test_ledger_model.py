"""The ledger against a model of it: claims, leases, outcomes and pauses in any order, by three workers.

5,000 steps. The seed of each run is printed with the figures; what once failed
is kept beside this file and tried first from then on (`examples`).
"""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from announcer.model.ledger import Delivery, DeliveryState, Receipt
from announcer.store import journal, ledger
from announcer.store.database import Database, open_database
from announcer.store.ledger import Settlement
from announcer.store.tables import delivery
from tests.contract.ledger_world import NOW, approved, planned, queue
from tests.faults.conftest import Figure

CHANNEL = "mastodon"
LEAST, EXAMPLES, STEPS = 5_000, 150, 50
WORKERS = st.sampled_from(["one", "two", "three"])
OUTCOMES = st.sampled_from([DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNKNOWN])


@dataclass(slots=True)
class Row:
    """What the model knows of a delivery."""

    state: str
    ready: datetime
    fence: int = 0
    attempts: int = 0
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a worker believes to hold; it may be wrong by now."""

    worker: str
    claimed: Delivery


class Course(RuleBasedStateMachine):
    """One course of events on a fresh ledger."""

    template: Path
    folder: Path
    number = 0
    refused = 0
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        Course.number += 1
        path = self.folder / f"{Course.number}.db"
        shutil.copy(self.template, path)
        self._path = path
        self._database: Database = open_database(f"sqlite:///{path}")
        self._now = NOW
        self._rows: dict[int, Row] = {}
        self._held: list[Held] = []
        self._paused = False
        self._rules = 0

    def teardown(self) -> None:
        """Close and remove the database."""
        self._database.close()
        self._path.unlink()

    # -- What happens. --

    @rule()
    @precondition(lambda self: self._rules < 6)
    def something_becomes_due(self) -> None:
        self._rules += 1
        plan = [planned(f"rule-{n}", not_after=NOW + timedelta(days=9)) for n in range(self._rules)]
        queued = {row.message_id for row in self._stored()}
        fresh = [one for one in approved(self._database, plan) if one.id not in queued]
        queue(self._database, fresh)
        for row in self._stored():
            self._rows.setdefault(row.id, Row("pending", row.ready_at))

    @rule(worker=WORKERS, most=st.integers(1, 4))
    def claims(self, worker: str, most: int) -> None:
        due = [
            id_ for id_, row in self._rows.items() if row.state in {"pending", "deferred"} and row.ready <= self._now
        ]
        due.sort(key=lambda id_: (self._rows[id_].ready, id_))
        with self._database.write() as connection:
            got = ledger.claim(connection, CHANNEL, self._now, worker, most)
        assert [one.id for one in got] == ([] if self._paused else due[:most])
        for one in got:
            row = self._rows[one.id]
            row.state, row.fence, row.attempts = "sending", row.fence + 1, row.attempts + 1
            assert (one.fence, one.attempts, one.maybe_double) == (row.fence, row.attempts, row.doubt)
            self._held.append(Held(worker, one))

    @rule(which=st.integers(0, 30), outcome=OUTCOMES, minutes=st.integers(0, 90))
    @precondition(lambda self: self._held)
    def a_worker_records(self, which: int, outcome: DeliveryState, minutes: int) -> None:
        held = self._held.pop(which % len(self._held)).claimed
        again = self._now + timedelta(minutes=minutes) if outcome is DeliveryState.DEFERRED else None
        receipt = Receipt("r") if outcome is DeliveryState.SENT else None
        doubt = outcome is DeliveryState.UNKNOWN
        settled = Settlement(held.id, held.fence, outcome, self._now, again, receipt, maybe_double=doubt)
        with self._database.write() as connection:
            refused = ledger.record(connection, [settled])
        row = self._rows[held.id]
        stale = row.state != "sending" or row.fence != held.fence
        assert refused == stale, "who lost the lease records nothing"
        Course.refused += refused
        if not stale:
            row.state, row.ready, row.doubt = outcome.value, again or row.ready, row.doubt or doubt

    @rule()
    def leases_run_out(self) -> None:
        with self._database.write() as connection:
            connection.execute(delivery.update().where(delivery.c.state == "sending").values(lease_until=NOW))
            reaped = ledger.reap(connection, (), ())
        gone = [row for row in self._rows.values() if row.state == "sending"]
        assert reaped == len(gone)
        for row in gone:
            row.state, row.doubt = "pending", True

    @rule(minutes=st.integers(1, 60))
    def time_passes(self, minutes: int) -> None:
        self._now += timedelta(minutes=minutes)

    @rule()
    def pause_or_resume(self) -> None:
        name = journal.pause_name("all")
        with self._database.write() as connection:
            if self._paused:
                journal.forget(connection, name)
            else:
                journal.remember(connection, name, "a test")
        self._paused = not self._paused

    # -- What always holds. --

    @invariant()
    def the_ledger_is_as_the_model_says(self) -> None:
        Course.steps += 1
        found = {
            row.id: Row(row.state, row.ready_at, row.fence, row.attempts, bool(row.maybe_double))
            for row in self._stored()
        }
        assert found == self._rows

    @invariant()
    def nobody_else_holds_what_one_holds(self) -> None:
        valid = [
            one.claimed.id
            for one in self._held
            if (row := self._rows[one.claimed.id]).state == "sending" and row.fence == one.claimed.fence
        ]
        assert len(valid) == len(set(valid))

    def _stored(self) -> list[sa.Row[tuple[object, ...]]]:
        with self._database.read() as connection:
            return list(connection.execute(sa.select(delivery).order_by(delivery.c.id)))


@pytest.fixture
def course(sqlite_template: Path, tmp_path: Path) -> type[Course]:
    Course.template, Course.folder = sqlite_template, tmp_path
    Course.number = Course.refused = Course.steps = 0
    return Course


def test_the_ledger_is_its_model(course: type[Course], figure: Figure) -> None:
    begin = int(os.environ.get("ANNOUNCER_SEED", random.randrange(1_000_000)))
    kept = DirectoryBasedExampleDatabase(Path(__file__).parent / "examples")
    patient = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        database=kept,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    seed(begin)(course)
    run_state_machine_as_test(course, settings=patient)
    assert course.steps >= LEAST
    figure(
        "Hypothesis model of the ledger",
        "sqlite",
        f"{course.steps:,} steps, seed {begin}; {course.refused} stale records, all refused",
    )
