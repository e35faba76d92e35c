"""What a page leaves in a copied text: share buttons, counters, navigation, cookie bars. Taken out by rule, and listed.

A line is junk by what it says and where it stands; a sentence of the text
never is ("30 wissenschaftlichen Projekten" stays).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from announcer.intake.document import Removed

_SHARE = (
    r"facebook|twitter|whats\s?app|rss|linkedin|xing|instagram|youtube|mastodon|bluesky|threads|telegram|pinterest|"
    r"tiktok|signal|flipboard|pocket|teilen|share|tweet(?:en)?|twittern|merken|pin it|"
    r"mailen|e-?mail|mail|drucken|print|"
    r"versenden|weiterleiten|(?:weiter)?empfehlen|pdf|kopieren|link kopieren|copy link|x"
)
_NAV = (
    r"home|startseite|men[üu]|hauptmen[üu]|navigation|suche|suchen|search|kontakt|contact|impressum|imprint|"
    r"datenschutz(?:erklärung|hinweise)?|privacy(?: policy)?|cookies?|barrierefreiheit|accessibility|sitemap|"
    r"inhaltsverzeichnis|leichte sprache|gebärdensprache|presse|aktuelles|news|service|newsletter|login|logout|"
    r"anmelden|registrieren|english|deutsch|en|de|fr|agb|terms(?: of use)?|nutzungsbedingungen|jobs|karriere|hilfe|"
    r"help|faq|über uns|about(?: us)?|archiv|archive|rathaus|bürgerservice|kultur|tourismus|wirtschaft|termine|"
    r"veranstaltungen|events|media|mediathek|(?:presse|medien|news)-?archiv(?: \d{4})?|downloads?|intranet|shop|"
    r"warenkorb|mein konto"
)
_PATTERNS = [
    r"\d{1,5}",
    rf"(?=.*[^\W\d])(?:(?:{_SHARE})[\s|/·•,:+&-]*|\d{{1,4}}\s*|(?:auf|on|per|via|bei|diese[rn]?|seite|artikel|beitrag|page|article|this)\s+)+",
    rf"(?:{_NAV})",
    rf"(?:(?:{_NAV}|{_SHARE})\s*[|·•/›»>]\s*)+(?:{_NAV}|{_SHARE}|[\w -]{{1,30}})",
    r"(?:sie sind hier|you are here|sie befinden sich hier|pfad)\s*:.*",
    r"(?:[^.!?\n]{1,40}\s[>›»]\s)+[^.!?\n]{1,60}",
    r"(?:direkt )?zum? (?:haupt)?(?:inhalt|navigation|men[üu]|suche|footer|seitenanfang)(?: springen)?",
    r"(?:skip|jump|go) to (?:main )?(?:content|navigation|search)", r"(?:seiten)?anfang|nach oben|(?:back to )?top",
    r"[«‹<←]?\s*zur(?:ück|[üu]ck)(?: zur?)?(?: übersicht| liste| startseite)?",
    r"zur übersicht", r"alle (?:meldungen|nachrichten|news)",
    r"[«‹<←]?\s*back(?: to [\w ]{1,40})?", (
        r"(?:vorherige[rs]?|nächste[rs]?|previous|next)(?: (?:artikel|beitrag|meldung|seite|"
        r"article|post|page|story))?\s*[»›>→]?"
    ),
    r"(?:seite|artikel|beitrag|meldung|page|article|this page) (?:drucken|teilen|vorlesen|"
    r"weiterempfehlen|versenden)|print this (?:page|article)|(?:artikel|seite)?\s*vorlesen(?: "
    r"lassen)?",
    r"(?:als|as) pdf(?: (?:herunterladen|speichern|download))?", (
        r"(?:mehr|weiter)\s*(?:lesen|erfahren|anzeigen)\s*[.…»›→>]*|weiterlesen\s*[.…»›→]*|"
        r"read more\s*[.…»›→]*|mehr\s*[.…»›→]+"
    ),
    r"(?:©|\(c\)|copyright)\s.*|alle rechte vorbehalten\.?|all rights reserved\.?",
    r"schriftgröße.*|text ?size.*|(?:a[+-]?\s*){2,4}|(?:hoher )?kontrast(?: ändern)?|\+\s*a\s*-",
    r"(?:newsletter|rss-?feed) (?:abonnieren|bestellen|anmelden)|(?:jetzt )?(?:newsletter "
    r")?abonnieren|subscribe(?: to our newsletter| now)?|sign up(?: for (?:our|the) newsletter)"
    r"?",
    r"(?:folgen sie uns|follow us|besuchen sie uns)(?: (?:auf|on|bei) .*)?", (
        r"(?:tags?|schlagw[oö]rte?r?|stichworte?|keywords|kategorien?|categor(?:y|ies)|themen|"
        r"filed under|rubrik)\s*:.*"
    ),
    r"(?:lesedauer|lesezeit|reading time)\s*:?.*|\d+\s*min(?:uten?|\.)?\s*(?:lesezeit|"
    r"lesedauer|read)|(?:ca\. )?\d+[- ]minute read",
    r"\(?\d+\)?\s*(?:kommentare?|aufrufe|likes?|shares?|comments?|views?|bewertungen|"
    r"mal gelesen|mal geteilt)|(?:kommentare?|comments?|likes?|aufrufe|views?|gefällt "
    r"mir)\s*[:(]?\s*\d+\)?|kommentar (?:schreiben|verfassen)|leave a comment|(?:noch "
    r")?keine kommentare|gefällt mir",
    r"anzeige|werbung|advertisement|sponsored(?: content)?", (
        r"bildergalerie(?: öffnen| anzeigen)?|bild (?:vergrößern|in originalgröße.*)|zoom|"
        r"(?:open|view) gallery|diashow(?: starten)?|galerie öffnen"
    ),
    r"zuletzt (?:aktualisiert|geändert)\s*:?.*|letzte (?:änderung|aktualisierung)\s*:?.*|"
    r"last (?:updated|modified)\s*:?.*",
    r"(?:-+|\*+|#+|_+|=+)?\s*(?:ende(?: der (?:presse)?mitteilung)?|ends?)\s*(?:-+|\*+|"
    r"#+)?|#{2,}|-\s?30\s?-|\*{3,}|[-–—_=~]{3,}",
    r"(?:\d[\d.]* )?zeichen(?: (?:mit|inkl\.) leerzeichen)?\s*:?\s*[\d.]*|\(?\d[\d.]* "
    r"(?:zeichen|anschläge|words|wörter).*",
    r"(?:der )?(?:abdruck|nachdruck)(?: ist)? .{0,60}(?:frei|honorarfrei|erbeten|gestattet)"
    r".{0,60}|.{0,20}belegexemplar (?:wird )?erbeten.{0,20}",
    r"(?:mit der |wir )?bitten? um (?:veröffentlichung|beachtung|berichterstattung|abdruck).{0,40}",
    r"ausloggen|einloggen|log ?in|log ?out|mein profil|warenkorb|(?:men[üu]|suche|navigation)"
    r" (?:öffnen|schließen|ein-?/?ausblenden)|toggle navigation|open menu|close(?: menu)"
    r"?|schließen",
    r"(?:english|englische?) version|this page in english|diese seite auf deutsch|language:.*|sprache\s*:.*",
    r"(?:weitergeleitete nachricht|forwarded message|ursprüngliche nachricht|original "
    r"message)|-+\s*(?:weitergeleitete|ursprüngliche|forwarded|original)\s[^-]*-+|(?:anfang|"
    r"beginn|ende) der weitergeleiteten nachricht\s*:?|begin forwarded message\s*:?",
    r"(?:von meinem|sent from my|gesendet (?:von|mit)) (?:iphone|ipad|mobiltelefon|handy|"
    r"smartphone|.{0,20}outlook|.{0,30}app).{0,40}",
    r"diese (?:e-?mail|nachricht) (?:enthält|ist|kann).{0,400}vertraulich.*|this (?:e-?mail|"
    r"message).{0,200}(?:confidential|intended).*|bitte (?:denken|prüfen) sie .{0,60}(?:drucken|"
    r"ausdruck).*|(?:please )?(?:consider|think).{0,60}before printing.*",
    r"wird diese (?:e-?mail|nachricht|newsletter) nicht (?:richtig|korrekt) (?:angezeigt|dargestellt).*|"
    r"(?:von meinem|mit meinem) [\w ]{2,20} gesendet|(?:was|is) this (?:page|article|"
    r"information) (?:useful|helpful)\??|war diese seite hilfreich\??|yes|no|ja|nein|"
    r"view (?:this email )?in (?:your )?browser.*|(?:im browser (?:öffnen|ansehen|anzeigen)"
    r").*|(?:online-?version|webversion)(?: (?:ansehen|öffnen))?|(?:vom newsletter )?abmelden|"
    r"(?:click here to )?unsubscribe.*|newsletter abbestellen.*|sie erhalten diese (?:e-?mail|"
    r"nachricht), weil.*|you (?:are receiving|received) this.*",
]  # fmt: skip
_JUNK = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)
_COOKIE = re.compile(r"\bcookies?\b|\bcookie-", re.IGNORECASE)
_BUTTON = re.compile(
    r"(?:alle[sn]? )?(?:akzeptieren|annehmen|zulassen|ablehnen|erlauben|zustimmen)|(?:accept|"
    r"reject|decline|allow|deny)(?: all)?|"
    r"(?:cookie-?)?(?:einstellungen|settings|preferences)(?: (?:ändern|anpassen))?|(?:nur "
    r")?(?:notwendige|essenzielle|necessary)"
    r"(?: cookies)?.{0,20}|ok(?:ay)?|verstanden|got it|einverstanden|manage preferences|"
    r"mehr informationen|more information|details",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"(?:das könnte (?:sie|dich) (?:auch )?interessieren|ähnliche (?:artikel|meldungen|"
    r"beiträge|themen)|weitere (?:meldungen|"
    r"nachrichten|artikel|beiträge|news|pressemitteilungen)|(?:related|more) (?:articles?|news|stories|posts)|"
    r"you (?:may|might) also (?:like|be interested in)|auch interessant|mehr zum thema|"
    r"meistgelesen|most read|aktuelle meldungen|"
    r"verwandte (?:artikel|themen)|lesen sie auch)\s*:?",
    re.IGNORECASE,
)
_MAIL_HEADER = re.compile(
    r"(?:von|from|gesendet|sent|an|to|cc|kopie|betreff|subject|datum|date|antwort an|reply-to)\s*:\s.*", re.IGNORECASE
)
#: No longer line is looked at: sentences are no junk.
_LONGEST = 160
_COOKIE_LONGEST = 400


class Sieve:
    """Takes junk out of lines, and remembers it."""

    def __init__(self, keep: frozenset[str] = frozenset()) -> None:
        self._keep = keep
        self._removed: list[Removed] = []

    @property
    def removed(self) -> tuple[Removed, ...]:
        """What was taken out, in order."""
        return tuple(sorted(self._removed, key=lambda one: one.line))

    def strain(self, lines: Sequence[str]) -> list[str]:
        """The lines, empty where there was junk."""
        kept = list(lines)
        junk = {at for at, line in enumerate(lines) if self._is_junk(line)}
        junk |= _near_cookies(lines) | _further(lines, junk) | _headers(lines) | _signature(lines)
        for at in sorted(junk):
            if lines[at].strip() and lines[at].strip() not in self._keep:
                self._removed.append(Removed(lines[at].strip(), at + 1))
                kept[at] = ""
        return kept

    def take(self, text: str, line: int) -> bool:
        """Whether one text is junk; remembered if so."""
        if text.strip() in self._keep or not self._is_junk(text):
            return False
        self._removed.append(Removed(text.strip(), line))
        return True

    def remove(self, text: str, line: int) -> None:
        """Remember something taken out for another reason, such as where it stood in a page."""
        self._removed.append(Removed(text.strip(), line))

    def keeps(self, text: str) -> bool:
        """Whether somebody wants it back."""
        return text.strip() in self._keep

    @staticmethod
    def _is_junk(line: str) -> bool:
        bare = line.strip()
        if not bare or len(bare) > _COOKIE_LONGEST:
            return False
        if len(bare) <= _LONGEST and _JUNK.fullmatch(bare):
            return True
        return _COOKIE.search(bare) is not None and not _about_baking(bare)


def _about_baking(line: str) -> bool:
    return re.search(r"\b(?:back|bake|rezept|recipe|keks)", line, re.IGNORECASE) is not None


def _near_cookies(lines: Sequence[str]) -> set[int]:
    """The buttons around a cookie bar."""
    bars = [at for at, line in enumerate(lines) if _COOKIE.search(line) and len(line) <= _COOKIE_LONGEST]
    return {
        at
        for bar in bars
        for at in range(max(0, bar - 4), min(len(lines), bar + 7))
        if _BUTTON.fullmatch(lines[at].strip())
    }


def _further(lines: Sequence[str], junk: set[int]) -> set[int]:
    """Below "Das könnte Sie auch interessieren" stand other texts' titles."""
    for at, line in enumerate(lines):
        if _FURTHER.fullmatch(line.strip()):
            rest = [n for n in range(at, len(lines)) if lines[n].strip()]
            short = [
                n
                for n in rest
                if len(lines[n].strip()) < 140 and not re.match(r"\w*kontakt|quelle", lines[n].strip(), re.I)
            ]
            return set(short) if len(short) == len(rest) else set(rest[: _run(rest, lines)])
    return set()


def _run(rest: Sequence[int], lines: Sequence[str]) -> int:
    for count, at in enumerate(rest):
        if count and (
            len(lines[at]) >= 140 or re.match(r"\w*kontakt|quelle|media contact|press contact", lines[at].strip(), re.I)
        ):
            return count
    return len(rest)


def _headers(lines: Sequence[str]) -> set[int]:
    """The head of a forwarded mail: at least three such lines together."""
    found: set[int] = set()
    run: list[int] = []
    for at, line in [*enumerate(lines), (len(lines), "")]:
        if _MAIL_HEADER.fullmatch(line.strip()):
            run.append(at)
        else:
            if len(run) >= 3:
                found |= set(run)
            run = []
    return found


def _signature(lines: Sequence[str]) -> set[int]:
    """What a mail program puts below "-- "."""
    for at in range(len(lines) - 1, max(-1, len(lines) - 25), -1):
        if lines[at].rstrip() == "--":
            return set(range(at, len(lines)))
    return set()
