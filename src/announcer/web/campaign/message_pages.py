"""One message: exactly what it will say, what became of it, and what a person may do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import sqlalchemy as sa
from starlette.responses import HTMLResponse, Response

from announcer.errors import AnnouncerError, NotFound
from announcer.model.accounts import Role
from announcer.model.campaign import Message
from announcer.model.content import digest
from announcer.model.ledger import MessageState
from announcer.office import by_hand, campaigns, own_text, pause, posts, previews, retiming, worlds
from announcer.office.previews import Look
from announcer.store import campaign as store
from announcer.store.journal import Entry
from announcer.store.tables import audit, delivery
from announcer.web.campaign.showing import Shown, moment_of, of_message
from announcer.web.desk.edge import FRAMED_POLICY
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here, Visit

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk


#: A feed reader shows an entry in its own type; the frame it stands in lets nothing else through.
_ENTRY = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width"><style>body{{font:17px/1.55 Georgia,serif;margin:1rem;'
    "max-width:40rem;overflow-wrap:break-word}}img{{max-width:100%}}</style></head><body>{body}</body></html>"
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many mails of a message are in which state."""

    state: str
    number: int


def routes(desk: Desk) -> Section:
    """The page of a message and everything that is done on it."""
    section = Section(desk)

    @section.get("/messages/{number}", Role.AUTHOR)
    def look(visit: Here, number: str) -> Response:
        campaign, message = of_message(visit, number)
        return visit.page("message.html", _values(visit, campaign, message))

    @section.get("/messages/{number}/mail", Role.AUTHOR)
    def mail(visit: Here, number: str) -> Response:
        _, message = of_message(visit, number)
        wanted = visit.text("language"), visit.text("late") == "1"
        for one in previews.looks(desk.house, message, visit.now):
            if one.mail is not None and (one.language, one.late) == wanted:
                return HTMLResponse(one.mail.html, headers={"Content-Security-Policy": FRAMED_POLICY})
        raise NotFound(f"message {number} has no mail in this language; look at the message again")

    @section.get("/messages/{number}/entry", Role.AUTHOR)
    def entry(visit: Here, number: str) -> Response:
        _, message = of_message(visit, number)
        wanted = visit.text("language"), visit.text("late") == "1"
        for one in previews.looks(desk.house, message, visit.now):
            if one.feed is not None and (one.language, one.late) == wanted:
                page = _ENTRY.format(language=one.language, title=escape(one.feed.title), body=one.feed.html)
                return HTMLResponse(page, headers={"Content-Security-Policy": FRAMED_POLICY})
        raise NotFound(f"message {number} has no feed entry in this language; look at the message again")

    @section.post("/messages/{number}/text", Role.AUTHOR)
    def text(visit: Here, number: str) -> Response:
        def act(campaign: Shown, message: Message) -> str:
            given = visit.text("text")
            parts = own_text.posts_of(given) if given else ()
            own_text.give(desk.house, campaign.key, message.id, parts, visit.actor, visit.now)
            return "own_text_kept" if given else "own_text_gone"

        return _done(visit, number, act)

    @section.post("/messages/{number}/words", Role.AUTHOR)
    def words(visit: Here, number: str) -> Response:
        def act(campaign: Shown, message: Message) -> str:
            occurrence = message.planned.occurrence
            rule = f"{occurrence.rule_id}@{occurrence.anchor}" if ":" in occurrence.anchor else occurrence.rule_id
            if not visit.text("words"):
                return "words_empty"
            campaigns.give_words(desk.house, campaign.key, rule, visit.text("words"), visit.actor, visit.now)
            return "words_kept"

        return _done(visit, number, act)

    @section.post("/messages/{number}/moment", Role.AUTHOR)
    def moment(visit: Here, number: str) -> Response:
        def act(campaign: Shown, message: Message) -> str:
            due = None if visit.ticked("by_rule") else moment_of(visit.text("due"), campaign.zone)
            if due is None and not visit.ticked("by_rule"):
                return "moment_wrong"
            house, why = desk.house, visit.text("why")
            found = retiming.retime(house, campaign.key, message.id, due, visit.actor, visit.now, why)
            return "moment_kept" if found.state is message.state else "moment_kept_unapproved"

        return _done(visit, number, act)

    @section.post("/messages/{number}/approve", Role.APPROVER)
    def approve(visit: Here, number: str) -> Response:
        def act(campaign: Shown, message: Message) -> str:
            if visit.text("shown") != shown_mark(previews.looks(desk.house, message, visit.now)):
                return "approve_moved"
            seen = visit.text("seen")
            done = campaigns.approve(desk.house, campaign.key, visit.actor, visit.now, {message.id}, seen)
            return "approved_one" if done.approved else "approved_none"

        return _done(visit, number, act)

    @section.post("/messages/{number}/drop", Role.AUTHOR)
    def drop(visit: Here, number: str) -> Response:
        def act(campaign: Shown, message: Message) -> str:
            campaigns.let_go(desk.house, campaign.key, [message.id], visit.actor, visit.text("why"), visit.now)
            return "dropped_one"

        return _done(visit, number, act)

    @section.post("/messages/{number}/decide", Role.AUTHOR)
    def decide(visit: Here, number: str) -> Response:
        def act(campaign: Shown, message: Message) -> str:
            send = visit.text("verdict") == "send"
            pause.decide(desk.house, message.id, send, visit.actor, visit.text("why"), visit.now)
            return "decided_send" if send else "decided_let_go"

        return _done(visit, number, act)

    @section.post("/messages/{number}/settle", Role.AUTHOR)
    def settle(visit: Here, number: str) -> Response:
        def act(campaign: Shown, message: Message) -> str:
            id_ = _delivery_of(visit, message)
            if visit.text("verdict") == "by_hand":
                by_hand.done(desk.house, id_, visit.text("link"), visit.actor, visit.now)
            else:
                pause.settle(desk.house, id_, visit.text("verdict") == "done", visit.actor, visit.now)
            return "settled"

        return _done(visit, number, act)

    return section


def _done(visit: Visit, number: str, act: Callable[[Shown, Message], str]) -> Response:
    """Do it, and say so on the message's page; what can't be done is said there too, and nothing is changed."""
    campaign, message = of_message(visit, number)
    try:
        said = act(campaign, message)
    except AnnouncerError as error:
        values = _values(visit, campaign, message) | {"problem": visit.error(error), "given": visit.text("text")}
        return visit.page("message.html", values, 422)
    return visit.to(campaign.link(message), said, tone="bad" if said in _BAD else "good")


_BAD = frozenset({"words_empty", "moment_wrong", "approve_moved", "approved_none"})


def _values(visit: Visit, campaign: Shown, message: Message) -> dict[str, object]:
    house = visit.desk.house
    looks = previews.looks(house, message, visit.now)
    with house.database.read() as connection:
        seen = worlds.scene_version(connection, campaign.key)
        history = _history(connection, message)
        counts = _counts(connection, message)
    way = house.exits.get(message.planned.channel)
    open_ = message.state in store.OPEN
    kind = way.kind if way is not None else ""
    return {
        "campaign": campaign,
        "message": message,
        "looks": looks,
        "shown_mark": shown_mark(looks),
        "seen": seen,
        "history": history,
        "counts": counts,
        "posted": posts.of_message(house, message.id),
        "is_open": open_,
        "can_edit": open_ and kind == "social" and not message.planned.waits_for,
        "can_thread": way is not None and way.can.thread,
        "wants_words": any(one.startswith("words:") for one in message.planned.waits_for),
        "retimed": any(one.startswith("retimed:") for one in message.planned.why),
        "can_approve": message.state in (MessageState.DRAFT, MessageState.HELD),
        "own": _editable(looks),
        "given": None,
        "problem": "",
    }


def shown_mark(looks: list[Look]) -> str:
    """What exactly was looked at: an approval of it means these words and no others."""
    return digest({f"{one.language} {one.late}": dict(one.payload) for one in looks})


def _editable(looks: list[Look]) -> str:
    """The text as it stands, ready to be changed."""
    first = next((one for one in looks if one.posts and not one.late), None)
    return "\n---\n".join(post.text for post in first.posts) if first else ""


def _history(connection: sa.Connection, message: Message) -> list[Entry]:
    """What was done with it, the newest first."""
    occurrence = message.planned.occurrence
    words = f"{store.campaign_of(message)} {occurrence.rule_id}@{occurrence.anchor}"[:200]
    own = sa.and_(audit.c.subject == words, audit.c.why.in_(("", message.planned.channel)))
    mine = sa.or_(audit.c.subject == f"message {message.id}", own)
    rows = connection.execute(sa.select(audit).where(mine).order_by(audit.c.id.desc()).limit(100))
    return [Entry(r.at, r.actor, r.verb, r.subject, r.before, r.after, r.why) for r in rows]


def _counts(connection: sa.Connection, message: Message) -> list[Count]:
    query = (
        sa.select(delivery.c.state, sa.func.count().label("number"))
        .where(delivery.c.message_id == message.id)
        .group_by(delivery.c.state)
    )
    return [Count(row.state, row.number) for row in connection.execute(query)]


def _delivery_of(visit: Visit, message: Message) -> int:
    """The delivery that a form names, if it is one of this message; raises `NotFound`."""
    text = visit.text("delivery")
    with visit.desk.house.database.read() as connection:
        if text.isdecimal() and len(text) <= 15:
            query = sa.select(delivery.c.message_id).where(delivery.c.id == int(text))
            if connection.scalar(query) == message.id:
                return int(text)
    raise NotFound(f"message {message.id} has no delivery {text!r}; look at the message again")
