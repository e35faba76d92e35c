"""Questions and remarks of a proposal in words, German and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from announcer.intake.proposal import Question, Remark

_QUESTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "year": ("Jahr fehlt: {said}{options}?", "The year is missing: {said}{options}?"),
    "weekday": (
        "Wochentag und Datum passen nicht zusammen: {said}. Was stimmt{options}?",
        "Weekday and date do not fit: {said}. Which is right{options}?",
    ),
    "date": ("Welches Datum ist gemeint: {said}{options}?", "Which date is meant: {said}{options}?"),
    "date-missing": (
        "Wann findet „{event}“ statt? Im Text steht kein Datum.",
        "When does “{event}” take place? The text has no date.",
    ),
    "release-date": (
        "Wann erscheint die Mitteilung? „{said}“ lässt sich nur von diesem Tag aus zählen.",
        "When does the release come out? “{said}” can only be counted from that day.",
    ),
    "time": ("Um wie viel Uhr beginnt „{event}“?", "At what time does “{event}” begin?"),
    "place": ("Wo findet „{event}“ statt?", "Where does “{event}” take place?"),
    "events": (
        "Der Text kündigt mehrere Termine an: {events}. Um welche geht es – alle, oder welche Nummern?",
        "The text announces several events: {events}. Which is it about: all, or which numbers?",
    ),
    "embargo": (
        "Bis wann gilt die Sperrfrist? Im Text steht nur: {said}",
        "Until when does the embargo hold? The text only says: {said}",
    ),
    "links": (
        "Diese Verweise haben keine Adresse: {labels}. Wohin führen sie?",
        "These links have no address: {labels}. Where do they lead?",
    ),
    "alt": (
        "Was ist auf den Bildern zu sehen? Ohne Beschreibung: {n}",
        "What do the images show? Without a description: {n}",
    ),
    "credit": ("Von wem sind die Bilder? Ohne Nachweis: {n}", "Whose are the images? Without a credit: {n}"),
    "attachment": (
        "Der Text nennt eine Anlage, die nicht dabei ist. Wo ist sie?",
        "The text names an enclosure that is not here. Where is it?",
    ),
}

#: A text that is a list of dates is asked about in other words.
_DIARY: Final = (
    "Der Text ist eine Liste von Terminen: {diary}. Sind sie das Programm einer Veranstaltung – alle, oder keine?",
    "The text is a list of dates: {diary}. Are they the programme of one event: all, or none?",
)

_REMARKS: Final[Mapping[str, tuple[str, str]]] = {
    "no_lead": ("Es gibt keinen Vorspann.", "There is no lead paragraph."),
    "link_without_address": ("Verweis ohne Adresse: {label}", "link without address: {label}"),
    "image_without_alt": ("Bild ohne Beschreibung: {image}", "image without description: {image}"),
    "image_without_credit": ("Bild ohne Nachweis: {image}", "image without credit: {image}"),
    "picture_unusable": (
        "Ein Bild kann nicht übernommen werden; speichern Sie es als JPEG oder PNG ({why})",
        "a picture can't be taken along: {why}",
    ),
    "unsure": ("Bitte prüfen: {field} ist vielleicht nicht „{value}“", "please check: {field} may not be “{value}”"),
    "grammar": ("Der Satz scheint nicht zu stimmen: {said}", "this sentence seems broken: {said}"),
    "twice": ("Steht ein Wort doppelt? {said}", "is a word doubled? {said}"),
    "weekday_mismatch": ("Wochentag und Datum passen nicht zusammen: {said}", "weekday and date do not fit: {said}"),
    "no_such_day": ("Diesen Tag gibt es nicht: {said}", "there is no such day: {said}"),
}
_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "event.name": ("der Name der Veranstaltung", "the event's name"),
    "event.place": ("der Ort", "the place"),
    "event.time": ("die Uhrzeit", "the time"),
    "event.end": ("das Ende", "the end"),
    "source": ("die Quelle", "the source"),
    "event.status": ("der Stand der Veranstaltung", "the event's status"),
}
_DAYS = (
    ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
_MONTHS = (
    (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
    (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
)  # fmt: skip


def question(value: Question, language: str) -> str:
    """ "Jahr fehlt: 18.–19. September – 2018, Dienstag bis Mittwoch?"."""
    at = int(language == "en")
    shown = [option(one, language) for one in value.options]
    said = (" – " + (" oder ", " or ")[at].join(shown)) if shown else ""
    words = _DIARY if "diary" in value.slots else _QUESTIONS[value.key]
    return words[at].format(**{**value.slots, "options": said})


def remark(value: Remark, language: str) -> str:
    """What a person should look at."""
    at = int(language == "en")
    slots = {
        name: _FIELDS.get(said, (said, said))[at] if name == "field" else said for name, said in value.slots.items()
    }
    return _REMARKS[value.key][at].format(**slots)


def option(value: str, language: str) -> str:
    """A possible answer in words: "18. September 2018, ein Dienstag"; other answers as they are."""
    first, _, last = value.partition("/")
    try:
        begin, end = date.fromisoformat(first[:10]), date.fromisoformat((last or first)[:10])
    except ValueError:
        return value
    clock = f", {first[11:16]}" + (" Uhr" if language != "en" else "") if "T" in first else ""
    if begin != end and (begin.year, begin.month) == (end.year, end.month):
        first_day = f"{begin.day}" if language == "en" else f"{begin.day}."
        return f"{first_day}–{_day(end, language)} ({_weekday(begin, language)} – {_weekday(end, language)}{clock})"
    if begin == end:
        return f"{_day(begin, language)} ({_weekday(begin, language)}{clock})"
    return (
        f"{_day(begin, language)} – {_day(end, language)} ({_weekday(begin, language)} – "
        f"{_weekday(end, language)}{clock})"
    )


def _day(day: date, language: str) -> str:
    month = _MONTHS[int(language == "en")][day.month - 1]
    return f"{day.day} {month} {day.year}" if language == "en" else f"{day.day}. {month} {day.year}"


def _weekday(day: date, language: str) -> str:
    return _DAYS[int(language == "en")][day.weekday()]
