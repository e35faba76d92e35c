"""Dates, times and names in a sentence, in German and English."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from announcer.model.facts import Place, Session

_LOCALES = {"de": "de", "en": "en_GB"}
#: The grammatical gender of what stands on programmes, as its article.
_ARTICLES = {
    "die": (
        "keynote führung stadtführung diskussion podiumsdiskussion talkrunde gesprächsrunde begrüßung eröffnung "
        "lesung pressekonferenz preisverleihung präsentation ausstellung besichtigung pause kaffeepause anmeldung"
    ),
    "das": "grußwort podium gespräch seminar konzert forum schlusswort interview mittagessen abendessen",
    "der": "talk workshop vortrag impuls rundgang empfang festakt abschluss einlass stehempfang",
}
_GENDER = {kind: article for article, kinds in _ARTICLES.items() for kind in kinds.split()}
_ACCUSATIVE = {"die": "die", "das": "das", "der": "den"}


def time_words(at: time, language: str) -> str:
    """A time of day: "15 Uhr", "15:30 Uhr"; "15:00" in English."""
    if language == "en":
        return f"{at:%H:%M}"
    return f"{at.hour} Uhr" if at.minute == 0 else f"{at.hour}:{at:%M} Uhr"


def day_words(day: date, language: str) -> str:
    """A date with its weekday: "Dienstag, 18. September 2018"."""
    from babel.dates import format_date

    return format_date(day, "EEEE, d. MMMM y" if language == "de" else "EEEE, d MMMM y", locale=_locale(language))


def moment_words(local: datetime, language: str) -> str:
    """A date and a time of day: "Dienstag, 18. September 2018, 13 Uhr"."""
    return f"{day_words(local.date(), language)}, {time_words(local.time(), language)}"


def dates_words(first: date, last: date, language: str) -> str:
    """One day with its weekday or several: "18. und 19. September 2018", "28. September bis 2. Oktober 2018"."""
    if first == last:
        return day_words(first, language)
    joint = (
        ("und" if language == "de" else "and") if (last - first).days == 1 else ("bis" if language == "de" else "to")
    )
    same_month = (first.year, first.month) == (last.year, last.month)
    dot = "." if language == "de" else ""
    left = f"d{dot}" if same_month else f"d{dot} MMMM" if first.year == last.year else f"d{dot} MMMM y"
    locale = _locale(language)
    from babel.dates import format_date

    return f"{format_date(first, left, locale=locale)} {joint} {format_date(last, f'd{dot} MMMM y', locale=locale)}"


def span_words(start: datetime, end: datetime | None, zone: ZoneInfo, language: str) -> str:
    """The days from `start` to `end` as the venue's calendar counts them."""
    first = start.astimezone(zone).date()
    return dates_words(first, end.astimezone(zone).date() if end else first, language)


def place_words(place: Place) -> str:
    """A place in one line: "Rathaus, Friedensplatz 1, 44135 Dortmund"."""
    city = f"{place.postal_code} {place.city}".strip()
    return ", ".join(part for part in (place.name, place.street, city) if part)


def until_words(local: datetime, language: str) -> str:
    """A deadline: the day alone if it is its end, else with the time."""
    if local.hour == 23 and local.minute >= 59:
        return day_words(local.date(), language)
    return moment_words(local, language)


def quoted(name: str, language: str) -> str:
    """A title in the quotation marks of the language, unless it brings its own."""
    if any(mark in name for mark in '„“”»«"'):
        return name
    return f"„{name}“" if language == "de" else f"“{name}”"


def session_words(session: Session, alone: bool, language: str, *, accusative: bool = False) -> str:
    """An item of the programme in a sentence: "die Keynote", "der Workshop „Wohnen“".

    `alone` says that no other item is of its kind, so that the kind is name enough.
    """
    kind = session.kind.strip()
    if language == "en":
        title = quoted(session.title, language)
        return (f"the {kind}" if alone else f"the {kind} {title}") if kind else title
    article = _GENDER.get(kind.lower(), "")
    if not article:
        return quoted(session.title, language)
    if accusative:
        article = _ACCUSATIVE[article]
    return f"{article} {kind}" if alone else f"{article} {kind} {quoted(session.title, language)}"


def sentence_case(words: str) -> str:
    """With a capital at the beginning."""
    return words[:1].upper() + words[1:]


def _locale(language: str) -> str:
    return _LOCALES.get(language, "en_GB")
