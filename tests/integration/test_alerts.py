"""The office's mail from the ledger to the relay, the webhook and apprise: real conversations on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from announcer.cli import shapes
from announcer.engine import Engine
from announcer.model.changes import ChangeRoom, CorrectWording
from announcer.model.people import Actor
from announcer.office import campaigns, change, holding, requests, status
from announcer.sandbox.arrivals import Mail
from announcer.store import journal, outbox
from announcer.store.office_tables import outbox as table
from announcer.store.tables import delivery, event_version, message
from tests.integration.campaign_world import KEY, OFFICE, CampaignWorld, at, campaign_world
from tests.standins.smtp_relay import DROP, Script, SmtpRelay

PEOPLE = {
    "anna": {"name": "Anna Amsel", "mail": "anna@city.example", "approves": True},
    "ben": {"name": "Ben Buche", "mail": "ben@city.example", "approves": True},
    "cem": {"name": "Cem Dachs", "mail": "cem@city.example"},
}
ALONE = {"anna": PEOPLE["anna"]}
#: The announcement's moment; the next ones are a day later.
RELEASE = at(6, 25, 10)
Told = list[tuple[str, str]]


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[CampaignWorld]:
    with campaign_world(tmp_path, database_url, at(6, 20), people=PEOPLE) as world:
        world.go(at(6, 20))
        yield world


def told(world: CampaignWorld, moment: datetime) -> Told:
    """Who in the office gets what at a moment, by address and subject."""
    mails = [one for one in world.go(moment) if isinstance(one, Mail)]
    office = [one for one in mails if one.letter.header("Auto-Submitted") == "auto-generated"]
    assert len({one.letter.message_id for one in office}) == len(office)
    return sorted((one.recipient.partition("@")[0], one.letter.header("Subject")) for one in office)


def both(subject: str, *people: str) -> Told:
    return [(person, subject) for person in people]


def test_approvers_are_reminded_and_once_somebody_approves_nobody_is(world: CampaignWorld) -> None:
    first = "Bitte freigeben: Pressemitteilung, Mo 25.06., 10:00 Uhr"
    minute = timedelta(minutes=1)
    assert told(world, RELEASE - timedelta(hours=24) - minute) == []
    assert told(world, RELEASE - timedelta(hours=24)) == both(first, "anna", "ben")
    assert told(world, RELEASE - timedelta(hours=24) + minute) == []
    campaigns.approve(world.house, KEY, Actor("anna"), world.clock())
    found = told(world, RELEASE - timedelta(hours=2))
    assert found == both("Heute, Mo 25.06.: eine Nachricht", "anna", "ben", "cem")  # not asked to approve it


def test_a_mail_says_what_when_and_how(world: CampaignWorld) -> None:
    arrived = world.go(RELEASE - timedelta(hours=24))
    mail = next(one for one in arrived if isinstance(one, Mail) and one.recipient == "anna@city.example")
    assert mail.letter.text.replace("\r\n", "\n") == (
        "Guten Tag Anna Amsel,\n\n"
        "diese Nachricht ist noch nicht freigegeben. Ohne Freigabe geht sie nicht\nhinaus.\n\n"
        "Fachkonferenz „Kommunen innovativ“\n\n"
        "- Montag, 25. Juni 2018, 10 Uhr: Pressemitteilung über feed (Nr.\u00a01)\n"
        "  „Gesine Schwan und OB Ullrich Sierau sprechen bei der bundesweiten\n"
        "  Fachkonferenz ‚Kommunen innovativ‘ in Dortmund“\n\n"
        "announcer preview kommunen-innovativ-2018 -m 1\n"
        "announcer approve kommunen-innovativ-2018 -m 1 --as anna\n\n"
        "--\n"
        "Pressestelle: automatische Nachricht von announcer an die Redaktion\n"
    )


def test_what_was_missed_is_one_mail_with_the_list_also_after_an_outage(world: CampaignWorld) -> None:
    campaigns.approve(world.house, KEY, Actor("anna"), world.clock())
    told(world, at(9, 17, 7))
    world.go(at(9, 19, 20))  # asleep for two days; the tick finds what is past its end
    missed = [one for one in told(world, at(9, 19, 20, 1)) if "hinausgegangen" in one[1]]
    (subject,) = {subject for _, subject in missed}
    assert missed == both(subject, "anna", "ben", "cem")
    with world.engine.database.read() as connection:
        lost = sa.select(sa.func.count()).where(message.c.state == "missed", message.c.not_after >= at(9, 17))
        assert subject == f"{connection.scalar(lost)} Nachrichten sind nicht hinausgegangen"
    assert not any("hinausgegangen" in subject for _, subject in told(world, at(9, 19, 20, 30)))


def test_a_recap_without_words_is_asked_for_and_its_end_is_told(world: CampaignWorld) -> None:
    campaigns.approve(world.house, KEY, Actor("anna"), world.clock())
    asked = told(world, at(9, 17, 18))
    assert {subject for _, subject in asked if subject.startswith("Es fehlt")} == {
        "Es fehlt noch etwas: 2 Nachrichten, die erste Di 18.09., 18:00 Uhr"
    }
    campaigns.give_words(world.house, KEY, "recap@day:1", "Ein guter Tag.", Actor("cem"), world.clock())
    due = told(world, at(9, 18, 16))  # now it wants an approval, from whoever did not write it
    assert {subject for _, subject in due if subject.startswith("Bitte")} == {
        "Bitte freigeben: 2 Nachrichten, die erste Di 18.09., 18:00 Uhr"
    }


def test_trouble_and_what_stops_itself_are_told_within_a_minute(world: CampaignWorld) -> None:
    campaigns.approve(world.house, KEY, Actor("anna"), world.clock())
    told(world, at(6, 26, 10))
    with world.engine.database.write() as connection:
        ids = list(connection.scalars(sa.select(delivery.c.id).where(delivery.c.channel == "mastodon")))
        connection.execute(delivery.update().where(delivery.c.id == ids[0]).values(state="unknown", said="hung up"))
        for what, verb, subject in (("pause:channel:mastodon", "pause", "channel mastodon"), ("hold", "hold", "all")):
            journal.remember(connection, what, "restored")
            journal.note(connection, Actor.clock(), world.clock(), verb, subject)
    found = told(world, at(6, 26, 10, 1))
    assert {subject for _, subject in found} == {
        "Angekommen oder nicht? Terminankündigung", "Der Versand ist an 2 Stellen angehalten",
    }  # fmt: skip
    assert told(world, at(6, 26, 10, 2)) == []
    with world.engine.database.write() as connection:  # a pause by somebody is no news
        journal.remember(connection, "pause:channel:newsletter", "Wartung")
        journal.note(connection, OFFICE, world.clock(), "pause", "channel:newsletter")
    assert told(world, at(6, 26, 10, 20)) == []


def test_a_page_that_does_not_answer_is_told_after_some_minutes(world: CampaignWorld) -> None:
    campaigns.approve(world.house, KEY, Actor("anna"), world.clock())
    told(world, at(6, 26, 9, 59))
    world.go(at(6, 26, 10))
    with world.engine.database.write() as connection:
        waits = {"state": "deferred", "said": "page:https://presse.city.example/e/x|it answers 404", "sent_at": None}
        connection.execute(delivery.update().where(delivery.c.channel == "mastodon").values(**waits, ready_at=at(7, 1)))
        connection.execute(message.update().where(message.c.channel == "mastodon").values(state="sending"))
    assert told(world, at(6, 26, 10, 4)) == []
    assert told(world, at(6, 26, 10, 5)) == both("Wartet auf ihre Seite: Terminankündigung", "anna", "ben", "cem")


def test_everybody_who_approves_hears_of_a_change_that_one_released(world: CampaignWorld) -> None:
    proposal = change.propose(world.house, KEY, ChangeRoom("keynote", "Saal 2"), world.clock())
    change.confirm(world.house, proposal, Actor("anna"), "Wasserschaden", world.clock())
    subject = "Freigegeben von Anna Amsel: Neuer Raum für die Keynote: Saal 2 statt Großer Saal"
    assert told(world, at(6, 20, 10, 1)) == both(subject, "anna", "ben")


def test_a_request_goes_to_whoever_can_confirm_it_and_the_answer_back(world: CampaignWorld) -> None:
    asked = requests.ask(world.house, KEY, CorrectWording("Schwahn", "Schwan"), "", Actor("cem"), world.clock())
    says = "Richtig ist: „Schwan“. In einer früheren Fassung stand irrtümlich „Schwahn“"
    assert told(world, at(6, 20, 10, 1)) == both(f"Bitte bestätigen: {says}", "anna", "ben")
    requests.refuse(world.house, asked.id, "so heißt sie", Actor("ben"), world.clock())
    assert told(world, at(6, 20, 10, 2)) == both(f"Ihr Antrag ist abgelehnt: {says}", "cem")


def test_the_morning_lists_today_and_says_nothing_where_there_is_nothing(world: CampaignWorld) -> None:
    assert told(world, at(6, 21, 7, 30)) == []  # a Thursday without messages
    told(world, RELEASE - timedelta(hours=24))
    found = told(world, at(6, 25, 7, 30))
    assert found == both("Heute, Mo 25.06.: eine Nachricht, eine braucht Sie", "anna", "ben", "cem")
    assert told(world, at(6, 25, 7, 31)) == []


def test_a_restored_database_does_not_tell_it_all_again_and_a_new_office_hears_no_history(
    tmp_path: Path, sqlite_url: str
) -> None:
    """What had missed its moment before there was anybody to tell is history."""
    with campaign_world(tmp_path, sqlite_url, at(6, 20)) as world:
        world.go(at(6, 20))
        world.go(at(7, 30))  # nobody works here: much is missed, nobody is told
        settings = world.house.settings.model_validate({**world.house.settings.model_dump(), "people": PEOPLE})
        engine = Engine(settings, world.clock)
        try:
            holding.keep_watch(engine.house, world.clock())
            engine.tick()
            with engine.database.read() as connection:
                assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        finally:
            engine.close()


def test_what_is_held_back_asks_whoever_approves_to_decide(world: CampaignWorld) -> None:
    campaigns.approve(world.house, KEY, Actor("anna"), world.clock())
    told(world, at(6, 26, 9, 59))
    with world.engine.database.write() as connection:
        connection.execute(
            delivery.update().where(delivery.c.channel == "newsletter").values(state="held", said="mails_per_week")
        )
        late = message.c.kind == "programme"
        connection.execute(message.update().where(late, message.c.channel == "feed").values(state="held"))
    found = told(world, at(6, 26, 10, 1))
    assert found == both("Bitte entscheiden: 2 Nachrichten", "anna", "ben")


def test_status_says_who_can_what_waits_and_what_does_not_arrive(world: CampaignWorld) -> None:
    requests.ask(world.house, KEY, CorrectWording("Schwahn", "Schwan"), "ein Tippfehler", Actor("anna"), world.clock())
    told(world, RELEASE - timedelta(hours=24))
    with world.engine.database.write() as connection:
        connection.execute(
            table.update().where(table.c.kind == "request").values(state="failed", said="550 no such user")
        )
        connection.execute(event_version.update().values(actor="ben"))
    with world.engine.database.read() as connection:
        shown = shapes.overview(status.overview(connection, world.house, world.clock()))
    draft = next(one for one in shown["attention"] if one["need"] == "approve")
    assert draft["can_approve"] == ["Anna Amsel"]
    assert [(one["by"], one["kind"], one["can_confirm"]) for one in shown["requests"]] == [
        ("anna", "CorrectWording", ["Ben Buche"])
    ]
    assert [(one["way"], one["to"], one["state"], one["said"]) for one in shown["office_mail"]] == [
        ("mail", "ben", "failed", "550 no such user")
    ]


# -- The way there. --


@contextmanager
def relayed(folder: Path, url: str, relay: SmtpRelay, **changed: Any) -> Iterator[CampaignWorld]:
    """One person, and a relay with the faults of its script."""
    mail = {"sender": "presse@city.example", "relay": {"host": "127.0.0.1", "port": relay.port, "security": "none"}}
    with campaign_world(folder, url, at(6, 20), people=ALONE, mail=mail, **changed) as world:
        world.go(at(6, 20))
        yield world


def rows(world: CampaignWorld) -> list[tuple[str, str, int]]:
    with world.engine.database.read() as connection:
        query = sa.select(table.c.way, table.c.state, table.c.attempts).order_by(table.c.way, table.c.id)
        return [(row.way, row.state, row.attempts) for row in connection.execute(query)]


def test_a_lost_answer_is_repeated_as_the_same_mail(tmp_path: Path, sqlite_url: str) -> None:
    with SmtpRelay(Script(replies={"END": [DROP]})) as relay, relayed(tmp_path, sqlite_url, relay) as world:
        for minute in (0, 1, 2):
            world.go(RELEASE - timedelta(hours=24) + timedelta(minutes=minute))
        assert (relay.counts["END"], rows(world)) == (2, [("mail", "sent", 2)])
        assert len(relay.mails) == 1


def test_killed_between_sending_and_marking_it_leaves_under_the_same_message_id(
    tmp_path: Path, database_url: str
) -> None:
    with SmtpRelay() as relay, relayed(tmp_path, database_url, relay) as world:
        world.go(RELEASE - timedelta(hours=24))
        with world.engine.database.write() as connection:  # as the ledger stands when the process dies right then
            connection.execute(
                table.update().values(state="sending", sent_at=None, owner="dead", lease_until=world.clock())
            )
        world.engine.recover()
        world.go(RELEASE - timedelta(hours=23))
        assert [data.count(relay.keys[0].encode()) > 0 for data in (mail.data for mail in relay.mails)] == [True, True]
        assert relay.mails[0].data == relay.mails[1].data


def test_a_relay_that_is_away_delays_nothing_else_and_gets_it_later(tmp_path: Path, sqlite_url: str) -> None:
    with SmtpRelay() as relay:
        port = relay.port
        with webhook() as hook, relayed(tmp_path, sqlite_url, relay, alerts={"webhook_url": hook.url}) as world:
            _stop(relay)
            world.go(RELEASE - timedelta(hours=24))
            assert [state for _, state, _ in rows(world)] == ["deferred", "sent"]
            assert len(hook.got) == 1
            with world.engine.database.read() as connection:
                (entry,) = outbox.in_trouble(connection, RELEASE - timedelta(hours=23))
            assert "refuses connections" in entry.said
            _start(relay, port)
            world.go(RELEASE - timedelta(hours=23))
            assert [state for _, state, _ in rows(world)] == ["sent", "sent"]


def test_a_reminder_that_could_not_leave_is_dropped_once_it_is_approved(tmp_path: Path, sqlite_url: str) -> None:
    with SmtpRelay() as relay:
        port = relay.port
        with relayed(tmp_path, sqlite_url, relay) as world:
            _stop(relay)
            world.go(RELEASE - timedelta(hours=24))
            campaigns.approve(world.house, KEY, Actor("anna"), world.clock())
            _start(relay, port)
            world.go(RELEASE - timedelta(hours=23))
            assert rows(world) == [("mail", "superseded", 0)]
            assert [mail for mail in relay.mails if mail.recipient == "anna@city.example"] == []


def _stop(relay: SmtpRelay) -> None:

    asyncio.run_coroutine_threadsafe(relay.stop(), relay.loop).result(10)


def _start(relay: SmtpRelay, port: int) -> None:

    asyncio.run_coroutine_threadsafe(relay.start(), relay.loop).result(10)
    assert relay.port == port


class Hook:
    """A webhook on loopback: answers as it is told, then 204."""

    def __init__(self, answers: list[int]) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(answers.pop(0) if answers else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/alerts"


@contextmanager
def webhook(*answers: int) -> Iterator[Hook]:
    hook = Hook(list(answers))
    thread = threading.Thread(target=hook.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.server.shutdown()
        hook.server.server_close()
        thread.join(10)


def test_a_webhook_is_signed_and_tried_again(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "geheim")
    with webhook(500) as hook:
        alerts = {"webhook_url": hook.url, "webhook_secret_env": "HOOK_SECRET"}
        with campaign_world(tmp_path, sqlite_url, at(6, 20), alerts=alerts) as world:
            world.go(at(6, 20))
            moment = RELEASE - timedelta(hours=24)
            world.go(moment)
            assert rows(world) == [("webhook", "deferred", 1)]
            world.go(moment + timedelta(minutes=1))
            assert rows(world) == [("webhook", "sent", 2)]
    (_, first), (headers, second) = hook.got
    assert first == second
    expected = hmac.new(b"geheim", second, hashlib.sha256).hexdigest()
    assert headers["x-announcer-signature"] == f"sha256={expected}"
    said = json.loads(second)
    assert len(said.pop("id")) == 32
    assert said.pop("text").startswith("Diese Nachricht ist noch nicht freigegeben.")
    assert said == {
        "kind": "approve",
        "at": "2018-06-24T08:00:00Z",
        "subject": "Bitte freigeben: Pressemitteilung, Mo 25.06., 10:00 Uhr",
        "items": [
            {
                "key": "approve:1:20180625T0800:24h",
                "campaign": "kommunen-innovativ-2018",
                "title": "Fachkonferenz „Kommunen innovativ“",
                "message": 1,
                "what": "Pressemitteilung",
                "channel": "feed",
                "moment": "2018-06-25T08:00:00Z",
                "says": "Gesine Schwan und OB Ullrich Sierau sprechen bei der bundesweiten Fachkonferenz "
                "„Kommunen innovativ“ in Dortmund",
                "waits_for": [],
                "why": "",
                "said": "",
                "commands": [
                    "announcer preview kommunen-innovativ-2018 -m 1",
                    "announcer approve kommunen-innovativ-2018 -m 1",
                ],
            }
        ],
    }


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise's own, on older Pythons
def test_apprise_takes_it_to_each_address_on_its_own(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as good, webhook(500) as bad:
        addresses = " ".join(hook.url.replace("http://", "json://") for hook in (good, bad))
        monkeypatch.setenv("OFFICE_APPRISE", addresses)
        with campaign_world(tmp_path, sqlite_url, at(6, 20), alerts={"apprise_env": "OFFICE_APPRISE"}) as world:
            world.go(at(6, 20))
            world.go(RELEASE - timedelta(hours=24))
            assert sorted(state for _, state, _ in rows(world)) == ["deferred", "sent"]
            world.go(RELEASE - timedelta(hours=23, minutes=58))
            assert [state for _, state, _ in rows(world)] == ["sent", "sent"]
    assert (len(good.got), len(bad.got)) == (1, 2)
    said = json.loads(good.got[0][1])
    assert said["title"] == "Bitte freigeben: Pressemitteilung, Mo 25.06., 10:00 Uhr"
    assert "announcer approve kommunen-innovativ-2018 -m 1" in said["message"]
