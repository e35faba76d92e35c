"""Bounces as a real Postfix writes them, fetched by IMAP from a real Dovecot."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from announcer.errors import Credentials, SendError, Transient
from announcer.model.facts import Announcement
from announcer.model.returns import ReturnKind
from announcer.office import bounces
from announcer.store import people
from announcer.store.tables import subscriber
from tests.servers.dovecot import ACCOUNT, PASSWORD, Dovecot
from tests.servers.newsroom import Newsroom
from tests.servers.postfix import DOMAIN, Postfix
from tests.standins.smtp_relay import Script, SmtpRelay

pytestmark = pytest.mark.servers

READERS = [f"leserin-{number}" for number in range(3)]
#: What the servers of two domains answer to every recipient.
GONE = Script(always={"RCPT": "550 5.1.1 no such user here"})
FULL = Script(always={"RCPT": "552 5.2.2 mailbox full"})
PEOPLE = [*(f"{local}@{DOMAIN}" for local in READERS), "eins@weg.example", "zwei@weg.example", "drei@voll.example"]
RELEASE = Announcement(
    id="stadtfest", headline="Stadtfest", lead="Drei Tage, zwölf Bühnen.", body="Frei.", language="de"
)


def _source(port: int) -> dict[str, dict[str, object]]:
    return {
        "rueck": {
            "kind": "imap",
            "host": "127.0.0.1",
            "port": port,
            "username": ACCOUNT,
            "password_env": "RUECK_PASSWORD",
        }
    }


def _suppressed(newsroom: Newsroom) -> dict[str, str]:
    house = newsroom.engine.house
    with house.database.read() as connection:
        everybody = connection.scalars(sa.select(subscriber.c.address)).all()
        found = {one: people.suppression_of(connection, house.key, one) for one in everybody}
    return {address: why[0] for address, why in found.items() if why}


@pytest.mark.parametrize("verp", [True, False], ids=["VERP", "Message-ID"])
def test_what_postfix_returns_is_fetched_and_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verp: bool
) -> None:
    """Unknown users are never written to again, a full mailbox counts, and a second look finds nothing."""
    monkeypatch.setenv("RUECK_PASSWORD", PASSWORD)
    mail = {"bounce_address": "bounces@city.example", "verp": verp}
    with (
        SmtpRelay(GONE) as gone,
        SmtpRelay(FULL) as full,
        Postfix(
            READERS, bounces_to="bounces", elsewhere={"weg.example": gone.port, "voll.example": full.port}
        ) as postfix,
        Dovecot(postfix.folder / "mail" / "bounces") as dovecot,
        Newsroom.open(
            tmp_path,
            relay={"host": "127.0.0.1", "port": postfix.port, "security": "none", "timeout_seconds": 20},
            ca_bundle=dovecot.authority,
            mail=mail,
            bounces=_source(dovecot.port),
        ) as newsroom,
    ):
        newsroom.invite([(address, "") for address in PEOPLE])
        newsroom.announce(RELEASE)
        newsroom.work()
        postfix.delivered(len(READERS) + 3)
        found = _look(newsroom, 3)
        assert found == {ReturnKind.HARD: 2, ReturnKind.SOFT: 1}
        assert _suppressed(newsroom) == {"eins@weg.example": "bounce", "zwei@weg.example": "bounce"}
        assert _look(newsroom, 0) == {}
        soft, *_ = bounces.latest(newsroom.engine.house, [ReturnKind.SOFT], 5)
        assert soft.status == "5.2.2"
        assert "mailbox full" in soft.said


def _look(newsroom: Newsroom, expected: int) -> dict[ReturnKind, int]:
    """Until so many came; Dovecot sees a new file in the Maildir a moment later."""
    found: dict[ReturnKind, int] = {}
    for _ in range(40):
        for kind, number in newsroom.engine.look_for_bounces("rueck").kinds:
            found[kind] = found.get(kind, 0) + number
        if sum(found.values()) >= expected:
            break
        time.sleep(0.25)
    return found


def test_a_mailbox_that_lets_nobody_in_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password, a folder that is not there, a certificate nobody vouches for."""
    with Dovecot(tmp_path / "leer") as dovecot:
        monkeypatch.setenv("RUECK_PASSWORD", "falsch")
        source, authority = _source(dovecot.port), dovecot.authority
        refused = _trouble(tmp_path, source, authority)
        monkeypatch.setenv("RUECK_PASSWORD", PASSWORD)
        strange = _trouble(tmp_path, source, None)
        missing = _trouble(tmp_path, {"rueck": {**source["rueck"], "folder": "Anderswo"}}, authority)
    away = _trouble(tmp_path, source, None)
    assert isinstance(refused, Credentials)
    assert "refuses the sign-on" in str(refused)
    assert str(refused).endswith("check [bounces.rueck]")
    assert all(isinstance(one, Transient) for one in (strange, missing, away))
    assert "certificate is not trusted" in str(strange)
    assert "has no folder 'Anderswo'" in str(missing)
    assert "does not answer" in str(away)


def _trouble(folder: Path, source: dict[str, dict[str, object]], authority: Path | None) -> SendError:
    with (
        Newsroom.open(folder, ca_bundle=authority, bounces=source) as newsroom,
        pytest.raises(SendError) as raised,
    ):
        newsroom.engine.look_for_bounces("rueck")
    return raised.value
