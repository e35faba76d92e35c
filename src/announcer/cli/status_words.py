"""What the command line says of how things stand, of pauses and of what is late, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "campaigns": ("Kampagnen", "Campaigns"),
    "no_campaigns": (
        "Noch ist nichts da. Beginnen Sie mit: announcer event add DATEI oder announcer add DATEI",
        "There is nothing yet. Begin with: announcer event add FILE or announcer add FILE",
    ),
    "next_message": ("Als Nächstes", "Next up"),
    "attention": ("Braucht einen Menschen", "Needs a person"),
    "all_well": ("Niemand muss etwas tun.", "Nobody has to do anything."),
    "paused": ("Angehalten", "Paused"),
    "held_all": ("Der gesamte Versand ist zurückgehalten: {why}", "All sending is held: {why}"),
    "not_held": (
        "Der Versand ist nicht zurückgehalten; announcer status zeigt den Stand",
        "nothing is held; 'announcer status' shows how things stand",
    ),
    "would_go": ("Geht hinaus", "Leaves"),
    "would_be_missed": ("Entfällt, weil es zu spät ist", "Does not leave any more: it is too late"),
    "would_ask": ("Verspätet, wartet auf Ihre Entscheidung", "Late, waits for your decision"),
    "leaves_at": ("um {when}", "at {when}"),
    "in_late_words": ("im Wortlaut für Verspätung", "in the words for being late"),
    "ask_resume": ("„{what}“ fortsetzen?", "Resume “{what}”?"),
    "send_or_let_go": ("geben Sie entweder --send oder --let-go an", "give either --send or --let-go"),
    "decided_send": ("Nachricht {id} geht hinaus (Zustellungen: {n}).", "Message {id} leaves (deliveries: {n})."),
    "decided_let_go": (
        "Nachricht {id} geht nicht hinaus (Zustellungen: {n}).",
        "Message {id} does not leave (deliveries: {n}).",
    ),
    "held_late": (
        "verspätet: announcer decide {id} --send oder --let-go",
        "late: announcer decide {id} --send or --let-go",
    ),
    "held_cap": (
        "{n} Mails über der Wochengrenze: announcer decide {id} --send oder --let-go",
        "{n} mails above the weekly limit: announcer decide {id} --send or --let-go",
    ),
    "rest_missed": ("{n} Zustellungen nicht mehr rechtzeitig", "{n} deliveries were too late"),
    "nothing_would_go": ("Sofort geht nichts hinaus.", "Nothing leaves at once."),
    "look_first": (
        "Sehen Sie nach, was davon schon draußen ist, und streichen Sie es zuvor: announcer drop NAME --message NR",
        "Look what of it is already out, and strike it out first: announcer drop NAME --message N",
    ),
    "ask_release": ("Den Versand wieder freigeben?", "Let sending go on?"),
    "released_now": ("Der Versand geht weiter.", "Sending goes on."),
    "channels": ("Kanäle", "Channels"),
    "waiting_out": ("Wartet", "Waiting"),
    "last_out": ("Zuletzt", "Last"),
    "unplanned": ("noch nicht geplant", "not planned yet"),
    "approve_now": ("bitte freigeben", "please approve"),
    "approve_due": ("bitte freigeben, spätestens {when}", "please approve, at the latest {when}"),
    "unknown_delivery": (
        "Zustellung {id}: unklar, ob angekommen; nachsehen, dann announcer settle {id} --sent oder --again",
        "delivery {id}: it may have arrived; look, then announcer settle {id} --sent or --again",
    ),
    "failed_delivery": ("Zustellung {id} gescheitert: {said}", "delivery {id} failed: {said}"),
    "failed_correction": (
        "Berichtigung {id} gescheitert: {said}; announcer settle {id} --again, oder von Hand und dann --sent",
        "correction {id} failed: {said}; announcer settle {id} --again, or by hand and then --sent",
    ),
    "by_hand_delivery": (
        "von Hand zu tun, Text und Bilder: announcer byhand show {id}; danach announcer byhand done {id} --link …",
        "to do by hand, text and pictures: announcer byhand show {id}; then announcer byhand done {id} --link …",
    ),
    "failed_mails": ("{n} Mails gescheitert: {said}", "{n} mails failed: {said}"),
    "late_by": ("nicht hinausgegangen", "did not leave"),
    "settled": ("Zustellung {id} ist geklärt.", "Delivery {id} is settled."),
    "sent_or_again": ("geben Sie entweder --sent oder --again an", "give either --sent or --again"),
    "paused_now": ("Angehalten: {what}.", "Paused: {what}."),
    "resumed_now": ("Geht weiter: {what}.", "Goes on: {what}."),
    "log_empty": ("Das Protokoll ist leer.", "The log is empty."),
}
