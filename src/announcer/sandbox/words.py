"""The page's words in German and English, and its dates. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date, format_time, get_timezone_name

from announcer.model.facts import Event

WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "title": "Probelauf",
        "claim": "Alles auf dieser Seite kam im Probelauf an. Nichts davon hat das Haus verlassen.",
        "to_content": "Zum Inhalt springen",
        "social": "Beiträge",
        "mail": "Newsletter",
        "feed": "Feed",
        "all": "Alle Kanäle",
        "channels": "Kanäle",
        "stories": "Verläufe",
        "languages": "Sprache",
        "overview": "Die Kampagne im Überblick",
        "n_social": "Beiträge",
        "one_social": "Beitrag",
        "n_mail": "Newsletter",
        "one_mail": "Newsletter",
        "mails": "{count} Mails",
        "n_feed": "Feed-Meldungen",
        "one_feed": "Feed-Meldung",
        "zone": "Alle Zeiten: {zone}",
        "as_of": "Stand {moment}",
        "empty": "Hier ist noch nichts angekommen.",
        "nothing_after": "Danach ging nichts mehr hinaus.",
        "before": "Vorher",
        "after": "Nachher",
        "past": "Vor der Änderung",
        "past_note": "Was bis dahin hinausgegangen war",
        "future": "Nach der Änderung",
        "planned": "Ohne die Änderung",
        "planned_note": "Was sonst noch gefolgt wäre",
        "beside": "Daneben zeigen",
        "since": "Ab {moment}",
        "post": "Beitrag",
        "reply": "Antwort",
        "reply_to": "Antwort auf",
        "edit": "Beitrag bearbeitet",
        "delete": "Beitrag gelöscht",
        "edited": "bearbeitet",
        "mail_one": "Mail",
        "mail_answer": "Mail zu einer früheren Mail",
        "earlier_mail": "Frühere Mail",
        "this_mail": "Diese Mail",
        "item_new": "Neu im Feed",
        "item_changed": "Im Feed geändert",
        "full_text": "Volltext",
        "recipients": "an {count} Empfänger:innen",
        "recipient": "an {address}",
        "all_recipients": "Alle Adressen",
        "and_more": "… und {count} weitere",
        "subject_none": "(ohne Betreff)",
        "view": "Ansicht",
        "text": "Text",
        "headers": "Kopfzeilen",
        "raw": "Quelltext",
        "mail_of": "Mail: {subject}",
        "attachments": "Anhänge",
        "later": "Dazu später",
        "later_post": "beantwortet",
        "later_edit": "bearbeitet",
        "later_delete": "gelöscht",
        "later_mail": "neue Mail dazu",
        "later_feed": "geändert",
        "sent_at": "{day}, {time}",
        "removed": "entfällt:",
        "added": "neu:",
        "public": "Öffentlich",
        "unlisted": "Nicht gelistet",
        "private": "Nur für Follower",
        "direct": "Direkt",
        "event_day": "Veranstaltungstag",
        "day_n": "Tag {n}",
        "today_short": "Tag",
        "weeks_before": "{n} Wochen vorher",
        "week_before": "1 Woche vorher",
        "days_before": "{n} Tage vorher",
        "day_before": "1 Tag vorher",
        "weeks_after": "{n} Wochen danach",
        "week_after": "1 Woche danach",
        "days_after": "{n} Tage danach",
        "day_after": "1 Tag danach",
        "short_weeks": "{sign}{n} W",
        "short_days": "{sign}{n} T",
        "reload": "Neues ist angekommen: Seite neu laden",
        "as_json": "Alles als JSON",
        "whole": "Ganz zeigen",
    },
    "en": {
        "title": "Rehearsal",
        "claim": "Everything on this page arrived in a rehearsal. None of it has left the house.",
        "to_content": "Skip to content",
        "social": "Posts",
        "mail": "Newsletter",
        "feed": "Feed",
        "all": "All channels",
        "channels": "Channels",
        "stories": "Stories",
        "languages": "Language",
        "overview": "The campaign at a glance",
        "n_social": "posts",
        "one_social": "post",
        "n_mail": "newsletters",
        "one_mail": "newsletter",
        "mails": "{count} mails",
        "n_feed": "feed items",
        "one_feed": "feed item",
        "zone": "All times: {zone}",
        "as_of": "As of {moment}",
        "empty": "Nothing has arrived here yet.",
        "nothing_after": "Nothing went out after that.",
        "before": "Before",
        "after": "After",
        "past": "Before the change",
        "past_note": "What had gone out until then",
        "future": "After the change",
        "planned": "Without the change",
        "planned_note": "What would have followed",
        "beside": "Show beside it",
        "since": "From {moment}",
        "post": "Post",
        "reply": "Reply",
        "reply_to": "In reply to",
        "edit": "Post edited",
        "delete": "Post deleted",
        "edited": "edited",
        "mail_one": "Mail",
        "mail_answer": "Mail about an earlier mail",
        "earlier_mail": "Earlier mail",
        "this_mail": "This mail",
        "item_new": "New in the feed",
        "item_changed": "Changed in the feed",
        "full_text": "Full text",
        "recipients": "to {count} recipients",
        "recipient": "to {address}",
        "all_recipients": "All addresses",
        "and_more": "… and {count} more",
        "subject_none": "(no subject)",
        "view": "View",
        "text": "Text",
        "headers": "Headers",
        "raw": "Source",
        "mail_of": "Mail: {subject}",
        "attachments": "Attachments",
        "later": "Later",
        "later_post": "answered",
        "later_edit": "edited",
        "later_delete": "deleted",
        "later_mail": "another mail about it",
        "later_feed": "changed",
        "sent_at": "{day}, {time}",
        "removed": "removed:",
        "added": "added:",
        "public": "Public",
        "unlisted": "Unlisted",
        "private": "Followers only",
        "direct": "Direct",
        "event_day": "Day of the event",
        "day_n": "Day {n}",
        "today_short": "Day",
        "weeks_before": "{n} weeks before",
        "week_before": "1 week before",
        "days_before": "{n} days before",
        "day_before": "1 day before",
        "weeks_after": "{n} weeks after",
        "week_after": "1 week after",
        "days_after": "{n} days after",
        "day_after": "1 day after",
        "short_weeks": "{sign}{n} w",
        "short_days": "{sign}{n} d",
        "reload": "Something new has arrived: reload the page",
        "as_json": "Everything as JSON",
        "whole": "Show whole",
    },
}


class Speech:
    """The words and dates of one language; any other than English speaks German."""

    def __init__(self, language: str) -> None:
        self.language = "en" if language == "en" else "de"
        self._words = WORDS[self.language]
        self._locale = "en_GB" if self.language == "en" else "de_DE"

    def __call__(self, key: str, **slots: object) -> str:
        """The words under `key` with their slots filled."""
        return self._words[key].format(**slots)

    def count(self, channel: str, number: int) -> str:
        """`1 Beitrag`, `3 Beiträge`."""
        return f"{number} {self(f'one_{channel}' if number == 1 else f'n_{channel}')}"

    def day(self, day: date) -> str:
        """`Dienstag, 18. September 2018`."""
        return format_date(day, "EEEE, d. MMMM y" if self.language == "de" else "EEEE d MMMM y", locale=self._locale)

    def short_date(self, day: date) -> str:
        """`18. Sept.`, without the year."""
        return format_date(day, "d. MMM" if self.language == "de" else "d MMM", locale=self._locale)

    def time(self, moment: datetime) -> str:
        """`10:00 Uhr` on the wall clock of the moment's own zone."""
        clock = format_time(moment, "HH:mm", tzinfo=moment.tzinfo, locale=self._locale)
        return f"{clock} Uhr" if self.language == "de" else clock

    def zone(self, moment: datetime) -> str:
        """The zone's abbreviation at that moment: `MESZ`."""
        return get_timezone_name(moment, width="short", locale=self._locale)

    def moment(self, moment: datetime) -> str:
        """`18. Sept., 10:00 Uhr`."""
        return self("sent_at", day=self.short_date(moment.date()), time=self.time(moment))

    def countdown(self, day: date, event: Event | None) -> str:
        """How far `day` is from the event, in words: `12 Wochen vorher`, `Tag 1`; nothing without a date."""
        place = position(day, event)
        if place is None:
            return ""
        before, days, length = place
        if before == "in":
            return self("day_n", n=days) if length > 1 else self("event_day")
        unit, number = ("week", days // 7) if days % 7 == 0 else ("day", days)
        return self(f"{unit}_{before}" if number == 1 else f"{unit}s_{before}", n=number)

    def short_countdown(self, day: date, event: Event | None) -> str:
        """The same in a few signs: `−12 W`, `Tag 1`, `+3 T`; without an event the date."""
        place = position(day, event)
        if place is None:
            return self.short_date(day)
        before, days, length = place
        if before == "in":
            return self("day_n", n=days) if length > 1 else self("today_short")
        sign = "−" if before == "before" else "+"
        key, number = ("short_weeks", days // 7) if days % 7 == 0 else ("short_days", days)
        return self(key, sign=sign, n=number)

    def when(self, event: Event) -> str:
        """The event's days: `Dienstag, 18., bis Mittwoch, 19. September 2018`; nothing without a date."""
        span = days_of(event)
        if span is None:
            return ""
        first, last = span
        if first == last:
            return self.day(first)
        if (first.year, first.month) != (last.year, last.month):
            begin = self.day(first)
        else:
            begin = format_date(first, "EEEE, d." if self.language == "de" else "EEEE d", locale=self._locale)
        return f"{begin}, bis {self.day(last)}" if self.language == "de" else f"{begin} to {self.day(last)}"


def days_of(event: Event | None) -> tuple[date, date] | None:
    """The event's first and last day on its own wall clock."""
    if event is None or event.start is None:
        return None
    first = event.start.astimezone(event.zone).date()
    last = event.end.astimezone(event.zone).date() if event.end is not None else first
    return first, max(first, last)


def position(day: date, event: Event | None) -> tuple[str, int, int] | None:
    """Where `day` lies: before, in or after the event, by how many days (in: which day), and the event's length."""
    span = days_of(event)
    if span is None:
        return None
    first, last = span
    length = (last - first).days + 1
    if day < first:
        return "before", (first - day).days, length
    if day > last:
        return "after", (day - last).days, length
    return "in", (day - first).days + 1, length
