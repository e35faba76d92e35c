"""The service as a process of its own, with a relay and a Mastodon server that it reaches over sockets."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from announcer import settings
from announcer.clock import system_clock
from announcer.engine import MAIL, Engine
from announcer.model.ledger import DeliveryState, MessageState
from announcer.sandbox.arrivals import Post
from announcer.sandbox.server import Sandbox
from announcer.tick import Ticked
from announcer.timekeeping import Timekeeper
from tests.contract.mastodon_standin import Habits, mastodon_standin
from tests.faults.house import FEED, SOCIAL, Office, address
from tests.faults.process import PATIENCE, Service, service, wait_until
from tests.standins.smtp_relay import SmtpRelay

PEOPLE = 30


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def office(sandbox: Sandbox, sqlite_url: str, tmp_path: Path) -> Office:
    return furnished(tmp_path, sqlite_url, sandbox.smtp_port, sandbox.url)


def furnished(folder: Path, database_url: str, smtp_port: int, mastodon_url: str, token: str = "a-token") -> Office:
    office = Office(folder, database_url, smtp_port, mastodon_url, token)
    office.furnish()
    office.invite(PEOPLE)
    return office


def wait_until_over(office: Office, running: Service) -> None:
    """Until every approved message has come to its end."""
    with office.ledger() as ledger:
        wait_until(lambda: ledger.over() or running.ended, "everything to be sent")
    assert not running.ended, running.log


def posts(sandbox: Sandbox) -> list[str]:
    """Which announcements were posted, by the end of their links."""
    return sorted(one.text.rpartition("/")[2] for one in sandbox.arrivals if isinstance(one, Post))


def letters(sandbox: Sandbox) -> Counter[str]:
    """How many mails each address got."""
    return Counter(mail.recipient for mail in sandbox.mails)


def everyone(times: int) -> Counter[str]:
    return Counter({address(number): times for number in range(1, PEOPLE + 1)})


# -- Start and stop. --


def test_it_answers_once_it_is_ready_and_ends_when_told_to(office: Office) -> None:
    with service(office.config) as running, httpx.Client(base_url=running.url, trust_env=False) as client:
        paths = ("/", "/healthz", "/abonnieren", "/feeds/feed.rss.xml", "/a/nothing")
        assert [client.get(path).status_code for path in paths] == [200, 200, 200, 200, 404]
        code, seconds = running.stop()  # with a visitor's connection still open
    print(f"ready after {running.seconds_to_ready:.2f} s, ended after {seconds:.2f} s")
    assert (code, running.log.splitlines()[-1].split()[-1]) == (0, "stopped")


def test_a_second_service_on_the_same_file_is_refused_with_one_sentence(office: Office) -> None:
    with service(office.config) as first:
        second = Service(office.config)
        assert (second.wait(), second.url, len(second.log.splitlines())) == (1, "", 1)
        assert "stop it first" in second.log
        assert first.returncode is None
        assert first.stop()[0] == 0
    with service(office.config) as third:
        assert third.stop()[0] == 0


class Slow(Engine):
    """Its tick is under way until it is told to go on."""

    begun, go_on = threading.Event(), threading.Event()

    def tick(self) -> Ticked:
        self.begun.set()
        self.go_on.wait(PATIENCE)
        return Ticked()


def test_the_clock_stops_while_a_tick_is_about_to_set_the_bell(office: Office) -> None:
    office.announce("rathaus", due=system_clock() + timedelta(seconds=1.5))
    with closing(Slow(settings.load(office.config), system_clock)) as engine:
        clock = Timekeeper(engine, [])
        clock.start()
        assert engine.begun.wait(PATIENCE)
        stopping = threading.Thread(target=clock.stop, daemon=True)
        stopping.start()
        stopping.join(0.2)  # now it waits for the tick
        engine.go_on.set()
        stopping.join(PATIENCE)
        assert not stopping.is_alive()


# -- A message leaves. --


def test_a_due_message_leaves_once_on_every_way_and_again_with_no_restart(office: Office, sandbox: Sandbox) -> None:
    office.announce("rathaus")
    with service(office.config) as running:
        wait_until_over(office, running)
        assert (posts(sandbox), letters(sandbox)) == (["rathaus"], everyone(1))
        feed = httpx.get(running.url + "/feeds/feed.rss.xml", trust_env=False)
        assert (feed.status_code, feed.text.count("<item>")) == (200, 1)
        assert running.stop()[0] == 0
    with office.ledger() as ledger:
        assert ledger.deliveries() == {DeliveryState.SENT: PEOPLE + 2}
        assert set(ledger.messages().values()) == {MessageState.SENT}
    assert (office.folder / "feeds" / "feed.rss.xml").read_text(encoding="utf-8") == feed.text
    with service(office.config) as running:
        office.announce("museum")  # beside the running service, as the command line does
        wait_until_over(office, running)
        assert running.stop()[0] == 0
    assert (posts(sandbox), letters(sandbox)) == (["museum", "rathaus"], everyone(2))


def test_stopped_within_a_send_it_records_what_left_and_sends_the_rest_later(office: Office, sandbox: Sandbox) -> None:
    sandbox.smtp_faults.delay = 0.1
    office.announce("rathaus", (MAIL,))
    with service(office.config) as running:
        wait_until(lambda: sandbox.mails, "the first mail")
        code, seconds = running.stop()
    print(f"ended after {seconds:.2f} s")
    left = len(sandbox.mails)
    with office.ledger() as ledger:
        found = ledger.deliveries()
    assert (code, found[DeliveryState.SENT], DeliveryState.SENDING in found) == (0, left, False)
    sandbox.smtp_faults.delay = 0
    with service(office.config) as running:
        wait_until_over(office, running)
    assert letters(sandbox) == everyone(1)


def test_a_relay_slower_than_the_lease_gets_nothing_twice(office: Office, sandbox: Sandbox) -> None:
    sandbox.smtp_faults.delay = 0.3
    office.announce("rathaus", (MAIL,))
    with service(office.config, ANNOUNCER_LEASE_SECONDS="5") as running:
        wait_until_over(office, running)
    assert letters(sandbox) == everyone(1)


# -- What goes wrong outside. --


def test_a_relay_that_is_away_gets_everything_when_it_is_back(
    sandbox: Sandbox, sqlite_url: str, tmp_path: Path
) -> None:
    with SmtpRelay() as relay:
        office = furnished(tmp_path, sqlite_url, relay.port, sandbox.url)
        asyncio.run_coroutine_threadsafe(relay.stop(), relay.loop).result(10)
        office.announce("rathaus")
        with service(office.config) as running, office.ledger() as ledger:
            wait_until(lambda: ledger.deliveries(MAIL) == {DeliveryState.DEFERRED: PEOPLE}, "the relay to be missed")
            wait_until(lambda: posts(sandbox) == ["rathaus"], "the post, which needs no relay")
            asyncio.run_coroutine_threadsafe(relay.start(), relay.loop).result(10)
            wait_until_over(office, running)
        assert Counter(mail.recipient for mail in relay.mails) == everyone(1)


def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(
    sandbox: Sandbox, sqlite_url: str, tmp_path: Path
) -> None:
    """The server forgets the Idempotency-Key, as GoToSocial does: only looking up helps."""
    with mastodon_standin(Habits(keeps_keys=False, lose_answers=1)) as server:
        office = furnished(tmp_path, sqlite_url, sandbox.smtp_port, server.url, server.token)
        office.announce("rathaus", (SOCIAL,))
        with service(office.config) as running:
            wait_until_over(office, running)
        assert len(server.posts) == server.made == 1
    with office.ledger() as ledger:
        assert ledger.deliveries() == {DeliveryState.SENT: 1}


def test_a_server_that_never_answers_does_not_keep_the_service_from_ending(
    sandbox: Sandbox, sqlite_url: str, tmp_path: Path
) -> None:
    with mastodon_standin(Habits(keeps_keys=False, hold_answers=1)) as server:
        office = furnished(tmp_path, sqlite_url, sandbox.smtp_port, server.url, server.token)
        office.announce("rathaus", (SOCIAL,))
        with service(office.config) as running:
            wait_until(lambda: server.posts, "the post")
            code, seconds = running.stop()
        print(f"ended after {seconds:.2f} s")
        assert code == 0
        with service(office.config) as running:
            wait_until_over(office, running)
        assert len(server.posts) == server.made == 1


# -- Pause and outage. --


@pytest.mark.parametrize("pause_of", ["all", f"channel:{MAIL}"])
def test_a_pause_in_the_middle_of_a_round_begins_no_further_mail(
    office: Office, sandbox: Sandbox, pause_of: str
) -> None:
    """A round of thirty to a relay that takes 0.2 s for a mail: one takes six seconds."""
    sandbox.smtp_faults.delay = 0.2
    office.announce("rathaus", (MAIL,))
    with service(office.config) as running, office.ledger() as ledger:
        wait_until(lambda: len(sandbox.mails) >= 2, "the first mails")
        office.pause(pause_of)
        wait_until(lambda: DeliveryState.SENDING not in ledger.deliveries(), "what had begun")
        left = len(sandbox.mails)
        assert left < PEOPLE
        assert ledger.deliveries()[DeliveryState.SENT] == left
        sandbox.smtp_faults.delay = 0
        office.resume(pause_of)
        wait_until_over(office, running)
    assert letters(sandbox) == everyone(1)


def test_a_paused_channel_sends_nothing_until_it_is_resumed(office: Office, sandbox: Sandbox) -> None:
    office.pause(f"channel:{SOCIAL}")
    office.announce("rathaus", (SOCIAL, FEED))
    with service(office.config) as running, office.ledger() as ledger:
        wait_until(lambda: ledger.deliveries(FEED) == {DeliveryState.SENT: 1}, "the feed's entry")
        assert (ledger.deliveries(SOCIAL), posts(sandbox)) == ({DeliveryState.PENDING: 1}, [])
        office.resume(f"channel:{SOCIAL}")
        wait_until_over(office, running)
    assert posts(sandbox) == ["rathaus"]


def test_after_an_outage_goes_what_is_still_worth_it(office: Office, sandbox: Sandbox) -> None:
    """Two were in the ledger when the service died; two became due while it was away."""
    ago = system_clock() - timedelta(minutes=5)
    office.announce("queued", due=ago, worth_seconds=3600)
    past = office.announce("queued-past", due=ago, worth_seconds=3600)
    office.tick()
    office.expire(past.values())
    office.announce("fresh", due=ago, worth_seconds=3600)
    past |= {
        f"fresh {channel}": id_ for channel, id_ in office.announce("fresh-past", due=ago, worth_seconds=60).items()
    }
    with service(office.config) as running:
        wait_until_over(office, running)
    with office.ledger() as ledger:
        found = ledger.messages()
    assert {id_ for id_, state in found.items() if state is MessageState.MISSED} == set(past.values())
    assert Counter(found.values()) == {MessageState.SENT: 6, MessageState.MISSED: 6}
    assert (posts(sandbox), letters(sandbox)) == (["fresh", "queued"], everyone(2))
