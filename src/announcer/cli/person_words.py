"""What the command line says of the subscribers, together and one by one, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "lists": ("Listen", "Lists"),
    "no_lists": (
        "Es gibt keine Listen; legen Sie sie in config.toml an.",
        "There are no lists; add them in config.toml.",
    ),
    "confirmed": ("bestätigt", "confirmed"),
    "unconfirmed_people": ("unbestätigt", "unconfirmed"),
    "left": ("abgemeldet", "left"),
    "imported": (
        "{added} neu, {known} schon dabei, {left} abgemeldet, {suppressed} gesperrt, {refused} nicht übernommen.",
        "{added} added, {known} already there, {left} had left, {suppressed} blocked, {refused} not taken.",
    ),
    "would_import": ("Probelauf: {said}", "Dry run: {said}"),
    "refused": ("Nicht übernommen", "Not taken"),
    "and_more": ("… und {n} weitere; --json zeigt alle", "… and {n} more; --json shows all"),
    "nobody": (
        "Unter {address} ist niemand bekannt; announcer subscribers export zeigt alle",
        "nobody is known as {address}; 'announcer subscribers export' shows all",
    ),
    "no_mails": ("Für diese Person gab es noch keine Mail.", "There was no mail for this person yet."),
    "exported": ("{n} Zeilen geschrieben: {path}", "{n} lines written: {path}"),
    "basis_double_opt_in": ("Anmeldung mit Bestätigung", "double opt-in"),
    "basis_imported": ("importierte Einwilligung", "imported consent"),
    "basis_press": ("Pressekontakt", "press contact"),
    "sub_confirmed": ("bestätigt", "confirmed"),
    "sub_unconfirmed": ("noch nicht bestätigt", "not yet confirmed"),
    "sub_left": ("abgemeldet", "left"),
    "sub_objected": ("hat widersprochen", "objected"),
    "proof_of": ("Nachweis für {address}", "Proof for {address}"),
    "proof_made": ("Erstellt am {when} ({zone}).", "Made on {when} ({zone})."),
    "proof_no_list": ("Steht auf keiner Liste.", "Is on no list."),
    "proof_suppressed": (
        "Gesperrt seit {when} ({why}): An diese Adresse geht keine Mail.",
        "Suppressed since {when} ({why}): no mail goes to this address.",
    ),
    "proof_list": ("Liste", "List"),
    "proof_state": ("Stand", "State"),
    "proof_basis": ("Rechtsgrundlage", "Basis"),
    "proof_source": ("Herkunft", "Source"),
    "proof_outlet": ("Medium", "Outlet"),
    "proof_form": ("Formular", "Form"),
    "proof_requested": ("Angefordert", "Requested"),
    "proof_mail": ("Bestätigungsmail", "Confirmation mail"),
    "proof_confirmed": ("Bestätigt", "Confirmed"),
    "proof_dated": ("Datum", "Date"),
    "proof_not_yet": ("noch nicht", "not yet"),
    "proof_version": ("Fassung des Textes", "Version of the text"),
    "proof_text": ("Wortlaut der Einwilligung", "Words of the consent"),
    "since_when": ("{state}, seit {when}", "{state}, since {when}"),
    "choose_list_or_all": (
        "nennen Sie mit --list eine Liste, oder mit --all alle",
        "name one list with --list, or all with --all",
    ),
    "not_on_list": ("Steht auf keiner dieser Listen; nichts geändert.", "Is on none of these lists; nothing changed."),
    "ask_leave": (
        "{address} von {lists} abmelden? Zurück kommt nur, wer sich selbst neu anmeldet.",
        "Take {address} off {lists}? Only the person can come back, by signing up anew.",
    ),
    "ask_leave_all": (
        "{address} von allen Listen abmelden und auf Dauer sperren? Zurück kommt nur, wer sich selbst neu anmeldet.",
        "Take {address} off every list and suppress it for good? Only the person can come back, by signing up anew.",
    ),
    "left_now": ("Abgemeldet: {lists}.", "Unsubscribed: {lists}."),
    "left_all_now": (
        "Abgemeldet und gesperrt. Auch bereits geplante Mails gehen nicht mehr hinaus.",
        "Unsubscribed and suppressed. Mails already planned don't leave either.",
    ),
    "erase_preview": (
        "Gelöscht werden: Adresse, Name, Anmeldungen ({subscriptions}), Einwilligungen ({consents}).\n"
        "Geplante Mails, die nicht mehr hinausgehen: {queued}.\n"
        "Verschickte Mails, von denen nur bleibt, dass sie hinausgingen, nicht an wen: {sent}.",
        "To be deleted: address, name, subscriptions ({subscriptions}), consents ({consents}).\n"
        "Planned mails that won't leave any more: {queued}.\n"
        "Sent mails of which remains only that they were sent, not to whom: {sent}.",
    ),
    "erase_stays": (
        "Es bleibt ein verschlüsselter Wert der Adresse, damit kein Import sie zurückbringt. Das ist nicht umkehrbar.",
        "What stays is a keyed hash of the address, so that no import brings it back. This can't be undone.",
    ),
    "ask_erase": ("{address} löschen?", "Erase {address}?"),
    "erased": ("Gelöscht.", "Erased."),
    "suppressed_now": ("Gesperrt. An diese Adresse geht keine Mail mehr.", "Suppressed. No mail goes there any more."),
    "suppressed_before": ("War schon gesperrt.", "Was suppressed already."),
    "suppressed_count": ("Gesperrte Adressen: {n}", "Suppressed addresses: {n}"),
    "reason_erased": ("gelöschte Person", "erased person"),
    "reason_left": ("hat alles abbestellt", "left everything"),
    "data_written": ("Geschrieben: {path}", "Written: {path}"),
}

#: Verbs of the log.
VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "objection": ("Widerspruch eines Pressekontakts", "objection of a press contact"),
    "suppress": ("Adresse gesperrt", "suppressed an address"),
    "erase": ("Person gelöscht", "erased a person"),
    "opt in": ("Anmeldung bestätigt", "confirmed a subscription"),
    "join": ("auf der eigenen Seite angemeldet", "joined on their own page"),
    "speak": ("Sprache geändert", "changed the language"),
    "unconfirmed": ("unbestätigte Anmeldungen gelöscht", "deleted unconfirmed subscriptions"),
    "list over": ("Liste einer vergangenen Veranstaltung beendet", "ended the list of a past event"),
}

#: The help texts, by the English beside the verbs.
HELP: Final[Mapping[str, str]] = {
    "The file holds press contacts: --source says where their addresses are from, the lists are press lists.": (
        "Die Datei enthält Pressekontakte: --source nennt die Herkunft, die Listen sind Presselisten."
    ),
    "The person's mail address.": "Die Mailadresse der Person.",
    "Show by what right somebody is written to: every consent with its exact words; fit to be printed.": (
        "Zeigen, mit welchem Recht jemand Mails erhält: jede Einwilligung im Wortlaut, zum Ausdrucken."
    ),
    "Take somebody off a list who asks you to, or off all.": (
        "Jemanden, der darum bittet, von einer Liste abmelden oder von allen."
    ),
    "From this list.": "Von dieser Liste.",
    "From every list, for good.": "Von allen Listen, auf Dauer.",
    "Everything that is stored about somebody, as one JSON file.": (
        "Alles, was über jemanden gespeichert ist, als eine JSON-Datei."
    ),
    "Erase a person with everything that is theirs. Shows first what goes.": (
        "Eine Person mit allem löschen, was zu ihr gehört. Zeigt zuerst, was das ist."
    ),
    "Never write to an address again, known or not.": "An eine Adresse nie wieder schreiben, bekannt oder nicht.",
    "A few words, like 'complaint'.": "Ein paar Wörter, etwa „Beschwerde“.",
    "How many addresses are suppressed, and why. The addresses themselves are not kept.": (
        "Wie viele Adressen gesperrt sind und warum. Die Adressen selbst sind nicht gespeichert."
    ),
}
