"""Who did what, and the few switches that outlive a restart: pauses and the hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from announcer.model.people import Actor
from announcer.redaction import without_addresses
from announcer.store.driver import Statement
from announcer.store.tables import audit, delivery, message, setting

ALL = "all"
HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. It never holds a subscriber's address."""

    at: datetime
    actor: str
    verb: str
    subject: str
    before: str = ""
    after: str = ""
    why: str = ""


def note(
    connection: sa.Connection,
    actor: Actor,
    now: datetime,
    verb: str,
    subject: str,
    *,
    before: str = "",
    after: str = "",
    why: str = "",
) -> None:
    """Append a line to the log, in the transaction of what it tells of.

    Nobody's address gets into it, whoever wrote one into a reason or a text:
    the log can't be changed when somebody wants to be forgotten.
    """
    texts = {"actor": actor.name, "subject": subject[:200], "before": before, "after": after, "why": why}
    values = {name: without_addresses(text) for name, text in texts.items()}
    connection.execute(audit.insert().values(at=now, verb=verb, **values))


def entries(connection: sa.Connection, *, subject: str | None = None, limit: int = 100) -> list[Entry]:
    """The last lines, the newest first."""
    query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject.contains(subject, autoescape=True))
    return [Entry(r.at, r.actor, r.verb, r.subject, r.before, r.after, r.why) for r in connection.execute(query)]


def progress(connection: sa.Connection, now: datetime) -> tuple[int, int, int]:
    """A mark that moves whenever anybody did anything, anything was queued, or what was queued fell due."""
    going = sa.select(sa.func.count()).where(message.c.state == "sending", message.c.due_at <= now)
    query = sa.select(
        sa.select(sa.func.max(audit.c.id)).scalar_subquery(),
        sa.select(sa.func.max(delivery.c.id)).scalar_subquery(),
        going.scalar_subquery(),
    )
    done, queued, due = connection.execute(query).one()
    return done or 0, queued or 0, due


def noted(connection: sa.Connection, verb: str, subject: str) -> str:
    """What the last line of this verb about this subject says came of it; empty if there is none."""
    query = sa.select(audit.c.after).where(audit.c.verb == verb, audit.c.subject == subject[:200])
    return connection.scalar(query.order_by(audit.c.id.desc()).limit(1)) or ""


def remember(connection: sa.Connection, name: str, value: str) -> None:
    """Set a switch or a value."""
    changed = connection.execute(setting.update().where(setting.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(setting.insert().values(name=name, value=value))


def recall(connection: sa.Connection, name: str) -> str | None:
    """The value of a switch, None if it was never set."""
    return connection.scalar(sa.select(setting.c.value).where(setting.c.name == name))


def recall_all(connection: sa.Connection, beginning: str) -> dict[str, str]:
    """Every value whose name begins so, by the rest of the name."""
    query = sa.select(setting.c.name, setting.c.value).where(setting.c.name.startswith(beginning, autoescape=True))
    return {name.removeprefix(beginning): value for name, value in connection.execute(query.order_by(setting.c.name))}


def forget(connection: sa.Connection, name: str) -> bool:
    """Clear a switch; whether it was set."""
    return connection.execute(setting.delete().where(setting.c.name == name)).rowcount > 0


def pause_name(what: str) -> str:
    """The switch that pauses `all`, `channel:NAME` or `event:ID`."""
    return f"pause:{what}"


def since_name(what: str) -> str:
    """Where it is kept since when `what` stands still."""
    return f"since:{what}"


def pauses(connection: sa.Connection) -> dict[str, str]:
    """What is paused, with the reason: `all`, `channel:NAME`, `event:ID`."""
    query = (
        sa.select(setting.c.name, setting.c.value).where(setting.c.name.startswith("pause:")).order_by(setting.c.name)
    )
    return {name.removeprefix("pause:"): value for name, value in connection.execute(query)}


# ";" follows ":", so this is every event's and every message's switch, and nobody else's.
_SWITCHES = {"first": "pause:event:", "last": "pause:event;", "from": "pause:message:", "to": "pause:message;"}
_PAUSED = Statement(
    "SELECT name FROM setting WHERE (name >= :first AND name < :last) OR (name >= :from AND name < :to)"
)


def paused_events(connection: sa.Connection) -> list[str]:
    """The ids of the paused events."""
    return paused_apart(connection)[0]


def paused_apart(connection: sa.Connection) -> tuple[list[str], list[int]]:
    """The ids of the paused events, and of messages that were paused while they left."""
    names = [name.split(":", 2) for (name,) in _PAUSED.rows(connection, _SWITCHES)]
    events = [id_ for _, kind, id_ in names if kind == "event"]
    return events, [int(id_) for _, kind, id_ in names if kind == "message" and id_.isdigit()]


_STOPPED = Statement("SELECT name FROM setting WHERE name IN (:hold, :all, :channel) LIMIT 1")


def stopped(connection: sa.Connection, channel: str) -> bool:
    """Whether nothing may leave by this channel now: held, all paused, or the channel paused."""
    switches = {"hold": HOLD, "all": pause_name(ALL), "channel": pause_name(f"channel:{channel}")}
    return bool(_STOPPED.rows(connection, switches))
