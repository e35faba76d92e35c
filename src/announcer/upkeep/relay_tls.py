"""How the relay is reached: whether the line is secured, by whom, and for how long."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from datetime import UTC, datetime, timedelta

from announcer.mail_settings import Relay
from announcer.upkeep.findings import Finding, Level

SECONDS = 10.0
#: A certificate that ends sooner should be seen to.
SOON = timedelta(days=14)


def examine(relay: Relay, now: datetime, tls: ssl.SSLContext | None = None) -> Finding:
    """Connect, secure, look at the certificate, leave. Sends nothing and does not sign on."""
    where = {"relay": f"{relay.host}:{relay.port}"}
    if relay.security == "none":
        level = Level.OK if _inside(relay.host) else Level.BAD if relay.username else Level.WARN
        return Finding(level, "relay", "relay_inside" if level is Level.OK else "relay_plain", where)
    context = tls or ssl.create_default_context()
    try:
        certificate, version = _secured(relay, context)
    except ssl.SSLCertVerificationError as error:
        return Finding(Level.BAD, "relay", "relay_untrusted", where | {"said": error.verify_message})
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        return Finding(Level.BAD, "relay", "relay_away", where | {"said": str(error)[:200] or type(error).__name__})
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    values = where | {"tls": version, "days": (ends - now).days}
    return Finding(Level.OK if ends - now > SOON else Level.WARN, "relay", "relay_ok", values)


def _secured(relay: Relay, context: ssl.SSLContext) -> tuple[dict[str, object], str]:
    if relay.security == "tls":
        with smtplib.SMTP_SSL(relay.host, relay.port, timeout=SECONDS, context=context) as line:
            return _seen(line.sock)
    with smtplib.SMTP(relay.host, relay.port, timeout=SECONDS) as line:
        line.starttls(context=context)
        return _seen(line.sock)


def _seen(sock: socket.socket | None) -> tuple[dict[str, object], str]:
    if not isinstance(sock, ssl.SSLSocket):
        raise ssl.SSLError("the line was not secured")
    return dict(sock.getpeercert() or {}), sock.version() or ""


def _inside(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback
