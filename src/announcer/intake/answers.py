"""What a person answers to a proposal's questions, or puts right in it. Pure.

An answer is a key and a text, `date=2018-09-18/2018-09-19`. A date a person
gave or said yes to is confirmed; nothing else is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from announcer.errors import IntakeError
from announcer.intake import gaps
from announcer.intake.document import Picture
from announcer.intake.proposal import EventDraft, Proposal
from announcer.intake.slugs import ID
from announcer.model.facts import Certainty, Event, Link, Place, Session

#: The announcement's fields a person may simply set.
_TEXTS = ("headline", "kicker", "lead", "source", "contact", "language", "ed_note")
_ABOUT_DATE = ("date", "year", "weekday", "date-missing", "release-date")
_YES = frozenset({"ok", "ja", "yes", "j", "y", "stimmt", "right"})
_NO = frozenset({"", "none", "keine", "no", "nein", "-"})
KEYS = (
    "id", *_TEXTS, "embargo", "date", "year", "weekday", "time", "place", "event", "events", "event.id", "event.name",
    "link:LABEL", "alt:IMAGE", "credit:IMAGE",
)  # fmt: skip


def answered(proposal: Proposal, answers: Mapping[str, str], zone: ZoneInfo) -> Proposal:
    """The proposal with the answers in it. Raises `IntakeError` naming the answer and the remedy."""
    for key, value in answers.items():
        proposal = _answer(proposal, key.strip(), value.strip(), zone)
    return gaps.looked_over(proposal)


def parse(pairs: list[str]) -> dict[str, str]:
    """`KEY=VALUE` each; raises `IntakeError`."""
    result: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise IntakeError(
                f"an answer looks like year=2018, and {pair!r} does not; known keys are {', '.join(KEYS)}"
            )
        result[key.strip()] = value
    return result


def _answer(proposal: Proposal, key: str, value: str, zone: ZoneInfo) -> Proposal:
    if key in _ABOUT_DATE:
        return _settled(_dated(proposal, key, value, zone), *_ABOUT_DATE)
    kind, colon, name = key.partition(":")
    if colon and kind == "link":
        return _linked(proposal, name, value)
    if colon and kind in {"alt", "credit"}:

        def described(picture: Picture) -> Picture:
            if name not in {picture.src, picture.caption, "*"}:
                return picture
            return replace(picture, alt=value) if kind == "alt" else replace(picture, credit=value)

        pictures = tuple(described(picture) for picture in proposal.pictures)
        return replace(proposal, pictures=pictures)
    if key == "embargo":
        embargo = None if value.lower() in _NO else _instant(value, zone, key)
        said = "" if embargo is None else proposal.embargo_said
        return replace(
            proposal, announcement=replace(proposal.announcement, embargoed_until=embargo), embargo_said=said
        )
    if key == "id":
        return replace(proposal, announcement=replace(proposal.announcement, id=_id(value, key)))
    if key in _TEXTS:
        return replace(proposal, announcement=replace(proposal.announcement, **{key: _text(key, value)}))  # type: ignore[arg-type]
    if key == "event":
        id_ = None if value.lower() in _NO else _id(value, key)
        return _settled(
            replace(proposal, announcement=replace(proposal.announcement, event_id=id_), event_id=id_), "events"
        )
    if key == "events":
        return _settled(_chosen(proposal, value), "events")
    if key in {"time", "place", "event.id", "event.name"}:
        return _settled(_event_field(proposal, key, value, zone), key)
    raise IntakeError(f"there is no answer {key!r}; known keys are {', '.join(KEYS)}")


def _chosen(proposal: Proposal, value: str) -> Proposal:
    """Which of several events the announcement is about: all of them, or those named by their number."""
    drafts = [draft for draft in (proposal.draft, *proposal.further) if draft is not None]
    if value.lower() in {"all", "alle"}:
        return proposal
    if value.lower() in _NO:
        return replace(proposal, draft=None, further=())
    numbers = [int(part) for part in re.split(r"[,\s]+", value) if part.isdigit()]
    if not numbers or not all(0 < number <= len(drafts) for number in numbers):
        named = ", ".join(f"{n} {draft.event.name}" for n, draft in enumerate(drafts, 1))
        raise IntakeError(f"the answer events={value!r} names none; give all, none, or numbers: {named}")
    first, *rest = (drafts[number - 1] for number in dict.fromkeys(numbers))
    return replace(proposal, draft=first, further=tuple(rest))


def _text(key: str, value: str) -> str:
    if key == "headline" and not value:
        raise IntakeError("the answer headline is empty; give one")
    if key == "language" and value not in {"de", "en"}:
        raise IntakeError(f"the answer language={value!r} is not known; choose de or en")
    return value


def _id(value: str, key: str) -> str:
    if not ID.fullmatch(value):
        raise IntakeError(
            f"the answer {key}={value!r} can't be an id; use small letters, digits and hyphens, at most 80"
        )
    return value


def _settled(proposal: Proposal, *keys: str) -> Proposal:
    return replace(proposal, questions=tuple(q for q in proposal.questions if q.key not in keys))


def _linked(proposal: Proposal, label: str, url: str) -> Proposal:
    if not re.match(r"https?://\S+$", url):
        raise IntakeError(f"the answer link:{label}={url!r} is no web address; begin it with https://")
    links = proposal.announcement.links
    if label not in {link.label for link in links}:
        raise IntakeError(
            f"there is no link {label!r}; the text has {', '.join(link.label for link in links) or 'none'}"
        )
    changed = tuple(Link(link.label, url) if link.label == label else link for link in links)
    enclosures = tuple(replace(e, url=url) if label.startswith(e.label) else e for e in proposal.enclosures)
    return replace(proposal, announcement=replace(proposal.announcement, links=changed), enclosures=enclosures)


def _draft(proposal: Proposal) -> EventDraft:
    if proposal.draft is None:
        raise IntakeError("the text announces no event this answer could be about; add one with 'announcer event add'")
    return proposal.draft


def _event_field(proposal: Proposal, key: str, value: str, zone: ZoneInfo) -> Proposal:
    draft = _draft(proposal)
    event = draft.event
    if key == "event.id":
        event = replace(event, id=_id(value, key))
    elif key == "event.name":
        if not value:
            raise IntakeError("the answer event.name is empty; give one")
        event = replace(event, name=value)
    elif key == "place":
        event = replace(event, place=Place(value) if value else None)
    else:
        event = _timed(event, value, zone)
        start = f"{draft.start[:10]}T{value[:5]}" if draft.start else ""
        draft = replace(draft, start=start)
    return replace(proposal, draft=replace(draft, event=event))


def _timed(event: Event, value: str, zone: ZoneInfo) -> Event:
    begin, _, finish = value.partition("-")
    starts, ends = _clock(begin), _clock(finish) if finish else None
    if event.start is None:
        raise IntakeError("the answer time needs a day; answer date first")
    start = datetime.combine(event.start.astimezone(zone).date(), starts, zone)
    last = (event.end or event.start).astimezone(zone).date()
    end = datetime.combine(last, ends, zone) if ends else (event.end if event.end and event.end > start else None)
    if end is not None and end <= start:
        end += timedelta(days=1)
    return replace(event, start=start, end=end)


def _clock(text: str) -> time:
    found = re.fullmatch(r"\s*(\d{1,2})(?:[:.](\d\d))?\s*(?:Uhr)?\s*", text)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise IntakeError(f"the answer time={text!r} is no time of day; write it like 19:30, or 19:30-22:00")
    return time(int(found[1]), int(found[2] or 0))


def _dated(proposal: Proposal, key: str, value: str, zone: ZoneInfo) -> Proposal:
    draft = _draft(proposal)
    event = draft.event
    if value.lower() in _YES:
        if event.start is None:
            raise IntakeError(
                f"the answer {key}={value} confirms a date, but the text gives none; give it like 2018-09-18"
            )
        return replace(proposal, draft=replace(draft, event=replace(event, certainty=Certainty.CONFIRMED)))
    if re.fullmatch(r"(?:19|20|21)\d\d", value):
        value = _with_year(draft, int(value))
    first, _, last = value.partition("/")
    start, exact = _start(first, draft, zone, key)
    end = _end(last, start, draft, zone, key)
    moved = _moved(event, start, zone)
    sure = replace(moved, start=start, end=end, certainty=Certainty.CONFIRMED)
    return replace(
        proposal,
        draft=replace(
            draft,
            event=sure,
            start=first[:16] if exact else f"{start:%Y-%m-%dT%H:%M}",
            end=last or draft.end,
            certainty="confirmed",
        ),
    )


def _with_year(draft: EventDraft, year: int) -> str:
    """The days of the text in the year somebody named."""
    if draft.when is None or not (draft.when.partial or draft.when.first):
        raise IntakeError(f"the answer year={year} needs a day in the text, and there is none; answer date=… instead")
    pairs = draft.when.partial or tuple((day.month, day.day) for day in (draft.when.first, draft.when.last) if day)
    try:
        first, last = date(year, *pairs[0]), date(year + (pairs[-1] < pairs[0]), *pairs[-1])
    except ValueError as error:
        raise IntakeError(f"the answer year={year} gives no date of the calendar; answer date=… instead") from error
    return f"{first}" if first == last else f"{first}/{last}"


def _start(text: str, draft: EventDraft, zone: ZoneInfo, key: str) -> tuple[datetime, bool]:
    start = _instant(text, zone, key)
    begins = draft.when.begins if draft.when else None
    shown = draft.start[11:16]
    clock = begins or (time.fromisoformat(shown) if shown else None)
    if "T" not in text and clock is not None:
        return datetime.combine(start.date(), clock, zone), False
    return start, True


def _end(text: str, start: datetime, draft: EventDraft, zone: ZoneInfo, key: str) -> datetime | None:
    ends = draft.when.ends if draft.when else None
    if not text:
        return (
            datetime.combine(start.date(), ends, zone) if ends and ends > start.timetz().replace(tzinfo=None) else None
        )
    end = _instant(text, zone, key)
    if "T" not in text:
        end = datetime.combine(end.date(), ends or time(23, 59), zone)
    if end <= start:
        raise IntakeError(f"the answer {key} ends before it begins; give the first day, a stroke and the last")
    return end


def _moved(event: Event, start: datetime, zone: ZoneInfo) -> Event:
    """The programme goes along with its event."""
    if event.start is None:
        return event
    days = start.date() - event.start.astimezone(zone).date()

    def along(session: Session) -> Session:
        return replace(
            session,
            day=session.day + days if session.day else None,
            start=session.start + days if session.start else None,
            end=session.end + days if session.end else None,
        )

    doors = event.doors + days if event.doors else None
    return replace(event, sessions=tuple(along(s) for s in event.sessions), doors=doors)


def _instant(text: str, zone: ZoneInfo, key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise IntakeError(
            f"the answer {key}={text!r} is no date; write it like 2018-09-18 or 2018-09-18T19:30"
        ) from error
    local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if moment.tzinfo is None and local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise IntakeError(f"the answer {key}={text!r} does not exist because summer time begins; choose another time")
    return local
