"""The newsletter against Postfix's own load generator, on the same sink in the same run.

    .venv/bin/python -m bench.newsletter [recipients]

`smtp-sink` takes the mails and throws them away; `smtp-source -d` (C, one
ready-made message, renders and records nothing) is the baseline. The mailer
renders every mail for its recipient. The ledger is a parameter: here it is a
list in memory, which shows what the mail engine alone can do.
"""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from announcer.clock import system_clock
from announcer.model.content import Payload
from announcer.model.ledger import Outcome, Sent
from announcer.newsletter.mailer import Mailer
from announcer.newsletter.rounds import Ledger, Letter
from announcer.newsletter.slots import Links
from announcer.settings import Mail, Relay

#: Octets of a mail, for both sides.
MAIL_BYTES = 8_000
SESSIONS = (2, 4, 8, 16)
TOOLS = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/libexec/postfix"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run came to."""

    name: str
    mails: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Mails per second."""
        return self.mails / self.seconds


class MemoryLedger:
    """Claims from a count, keeps only how many were sent; makes its letters as they are claimed."""

    def __init__(self, recipients: int) -> None:
        self._recipients = recipients
        self._claimed = 0
        self._lock = threading.Lock()
        self.sent = 0

    def next_round(self, done: Sequence[tuple[Letter, Outcome]], limit: int) -> Sequence[Letter]:
        """As the protocol says, without a disk."""
        with self._lock:
            self.sent += sum(isinstance(outcome, Sent) for _, outcome in done)
            first, last = self._claimed, min(self._claimed + limit, self._recipients)
            self._claimed = last
        return [_letter(number) for number in range(first, last)]

    def payload(self, content_id: int) -> Payload:
        """The one mail of this benchmark."""
        return payload()


def payload() -> Payload:
    """A newsletter that is `MAIL_BYTES` long once it is personalised, headers and all."""
    row = "Die Stadt lädt zur Konferenz ein, der Eintritt ist frei, und alle sind willkommen.\n"
    text = "⟦greeting⟧,\n\n" + row * 20 + "\n⟦reason⟧\nAbmelden: ⟦unsubscribe_url⟧\n"
    head = '<!DOCTYPE html><html lang="de"><body><p>⟦greeting⟧,</p>'
    foot = '<p>⟦reason⟧ <a href="⟦unsubscribe_url⟧">Abmelden</a> <a href="⟦preferences_url⟧">Einstellungen</a></p>'
    return {
        "subject": "Einladung zur Konferenz „Kommunen innovativ“",
        "preheader": "",
        "text": text,
        "html": head + f"<p>{row}</p>" * 38 + foot + "</body></html>\n",
    }


def _letter(number: int) -> Letter:
    return Letter(
        id=number,
        fence=1,
        content_id=1,
        key=f"{number:032x}",
        subscriber_id=number,
        address=f"leserin{number}@y{number % 50}.example",
        name=f"Alex Muster {number}" if number % 4 else f"Jürgen Müller {number}",
        language="de",
        list_id="presse",
        attempts=1,
        maybe_double=False,
        corrects_key=None,
    )


def mailer(port: int, connections: int = 4, round_size: int = 50) -> Mailer:
    """A mailer for the sink."""
    relay = Relay(port=port, security="none", connections=connections, round=round_size)
    links = Links("https://presse.city.example", {"presse": "Presseverteiler"})
    return Mailer(Mail(sender="presse@city.example", relay=relay), b"k" * 32, links, system_clock)


def tool(name: str) -> str:
    """Where one of Postfix's test tools is; ends the program with advice if it isn't installed."""
    if found := shutil.which(name, path=f"{os.environ.get('PATH', '')}:{TOOLS}"):
        return found
    sys.exit(f"{name} is missing; it comes with Postfix: apt install postfix")


@contextmanager
def sink() -> Iterator[int]:
    """A running smtp-sink; gives its port."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 and pwd.getpwnam("nobody") else []
    process = subprocess.Popen([tool("smtp-sink"), *user, f"127.0.0.1:{port}", "1000"])
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    sys.exit("smtp-sink does not answer")


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def run_source(port: int, sessions: int, mails: int) -> Figure:
    """`smtp-source -d` with so many sessions."""
    command = [tool("smtp-source"), "-d", "-s", str(sessions), "-m", str(mails), "-l", str(MAIL_BYTES)]
    addresses = ["-f", "presse@city.example", "-t", "leserin@y.example", f"127.0.0.1:{port}"]
    before, start = _cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, *addresses], check=True)
    seconds = time.perf_counter() - start
    return Figure(f"smtp-source -d -s {sessions}", mails, seconds, _cpu(resource.RUSAGE_CHILDREN) - before)


def run_mailer(port: int, ledger: Ledger, name: str, *, connections: int = 4, round_size: int = 50) -> Figure:
    """One drain of `ledger`; how many mails it sent in which time."""
    channel = mailer(port, connections, round_size)
    before, start = _cpu(resource.RUSAGE_SELF), time.perf_counter()
    counts = channel.drain(ledger)
    seconds = time.perf_counter() - start
    cpu = _cpu(resource.RUSAGE_SELF) - before
    channel.close()
    return Figure(name, counts["sent"], seconds, cpu)


def compare(
    recipients: int, new_ledger: Callable[[int], Ledger] = MemoryLedger, *, connections: Sequence[int] = (2, 4)
) -> float:
    """Print every figure and give the ratio of the mailer's best to smtp-source's best.

    `new_ledger` makes a ledger with so many letters due.
    """
    with sink() as port:
        sources = [_shown(run_source(port, sessions, recipients)) for sessions in SESSIONS]
        ours = [
            _shown(run_mailer(port, new_ledger(recipients), f"mailer, {count} connections", connections=count))
            for count in connections
        ]
    if any(figure.mails != recipients for figure in ours):
        sys.exit("the mailer lost mails")
    ratio = max(figure.rate for figure in ours) / max(figure.rate for figure in sources)
    print(
        f"mailer / smtp-source: {ratio:.2f}; {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB resident"
    )
    return ratio


def _shown(figure: Figure) -> Figure:
    per_mail = figure.cpu_seconds / figure.mails * 1e6
    print(f"{figure.name:28} {figure.rate:8,.0f} mails/s   {per_mail:5.1f} µs CPU each", flush=True)
    return figure


if __name__ == "__main__":
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
