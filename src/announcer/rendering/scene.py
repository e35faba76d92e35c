"""Everything a template may name, drawn up once per request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from announcer.mail_settings import Look
from announcer.model.campaign import Kind
from announcer.model.facts import Announcement, Event, EventStatus, PubStatus
from announcer.rendering import clean
from announcer.rendering import words as language_words
from announcer.rendering.editions import EditionView, edition_view
from announcer.rendering.request import Links, Notice, Request
from announcer.rendering.view import DayView, EventView, RichText, RowView, SessionView, Viewer
from announcer.settings import Site

#: Kinds that say that something is otherwise than announced.
CHANGES = frozenset(
    {
        Kind.ROOM_CHANGE,
        Kind.PROGRAMME_CHANGE,
        Kind.REGISTRATION_CHANGE,
        Kind.MOVE,
        Kind.CANCELLATION,
        Kind.POSTPONEMENT,
        Kind.CORRECTION,
    }
)
#: Kinds that speak of the release itself; all others speak of the event.
_OF_THE_RELEASE = frozenset({Kind.ANNOUNCEMENT, Kind.CORRECTION})
_OF_THE_PAST = frozenset({Kind.RECAP, Kind.THANKS, Kind.DOCUMENTATION})
_WITHOUT_PROGRAMME = _OF_THE_PAST | {Kind.SAVE_THE_DATE, Kind.REGISTRATION_CLOSES, Kind.SESSION_SOON, Kind.SESSION_LIVE}
_LONGEST_HEADLINE = 400
_LONGEST_LEAD = 3000
#: Of an announcement in a mail; the others are on its page.
_MOST_PICTURES = 3


@dataclass(frozen=True, slots=True)
class SiteView:
    """Who speaks, for the Impressum."""

    name: str
    url: str
    publisher: tuple[str, ...]  #: Line by line.
    contact: str
    contact_mail: str  #: The contact, if it is a mail address.
    privacy_url: str
    zone: ZoneInfo
    logo_url: str = ""  #: Of the logo, if there is one.
    logo_width: int = 0  #: Pixels.


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link of the release."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture of the announcement, at its address on the public site."""

    url: str
    alt: str
    credit: str


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """The text of the announcement, apart from its headline."""

    lead: str
    body: RichText
    shortened: bool  #: The body is only the beginning of the text.
    source: str
    contact: str
    topics: tuple[str, ...]
    more: tuple[LinkView, ...]


@dataclass(frozen=True, slots=True)
class TodayView:
    """The day on which a message about an event is read, if that is one of its days."""

    label: str  #: "Dienstag, 18. September 2018"
    first: bool  #: The event begins today.
    facts: str  #: The day, when it begins and where.
    days: tuple[DayView, ...]


@dataclass(frozen=True, slots=True)
class EmbargoView:
    """Until when a text may not be published."""

    until: str  #: "Montag, 25. Juni 2018, 10 Uhr"
    sentence: str  #: "SPERRFRIST: Frei zur Veröffentlichung ab Montag, 25. Juni 2018, 10 Uhr."
    prefix: str  #: Before subjects: "SPERRFRIST 25.06.2018, 10 Uhr: "


@dataclass(frozen=True, slots=True)
class Scene:
    """What templates may name; the field names are the variables.

    `headline` is the release's, `name` the event's (each stands in for the other).
    `fixed` has the language's labels, `words` what a person wrote for this message.
    """

    kind: str
    kind_label: str
    language: str
    site: SiteView
    label: dict[str, str]
    headline: str
    name: str
    occasion: str  #: Name, when and where in one line.
    release: ReleaseView
    event: EventView
    session: SessionView | None
    sessions: tuple[SessionView, ...]
    today: TodayView | None
    days: tuple[DayView, ...]  #: The programme as far as this message shows it.
    more_programme: bool  #: `days` is only a part of it.
    rows: tuple[RowView, ...]  #: What is known of when, where and who; never an empty value.
    show_facts: bool
    notice: Notice | None
    withdrawn: bool
    words: RichText
    links: Links
    link: str  #: The one page this message points to.
    embargo: EmbargoView | None  #: Only in a mail that leaves ahead of it.
    issue: EditionView | None  #: An issue of a digest: then headline and name are the digest's title.
    late: bool  #: It leaves after its moment: nothing may be said that was true only then.
    pictures: tuple[PictureView, ...] = ()  #: Of the announcement, where a mail announces it.
    also: tuple[str, ...] = ()  #: What lesser messages of the same moment have to say, a line each.


def draw(request: Request, site: SiteView, fixed: language_words.Fixed) -> Scene:
    """Everything a template may name for this request, cleaned."""
    read = request.when.astimezone(site.zone) if request.when else None
    edition = edition_view(request.edition, read, request.language, fixed) if request.edition else None
    announcement = request.announcement or Announcement(id="", headline=edition.title if edition else "")
    event = request.event or Event(id="", name="")
    viewer = Viewer(event, request.language, _closed(request, event))
    view = viewer.view()
    headline = clean.line(announcement.headline, _LONGEST_HEADLINE) or view.name or site.name
    name = view.name or headline
    withdrawn = announcement.status is PubStatus.CANCELED
    today = _today(request, viewer, view)
    sessions = _spoken_of(request, viewer, view)
    links = _links(request.links if request.embargo is None else Links())
    return Scene(
        kind=request.kind.value,
        kind_label=edition.label if edition else _kind_label(request, fixed, event, withdrawn=withdrawn),
        language=request.language,
        site=site,
        label=dict(fixed.labels),
        headline=headline,
        name=name,
        occasion=", ".join(filter(None, (name, view.facts))),
        release=_release(announcement),
        event=view,
        session=sessions[0] if sessions else None,
        sessions=sessions,
        today=today,
        days=_programme(request, view, today),
        more_programme=False,
        rows=_rows(view, fixed.labels, request.kind in _OF_THE_PAST),
        show_facts=request.kind not in _OF_THE_PAST and not withdrawn and edition is None,
        notice=_notice(request, fixed, announcement, event),
        withdrawn=withdrawn,
        words=RichText(clean.paragraphs(request.words)),
        links=links,
        link=_link(request.kind, links),
        embargo=_embargo(request.embargo, site.zone, event, request.language, fixed.labels),
        issue=edition,
        late=request.late,
        pictures=() if withdrawn else _pictures(request, links),
    )


def _pictures(request: Request, links: Links) -> tuple[PictureView, ...]:
    """Below its page's address, so they can be read as long as it can; ahead of an embargo there is none."""
    announces = request.kind in (Kind.ANNOUNCEMENT, Kind.SAVE_THE_DATE)
    if request.announcement is None or not announces or not links.announcement_url:
        return ()
    return tuple(
        PictureView(
            f"{links.announcement_url}/bild/{one.hash[:16]}-960",
            clean.line(one.alt, 1000),
            clean.line(" · ".join(filter(None, (one.credit, one.licence))), 300),
        )
        for one in request.announcement.pictures[:_MOST_PICTURES]
        if one.hash
    )


def _embargo(
    until: datetime | None, zone: ZoneInfo, event: Event, language: str, label: Mapping[str, str]
) -> EmbargoView | None:
    """Told on the office's clock; where the event's shows another time, the zone is named."""
    if until is None:
        return None
    local = until.astimezone(zone)
    elsewhere = event.name and until.astimezone(event.zone).utcoffset() != local.utcoffset()
    named = f" ({zone.key})" if elsewhere else ""
    said = f"{language_words.day(local, language)}, {language_words.clock(local, language)}{named}"
    brief = f"{language_words.short_day(local, language)}, {language_words.clock(local, language)}{named}"
    return EmbargoView(
        until=said,
        sentence=f"{label['embargo']}: {label['embargo_until']} {language_words.stop(said)}",
        prefix=f"{label['embargo']} {brief}: ",
    )


def _kind_label(request: Request, fixed: language_words.Fixed, event: Event, *, withdrawn: bool) -> str:
    return fixed.kinds["withdrawn" if withdrawn else _stopped_kind(event) or request.kind.value]


def _closed(request: Request, event: Event) -> bool:
    closes = event.registration.closes
    return bool(closes and request.when and request.when > closes)


def _release(announcement: Announcement) -> ReleaseView:
    return ReleaseView(
        lead=clean.line(announcement.lead, _LONGEST_LEAD),
        body=RichText(clean.paragraphs(announcement.body)),
        shortened=False,
        source=clean.line(announcement.source, 300),
        contact=clean.line(announcement.contact, 600),
        topics=_topics(announcement),
        more=_more(announcement),
    )


def _spoken_of(request: Request, viewer: Viewer, view: EventView) -> tuple[SessionView, ...]:
    # Where the whole event is off, a message about one of its sessions has to say that first of all.
    if view.stopped or request.session is None:
        return ()
    return tuple(viewer.session(session) for session in (request.session, *request.merged))


def shorter(scene: Scene, sessions: int, characters: int) -> Scene:
    """The same with at most so many programme items and so much of the release's text."""
    days, left = [], sessions
    for day in scene.days:
        if left > 0:
            days.append(replace(day, sessions=day.sessions[:left]))
        left -= len(day.sessions)
    whole = scene.release.body.source
    body = _beginning(whole, characters)
    return replace(
        scene,
        days=tuple(days),
        more_programme=left < 0,
        release=replace(scene.release, body=RichText(body), shortened=body != whole),
        words=RichText(_beginning(scene.words.source, characters)),
    )


def _beginning(source: str, characters: int) -> str:
    if len(source) <= characters:
        return source
    end = source.rfind("\n\n", 0, characters)
    return source[:end] if end > 0 else clean.cut(source, characters)


def _notice(request: Request, fixed: language_words.Fixed, announcement: Announcement, event: Event) -> Notice | None:
    """What a caller gave, completed; a stopped event or a withdrawn release says so unasked."""
    key = _reason(request, announcement, event)
    if request.notice is None and not key:
        return None
    given = request.notice or Notice("")
    known = fixed.notices.get(key, {})
    prefix = clean.line(given.prefix, 60).rstrip(": ") or known.get("prefix", "")
    sentence = clean.line(given.sentence, 1200)
    if not sentence and key == Kind.CORRECTION and announcement.correction:
        sentence = f"{fixed.labels['corrected']}: {clean.line(announcement.correction, 1200)}"
    return Notice(
        prefix=f"{prefix}: " if prefix else "",
        headline=clean.line(given.headline, _LONGEST_HEADLINE),
        sentence=language_words.stop(sentence or known.get("sentence", "")),
        brief=language_words.stop(clean.line(given.brief, 1200)) if given.brief else "",
    )


def _reason(request: Request, announcement: Announcement, event: Event) -> str:
    if announcement.status is PubStatus.CANCELED:
        return "withdrawn"
    if stopped := _stopped_kind(event):
        return stopped
    if request.session is not None and request.session.status is EventStatus.CANCELLED:
        return "session_cancelled"
    return request.kind.value if request.kind in CHANGES else ""


def _stopped_kind(event: Event) -> str:
    match event.status:
        case EventStatus.CANCELLED:
            return Kind.CANCELLATION.value
        case EventStatus.POSTPONED:
            return Kind.POSTPONEMENT.value
        case _:
            return ""


def _today(request: Request, viewer: Viewer, view: EventView) -> TodayView | None:
    """The day of reading, if it is a day of the event: only then may a text say "heute"."""
    read = viewer.local(request.when)
    if request.late or read is None or view.start is None or view.stopped:
        return None
    last = view.end or view.start
    if not view.start.date() <= read.date() <= last.date():
        return None
    days, label = view.sessions_on(read.date()), language_words.day(read, request.language)
    first = read.date() == view.start.date()
    parts = (label, _begins(view, days, first, request.language), view.place.brief if view.place else "")
    return TodayView(label, first, ", ".join(filter(None, parts)), days)


def _begins(view: EventView, days: tuple[DayView, ...], first: bool, language: str) -> str:
    if first and view.start and (view.start.hour or view.start.minute):
        return language_words.clock(view.start, language)
    starts = [session.start for day in days for session in day.sessions if session.start and not session.cancelled]
    return language_words.clock(min(starts), language) if starts and not first else ""


def _programme(request: Request, view: EventView, today: TodayView | None) -> tuple[DayView, ...]:
    if request.kind in _WITHOUT_PROGRAMME or view.stopped:
        return ()
    return today.days if today and request.kind is Kind.PRACTICAL else view.days


def _rows(view: EventView, label: Mapping[str, str], past: bool) -> tuple[RowView, ...]:
    over = past or view.stopped
    when = "was_planned" if view.stopped else "new_date" if view.previously else "when"
    closes = view.registration.closes
    rows = (
        RowView(label[when], view.when),
        RowView(label["previously"], "" if view.stopped else view.previously),
        RowView(label["doors"], f"{label['from_time']} {view.doors}" if view.doors and not over else ""),
        RowView(label["where"], view.place.whole if view.place else ""),
        RowView(label["organizer"], view.organizer),
        RowView(label["registration"], f"{label['until']} {closes}" if closes and not over else ""),
    )
    return tuple(row for row in rows if row.value)


def _links(links: Links) -> Links:
    return Links(
        announcement_url=clean.address(links.announcement_url),
        event_url=clean.address(links.event_url),
        calendar_url=clean.address(links.calendar_url),
        feed_url=clean.address(links.feed_url),
    )


def _link(kind: Kind, links: Links) -> str:
    first, second = links.event_url, links.announcement_url
    return second or first if kind in _OF_THE_RELEASE else first or second


def site_view(site: Site, look: Look | None = None) -> SiteView:
    """The settings of the site, cleaned."""
    has_logo = look is not None and look.logo is not None
    contact = clean.line(site.contact)
    return SiteView(
        name=clean.line(site.name),
        url=clean.address(site.url),
        publisher=tuple(clean.paragraphs(site.publisher).split("\n")) if site.publisher else (),
        contact=contact,
        contact_mail=contact if "@" in contact and " " not in contact else "",
        privacy_url=clean.address(site.privacy_url),
        zone=ZoneInfo(site.timezone),
        logo_url=f"{clean.address(site.url)}/logo" if has_logo else "",
        logo_width=look.logo_width if look is not None and has_logo else 0,
    )


def _topics(announcement: Announcement) -> tuple[str, ...]:
    return tuple(dict.fromkeys(topic for raw in announcement.topics if (topic := clean.line(raw, 120))))


def _more(announcement: Announcement) -> tuple[LinkView, ...]:
    """The release's links; where the source lost the address there is nothing to link to."""
    views = ((clean.line(link.label, 300), clean.address(link.url)) for link in announcement.links)
    return tuple(LinkView(label or url, url) for label, url in views if url)
