"""Who may approve what. Pure: what the store knows comes from `office.staff`.

Without people in config.toml everybody may do everything. With people, only
those who approve may, and whoever stands in for one of them today. With four
eyes nobody approves what they wrote themselves, except that a change of facts
(a cancellation, another room) may be released by one person with a reason:
false information on the wall is worse, and everybody who approves is told.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from announcer.errors import NotAllowed
from announcer.model.changes import (
    CancelEvent,
    CancelSession,
    Change,
    ChangeRegistration,
    ChangeRoom,
    Delay,
    MoveEvent,
    MoveSession,
    PostponeEvent,
    ReplacePerson,
    UpdateProgramme,
)
from announcer.model.people import Actor, Colleague, Deputy
from announcer.settings import Settings

#: What one person may release alone: the world has changed, and every minute of silence is false.
FACTUAL = (
    CancelEvent,
    PostponeEvent,
    MoveEvent,
    MoveSession,
    CancelSession,
    ChangeRoom,
    Delay,
    ReplacePerson,
    ChangeRegistration,
    UpdateProgramme,
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works in the office, and who stands in for whom."""

    people: tuple[Colleague, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    four_eyes: bool = False

    def who(self, name: str) -> Colleague | None:
        """The colleague an actor's name means: the name of the section, or the shown one."""
        wanted = name.strip().casefold()
        by_id = (one for one in self.people if one.id == wanted)
        return next(by_id, None) or next((one for one in self.people if one.name.casefold() == wanted), None)

    def same(self, one: str, other: str) -> bool:
        """Whether two names mean one person."""
        return self._identity(one) == self._identity(other)

    def _identity(self, name: str) -> str:
        known = self.who(name)
        return known.id if known is not None else name.strip().casefold()

    def wrote(self, one: Colleague, authors: Collection[str]) -> bool:
        """Whether this colleague is among the authors."""
        return any(self.same(one.id, author) for author in authors)

    @property
    def approvers(self) -> tuple[Colleague, ...]:
        """Those who approve in their own right."""
        return tuple(one for one in self.people if one.approves)

    def deputies_of(self, people: Collection[Colleague], today: date) -> tuple[Colleague, ...]:
        """Who stands in today for one of these, each once, in the order of config.toml."""
        absent = {one.id for one in people if one.approves}
        found = {d.deputy for d in self.deputies if d.person in absent and d.covers(today)}
        return tuple(one for one in self.people if one.id in found)

    def may_approve_today(self, today: date) -> tuple[Colleague, ...]:
        """Those who approve, and their deputies of today."""
        standing_in = self.deputies_of(self.approvers, today)
        return tuple(one for one in self.people if one.approves or one in standing_in)

    def able(self, authors: Collection[str], today: date) -> tuple[Colleague, ...]:
        """Who may approve today what these people wrote."""
        found = self.may_approve_today(today)
        return tuple(one for one in found if not (self.four_eyes and self.wrote(one, authors)))


def staff_of(settings: Settings, deputies: Collection[Deputy] = ()) -> Staff:
    """The staff that config.toml and the deputies of the database describe."""
    people = tuple(Colleague(id_, one.name or id_, one.mail, one.approves) for id_, one in settings.people.items())
    wanted = settings.approval.four_eyes
    four_eyes = sum(one.approves for one in people) >= 2 if wanted is None else wanted and bool(people)
    return Staff(people, tuple(deputies), four_eyes)


def refusal(staff: Staff, actor: Actor, authors: Collection[str], today: date) -> NotAllowed | None:
    """Why `actor` may not approve today what `authors` wrote; None if they may."""
    if not staff.people:
        return None
    able = staff.able(authors, today)
    one = staff.who(actor.name)
    if one is not None and one in able:
        return None
    english, german = _remedy(able)
    if one is None:
        return NotAllowed(
            f"{actor.name!r} is nobody of [people] in config.toml, and only people who approve may do this"
            f" ({english}); give your name with --as",
            f"„{actor.name}“ steht nicht unter [people] in config.toml, und freigeben können nur die,"
            f" die es dort dürfen ({german}); nennen Sie sich mit --as",
        )
    if one in staff.may_approve_today(today):
        return NotAllowed(
            f"{one.name} wrote this, and nobody approves their own text; {english}",
            f"{one.name} hat das selbst geschrieben, und niemand gibt den eigenen Text frei; {german}",
        )
    return NotAllowed(f"{one.name} does not approve; {english}", f"{one.name} gibt nicht frei; {german}")


def _remedy(able: Collection[Colleague]) -> tuple[str, str]:
    if not able:
        return (
            "nobody else can today: enter a deputy with 'announcer deputies add'",
            "heute kann es niemand sonst: Tragen Sie mit „announcer deputies add“ eine Vertretung ein",
        )
    names = [one.name for one in able]
    english = f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
    german = f"{', '.join(names[:-1])} oder {names[-1]}" if len(names) > 1 else names[0]
    return f"{english} can", f"{german} kann es"


class Release(StrEnum):
    """How a change may be released by somebody."""

    FREE = "free"  #: At once, as ever.
    TOLD = "told"  #: At once by this one person, with a reason; everybody who approves is told.
    REQUEST = "request"  #: It waits until another person confirms it.


def release(staff: Staff, actor: Actor, change: Change, today: date) -> Release:
    """How `actor` may release this change.

    Whoever does not approve asks; with four eyes, whoever asks for other
    words is their author.
    """
    if not staff.people:
        return Release.FREE
    one = staff.who(actor.name)
    if one is None or one not in staff.may_approve_today(today):
        return Release.REQUEST
    if not staff.four_eyes:
        return Release.FREE
    return Release.TOLD if isinstance(change, FACTUAL) else Release.REQUEST


def must_give_reason() -> NotAllowed:
    """One person releases it alone: the others are told why."""
    return NotAllowed(
        "one person releases this alone, and everybody who approves is told: say why with --reason",
        "Das gibt eine Person allein frei, und alle anderen erfahren davon: Nennen Sie den Grund mit --reason",
    )


def must_be_asked(staff: Staff, actor: Actor, today: date) -> NotAllowed:
    """It has to be asked for, and another person confirms it."""
    english, german = _remedy(staff.able([actor.name], today))
    return NotAllowed(
        f"this waits for a second person; {english}. 'announcer requests list' shows what waits",
        f"Das braucht eine zweite Person; {german}. „announcer requests list“ zeigt, was wartet",
    )
