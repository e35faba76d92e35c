"""The forms of changes: which fields each verb has, and the change they make. Problems are keys of sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectAnnouncement,
    CorrectWording,
    Delay,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    Withdraw,
)
from announcer.model.facts import Event, Place
from announcer.web.campaign.showing import Shown, moment_of


class FormProblem(Exception):
    """A field is missing or wrong; `key` is the sentence that says so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Fields:
    """What somebody entered, and of what."""

    given: Mapping[str, str]
    campaign: Shown

    def __getitem__(self, name: str) -> str:
        return self.given.get(name, "").strip()

    @property
    def event(self) -> Event:
        """The event; raises `FormProblem` for a campaign without one."""
        if self.campaign.event is None:
            raise FormProblem("change_needs_event")
        return self.campaign.event

    def needed(self, name: str) -> str:
        """A field that may not be empty."""
        if not self[name]:
            raise FormProblem("change_field_missing")
        return self[name]

    def moment(self, name: str) -> datetime | None:
        """A moment on the event's wall clock; None where nothing is entered."""
        if not self[name]:
            return None
        found = moment_of(self[name], self.campaign.zone)
        if found is None:
            raise FormProblem("moment_wrong")
        return found

    @property
    def session(self) -> str:
        """The programme item that is meant."""
        if self.event.session(self["session"]) is None:
            raise FormProblem("session_missing")
        return self["session"]


def _move(fields: Fields) -> Change:
    start, place = fields.moment("start"), None
    if fields["place"]:
        city = fields["city"] or (fields.event.place.city if fields.event.place else "")
        place = Place(fields["place"], fields["street"], fields["postal_code"], city)
    return MoveEvent(start, fields.moment("end"), place)


def _move_session(fields: Fields) -> Change:
    start = fields.moment("start")
    if start is None:
        raise FormProblem("change_field_missing")
    return MoveSession(fields.session, start, fields.moment("end"))


def _delay(fields: Fields) -> Change:
    minutes = fields["minutes"]
    if not minutes.isdecimal() or not 0 < int(minutes) < 10_000:
        raise FormProblem("minutes_wrong")
    return Delay(fields.session, int(minutes), rest=fields["rest"] != "no")


def _registration(fields: Fields) -> Change:
    opens, closes, url = fields.moment("opens"), fields.moment("closes"), fields["url"] or None
    if opens is None and closes is None and url is None:
        raise FormProblem("change_field_missing")
    return ChangeRegistration(closes, opens, url)


def _rewrite(fields: Fields) -> Change:
    said = fields.campaign.announcement
    if said is None:
        raise FormProblem("change_needs_announcement")
    headline, lead = fields["headline"], fields["lead"]
    body = fields["body"].replace("\r\n", "\n")
    changed = (
        headline if headline and headline != said.headline else None,
        lead if lead != said.lead else None,
        body if body != said.body.replace("\r\n", "\n").strip() else None,
    )
    if changed == (None, None, None):
        raise FormProblem("change_nothing")
    return CorrectAnnouncement(*changed, material=fields["silent"] != "yes", note=fields["note"])


#: Every verb with what its form makes, in the order in which they are offered.
VERBS: Final[Mapping[str, Callable[[Fields], Change]]] = {
    "room": lambda fields: ChangeRoom(fields.session, fields.needed("room")),
    "delay": _delay,
    "person": lambda fields: ReplacePerson(fields.needed("old"), fields["new"], fields["role"]),
    "drop": lambda fields: CancelSession(fields.session),
    "reschedule": _move_session,
    "move": _move,
    "registration": _registration,
    "postpone": lambda fields: PostponeEvent(),
    "cancel": lambda fields: CancelEvent(),
    "correct": lambda fields: CorrectWording(
        fields.needed("old"), fields.needed("new"), material=fields["silent"] != "yes"
    ),
    "rewrite": _rewrite,
    "withdraw": lambda fields: Withdraw(),
}
_OF_EVENTS = frozenset({"room", "delay", "person", "drop", "reschedule", "move", "registration", "postpone", "cancel"})
_OF_SESSIONS = frozenset({"room", "delay", "person", "drop", "reschedule"})
_OF_TEXTS = frozenset({"rewrite", "withdraw"})


def offered(campaign: Shown) -> list[str]:
    """The verbs that make sense for a campaign."""
    event = campaign.event
    sessions = event is not None and bool(event.sessions)
    return [
        verb
        for verb in VERBS
        if (verb not in _OF_EVENTS or event is not None)
        and (verb not in _OF_SESSIONS or sessions)
        and (verb not in _OF_TEXTS or campaign.announcement is not None)
    ]


def wishes(given: Mapping[str, str], verb: str) -> dict[str, str]:
    """How posts that are out are to be put right; nothing leaves it to each network."""
    wish = given.get("posts", "")
    possible = ("delete", "keep") if verb == "withdraw" else ("edit", "reply", "repost")
    return {"": wish} if wish in possible else {}
