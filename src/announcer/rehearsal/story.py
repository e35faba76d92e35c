"""What happens on the way, read from story.toml: changes, texts, and variants of the course of events."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from announcer.errors import IntakeError, PlanningError
from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    CorrectWording,
    Delay,
    Facts,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    UpdateProgramme,
    Withdraw,
)
from announcer.model.facts import Person, Place, Session
from announcer.planning.calendar import OfficeCalendar
from announcer.planning.moments import Missing, resolve
from announcer.planning.sentences import parse_moment


@dataclass(frozen=True, slots=True)
class Words:
    """Somebody hands in the text a message waits for."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens at a moment (UTC)."""

    at: datetime
    what: Change | Words
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """Another course of events from `since` on."""

    id: str
    title: str
    since: datetime
    happens: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A whole course of events, and who is told of it."""

    title: str = "Wie geplant"
    playbook: str = ""
    audience: Mapping[str, int] | None = None  #: Made-up recipients by list; None takes a default.
    happens: tuple[Happening, ...] = ()
    variants: tuple[Variant, ...] = ()


_KEYS = {"title", "playbook", "audience", "happens", "variant"}
_VERBS = (
    "correct", "room", "move", "delay", "person", "registration", "programme", "postpone", "cancel",
    "withdraw", "words",
)  # fmt: skip
_BESIDE_SESSION = re.compile(r"(?P<offset>.+ (?:before|after)) (?P<session>[a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class _Reader:
    name: str
    facts: Facts
    calendar: OfficeCalendar

    def story(self, data: Mapping[str, Any]) -> Story:
        self._only(data, _KEYS, "")
        return Story(
            title=str(data.get("title", "Wie geplant")),
            playbook=str(data.get("playbook", "")),
            audience={str(name): int(number) for name, number in data["audience"].items()}
            if "audience" in data
            else None,
            happens=self._happens(data.get("happens", []), "[[happens]]"),
            variants=tuple(self._variant(item, number) for number, item in enumerate(data.get("variant", []), 1)),
        )

    def _variant(self, item: Mapping[str, Any], number: int) -> Variant:
        where = f"[[variant]] {number}"
        self._only(item, {"id", "title", "from", "happens"}, where)
        for key in ("id", "title", "from"):
            if key not in item:
                raise IntakeError(f"{self.name}: {where} has no {key!r}; add it")
        since = self._moment(str(item["from"]), where)
        return Variant(str(item["id"]), str(item["title"]), since, self._happens(item.get("happens", []), where))

    def _happens(self, items: Sequence[Mapping[str, Any]], where: str) -> tuple[Happening, ...]:
        found = [self._happening(item, f"{where} {number}") for number, item in enumerate(items, 1)]
        return tuple(sorted(found, key=lambda happening: happening.at))

    def _happening(self, item: Mapping[str, Any], where: str) -> Happening:
        self._only(item, {"when", "reason", *_VERBS}, where)
        verbs = [verb for verb in _VERBS if verb in item]
        if "when" not in item or len(verbs) != 1:
            raise IntakeError(f"{self.name}: {where} needs 'when' and exactly one of {', '.join(_VERBS)}")
        try:
            what = self._what(verbs[0], item[verbs[0]])
        except (KeyError, TypeError) as error:
            raise IntakeError(f"{self.name}: {where}: {verbs[0]!r} lacks {error}; add it") from error
        return Happening(self._moment(str(item["when"]), where), what, str(item.get("reason", "")))

    def _what(self, verb: str, value: Any) -> Change | Words:
        match verb:
            case "correct":
                return CorrectWording(value["old"], value["new"], material=value.get("material", True))
            case "room":
                return ChangeRoom(value["session"], value["to"])
            case "move" if "session" in value:
                return MoveSession(value["session"], self._local(value["to"]))
            case "move":
                start = self._local(value["to"]) if "to" in value else None
                return MoveEvent(start, place=Place(**value["place"]) if "place" in value else None)
            case "person":
                return ReplacePerson(value["old"], value.get("new", ""), value.get("role", ""))
            case "registration":
                moments: dict[str, Any] = {key: self._local(value[key]) for key in ("opens", "closes") if key in value}
                return ChangeRegistration(**moments, url=value.get("url"))
            case "programme":
                return self._programme(value)
            case "postpone":
                return PostponeEvent()
            case "withdraw":
                return Withdraw()
            case "cancel" if isinstance(value, dict) and "session" in value:
                return CancelSession(value["session"])
            case "delay":
                return Delay(value["session"], int(value["minutes"]), rest=value.get("rest", True))
            case "cancel":
                return CancelEvent()
            case _:
                return Words(value["rule"], value["text"])

    def _programme(self, value: Mapping[str, Any]) -> Change:
        """The whole programme, but for what is said of single sessions: `drop` and, by id, their new values."""
        assert self.facts.event is not None
        known = {session.id: session for session in self.facts.event.sessions}
        if unknown := sorted({*value.get("drop", []), *value.get("change", {})} - set(known)):
            raise IntakeError(f"{self.name}: there is no session {unknown[0]!r}; known: {', '.join(known)}")
        dropped, changed = set(value.get("drop", [])), value.get("change", {})
        kept = (self._altered(known[id_], changed.get(id_, {})) for id_ in known if id_ not in dropped)
        added = (self._altered(Session(id=item["id"], title=item["title"]), item) for item in value.get("add", []))
        return UpdateProgramme((*kept, *added))

    def _altered(self, session: Session, values: Mapping[str, Any]) -> Session:
        said: dict[str, Any] = {key: self._local(v) if isinstance(v, datetime) else v for key, v in values.items()}
        if "performers" in said:
            said["performers"] = tuple(Person(**person) for person in said["performers"])
        return replace(session, **said)

    def _local(self, value: datetime) -> datetime:
        assert self.facts.event is not None
        return value if value.tzinfo else value.replace(tzinfo=self.facts.event.zone)

    def _moment(self, sentence: str, where: str) -> datetime:
        event = self.facts.event
        assert event is not None
        assert event.start is not None
        session: Session | None = None
        if (beside := _BESIDE_SESSION.fullmatch(sentence)) and event.session(beside["session"]):
            session, sentence = event.session(beside["session"]), f"{beside['offset']} session"
        try:
            moment = parse_moment(sentence, event.zone)
        except PlanningError as error:
            raise IntakeError(f"{self.name}: {where}: {error}") from error
        instant = resolve(moment, self.facts, calendar=self.calendar, published=event.start, session=session)
        if isinstance(instant, Missing):
            raise IntakeError(
                f"{self.name}: {where}: {sentence!r} needs {', '.join(instant.keys)}, which the event lacks"
            )
        return instant

    def _only(self, data: Mapping[str, Any], known: set[str], where: str) -> None:
        if unknown := sorted(set(data) - known):
            place = f"{where}: " if where else ""
            raise IntakeError(
                f"{self.name}: {place}{unknown[0]!r} is not a known key; known are {', '.join(sorted(known))}"
            )


def read_story(text: str, name: str, facts: Facts, calendar: OfficeCalendar) -> Story:
    """Read a story; its moments are counted from `facts`. Raises `IntakeError` naming file, entry and remedy."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IntakeError(f"{name}: {error}; correct the line") from error
    return _Reader(name, facts, calendar).story(data)
