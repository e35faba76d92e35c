"""Playbooks edited in the database: first everything that would follow, then one confirmation, then one transaction.

Each edit gives a `Proposal`: which rules change, and what becomes of every
campaign that follows the playbook. `confirm` saves the new version and plans
these campaigns anew, or raises `Conflict` if anything moved meanwhile. The
desk and the command line do the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa

from announcer.errors import Conflict, NotFound, PlanningError
from announcer.model.campaign import Playbook, Rule
from announcer.model.people import Actor
from announcer.office import replanning
from announcer.office.campaigns import all_campaigns
from announcer.office.house import House
from announcer.office.replanning import Replan
from announcer.office.worlds import playbook_id, playbook_of, read_playbook
from announcer.planning.playbook_file import checked_name, from_toml, to_toml, with_values
from announcer.planning.rules import CHANGE_KINDS, playbook_from, rule_definition, shipped_playbooks
from announcer.store import facts, journal, playbooks
from announcer.store.campaign import Campaign
from announcer.store.playbooks import Version

#: Who writes what comes with the program itself.
_PROGRAM = Actor("announcer")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule before and after; None where it is new or gone."""

    before: Rule | None
    after: Rule | None

    @property
    def rule_id(self) -> str:
        """Its permanent id."""
        rule = self.after or self.before
        assert rule is not None
        return rule.id


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything that follows from an edit, to be shown before it is confirmed."""

    verb: str  #: For the log: "set", "remove", "import", "copy", "undo", "use".
    playbook: Playbook  #: As it would be.
    base: int  #: The version that was looked at; 0: there is none yet.
    changes: tuple[RuleChange, ...]
    replans: tuple[Replan, ...] = ()  #: The campaigns that follow it, as they would be planned.
    event_id: str = ""  #: Only `use`: the event that would follow it.
    followed: str = ""  #: Only `use`: the playbook the event follows now.
    followers: frozenset[Campaign] = field(default_factory=frozenset)

    @property
    def empty(self) -> bool:
        """Whether nothing would be otherwise."""
        return not self.changes and self.event_id == "" and self.base > 0


# -- First values, and looking. --


def seed_playbooks(house: House) -> None:
    """Store the shipped playbooks and those of config.toml, once: from then on the database's count."""
    zone = house.planning_zone
    own = {id_: playbook_from(id_, rules, zone) for id_, rules in house.settings.playbooks.items()}
    first = {**shipped_playbooks(zone), **own}
    with house.database.write() as connection:
        known = set(playbooks.ids(connection))
        for id_, playbook in first.items():
            if id_ not in known:
                origin = "config" if id_ in own else "shipped"
                playbooks.save(connection, id_, _stored(playbook), origin, _PROGRAM, house.clock())
            elif id_ not in own:
                _learn_notices(connection, playbook, house.clock())


def _learn_notices(connection: sa.Connection, shipped: Playbook, now: datetime) -> None:
    """A newer program tells of changes that an older one could not: without their rules nobody would hear of them.

    What the office took out stays out, and nothing else is added unasked.
    """
    ever = {rule_id for version in playbooks.history(connection, shipped.id) for rule_id in version.rules}
    new = [rule for rule in shipped.rules if rule.kind in CHANGE_KINDS and rule.id not in ever]
    if new:
        rules = {**playbooks.rules_of(connection, shipped.id), **_stored(Playbook(shipped.id, tuple(new)))}
        playbooks.save(connection, shipped.id, rules, "shipped", _PROGRAM, now, "comes with a newer program")


def _stored(playbook: Playbook) -> dict[str, str]:
    return {rule.id: json.dumps(rule_definition(rule), ensure_ascii=False) for rule in playbook.rules}


def export(house: House, name: str, language: str) -> str:
    """A playbook as TOML with sentences, as config.toml would state it; raises `NotFound`."""
    with house.database.read() as connection:
        return to_toml(read_playbook(connection, name), house.planning_zone, language)


def history(house: House, name: str) -> list[Version]:
    """Every version of a playbook, the newest first; raises `NotFound`."""
    with house.database.read() as connection:
        return playbooks.history(connection, name)


def lacking(house: House, playbook: Playbook) -> list[str]:
    """One sentence for each rule whose own template is not there in every channel and language it needs."""
    found = []
    for rule in playbook.rules:
        missing = house.renderer.lacking(rule.template, rule.channels) if rule.template else []
        if missing:
            found.append(
                f"the rule '{rule.id}' of the playbook '{playbook.id}' names the template '{rule.template}', but "
                f"there is no {' and no '.join(missing)}; put it into the folder of templates or change the rule's "
                "'template'"
            )
    return found


# -- Edits. Each shows what would follow and changes nothing. --


def set_rule(house: House, name: str, rule_id: str, pairs: Sequence[str], now: datetime) -> Proposal:
    """Change a rule, or add one, by texts of the form KEY=VALUE."""
    playbook = _read(house, name)
    old = next((rule for rule in playbook.rules if rule.id == rule_id), None)
    if not pairs:
        raise PlanningError(f"nothing is set of the rule {rule_id!r}; write KEY=VALUE, e.g. enabled=false")
    new = with_values(old, checked_name("rule", rule_id), pairs, house.planning_zone)
    rules = tuple(new if rule.id == rule_id else rule for rule in playbook.rules) if old else (*playbook.rules, new)
    return _propose(house, "set", replace(playbook, rules=rules), now)


def remove_rule(house: House, name: str, rule_id: str, now: datetime) -> Proposal:
    """Take a rule away; what was sent under it stays sent, also if it is added again."""
    playbook = _read(house, name)
    if rule_id not in (known := [rule.id for rule in playbook.rules]):
        raise NotFound(f"the playbook {name!r} has no rule {rule_id!r}; known: {', '.join(known)}")
    if len(known) == 1:
        raise PlanningError(
            f"{rule_id!r} is the only rule of the playbook {name!r}; switch it off instead: "
            f"announcer playbook set {name} {rule_id} enabled=false"
        )
    rules = tuple(rule for rule in playbook.rules if rule.id != rule_id)
    return _propose(house, "remove", replace(playbook, rules=rules), now)


def import_rules(house: House, name: str, text: str, source: str, now: datetime) -> Proposal:
    """Take all rules from a TOML file; `source` names it in errors. A playbook of a new name is added."""
    playbook = from_toml(text, checked_name("playbook", name), source, house.planning_zone)
    return _propose(house, "import", playbook, now)


def copy(house: House, name: str, new: str, now: datetime) -> Proposal:
    """A second playbook with the same rules, under a name that is not taken."""
    with house.database.read() as connection:
        if playbooks.version(connection, new):
            raise Conflict(f"there already is a playbook {new!r}; choose another name")
        playbook = read_playbook(connection, name)
    return _propose(house, "copy", replace(playbook, id=checked_name("playbook", new)), now)


def undo(house: House, name: str, to: int | None, now: datetime) -> Proposal:
    """Back to an earlier version, as a new one; without `to` the one before the last edit."""
    versions = {version.number: version for version in history(house, name)}
    wanted = to if to is not None else max(versions) - 1
    if wanted not in versions:
        known = ", ".join(str(number) for number in sorted(versions))
        if to is None:
            raise NotFound(f"the playbook {name!r} was never edited; there is nothing to take back")
        raise NotFound(f"the playbook {name!r} has no version {to}; known: {known}")
    return _propose(house, "undo", playbook_of(name, versions[wanted].rules), now)


def use(house: House, event_id: str, name: str, now: datetime) -> Proposal:
    """Another playbook for an event."""
    key = Campaign(event_id=event_id)
    with house.database.read() as connection:
        facts.event_facts(connection, event_id)
        followed = playbook_id(connection, key)
        playbook = read_playbook(connection, name)
        base = playbooks.version(connection, name)
        before = read_playbook(connection, followed)
    if followed == name:
        raise Conflict(f"the event {event_id!r} already follows the playbook {name!r}")
    return Proposal(
        "use", playbook, base, _changes(before, playbook), replanning.look(house, [key], playbook, now),
        event_id=event_id, followed=followed, followers=frozenset({key}),
    )  # fmt: skip


def _read(house: House, name: str) -> Playbook:
    with house.database.read() as connection:
        return read_playbook(connection, name)


def _propose(house: House, verb: str, playbook: Playbook, now: datetime) -> Proposal:
    if missing := lacking(house, playbook):
        raise PlanningError(missing[0])
    with house.database.read() as connection:
        base = playbooks.version(connection, playbook.id)
        before = read_playbook(connection, playbook.id) if base else Playbook(playbook.id, ())
        followers = _followers(connection, playbook.id)
    changes = _changes(before, playbook)
    replans = replanning.look(house, sorted(followers, key=str), playbook, now) if changes else ()
    return Proposal(verb, playbook, base, changes, replans, followers=followers)


def _followers(connection: sa.Connection, name: str) -> frozenset[Campaign]:
    planned = (key for key in all_campaigns(connection) if key.digest_id is None)  # a digest has no playbook
    return frozenset(key for key in planned if playbook_id(connection, key) == name)


def _changes(before: Playbook, after: Playbook) -> tuple[RuleChange, ...]:
    old: Mapping[str, Rule] = {rule.id: rule for rule in before.rules}
    new: Mapping[str, Rule] = {rule.id: rule for rule in after.rules}
    pairs = [(old.get(id_), new.get(id_)) for id_ in dict.fromkeys([*old, *new])]
    return tuple(RuleChange(one, other) for one, other in pairs if one != other)


# -- The confirmation. --


@dataclass(frozen=True, slots=True)
class Saved:
    """What a confirmed edit did."""

    version: int  #: The playbook's version now.
    campaigns: int  #: How many were planned anew.
    unapproved: int  #: Messages that have to be approved again.


def confirm(house: House, proposal: Proposal, actor: Actor, reason: str, now: datetime) -> Saved:
    """Save the version and plan its campaigns anew, in one transaction.

    Raises `Conflict` if the playbook, its campaigns or their messages are no
    longer what was looked at.
    """
    name = proposal.playbook.id
    with house.database.write() as connection:
        _refuse_if_moved(connection, proposal)
        version = proposal.base
        if proposal.event_id:
            facts.choose_playbook(connection, proposal.event_id, name)
        elif proposal.changes:
            version = playbooks.save(connection, name, _stored(proposal.playbook), "office", actor, now, reason)
        for one in proposal.replans:
            replanning.carry_out(connection, one, now)
        subject = f"event {proposal.event_id}" if proposal.event_id else f"playbook {name}"
        before = proposal.followed or (f"version {proposal.base}" if proposal.base else "")
        journal.note(
            connection, actor, now, f"playbook {proposal.verb}", subject,
            before=before, after=name if proposal.event_id else f"version {version}: {_summary(proposal)}", why=reason,
        )  # fmt: skip
    return Saved(version, len(proposal.replans), sum(len(one.unapproved) for one in proposal.replans))


def _summary(proposal: Proposal) -> str:
    return f"{proposal.verb} {', '.join(change.rule_id for change in proposal.changes)}"


def _refuse_if_moved(connection: sa.Connection, proposal: Proposal) -> None:
    name = proposal.playbook.id
    if playbooks.version(connection, name) != proposal.base:
        raise Conflict(f"the playbook {name!r} was edited meanwhile; look at it again")
    if proposal.event_id:
        if playbook_id(connection, Campaign(event_id=proposal.event_id)) != proposal.followed:
            raise Conflict(f"the event {proposal.event_id!r} was given another playbook meanwhile; look at it again")
    elif _followers(connection, name) != proposal.followers:
        raise Conflict(f"other campaigns follow the playbook {name!r} by now; look at it again")
    for one in proposal.replans:
        replanning.refuse_if_moved(connection, one)
