"""Returned mails in a Maildir: whose they are, what follows, and that none is lost or counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.errors import Conflict, NotFound, Transient
from announcer.model.facts import Announcement
from announcer.model.people import Actor
from announcer.model.returns import ReturnKind
from announcer.office import bounces, holding, person
from announcer.store import journal, people, returned
from announcer.store.tables import delivery, subscriber
from tests.servers.newsroom import Newsroom
from tests.standins.smtp_relay import KEEP, Script, SmtpRelay, Taken
from tests.unit.newsletter import returned_mails as mails

OFFICE = Actor("Redaktion")
READERS = [f"leserin-{number}@leser.example" for number in range(4)]


def announcement(number: int) -> Announcement:
    return Announcement(
        id=f"meldung-{number}", headline=f"Meldung {number}", lead="Ein Satz.", body="Noch einer.", language="de"
    )


class World:
    """A newsroom whose newsletter has left, and the Maildir its bounces come to."""

    def __init__(self, newsroom: Newsroom, relay: SmtpRelay, folder: Path) -> None:
        self.newsroom = newsroom
        self.relay = relay
        self.folder = folder
        self.house = newsroom.engine.house
        self._came = 0

    def send(self, number: int = 1) -> dict[str, Taken]:
        """An issue to everybody who may still have one; the mails by address."""
        before = len(self.relay.mails)
        self.newsroom.announce(announcement(number))
        self.newsroom.work()
        return {mail.recipient: mail for mail in self.relay.mails[before:]}

    def comes(self, raw: bytes) -> str:
        """A mail into the Maildir; its name."""
        self._came += 1
        name = f"{self._came:06}.M1P1.mx"
        (self.folder / "new" / name).write_bytes(raw)
        return name

    def look(self) -> dict[ReturnKind, int]:
        return dict(self.newsroom.engine.look_for_bounces("rueck").kinds)

    def suppressed(self) -> dict[str, str]:
        """Who is not written to any more, and why."""
        with self.house.database.read() as connection:
            everybody = connection.scalars(sa.select(subscriber.c.address)).all()
            found = {one: people.suppression_of(connection, self.house.key, one) for one in everybody}
        return {address: why[0] for address, why in found.items() if why}

    def lies(self, where: str) -> list[str]:
        return sorted(path.name for path in (self.folder / where).iterdir())


@pytest.fixture(params=[False, True], ids=["Message-ID", "VERP"])
def verp(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def world(tmp_path: Path, verp: bool) -> Iterator[World]:
    folder = tmp_path / "maildir"
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    mail = {"bounce_address": "bounces@city.example", "verp": verp, "soft_bounces": 2}
    with SmtpRelay() as relay:
        options = {"host": "127.0.0.1", "port": relay.port, "security": "none", "connections": 1}
        source = {"rueck": {"kind": "maildir", "path": str(folder)}}
        with Newsroom.open(
            tmp_path, relay=options, mail=mail, bounces=source, office={"mails_per_week": 0}
        ) as newsroom:
            newsroom.invite([(address, "") for address in READERS])
            yield World(newsroom, relay, folder)


def bounced(mail: Taken, verp: bool, status: str = "5.1.1", action: str = "failed") -> bytes:
    """What a relay returns of a mail; with VERP nothing of the mail itself is needed."""
    headers = mail.data.decode().partition("\r\n\r\n")[0].replace("\r\n", "\n")
    return mails.report(action, status, f"smtp; {status}", headers="" if verp else headers, to=mail.sender)


def test_a_hard_bounce_ends_the_address_for_good(world: World, verp: bool) -> None:
    """Of exactly the recipient, in the withdrawals' own log too; the next issue passes them by."""
    sent = world.send()
    assert (sent[READERS[0]].sender != "bounces@city.example") == verp
    world.comes(bounced(sent[READERS[1]], verp))
    assert world.look() == {ReturnKind.HARD: 1}
    assert world.suppressed() == {READERS[1]: "bounce"}
    kept = holding.withdrawal_log(world.house.settings).path.read_text()
    assert people.address_hash(world.house.key, READERS[1]) in kept
    assert READERS[1] not in kept
    assert set(world.send(2)) == {READERS[0], READERS[2], READERS[3]}
    with world.house.database.read() as connection:
        entry = next(one for one in journal.entries(connection) if one.verb == "suppress")
    assert (entry.actor, entry.why, entry.after) == ("clock", "bounce", "5.1.1")


def test_soft_bounces_count_in_a_row(world: World, verp: bool) -> None:
    """Two mails in a row end it here; one that arrives in between begins the count anew."""
    first = world.send(1)
    world.comes(bounced(first[READERS[0]], verp, "5.2.2"))
    world.comes(bounced(first[READERS[1]], verp, "5.2.2"))
    world.comes(bounced(first[READERS[1]], verp, "5.2.2"))  # the same mail once more
    assert world.look() == {ReturnKind.SOFT: 3}
    assert world.suppressed() == {}
    second = world.send(2)
    world.comes(bounced(second[READERS[0]], verp, "4.4.1"))
    world.comes(bounced(second[READERS[2]], verp, "4.4.1", "delayed"))
    assert world.look() == {ReturnKind.SOFT: 1, ReturnKind.DELAYED: 1}
    assert world.suppressed() == {READERS[0]: "bounced repeatedly"}
    third = world.send(3)
    assert set(third) == {READERS[1], READERS[2], READERS[3]}
    world.comes(bounced(third[READERS[1]], verp, "5.2.2"))
    world.look()
    assert set(world.suppressed()) == {READERS[0]}


def test_a_complaint_ends_the_address_a_note_of_absence_does_nothing(world: World) -> None:
    sent = world.send()
    headers = sent[READERS[2]].data.decode().partition("\r\n\r\n")[0].replace("\r\n", "\n")
    world.comes(mails.complaint().replace(mails.original().replace("\n", "\r\n").encode(), headers.encode()))
    world.comes(mails.ABSENT)
    assert world.look() == {ReturnKind.COMPLAINT: 1, ReturnKind.ABSENT: 1}
    assert world.suppressed() == {READERS[2]: "complaint"}


def test_a_complaint_without_message_id_is_known_by_the_way_out(world: World) -> None:
    """Providers black out what could name the recipient, and leave the link to unsubscribe."""
    sent = world.send()
    lines = sent[READERS[3]].data.decode().partition("\r\n\r\n")[0].replace("\r\n", "\n").split("\n")
    headers = "\n".join(line for line in lines if not line.startswith(("Message-ID", "To")))
    world.comes(mails.complaint().replace(mails.original().replace("\n", "\r\n").encode(), headers.encode()))
    assert world.look() == {ReturnKind.COMPLAINT: 1}
    assert world.suppressed() == {READERS[3]: "complaint"}


def test_what_nobody_understands_is_kept_listed_and_stays_unread(world: World) -> None:
    """A forged bounce ends nobody's subscription."""
    world.send()
    answer = world.comes(mails.ANSWER)
    forged = world.comes(mails.report(headers=f"To: <{READERS[0]}>\nMessage-ID: <{'0' * 32}@city.example>\n"))
    assert world.look() == {ReturnKind.UNCLEAR: 1, ReturnKind.STRANGE: 1}
    assert world.suppressed() == {}
    assert world.lies("new") == []
    assert world.lies("cur") == [f"{answer}:2,", f"{forged}:2,"]
    found = bounces.overview(world.house, world.house.clock() - timedelta(days=1))
    assert [one.kind for one in found.open] == [ReturnKind.STRANGE, ReturnKind.UNCLEAR]
    assert "Wo genau ist der Eingang?" in bounces.show(world.house, found.open[1].id).raw

    bounces.tick_off(world.house, found.open[1].id, OFFICE, world.house.clock())
    with pytest.raises(Conflict):
        bounces.tick_off(world.house, found.open[1].id, OFFICE, world.house.clock())
    with pytest.raises(NotFound):
        bounces.show(world.house, 4711)
    (left,) = bounces.overview(world.house, world.house.clock() - timedelta(days=1)).open
    assert left.kind is ReturnKind.STRANGE
    with world.house.database.write() as connection:
        assert returned.forget(connection, world.house.clock() + timedelta(days=100)) == 1
        assert returned.open_number(connection) == 1  # what waits for a person stays


def test_a_mail_is_counted_once_whoever_looks(world: World, verp: bool) -> None:
    """After a crash between the record and the mailbox, and beside another worker."""
    name = world.comes(bounced(world.send()[READERS[0]], verp))
    assert world.look() == {ReturnKind.HARD: 1}
    (world.folder / "cur" / f"{name}:2,S").rename(world.folder / "new" / name)
    assert world.look() == {}
    assert world.lies("cur") == [f"{name}:2,S"]


def test_an_erasure_takes_returned_mails_along(world: World, verp: bool) -> None:
    world.comes(bounced(world.send()[READERS[0]], verp))
    world.look()
    house, now = world.house, world.house.clock()
    with house.database.read() as connection:
        known = people.find(connection, READERS[0])
    assert known is not None
    assert person.erase(house.database, house.key, known.id, OFFICE, now, None)
    assert bounces.latest(house, list(ReturnKind), 10) == []


def test_a_maildir_that_is_not_there_says_so(world: World) -> None:
    (world.folder / "new").rmdir()
    with pytest.raises(Transient, match=r"check \[bounces.rueck\] path"):
        world.look()
    with pytest.raises(NotFound, match="there is rueck"):
        world.newsroom.engine.look_for_bounces("anders")


def test_the_ledger_keeps_what_was_sent(world: World, verp: bool) -> None:
    """A bounce changes no delivery: it was sent, and came back."""
    world.comes(bounced(world.send()[READERS[0]], verp))
    world.look()
    with world.house.database.read() as connection:
        states = connection.scalars(sa.select(delivery.c.state).where(delivery.c.subscriber_id.isnot(None))).all()
    assert states == ["sent"] * len(READERS)


UNKNOWN = "550 5.1.1 <x@leser.example>: Recipient address rejected: User unknown"


@pytest.mark.parametrize(
    ("replies", "ended"),
    [
        ({"RCPT": [KEEP, UNKNOWN]}, {READERS[1]: "bounce"}),
        ({"RCPT": [KEEP, "550 5.7.1 blocked"]}, {}),  # about us
        ({"RCPT": [KEEP, "552 5.2.2 mailbox full"]}, {}),
        ({"END": [KEEP, "550 5.1.1 no such user"]}, {}),  # about the text: RCPT had been taken
        ({"RCPT": [UNKNOWN] * 4}, {}),  # the relay knows nobody at all: its fault
    ],
)
def test_whom_the_relay_refuses_at_once_is_not_written_to_again(
    tmp_path: Path, replies: dict[str, list[str]], ended: dict[str, str]
) -> None:
    with SmtpRelay(Script(replies=replies)) as relay:
        options = {"host": "127.0.0.1", "port": relay.port, "security": "none", "connections": 1}
        with Newsroom.open(tmp_path, relay=options, office={"mails_per_week": 0}) as newsroom:
            newsroom.invite([(address, "") for address in READERS])
            world = World(newsroom, relay, tmp_path)
            world.send()
            assert world.suppressed() == ended
            assert set(world.send(2)) == set(READERS) - set(ended)
