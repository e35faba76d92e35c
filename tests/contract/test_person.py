"""One person among the subscribers, on both stores: proof, leaving by telephone, their data, their erasure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.errors import IntakeError, NotFound
from announcer.model.ledger import DeliveryState
from announcer.model.people import Actor, Basis, Subscriber, SubscriptionState
from announcer.newsletter import tokens
from announcer.office import person, subscribers
from announcer.office.house import House
from announcer.rendering.renderer import Renderer
from announcer.settings import MailList, Settings
from announcer.store import erasure, mailing, optin, people, withdrawals
from announcer.store.assets import Assets
from announcer.store.database import Database
from announcer.store.optin import Consent
from announcer.store.tables import audit, consent, delivery, subscriber, subscription, suppression
from announcer.store.withdrawals import ERASED, EVERYTHING, WithdrawalLog
from tests.contract.test_people import Queue

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
KEY = b"k" * 32
ANNA = Actor("anna")
LISTS = {
    "stadt": MailList(title="Nachrichten aus der Stadt"),
    "kultur": MailList(title="Kultur"),
    "presse": MailList(title="Presseverteiler", press=True),
    "tag": MailList(title="Tag der Städte", event="tag"),
    "lage": MailList(title="Lage am Tag", event="tag", press=True),
}
CONFIRMED, UNCONFIRMED, LEFT = SubscriptionState.CONFIRMED, SubscriptionState.UNCONFIRMED, SubscriptionState.LEFT
GIVEN = Consent(
    "stadt",
    "Nachrichten aus der Stadt",
    "form",
    "Ich möchte …",
    "abc123",
    "https://presse.city.example/abonnieren",
    NOW,
    "<k1@city.example>",
    NOW + timedelta(minutes=5),
    "k1",
)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    with database.write() as connection:
        people.sync_lists(connection, LISTS)
    settings = Settings(lists=LISTS)
    return House(database, settings, Renderer([], settings.site), {}, KEY, lambda: LATER, Assets(tmp_path / "assets"))


@pytest.fixture
def kept(tmp_path: Path) -> WithdrawalLog:
    return WithdrawalLog(tmp_path / "withdrawals.log")


def join(house: House, address: str, *list_ids: str, basis: Basis = Basis.DOUBLE_OPT_IN) -> Subscriber:
    with house.database.write() as connection:
        found = people.add(connection, KEY, address, name="Alex Muster", now=NOW)
        for list_id in list_ids:
            people.subscribe(connection, found.id, list_id, CONFIRMED, basis, NOW)
    return found


def rows(house: House, table: sa.Table) -> int:
    with house.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def log(house: House) -> list[tuple[str, str, str, str]]:
    with house.database.read() as connection:
        query = sa.select(audit.c.actor, audit.c.verb, audit.c.subject, audit.c.after).order_by(audit.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_a_proof_is_everything_that_shows_the_consent(house: House) -> None:
    found = join(house, "alex@city.example", "stadt")
    with house.database.write() as connection:
        optin.record(connection, found.id, GIVEN)
    assert person.proof(person.look(house.database, KEY, " Alex@City.example ")) == {
        "address": "alex@city.example",
        "subscriptions": [
            {
                "list": "stadt",
                "title": "Nachrichten aus der Stadt",
                "state": "confirmed",
                "basis": "double_opt_in",
                "since": "2026-03-01T09:00:00Z",
                "left_at": None,
                "objected": False,
            }
        ],
        "consents": [
            {
                "list": "stadt",
                "title": "Nachrichten aus der Stadt",
                "source": "form",
                "text": "Ich möchte …",
                "text_version": "abc123",
                "form": "https://presse.city.example/abonnieren",
                "requested_at": "2026-03-01T09:00:00Z",
                "message_id": "<k1@city.example>",
                "confirmed_at": "2026-03-01T09:05:00Z",
                "outlet": "",
            }
        ],
        "suppressed": None,
    }


@pytest.mark.parametrize(("address", "error"), [("nobody@city.example", NotFound), ("nobody", IntakeError)])
def test_who_is_not_known_is_said(house: House, address: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        person.look(house.database, KEY, address)


def test_a_caller_leaves_one_list_or_all_and_both_are_kept_outside(house: House, kept: WithdrawalLog) -> None:
    alex = join(house, "alex@city.example", "stadt", "kultur")
    assert person.leave(house, "alex@city.example", "stadt", ANNA, LATER, kept) == ["stadt"]
    assert person.leave(house, "alex@city.example", "stadt", ANNA, LATER, kept) == []
    assert person.leave(house, "alex@city.example", None, ANNA, LATER, kept) == ["kultur"]
    assert [one.list_id for one in kept.read()] == ["stadt", EVERYTHING]
    subject = f"subscriber {alex.id}"
    assert log(house) == [("anna", "leave", subject, "list stadt"), ("anna", "leave everything", subject, "")]
    with house.database.read() as connection:
        assert people.is_suppressed(connection, KEY, "alex@city.example")
    with pytest.raises(NotFound):
        person.leave(house, "alex@city.example", "unknown", ANNA, LATER, kept)


@pytest.mark.parametrize("list_id", ["presse", None])
def test_a_press_contact_who_leaves_objects(house: House, kept: WithdrawalLog, list_id: str | None) -> None:
    join(house, "kim@zeitung.example", "presse", basis=Basis.PRESS)
    person.leave(house, "kim@zeitung.example", list_id, ANNA, LATER, kept)
    assert ("anna", "objection") in [line[:2] for line in log(house)]
    shown = person.proof(person.look(house.database, KEY, "kim@zeitung.example"))
    assert [one["objected"] for one in shown["subscriptions"]] == [True]


def test_press_contacts_and_subscribers_are_never_mixed(house: House) -> None:
    def bring(text: str, list_id: str | None, press: bool) -> subscribers.ImportReport:
        return subscribers.import_csv(
            house.database, KEY, text.encode(), list_id, "Impressum", ANNA, LATER, press=press, language="en"
        )

    for list_id, press in (("presse", False), ("stadt", True)):
        with pytest.raises(IntakeError, match="press list"):
            bring("kim@zeitung.example", list_id, press)
    text = "email;liste;medium;seit\nkim@zeitung.example;presse;Tageblatt;2026-02-01\nlou@zeitung.example;stadt;;\n"
    report = bring(text, None, True)
    assert (report.added, [line[0] for line in report.refused]) == (1, [3])
    assert [line[0] for line in bring(text, None, False).refused] == [2]
    found = person.look(house.database, KEY, "kim@zeitung.example")
    assert found.consents == (
        Consent(
            "presse",
            "Presseverteiler",
            "Impressum",
            confirmed_at=datetime(2026, 2, 1, 12, tzinfo=UTC),
            outlet="Tageblatt",
        ),
    )
    assert [one.subscription.basis for one in found.chosen] == [Basis.PRESS]


def test_everything_of_a_person_is_one_file(house: House) -> None:
    alex = join(house, "alex@city.example", "stadt", "kultur")
    with house.database.write() as connection:
        optin.record(connection, alex.id, GIVEN)
        people.leave(connection, alex.id, "kultur", LATER)
    Queue(house.database, alex).add("stadt")
    found = person.data(house.database, KEY, "alex@city.example")
    assert json.loads(json.dumps(found)) == found
    assert found["person"] == {
        "number": alex.id,
        "address": "alex@city.example",
        "name": "Alex Muster",
        "language": "de",
        "since": "2026-03-01T09:00:00Z",
    }
    assert {one["list"]: one["left_at"] for one in found["subscriptions"]} == {
        "kultur": "2026-03-02T09:00:00Z",
        "stadt": None,
    }
    assert [one["message_id"] for one in found["consents"]] == ["<k1@city.example>"]
    assert found["mails"] == [
        {"subject": "", "list": "stadt", "state": "pending", "at": "2026-03-01T09:00:00Z", "message": "key1"}
    ]
    assert (found["suppressed"], found["confirmation_mails"], found["log"]) == (None, [], [])


def test_an_erasure_leaves_a_hash_and_nothing_else(house: House, kept: WithdrawalLog) -> None:
    join(house, "other@city.example", "stadt")
    alex = join(house, "alex@city.example", "stadt")
    with house.database.write() as connection:
        optin.record(connection, alex.id, GIVEN)
    queue = Queue(house.database, alex)
    queue.add("stadt")
    queue.add("stadt", DeliveryState.SENT)
    with house.database.write() as connection:
        connection.execute(delivery.update().values(said="550 <alex@city.example> unknown"))
    goes = person.belongings(house.database, alex.id)
    assert (goes.subscriptions, goes.consents, goes.queued, goes.sent) == (1, 1, 1, 1)

    assert person.erase(house.database, KEY, alex.id, ANNA, LATER, kept)
    assert not person.erase(house.database, KEY, alex.id, ANNA, LATER, kept)
    assert [state for _, state in queue.now()] == ["suppressed", "sent"]
    assert (rows(house, subscription), rows(house, consent), rows(house, suppression)) == (1, 0, 1)
    assert [one.list_id for one in kept.read()] == [ERASED]
    assert "alex" not in kept.path.read_text()
    assert log(house) == [("anna", "erase", f"subscriber {alex.id}", "")]
    with pytest.raises(NotFound, match="erased"):
        person.look(house.database, KEY, "alex@city.example")
    with house.database.read() as connection:
        every = [row for table in (subscriber, delivery, audit) for row in connection.execute(sa.select(table))]
    assert "alex" not in str(every)
    for list_id in ("stadt", ""):
        standing = subscribers.status_of(house.database, KEY, tokens.make(KEY, "preferences", alex.id, list_id))
        assert standing is not None
        assert (standing.on_list, standing.masked) == (False, "")


def test_the_number_of_an_erased_person_is_never_given_again(house: House) -> None:
    """Or an old link would open somebody else's preferences."""
    numbers = []
    for _ in range(3):
        found = join(house, "alex@city.example", "stadt")
        numbers.append(found.id)
        with house.database.write() as connection:
            erasure.remove(connection, [found.id])
    numbers.append(join(house, "kim@city.example").id)
    assert numbers == sorted(set(numbers))
    with house.database.read() as connection:
        assert people.counts(connection)["stadt"][CONFIRMED] == 0


def test_a_mail_in_flight_at_the_erasure_is_not_tried_again(house: House) -> None:
    alex = join(house, "alex@city.example", "stadt")
    queue = Queue(house.database, alex)
    queue.add("stadt", DeliveryState.SENDING)
    person.erase(house.database, KEY, alex.id, None, NOW, None)
    with house.database.write() as connection:
        connection.execute(delivery.update().values(state=DeliveryState.DEFERRED))  # its worker found the relay away
        assert mailing.claim_mail(connection, "newsletter", LATER, "w", 10) == []
    assert [state for _, state in queue.now()] == ["suppressed"]


def test_a_restored_copy_erases_again_unless_the_person_came_back(house: House, kept: WithdrawalLog) -> None:
    alex, kim = join(house, "alex@city.example", "stadt"), join(house, "kim@city.example", "stadt")
    for one in (alex, kim):
        person.erase(house.database, KEY, one.id, ANNA, LATER, kept)
    with house.database.write() as connection:  # as the backup had it
        connection.execute(suppression.delete())
    join(house, "alex@city.example", "stadt")
    with house.database.write() as connection:  # who signed up anew after it
        back = people.add(connection, KEY, "kim@city.example", now=LATER)
        people.subscribe(connection, back.id, "stadt", CONFIRMED, Basis.DOUBLE_OPT_IN, LATER + timedelta(hours=1))
    assert withdrawals.replay(house.database, KEY, kept.read()) == 1
    assert withdrawals.replay(house.database, KEY, kept.read()) == 0
    with house.database.read() as connection:
        assert people.find(connection, "alex@city.example") is None
        assert people.find(connection, "kim@city.example") is not None
        assert people.suppression_of(connection, KEY, "alex@city.example") == ("erased", LATER)


def test_suppressing_needs_no_known_address(house: House, kept: WithdrawalLog) -> None:
    alex = join(house, "alex@city.example", "stadt")
    assert person.suppress(house, "Alex@city.example", "complaint", ANNA, LATER, kept)
    assert not person.suppress(house, "alex@city.example", "complaint", ANNA, LATER, kept)
    assert person.suppress(house, "never@city.example", "complaint", ANNA, LATER, kept)
    lines = log(house)
    assert [line[:2] for line in lines] == [("anna", "suppress"), ("anna", "suppress")]
    assert lines[0][2] == f"subscriber {alex.id}"
    assert not any("@" in text for line in lines for text in line)
    for reason in ("", "wrote from a@b.example", "x" * 41):
        with pytest.raises(IntakeError):
            person.suppress(house, "other@city.example", reason, ANNA, LATER, kept)
    with house.database.read() as connection:
        assert [(why, at) for _, why, at in people.suppressions(connection)] == [("complaint", LATER)] * 2


def test_leaving_ends_the_requests_that_wait(house: House) -> None:
    alex = join(house, "alex@city.example", "stadt")
    with house.database.write() as connection:
        for list_id in ("stadt", "kultur"):
            optin.record(connection, alex.id, replace(GIVEN, list_id=list_id, confirmed_at=None))
        people.leave(connection, alex.id, "stadt", LATER)
        assert [one.list_id for one in optin.consents(connection, alex.id)] == ["kultur"]
        people.leave_everything(connection, KEY, alex.id, LATER)
        assert optin.consents(connection, alex.id) == []
