"""The ways out as the office looks after them: how each stands, what its network accepts, whether it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from announcer.errors import AnnouncerError, NotFound
from announcer.model.content import Abilities, Health, Limits
from announcer.model.people import Actor
from announcer.office import preflight
from announcer.office.house import House
from announcer.store import channel_state, codec, journal
from announcer.store.channel_state import ChannelState


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way out."""

    name: str
    kind: str
    can: Abilities
    state: ChannelState
    limits: Limits | None  #: As last asked; None if it was never asked.
    paused: str | None  #: The reason, None if it runs.
    problems: tuple[str, ...]  #: What the look ahead found.

    @property
    def abilities(self) -> tuple[str, ...]:
        """What it can do beyond publishing, by name."""
        return tuple(name for name in ("edit", "delete", "thread", "media") if getattr(self.can, name))


def listed(house: House) -> list[WayOut]:
    """Every way out in use."""
    with house.database.read() as connection:
        states = channel_state.states(connection)
        pauses = journal.pauses(connection)
        ahead = preflight.findings(connection)
        kept = journal.recall_all(connection, "limits:")
    return [
        WayOut(
            name, way.kind, way.can, states.get(name, ChannelState()), _limits(kept, name),
            pauses.get(f"channel:{name}"), tuple(ahead[name].problems) if name in ahead else (),
        )
        for name, way in house.exits.items()
    ]  # fmt: skip


def _limits(kept: Mapping[str, str], name: str) -> Limits | None:
    return codec.load(Limits, kept[name]) if name in kept else None


def switched_off(house: House) -> list[str]:
    """Channels that config.toml has and switches off."""
    off = [name for name, one in house.settings.channels.items() if not one.enabled]
    return off if house.settings.mail.enabled else [*off, "newsletter"]


def check(house: House, name: str, actor: Actor, now: datetime) -> Health:
    """Ask a network whether it would take something from us; may wait for it. Raises `NotFound`."""
    if name not in house.exits:
        raise NotFound(f"there is no channel {name!r} in use; known: {', '.join(house.exits)}")
    try:
        health = house.exits[name].check()
    except AnnouncerError as error:
        health = Health(False, str(error))
    with house.database.write() as connection:
        journal.note(connection, actor, now, "check", f"channel {name}", after="ok" if health.ok else health.said)
    return health
