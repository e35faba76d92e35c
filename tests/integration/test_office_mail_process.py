"""The service as a process: killed between sending a mail to the office and marking it, and with a relay that hangs."""

from __future__ import annotations

import signal
from pathlib import Path

import sqlalchemy as sa

from announcer.clock import system_clock
from announcer.model.changes import CorrectWording
from announcer.model.facts import Announcement
from announcer.model.people import Actor
from announcer.office import requests
from announcer.store import facts
from announcer.store.campaign import Campaign
from announcer.store.database import open_database
from announcer.store.office_tables import outbox
from tests.faults.house import OFFICE, Office
from tests.faults.process import service, wait_until
from tests.standins.smtp_relay import HANG, Script, SmtpRelay

PEOPLE = """
[people.anna]
mail = "anna@city.example"
approves = true
[people.ben]
mail = "ben@city.example"
approves = true
"""
SOON_TAKEN_BACK = "2"  #: Seconds until a dead worker's lease is over; PostgreSQL knows no "only worker".


def waiting_office(folder: Path, url: str, port: int) -> Office:
    """Two people, and a correction by one of them that waits for the other."""
    office = Office(folder, url, port, "http://127.0.0.1:9")
    office.furnish()
    text = office.config.read_text(encoding="utf-8").partition("[channels.mastodon]")[0]
    office.config.write_text(text + PEOPLE, encoding="utf-8")
    with office.open() as engine:
        with engine.database.write() as connection:
            facts.save_announcement(connection, Announcement("rathaus", "Das Rathhaus"), OFFICE, system_clock())
        wrong = CorrectWording("Rathhaus", "Rathaus")
        requests.ask(engine.house, Campaign(None, "rathaus"), wrong, "", Actor("anna"), system_clock())
    return office


def states(url: str) -> list[str]:
    database = open_database(url)
    try:
        with database.read() as connection:
            return list(connection.scalars(sa.select(outbox.c.state)))
    finally:
        database.close()


def test_killed_after_sending_it_sends_the_same_mail_again(database_url: str, tmp_path: Path) -> None:
    with SmtpRelay() as relay:
        office = waiting_office(tmp_path, database_url, relay.port)
        with service(office.config, ANNOUNCER_FAILPOINT="after-send", ANNOUNCER_LEASE_SECONDS=SOON_TAKEN_BACK) as dying:
            assert dying.wait() == -signal.SIGKILL
        assert (len(relay.mails), states(database_url)) == (1, ["sending"])
        with service(office.config, ANNOUNCER_LEASE_SECONDS=SOON_TAKEN_BACK) as running:
            wait_until(lambda: states(database_url) == ["sent"] or running.ended, "the mail to leave again")
            assert running.stop()[0] == 0
        first, second = relay.mails
    assert first.data == second.data
    assert first.recipient == "ben@city.example"


def test_a_relay_that_hangs_keeps_nobody_from_ending(sqlite_url: str, tmp_path: Path) -> None:
    with SmtpRelay(Script(always={"MAIL": HANG})) as relay:
        office = waiting_office(tmp_path, sqlite_url, relay.port)
        with service(office.config) as running:
            wait_until(lambda: relay.counts["MAIL"] > 0 or running.ended, "the relay to be asked")
            code, seconds = running.stop()
    assert code == 0
    print(f"ended after {seconds:.2f} s while the relay hung")
    assert states(sqlite_url) in (["sending"], ["deferred"])
