"""The mail engine in other company: a relay far away, the usual Python way, and its own signatures.

A relay that answers each mail after 20 ms can take connections ÷ delay mails a
second, and no more: bar 90 % of that with 50 connections, ledger included.
aiosmtplib with an EmailMessage and a template for each mail is what one would
write at first: bar 20 × it, on the same sink. What DKIM costs is told apart.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path
from statistics import median

import aiosmtplib
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jinja2 import Environment

from announcer.clock import system_clock
from announcer.mail_dispatch import MailLedger
from announcer.newsletter import slots
from announcer.newsletter.compile import Sender, compile, rfc_date
from announcer.newsletter.dkim import Signer, signed
from announcer.newsletter.mailer import Mailer
from announcer.newsletter.slots import Links
from announcer.settings import Mail, Relay
from bench import house
from bench.figures import Bar, Options, spread
from bench.newsletter import MemoryLedger, fill, letter, write_audience
from bench.sink import sink
from bench.slow_relay import slow_relay

LATENCY_BAR = Bar("rate over a relay that takes 20 ms, as a share of connections ÷ delay", 0.9, "×", at_least=True)
USUAL_BAR = Bar("rate, as a multiple of aiosmtplib with a template for each mail", 20, "×", at_least=True)
DELAY, CONNECTIONS = 0.02, 50
_LINKS = Links("https://presse.city.example", {house.LIST: "Newsletter der Stadt"})
_SENDER = "presse@city.example"
_USUAL_MAILS = 400
_SIGNED_MAILS = 2_000


def main(options: Options) -> bool:
    """Print the three comparisons; whether the bars hold."""
    with tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder:
        far = _far_away(Path(folder), options)
    with sink() as port:
        usual = _against_the_usual(port, options)
        _signing(port)
    return all([LATENCY_BAR.holds(far), USUAL_BAR.holds(usual)])


def _mailer(port: int, signers: Iterable[Signer] = (), **relay: object) -> Mailer:
    settings = Relay.model_validate({"port": port, "security": "none", **relay})
    return Mailer(Mail(sender=_SENDER, relay=settings), b"k" * 32, _LINKS, system_clock, signers=list(signers))


def _rate(mailer: Mailer, ledger: MemoryLedger | MailLedger, mails: int) -> float:
    start = time.perf_counter()
    sent = mailer.drain(ledger)["sent"]
    seconds = time.perf_counter() - start
    mailer.close()
    assert sent == mails, f"of {mails} mails {sent} were sent"
    return mails / seconds


def _far_away(folder: Path, options: Options) -> float:
    """With the real ledger on SQLite."""
    mails = min(options.recipients, 20_000)
    template = folder / "template.db"
    with house.opened(f"sqlite:///{template}") as database:
        fill(database, mails)
    most = CONNECTIONS / DELAY
    shares = []
    with slow_relay(DELAY) as port:
        for _ in range(options.repeats):
            with house.copied(template, "run") as database:
                write_audience(database)
                ledger = MailLedger(database, house.MAIL, system_clock, "bench")
                rate = _rate(_mailer(port, connections=CONNECTIONS), ledger, mails)
            shares.append(rate / most)
            print(f"  20 ms, {CONNECTIONS} connections: {rate:,.0f} of {most:,.0f} mails/s", flush=True)
    print(f"  share of connections ÷ delay: {spread(shares)}")
    return median(shares)


def _against_the_usual(port: int, options: Options) -> float:
    ratios = []
    for _ in range(options.repeats):
        usual = asyncio.run(_usual(port))
        ours = _rate(_mailer(port), MemoryLedger(10_000), 10_000)
        print(f"  aiosmtplib, EmailMessage, a template each: {usual:,.0f} mails/s; ours: {ours:,.0f}", flush=True)
        ratios.append(ours / usual)
    print(f"  ours / aiosmtplib: {spread(ratios, 1)}")
    return median(ratios)


async def _usual(port: int) -> float:
    """One connection, a mail after the other, each rendered and built anew."""
    payload = house.real_mail()
    environment = Environment(autoescape=True)
    sources = {part: _as_template(str(payload[part])) for part in ("text", "html")}
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
    await client.connect()
    start = time.perf_counter()
    for number in range(_USUAL_MAILS):
        one = letter(number)
        values = {name: f"https://presse.city.example/{name}/{number}" for name in slots.NAMES}
        values["greeting"] = slots.greeting(one.name, "de")
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = _SENDER, one.address, str(payload["subject"])
        mail["Date"], mail["Message-ID"] = rfc_date(system_clock()), f"<{one.key}@city.example>"
        mail.set_content(environment.from_string(sources["text"]).render(values))
        mail.add_alternative(environment.from_string(sources["html"]).render(values), subtype="html")
        await client.send_message(mail)
    seconds = time.perf_counter() - start
    await client.quit()
    return _USUAL_MAILS / seconds


def _as_template(text: str) -> str:
    for name in slots.NAMES:
        text = text.replace(f"⟦{name}⟧", f"{{{{ {name} }}}}")
    return text


def _signing(port: int) -> None:
    """What own signatures cost: alone, and on the whole way without a ledger."""
    keys = {
        "RSA, 2048 bits": Signer("city.example", "eins", generate_private_key(65537, 2048)),
        "Ed25519": Signer("city.example", "zwei", Ed25519PrivateKey.generate()),
    }
    one = letter(1)
    made = compile(house.real_mail(), Sender(_SENDER)).bind(slots.shared(one, _LINKS))
    data = made.personalise(slots.personal(one, b"k" * 32, rfc_date(system_clock())))
    without = _rate(_mailer(port), MemoryLedger(10_000), 10_000)
    print(f"  unsigned: {without:,.0f} mails/s", flush=True)
    for name, signer in keys.items():
        start = time.perf_counter()
        for _ in range(_SIGNED_MAILS):
            signed([signer], data)
        alone = _SIGNED_MAILS / (time.perf_counter() - start)
        whole = _rate(_mailer(port, [signer]), MemoryLedger(_SIGNED_MAILS), _SIGNED_MAILS)
        print(
            f"  {name}: {alone:,.0f} signatures/s; sent signed: {whole:,.0f} mails/s, {whole / without:.2f} × unsigned",
            flush=True,
        )
