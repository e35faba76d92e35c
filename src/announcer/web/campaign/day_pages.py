"""The day itself, for one hand and a phone: what is next, and each change in three taps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from announcer.errors import NotFound
from announcer.model.accounts import Role
from announcer.model.facts import Event, EventStatus, Session
from announcer.model.ledger import MessageState
from announcer.store import campaign as store
from announcer.web.campaign.showing import Shown, shown
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

#: What is offered for a programme item, and the change that it becomes.
ACTS = ("room", "delay", "drop", "person")
MINUTES = (5, 10, 15, 20, 30, 45)
_COMING = (MessageState.SCHEDULED, MessageState.SENDING, MessageState.DRAFT, MessageState.WAITING, MessageState.HELD)


def routes(desk: Desk) -> Section:
    """The page of the day, and the one question of each act."""
    section = Section(desk)

    @section.get("/campaigns/{name}/day", Role.AUTHOR)
    def day(visit: Here, name: str) -> Response:
        campaign = shown(visit, name)
        return visit.page("day.html", _values(visit, campaign))

    @section.get("/campaigns/{name}/day/{act}", Role.AUTHOR)
    def ask(visit: Here, name: str, act: str) -> Response:
        campaign = shown(visit, name)
        event = campaign.event
        if event is None or act not in ACTS:
            raise NotFound(f"the day has no {act!r}; choose one of {', '.join(ACTS)}")
        session = event.session(visit.text("session")) or _next_session(event, visit.now)
        rooms = [s.room for s in event.sessions if s.room and (session is None or s.room != session.room)]
        return visit.page(
            "day_act.html",
            {
                "campaign": campaign,
                "act": act,
                "session": session,
                "sessions": _of_the_day(event, visit.now),
                "rooms": sorted(dict.fromkeys(rooms)),
                "minutes": MINUTES,
            },
        )

    return section


def _values(visit: Visit, campaign: Shown) -> dict[str, Any]:
    event = campaign.event
    with visit.desk.house.database.read() as connection:
        messages = store.messages(connection, campaign.key, states=_COMING)
    coming = [
        m for m in messages if m.planned.due_at is not None and m.planned.due_at >= visit.now - timedelta(hours=1)
    ]
    return {
        "campaign": campaign,
        "running": _running(event, visit.now) if event else [],
        "next": _next_session(event, visit.now) if event else None,
        "sessions": _of_the_day(event, visit.now) if event else (),
        "coming": coming[:6],
        "acts": ACTS,
    }


def _living(event: Event) -> list[Session]:
    found = [s for s in event.sessions if s.start is not None and s.status is not EventStatus.CANCELLED]
    return sorted(found, key=lambda s: (str(s.start), s.id))


def _running(event: Event, now: datetime) -> list[Session]:
    return [s for s in _living(event) if s.start and s.start <= now < (s.end or s.start + timedelta(hours=1))]


def _next_session(event: Event, now: datetime) -> Session | None:
    """What begins next; on a day whose last item has begun, that one."""
    living = sorted(_living(event), key=lambda s: s.start or now)
    later = [s for s in living if s.start is not None and s.start > now]
    running = _running(event, now)
    return later[0] if later else running[-1] if running else (living[-1] if living else None)


def _of_the_day(event: Event, now: datetime) -> Sequence[Session]:
    """The items of today; before and after the event, those of its first day to come, or its last."""
    living = sorted(_living(event), key=lambda s: s.start or now)
    days = sorted({s.start.astimezone(event.zone).date() for s in living if s.start})
    if not days:
        return ()
    today = now.astimezone(event.zone).date()
    day = next((one for one in days if one >= today), days[-1])
    return [s for s in living if s.start and s.start.astimezone(event.zone).date() == day]
