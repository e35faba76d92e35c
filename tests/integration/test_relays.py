"""Several relays: who takes over when, each with limits of its own, and nobody lost or doubled on the way."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from announcer.errors import Credentials, Transient
from announcer.model.facts import Announcement
from announcer.model.ledger import Deferred, Sent
from announcer.newsletter.connection import Access
from announcer.newsletter.mailer import Mailer
from announcer.newsletter.single import Courier, SingleMail
from announcer.settings import Mail, Relay
from tests.integration.test_newsletter import LINKS, NOW, MemoryLedger, letter
from tests.servers.newsroom import Newsroom
from tests.standins.smtp_relay import Script, SmtpRelay

REFUSING = Script(always={"MAIL": "451 4.3.0 later"})


def nobody_listens() -> int:
    """A port on which nothing answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def relay(port: int, **changes: object) -> Relay:
    return Relay.model_validate({"port": port, "security": "none", "connections": 2, "timeout_seconds": 5, **changes})


@contextmanager
def mailer(*relays: Relay) -> Iterator[Mailer]:
    mail = Mail(
        sender="presse@city.example",
        relay=relays[0],
        relays={f"r{number}": one for number, one in enumerate(relays[1:])},
    )
    accesses = [Access(one, section=section) for section, one in mail.all_relays.items()]
    made = Mailer(mail, b"k" * 32, LINKS, lambda: NOW, relays=accesses)
    try:
        yield made
    finally:
        made.close()


def drain_all(channel: Mailer, ledger: MemoryLedger, number: int) -> None:
    """As often as it takes, with what was deferred due again; as the service does each second."""
    letters = [letter(one) for one in range(number)]
    for _ in range(20):
        channel.drain(ledger)
        if all(isinstance(outcome, Sent) for outcome in ledger.last(letters)):
            return
        ledger.again(letters)
    raise AssertionError(Counter(map(str, ledger.last(letters))))


@pytest.mark.parametrize("trouble", ["away", "refuses"])
def test_the_next_relay_takes_over_at_once(trouble: str) -> None:
    """Each letter leaves exactly once; the first drain already reaches the second relay."""
    with SmtpRelay(REFUSING) as refusing, SmtpRelay() as second:
        first = nobody_listens() if trouble == "away" else refusing.port
        ledger = MemoryLedger([letter(number) for number in range(60)])
        with mailer(relay(first, round=10), relay(second.port)) as channel:
            channel.drain(ledger)
            assert len(second.mails) >= 30
            drain_all(channel, ledger, 60)
    assert ledger.settled
    assert Counter(mail.recipient for mail in second.mails) == {
        f"leser{number}@city.example": 1 for number in range(60)
    }


def test_the_first_relay_is_used_again_once_it_is_well() -> None:
    with SmtpRelay(Script(replies={"MAIL": ["451 4.3.0 later"] * 10})) as first, SmtpRelay() as second:
        ledger = MemoryLedger([letter(number) for number in range(10)])
        with mailer(relay(first.port, connections=1, round=10), relay(second.port)) as channel:
            channel.drain(ledger)
            assert first.mails == []
            time.sleep(1.1)  # the breaker keeps away for half a second to a second the first time
            ledger.again([letter(number) for number in range(10)])
            channel.drain(ledger)
    assert len(first.mails) + len(second.mails) == 10
    assert len(first.mails) == 10


def test_a_relay_that_refuses_the_sign_on_is_passed_over() -> None:
    """Only when none is left the channel has to pause."""
    locked = Script(users={"presse": "geheim"})
    with SmtpRelay(locked) as first, SmtpRelay() as second, SmtpRelay(locked) as third:
        ledger = MemoryLedger([letter(number) for number in range(5)])
        with mailer(relay(first.port, username="presse"), relay(second.port)) as channel:
            drain_all(channel, ledger, 5)
        assert len(second.mails) == 5
        ledger = MemoryLedger([letter(number) for number in range(5)])
        both = [relay(port, username="presse") for port in (first.port, third.port)]
        with mailer(*both) as channel:
            channel.drain(ledger)
            ledger.again([letter(number) for number in range(5)])
            with pytest.raises(Credentials, match="refuses the user name or password"):
                channel.drain(ledger)
        assert ledger.settled
        assert all(isinstance(outcome, Deferred) for outcomes in ledger.outcomes.values() for outcome in outcomes)


def test_each_relay_has_its_own_connections() -> None:
    with SmtpRelay(Script(seconds=0.02)) as only:
        ledger = MemoryLedger([letter(number) for number in range(60)])
        with mailer(relay(nobody_listens()), relay(only.port, connections=3, round=5)) as channel:
            drain_all(channel, ledger, 60)
    assert 1 < only.connections <= 3


def test_a_check_names_every_relay() -> None:
    with SmtpRelay() as second, mailer(relay(nobody_listens()), relay(second.port)) as channel:
        found = channel.check()
    assert not found.ok
    assert "it refuses connections" in found.said
    assert "takes mails in one go" in found.said


def test_single_mails_find_the_relay_that_answers() -> None:
    mail = SingleMail("0" * 32, "alex@leser.example", "Bitte bestätigen", "Guten Tag")
    with SmtpRelay() as second:
        accesses = [Access(relay(nobody_listens())), Access(relay(second.port))]
        courier = Courier(Mail(sender="presse@city.example"), lambda: NOW, relays=accesses)
        assert isinstance(courier.send(mail), Sent)
        courier.close()
    courier = Courier(Mail(sender="presse@city.example"), lambda: NOW, relays=accesses)
    with pytest.raises(Transient):
        courier.send(mail)
    courier.close()


def test_a_full_window_leaves_the_rest_to_the_next_relay(tmp_path: Path) -> None:
    """With the real ledger: ten through the first in a day, also after a restart."""
    people = [(f"leserin-{number}@leser.example", "") for number in range(25)]
    with SmtpRelay() as first, SmtpRelay() as second:
        common = {"host": "127.0.0.1", "security": "none", "connections": 1, "round": 4}
        settings: dict[str, Any] = {
            "relay": {**common, "port": first.port, "window_mails": 10},
            "mail": {"relays": {"reserve": {**common, "port": second.port}}},
        }
        for number in range(2):
            with Newsroom.open(tmp_path, office={"mails_per_week": 0}, **settings) as newsroom:
                if not number:
                    newsroom.invite(people)
                newsroom.announce(
                    Announcement(id=f"m{number}", headline="Neues", lead="Satz.", body="Noch einer.", language="de")
                )
                newsroom.work()
            assert (len(first.mails), len(second.mails)) == (10, 15 + 25 * number)
