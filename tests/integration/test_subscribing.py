"""Subscribing over real HTTP and SMTP, on both stores: one answer for everybody, one mail a day, a proof at the end."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.model.facts import Announcement, Event
from announcer.model.people import Actor, Basis, SubscriptionState
from announcer.office import marks, person, tidying
from announcer.office import signup as sign_up
from announcer.sandbox.arrivals import Mail
from announcer.store import facts, journal, optin, outbox, people
from announcer.store.database import Database
from announcer.store.optin import Signup
from announcer.store.tables import limit_bucket, signup
from announcer.web.pages import Pages
from announcer.web.words import WORDS
from tests.integration.campaign_world import at, campaign_world
from tests.integration.subscribing_world import ALEX, KEY, NOW, World, subscribing_world
from tests.standins.smtp_relay import DROP, Script

OFFICE = Actor("office")
CONFIRMED = SubscriptionState.CONFIRMED


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with subscribing_world(database, tmp_path) as made:
        yield made


@pytest.fixture
def quick(sqlite_database: Database, tmp_path: Path) -> Iterator[World]:
    """On one store, for what the store has no part in."""
    with subscribing_world(sqlite_database, tmp_path) as made:
        yield made


def test_the_whole_way_ends_with_a_proof(world: World) -> None:
    answer = world.send(ALEX, "stadt", "kultur", language="en")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "set-cookie" not in answer.headers
    assert (world.everybody(), world.relay.mails) == ([], [])  # the answer came before anybody looked
    asked = world.moment[0]
    world.work()
    assert world.states(ALEX) == {"kultur": "unconfirmed", "stadt": "unconfirmed"}
    (mail,) = world.mails()
    assert (mail["To"], mail["Subject"]) == (ALEX, "Please confirm your subscription")
    assert (mail["Auto-Submitted"], mail["List-Unsubscribe"]) == ("auto-generated", None)

    world.wait(minutes=5)
    link = world.link()
    page = world.client.get(link)
    assert (page.status_code, world.states(ALEX)["stadt"]) == (200, "unconfirmed")  # scanners follow links
    done = world.confirm(link)
    assert "You are subscribed" in done.text
    assert world.states(ALEX) == {"kultur": "confirmed", "stadt": "confirmed"}
    consent = Pages(world.house.settings).consent("de")
    (kultur, stadt) = sorted(world.consents(ALEX), key=lambda one: one.list_id)
    assert kultur == replace(stadt, list_id="kultur", list_title="Kultur")
    assert (stadt.text, stadt.text_version, stadt.form) == (
        consent.text,
        consent.version,
        "https://presse.example/abonnieren",
    )
    assert (stadt.requested_at, stadt.confirmed_at) == (asked, asked + timedelta(minutes=5))
    assert stadt.message_id == mail["Message-ID"]
    assert world.log() == [("opt in", "list kultur, list stadt")]

    world.wait(days=400)
    again = world.confirm(link)
    assert (again.status_code, "You are subscribed" in again.text) == (200, True)
    assert [one.confirmed_at for one in world.consents(ALEX)] == [stadt.confirmed_at] * 2


def test_nothing_of_what_was_typed_stands_in_the_mail(quick: World) -> None:
    with quick.db.write() as connection:
        people.add(connection, KEY, ALEX, name="Gewinnen Sie jetzt", now=NOW)
    quick.subscribe(ALEX, "stadt")
    (mail,) = quick.relay.mails
    assert b"Gewinnen" not in mail.data
    assert quick.text() == (
        "Guten Tag,\n\n"
        "für diese E-Mail-Adresse wurde angefordert:\n\n"
        "- Nachrichten aus der Stadt\n\n"
        "Wenn Sie das waren, bestätigen Sie bitte Ihre Anmeldung. Der Link führt\n"
        "auf eine Seite mit einer Schaltfläche; erst ein Klick darauf meldet Sie\n"
        "an.\n\n"
        f"Anmeldung bestätigen:\nhttps://presse.example{quick.link()}\n\n"
        "Der Link gilt 7 Tage.\n\n"
        "Sie haben nichts angefordert? Dann hat sich vermutlich jemand vertippt,\n"
        "und Sie brauchen nichts zu tun. Ohne Ihre Bestätigung schicken wir Ihnen\n"
        "diese Newsletter nicht; die Anforderung wird nach 7 Tagen gelöscht.\n\n"
        "--------------------\n\n"
        "Impressum\nStadt Musterstadt\nRathausplatz 1\nKontakt: presse@stadt.example\nhttps://presse.example\n"
    )


# -- One answer for everybody. --


def test_the_answer_tells_nothing_about_an_address(world: World) -> None:
    with world.db.write() as connection:
        known = people.add(connection, KEY, "known@example.com", now=NOW)
        people.subscribe(connection, known.id, "stadt", CONFIRMED, Basis.DOUBLE_OPT_IN, NOW)
        for address, reason in (("bounced@example.com", "hard bounce"), ("left@example.com", people.LEFT_EVERYTHING)):
            people.suppress(connection, KEY, address, reason, NOW)
    addresses = ("unknown", "known", "bounced", "left", "umlaut.ä", "two..dots")
    answers = set()
    for name in addresses:
        address = f"{name}@example.com"
        answer = world.send(address, "stadt")
        answers.add(
            (answer.status_code, answer.text.replace(address, "…"), str(sorted(answer.headers)), len(answer.headers))
        )
        api = world.client.post("/api/subscribe", json=_request(world, address=address))
        answers.add((api.status_code, api.text, "api", 0))
    assert sorted(status for status, *_ in answers) == [200, 202]
    world.work()
    sent = {mail["To"]: mail["Subject"] for mail in world.mails()}
    assert sent == {
        "unknown@example.com": "Bitte bestätigen Sie Ihre Anmeldung",
        "known@example.com": "Ihre Anmeldung besteht bereits",
        "left@example.com": "Bitte bestätigen Sie Ihre Anmeldung",
    }
    with world.db.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(signup)) == 0


def _request(world: World, **said: object) -> dict[str, object]:
    offer = world.client.get("/api/subscribe").json()
    language = str(said.get("language", "de"))
    request = {
        "address": ALEX,
        "lists": ["stadt"],
        "consent": offer["consents"].get(language, offer["consents"]["de"])["version"],
    }
    return {**request, **said}


def test_who_has_it_already_gets_the_way_to_their_own_page(quick: World) -> None:
    quick.confirm(quick.subscribe(ALEX, "stadt"))
    quick.wait(days=2)
    quick.send(ALEX, "stadt")
    quick.work()
    page = quick.client.get(quick.link())
    assert "Ihre Newsletter" in page.text
    assert len(quick.consents(ALEX)) == 1


# -- One mail a day. --


def test_one_mail_a_day_and_what_is_asked_for_in_between_joins_it(world: World) -> None:
    first = world.subscribe(ALEX, "stadt")
    world.wait(hours=5)
    world.send(ALEX, "stadt")
    world.send(ALEX, "kultur")
    world.work()
    assert len(world.mails()) == 1
    page = world.client.get(first)
    assert ("Nachrichten aus der Stadt" in page.text, "Kultur" in page.text) == (True, True)
    world.wait(hours=20)
    second = world.subscribe(ALEX, "kultur")  # the next day there is another
    assert (len(world.mails()), second == first) == (2, False)
    world.confirm(first)
    assert world.states(ALEX) == {"kultur": "confirmed", "stadt": "confirmed"}
    assert "Sie sind angemeldet" in world.client.get(second).text


def test_only_what_the_page_showed_is_confirmed(world: World) -> None:
    link = world.subscribe(ALEX, "stadt")
    world.send(ALEX, "kultur")  # by somebody else, while the page is open
    world.work()
    world.client.post(link, data={"list": ["stadt"]})
    assert world.states(ALEX) == {"kultur": "unconfirmed", "stadt": "confirmed"}
    world.client.post(link, data={"list": ["presse", "tag"]})
    assert world.states(ALEX) == {"kultur": "unconfirmed", "stadt": "confirmed"}


def test_more_on_the_day_of_a_confirmation_is_asked_a_day_later(world: World) -> None:
    world.confirm(world.subscribe(ALEX, "stadt"))
    world.wait(hours=1)
    world.send(ALEX, "kultur")
    assert (world.work(), len(world.mails())) == (0, 1)
    world.wait(hours=22, minutes=50)
    assert world.work() == 0
    world.wait(minutes=20)
    assert world.work() == 1
    world.confirm(world.link())
    assert world.states(ALEX) == {"kultur": "confirmed", "stadt": "confirmed"}


def test_everything_asked_for_until_the_mail_leaves_is_in_it(database: Database, tmp_path: Path) -> None:
    script = Script(replies={"CONNECT": ["421 4.3.2 not now"]})
    with subscribing_world(database, tmp_path, script) as world:
        world.send(ALEX, "stadt")
        world.work()
        world.send(ALEX, "kultur")
        world.work()
        assert (world.relay.mails, world.outbox()) == ([], ["deferred"])
        world.wait(minutes=30)
        world.work()
        assert world.outbox() == ["sent"]
        assert ("- Nachrichten aus der Stadt" in world.text(), "- Kultur" in world.text()) == (True, True)


def test_a_lost_answer_repeats_the_same_mail(sqlite_database: Database, tmp_path: Path) -> None:
    with subscribing_world(sqlite_database, tmp_path, Script(replies={"END": [DROP]})) as world:
        world.send(ALEX, "stadt")
        world.work()
        world.wait(hours=1)
        world.work()
        assert world.outbox() == ["sent"]
        assert len({mail["Message-ID"] for mail in world.mails()}) == 1


def test_what_a_dead_worker_held_is_sent_by_the_next(world: World) -> None:
    world.send(ALEX, "stadt")
    sign_up.sort_out(world.house)
    with world.db.write() as connection:
        assert outbox.claim(connection, marks.WAY, world.moment[0], "dead") is not None
    assert (world.work(), world.relay.mails) == (0, [])  # somebody else's, as far as anybody knows
    with world.db.write() as connection:
        assert outbox.take_back(connection) == 1
    assert world.work() == 1
    (mail,) = world.mails()
    assert [one.message_id for one in world.consents(ALEX)] == [mail["Message-ID"]]


def test_an_address_that_does_not_exist_is_no_trouble_of_the_office(sqlite_database: Database, tmp_path: Path) -> None:
    script = Script(replies={"RCPT": ["550 5.1.1 <alex@example.com> no such user"]})
    with subscribing_world(sqlite_database, tmp_path, script) as world:
        world.send(ALEX, "stadt")
        world.work()
        assert world.outbox() == ["failed"]
        with world.db.read() as connection:
            assert outbox.in_trouble(connection, world.moment[0] + timedelta(days=1)) == []


# -- Seven days. --


@pytest.mark.parametrize(("later", "confirmed"), [(timedelta(days=6, hours=23), True), (timedelta(days=7), False)])
def test_a_link_is_good_for_seven_days(world: World, later: timedelta, confirmed: bool) -> None:
    link = world.subscribe(ALEX, "stadt")
    world.moment[0] += later
    tidying.tidy(world.house, world.moment[0])
    answer = world.confirm(link)
    assert (answer.status_code, bool(world.states(ALEX))) == ((200, True) if confirmed else (410, False))
    assert world.everybody() == ([ALEX] if confirmed else [])
    if not confirmed:
        assert 'href="/abonnieren"' in answer.text
        assert world.log() == [("unconfirmed", "1 requests, 1 addresses")]


def test_who_asks_again_within_the_week_has_seven_days_more(world: World) -> None:
    world.subscribe(ALEX, "stadt")
    world.wait(days=5)
    link = world.subscribe(ALEX, "stadt")
    world.wait(days=3)
    tidying.tidy(world.house, world.moment[0])
    assert (world.states(ALEX), len(world.consents(ALEX))) == ({"stadt": "unconfirmed"}, 1)
    world.wait(days=3)
    assert world.confirm(link).status_code == 200
    world.wait(days=9)
    tidying.tidy(world.house, world.moment[0])
    assert world.states(ALEX) == {"stadt": "confirmed"}


def test_who_had_left_stays_noted_when_a_request_of_theirs_runs_out(world: World) -> None:
    """Or the next import would bring them back."""
    world.confirm(world.subscribe(ALEX, "stadt"))
    number = world.number(ALEX)
    assert number is not None
    with world.db.write() as connection:
        people.leave(connection, number, "stadt", world.moment[0])
    world.wait(days=2)
    world.subscribe(ALEX, "stadt")
    assert world.states(ALEX) == {"stadt": "left"}
    world.wait(days=8)
    tidying.tidy(world.house, world.moment[0])
    assert world.states(ALEX) == {"stadt": "left"}
    assert [one.confirmed_at is None for one in world.consents(ALEX)] == [False]


def test_who_left_everything_comes_back_by_their_own_opt_in(world: World) -> None:
    world.confirm(world.subscribe(ALEX, "stadt"))
    number = world.number(ALEX)
    assert number is not None
    with world.db.write() as connection:
        people.leave_everything(connection, KEY, number, world.moment[0])
    world.wait(days=2)
    link = world.subscribe(ALEX, "stadt")
    world.wait(days=2)
    world.send(ALEX, "stadt")  # not every day
    assert (world.work(), len(world.mails())) == (0, 2)
    world.confirm(link)
    assert world.states(ALEX) == {"stadt": "confirmed"}
    with world.db.read() as connection:
        assert not people.is_suppressed(connection, KEY, ALEX)


# -- Races. --


def test_two_confirmations_at_once_are_one(world: World) -> None:
    link = world.subscribe(ALEX, "stadt", "kultur")
    body = {"list": ["stadt", "kultur"]}
    gate, answers = threading.Barrier(4), []

    def press() -> None:
        gate.wait()
        answers.append(world.client.post(link, data=body).status_code)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert world.states(ALEX) == {"kultur": "confirmed", "stadt": "confirmed"}
    assert len(world.consents(ALEX)) == 2
    assert world.log() == [("opt in", "list kultur, list stadt")]


def test_who_leaves_while_they_confirm_has_left(world: World) -> None:
    """Whichever comes first: a withdrawal ends the requests that wait."""
    number = None
    for _ in range(5):
        link = world.subscribe(ALEX, "stadt")
        number = number or world.number(ALEX)
        assert number is not None
        gate = threading.Barrier(2)

        def press(link: str = link, gate: threading.Barrier = gate) -> None:
            gate.wait()
            world.client.post(link, data={"list": ["stadt"]})

        thread = threading.Thread(target=press)
        thread.start()
        gate.wait()
        person.leave(world.house, ALEX, "stadt", OFFICE, world.moment[0], None)
        thread.join()
        assert world.states(ALEX) == {"stadt": "left"}
        world.wait(days=2)


def test_many_requests_at_once_make_one_mail(world: World) -> None:
    hidden = world.form()
    world.wait(seconds=10)
    gate = threading.Barrier(5)

    def ask(list_id: str) -> None:
        gate.wait()
        world.send(ALEX, list_id, hidden=hidden)

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("stadt", "kultur", "stadt", "kultur", "stadt")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    workers = [threading.Thread(target=world.work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    world.work()
    assert len(world.mails()) == 1
    assert world.states(ALEX) == {"kultur": "unconfirmed", "stadt": "unconfirmed"}


def test_a_withdrawn_request_sends_no_mail_any_more(world: World) -> None:
    world.send(ALEX, "stadt")
    sign_up.sort_out(world.house)
    number = world.number(ALEX)
    assert number is not None
    with world.db.write() as connection:
        people.leave(connection, number, "stadt", world.moment[0])
    world.work()
    assert (world.relay.mails, world.outbox()) == ([], ["superseded"])


# -- Abuse. --


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"email": "no address"}, 422, "email_wrong"),
        ({"email": ""}, 422, "email_wrong"),
        ({"email": "a b@example.com"}, 422, "email_wrong"),
        ({"email": f"{'a' * 250}@example.com"}, 422, "email_wrong"),
        ({"list": "presse"}, 422, "list_missing"),
        ({"list": "tag"}, 422, "list_missing"),  # nobody knows the event yet
        ({"list": "nothing"}, 422, "list_missing"),
        ({"stamp": ""}, 422, "form_stale"),
        ({"stamp": "1788249600.abc.00000000000000000000000000000000"}, 422, "form_stale"),
        ({"homepage": "https://spam.example"}, 200, "subscribed_text"),  # a program learns nothing
    ],
)
def test_what_is_wrong_is_said_and_nothing_happens(
    quick: World, fields: dict[str, str], status: int, said: str
) -> None:
    hidden = quick.form()
    quick.wait(seconds=10)
    answer = quick.client.post("/abonnieren", data={**hidden, "email": ALEX, "list": "stadt", **fields})
    assert (answer.status_code, WORDS["de"][said] in answer.text) == (status, True)
    quick.work()
    assert (quick.everybody(), quick.relay.mails) == ([], [])


@pytest.mark.parametrize(("seconds", "status"), [(0, 422), (2, 422), (3, 200), (86_399, 200), (86_401, 422)])
def test_a_form_takes_its_time_and_not_for_ever(quick: World, seconds: int, status: int) -> None:
    hidden = quick.form()
    quick.wait(seconds=seconds)
    assert quick.send(ALEX, "stadt", hidden=hidden).status_code == status


def test_who_was_too_fast_sends_the_same_form_again(quick: World) -> None:
    first = quick.send(ALEX, "stadt", hidden=quick.form())
    assert WORDS["de"]["too_fast"] in first.text
    assert f'value="{ALEX}"' in first.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', first.text))
    quick.wait(seconds=4)
    assert quick.send(ALEX, "stadt", hidden=hidden).status_code == 200


def test_other_words_make_another_version_and_an_open_form_is_shown_again(quick: World, tmp_path: Path) -> None:
    hidden = quick.form()
    own = tmp_path / "own" / "web"
    own.mkdir(parents=True)
    (own / "consent.de.txt").write_text("Ja, ich will.\n", encoding="utf-8")
    with subscribing_world(quick.db, tmp_path, paths={"templates": "own"}) as other:
        other.wait(seconds=10)
        assert WORDS["de"]["form_stale"] in other.send(ALEX, "stadt", hidden=hidden).text
        other.confirm(other.subscribe(ALEX, "stadt"))
        (given,) = other.consents(ALEX)
        assert (given.text, given.text_version) == ("Ja, ich will.", Pages(other.house.settings).consent("de").version)
        assert given.text_version != Pages(quick.house.settings).consent("de").version


def test_a_caller_and_all_together_are_counted(database: Database, tmp_path: Path) -> None:
    caps = {"caller_per_hour": 3, "all_per_hour": 5}
    web = {"trusted_proxies": ["127.0.0.1"]}
    with subscribing_world(database, tmp_path, subscribe=caps, web=web) as world:

        def ask(number: int, caller: str) -> int:
            return world.send(f"a{number}@example.com", "stadt", headers={"X-Forwarded-For": caller}).status_code

        assert [ask(n, "192.0.2.1") for n in range(4)] == [200, 200, 200, 429]
        # A made-up beginning does not help; one IPv6 network is one caller.
        assert ask(4, "10.9.9.9, 192.0.2.1") == 429
        assert [ask(5, "2001:db8::1"), ask(6, "2001:db8::2")] == [200, 200]
        assert ask(7, "198.51.100.7") == 503
        with world.db.read() as connection:
            names = list(connection.scalars(sa.select(limit_bucket.c.name)))
        assert not any("192.0.2" in name or "2001" in name for name in names)
        world.wait(hours=1)
        assert ask(8, "192.0.2.1") == 200
        world.work()
        world.wait(days=2)
        tidying.tidy(world.house, world.moment[0])
        with world.db.read() as connection:
            assert list(connection.scalars(sa.select(limit_bucket.c.name))) == ["signup-all"]


# -- The API. --


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ({}, 202, ""),
        ({"language": "en", "form": "https://portal.example/newsletter"}, 202, ""),
        ({"lists": ["presse"]}, 400, "'lists' names no list"),
        ({"lists": []}, 400, "'lists' names no list"),
        ({"lists": "stadt"}, 400, "'lists' names no list"),
        ({"address": "nobody"}, 400, "'address' is no mail address"),
        ({"address": 3}, 400, "'address' is no mail address"),
        ({"language": "fr"}, 400, "'language'"),
        ({"consent": "0" * 12}, 409, "'consent'"),
        ({"consent": None}, 409, "'consent'"),
        ({"form": "javascript:alert(1)"}, 400, "'form'"),
        ({"form": "https://[broken"}, 400, "'form'"),
        ({"name": "Gewinnen Sie"}, 400, "'name' is not known"),
    ],
)
def test_the_api_takes_what_the_form_takes(quick: World, said: dict[str, object], status: int, reason: str) -> None:
    request = {**_request(quick, language=said.get("language", "de")), **said}
    answer = quick.client.post("/api/subscribe", json=request)
    assert (answer.status_code, reason in answer.json().get("said", "")) == (status, True)
    quick.work()
    assert len(quick.relay.mails) == (status == 202)
    if "form" in said and status == 202:
        assert {one.form for one in quick.consents(ALEX)} == {said["form"]}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{}", "text/plain", 415),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("[" * 50_000, "application/json", 400),
        ("x" * 70_000, "application/json", 413),
    ],
)
def test_the_api_refuses_what_is_no_request(quick: World, body: str, kind: str, status: int) -> None:
    answer = quick.client.post("/api/subscribe", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status


def test_the_api_says_what_is_offered(quick: World) -> None:
    offer = quick.client.get("/api/subscribe").json()
    assert [one["id"] for one in offer["lists"]] == ["stadt", "kultur"]
    assert offer["languages"] == ["de", "en"]
    assert json.dumps(offer["consents"]["de"]["version"])[1:-1] in quick.form()["stamp"]


# -- One's own page. --


def _own_page(world: World) -> str:
    found = re.search(r'href="(/p/[^"]+)"', world.confirm(world.link()).text)
    assert found is not None
    return found[1]


def test_further_lists_need_no_second_mail_on_ones_own_page(world: World) -> None:
    world.subscribe(ALEX, "stadt")
    page = _own_page(world)
    hidden = world.form(page)
    body = {"consent": hidden["consent"], "shown": "stadt", "keep": "stadt", "join": ["kultur", "presse"], "do": "save"}
    world.client.post(page, data={**body, "consent": "0" * 12})
    assert world.states(ALEX) == {"stadt": "confirmed"}
    world.client.post(page, data={**body, "language": "en"})
    assert world.states(ALEX) == {"kultur": "confirmed", "stadt": "confirmed"}
    given = world.consents(ALEX)[-1]
    assert (given.list_id, given.source, given.confirmed_at) == ("kultur", "own page", world.moment[0])
    assert given.text == Pages(world.house.settings).consent("de").text
    assert world.log() == [("opt in", "list stadt"), ("join", "list kultur"), ("speak", "en")]
    assert len(world.mails()) == 1


def test_an_address_that_is_not_confirmed_joins_nothing(world: World) -> None:
    world.subscribe(ALEX, "stadt")
    page = _own_page(world)
    hidden = world.form(page)
    with world.db.write() as connection:
        people.leave(connection, world.number(ALEX) or 0, "stadt", world.moment[0])
    world.client.post(page, data={"consent": hidden["consent"], "join": "kultur", "do": "save"})
    assert world.states(ALEX) == {"stadt": "left"}
    assert 'name="join"' not in world.client.get(page).text


def test_erasing_oneself_takes_two_steps(world: World) -> None:
    world.subscribe(ALEX, "stadt")
    page = _own_page(world)
    link = re.search(r'href="(/p/[^"]+/loeschen)"', world.client.get(page).text)
    assert link is not None
    assert "a…@example.com" in world.client.get(link[1]).text
    assert world.everybody() == [ALEX]  # looking erases nothing
    for _ in range(2):
        done = world.client.post(link[1])
        assert (done.status_code, WORDS["de"]["erased_title"] in done.text) == (200, True)
    assert world.everybody() == []
    assert WORDS["de"]["preferences_none"] in world.client.get(page).text
    assert world.client.get(world.link()).status_code == 410
    assert world.log()[-1] == ("erase", "")


# -- The service. --


def test_the_service_looks_after_requests_and_what_ends(tmp_path: Path, database_url: str) -> None:
    """Through the engine, as the service drives it: nothing while all sending is held."""
    with campaign_world(tmp_path, database_url, at(6, 20)) as world:
        db, settings = world.engine.database, world.house.settings
        asked = Signup(ALEX, ("newsletter",), "de", settings.site.url, "Ja.", "0a1b", at(6, 20))
        with db.write() as connection:
            optin.put(connection, asked)
            journal.remember(connection, journal.HOLD, "restored")
        assert [one for one in world.go(at(6, 20, 11)) if isinstance(one, Mail)] == []
        with db.write() as connection:
            journal.forget(connection, journal.HOLD)
        (mail,) = [one for one in world.go(at(6, 20, 12)) if isinstance(one, Mail) and one.recipient == ALEX]
        assert mail.letter.header("Subject") == "Bitte bestätigen Sie Ihre Anmeldung"
        with db.read() as connection:
            found = people.find(connection, ALEX)
        assert found is not None
        world.go(at(6, 27, 12))
        with db.read() as connection:
            assert people.by_id(connection, found.id) is None


# -- Lists of events. --

EVENT = Event("tag", "Tag der Städte", start=NOW + timedelta(days=10), end=NOW + timedelta(days=11))


def _know(world: World, event: Event, at: timedelta = timedelta()) -> None:
    with world.db.write() as connection:
        facts.save_event(connection, event, OFFICE, NOW + at)
        if event.version == 1:
            facts.save_announcement(
                connection, Announcement("release", "Kommt zum Tag", event_id="tag"), OFFICE, NOW + at
            )


def test_an_events_list_is_open_while_it_is_public_and_ahead(sqlite_database: Database, tmp_path: Path) -> None:
    with subscribing_world(sqlite_database, tmp_path) as world:
        _know(world, EVENT)
        assert "Tag der Städte" not in world.client.get("/abonnieren").text  # under embargo: nothing was sent


def test_subscriptions_to_an_event_end_some_days_after_it(world: World) -> None:
    _know(world, EVENT)
    with world.db.write() as connection:
        for address, lists in ((ALEX, ["tag"]), ("kim@example.com", ["tag", "stadt"])):
            one = people.add(connection, KEY, address, now=NOW)
            for list_id in lists:
                people.subscribe(connection, one.id, list_id, CONFIRMED, Basis.DOUBLE_OPT_IN, NOW)
    world.wait(days=40)
    tidying.tidy(world.house, world.moment[0])
    assert world.everybody() == [ALEX, "kim@example.com"]
    _know(world, replace(EVENT, version=2, start=NOW + timedelta(days=20), end=NOW + timedelta(days=21)))  # moved
    world.wait(days=1)
    tidying.tidy(world.house, world.moment[0])
    assert world.everybody() == [ALEX, "kim@example.com"]
    world.wait(days=10)
    tidying.tidy(world.house, world.moment[0])
    assert (world.everybody(), world.states("kim@example.com")) == (["kim@example.com"], {"stadt": "confirmed"})
    assert world.log()[-1] == ("list over", "2 subscriptions, 1 addresses")
