"""Several processes on one database: gone, frozen, cut off, stopped in turn, and one too many."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from announcer.engine import MAIL
from announcer.model.ledger import DeliveryState
from tests.faults.conftest import Figure
from tests.faults.house import FEED, SOCIAL, Office, address
from tests.faults.kill_loop import LEASE
from tests.faults.process import SERVE, WEB_ONLY, WORKER, Service, service, wait_until
from tests.faults.sink import Sink, receiving
from tests.standins.faulty_wire import Wire

PEOPLE = 400
SHORT = {"ANNOUNCER_LEASE_SECONDS": str(LEASE)}


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    """A relay that takes 20 ms for a mail, and a Mastodon server."""
    with receiving(tmp_path / "sink", 0.02) as sink:
        yield sink


def furnished(folder: Path, url: str, sink: Sink, *, round: int = 20, people: int = PEOPLE) -> Office:
    office = Office(folder, url, sink.smtp_port, sink.url, sink.token, round)
    office.furnish()
    office.invite(people)
    return office


def begun(sink: Sink, number: int = 1) -> None:
    wait_until(lambda: len(sink.mails()) >= number, "the first mails")


def finish(office: Office, seconds: float = 60) -> None:
    with office.ledger() as ledger:
        wait_until(ledger.over, "everything to be sent", seconds)


def doubles(sink: Sink, people: int = PEOPLE) -> int:
    """How many mails came twice; nobody may be left out."""
    reached = Counter(recipient for _, recipient in sink.mails())
    assert set(reached) == {address(number) for number in range(1, people + 1)}
    assert len({key for key, _ in sink.mails()}) == people  # a second one has the first one's Message-ID
    return reached.total() - len(reached)


def test_what_a_worker_gone_for_good_held_others_send(
    postgres_url: str, tmp_path: Path, sink: Sink, figure: Figure
) -> None:
    office = furnished(tmp_path / "office", postgres_url, sink)
    with ExitStack() as stack:
        gone, other = (stack.enter_context(service(office.config, verb=WORKER, **SHORT)) for _ in range(2))
        office.announce("rathaus", (MAIL,))
        begun(sink, 30)
        gone.kill()
        killed = time.monotonic()
        with office.ledger() as ledger:
            held = ledger.held_by(gone.pid)
            wait_until(lambda: not ledger.held_by(gone.pid), "what it held to be taken back")
            seconds = time.monotonic() - killed
        finish(office)
        assert not other.ended
    assert seconds <= 2 * LEASE
    figure(
        "a worker gone for good",
        postgres_url,
        f"{held} it held went on after {seconds:.1f} s (lease {LEASE} s), 0 lost, {doubles(sink)} double",
    )


def test_a_frozen_worker_is_fenced(postgres_url: str, tmp_path: Path, sink: Sink, figure: Figure) -> None:
    office = furnished(tmp_path / "office", postgres_url, sink)
    with ExitStack() as stack:
        frozen, other = (stack.enter_context(service(office.config, verb=WORKER, **SHORT)) for _ in range(2))
        office.announce("rathaus", (MAIL,))
        begun(sink, 30)
        frozen.send(signal.SIGSTOP)
        with office.ledger() as ledger:
            held = ledger.held_by(frozen.pid)
            wait_until(lambda: not ledger.held_by(frozen.pid), "what it held to be taken back")
        finish(office)
        with office.ledger() as ledger:
            before = ledger.rows()
        arrived = len(sink.mails())
        frozen.send(signal.SIGCONT)
        time.sleep(2)
        with office.ledger() as ledger:
            assert ledger.rows() == before  # it recorded nothing more
        more = len(sink.mails()) - arrived
        assert not other.ended
    assert more <= held
    figure(
        "SIGSTOP beyond the lease, then CONT",
        postgres_url,
        f"held {held}, recorded 0 more, sent {more} more, 0 lost, {doubles(sink)} double",
    )


def test_a_worker_cut_off_in_the_middle_loses_nothing(
    postgres_url: str, tmp_path: Path, sink: Sink, figure: Figure
) -> None:
    """Its wire to database and relay goes dead, and nobody is told: no end of connection, no answer."""
    office = furnished(tmp_path / "office", postgres_url, sink)
    with Wire("127.0.0.1", sink.smtp_port) as to_relay, Wire.to_postgres(postgres_url) as to_store:
        apart = Office(
            tmp_path / "apart", to_store.postgres_url(postgres_url), to_relay.port, sink.url, sink.token, round=20
        )
        apart.furnish(key_of=office)
        with ExitStack() as stack:
            cut, other = (stack.enter_context(service(one.config, verb=WORKER, **SHORT)) for one in (apart, office))
            office.announce("rathaus", (MAIL,))
            begun(sink, 30)
            to_relay.cut()
            to_store.cut()
            since = time.monotonic()
            finish(office)
            seconds = time.monotonic() - since
            assert not cut.ended
            assert not other.ended
    figure(
        "a worker cut off from the network mid-send",
        postgres_url,
        f"all sent by the other after {seconds:.1f} s, 0 lost, {doubles(sink)} double",
    )


def test_restarted_in_turn_nothing_is_lost_or_double(
    database_url: str, tmp_path: Path, sink: Sink, figure: Figure
) -> None:
    """Each is told to stop in the midst of a send, and another takes its place; on PostgreSQL first."""
    office = furnished(tmp_path / "office", database_url, sink)
    sqlite = database_url.startswith("sqlite")
    slowest = 0.0
    with ExitStack() as stack:

        def hire() -> Service:
            return stack.enter_context(service(office.config, verb=SERVE if sqlite else WORKER))

        crew = [hire() for _ in range(1 if sqlite else 2)]
        office.announce("rathaus", (MAIL, SOCIAL, FEED))
        begun(sink)
        for place, one in enumerate(crew):
            fresh = None if sqlite else hire()
            code, seconds = one.stop()
            assert code == 0
            crew[place] = fresh or hire()
            slowest = max(slowest, seconds)
        finish(office)
        for one in crew:
            assert one.stop()[0] == 0
    assert slowest <= 10
    assert (doubles(sink), len(sink.posts())) == (0, 1)
    figure("SIGTERM under load, rolling restart", database_url, f"0 lost, 0 double, slowest end {slowest:.1f} s")


def test_two_services_are_one_house(database_url: str, tmp_path: Path, sink: Sink, figure: Figure) -> None:
    """Two clocks tick at the same moment for many messages; on SQLite the second is refused with a sentence."""
    office = furnished(tmp_path / "office", database_url, sink, people=20)
    with service(office.config) as first:
        second = Service(office.config)
        try:
            if database_url.startswith("sqlite"):
                assert second.wait() == 1
                assert "stop it first" in second.log
            else:
                second.ready()
            office.announce("rathaus")
            for number in range(10):
                office.announce(f"meldung-{number}", (SOCIAL, FEED))
            finish(office)
            logs = [first.log, second.log]
        finally:
            second.kill()
    assert (doubles(sink, 20), len(sink.posts()), len(set(sink.posts()))) == (0, 11, 11)
    assert [line for log in logs for line in log.splitlines() if "failed" in line or "Traceback" in line] == []
    refused = "the second refused" if database_url.startswith("sqlite") else "both ran"
    figure("two services on one database, two schedulers", database_url, f"{refused}; 20 mails and 11 posts, each once")


def test_pages_here_and_workers_there(postgres_url: str, tmp_path: Path, sink: Sink, figure: Figure) -> None:
    """The web process sends nothing and shows what a worker sent, at once; a worker answers nobody."""
    office = furnished(tmp_path / "office", postgres_url, sink, people=5)
    with service(office.config, verb=WEB_ONLY) as web:
        office.announce("rathaus")
        time.sleep(2)
        assert (sink.mails(), sink.posts()) == ([], [])
        with service(office.config, verb=WORKER) as worker:
            assert worker.url == ""
            finish(office)
            began = time.monotonic()
            office.announce("museum", (SOCIAL,))
            wait_until(lambda: len(sink.posts()) == 2, "the second post")
            woken = time.monotonic() - began
            assert worker.stop()[0] == 0
        feed = httpx.get(web.url + "/feeds/feed.rss.xml", trust_env=False)
        assert (feed.status_code, feed.text.count("<item>")) == (200, 1)
        assert httpx.get(web.url + "/readyz", trust_env=False).status_code == 200
        assert web.stop()[0] == 0
    figure(
        "web process and workers apart",
        postgres_url,
        f"the worker sent, the pages showed it; the next post left {woken:.2f} s after its verb began",
    )


@pytest.mark.parametrize("verb", [WEB_ONLY, WORKER])
def test_a_part_of_the_house_needs_postgresql(sqlite_url: str, tmp_path: Path, verb: tuple[str, ...]) -> None:
    office = Office(tmp_path / "office", sqlite_url, 9, "http://127.0.0.1:9")
    office.furnish()
    refused = Service(office.config, verb=verb)
    assert refused.wait() == 1
    assert "'announcer serve'" in refused.log
    assert len(refused.log.splitlines()) == 1


def test_the_states_of_a_ledger_are_told_apart(sqlite_url: str, tmp_path: Path, sink: Sink) -> None:
    """The instrument itself: what is queued and not sent is seen as such."""
    office = furnished(tmp_path / "office", sqlite_url, sink, people=3)
    office.announce("rathaus", (MAIL,))
    office.tick()
    with office.ledger() as ledger:
        assert (ledger.over(), ledger.deliveries()) == (False, {DeliveryState.PENDING: 3})
