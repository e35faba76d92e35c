"""Why a message stands where it stands: keys with values, and their words.

A key is stored with the plan, e.g. "quiet_hours:2026-03-01T21:00"; its words
come later, in the language of whoever reads them. Moments in keys are local
to the event; two values are parted by "|".
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from announcer.model.facts import Event
from announcer.planning.phrases import day_words, moment_words, quoted

_WORDS: dict[str, tuple[str, str]] = {
    "quiet_hours": (
        "war für {0} vorgesehen; wegen der Ruhezeit verlegt",
        "was meant for {0}; moved out of the quiet hours",
    ),
    "quiet_hours_exempt": (
        "geht trotz Ruhezeit am {0} hinaus, weil der Zeitpunkt feststeht oder die Änderung eilt",
        "leaves on {0} in spite of the quiet hours, because its moment is fixed or the change is urgent",
    ),
    "quiet_hours_kept": (
        "bleibt trotz Ruhezeit bei {0}: Jede Verlegung würde Sperrfrist, Frist, Beginn oder Verfall überschreiten",
        "stays at {0} in spite of the quiet hours: moving it would cross embargo, deadline, start or expiry",
    ),
    "embargo": (
        "war für {0} vorgesehen; wartet auf das Ende der Sperrfrist",
        "was meant for {0}; waits for the embargo",
    ),
    "under_embargo": (
        "geht mit Sperrfristvermerk vorab an die Presse; frei ab {0}",
        "goes to the press in advance, marked as embargoed until {0}",
    ),
    "working_day": (
        "war für {0} vorgesehen; auf einen Arbeitstag verlegt",
        "was meant for {0}; moved to a working day",
    ),
    "working_day_kept": (
        "bleibt bei {0}, obwohl dann nicht gearbeitet wird: "
        "Jede Verlegung würde Sperrfrist, Frist, Beginn oder Verfall überschreiten",
        "stays at {0} although nobody works then: moving it would cross embargo, deadline, start or expiry",
    ),
    "own_text": (
        "ein eigener Text liegt vor; er wartet auf die Freigabe",
        "has a text of its own now, which waits for approval",
    ),
    "retimed": (
        "von Hand auf diesen Zeitpunkt gelegt; vorgesehen war {0}",
        "moved to this moment by hand; it was meant for {0}",
    ),
    "retimed_unapproved": (
        "hat einen anderen Zeitpunkt von jemandem, der nicht freigibt; bitte neu freigeben",
        "got another moment from somebody who does not approve; approve it again",
    ),
    "summer_time": (
        "die Uhrzeit {0} gibt es an diesem Tag wegen der Zeitumstellung nicht; eine Stunde später",
        "the time {0} does not exist because summer time begins; one hour later",
    ),
    "collision": (
        "war für {1} vorgesehen; rückt wegen „{0}“ nach hinten",
        "was meant for {1}; gives way to “{0}”",
    ),
    "superseded": (
        "nicht eigens: „{0}“ geht zur selben Zeit hinaus und sagt es mit",
        "not on its own: “{0}” leaves at the same time and says it as well",
    ),
    "also_says": ("sagt auch, was „{0}“ zu sagen hat", "also says what “{0}” has to say"),
    "collision_kept": (
        "bleibt trotz der Nähe zu „{0}“: Ein Aufschub käme zu spät",
        "stays although “{0}” is near: a delay would come too late",
    ),
    "no_room": (
        "für das, was „{0}“ zu sagen hat, ist hier kein Platz",
        "there is no room here for what “{0}” has to say",
    ),
    "superseded_change": (
        "entfällt: durch eine spätere Änderung überholt",
        "dropped: overtaken by a later change",
    ),
    "past": (
        "entfällt: der Zeitpunkt {0} lag bei der Planung schon zurück",
        "dropped: its moment {0} had already passed when it was planned",
    ),
    "event_past": ("entfällt: die Veranstaltung ist vorbei", "dropped: the event is over"),
    "too_late": ("entfällt: lohnt sich nur bis {0}", "dropped: only worth sending until {0}"),
    "after_start": (
        "entfällt: läge nach dem Beginn der Veranstaltung",
        "dropped: it would come after the start of the event",
    ),
    "not_open_yet": (
        "entfällt: die Anmeldung ist dann noch nicht geöffnet",
        "dropped: registration would not be open yet",
    ),
    "not_after_fallback": (
        "lohnt sich bis {1}, weil eine Angabe fehlt ({0})",
        "worth sending until {1}, because a fact is missing ({0})",
    ),
    "not_after_unknown": (
        "wie lange sich die Nachricht lohnt, ist offen, weil eine Angabe fehlt ({0})",
        "how long it is worth sending is open, because a fact is missing ({0})",
    ),
    "session_cap": (
        "entfällt: höchstens {0} Programmhinweise je Tag und Kanal",
        "dropped: at most {0} session posts per day and channel",
    ),
    "newcomer": (
        "nicht gesendet: am Tag der Erinnerung oder danach angemeldet",
        "not sent: subscribed on the reminder's own day or later",
    ),
    "mails_per_week": (
        "wartet: so viele Mails in einer Woche wie erlaubt",
        "waits: as many mails in one week as allowed",
    ),
    "page": (
        "wartet, bis die Seite {0} zu lesen ist (Antwort: {1})",
        "waits until the page {0} can be read (answer: {1})",
    ),
    "decided": ("von Hand freigegeben", "sent on by hand"),
    "let_go": ("von Hand gestrichen", "let go by hand"),
    "broken_field": (
        "nichts ist hinausgegangen: Bei Abonnent {0} lässt sich die Mail nicht schreiben ({1}); "
        "bitte dort berichtigen und neu freigeben",
        "nothing has left: the mail can't be written for subscriber {0} ({1}); correct it there and approve again",
    ),
    "unapproved": ("nicht rechtzeitig freigegeben", "nobody approved it in time"),
    "waited_in_vain": ("was fehlte, kam nicht rechtzeitig", "what it waited for did not come in time"),
    "undecided": ("nicht rechtzeitig entschieden", "nobody decided in time"),
    "paused_past": ("war über ihre Zeit hinaus angehalten", "it was paused past its time"),
    "late": ("der Zeitpunkt ist verstrichen", "its moment had passed"),
    "late_ask": (
        "der Zeitpunkt ist verstrichen; bitte entscheiden, ob sie noch hinausgeht",
        "its moment has passed; decide whether it still leaves",
    ),
    "text_changed": (
        "der Text ist nicht mehr der freigegebene; bitte neu freigeben",
        "its text is not the approved one; approve it again",
    ),
    "stale_text": (
        "sagt noch „{0}“ ({1}); bitte den Text berichtigen oder so freigeben",
        "still says “{0}” ({1}); correct the text, or approve it as it is",
    ),
    "not_planned": ("entfällt: nicht mehr im Plan", "dropped: no longer in the plan"),
    "event_cancelled": ("entfällt: die Veranstaltung ist abgesagt", "dropped: the event is cancelled"),
    "event_postponed": ("entfällt: die Veranstaltung ist verschoben", "dropped: the event is put off"),
    "withdrawn": ("entfällt: die Mitteilung ist zurückgezogen", "dropped: the announcement was withdrawn"),
    "holiday": (
        "war für {0} vorgesehen; wegen des Feiertags am Werktag davor",
        "was meant for {0}; because of the holiday on the working day before",
    ),
    "nothing_new": ("seit der letzten Ausgabe gibt es nichts Neues", "there is nothing new since the last issue"),
    "too_few": (
        "seit der letzten Ausgabe gibt es nur {0} von mindestens {1} Mitteilungen",
        "since the last issue there are only {0} of at least {1} announcements",
    ),
    "item_changed": (
        "neu zusammengestellt, weil sich „{0}“ geändert hat; eine Freigabe des früheren Textes gilt nicht mehr",
        "put together anew because “{0}” has changed; an approval of the earlier text no longer counts",
    ),
    "item_gone": (
        "ohne „{0}“ neu zusammengestellt; eine Freigabe des früheren Textes gilt nicht mehr",
        "put together anew without “{0}”; an approval of the earlier text no longer counts",
    ),
    "not_sayable": ("kann so nicht gesagt werden: {0}", "can't be said like this: {0}"),
    "digest_removed": ("entfällt: der Newsletter ist eingestellt", "dropped: the digest was removed"),
    "issue_empty": (
        "entfällt: nichts von dem, was darin stand, gilt noch",
        "dropped: nothing of what it told is still so",
    ),
    "digest_changed": (
        "entfällt: der Newsletter wurde umgestellt; was darin stand, kommt mit der nächsten Ausgabe",
        "dropped: the digest was changed; what it told comes with the next issue",
    ),
    "parallel": ("spricht auch von gleichzeitigen Programmpunkten: {0}", "also speaks of parallel sessions: {0}"),
}

#: Where a text stands that people wrote; a number or a name may follow.
_TEXTS = {
    "headline": ("Überschrift", "headline"),
    "kicker": ("Dachzeile", "kicker"),
    "lead": ("Vorspann", "lead"),
    "body": ("Text", "body"),
    "link": ("Verweis", "link"),
    "alt": ("Bildbeschreibung", "description of picture"),
    "credit": ("Bildnachweis", "credit of picture"),
    "note": ("Hinweis zum Programmpunkt", "note of programme item"),
    "words": ("Ihr Text für", "your text for"),
    "post": ("Ihr Beitrag für", "your post for"),
}

_WAITS: dict[str, tuple[str, str]] = {
    "event.start": ("bestätigtes Datum der Veranstaltung", "confirmed date of the event"),
    "event.end": ("Ende der Veranstaltung", "end of the event"),
    "event.doors": ("Uhrzeit des Einlasses", "time the doors open"),
    "registration.opens": ("Beginn der Anmeldung", "opening of the registration"),
    "registration.closes": ("Ende der Anmeldung", "closing of the registration"),
    "announcement.withheld": ("Freigabe der Mitteilung", "release of the announcement"),
    "session": ("ein einzelner Programmpunkt", "a single programme item"),
    "session.start": ("Uhrzeit: {0}", "time: {0}"),
    "session.end": ("Ende: {0}", "end: {0}"),
    "words": ("Ihr Text: {0}", "your text: {0}"),
}


def why(name: str, *values: datetime | str | int) -> str:
    """The key of a reason; local moments are written to the minute."""
    if name not in _WORDS:
        raise ValueError(f"no reason is called {name!r}; add its words to planning/why.py")
    if not values:
        return name
    return f"{name}:{'|'.join(_written(value) for value in values)}"


def local_why(name: str, instant: datetime, zone: ZoneInfo) -> str:
    """The key of a reason whose only value is a moment on the wall clock of `zone`."""
    return why(name, instant.astimezone(zone))


def explain(key: str, language: str) -> str:
    """A reason in words, German or English; what is no key of this program is returned as it is."""
    name, _, values = key.partition(":")
    if name not in _WORDS:
        return key
    german, english = _WORDS[name]
    return (german if language == "de" else english).format(*(_read(value, language) for value in values.split("|")))


def waits_for_words(key: str, event: Event | None, language: str) -> str:
    """What a message waits for, in words: `session.start:grusswort` is "Uhrzeit: Grußwort „…“"."""
    name, _, value = key.partition(":")
    if name not in _WAITS:
        return key
    german, english = _WAITS[name]
    return (german if language == "de" else english).format(_item(value, event, language))


def text_name(name: str, language: str) -> str:
    """Where a text stands, in words: "link 2" is "Verweis 2"."""
    kind, _, which = name.partition(" ")
    if kind not in _TEXTS:
        return name
    return f"{_TEXTS[kind][language != 'de']} {which}".strip()


def _item(value: str, event: Event | None, language: str) -> str:
    session = event.session(value) if event else None
    if session is None:
        return value
    return f"{session.kind} {quoted(session.title, language)}".strip()


def _written(value: datetime | str | int) -> str:
    return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else str(value)


def _read(value: str, language: str) -> str:
    if value.partition(" ")[0] in _TEXTS:
        return text_name(value, language)
    try:
        if "T" not in value:
            if value.partition(":")[0] in _WAITS:
                return waits_for_words(value, None, language)
            return day_words(date.fromisoformat(value), language)
        return moment_words(datetime.fromisoformat(value), language)
    except ValueError:
        return value
