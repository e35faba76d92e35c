"""SPF, DKIM and DMARC of the sender's domain, as any receiver reads them from the DNS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import dns.exception
import dns.resolver

from announcer.upkeep.findings import Finding, Level

SECONDS = 5.0
#: The TXT records of a name; an empty list if there is none; raises `dns.exception.DNSException` if nobody answers.
Texts = Callable[[str], list[str]]
#: RFC 7208 §4.6.4: a receiver looks up no more than ten.
_MOST_LOOKUPS = 10
_LOOKS_UP = re.compile(r"^[+?~-]?(include:|a([:/]|$)|mx([:/]|$)|ptr|exists:)|^redirect=")
#: What common relays call their keys, tried where nobody said which one signs.
SELECTORS = ("default", "mail", "dkim", "s1", "s2", "selector1", "selector2", "k1", "google")


def look_up(name: str) -> list[str]:
    """Ask the system's resolver."""
    resolver = dns.resolver.Resolver()
    resolver.lifetime = SECONDS
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def examine(sender: str, texts: Texts = look_up, selectors: Sequence[str] = ()) -> Iterator[Finding]:
    """What receivers will think of mail from this address."""
    domain = sender.rpartition("@")[2].lower()
    for what, look in (("spf", _spf), ("dkim", _dkim), ("dmarc", _dmarc)):
        try:
            yield look(domain, texts, selectors)
        except (dns.exception.DNSException, OSError) as error:
            yield Finding(Level.UNKNOWN, what, "dns_silent", {"domain": domain, "said": type(error).__name__})


def _spf(domain: str, texts: Texts, selectors: Sequence[str]) -> Finding:
    del selectors
    found = [one for one in texts(domain) if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]
    if not found:
        return Finding(Level.WARN, "spf", "spf_missing", {"domain": domain})
    if len(found) > 1:  # RFC 7208 §3.2
        return Finding(Level.BAD, "spf", "spf_twice", {"domain": domain})
    terms = found[0].lower().split()[1:]
    lookups = sum(bool(_LOOKS_UP.match(term)) for term in terms)
    if any(term in ("+all", "all") for term in terms):
        return Finding(Level.BAD, "spf", "spf_all", {"domain": domain})
    if lookups > _MOST_LOOKUPS:
        return Finding(Level.BAD, "spf", "spf_lookups", {"domain": domain, "n": lookups})
    if not any(term in ("-all", "~all") or term.startswith("redirect=") for term in terms):
        return Finding(Level.WARN, "spf", "spf_open", {"domain": domain})
    return Finding(Level.OK, "spf", "spf_ok", {"record": found[0]})


def _dkim(domain: str, texts: Texts, selectors: Sequence[str]) -> Finding:
    for selector in selectors or SELECTORS:
        for one in texts(f"{selector}._domainkey.{domain}"):
            tags = _tags(one)
            if tags.get("p"):
                return Finding(Level.OK, "dkim", "dkim_ok", {"selector": selector})
            if "p" in tags and selectors:  # RFC 6376 §3.6.1: an empty key is a revoked one
                return Finding(Level.BAD, "dkim", "dkim_revoked", {"selector": selector, "domain": domain})
    if selectors:
        return Finding(Level.BAD, "dkim", "dkim_missing", {"selector": ", ".join(selectors), "domain": domain})
    return Finding(Level.UNKNOWN, "dkim", "dkim_unknown", {"domain": domain})


def _dmarc(domain: str, texts: Texts, selectors: Sequence[str]) -> Finding:
    del selectors
    parts = domain.split(".")
    for name in (domain, ".".join(parts[-2:])):  # the record of the organisation counts for its subdomains
        found = [tags for one in texts(f"_dmarc.{name}") if (tags := _tags(one)).get("v", "").upper() == "DMARC1"]
        if len(found) == 1:
            policy = found[0].get("sp" if name != domain and "sp" in found[0] else "p", "").lower()
            if policy in {"quarantine", "reject"}:
                return Finding(Level.OK, "dmarc", "dmarc_ok", {"policy": policy})
            return Finding(Level.WARN, "dmarc", "dmarc_none", {"domain": name, "policy": policy or "-"})
        if found:  # RFC 7489 §6.6.3
            return Finding(Level.BAD, "dmarc", "dmarc_twice", {"domain": name})
    return Finding(Level.WARN, "dmarc", "dmarc_missing", {"domain": domain})


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, sign, value in pairs if sign}
