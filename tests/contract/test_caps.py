"""So many campaign mails a week for one recipient, and no reminder for who has just come; on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from announcer.model.campaign import Audience, Kind, Message
from announcer.model.changes import CancelEvent
from announcer.model.ledger import DeliveryState
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.manners import Manners
from announcer.store import changes, contents, facts, intervention, ledger, mailing, queueing, received, schema, tables
from announcer.store.database import Database, open_database
from announcer.store.ledger import Settlement
from tests.contract.ledger_world import EVENT, HERE, NOW, OFFICE, approved, people, planned

BERLIN = ZoneInfo("Europe/Berlin")
DAY, WEEK = timedelta(days=1), timedelta(days=7)
THREE = Manners(mails_per_week=3, calendar=OfficeCalendar(), zone=BERLIN)
MAIL = "newsletter"


def campaign_mail(rule: str, due_at: datetime, **values: object) -> dict[str, object]:
    return {"rule": rule, "channel": MAIL, "due_at": due_at, "not_after": due_at + 30 * DAY, **values}


def messages(database: Database, *wanted: dict[str, object]) -> list[Message]:
    found = approved(database, [planned(**one) for one in wanted])  # type: ignore[arg-type]  # names of Planned
    order = {one["rule"]: number for number, one in enumerate(wanted)}
    return sorted(found, key=lambda m: order[m.planned.occurrence.rule_id])


def write(database: Database, one: Message, manners: Manners = THREE, now: datetime = NOW) -> None:
    """Write a message's audience to the ledger, as a tick does."""
    with database.write() as connection:
        queueing.begin_audience(connection, one, NOW)
        stored = contents.current(connection, one.id)
    more = True
    while more:
        with database.write() as connection:
            more = queueing.next_chunk(connection, one, stored, None, now, manners)


def send(database: Database, now: datetime, manners: Manners = THREE) -> list[tuple[int, int]]:
    """Claim what is due and record it as sent; message and subscriber of each."""
    sent: list[tuple[int, int]] = []
    while True:
        with database.write() as connection:
            due = mailing.claim_mail(connection, MAIL, now, "w", 50, manners)
            ledger.record(connection, [Settlement(d.id, d.fence, DeliveryState.SENT, now) for d in due])
        if not due:
            return sent
        sent += [(one.message_id, one.subscriber_id) for one in due]


def rows(database: Database, one: Message) -> list[tuple[str, datetime, str | None]]:
    """State, moment and reason of a message's deliveries."""
    query = sa.select(tables.delivery.c.state, tables.delivery.c.ready_at, tables.delivery.c.said)
    with database.read() as connection:
        found = connection.execute(query.where(tables.delivery.c.message_id == one.id).order_by(tables.delivery.c.id))
        return [(row.state, row.ready_at, row.said) for row in found]


def test_the_fourth_in_a_week_waits_for_the_first_moment_that_fits(database: Database) -> None:
    people(database, 2)
    days = [NOW + n * DAY for n in range(4)]
    *first, fourth = messages(database, *[campaign_mail(f"r{n}", due) for n, due in enumerate(days)])
    for one in first:
        write(database, one)
    write(database, fourth)
    fits = NOW + WEEK + timedelta(seconds=1)
    assert rows(database, fourth) == [("pending", fits, intervention.CAP)] * 2
    sent = [moment for moment in [*days, fits - timedelta(seconds=1), fits] for _ in send(database, moment)]
    assert Counter(sent) == {**dict.fromkeys(days[:3], 2), fits: 2}


def test_it_waits_for_the_end_of_the_quiet_hours_on_the_venues_clock(database: Database) -> None:
    people(database, 1)
    evening = datetime(2026, 9, 11, 19, 59, 59, tzinfo=BERLIN)
    plan = [campaign_mail(f"r{n}", evening + n * timedelta(seconds=1)) for n in range(4)]
    for one in messages(database, *plan):
        write(database, one)
        last = one
    # A week after the first: 20:00:00 is the last moment that is not quiet.
    assert rows(database, last)[0][1] == datetime(2026, 9, 18, 20, 0, 0, tzinfo=BERLIN)
    later = messages(database, *plan, campaign_mail("r9", evening + timedelta(seconds=9)))[-1]
    write(database, later)
    assert rows(database, later)[0][1] == datetime(2026, 9, 19, 7, tzinfo=BERLIN)


def test_where_it_would_come_too_late_a_person_decides(database: Database) -> None:
    people(database, 3)
    plan = [campaign_mail(f"r{n}", NOW) for n in range(3)]
    *first, fourth = messages(database, *plan, campaign_mail("r9", NOW, not_after=NOW + 2 * DAY))
    for one in [*first, fourth]:
        write(database, one)
    assert rows(database, fourth) == [("held", NOW, intervention.CAP)] * 3
    assert len(send(database, NOW)) == 9
    with database.write() as connection:
        assert ledger.settle_messages(connection, NOW + DAY)[-1][0] != fourth.id
        assert intervention.decide(connection, fourth.id, True, NOW + DAY, "") == 3
    assert {message for message, _ in send(database, NOW + DAY + timedelta(hours=2))} == {fourth.id}


def test_nobody_decided_until_its_end(database: Database) -> None:
    people(database, 1)
    plan = [campaign_mail(f"r{n}", NOW) for n in range(3)]
    *first, fourth = messages(database, *plan, campaign_mail("r9", NOW, not_after=NOW + 2 * DAY))
    for one in [*first, fourth]:
        write(database, one)
    with database.write() as connection:
        assert intervention.miss_held(connection, NOW + 2 * DAY) == 0
        assert intervention.miss_held(connection, NOW + 2 * DAY + timedelta(seconds=1)) == 1
    assert [row[0] for row in rows(database, fourth)] == ["missed"]


@pytest.mark.parametrize(
    ("audience", "kind", "lists"),
    [
        (Audience.PRESS, Kind.REMINDER, ("news", "press")),
        (Audience.OPTED_IN, Kind.PRACTICAL, ("news", "practical")),
    ],
)
def test_press_and_practical_mails_are_free_and_not_counted(
    database: Database, audience: Audience, kind: Kind, lists: Sequence[str]
) -> None:
    people(database, 1, lists)
    plan = [campaign_mail(f"free{n}", NOW, audience=audience, kind=kind) for n in range(5)]
    plan += [campaign_mail(f"r{n}", NOW) for n in range(3)]
    for one in messages(database, *plan):
        write(database, one)
    found = [row for one in messages(database, *plan) for row in rows(database, one)]
    assert found == [("pending", NOW, None)] * 8


def test_a_change_reaches_everybody_however_many_they_had(database: Database) -> None:
    people(database, 1)
    plan = [campaign_mail(f"r{n}", NOW) for n in range(3)]
    for one in messages(database, *plan):
        write(database, one)
    notice = messages(database, *plan, campaign_mail("off", NOW, kind=Kind.CANCELLATION))[-1]
    with database.write() as connection:
        change_id = changes.record(
            connection, HERE, CancelEvent(), facts_before="1:0", stale=[], told=True, reason="", actor=OFFICE, now=NOW
        )
        connection.execute(tables.message.update().where(tables.message.c.id == notice.id).values(change_id=change_id))
    (notice,) = [m for m in messages(database, *plan, campaign_mail("off", NOW, kind=Kind.CANCELLATION)) if m.change_id]
    write(database, notice)
    assert rows(database, notice) == [("pending", NOW, None)]


def test_what_left_later_than_planned_is_counted_when_it_left(database: Database) -> None:
    """The relay was away for a day: what was put off until a week after the plan waits a day more."""
    people(database, 1)
    plan = [campaign_mail(f"r{n}", NOW) for n in range(4)]
    for one in messages(database, *plan):
        write(database, one)
        last = one
    assert len(send(database, NOW + DAY)) == 3
    assert send(database, NOW + WEEK + timedelta(minutes=1)) == []
    state, moment, said = rows(database, last)[0]
    assert (state, said) == ("pending", intervention.CAP)
    assert moment == NOW + DAY + WEEK + timedelta(seconds=1)
    assert len(send(database, moment)) == 1


def test_two_campaigns_queued_at_once_see_each_other(database: Database) -> None:
    """Two processes write the third and the fourth mail in the same moment: one of them waits, for each recipient."""
    people(database, 60)
    *first, third, fourth = messages(database, *[campaign_mail(f"r{n}", NOW) for n in range(4)])
    for one in first:
        write(database, one)
    start = threading.Barrier(2)
    other = open_database(database.url)

    def at_once(house: Database, one: Message) -> None:
        start.wait()
        write(house, one)

    threads = [threading.Thread(target=at_once, args=pair) for pair in ((database, third), (other, fourth))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    now = Counter(state[2] for one in (third, fourth) for state in rows(database, one))
    assert now == {None: 60, intervention.CAP: 60}
    assert max(Counter(person for _, person in send(database, NOW)).values()) == 3


def test_no_limit_is_no_limit(database: Database) -> None:
    people(database, 2)
    for one in messages(database, *[campaign_mail(f"r{n}", NOW) for n in range(9)]):
        write(database, one, Manners())
    assert len(send(database, NOW, Manners())) == 18


@given(
    dues=st.lists(st.integers(0, 20 * 24), min_size=1, max_size=9),
    late=st.lists(st.integers(0, 60), min_size=12, max_size=12),
    most=st.integers(1, 3),
)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_never_more_than_the_limit_in_any_seven_days(
    sqlite_template: object, tmp_path_factory: pytest.TempPathFactory, dues: list[int], late: list[int], most: int
) -> None:
    """Whatever is due when, and however long the relay is away in between."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('caps')}/caps.db")
    schema.migrate(database)
    manners = Manners(mails_per_week=most, calendar=OfficeCalendar(), zone=BERLIN)
    person = people(database, 1)[0]
    moments = [NOW + timedelta(hours=hours) for hours in sorted(dues)]
    plan = [campaign_mail(f"r{n}", due, not_after=due + 90 * DAY) for n, due in enumerate(moments)]
    got: list[datetime] = []
    wake, waits = NOW, iter([*late, *[24] * 200])
    unwritten = messages(database, *plan)
    while wake < NOW + 110 * DAY:
        while unwritten and unwritten[0].planned.due_at is not None and unwritten[0].planned.due_at <= wake:
            write(database, unwritten.pop(0), manners, wake)
        got += [wake for _, who in send(database, wake, manners) if who == person]
        wake += timedelta(hours=next(waits))
        if wake == NOW:
            wake += timedelta(hours=1)
    database.close()
    assert len(got) == len(dues)
    for number in range(len(got) - most):
        assert got[number + most] - got[number] >= WEEK


# -- Who has just come. --


@pytest.mark.parametrize(
    ("since", "state"),
    [
        (datetime(2026, 9, 10, 23, 59, 59, tzinfo=BERLIN), "pending"),
        (datetime(2026, 9, 11, 0, 0, tzinfo=BERLIN), "suppressed"),
        (datetime(2026, 9, 11, 9, 59, tzinfo=BERLIN), "suppressed"),
        (datetime(2026, 9, 12, 9, tzinfo=BERLIN), "suppressed"),
    ],
)
def test_who_subscribed_on_the_reminders_own_day_does_not_get_it(
    database: Database, since: datetime, state: str
) -> None:
    people(database, 1)
    with database.write() as connection:
        connection.execute(tables.subscription.update().values(since=since))
    (one,) = messages(database, campaign_mail("r1", NOW))
    write(database, one, now=NOW + 2 * DAY)  # late
    assert [(row[0], row[2]) for row in rows(database, one)] == [
        (state, queueing.NEWCOMER if state == "suppressed" else None)
    ]
    with database.read() as connection:
        assert queueing.audience_size(connection, one, None, THREE) == (state == "pending")


def test_the_day_is_counted_on_the_venues_clock(database: Database) -> None:
    """11 September has begun in Auckland when it is noon of the tenth in London."""
    people(database, 1)
    with database.write() as connection:
        facts.save_event(connection, replace(EVENT, timezone="Pacific/Auckland"), OFFICE, NOW)
        connection.execute(
            tables.subscription.update().values(since=datetime(2026, 9, 10, 13, tzinfo=ZoneInfo("Europe/London")))
        )
    (one,) = messages(database, campaign_mail("r1", NOW))
    write(database, one)
    assert [row[0] for row in rows(database, one)] == ["suppressed"]


@pytest.mark.parametrize("kind", [Kind.PROGRAMME, Kind.PRACTICAL, Kind.REGISTRATION_CLOSES])
def test_everything_else_reaches_them(database: Database, kind: Kind) -> None:
    people(database, 1)
    (one,) = messages(database, campaign_mail("r1", NOW, kind=kind))
    write(database, one)
    assert [row[0] for row in rows(database, one)] == ["pending"]


def test_who_was_on_another_list_of_it_before_gets_it(database: Database) -> None:
    (person,) = people(database, 1, ("news", "culture"))
    with database.write() as connection:
        connection.execute(
            tables.subscription.update()
            .where(tables.subscription.c.list_id == "culture")
            .values(since=NOW - DAY, subscriber_id=person)
        )
    (one,) = messages(database, campaign_mail("r1", NOW))
    write(database, one)
    assert [row[0] for row in rows(database, one)] == ["pending"]


def test_why_somebody_did_not_get_it_can_be_told(database: Database) -> None:
    (old, new) = people(database, 2)
    with database.write() as connection:
        mine = tables.subscription.c.subscriber_id == new
        connection.execute(tables.subscription.update().where(mine).values(since=NOW))
    (one,) = messages(database, campaign_mail("r1", NOW))
    write(database, one)
    send(database, NOW)
    with database.read() as connection:
        found = {who: received.addressed(connection, who) for who in (old, new)}
    told = {who: [(m.message_id, m.state.value, m.why) for m in mails] for who, mails in found.items()}
    assert told == {old: [(one.id, "sent", "")], new: [(one.id, "suppressed", queueing.NEWCOMER)]}
