"""A newsletter that is leaving: how far it is, paused, resumed and stopped on the way, and who got it."""

from __future__ import annotations

import csv
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.errors import Conflict, NotFound
from announcer.model.campaign import Message
from announcer.model.facts import Announcement
from announcer.model.ledger import DeliveryState, MessageState
from announcer.model.people import Actor
from announcer.office import pause, sending
from announcer.store import campaign, journal
from announcer.store.campaign import Campaign
from tests.servers.newsroom import Newsroom
from tests.standins.smtp_relay import Script, SmtpRelay

OFFICE = Actor("Redaktion")
READERS = [f"leserin-{number}@{'a' if number % 3 else 'b'}.example" for number in range(240)]
REFUSED = READERS[7]


class World:
    """A newsroom in the middle of a newsletter, over a relay that takes its time."""

    def __init__(self, newsroom: Newsroom, relay: SmtpRelay) -> None:
        self.newsroom = newsroom
        self.relay = relay
        self.house = newsroom.engine.house
        self.key = newsroom.announce(
            Announcement(id="neues", headline="Neues", lead="Ein Satz.", body="Noch einer.", language="de")
        )
        newsroom.clock.now += timedelta(minutes=5)
        newsroom.engine.tick()
        (self.message,) = [m.id for m in self._messages(self.key)]

    def _messages(self, key: Campaign) -> list[Message]:
        with self.house.database.read() as connection:
            return [m for m in campaign.messages(connection, key) if m.planned.channel == "newsletter"]

    def state(self) -> MessageState:
        return self._messages(self.key)[0].state

    def begin(self, mails: int) -> threading.Thread:
        """Let it leave in a thread, until so many have arrived."""
        thread = threading.Thread(target=self.newsroom.engine.drain, args=("newsletter",))
        thread.start()
        deadline = time.monotonic() + 30
        while len(self.relay.mails) < mails and time.monotonic() < deadline:
            time.sleep(0.01)
        return thread

    def finish(self) -> None:
        """What is left leaves, as over the next minutes."""
        for _ in range(10):
            self.newsroom.clock.now += timedelta(seconds=30)
            self.newsroom.engine.drain("newsletter")
        self.newsroom.engine.tick()

    def progress(self) -> sending.Progress:
        return sending.progress(self.house, self.message, details=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    # Mails answered one by one, so that there is time to stop in between.
    script = Script(seconds=0.02)
    with SmtpRelay(script) as relay:
        options = {"host": "127.0.0.1", "port": relay.port, "security": "none", "connections": 2, "round": 10}
        with Newsroom.open(tmp_path, relay=options) as newsroom:
            newsroom.invite([(address, "") for address in READERS])
            yield World(newsroom, relay)


def test_a_paused_message_stands_still_and_goes_on_where_it_was(world: World) -> None:
    """Nobody is left out, nobody gets it twice, and everything else could leave meanwhile."""
    what = f"message:{world.message}"
    thread = world.begin(20)
    pause.pause(world.house, what, OFFICE, "Tippfehler?", world.house.clock())
    thread.join(20)
    assert not thread.is_alive()
    stood = len(world.relay.mails)
    assert 20 <= stood < len(READERS)
    world.newsroom.clock.now += timedelta(seconds=30)
    assert world.newsroom.engine.drain("newsletter") == 0
    found = world.progress()
    assert (found.paused, found.remaining, found.sent) == ("Tippfehler?", None, stood)
    assert found.counts == {DeliveryState.SENT: stood, DeliveryState.PAUSED: len(READERS) - stood}
    assert world.state() is MessageState.SENDING

    with world.house.database.read() as connection:
        (departure,) = pause.what_would_go(connection, world.house, what, world.house.clock()).go
    assert departure.recipients == len(READERS) - stood
    pause.resume(world.house, what, OFFICE, world.house.clock())
    world.finish()
    assert Counter(mail.recipient for mail in world.relay.mails) == dict.fromkeys(READERS, 1)
    assert world.state() is MessageState.SENT
    with pytest.raises(Conflict, match="only one that is being sent"):
        pause.pause(world.house, what, OFFICE, "", world.house.clock())


def test_a_stopped_message_never_leaves_any_more(world: World) -> None:
    """What has left stays; the rest is cancelled, and the log says who did it."""
    thread = world.begin(20)
    sending.stop(world.house, world.message, OFFICE, "falscher Text", world.house.clock())
    thread.join(20)
    assert not thread.is_alive()
    stood = world.progress().sent  # the relay may still be counting the last one
    world.finish()
    assert len(world.relay.mails) == stood < len(READERS)
    found = world.progress()
    over = {DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.MISSED}
    assert set(found.counts) <= over
    assert (found.sent, found.left, found.total) == (stood, 0, len(READERS))
    assert world.state() is MessageState.PARTLY_SENT
    with world.house.database.read() as connection:
        assert journal.pauses(connection) == {}
        entry = next(one for one in journal.entries(connection) if one.verb == "stop")
    assert (entry.actor, entry.subject, entry.why) == ("Redaktion", f"message {world.message}", "falscher Text")
    with pytest.raises(Conflict, match="not being sent"):
        sending.stop(world.house, world.message, OFFICE, "", world.house.clock())


def test_progress_tells_rate_rest_domains_and_errors(tmp_path: Path) -> None:
    script = Script(replies={"RCPT": [f"550 5.1.1 <{REFUSED}>: unknown", "451 4.7.1 <x@a.example>: later"]})
    with SmtpRelay(script) as relay:
        options = {"host": "127.0.0.1", "port": relay.port, "security": "none", "connections": 1}
        with Newsroom.open(tmp_path, relay=options) as newsroom:
            newsroom.invite([(address, "") for address in READERS])
            world = World(newsroom, relay)
            before = sending.progress(world.house, world.message)
            assert (before.sent, before.left, before.per_second, before.remaining) == (0, 240, None, None)
            newsroom.engine.drain("newsletter")
            newsroom.clock.now += timedelta(seconds=4)
            found = sending.progress(world.house, world.message, before, details=True)
    assert found.counts == {DeliveryState.SENT: 238, DeliveryState.FAILED: 1, DeliveryState.DEFERRED: 1}
    assert found.per_second == 238 / 4
    assert found.remaining == timedelta(0)
    assert [(name, sum(counts.values())) for name, counts in found.domains] == [("a.example", 160), ("b.example", 80)]
    assert sorted(found.errors) == [
        ("RCPT: 451 4.7.1 <(address)>: later", 1),
        ("RCPT: 550 5.1.1 <(address)>: unknown", 1),
    ]


def test_every_recipients_fate_is_listed_and_exported(tmp_path: Path) -> None:
    script = Script(replies={"RCPT": ["550 5.1.1 =unknown"]})
    with SmtpRelay(script) as relay:
        options = {"host": "127.0.0.1", "port": relay.port, "security": "none", "connections": 1}
        with Newsroom.open(tmp_path, relay=options) as newsroom:
            newsroom.invite([(address, "") for address in READERS])
            world = World(newsroom, relay)
            newsroom.engine.drain("newsletter")
            house = world.house
            lines = list(csv.DictReader(sending.fates_csv(house, world.message)))
            failed = sending.fates(house, world.message, state=DeliveryState.FAILED)
            with pytest.raises(NotFound):
                sending.fates(house, 4711)
    assert [line["address"] for line in lines] == READERS
    assert Counter(line["state"] for line in lines) == {"sent": 239, "failed": 1}
    assert lines[0]["said"] == "RCPT: 550 5.1.1 =unknown"
    assert [one.address for one in failed] == [READERS[0]]


def test_what_is_being_sent_is_found(world: World) -> None:
    assert [one.message.id for one in sending.under_way(world.house)] == [world.message]
    world.finish()
    assert sending.under_way(world.house) == []
