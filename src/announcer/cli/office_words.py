"""What the command line says of people, approval and the office's own mail, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # Deputies
    "away": ("Für", "For"),
    "deputy": ("Vertretung", "Deputy"),
    "from": ("Von", "From"),
    "to": ("Bis", "To"),
    "stands_in": ("vertritt heute", "stands in today"),
    "no_deputies": ("Niemand vertritt jemanden.", "Nobody stands in for anybody."),
    "deputy_added": (
        "{deputy} vertritt {person} von {first} bis {last}.",
        "{deputy} stands in for {person} from {first} to {last}.",
    ),
    "deputy_removed": ("{deputy} vertritt {person} nicht mehr.", "{deputy} no longer stands in for {person}."),
    # Requests
    "no_requests": ("Keine Änderung wartet auf eine zweite Person.", "No change waits for a second person."),
    "confirm_by": ("bestätigen kann: {names}", "can be confirmed by: {names}"),
    "confirm_by_nobody": (
        "heute kann es niemand bestätigen; tragen Sie eine Vertretung ein: announcer deputies add",
        "nobody can confirm it today; enter a deputy: announcer deputies add",
    ),
    "request_confirmed": ("bestätigt von {who}", "confirmed by {who}"),
    "request_refused": ("abgelehnt von {who}", "refused by {who}"),
    "request_ended": (
        "Der Antrag {id} ist abgelehnt; nichts wurde geändert.",
        "Request {id} is refused; nothing was changed.",
    ),
    "needs_second": (
        "Das braucht eine zweite Person; bestätigen kann: {names}.",
        "This takes a second person; it can be confirmed by: {names}.",
    ),
    "ask_request": ("Als Antrag hinterlegen?", "Leave it as a request?"),
    "requested": (
        "Als Antrag {id} hinterlegt; geändert ist noch nichts.",
        "Left as request {id}; nothing has changed yet.",
    ),
    "open_requests": ("Wartet auf eine zweite Person", "Waits for a second person"),
    "unsent": ("Nachrichten an die Redaktion, die nicht ankommen", "Mail to the office that does not arrive"),
    # Check
    "office_people": ("Redaktion", "Office"),
    "people_ok": (
        "freigeben können: {names}; {eyes}",
        "these may approve: {names}; {eyes}",
    ),
    "two_eyes": ("auch den eigenen Text", "their own text too"),
    "four_eyes": ("niemand den eigenen Text", "nobody their own text"),
    "people_missing": (
        "niemand eingetragen: Alle können freigeben, und niemand wird erinnert; tragen Sie [people.NAME] ein",
        "nobody entered: everybody may approve, and nobody is reminded; add [people.NAME]",
    ),
    "nobody_approves": (
        "niemand kann freigeben; setzen Sie bei jemandem approves = true",
        "nobody may approve; set approves = true for somebody",
    ),
    "one_approves": (
        "vier Augen, aber nur {names} kann freigeben: Den eigenen Text gibt niemand frei; "
        "lassen Sie noch jemanden freigeben, oder setzen Sie four_eyes = false",
        "four eyes, but only {names} may approve: nobody can approve what they wrote; "
        "let somebody else approve too, or set four_eyes = false",
    ),
}

VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "deputy": ("Vertretung eingetragen", "entered a deputy"),
    "deputy removed": ("Vertretung ausgetragen", "took a deputy out"),
    "request": ("Änderung beantragt", "asked for a change"),
    "confirm request": ("Antrag bestätigt", "confirmed a request"),
    "refuse request": ("Antrag abgelehnt", "refused a request"),
}
