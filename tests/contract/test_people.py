"""Subscribers, imports and withdrawals, on both stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from announcer.errors import IntakeError, NotFound
from announcer.model.campaign import Audience, Kind
from announcer.model.ledger import DeliveryState
from announcer.model.people import Actor, Basis, Subscriber, Subscription, SubscriptionState
from announcer.newsletter import tokens
from announcer.office import subscribers
from announcer.office.subscribers import ImportReport, Membership, Standing
from announcer.settings import MailList
from announcer.store import people
from announcer.store.database import Database
from announcer.store.tables import audit, consent, content, delivery, event, message, occurrence, suppression

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
KEY = b"k" * 32
OFFICE = Actor("office")
LISTS = {
    "stadt": MailList(title="Nachrichten aus der Stadt"),
    "kultur": MailList(title="Kultur"),
    "presse": MailList(title="Presseverteiler", press=True),
    "tag": MailList(title="Tag der Städte", event="tag"),
    "praktisch": MailList(title="Praktisches zum Tag", event="tag", practical=True),
}
CONFIRMED, UNCONFIRMED, LEFT = SubscriptionState.CONFIRMED, SubscriptionState.UNCONFIRMED, SubscriptionState.LEFT


@pytest.fixture
def house(database: Database) -> Database:
    """A database with the lists."""
    with database.write() as connection:
        people.sync_lists(connection, LISTS)
    return database


def join(db: Database, address: str, *list_ids: str, state: SubscriptionState = CONFIRMED) -> Subscriber:
    with db.write() as connection:
        person = people.add(connection, KEY, address, now=NOW)
        for list_id in list_ids:
            people.subscribe(connection, person.id, list_id, state, Basis.DOUBLE_OPT_IN, NOW)
    return person


def states(db: Database, person: Subscriber) -> dict[str, SubscriptionState]:
    with db.read() as connection:
        return {s.list_id: s.state for s in people.subscriptions(connection, person.id)}


@dataclass
class Queue:
    """Queued mails for one person, written straight into the ledger's tables."""

    db: Database
    person: Subscriber
    count: int = 0

    def add(
        self,
        target: str,
        state: DeliveryState = DeliveryState.PENDING,
        audience: Audience = Audience.PUBLIC,
        event_id: str | None = None,
        kind: Kind = Kind.REMINDER,
    ) -> int:
        self.count += 1
        with self.db.write() as connection:
            if event_id and not connection.scalar(sa.select(event.c.id).where(event.c.id == event_id)):
                connection.execute(event.insert().values(id=event_id, version=1, created_at=NOW))
            occurrence_id = self._insert(
                connection, occurrence, subject="event", subject_id="x", rule_id="r", anchor=str(self.count)
            )
            message_id = self._insert(
                connection,
                message,
                occurrence_id=occurrence_id,
                channel="newsletter",
                event_id=event_id,
                state="sending",
                kind=kind,
                audience=audience,
                late="send",
                urgency=3,
            )
            content_id = self._insert(
                connection,
                content,
                message_id=message_id,
                language="de",
                facts_version="1",
                payload="{}",
                hash="0" * 64,
                current=True,
                created_at=NOW,
            )
            return self._insert(
                connection,
                delivery,
                message_id=message_id,
                occurrence_id=occurrence_id,
                channel="newsletter",
                target=target,
                subscriber_id=self.person.id,
                language="de",
                part=0,
                action="publish",
                revision=0,
                content_id=content_id,
                state=state,
                lane=1,
                ready_at=NOW,
                key=f"key{self.count}",
            )

    @staticmethod
    def _insert(connection: sa.Connection, table: sa.Table, **values: object) -> int:
        made: int = connection.execute(table.insert().values(**values).returning(table.c.id)).scalar_one()
        return made

    def now(self) -> list[tuple[str, str]]:
        with self.db.read() as connection:
            query = sa.select(delivery.c.target, delivery.c.state).order_by(delivery.c.id)
            return [(target, state) for target, state in connection.execute(query)]


# -- Lists and people. --


def test_settings_bring_the_lists_and_never_take_one_away(house: Database) -> None:
    with house.write() as connection:
        people.sync_lists(connection, {"kultur": MailList(title="Kultur und Kunst")})
    with house.read() as connection:
        assert {row.id: row.title for row in people.lists(connection)} == {
            "stadt": "Nachrichten aus der Stadt",
            "kultur": "Kultur und Kunst",
            "presse": "Presseverteiler",
            "tag": "Tag der Städte",
            "praktisch": "Praktisches zum Tag",
        }
        assert people.list_row(connection, "presse").press
        with pytest.raises(NotFound, match="no list 'nichts'"):
            people.list_row(connection, "nichts")


def test_one_person_per_address(house: Database) -> None:
    with house.write() as connection:
        first = people.add(connection, KEY, "alex@city.example", name="Alex", language="en", now=NOW)
        again = people.add(connection, KEY, "alex@city.example", name="Other", now=LATER)
    assert first == again == Subscriber(first.id, "alex@city.example", "Alex", "en")
    with house.read() as connection:
        assert people.find(connection, "alex@city.example") == people.by_id(connection, first.id) == first
        assert people.find(connection, "kim@city.example") is None


@pytest.mark.parametrize(
    ("before", "state", "basis", "after"),
    [
        (UNCONFIRMED, CONFIRMED, Basis.DOUBLE_OPT_IN, CONFIRMED),
        (UNCONFIRMED, CONFIRMED, Basis.IMPORTED, UNCONFIRMED),
        (CONFIRMED, UNCONFIRMED, Basis.DOUBLE_OPT_IN, CONFIRMED),
        (LEFT, CONFIRMED, Basis.IMPORTED, LEFT),
        (LEFT, CONFIRMED, Basis.PRESS, LEFT),
        (LEFT, UNCONFIRMED, Basis.DOUBLE_OPT_IN, UNCONFIRMED),
        (LEFT, CONFIRMED, Basis.DOUBLE_OPT_IN, CONFIRMED),
    ],
)
def test_only_a_persons_own_opt_in_brings_them_back(
    house: Database, before: SubscriptionState, state: SubscriptionState, basis: Basis, after: SubscriptionState
) -> None:
    person = join(house, "alex@city.example", "stadt", state=before)
    with house.write() as connection:
        changed = people.subscribe(connection, person.id, "stadt", state, basis, LATER)
    assert (states(house, person), changed) == ({"stadt": after}, before is not after)


def test_counts_per_list_and_state(house: Database) -> None:
    join(house, "a@city.example", "stadt", "kultur")
    join(house, "b@city.example", "stadt", state=UNCONFIRMED)
    gone = join(house, "c@city.example", "stadt")
    with house.write() as connection:
        people.leave(connection, gone.id, "stadt", LATER)
        people.suppress(connection, KEY, join_inside(connection, "d@city.example", "kultur").address, "bounced", NOW)
    with house.read() as connection:
        found = people.counts(connection)
    nobody = dict.fromkeys(SubscriptionState, 0)
    assert found == {
        "stadt": {UNCONFIRMED: 1, CONFIRMED: 1, LEFT: 1},
        "kultur": {**nobody, CONFIRMED: 1},
        "presse": nobody,
        "tag": nobody,
        "praktisch": nobody,
    }


def join_inside(connection: sa.Connection, address: str, list_id: str) -> Subscriber:
    person = people.add(connection, KEY, address, now=NOW)
    people.subscribe(connection, person.id, list_id, CONFIRMED, Basis.DOUBLE_OPT_IN, NOW)
    return person


# -- Leaving reaches what is queued. --


def test_leaving_suppresses_the_queued_mails_of_that_list_only(house: Database) -> None:
    person = join(house, "alex@city.example", "presse", "kultur")
    queue = Queue(house, person)
    for state in DeliveryState:
        queue.add("presse", state, Audience.PRESS)
    queue.add("kultur")
    with house.write() as connection:
        assert people.leave(connection, person.id, "presse", LATER)
        assert not people.leave(connection, person.id, "presse", LATER)
    reached = {DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.PAUSED, DeliveryState.HELD}
    expected = [("presse", "suppressed" if state in reached else state.value) for state in DeliveryState]
    assert queue.now() == [*expected, ("kultur", "pending")]
    assert states(house, person) == {"presse": LEFT, "kultur": CONFIRMED}


@pytest.mark.parametrize(
    ("others", "audience", "event_id", "expected"),
    [
        (("kultur",), Audience.PUBLIC, None, ("kultur", "pending")),
        ((), Audience.PUBLIC, None, ("stadt", "suppressed")),
        (("presse",), Audience.PUBLIC, None, ("stadt", "suppressed")),
        (("praktisch",), Audience.PUBLIC, "tag", ("stadt", "suppressed")),
        (("kultur",), Audience.PRESS, None, ("stadt", "suppressed")),
        (("kultur",), Audience.OPTED_IN, "tag", ("stadt", "suppressed")),
        (("tag",), Audience.PUBLIC, "tag", ("tag", "pending")),
        (("tag",), Audience.PUBLIC, "other", ("stadt", "suppressed")),
        (("tag",), Audience.PUBLIC, None, ("stadt", "suppressed")),
        (("presse", "kultur"), Audience.PRESS, None, ("presse", "pending")),
        (("praktisch",), Audience.OPTED_IN, "tag", ("praktisch", "pending")),
    ],
)
def test_another_list_keeps_the_mail_it_would_have_brought_itself(
    house: Database, others: Sequence[str], audience: Audience, event_id: str | None, expected: tuple[str, str]
) -> None:
    person = join(house, "alex@city.example", "stadt", *others)
    queue = Queue(house, person)
    queue.add("stadt", audience=audience, event_id=event_id)
    with house.write() as connection:
        people.leave(connection, person.id, "stadt", LATER)
    assert queue.now() == [expected]


def test_a_cancellation_still_comes_by_any_other_list(house: Database) -> None:
    person = join(house, "alex@city.example", "stadt", "presse")
    queue = Queue(house, person)
    queue.add("stadt", event_id="tag", kind=Kind.CANCELLATION)
    with house.write() as connection:
        people.leave(connection, person.id, "stadt", LATER)
    assert queue.now() == [("presse", "pending")]


def test_an_unconfirmed_list_keeps_nothing(house: Database) -> None:
    person = join(house, "alex@city.example", "stadt")
    join(house, "alex@city.example", "kultur", state=UNCONFIRMED)
    queue = Queue(house, person)
    queue.add("stadt")
    with house.write() as connection:
        people.leave(connection, person.id, "stadt", LATER)
    assert queue.now() == [("stadt", "suppressed")]


def test_somebody_elses_mails_stay(house: Database) -> None:
    person, other = join(house, "a@city.example", "stadt"), join(house, "b@city.example", "stadt")
    queue = Queue(house, other)
    queue.add("stadt")
    with house.write() as connection:
        people.leave(connection, person.id, "stadt", LATER)
        people.leave_everything(connection, KEY, person.id, LATER)
    assert queue.now() == [("stadt", "pending")]


def test_leaving_everything_lasts(house: Database) -> None:
    person = join(house, "alex@city.example", "stadt", "presse")
    queue = Queue(house, person)
    queue.add("stadt")
    queue.add("presse", audience=Audience.PRESS)
    with house.write() as connection:
        assert people.leave_everything(connection, KEY, person.id, LATER)
        assert not people.leave_everything(connection, KEY, person.id, LATER)
    assert queue.now() == [("stadt", "suppressed"), ("presse", "suppressed")]
    assert states(house, person) == {"stadt": LEFT, "presse": LEFT}
    with house.read() as connection:
        assert people.is_suppressed(connection, KEY, "alex@city.example")
        assert not people.is_suppressed(connection, b"another key", "alex@city.example")
        (kept,) = connection.scalars(sa.select(suppression.c.address_hash))
    assert "alex" not in kept


def test_a_suppressed_address_can_be_allowed_again(house: Database) -> None:
    with house.write() as connection:
        assert people.suppress(connection, KEY, "alex@city.example", "complaint", NOW)
        assert not people.suppress(connection, KEY, "alex@city.example", "bounced", NOW)
        assert people.allow_again(connection, KEY, "alex@city.example")
        assert not people.allow_again(connection, KEY, "alex@city.example")
        assert not people.is_suppressed(connection, KEY, "alex@city.example")


# -- Import and export. --


def bring(
    db: Database, text: str, list_id: str | None = "stadt", *, dry_run: bool = False, press: bool = False
) -> ImportReport:
    return subscribers.import_csv(
        db, KEY, text.encode(), list_id, "Messe 2026", OFFICE, LATER, language="en", dry_run=dry_run, press=press
    )


def test_an_import_adds_people_with_the_claim_of_their_consent(house: Database) -> None:
    report = bring(house, "email,name,language,since\na@city.example,Kim,en,2026-02-03\nb@city.example,,,\nx\n")
    problem = (4, "x", "an address needs an @ with something on both sides; correct it")
    assert report == ImportReport(2, 0, 0, 0, (problem,))
    noon = datetime(2026, 2, 3, 12, tzinfo=UTC)
    with house.read() as connection:
        kim, other = people.find(connection, "a@city.example"), people.find(connection, "b@city.example")
        assert kim is not None
        assert other is not None
        assert (kim.name, kim.language) == ("Kim", "en")
        assert people.subscriptions(connection, kim.id) == [
            Subscription(kim.id, "stadt", CONFIRMED, Basis.IMPORTED, noon)
        ]
        proofs = connection.execute(
            sa.select(consent.c.subscriber_id, consent.c.list_id, consent.c.source, consent.c.confirmed_at).order_by(
                consent.c.subscriber_id
            )
        )
        assert {tuple(row) for row in proofs} == {
            (kim.id, "stadt", "Messe 2026", noon),
            (other.id, "stadt", "Messe 2026", LATER),
        }


def test_press_contacts_have_a_basis_of_their_own(house: Database) -> None:
    bring(house, "a@city.example", "presse", press=True)
    with house.read() as connection:
        person = people.find(connection, "a@city.example")
        assert person is not None
        assert [s.basis for s in people.subscriptions(connection, person.id)] == [Basis.PRESS]


def test_an_import_brings_nobody_back(house: Database) -> None:
    left, blocked = join(house, "left@city.example", "stadt"), join(house, "blocked@city.example", "stadt")
    join(house, "waits@city.example", "stadt", state=UNCONFIRMED)
    with house.write() as connection:
        people.leave(connection, left.id, "stadt", NOW)
        people.leave_everything(connection, KEY, blocked.id, NOW)
        people.suppress(connection, KEY, "never@city.example", "complaint", NOW)
    text = "Left@city.example\nblocked@city.example\nnever@city.example\nwaits@city.example\nnew@city.example\n"
    assert bring(house, text, dry_run=True) == ImportReport(1, 1, 1, 2, (), dry_run=True)
    assert bring(house, text) == ImportReport(1, 1, 1, 2, ())
    assert bring(house, text) == ImportReport(0, 2, 1, 2, ())
    assert states(house, left) == states(house, blocked) == {"stadt": LEFT}
    with house.read() as connection:
        assert people.find(connection, "never@city.example") is None
        assert people.counts(connection)["stadt"] == {UNCONFIRMED: 1, CONFIRMED: 1, LEFT: 1}


def test_a_dry_run_writes_nothing(house: Database) -> None:
    assert bring(house, "a@city.example", dry_run=True).added == 1
    with house.read() as connection:
        assert people.find(connection, "a@city.example") is None
        assert connection.scalar(sa.select(sa.func.count()).select_from(audit)) == 0


def test_rows_may_name_their_list_by_id_or_title(house: Database) -> None:
    text = "email,list\na@city.example,kultur\na@city.example,Nachrichten aus der Stadt\nb@city.example,nichts\n"
    report = bring(house, text, None)
    assert (report.added, [line for line, _, _ in report.refused]) == (2, [4])
    with house.read() as connection:
        person = people.find(connection, "a@city.example")
    assert person is not None
    assert states(house, person) == {"kultur": CONFIRMED, "stadt": CONFIRMED}
    assert [line for line, _, _ in bring(house, text, "kultur").refused] == [3, 4]


def test_a_consent_from_the_future_is_refused(house: Database) -> None:
    report = bring(house, "email,since\na@city.example,2027-01-01\n")
    assert (report.added, report.refused) == (
        0,
        ((2, "a@city.example", "the consent date lies in the future; correct it"),),
    )


def test_an_import_needs_a_source_and_a_list(house: Database) -> None:
    with pytest.raises(IntakeError, match="needs its source"):
        subscribers.import_csv(house, KEY, b"a@city.example", "stadt", " ", OFFICE, NOW)
    with pytest.raises(NotFound, match="no list 'nichts'"):
        bring(house, "a@city.example", "nichts")


def test_many_chunks_tell_their_progress(house: Database) -> None:
    told: list[int] = []
    text = "".join(f"p{number}@city.example\n" for number in range(12_000))
    report = subscribers.import_csv(house, KEY, text.encode(), "stadt", "Messe", OFFICE, NOW, progress=told.append)
    assert (report.added, told) == (12_000, [5_000, 10_000, 12_000])
    lines = list(subscribers.export_csv(house, "stadt"))
    assert len(set(lines)) == len(lines) == 12_001


def test_an_export_can_be_imported_and_keeps_who_left(house: Database) -> None:
    bring(house, "email,name\na@city.example,=1+1\nb@city.example,Kim; K.\n")
    gone = join(house, "c@city.example", "stadt", "kultur")
    with house.write() as connection:
        people.leave(connection, gone.id, "stadt", LATER)
    lines = list(subscribers.export_csv(house, "stadt"))
    assert lines == [
        "E-Mail;Name;Sprache;Liste;Stand;Grundlage;Seit\r\n",
        "a@city.example;'=1+1;en;stadt;confirmed;imported;2026-03-02\r\n",
        'b@city.example;"Kim; K.";en;stadt;confirmed;imported;2026-03-02\r\n',
        "c@city.example;;de;stadt;left;double_opt_in;2026-03-01\r\n",
    ]
    again = bring(house, "".join(lines))
    assert (again.added, again.known, [line for line, _, _ in again.refused]) == (0, 2, [4])
    assert len(list(subscribers.export_csv(house))) == 5
    with pytest.raises(NotFound):
        subscribers.export_csv(house, "nichts")


def test_the_audit_says_who_and_never_whom(house: Database) -> None:
    bring(house, "alex@city.example\nkaputt\n")
    with house.read() as connection:
        person = people.find(connection, "alex@city.example")
    assert person is not None
    token = tokens.make(KEY, "unsubscribe", person.id, "stadt")
    subscribers.leave(house, KEY, token, None, LATER)
    subscribers.leave(house, KEY, token, None, LATER)
    subscribers.leave_everything(house, KEY, token, OFFICE, LATER)
    with house.read() as connection:
        columns = (audit.c.actor, audit.c.verb, audit.c.subject, audit.c.after, audit.c.why)
        rows = [tuple(row) for row in connection.execute(sa.select(*columns).order_by(audit.c.id))]
    subject = f"subscriber {person.id}"
    said = "1 added, 0 known, 0 left, 0 suppressed, 1 refused"
    assert rows == [
        ("office", "import", "list stadt", said, "Messe 2026"),
        (subject, "leave", subject, "list stadt", ""),
        ("office", "leave everything", subject, "", ""),
    ]


# -- Tokens. --


def test_what_a_token_shows(house: Database) -> None:
    person = join(house, "alex@city.example", "stadt", "kultur")
    token = tokens.make(KEY, "unsubscribe", person.id, "stadt")
    lists = (
        Membership("kultur", "Kultur", CONFIRMED),
        Membership("stadt", "Nachrichten aus der Stadt", CONFIRMED),
    )
    before = subscribers.status_of(house, KEY, token)
    assert before == Standing(person.id, "stadt", "Nachrichten aus der Stadt", "a…@city.example", "de", lists)
    assert before.on_list
    after = subscribers.leave(house, KEY, token, None, LATER)
    assert not after.on_list
    assert after == subscribers.status_of(house, KEY, token) == subscribers.leave(house, KEY, token, None, LATER)


def test_a_token_for_no_list_leaves_all(house: Database) -> None:
    person = join(house, "alex@city.example", "stadt", "kultur")
    standing = subscribers.leave(house, KEY, tokens.make(KEY, "unsubscribe", person.id, ""), None, LATER)
    assert not standing.on_list
    assert states(house, person) == {"stadt": LEFT, "kultur": LEFT}


def test_single_lists_can_be_left_by_a_preferences_token(house: Database) -> None:
    person = join(house, "alex@city.example", "stadt", "kultur")
    token = tokens.make(KEY, "preferences", person.id, "")
    standing = subscribers.leave_lists(house, KEY, token, ["kultur", "presse", "nichts"], None, LATER)
    assert standing.on_list
    assert states(house, person) == {"stadt": CONFIRMED, "kultur": LEFT}


def test_a_token_outlives_the_person(house: Database) -> None:
    standing = subscribers.leave(house, KEY, tokens.make(KEY, "unsubscribe", 4711, "stadt"), None, LATER)
    assert standing == Standing(4711, "stadt", "Nachrichten aus der Stadt", "", "", ())
    assert not standing.on_list


@pytest.mark.parametrize("token", ["", "1-stadt-" + "0" * 32, "1", "../1", "1-stadt-Ä"])
def test_a_wrong_token_opens_nothing(house: Database, token: str) -> None:
    assert subscribers.status_of(house, KEY, token) is None
    with pytest.raises(NotFound, match="copy it whole"):
        subscribers.leave(house, KEY, token, None, LATER)
