"""What the public pages say, in German and English. Every key exists in both."""

from __future__ import annotations

from collections.abc import Mapping

from announcer.web import subscribe_words

LANGUAGES = ("de", "en")

_GERMAN = {
    **subscribe_words.GERMAN,
    "language_name": "Deutsch",
    "skip": "Zum Inhalt springen",
    "navigation": "Hauptnavigation",
    "news": "Mitteilungen",
    "subscribe": "Abonnieren",
    "imprint": "Impressum",
    "privacy": "Datenschutz",
    "language_choice": "Sprache",
    "news_title": "Pressemitteilungen",
    "no_news": "Zurzeit liegen keine Mitteilungen vor.",
    "search": "Suchen",
    "search_label": "Mitteilungen durchsuchen",
    "search_found": "Gesucht:",
    "search_none": "Keine Mitteilung enthält diese Wörter.",
    "search_one": "Eine Mitteilung",
    "search_many": "Mitteilungen",
    "search_all": "Alle Mitteilungen zeigen",
    "topic": "Thema",
    "topics": "Themen",
    "versions": "Fassungen dieser Mitteilung",
    "version_first": "veröffentlicht",
    "version_tidied": "redaktionell überarbeitet",
    "accessibility": "Barrierefreiheit",
    "accounts": "In sozialen Netzwerken",
    "accounts_text": "Dort erscheint jede Mitteilung als kurzer Beitrag.",
    "newer": "Neuere Mitteilungen",
    "older": "Ältere Mitteilungen",
    "pages": "Weitere Seiten",
    "published": "Veröffentlicht am",
    "updated": "Aktualisiert am",
    "withdrawn": "Zurückgezogen",
    "withdrawn_text": "Diese Mitteilung wurde zurückgezogen. Bitte verwenden Sie sie nicht mehr.",
    "corrected": "Korrektur",
    "links": "Weitere Informationen",
    "source": "Quelle",
    "contact": "Kontakt für Rückfragen",
    "event": "Zur Veranstaltung",
    "when": "Wann",
    "where": "Wo",
    "doors": "Einlass",
    "organizer": "Veranstalter",
    "host": "Gastgeber",
    "website": "Website",
    "calendar": "Kalender",
    "calendar_add": "Termin in den Kalender übernehmen",
    "calendar_follow": "Kalender abonnieren",
    "calendar_follow_text": "Programm und Änderungen kommen von selbst",
    "calendars": "Kalender",
    "calendars_text": "Ein abonnierter Kalender zeigt Veranstaltungen mit ihrem Programm. Wird etwas verlegt oder "
    "abgesagt, ändert sich der Eintrag von selbst; je nach Kalenderprogramm dauert das bis zu einem Tag.",
    "programme": "Programm",
    "time": "Uhrzeit",
    "item": "Programmpunkt",
    "room": "Raum",
    "more_items": "Weitere Programmpunkte",
    "time_open": "Zeit folgt",
    "item_cancelled": "Entfällt",
    "item_moved": "Neue Zeit",
    "registration": "Anmeldung",
    "registration_link": "Zur Anmeldung",
    "registration_from": "möglich ab",
    "registration_until": "möglich bis",
    "registration_off": "Eine Anmeldung ist nicht mehr möglich.",
    "announcements": "Mitteilungen dazu",
    "date_open": "Der Termin steht noch nicht fest.",
    "cancelled": "Abgesagt",
    "cancelled_text": "Die Veranstaltung findet nicht statt.",
    "postponed": "Verschoben",
    "postponed_text": "Die Veranstaltung findet nicht zum angekündigten Termin statt. "
    "Ein neuer Termin steht noch nicht fest.",
    "rescheduled": "Verlegt",
    "rescheduled_text": "Die Veranstaltung hat einen neuen Termin:",
    "formerly": "Ursprünglich angekündigt:",
    "subscribe_lead": "So erfahren Sie von neuen Mitteilungen, ohne diese Seite aufzurufen.",
    "feeds": "Mit einem Feed-Reader",
    "feeds_text": "Ein Feed-Reader ist ein kostenloses Programm, das Nachrichten von Websites sammelt, "
    "die Sie selbst auswählen. Kopieren Sie dazu eine der folgenden Adressen in Ihr Programm. "
    "Sie müssen keine Daten angeben und können jederzeit wieder aufhören.",
    "formats_text": "RSS versteht jedes Programm. Atom und JSON enthalten dasselbe in anderer Form; "
    "wählen Sie sie nur, wenn Ihr Programm danach fragt.",
    "no_feeds": "Zurzeit gibt es keine Feeds.",
    "feeds_all": "Alle Mitteilungen",
    "feeds_events": "Einzelne Veranstaltungen",
    "feeds_topics": "Einzelne Themen",
    "newsletter": "Per E-Mail",
    "publisher": "Herausgeber",
    "questions": "Fragen",
    "not_found": "Seite nicht gefunden",
    "not_found_text": "Unter dieser Adresse gibt es keine Seite. Vielleicht ist die Adresse unvollständig: "
    "Bitte kopieren Sie den Link vollständig. Wenn Sie sich von einem Newsletter abmelden möchten, "
    "können Sie auch einfach auf die Mail antworten.",
    "to_news": "Zu den Mitteilungen",
    "trouble": "Das hat nicht geklappt",
    "trouble_text": "Die Seite ist gerade nicht erreichbar. Bitte versuchen Sie es in einigen Minuten noch einmal. "
    "Wenn Sie sich abmelden wollten: Ihre Abmeldung wurde noch nicht gespeichert.",
    "leave_title": "Newsletter abbestellen",
    "leave_text": "Möchten Sie diesen Newsletter nicht mehr erhalten?",
    "leave_all_text": "Möchten Sie von uns keine Mails mehr erhalten?",
    "leave_button": "Abbestellen",
    "left_title": "Sie sind abgemeldet",
    "left_text": "Sie erhalten diesen Newsletter nicht mehr. Auch bereits geplante Mails werden nicht mehr verschickt; "
    "nur eine Mail, die gerade unterwegs ist, kann Sie noch erreichen.",
    "left_all_text": "Sie erhalten von uns keine Mails mehr. Auch bereits geplante Mails werden nicht mehr verschickt; "
    "nur eine Mail, die gerade unterwegs ist, kann Sie noch erreichen.",
    "address": "Adresse",
    "list": "Newsletter",
    "preferences": "Alle Ihre Newsletter ansehen",
    "preferences_title": "Ihre Newsletter",
    "preferences_text": "Mit Haken erhalten Sie einen Newsletter, ohne Haken nicht.",
    "preferences_none": "Sie erhalten von uns zurzeit keinen Newsletter.",
    "preferences_saved": "Ihre Auswahl ist gespeichert.",
    "preferences_legend": "Diese Newsletter erhalten Sie",
    "left_lists": "Abbestellt",
    "unconfirmed": "noch nicht bestätigt",
    "save_button": "Auswahl speichern",
    "leave_all_button": "Alle abbestellen",
    "leave_all_hint": "„Alle abbestellen“ gilt auf Dauer: Wir schreiben Ihnen dann nicht mehr, "
    "bis Sie sich selbst neu anmelden.",
}
_ENGLISH = {
    **subscribe_words.ENGLISH,
    "language_name": "English",
    "skip": "Skip to content",
    "navigation": "Main navigation",
    "news": "Announcements",
    "subscribe": "Subscribe",
    "imprint": "Legal notice",
    "privacy": "Privacy",
    "language_choice": "Language",
    "news_title": "Press releases",
    "no_news": "There are no announcements at present.",
    "search": "Search",
    "search_label": "Search the announcements",
    "search_found": "Searched for:",
    "search_none": "No announcement has these words.",
    "search_one": "One announcement",
    "search_many": "announcements",
    "search_all": "Show all announcements",
    "topic": "Topic",
    "topics": "Topics",
    "versions": "Versions of this announcement",
    "version_first": "published",
    "version_tidied": "edited",
    "accessibility": "Accessibility",
    "accounts": "On social networks",
    "accounts_text": "Each announcement appears there as a short post.",
    "newer": "Newer announcements",
    "older": "Older announcements",
    "pages": "More pages",
    "published": "Published",
    "updated": "Updated",
    "withdrawn": "Withdrawn",
    "withdrawn_text": "This announcement has been withdrawn. Please do not use it any more.",
    "corrected": "Correction",
    "links": "Further information",
    "source": "Source",
    "contact": "Contact for enquiries",
    "event": "About the event",
    "when": "When",
    "where": "Where",
    "doors": "Doors open",
    "organizer": "Organiser",
    "host": "Host",
    "website": "Website",
    "calendar": "Calendar",
    "calendar_add": "Add to my calendar",
    "calendar_follow": "Subscribe to the calendar",
    "calendar_follow_text": "programme and changes arrive by themselves",
    "calendars": "Calendars",
    "calendars_text": "A subscribed calendar shows events with their programme. When something is moved or "
    "cancelled, its entry changes by itself; with some calendar programs that takes up to a day.",
    "programme": "Programme",
    "time": "Time",
    "item": "Programme item",
    "room": "Room",
    "more_items": "Further programme items",
    "time_open": "time to follow",
    "item_cancelled": "Cancelled",
    "item_moved": "New time",
    "registration": "Registration",
    "registration_link": "Register",
    "registration_from": "opens",
    "registration_until": "closes",
    "registration_off": "Registration is no longer possible.",
    "announcements": "Announcements about it",
    "date_open": "The date has not been fixed yet.",
    "cancelled": "Cancelled",
    "cancelled_text": "The event will not take place.",
    "postponed": "Postponed",
    "postponed_text": "The event will not take place on the announced date. A new date has not been fixed yet.",
    "rescheduled": "Rescheduled",
    "rescheduled_text": "The event has a new date:",
    "formerly": "First announced for:",
    "subscribe_lead": "How to hear of new announcements without visiting this page.",
    "feeds": "With a feed reader",
    "feeds_text": "A feed reader is a free program that collects news from websites of your choice. "
    "Copy one of these addresses into your program. You need not give any data, and you can stop at any time.",
    "formats_text": "Every program understands RSS. Atom and JSON hold the same in another form; "
    "choose them only if your program asks for them.",
    "no_feeds": "There are no feeds at present.",
    "feeds_all": "All announcements",
    "feeds_events": "Single events",
    "feeds_topics": "Single topics",
    "newsletter": "By email",
    "publisher": "Publisher",
    "questions": "Questions",
    "not_found": "Page not found",
    "not_found_text": "There is no page at this address. Perhaps the address is incomplete: "
    "please copy the whole link. If you want to leave a newsletter, you can also simply reply to the mail.",
    "to_news": "To the announcements",
    "trouble": "That did not work",
    "trouble_text": "The page cannot be reached at the moment. Please try again in a few minutes. "
    "If you wanted to unsubscribe: this has not been saved yet.",
    "leave_title": "Unsubscribe",
    "leave_text": "Would you like to stop receiving this newsletter?",
    "leave_all_text": "Would you like to receive no more mail from us?",
    "leave_button": "Unsubscribe",
    "left_title": "You are unsubscribed",
    "left_text": "You will no longer receive this newsletter. Mails already planned are not sent either; "
    "only one that is on its way at this moment may still reach you.",
    "left_all_text": "You will receive no more mail from us. Mails already planned are not sent either; "
    "only one that is on its way at this moment may still reach you.",
    "address": "Address",
    "list": "Newsletter",
    "preferences": "See all your newsletters",
    "preferences_title": "Your newsletters",
    "preferences_text": "You receive a newsletter if its box is ticked, and not if it is clear.",
    "preferences_none": "You receive no newsletter from us at present.",
    "preferences_saved": "Your choice has been saved.",
    "preferences_legend": "You receive these newsletters",
    "left_lists": "Unsubscribed",
    "unconfirmed": "not yet confirmed",
    "save_button": "Save choice",
    "leave_all_button": "Unsubscribe from all",
    "leave_all_hint": "“Unsubscribe from all” lasts: we will not write to you again until you sign up yourself.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"de": _GERMAN, "en": _ENGLISH}


def choose_language(asked: str, accepted: str, *fallbacks: str) -> str:
    """The page's language: `?lang=`, then Accept-Language, then the fallbacks (content, site).

    A quality of 0 refuses a language (RFC 9110 §12.5.4); of equal ones the first counts.
    """
    candidates = [asked, *_accepted(accepted), *fallbacks, "de"]
    return next(known for tag in candidates if (known := tag.strip().lower()[:2]) in LANGUAGES)


def _accepted(header: str) -> list[str]:
    weighted: list[tuple[float, str]] = []
    for item in header.split(",")[:20]:
        tag, _, parameter = item.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if weight > 0:
            weighted.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]
