"""What `--json` prints: plain values with stable keys. Instants are ISO 8601 in UTC; docs/cli.md lists them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from announcer.model.campaign import Message, Planned, Rule
from announcer.model.facts import Event, Session
from announcer.model.people import Deputy
from announcer.planning.sentences import moment_sentence

if TYPE_CHECKING:
    from announcer.model.digests import Digest
    from announcer.office.campaigns import Preview
    from announcer.office.digests import Outlook, Setting
    from announcer.office.outlook import Departure
    from announcer.office.outlook import Overview as Release
    from announcer.office.status import Attention, CampaignStatus, ChannelStatus, Overview
    from announcer.planning.repeats import Turn
    from announcer.store.journal import Entry as LogEntry
    from announcer.store.outbox import Entry
    from announcer.store.playbooks import Version
    from announcer.store.received import Addressed
    from announcer.store.requests import Request

Shape = dict[str, Any]


def instant(moment: datetime | None) -> str | None:
    """`2018-09-18T11:30:00Z`."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def planned(value: Planned) -> Shape:
    """What is planned, stored or not."""
    occurrence = value.occurrence
    return {
        "kind": value.kind.value,
        "rule": occurrence.rule_id,
        "subject": occurrence.subject.value,
        "subject_id": occurrence.subject_id,
        "anchor": occurrence.anchor,
        "channel": value.channel,
        "due_at": instant(value.due_at),
        "not_after": instant(value.not_after),
        "audience": value.audience.value,
        "waits_for": list(value.waits_for),
        "why": list(value.why),
        "dropped": value.drop,
    }


def message(value: Message) -> Shape:
    """A planned message with its number and state."""
    return {
        "id": value.id,
        "state": value.state.value,
        "event": value.event_id,
        "announcement": value.announcement_id,
        "approved_by": value.approved_by,
        **planned(value.planned),
    }


def preview(value: Preview, used: int | None, limit: int | None) -> Shape:
    """Exactly what a message sends in one language."""
    return {
        "message": value.message.id,
        "channel": value.message.planned.channel,
        "language": value.language,
        "due_at": instant(value.message.planned.due_at),
        "state": value.message.state.value,
        "payload": dict(value.payload),
        "characters": used,
        "limit": limit,
        "problem": value.problem or None,
        "late": value.late,
    }


def event(value: Event, playbook: str, announcements: list[str]) -> Shape:
    """An event with its programme."""
    place = value.place
    return {
        "id": value.id,
        "name": value.name,
        "version": value.version,
        "start": instant(value.start),
        "end": instant(value.end),
        "timezone": value.timezone,
        "certainty": value.certainty.value,
        "status": value.status.value,
        "doors": instant(value.doors),
        "place": place and {"name": place.name, "street": place.street, "city": place.city},
        "registration": {
            "opens": instant(value.registration.opens),
            "closes": instant(value.registration.closes),
            "url": value.registration.url,
        },
        "playbook": playbook,
        "announcements": announcements,
        "sessions": [session(one) for one in value.sessions],
    }


def session(value: Session) -> Shape:
    """A programme item."""
    return {
        "id": value.id,
        "title": value.title,
        "kind": value.kind,
        "day": value.day.isoformat() if value.day else None,
        "start": instant(value.start),
        "end": instant(value.end),
        "room": value.room,
        "people": [person.name for person in value.performers],
        "public": value.public,
        "status": value.status.value,
    }


def campaign(value: CampaignStatus) -> Shape:
    """A campaign at a glance."""
    return {
        "id": value.id,
        "title": value.title,
        "event": value.key.event_id,
        "announcement": value.announcement.id if value.announcement else None,
        "start": instant(value.event.start) if value.event else None,
        "unconfirmed": value.unconfirmed,
        "messages": {state.value: number for state, number in sorted(value.counts.items())},
        "next": message(value.next) if value.next else None,
    }


def attention(value: Attention) -> Shape:
    """Something a person has to look at."""
    trouble = value.trouble
    return {
        "need": value.need.value,
        "campaign": value.campaign.id,
        "message": message(value.message),
        "delivery": trouble.id if trouble else None,
        "deliveries": trouble.number if trouble else 0,
        "said": trouble.said if trouble else "",
        "url": trouble.url if trouble else "",
        "can_approve": list(value.able),
    }


def channel(value: ChannelStatus) -> Shape:
    """A way out at a glance."""
    return {
        "name": value.name,
        "kind": value.kind,
        "paused": value.paused,
        "waiting": value.waiting,
        "last_sent": instant(value.last_sent),
        "trouble": value.trouble,
    }


def overview(value: Overview) -> Shape:
    """What `status` shows."""
    return {
        "campaigns": [campaign(one) for one in value.campaigns],
        "attention": [attention(one) for one in value.attention],
        "pauses": dict(value.pauses),
        "held": value.held,
        "channels": [channel(one) for one in value.channels],
        "requests": [request(one, able) for one, able in value.duties.requests],
        "office_mail": [office_mail(one) for one in value.duties.unsent],
    }


def office_mail(value: Entry) -> Shape:
    """A mail or call to the office that does not arrive."""
    return {
        "way": value.way,
        "to": value.recipient,
        "kind": value.kind,
        "subject": value.payload.get("subject", ""),
        "state": value.state,
        "attempts": value.attempts,
        "said": value.said,
        "at": instant(value.created_at),
    }


def release(value: Release) -> Shape:
    """What a release would let go, and what not any more."""
    return {
        "go": [_departure(one) for one in value.go],
        "missed": [_departure(one) for one in value.missed],
        "asked": [_departure(one) for one in value.asked],
        "recipients": value.recipients,
    }


def _departure(value: Departure) -> Shape:
    return {
        "message": message(value.message),
        "recipients": value.recipients,
        "at": instant(value.at),
        "late_words": value.late_words,
    }


def deputy(value: Deputy, today: date) -> Shape:
    """Who stands in for whom."""
    return {
        "id": value.id,
        "person": value.person,
        "deputy": value.deputy,
        "from": value.first.isoformat(),
        "to": value.last.isoformat(),
        "today": value.covers(today),
    }


def request(value: Request, able: Sequence[str]) -> Shape:
    """A change that waits for a second person."""
    return {
        "id": value.id,
        "campaign": value.campaign.event_id or value.campaign.announcement_id,
        "kind": value.kind,
        "reason": value.reason,
        "by": value.actor,
        "at": instant(value.at),
        "state": value.state.value,
        "can_confirm": list(able),
        "decided_by": value.decided_by,
        "decided_at": instant(value.decided_at),
        "answer": value.answer,
    }


def digest(value: Outlook) -> Shape:
    """A digest with what comes next."""
    return {
        **_digest(value.digest),
        "active": value.row.active,
        "next": [_turn(one) for one in value.turns],
        "messages": [message(one) for one in value.waiting],
        "new": [
            {
                "announcement": one.announcement.id,
                "headline": one.announcement.headline,
                "public_at": instant(one.public_at),
            }
            for one in value.new
        ],
    }


def digest_setting(value: Setting, *, stored: bool) -> Shape:
    """A digest as it would be, or is now."""
    return {
        **_digest(value.after),
        "stored": stored,
        "before": _digest(value.before) if value.before is not None else None,
        "next": [_turn(one) for one in value.turns],
        "dropped": [message(one) for one in value.dropped],
    }


def _digest(value: Digest) -> Shape:
    from announcer.planning.digests import digest_definition  # here, since help must not load the settings

    return {"id": value.id, **digest_definition(value)}


def _turn(value: Turn) -> Shape:
    return {"day": value.day.isoformat(), "at": instant(value.at), "why": list(value.why)}


def addressed(value: Addressed) -> Shape:
    """A mail that was meant for one person."""
    return {
        "message": value.message_id,
        "kind": value.kind,
        "of": value.name,
        "state": value.state.value,
        "at": instant(value.at),
        "why": value.why,
    }


def entry(value: LogEntry) -> Shape:
    """A line of the log."""
    return {
        "at": instant(value.at),
        "actor": value.actor,
        "verb": value.verb,
        "subject": value.subject,
        "before": value.before,
        "after": value.after,
        "why": value.why,
    }


def rule(value: Rule, language: str) -> Shape:
    """A rule of a playbook, its moments as sentences."""
    return {
        "id": value.id,
        "kind": value.kind.value,
        "when": moment_sentence(value.when, language),
        "not_after": moment_sentence(value.not_after, language) if value.not_after else None,
        "channels": list(value.channels),
        "audience": value.audience.value,
        "late": value.late.value,
        "urgency": value.urgency.name.lower(),
        "sessions": value.sessions.value,
        "session_kinds": list(value.session_kinds),
        "needs_words": value.needs_words,
        "template": value.template,
        "working_days": value.working_days,
        "under_embargo": value.under_embargo,
        "enabled": value.enabled,
    }


def playbook_version(value: Version) -> Shape:
    """One version of a playbook."""
    return {
        "version": value.number,
        "at": instant(value.at),
        "actor": value.actor,
        "why": value.why,
        "rules": list(value.rules),
    }


def numbers(counts: Mapping[Any, int]) -> Shape:
    """Counts by the value of their key."""
    return {str(key): number for key, number in counts.items()}
