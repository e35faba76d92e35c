"""The page that shows what came. Server-rendered; nothing on it comes from elsewhere."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from announcer.rendering.differing import compare, plain
from announcer.sandbox.arrivals import Arrival, Arrivals, FeedItem, Mail, Story
from announcer.sandbox.letters import Letter
from announcer.sandbox.markup import initials, sender_name, short_url, shown
from announcer.sandbox.mastodon import Mastodon, Refused
from announcer.sandbox.timeline import CHANNELS, Entry, days, entries, followers, parting, split, tally
from announcer.sandbox.words import Speech

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "sandbox"
_PAGE_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; frame-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
#: Foreign HTML: no scripts, forms or remote loads. Same origin only so that the page can measure its height.
_FOREIGN_CSP = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks for."""

    story: str
    channel: str = ""
    beside: str = "past"
    lang: str = "de"

    def href(self, **changes: str) -> str:
        """The page's address with something changed; what is as usual is left out."""
        wanted = {**asdict(self), **changes}
        usual = {"channel": "", "beside": "past", "lang": "de"}
        return "/?" + urlencode({key: value for key, value in wanted.items() if usual.get(key) != value})


@dataclass(frozen=True, slots=True)
class Told:
    """One story as the page tells it."""

    story: Story
    entries: tuple[Entry, ...]
    since: datetime | None = None
    past: tuple[Entry, ...] = ()
    future: tuple[Entry, ...] = ()
    planned: tuple[Entry, ...] = ()  #: What would have followed without the change.


def tell(arrivals: Arrivals, name: str) -> Told:
    """Put a story together: all of it, and for a variant what lies before and after it leaves the plan."""
    stories = {story.name: story for story in arrivals.stories}
    story, first = stories[name], next(iter(stories.values()))
    zone = zone_of(story)
    mine = entries(arrivals.seen(name), zone)
    if name == first.name:
        return Told(story, mine)
    plan = entries(arrivals.seen(story.parent or first.name), zone)
    since = story.since or parting(plan, mine)
    if since is None:
        return Told(story, mine)
    past, future = split(mine, since)
    # A variant that was begun at the change without being told so has no past of its own: the plan's is meant.
    shared, planned = split(plan, since)
    return Told(story, mine, since.astimezone(zone), past or shared, future, planned)


def zone_of(story: Story) -> ZoneInfo:
    """The zone of the story's event; its wall clock is the page's."""
    return story.event.zone if story.event is not None else ZoneInfo("Europe/Berlin")


def environment() -> Environment:
    """Jinja2 over templates/sandbox, escaping everything."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters.update(shown=shown, short_url=short_url, plain=plain, initials=initials, sender=sender_name)
    jinja.globals.update(compare=compare)
    return jinja


def _guarded(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def page_router(arrivals: Arrivals, mastodon: Mastodon) -> APIRouter:
    """The page, its style and script, the mails' own pages, and everything as JSON."""
    pages = APIRouter()
    jinja = environment()

    @pages.get("/")
    async def page(story: str = "", channel: str = "", beside: str = "past", lang: str = "de") -> Response:
        names = [each.name for each in arrivals.stories]
        asked = Asked(
            story=story if story in names else names[0],
            channel=channel if channel in CHANNELS else "",
            beside="planned" if beside == "planned" else "past",
            lang="en" if lang == "en" else "de",
        )
        # On a thread of asyncio's own executor, which is joined when the loop ends; mail keeps flowing meanwhile.
        html = await asyncio.to_thread(_rendered, jinja, arrivals, mastodon, asked)
        return HTMLResponse(html, headers=_guarded(_PAGE_CSP))

    @pages.get("/@{username}/{status_id}")
    async def status(username: str, status_id: str) -> Response:
        found = [arrival for arrival in arrivals.all() if getattr(arrival, "status_id", "") == status_id]
        if not found:
            raise Refused(404, "Record not found")
        asked = Asked(story=found[0].story)
        return RedirectResponse(f"{asked.href()}#n{found[0].number}", status_code=303)

    _add_files(pages)
    _add_foreign(pages, jinja, arrivals)
    _add_data(pages, arrivals)
    return pages


def _rendered(jinja: Environment, arrivals: Arrivals, mastodon: Mastodon, asked: Asked) -> str:
    return jinja.get_template("page.html").render(context(arrivals, mastodon, asked))


def _add_files(pages: APIRouter) -> None:
    @pages.get("/style.css")
    async def style() -> Response:
        return Response((TEMPLATES / "style.css").read_bytes(), media_type="text/css", headers=_guarded(_PAGE_CSP))

    @pages.get("/icon.svg")
    async def icon() -> Response:
        return Response((TEMPLATES / "icon.svg").read_bytes(), media_type="image/svg+xml", headers=_guarded(_PAGE_CSP))

    @pages.get("/page.js")
    async def script() -> Response:
        return Response((TEMPLATES / "page.js").read_bytes(), media_type="text/javascript", headers=_guarded(_PAGE_CSP))


def _add_foreign(pages: APIRouter, jinja: Environment, arrivals: Arrivals) -> None:
    """What others wrote as HTML, each on a page of its own that can do nothing."""

    fragment = jinja.get_template("fragment.html").render

    def of(kind: type[Arrival], number: int) -> Any:
        everything = arrivals.all()
        if 0 < number <= len(everything) and isinstance(everything[number - 1], kind):
            return everything[number - 1]
        raise Refused(404, "Record not found")

    @pages.get("/mails/{number}/html")
    async def mail_html(number: int) -> Response:
        letter = of(Mail, number).letter
        return HTMLResponse(letter.html or fragment(text=letter.text, html=""), headers=_guarded(_FOREIGN_CSP))

    @pages.get("/mails/{number}/raw")
    async def mail_raw(number: int) -> Response:
        return Response(of(Mail, number).raw, media_type="text/plain; charset=utf-8", headers=_guarded(_FOREIGN_CSP))

    @pages.get("/items/{number}/html")
    async def item_html(number: int) -> Response:
        text = of(FeedItem, number).text
        return HTMLResponse(fragment(text="", html=text.html or text.summary), headers=_guarded(_FOREIGN_CSP))


def _add_data(pages: APIRouter, arrivals: Arrivals) -> None:
    @pages.get("/arrivals.json")
    async def everything() -> Response:
        return JSONResponse(await asyncio.to_thread(lambda: [as_json(arrival) for arrival in arrivals.all()]))

    @pages.get("/count.json")
    async def count() -> Response:
        return JSONResponse(len(arrivals.all()))


def context(arrivals: Arrivals, mastodon: Mastodon, asked: Asked) -> dict[str, Any]:
    """Everything the template asks for."""
    told = tell(arrivals, asked.story)
    speech = Speech(asked.lang)

    def wanted(some: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(entry for entry in some if asked.channel in ("", entry.channel))

    zone = zone_of(told.story)
    whole = told.past + told.future if told.since is not None else told.entries
    return {
        "say": speech,
        "asked": asked,
        "event": told.story.event,
        "stories": arrivals.stories,
        "told": told,
        "channels": [channel for channel in CHANNELS if asked.channel in ("", channel)],
        "all_channels": CHANNELS,
        "count": tally(whole),
        "mails": sum(len(entry.mails) for entry in whole),
        "overview": days(whole),
        "whole": days(wanted(whole)),
        "past": days(wanted(told.past)),
        "future": days(wanted(told.future)),
        "planned": days(wanted(told.planned)),
        "later": followers(whole),
        "account": mastodon,
        "total": len(arrivals.all()),
        "now": arrivals.now.astimezone(zone),
        "zone": zone.key,
    }


def as_json(arrival: Arrival) -> dict[str, Any]:
    """An arrival as plain JSON; `type` names its kind, instants are ISO 8601 in UTC."""
    plain_fields = {key: value for key, value in asdict(arrival).items() if not isinstance(value, bytes)}
    plain_fields["at"] = arrival.at.astimezone(UTC).isoformat()
    if isinstance(arrival, Mail):
        plain_fields["letter"] = _letter_json(arrival.letter)
    return {"type": type(arrival).__name__, **plain_fields}


def _letter_json(letter: Letter) -> dict[str, Any]:
    return asdict(letter) | {"list_unsubscribe": letter.list_unsubscribe}
