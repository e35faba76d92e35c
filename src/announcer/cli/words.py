"""What the command line says, German and English, and how it writes dates. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from announcer.cli import (
    bounce_words,
    digest_words,
    intake_words,
    office_words,
    person_words,
    playbook_words,
    post_words,
    rehearsal_words,
    sending_words,
    status_words,
    upkeep_words,
)
from announcer.cli.change_words import CHANGES
from announcer.planning.message_words import AUDIENCES, DELIVERY_STATES, KINDS, STATES

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    **digest_words.WORDS,
    **office_words.WORDS,
    **playbook_words.WORDS,
    **person_words.WORDS,
    **post_words.WORDS,
    **intake_words.WORDS,
    **bounce_words.WORDS,
    **sending_words.WORDS,
    **rehearsal_words.WORDS,
    **status_words.WORDS,
    **upkeep_words.WORDS,
    # What went wrong
    "error": ("Fehler: {said}", "error: {said}"),
    "unexpected": (
        "Unerwarteter Fehler ({said}); Einzelheiten stehen in {log}, oder wiederholen Sie den Aufruf mit --debug",
        "unexpected error ({said}); {log} has the details, or repeat it with --debug",
    ),
    "ask_yes": (
        "Hier kann niemand gefragt werden; bestätigen Sie mit --yes",
        "nobody can be asked here; confirm with --yes",
    ),
    "instead": ("statt {when}", "instead of {when}"),
    "left_alone": ("Nichts geändert.", "Nothing was changed."),
    "dry_run": ("Nur angesehen: Nichts wurde gespeichert.", "Only looked: nothing was stored."),
    "feed_found": ("„{title}“: {n} Einträge.", "“{title}”: {n} entries."),
    "ask_adopt": (
        "Übernehmen? Sie erscheinen mit ihren alten Kennungen in den Feeds; angekündigt wird nichts.",
        "Take them over? They appear in the feeds under their old guids; nothing is announced.",
    ),
    "feed_adopted": ("{n} Einträge übernommen.", "{n} entries taken over."),
    "site_written": (
        "{folder}: {n} Dateien, {written} neu oder geändert, {removed} entfernt.",
        "{folder}: {n} files, {written} new or changed, {removed} removed.",
    ),
    "yes_no": ("[j/N]", "[y/N]"),
    "next": ("Als Nächstes: {command}", "Next: {command}"),
    # Headings
    "number": ("Nr.", "No."),
    "time": ("Uhrzeit", "Time"),
    "what": ("Was", "What"),
    "channel": ("Kanal", "Channel"),
    "until": ("Bis", "Until"),
    "state": ("Stand", "State"),
    "when": ("Wann", "When"),
    "name": ("Name", "Name"),
    "id": ("Kennung", "Id"),
    "kind": ("Art", "Kind"),
    "rule": ("Regel", "Rule"),
    "note": ("Hinweis", "Note"),
    "who": ("Wer", "Who"),
    "did": ("Was geschah", "What happened"),
    "title": ("Titel", "Title"),
    "line": ("Zeile", "Line"),
    "room": ("Raum", "Room"),
    "why": ("Warum", "Why"),
    "zone": ("Alle Zeiten: {zone}", "All times: {zone}"),
    "no_time": ("Noch ohne Zeitpunkt", "No moment yet"),
    "place": ("Ort", "Place"),
    "playbook": ("Ablaufplan", "Playbook"),
    "audience": ("Für", "For"),
    "language": ("Sprache", "Language"),
    "registration": ("Anmeldung", "Registration"),
    "programme": ("Programm", "Programme"),
    "announcements": ("Mitteilungen", "Announcements"),
    "day_undated": ("Tag offen", "day open"),
    # Taking in
    "headline": ("Überschrift", "Headline"),
    "kicker": ("Dachzeile", "Kicker"),
    "lead": ("Vorspann", "Lead"),
    "body": ("Text", "Body"),
    "paragraphs": ("{n} Absätze", "{n} paragraphs"),
    "embargo": ("Sperrfrist", "Embargo"),
    "event": ("Veranstaltung", "Event"),
    "topics": ("Themen", "Topics"),
    "links": ("Verweise", "Links"),
    "stripped": ("Entfernt", "Taken out"),
    "warned": ("Bitte ansehen", "Please look"),
    "announcement_stored": (
        "Die Mitteilung ist als „{id}“ gespeichert.",
        "The announcement is stored as “{id}”.",
    ),
    "event_stored": ("Die Veranstaltung ist als „{id}“ gespeichert.", "The event is stored as “{id}”."),
    "event_confirmed": ("Der Termin ist bestätigt: {when}.", "The date is confirmed: {when}."),
    "no_events": ("Es gibt noch keine Veranstaltungen.", "There are no events yet."),
    # Plan, preview, approve
    "planned": ("Geplant: {said}.", "Planned: {said}."),
    "one_message": ("1 Nachricht", "1 message"),
    "n_message": ("{n} Nachrichten", "{n} messages"),
    "nothing_planned": ("Hier ist nichts geplant.", "Nothing is planned here."),
    "waits_for": ("fehlt noch: {what}", "still missing: {what}"),
    "unconfirmed": (
        "Der Termin ist nicht bestätigt; bis dahin geht nichts hinaus.",
        "The date is not confirmed; nothing leaves until it is.",
    ),
    "nothing_to_show": ("Dazu gibt es keine Nachricht.", "There is no such message."),
    "characters": ("{used} Zeichen", "{used} characters"),
    "characters_of": ("{used} von {limit} Zeichen", "{used} of {limit} characters"),
    "subject": ("Betreff", "Subject"),
    "preheader": ("Vorschau", "Preheader"),
    "late_words": ("falls verspätet", "if it is late"),
    "summary": ("Kurz", "Summary"),
    "link": ("Adresse", "Link"),
    "html_size": ("HTML: {n} kB", "HTML: {n} kB"),
    "not_sayable": ("Kann so nicht gesagt werden: {why}", "Can't be said like this: {why}"),
    "html_written": ("Geschrieben: {path}", "Written: {path}"),
    "html_none": ("Unter den gewählten Nachrichten ist keine Mail", "None of the chosen messages is a mail"),
    "mail_to": ("Mail {id} geht an {n} Menschen", "Mail {id} goes to {n} people"),
    "mail_takes": (
        "; bei der Grenze des Relays dauert das {lasts}, bis {until}",
        "; at the relay's limit that takes {lasts}, until {until}",
    ),
    "mail_too_slow": (
        "Mail {id} wäre nach {end} noch unterwegs, wenn sie nichts mehr nützt. Früher beginnen oder dem Relay mehr "
        "zumuten.",
        "Mail {id} would still be leaving after {end}, when it is worth nothing. Begin earlier or let the relay do "
        "more.",
    ),
    "one_mail": ("1 Mail", "1 mail"),
    "n_mail": ("{n} Mails", "{n} mails"),
    "sample_sent": (
        "{said} zur Probe an {address}: Der Dienst verschickt sie in den nächsten Sekunden.",
        "{said} as a sample to {address}: the service sends it within seconds.",
    ),
    "to_approve": ("Zur Freigabe: {said}.", "To approve: {said}."),
    "ask_approve": ("{said} freigeben?", "Approve {said}?"),
    "approved": ("Freigegeben: {said}.", "Approved: {said}."),
    "dropped_by_hand": ("Gestrichen: {said}.", "Dropped: {said}."),
    "ask_drop": ("Diese Nachrichten streichen?", "Drop these messages?"),
    "nobody_told": (
        "Davon ist nach außen nichts zu sehen: Niemand muss benachrichtigt werden.",
        "Nothing of it shows outside: nobody has to be told.",
    ),
    "none_to_approve": ("Es gibt nichts freizugeben.", "There is nothing to approve."),
    "still_waiting": ("Noch ohne Text oder Angabe: {said}.", "Still lacking a text or a fact: {said}."),
    "words_given": ("Der Text für „{rule}“ ist gespeichert.", "The text for “{rule}” is stored."),
    "words_empty": ("Der Text ist leer; geben Sie ihn an", "the text is empty; give one"),
    **CHANGES,
    # Channels, check, playbooks
    "enabled": ("an", "on"),
    "disabled": ("aus", "off"),
    "settings": ("Einstellungen", "Settings"),
    "database": ("Datenbank", "Database"),
    "templates": ("Vorlagen", "Templates"),
    "settings_ok": ("{path} ist gelesen", "{path} was read"),
    "database_ok": ("Stand {revision}", "schema {revision}"),
    "templates_ok": ("alle Vorlagen sind gültig", "all templates are valid"),
    "check_ok": ("Alles in Ordnung.", "Everything is fine."),
    "check_bad": ("Fehlerhafte Punkte: {n}", "Faulty points: {n}"),
    "gives": ("Ergibt für „{event}“", "Gives for “{event}”"),
    "no_limit": ("unbegrenzt", "no end"),
}

#: Why all sending is held; `office.holding` and `store.epoch` name the reasons.
_HOLDS: Final[Mapping[str, tuple[str, str]]] = {
    "restored": (
        "Die Datenbank ist älter als der letzte Stand dieses Dienstes (vermutlich eine Sicherung)",
        "the database is older than this service's last state (a backup, it seems)",
    ),
    "foreign": (
        "Die Datenbank gehört zu einem anderen Dienst als die Datei var/epoch",
        "the database belongs to another service than the file var/epoch",
    ),
    "moved": (
        "Die Datenbank kommt von anderswo: Hier fehlt ihre Datei var/epoch",
        "the database comes from elsewhere: its file var/epoch is not here",
    ),
    "old_file": (
        "Die Datei var/epoch ist älter als die Datenbank",
        "the file var/epoch is older than the database",
    ),
    "epoch_unreadable": ("Die Datei var/epoch ist nicht lesbar", "the file var/epoch can't be read"),
    "withdrawals_unreadable": (
        "Die Abmeldungen in var/withdrawals.log sind nicht lesbar",
        "the withdrawals in var/withdrawals.log can't be read",
    ),
    "clock": (
        "Die Uhr dieses Rechners ist um {since} Sekunden gesprungen; stellen Sie sie, bevor Sie freigeben",
        "this machine's clock jumped by {since} seconds; set it right before you release",
    ),
    "asleep": (
        "Der Dienst stand seit {since} (UTC) still, und seither war etwas fällig",
        "the service stood still since {since} (UTC), and something was due since then",
    ),
}

_VERBS: Final[Mapping[str, tuple[str, str]]] = {
    **person_words.VERBS,
    **office_words.VERBS,
    **post_words.VERBS,
    **playbook_words.VERBS,
    **bounce_words.VERBS,
    **sending_words.VERBS,
    "add": ("aufgenommen", "added"),
    "confirm": ("Termin bestätigt", "confirmed the date"),
    "plan": ("geplant", "planned"),
    "words": ("Text geliefert", "gave words"),
    "approve": ("freigegeben", "approved"),
    "pause": ("angehalten", "paused"),
    "resume": ("fortgesetzt", "resumed"),
    "release": ("Versand wieder freigegeben", "let sending go on"),
    "replay": ("Abmeldungen nachgetragen", "repeated withdrawals"),
    "settle": ("geklärt", "settled"),
    "compose": ("zusammengestellt", "put together"),
    "no issue": ("keine Ausgabe", "no issue"),
    "void": ("Freigabe aufgehoben", "approval void"),
    "digest": ("Newsletter eingerichtet", "set up the digest"),
    "remove": ("eingestellt", "removed"),
    "decide": ("entschieden", "decided"),
    "drop": ("gestrichen", "dropped"),
    "retime": ("auf einen anderen Zeitpunkt gelegt", "moved to another moment"),
    "miss": ("entfallen", "missed"),
    "hold": ("zurückgehalten", "held"),
    "import": ("importiert", "imported"),
    "leave": ("abgemeldet", "left"),
    "leave everything": ("ganz abgemeldet", "left everything"),
    "MoveEvent": ("Veranstaltung verlegt", "moved the event"),
    "PostponeEvent": ("Veranstaltung verschoben", "postponed the event"),
    "CancelEvent": ("Veranstaltung abgesagt", "cancelled the event"),
    "ChangeRoom": ("Raum geändert", "changed the room"),
    "MoveSession": ("Programmpunkt verlegt", "moved a session"),
    "CancelSession": ("Programmpunkt gestrichen", "cancelled a session"),
    "Delay": ("Verspätung", "delay"),
    "ChangeRegistration": ("Anmeldung geändert", "changed the registration"),
    "UpdateProgramme": ("Programm aktualisiert", "updated the programme"),
    "ReplacePerson": ("Person ersetzt", "replaced a person"),
    "CorrectWording": ("berichtigt", "corrected"),
    "CorrectAnnouncement": ("Mitteilung berichtigt", "corrected the announcement"),
    "Withdraw": ("zurückgezogen", "withdrawn"),
}

_UNITS: Final[Mapping[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    "minute": (("1 Minute", "{n} Minuten"), ("1 minute", "{n} minutes")),
    "hour": (("1 Stunde", "{n} Stunden"), ("1 hour", "{n} hours")),
    "day": (("1 Tag", "{n} Tage"), ("1 day", "{n} days")),
    "week": (("1 Woche", "{n} Wochen"), ("1 week", "{n} weeks")),
}
_WEEKDAYS = (("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
_DATIVE = {"die": "der", "das": "dem", "der": "dem"}


class Speech:
    """The words of one language; any other than English speaks German."""

    def __init__(self, language: str) -> None:
        self.language = "en" if language == "en" else "de"
        self._at = 1 if self.language == "en" else 0

    def __call__(self, key: str, **slots: object) -> str:
        """The words under `key` with their slots filled."""
        return _WORDS[key][self._at].format(**slots)

    def count(self, key: str, number: int) -> str:
        """`1 Nachricht`, `3 Nachrichten`."""
        return self(f"one_{key}") if number == 1 else self(f"n_{key}", n=number)

    def state(self, state: str) -> str:
        """A state of a message, an event or a date."""
        return STATES[state][self._at]

    def delivery_state(self, state: str) -> str:
        """A state of a single delivery."""
        return DELIVERY_STATES.get(state, STATES.get(state, (state, state)))[self._at]

    def kind(self, kind: str) -> str:
        """What a message is."""
        return KINDS[kind][self._at]

    def audience(self, audience: str) -> str:
        """For whom a rule is."""
        return AUDIENCES[audience][self._at]

    def hold(self, reasons: str) -> str:
        """Why all sending is held; a reason unknown here is shown as it is."""
        parted = [reason.partition(":") for reason in reasons.split(" ")]
        if any(key not in _HOLDS for key, _, _ in parted):
            return reasons
        return "; ".join(_HOLDS[key][self._at].format(since=since[:16].replace("T", " ")) for key, _, since in parted)

    def did(self, verb: str) -> str:
        """A verb of the log; one unknown here is shown as it is."""
        return _VERBS.get(verb, (verb, verb))[self._at]

    # Dates. All on the wall clock of `zone`.

    def day(self, day: date) -> str:
        """`Di 18.09.2018`, `Tue 18 Sep 2018`."""
        name = _WEEKDAYS[self._at][day.weekday()]
        return f"{name} {day:%d.%m.%Y}" if self.language == "de" else f"{name} {day:%d %b %Y}"

    def time(self, moment: datetime, zone: ZoneInfo) -> str:
        """`13:30`."""
        return f"{moment.astimezone(zone):%H:%M}"

    def moment(self, moment: datetime, zone: ZoneInfo) -> str:
        """`Di 18.09.2018 13:30`."""
        local = moment.astimezone(zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def until(self, end: datetime, beside: datetime | None, zone: ZoneInfo) -> str:
        """The end of something: only the time on the day of `beside`, else the day too, the year if it is another."""
        local = end.astimezone(zone)
        near = beside.astimezone(zone) if beside else None
        if near is not None and near.date() == local.date():
            return f"{local:%H:%M}"
        year = "" if near is not None and near.year == local.year else ("%Y" if self.language == "de" else " %Y")
        shape = f"%d.%m.{year} %H:%M" if self.language == "de" else f"%d %b{year} %H:%M"
        return format(local, shape)

    def span(self, distance: timedelta) -> str:
        """A distance in words, rounded: `40 Minuten`, `2 Stunden`, `10 Tage`, `3 Wochen`."""
        minutes = round(abs(distance).total_seconds() / 60)
        days = round(minutes / 1440)
        if minutes >= 1440:
            return self._counted("day", days) if days % 7 else self._counted("week", days // 7)
        if minutes >= 120 or minutes == 60:
            return self._counted("hour", round(minutes / 60))
        return self._counted("minute", minutes)

    def _counted(self, unit: str, number: int) -> str:
        one, many = _UNITS[unit][self._at]
        return one if number == 1 else many.format(n=number)

    def dative(self, item: str) -> str:
        """`die Keynote` → `der Keynote`, to stand behind "vor" and "nach"; English stays as it is."""
        article, _, rest = item.partition(" ")
        return f"{_DATIVE[article]} {rest}" if self.language == "de" and article in _DATIVE else item

    def zone_name(self, zone: ZoneInfo, moment: datetime | None) -> str:
        """`Europe/Berlin (CEST)`: the zone, with what its clock is called at that moment."""
        return f"{zone.key} ({moment.astimezone(zone):%Z})" if moment else zone.key
