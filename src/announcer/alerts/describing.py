"""From a notice that is due to what a mail, a webhook and an app say of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from announcer.alerts import words
from announcer.alerts.notices import Due, Happened, Kind, Recipient, Told, Waiting
from announcer.errors import AnnouncerError
from announcer.model.campaign import Message, Planned
from announcer.model.content import Payload
from announcer.model.facts import Event
from announcer.model.ledger import MessageState
from announcer.office import wording, worlds
from announcer.office.house import House
from announcer.office.status import CampaignStatus, campaign_status
from announcer.planning import changes as planned_changes
from announcer.planning.phrases import moment_words, sentence_case
from announcer.planning.why import explain, waits_for_words
from announcer.rendering import clean
from announcer.rendering.office_view import GroupView, ItemView, OfficeScene
from announcer.rendering.view import RichText
from announcer.store import journal, requests
from announcer.store.campaign import Campaign

log = structlog.get_logger(__name__)

_LONGEST_LINE = 140
_ADDRESS = re.compile(r"https?://\S+")
#: A message in one of these does not leave as it stands.
_LACKING = frozenset({MessageState.DRAFT, MessageState.WAITING, MessageState.HELD, MessageState.PAUSED})


@dataclass(frozen=True, slots=True)
class Described:
    """One thing with its words, its campaign and what to type about it."""

    told: Told
    view: ItemView
    title: str
    id: str
    commands: tuple[str, ...]
    short: str = ""  #: Its moment, short.


class Describer:
    """Puts notices into words, reading each campaign once."""

    def __init__(self, connection: sa.Connection, house: House, now: datetime) -> None:
        self._connection = connection
        self._house = house
        self._now = now
        self.language = house.settings.site.language
        self._worlds: dict[Campaign, worlds.World | None] = {}
        self._known: dict[Campaign, CampaignStatus] = {}

    def mail(self, due: Due, name: str = "") -> Payload:
        """The mail (or its likeness for another way) that tells of all of it."""
        described = [self.describe(told, due.recipient) for told in due.told]
        drawn = self._scene(due, described, name)
        payload = dict(self._rendered(due.kind, drawn))
        return {**payload, "name": name, "language": self.language, "items": [self._plain(one) for one in described]}

    def _rendered(self, kind: Kind, drawn: OfficeScene) -> Payload:
        return self._house.renderer.office(kind.value, drawn)

    def _scene(self, due: Due, described: Sequence[Described], name: str) -> OfficeScene:
        day = self._now.astimezone(self._house.planning_zone).date()
        today = [one for one in due.told if isinstance(one.item, Happened) and one.item.kind is Kind.MORNING]
        ready = [one for one in today if one.item.message and one.item.message.state not in _LACKING]
        return OfficeScene(
            language=self.language,
            site=self._house.renderer.site,
            person=name,
            count=len(described),
            first=described[0].view,
            when=described[0].short,
            groups=tuple(_groups(due.kind, described, due.recipient)),
            day=words.short_day(day, self.language),
            leaving=len(today),
            lacking=len(described) - len(ready),
        )

    # -- One thing. --

    def describe(self, told: Told, recipient: Recipient) -> Described:
        """What is said of it."""
        item = told.item
        match item:
            case Waiting():
                return self._waiting(told, item, recipient)
            case Happened(message=Message() as message, campaign=Campaign() as key):
                return self._message(told, item, message, key, recipient)
            case Happened(campaign=Campaign() as key):
                return self._change(told, item, key, recipient)
            case _:
                return self._stopped(told, item, recipient)

    def _waiting(self, told: Told, item: Waiting, recipient: Recipient) -> Described:
        view = self._view(item.message, item.campaign)
        return self._described(
            told, item.campaign, view, self._to_do(item.message, item.campaign, recipient), item.message
        )

    def _message(self, told: Told, item: Happened, message: Message, key: Campaign, recipient: Recipient) -> Described:
        details, view = item.details, self._view(message, key)
        why = sentence_case(explain(details["why"], self.language)) if details.get("why") else ""
        commands: tuple[str, ...] = ()
        match item.kind:
            case Kind.TROUBLE:
                view, commands = self._trouble(view, details)
            case Kind.HAND:
                task = details["delivery"]
                why = words.say(f"hand_{details['action']}", self.language, id=task)
                view = replace(view, why=why, until="", waits=())
                commands = (f"announcer byhand show {task}", f"announcer byhand done {task} --link …")
            case Kind.MISSED:
                if number := details.get("number"):
                    why = words.say("partly", self.language, n=number)
                view = replace(view, why=why, until="", waits=())
            case Kind.DECIDE if number := details.get("deliveries"):
                by = _by(recipient)
                said = "cap_deliveries" if details["said"] == "mails_per_week" else "late_deliveries"
                view = replace(view, why=words.say(said, self.language, n=number), waits=())
                commands = tuple(f"announcer decide {message.id} {how}{by}" for how in ("--send", "--let-go"))
            case Kind.MORNING:
                state = message.state.value
                lack = words.say(state, self.language) if state in {"draft", "held", "paused"} else ""
                view = replace(view, why=" ".join(filter(None, (lack, why))), until="")
                commands = self._to_do(message, key, recipient) if self._may(recipient, message) else ()
            case _:
                view = replace(view, why=why)
                commands = self._to_do(message, key, recipient)
        return self._described(told, key, view, commands, message)

    def _trouble(self, view: ItemView, details: Mapping[str, str]) -> tuple[ItemView, tuple[str, ...]]:
        state, number = details["state"], int(details["number"])
        view = replace(view, state=state, said=clean.line(details["said"], _LONGEST_LINE), until="", waits=(), says="")
        if details["mail"]:
            key = "mails" if state == "failed" else "mails_unknown"
            return replace(view, why=words.say(key, self.language, n=number), amount=number), ()
        delivery = details["delivery"]
        view = replace(view, why=words.say(state, self.language, id=delivery, url=details.get("url", "")))
        if state in {"failed", "page"}:
            return view, ()
        return view, (f"announcer settle {delivery} --sent", f"announcer settle {delivery} --again")

    def _change(self, told: Told, item: Happened, key: Campaign, recipient: Recipient) -> Described:
        details, world = item.details, self._world(key)
        who = self._shown(details["who"])
        view = ItemView(
            self._sentence(world, key, details), who=who, reason=details["why"], state=details.get("state", "")
        )
        number, by = details.get("request", ""), _by(recipient)
        commands: tuple[str, ...] = ()
        if item.kind is Kind.REQUEST:
            commands = (
                f"announcer requests show {number}",
                f"announcer requests confirm {number}{by}",
                f"announcer requests refuse {number} --reason …{by}",
            )
        elif item.kind is Kind.CHANGE and key.event_id:
            commands = (f"announcer pause event:{shlex.quote(key.event_id)}{by}",)
        return self._described(told, key, view, commands, None)

    def _sentence(self, world: worlds.World | None, key: Campaign, details: Mapping[str, str]) -> str:
        """What a change says; of a request that makes no sense any more, what it said when it was made."""
        number = details.get("request", "")
        try:
            if world is not None and "change" in details:
                told = world.scene.told[f"change:{details['change']}"]
                said = planned_changes.in_words(told.change, told.before, told.after, self.language)
            elif world is not None and "state" not in details:
                asked = requests.by_id(self._connection, int(number))
                after = planned_changes.apply(asked.change, world.facts, self._now)
                said = planned_changes.in_words(asked.change, world.facts, after, self.language)
            else:
                return journal.noted(self._connection, "request", f"{key} request {number}")
        except (AnnouncerError, KeyError):
            return journal.noted(self._connection, "request", f"{key} request {number}")
        return said.sentence or said.headline

    def _stopped(self, told: Told, item: Happened, recipient: Recipient) -> Described:
        if name := item.details.get("channel"):
            view = ItemView(words.say("channel", self.language, name=name), why=item.details["why"])
            commands = (f"announcer resume channel:{name}{_by(recipient)}",)
            if item.kind is Kind.PREFLIGHT:
                commands = (f"announcer channels check {name}",)
            return Described(told, view, "", "", commands)
        why = words.hold_reasons(item.details["hold"], self.language)
        view = ItemView(words.say("everything", self.language), why=why, state="hold")
        return Described(told, view, "", "", (f"announcer release-hold{_by(recipient)}",))

    # -- Messages in words. --

    def _view(self, message: Message, key: Campaign) -> ItemView:
        planned, event, zone = message.planned, self._event(key), self._status(key).zone
        kind = self._house.renderer.kind_label(planned.kind, self.language)
        return ItemView(
            what=words.what(planned, kind, event, self.language),
            number=message.id,
            channel=planned.channel,
            moment=_moment(planned.due_at, zone, self.language),
            until=_moment(planned.not_after, zone, self.language),
            says=self._says(message, key),
            waits=tuple(self._missing(each, event) for each in planned.waits_for),
            state=message.state.value,
        )

    def _missing(self, key: str, event: Event | None) -> str:
        if key.partition(":")[0] == "words":
            return words.say("your_text", self.language)
        return waits_for_words(key, event, self.language)

    def _says(self, message: Message, key: Campaign) -> str:
        """The message in a line, as it is stored or would be worded now; empty where it can't be said yet."""
        world = self._world(key)
        if message.planned.waits_for or world is None:
            return ""
        try:
            said = wording.in_a_line(self._connection, self._house, world.scene, message)
            return clean.line(_ADDRESS.sub("", said), _LONGEST_LINE)
        except AnnouncerError:
            return ""

    def _to_do(self, message: Message, key: Campaign, recipient: Recipient) -> tuple[str, ...]:
        name, by = shlex.quote(self._status(key).id), _by(recipient)
        if message.state.value in ("draft", "held"):
            drop = (f"announcer drop {name} --message {message.id}{by}",) if message.state is MessageState.HELD else ()
            return (f"announcer preview {name} -m {message.id}", f"announcer approve {name} -m {message.id}{by}", *drop)
        event = self._event(key)
        return tuple(self._answer(each, message.planned, name, event) + by for each in message.planned.waits_for)

    def _answer(self, missing: str, planned: Planned, name: str, event: Event | None) -> str:
        """The command that gives what a message waits for; "…" is for whoever answers to fill in."""
        kind, _, which = missing.partition(":")
        match kind:
            case "words":
                anchor = planned.occurrence.anchor
                rule = planned.occurrence.rule_id + (f"@{anchor}" if anchor.startswith("day:") else "")
                return f'announcer words {name} {rule} "…"'
            case "session.start" | "session.end":
                day = _day_of(event, which)
                return f"announcer move {name} --session {shlex.quote(which)} --to {day}T…"
            case "event.start" if event is not None and event.start is not None:
                return f"announcer event confirm {name}"
            case "event.start":
                return f"announcer event confirm {name} --start …"
            case "event.end":
                return f"announcer event confirm {name} --end …"
            case _:
                return f"announcer status {name}"

    def _may(self, recipient: Recipient, message: Message) -> bool:
        """Whether what is to do for a message is for this reader: everybody gives words, not everybody approves."""
        person = self._house.settings.people.get(recipient.id)
        return message.state is MessageState.WAITING or person is None or person.approves

    def _described(
        self, told: Told, key: Campaign, view: ItemView, commands: tuple[str, ...], message: Message | None
    ) -> Described:
        status = self._status(key)
        due = message.planned.due_at if message else None
        short = words.short_moment(due.astimezone(status.zone), self.language) if due else ""
        return Described(told, view, status.title, status.id, commands, short)

    # -- Campaigns. --

    def _world(self, key: Campaign) -> worlds.World | None:
        if key not in self._worlds:
            try:
                self._worlds[key] = worlds.read_world(self._connection, self._house, key, self._now)
            except AnnouncerError as error:  # a notice without its details is better than none
                log.warning("a campaign can't be read for a notice", campaign=str(key), why=str(error))
                self._worlds[key] = None
        return self._worlds[key]

    def _status(self, key: Campaign) -> CampaignStatus:
        if key not in self._known:
            self._known[key] = campaign_status(self._connection, self._house, key)
        return self._known[key]

    def _event(self, key: Campaign) -> Event | None:
        return self._status(key).event

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {id_: one.name or id_ for id_, one in self._house.settings.people.items()}

    def _shown(self, actor: str) -> str:
        return self._names.get(actor.casefold(), actor)

    def _plain(self, one: Described) -> dict[str, Any]:
        """One thing as the webhook's JSON has it."""
        item, view = one.told.item, one.view
        message = item.message
        due = message.planned.due_at if message else None
        return {
            "key": one.told.key,
            "campaign": one.id or None,
            "title": one.title,
            "message": message.id if message else None,
            "what": view.what,
            "channel": view.channel or None,
            "moment": due.astimezone(UTC).isoformat().replace("+00:00", "Z") if due else None,
            "says": view.says,
            "waits_for": list(view.waits),
            "why": view.why,
            "said": view.said,
            "commands": list(one.commands),
        }


def _day_of(event: Event | None, session_id: str) -> str:
    session = event.session(session_id) if event else None
    if session is not None and session.day is not None:
        return session.day.isoformat()
    return event.start.astimezone(event.zone).date().isoformat() if event and event.start else "…"


def _by(recipient: Recipient) -> str:
    """Commands in a person's mail carry their name; what goes to an app is read by several."""
    return f" --as {recipient.id}" if recipient.way == "mail" else ""


def _moment(instant: datetime | None, zone: ZoneInfo, language: str) -> str:
    return moment_words(instant.astimezone(zone), language) if instant else ""


def _groups(kind: Kind, described: Sequence[Described], recipient: Recipient) -> Iterable[GroupView]:
    by_campaign: dict[tuple[str, str], list[Described]] = {}
    for one in described:
        by_campaign.setdefault((one.title, one.id), []).append(one)
    for (title, id_), members in by_campaign.items():
        commands = list(dict.fromkeys(command for one in members for command in one.commands))
        commands = _joined(commands, id_, recipient)
        block = "```\n" + "\n".join(commands) + "\n```" if commands else ""
        yield GroupView(clean.line(title), id_, tuple(one.view for one in members), RichText(block))


def _joined(commands: Sequence[str], id_: str, recipient: Recipient) -> list[str]:
    """Several approvals of one campaign are one command."""
    name, by = shlex.quote(id_), _by(recipient)
    result: list[str] = []
    for verb, tail in (("preview", ""), ("approve", by)):
        start = f"announcer {verb} {name} -m "
        numbers = [one.removeprefix(start).removesuffix(tail) for one in commands if one.startswith(start)]
        if numbers:
            result.append(f"announcer {verb} {name} " + " ".join(f"-m {number}" for number in numbers) + tail)
    others = [
        one
        for one in commands
        if not one.startswith((f"announcer preview {name} -m ", f"announcer approve {name} -m "))
    ]
    return [*result, *others]
