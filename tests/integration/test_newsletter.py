"""The mail engine against a relay with the faults that relays have."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from announcer.engine import MAIL, Engine
from announcer.errors import ComposeError, Credentials, StoreError
from announcer.model.content import Content, Health, Limits, Payload
from announcer.model.ledger import Deferred, Failed, Outcome, Receipt, Sent, Unknown
from announcer.newsletter.connection import Access, Connection
from announcer.newsletter.mailer import MAX_HTML_BYTES, Mailer
from announcer.newsletter.rounds import Letter
from announcer.newsletter.slots import Links
from announcer.settings import Mail, Relay, from_dict
from tests.standins.smtp_relay import DROP, HALF, HANG, KEEP, Script, SmtpRelay

NOW = datetime(2018, 9, 11, 8, 0, tzinfo=UTC)
LINKS = Links("https://presse.city.example", {"presse": "Presseverteiler"})
PAYLOAD: Payload = {
    "subject": "Erinnerung",
    "preheader": "",
    "text": "⟦greeting⟧\n.\n..\n⟦reason⟧\n⟦unsubscribe_url⟧\n",
    "html": '<p>⟦greeting⟧</p>\n.\n<a href="⟦unsubscribe_url⟧">Abmelden</a>\n',
}
TAKEN = Sent(Receipt("250 2.0.0 Ok: queued as 4F2A"))


def letter(number: int, **changes: str) -> Letter:
    return Letter(
        id=number,
        fence=1,
        content_id=1,
        key=f"{number:08x}",
        subscriber_id=number,
        address=changes.get("address", f"leser{number}@city.example"),
        name=changes.get("name", f"Leserin {number}"),
        language="de",
        list_id="presse",
        attempts=1,
        maybe_double=False,
        corrects_key=None,
    )


class MemoryLedger:
    """A ledger that keeps every outcome; deferred letters are due again in the next drain only."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        self._due = list(letters)
        self._lock = threading.Lock()
        self._claimed: set[int] = set()
        self.outcomes: dict[int, list[Outcome]] = {}
        self.claims: list[int] = []
        self.most_in_flight = 0
        self.fails = False

    def next_round(self, done: Sequence[tuple[Letter, Outcome]], limit: int, relay: str = "") -> Sequence[Letter]:
        with self._lock:
            for each, outcome in done:
                self._claimed.remove(each.id)  # a second outcome for one claim raises here
                self.outcomes.setdefault(each.id, []).append(outcome)
            if self.fails:
                raise StoreError("the disk is full; make room")
            claimed, self._due = self._due[:limit], self._due[limit:]
            self._claimed |= {each.id for each in claimed}
            self.claims.append(len(claimed))
            self.most_in_flight = max(self.most_in_flight, len(self._claimed))
            return claimed

    def payload(self, content_id: int) -> Payload:
        return PAYLOAD

    def again(self, letters: Sequence[Letter]) -> None:
        """Make what was deferred due."""
        last = {number: outcomes[-1] for number, outcomes in self.outcomes.items()}
        self._due += [each for each in letters if isinstance(last.get(each.id), Deferred)]

    @property
    def settled(self) -> bool:
        """Whether nothing is claimed without an outcome."""
        return not self._claimed

    def last(self, letters: Sequence[Letter]) -> list[Outcome]:
        """The latest outcome of each letter."""
        return [self.outcomes[each.id][-1] for each in letters]


@contextmanager
def mailer(relay: SmtpRelay, **changes: object) -> Iterator[Mailer]:
    options: dict[str, object] = {
        "port": relay.port,
        "security": "none",
        "connections": 1,
        "timeout_seconds": 5,
        **{name: value for name, value in changes.items() if name not in ("password", "tls", "keep_seconds")},
    }
    tls = found if isinstance(found := changes.get("tls"), ssl.SSLContext) else None
    settings = Relay.model_validate(options)
    made = Mailer(
        Mail(sender="presse@city.example", relay=settings),
        b"k" * 32,
        LINKS,
        lambda: NOW,
        relays=[Access(settings, str(changes.get("password", "")), tls)],
        keep_seconds=float(str(changes.get("keep_seconds", 30))),
    )
    try:
        yield made
    finally:
        made.close()


def drained(script: Script, count: int = 4, **changes: object) -> tuple[SmtpRelay, list[Outcome]]:
    """What became of `count` letters in one drain, and the relay."""
    letters = [letter(number) for number in range(count)]
    ledger = MemoryLedger(letters)
    with SmtpRelay(script) as relay, mailer(relay, **changes) as channel:
        counts = channel.drain(ledger)
    outcomes = ledger.last(letters)
    assert ledger.settled
    assert [len(each) for each in ledger.outcomes.values()] == [1] * count
    assert counts == Counter(type(outcome).__name__.lower() for outcome in outcomes)
    return relay, outcomes


# -- all is well --


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize("portion", [65536, 1, 7])
def test_every_letter_arrives_once(extensions: tuple[str, ...], portion: int) -> None:
    relay, outcomes = drained(Script(extensions=extensions, portion=portion), 12)
    assert outcomes == [TAKEN] * 12
    assert relay.keys == [f"{number:08x}" for number in range(12)]
    assert {(mail.sender, mail.recipient) for mail in relay.mails} == {
        ("presse@city.example", f"leser{number}@city.example") for number in range(12)
    }
    assert relay.connections == 1


def test_many_letters_over_several_connections_stay_within_what_may_be_in_flight() -> None:
    letters = [letter(number) for number in range(1000)]
    ledger = MemoryLedger(letters)
    with SmtpRelay() as relay, mailer(relay, connections=4, round=200) as channel:
        assert channel.drain(ledger) == Counter(sent=1000)
    assert relay.keys == [each.key for each in letters]
    assert ledger.most_in_flight <= 200
    assert 1 < relay.connections <= 4


def test_a_handful_takes_one_connection_which_is_kept_and_closed() -> None:
    letters = [letter(number) for number in range(3)]
    with SmtpRelay() as relay, mailer(relay, connections=4) as channel:
        for each in letters:
            assert channel.drain(MemoryLedger([each])) == Counter(sent=1)
        assert relay.connections == 1
        assert "QUIT" not in relay.seen
        channel.close()
        assert relay.seen[-1] == "QUIT"
        assert channel.drain(MemoryLedger([letter(9)])) == Counter(sent=1)
        assert relay.connections == 2


def test_a_connection_kept_too_long_is_closed() -> None:
    with SmtpRelay() as relay, mailer(relay, keep_seconds=0) as channel:
        channel.drain(MemoryLedger([letter(1)]))
        channel.drain(MemoryLedger([]))
        assert relay.seen[-1] == "QUIT"
        assert channel.drain(MemoryLedger([letter(2)])) == Counter(sent=1)
        assert relay.connections == 2


def test_nothing_due_connects_nowhere() -> None:
    with SmtpRelay() as relay, mailer(relay) as channel:
        assert channel.drain(MemoryLedger([])) == Counter()
    assert relay.connections == 0


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_dots_and_odd_names_survive_the_wire(names: list[str]) -> None:
    letters = [letter(number, name=name) for number, name in enumerate(names)]
    ledger = MemoryLedger(letters)
    with SmtpRelay() as relay, mailer(relay) as channel:
        channel.drain(ledger)
        expected = [mail.data + b".\r\n" for mail in channel._write(ledger, letters, [])]
    assert [mail.data + b".\r\n" for mail in relay.mails] == expected
    assert not any(line.startswith(b".") for mail in relay.mails for line in mail.data.split(b"\r\n"))


# -- refusals --


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"RCPT": [KEEP, "550 5.1.1 no such user"]}, Failed("RCPT: 550 5.1.1 no such user")),
        ({"RCPT": [KEEP, "451 4.2.1 try later"]}, Deferred("RCPT: 451 4.2.1 try later")),
        ({"MAIL": [KEEP, "451 4.3.0 busy"]}, Deferred("MAIL: 451 4.3.0 busy")),
        ({"MAIL": [KEEP, "550 5.7.1 not you"]}, Deferred("MAIL: 550 5.7.1 not you")),
        ({"DATA": [KEEP, "451 4.3.0 busy"]}, Deferred("DATA: 451 4.3.0 busy")),
        ({"DATA": [KEEP, "554 5.6.0 no"]}, Failed("DATA: 554 5.6.0 no")),
        ({"END": [KEEP, "552 5.3.4 too big"]}, Failed("end of mail: 552 5.3.4 too big")),
        ({"END": [KEEP, "451 4.7.1 greylisted"]}, Deferred("end of mail: 451 4.7.1 greylisted")),
        ({"RCPT": [KEEP, "550-5.1.1 no\r\n550 5.1.1 such user"]}, Failed("RCPT: 550 5.1.1 no 5.1.1 such user")),
    ],
)
def test_a_refused_letter_does_not_touch_the_others(
    extensions: tuple[str, ...], replies: dict[str, list[str]], expected: Outcome
) -> None:
    relay, outcomes = drained(Script(replies=replies, extensions=extensions))
    assert outcomes == [TAKEN, expected, TAKEN, TAKEN]
    assert relay.keys == ["00000000", "00000002", "00000003"]
    assert relay.connections == 1


@pytest.mark.parametrize("place", [0, 1, 3])
def test_data_taken_without_a_recipient_is_ended_with_a_lone_dot(place: int) -> None:
    """RFC 2920 §3.1: the server says 354 although it refused the recipient."""
    replies = {
        "RCPT": [*[KEEP] * place, "550 5.1.1 no such user"],
        "DATA": [*[KEEP] * place, "354 go on"],
    }
    relay, outcomes = drained(Script(replies=replies))
    expected: list[Outcome] = [TAKEN] * 4
    expected[place] = Failed("RCPT: 550 5.1.1 no such user")
    assert outcomes == expected
    assert len(relay.mails) == 3
    assert relay.counts["EMPTY"] == 1


def test_an_address_that_cannot_be_written_fails_without_the_relay_seeing_it() -> None:
    letters = [letter(0), letter(1, address="a@b>\r\nRCPT TO:<all@city.example"), letter(2)]
    ledger = MemoryLedger(letters)
    with SmtpRelay() as relay, mailer(relay) as channel:
        assert channel.drain(ledger) == Counter(sent=2, failed=1)
    assert [type(outcome) for outcome in ledger.last(letters)] == [Sent, Failed, Sent]
    assert not any("all@" in line for line in relay.seen)


# -- lost connections --

DOUBT = "the answer to the end of the mail was lost: it hung up"


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize("fault", [DROP, HALF])
def test_only_the_letter_whose_end_was_not_answered_is_in_doubt(extensions: tuple[str, ...], fault: str) -> None:
    relay, outcomes = drained(Script(replies={"END": [KEEP, fault]}, extensions=extensions))
    again = Deferred("it hung up", retry_after=1.0, counted=False)
    assert outcomes == [TAKEN, Unknown(DOUBT), again, again]
    assert relay.keys == ["00000000"]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("command", "counted"), [("MAIL", False), ("RCPT", True), ("DATA", True)]
)  # fmt: skip
@pytest.mark.parametrize("fault", [DROP, HALF])
def test_a_connection_lost_within_an_envelope_leaves_no_doubt(
    extensions: tuple[str, ...], command: str, counted: bool, fault: str
) -> None:
    relay, outcomes = drained(Script(replies={command: [KEEP, fault]}, extensions=extensions))
    again = Deferred("it hung up", retry_after=1.0, counted=False)
    assert outcomes == [TAKEN, Deferred("it hung up", counted=counted), again, again]
    assert relay.keys == ["00000000"]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("command", "second"),
    [
        ("MAIL", Deferred("MAIL: 421 4.3.2 closing", counted=False)),
        ("RCPT", Deferred("RCPT: 421 4.3.2 closing")),
        ("DATA", Deferred("DATA: 421 4.3.2 closing")),
        ("END", Deferred("end of mail: 421 4.3.2 closing")),
    ],
)
def test_421_within_a_session(extensions: tuple[str, ...], command: str, second: Outcome) -> None:
    script = Script(replies={command: [KEEP, "421 4.3.2 closing"]}, extensions=extensions)
    relay, outcomes = drained(script)
    again = Deferred("421 4.3.2 closing", retry_after=1.0, counted=False)
    assert outcomes == [TAKEN, second, again, again]
    assert relay.keys == ["00000000"]


@pytest.mark.parametrize(
    ("command", "said", "expected"),
    [
        ("END", "hello", Unknown("the answer to the end of the mail was lost: it sent b'hello\\r' instead of a reply")),
        ("END", "354 again", Unknown("it answered the end of a mail with '354 again'")),
        ("RCPT", "hello", Deferred("it sent b'hello\\r' instead of a reply")),
        ("MAIL", "354 what", Deferred("it answered MAIL with '354 what'", counted=False)),
        ("DATA", "250 what", Deferred("it answered DATA with '250 what'")),
        ("RCPT", "250-" + "x" * 5000, Deferred("it sent a reply line of more than 4096 octets")),
    ],
)
def test_garbage_ends_the_connection(command: str, said: str, expected: Outcome) -> None:
    _, outcomes = drained(Script(replies={command: [KEEP, said]}))
    assert [outcomes[0], type(outcomes[1])] == [TAKEN, type(expected)]
    if "4096" not in str(expected):
        assert outcomes[1] == expected
    assert [outcome for outcome in outcomes[2:] if not isinstance(outcome, Deferred) or outcome.counted] == []


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A way to the relay on which little goes at once."""
    whole = Connection.send
    monkeypatch.setattr(Connection, "send", lambda self, data: whole(self, data[:500]))


@pytest.mark.usefixtures("narrow")
def test_a_mail_may_leave_in_portions() -> None:
    relay, outcomes = drained(Script(), 5)
    assert outcomes == [TAKEN] * 5
    assert relay.keys == [f"{number:08x}" for number in range(5)]


def test_a_connection_lost_within_a_mail_leaves_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay can't have taken a mail whose end never left."""
    whole, calls = Connection.send, itertools.count()

    def breaks(self: Connection, data: bytes) -> int:
        call = next(calls)
        if call == 2:
            raise self._lost(ConnectionResetError())
        return whole(self, data[:500])  # an envelope, then the beginning of its mail

    monkeypatch.setattr(Connection, "send", breaks)
    relay, outcomes = drained(Script(), 3)
    again = Deferred("it hung up", retry_after=1.0, counted=False)
    assert outcomes == [Deferred("within the mail: it hung up"), again, again]
    assert relay.mails == []


def test_a_relay_that_does_not_answer_in_time_leaves_one_in_doubt() -> None:
    _, outcomes = drained(Script(replies={"END": [KEEP, HANG]}), timeout_seconds=0.2)
    assert [type(outcome) for outcome in outcomes] == [Sent, Unknown, Deferred, Deferred]
    assert "in time" in str(outcomes[1])


def test_a_relay_that_ends_a_connection_after_some_mails_is_not_in_trouble() -> None:
    letters = [letter(number) for number in range(60)]
    ledger = MemoryLedger(letters)
    with SmtpRelay(Script(replies={"MAIL": [*[KEEP] * 20, "421 enough"]})) as relay, mailer(relay, round=10) as channel:
        assert channel.drain(ledger) == Counter(sent=50, deferred=10)
        ledger.again(letters)
        assert channel.drain(ledger) == Counter(sent=10)
    assert relay.keys == [each.key for each in letters]
    assert relay.connections == 2


# -- a relay in trouble --


def eventually(true: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


@pytest.mark.parametrize("greeting", ["421 4.3.2 not now", "554 go away", DROP, HALF, "hello"])
def test_a_relay_that_does_not_let_us_in_costs_nobody_an_attempt(greeting: str) -> None:
    letters = [letter(number) for number in range(300)]
    ledger = MemoryLedger(letters)
    with SmtpRelay(Script(replies={"CONNECT": [greeting]})) as relay, mailer(relay, connections=4) as channel:
        first = channel.drain(ledger)
        assert first == Counter(deferred=50)
        assert not any(outcome.counted for outcome in ledger.last(letters[:50]) if isinstance(outcome, Deferred))
        assert channel.drain(ledger) == Counter()  # keeps away, and claims nothing
        assert [relay.connections, ledger.claims] == [1, [50, 0]]
        ledger.again(letters)
        eventually(lambda: channel.drain(ledger)["sent"] > 0 or len(relay.mails) == 300)
    assert relay.keys == [each.key for each in letters]


def test_a_relay_that_is_down_gets_everything_once_it_is_back() -> None:
    letters = [letter(number) for number in range(120)]
    ledger = MemoryLedger(letters)
    with SmtpRelay() as relay, mailer(relay, connections=2) as channel:
        stopped = threading.Event()
        _on(relay, relay.stop())
        assert channel.drain(ledger, stopped) == Counter(deferred=50)
        ledger.again(letters)
        _on(relay, relay.start())
        eventually(lambda: channel.drain(ledger, stopped) is not None and len(relay.mails) == 120)
    assert relay.keys == [each.key for each in letters]
    assert ledger.settled


def _on(relay: SmtpRelay, work: Coroutine[Any, Any, None]) -> None:
    asyncio.run_coroutine_threadsafe(work, relay.loop).result(10)


def test_a_relay_that_defers_everything_is_not_asked_for_the_whole_list() -> None:
    letters = [letter(number) for number in range(1000)]
    ledger = MemoryLedger(letters)
    with SmtpRelay(Script(always={"RCPT": "451 4.3.0 disk full"})) as relay, mailer(relay) as channel:
        assert channel.drain(ledger) == Counter(deferred=50)
        assert channel.drain(ledger) == Counter()
    assert ledger.last(letters[:50]) == [Deferred("RCPT: 451 4.3.0 disk full")] * 50


def test_a_relay_that_takes_fewer_connections_than_allowed_still_gets_everything() -> None:
    letters = [letter(number) for number in range(2000)]
    ledger = MemoryLedger(letters)
    script = Script(replies={"CONNECT": [KEEP, *["421 too many"] * 3]})
    with SmtpRelay(script) as relay, mailer(relay, connections=4) as channel:
        first = channel.drain(ledger)
        ledger.again(letters)
        rest = channel.drain(ledger)
    assert first["sent"] + rest["sent"] == 2000
    assert relay.keys == [each.key for each in letters]


def test_a_store_that_fails_ends_the_drain_and_is_told() -> None:
    ledger = MemoryLedger([letter(number) for number in range(500)])
    with SmtpRelay(Script(seconds=0.001)) as relay, mailer(relay, connections=4) as channel:
        timer = threading.Timer(0.1, lambda: setattr(ledger, "fails", True))
        timer.start()
        with pytest.raises(StoreError, match="disk is full"):
            channel.drain(ledger)
        timer.join()


# -- stopping and pace --


def test_stop_ends_a_drain_between_two_letters() -> None:
    letters = [letter(number) for number in range(500)]
    ledger = MemoryLedger(letters)
    stop = threading.Event()
    with SmtpRelay(Script(seconds=0.02)) as relay, mailer(relay, connections=2) as channel:
        timer = threading.Timer(0.3, stop.set)
        timer.start()
        counts = channel.drain(ledger, stop)
        timer.join()
    assert ledger.settled
    assert counts["unknown"] == 0
    assert 0 < counts["sent"] == len(relay.mails) < 500
    given_back = [outcome for (outcome,) in ledger.outcomes.values() if isinstance(outcome, Deferred)]
    assert not any(outcome.counted for outcome in given_back)


@pytest.mark.parametrize("script", [Script(always={"CONNECT": HANG}), Script(always={"RCPT": HANG})])
def test_stop_does_not_wait_for_a_relay_that_is_silent(script: Script) -> None:
    letters = [letter(number) for number in range(10)]
    ledger = MemoryLedger(letters)
    stop = threading.Event()
    with SmtpRelay(script) as relay, mailer(relay, timeout_seconds=300) as channel:
        timer = threading.Timer(0.2, stop.set)
        timer.start()
        assert channel.drain(ledger, stop) == Counter(deferred=10)
        timer.join()
    assert ledger.settled
    assert relay.mails == []


def test_stopped_before_it_began_claims_nothing() -> None:
    ledger = MemoryLedger([letter(1)])
    stop = threading.Event()
    stop.set()
    with SmtpRelay() as relay, mailer(relay) as channel:
        assert channel.drain(ledger, stop) == Counter()
    assert ledger.claims == []


def test_the_limit_per_second_holds_over_all_connections() -> None:
    ledger = MemoryLedger([letter(number) for number in range(20)])
    with SmtpRelay() as relay, mailer(relay, connections=4, per_second=40.0) as channel:
        began = time.monotonic()
        assert channel.drain(ledger) == Counter(sent=20)
        assert time.monotonic() - began >= 18 / 40  # a lower bound: it can't pass because a machine is slow
    assert relay.keys == [f"{number:08x}" for number in range(20)]


def test_a_second_drain_beside_the_first_does_nothing() -> None:
    ledger = MemoryLedger([letter(number) for number in range(30)])
    with SmtpRelay(Script(seconds=0.02)) as relay, mailer(relay) as channel:
        first = threading.Thread(target=channel.drain, args=(ledger,))
        first.start()
        eventually(lambda: bool(relay.seen))
        assert channel.drain(ledger) == Counter()
        first.join(10)
    assert len(relay.mails) == 30


# -- security and sign-on --


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example")])
    began = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize(("security", "first"), [("starttls", False), ("tls", True)])
def test_mail_goes_over_tls(certificate: Path, security: str, first: bool) -> None:
    script = Script(tls=serving(certificate), tls_first=first, users={"presse": "geheim"})
    relay, outcomes = drained(
        script,
        60,
        security=security,
        tls=ssl.create_default_context(cafile=certificate),
        username="presse",
        password="geheim",
    )
    assert outcomes == [TAKEN] * 60
    assert {mail.secure for mail in relay.mails} == {True}


@pytest.mark.parametrize(("security", "first"), [("starttls", False), ("tls", True)])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_certificate_nobody_vouches_for_is_refused(certificate: Path, security: str, first: bool) -> None:
    relay, outcomes = drained(Script(tls=serving(certificate), tls_first=first), security=security)
    assert "certificate is not trusted" in str(outcomes[0])
    assert [type(outcome) for outcome in outcomes] == [Deferred] * 4
    assert not any(line.startswith("MAIL") for line in relay.seen)


def test_without_starttls_nothing_is_sent_in_the_clear() -> None:
    relay, outcomes = drained(Script(), security="starttls")
    assert "offers no STARTTLS" in str(outcomes[0])
    assert relay.seen == ["EHLO " + relay.seen[0].split()[1]]


def test_something_slipped_in_behind_starttls_is_noticed(certificate: Path) -> None:
    script = Script(tls=serving(certificate), replies={"STARTTLS": ["220 go\r\n250 slipped in"]})
    _, outcomes = drained(script, security="starttls", tls=ssl.create_default_context(cafile=certificate))
    assert "tampering" in str(outcomes[0])


@pytest.mark.parametrize("offer", ["AUTH PLAIN LOGIN", "AUTH LOGIN"])
def test_a_wrong_password_pauses_the_channel_and_gives_everything_back(offer: str) -> None:
    letters = [letter(number) for number in range(10)]
    ledger = MemoryLedger(letters)
    script = Script(extensions=("PIPELINING", offer), always={"AUTH": "535 5.7.8 authentication failed"})
    with SmtpRelay(script) as relay, mailer(relay, username="presse", password="falsch") as channel:
        with pytest.raises(Credentials, match="refuses the user name or password"):
            channel.drain(ledger)
        assert channel.drain(ledger) == Counter()
        assert relay.connections == 1
    assert ledger.settled
    assert [outcome.counted for outcome in ledger.last(letters) if isinstance(outcome, Deferred)] == [False] * 10
    assert "geheim" not in str(ledger.last(letters))


def test_login_where_plain_is_not_offered() -> None:
    script = Script(extensions=("PIPELINING", "AUTH LOGIN"), always={"AUTH": "334 VXNlcm5hbWU6"})
    with SmtpRelay(script) as relay, mailer(relay, username="presse", password="geheim") as channel:
        assert not channel.check().ok
    assert relay.seen[1] == "AUTH LOGIN"


def test_a_relay_that_wants_a_sign_on_after_all() -> None:
    letters = [letter(number) for number in range(3)]
    ledger = MemoryLedger(letters)
    script = Script(always={"MAIL": "530 5.7.0 authentication required"})
    with SmtpRelay(script) as relay, mailer(relay) as channel, pytest.raises(Credentials, match="sign-on"):
        channel.drain(ledger)
    assert [outcome.counted for outcome in ledger.last(letters) if isinstance(outcome, Deferred)] == [False] * 3


# -- check, compose, settings --


def test_check_sends_nothing() -> None:
    with SmtpRelay() as relay, mailer(relay) as channel:
        name = f"the relay 127.0.0.1:{relay.port}"
        assert channel.check() == Health(True, f"{name} answers and takes mails in one go")
    assert [line.split()[0] for line in relay.seen] == ["EHLO", "NOOP", "QUIT"]


def test_check_says_what_is_wrong() -> None:
    with SmtpRelay() as relay, mailer(relay) as channel:
        _on(relay, relay.stop())
        assert channel.check() == Health(
            False,
            f"the relay 127.0.0.1:{relay.port}: it refuses connections; check [mail.relay] and whether it runs",
        )


def composed(**changes: str) -> Payload:
    content = Content("mail", "de", {**PAYLOAD, **changes})
    with SmtpRelay() as relay, mailer(relay) as channel:
        assert channel.prepare(content) is content
        return channel.compose(content, channel.limits())


def test_compose_leaves_the_payload_as_it_is() -> None:
    assert composed() == PAYLOAD


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject": " "}, "no subject"),
        ({"text": ""}, "no text"),
        ({"html": ""}, "no html"),
        ({"subject": "a\r\nBcc: b"}, "one line"),
        ({"text": "⟦vorname⟧ ⟦unsubscribe_url⟧"}, "⟦vorname⟧"),
        ({"preheader": "⟦name⟧"}, "⟦name⟧"),
        ({"text": "ohne Abmeldung"}, "text has no ⟦unsubscribe_url⟧"),
        ({"html": "<p>ohne Abmeldung</p>"}, "html has no ⟦unsubscribe_url⟧"),
        ({"html": "⟦unsubscribe_url⟧" + "x" * MAX_HTML_BYTES}, "below 80"),
        ({"subject": "⟦view_url⟧"}, "link belongs in the text"),
    ],
)
def test_compose_refuses(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ComposeError, match=said):
        composed(**changes)


def test_the_engine_opens_the_relay_of_config_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_PASSWORD", "geheim")
    with SmtpRelay(Script(users={"presse": "geheim"})) as relay:
        access = {"port": relay.port, "security": "none", "username": "presse", "password_env": "RELAY_PASSWORD"}
        configured = from_dict(
            {"mail": {"relay": access}, "lists": {"presse": {"title": "Presseverteiler"}}}, tmp_path / "config.toml"
        )
        engine = Engine(configured, lambda: NOW)
        channel = engine.house.exits[MAIL]
        assert isinstance(channel, Mailer)
        assert channel.drain(MemoryLedger([letter(1)])) == Counter(sent=1)
        engine.close()
    assert b'List-Id: "Presseverteiler" <presse.city.example>\r\n' in relay.mails[0].data


def test_limits_are_those_of_mail() -> None:
    with SmtpRelay() as relay, mailer(relay) as channel:
        assert channel.limits() == Limits()


class _Token:
    """A token service that has a new token after the old one was refused."""

    def __init__(self) -> None:
        self.refused = 0

    def __call__(self) -> str:
        return "neu" if self.refused else "alt"

    def forget(self) -> None:
        self.refused += 1


def test_signing_on_by_xoauth2() -> None:
    """A refused token is thrown away; the next connection shows a new one."""
    with SmtpRelay(Script(tokens={"presse@city.example": "neu"})) as relay:
        settings = Relay(port=relay.port, security="none", username="presse@city.example", oauth="anbieter")
        access = Access(settings, token=_Token())
        with pytest.raises(Credentials, match="token refused"):
            Connection(access).open()
        connection = Connection(access)
        connection.open()
        assert connection.alive()
        connection.close()


def test_a_relay_that_knows_no_xoauth2_gets_no_token() -> None:
    with SmtpRelay(Script(users={"presse": "geheim"})) as relay:
        access = Access(Relay(port=relay.port, security="none", username="presse", oauth="anbieter"), token=_Token())
        with pytest.raises(Credentials, match=r"offers no AUTH XOAUTH2; remove \[mail.relay\] oauth"):
            Connection(access).open()
        assert not any(line.startswith("AUTH") for line in relay.seen)
