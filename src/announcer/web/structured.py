"""An event as schema.org says it, for search engines and calendars (https://schema.org/Event). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from announcer.model.facts import Certainty, Event, EventStatus, Person, Place, PubStatus, Session
from announcer.office.shown import ShownAnnouncement
from announcer.settings import Site
from announcer.web.prose import web_link

UTC_ZONE = ZoneInfo("UTC")

_STATUS = {
    EventStatus.SCHEDULED: "https://schema.org/EventScheduled",
    EventStatus.RESCHEDULED: "https://schema.org/EventRescheduled",
    EventStatus.POSTPONED: "https://schema.org/EventPostponed",
    EventStatus.CANCELLED: "https://schema.org/EventCancelled",
}


def event_data(event: Event, page: str, language: str) -> Mapping[str, Any]:
    """The event with its public sessions; `page` is its absolute address."""
    sure = event.certainty is Certainty.CONFIRMED
    location = _place(event.place)
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "Event",
            "@id": page,
            "url": page,
            "name": event.name,
            "inLanguage": language,
            "startDate": _instant(event.start, event.zone) if sure else None,
            "endDate": _instant(event.end, event.zone) if sure else None,
            "doorTime": _instant(event.doors, event.zone) if sure else None,
            "previousStartDate": _instant(event.previous_start, event.zone),
            "eventStatus": _STATUS[event.status],
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode" if event.place else None,
            "location": location,
            "organizer": _organization(event.organizer, event.url),
            "subEvent": [_session(event, s, location) for s in event.sessions if s.public and sure],
        }
    )


def news_article(shown: ShownAnnouncement, page: str, site: Site, pictures: Sequence[str]) -> Mapping[str, Any]:
    """An announcement (https://schema.org/NewsArticle); of a withdrawn one only that it was there."""
    said = shown.facts
    gone = said.status is PubStatus.CANCELED
    publisher = _organization(site.publisher.partition(",")[0] or site.name, site.url)
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "@id": page,
            "mainEntityOfPage": page,
            "headline": said.headline,
            "alternativeHeadline": None if gone else said.kicker,
            "description": None if gone else said.lead,
            "inLanguage": said.language,
            "datePublished": _instant(shown.published, UTC_ZONE),
            "dateModified": _instant(shown.updated or shown.published, UTC_ZONE),
            "image": list(pictures),
            "keywords": None if gone else ", ".join(said.topics),
            "correction": None if gone or said.version == 1 else said.correction,
            "creativeWorkStatus": "Withdrawn" if gone else "Published",
            "author": _organization(said.source, "") or publisher,
            "publisher": publisher,
        }
    )


def _session(event: Event, session: Session, location: Mapping[str, Any] | None) -> Mapping[str, Any]:
    room = {"@type": "Place", "name": session.room, "containedInPlace": location} if session.room else location
    status = EventStatus.CANCELLED if event.status is EventStatus.CANCELLED else session.status
    day = session.day.isoformat() if session.day else None
    return _filled(
        {
            "@type": "Event",
            "name": session.title,
            "startDate": _instant(session.start, event.zone) or day,
            "endDate": _instant(session.end, event.zone),
            "eventStatus": _STATUS[status],
            "location": _filled(room) if room else None,
            "performer": [_person(person) for person in session.performers],
        }
    )


def _person(person: Person) -> Mapping[str, Any]:
    affiliation = {"@type": "Organization", "name": person.affiliation} if person.affiliation else None
    return _filled({"@type": "Person", "name": person.name, "jobTitle": person.role, "affiliation": affiliation})


def _place(place: Place | None) -> Mapping[str, Any] | None:
    if place is None:
        return None
    address = _filled(
        {
            "@type": "PostalAddress",
            "streetAddress": place.street,
            "postalCode": place.postal_code,
            "addressLocality": place.city,
        }
    )
    return _filled({"@type": "Place", "name": place.name, "address": address if len(address) > 1 else None})


def _organization(name: str, url: str) -> Mapping[str, Any] | None:
    return _filled({"@type": "Organization", "name": name, "url": web_link(url)}) if name else None


def _instant(value: datetime | None, zone: ZoneInfo) -> str | None:
    return value.astimezone(zone).isoformat(timespec="minutes") if value else None


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [])}
