"""What the API takes and gives, as its OpenAPI description says it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from announcer.model.campaign import Message

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_:-]{0,90}$")]


class Shape(BaseModel):
    """Unknown fields are refused, so that a misspelt one is not silently without effect."""

    model_config = ConfigDict(extra="forbid")


class CampaignShape(Shape):
    """A campaign by its name."""

    id: str
    kind: Literal["event", "announcement", "digest"]


class CampaignList(Shape):
    """All campaigns."""

    campaigns: list[CampaignShape]


class MessageShape(Shape):
    """One message of a campaign."""

    id: int
    rule: str
    channel: str
    state: str
    due_at: datetime | None
    not_after: datetime | None
    approved_by: str | None

    @classmethod
    def of(cls, one: Message) -> MessageShape:
        """From the model."""
        planned = one.planned
        approved = getattr(one, "approved_by", None)
        return cls(
            id=one.id, rule=planned.occurrence.rule_id, channel=planned.channel, state=one.state.value,
            due_at=planned.due_at, not_after=planned.not_after, approved_by=approved,
        )  # fmt: skip


class MessageList(Shape):
    """The messages of a campaign, in the order of their moments."""

    campaign: str
    messages: list[MessageShape]


class AnnouncementShape(Shape):
    """A stored announcement in its newest version."""

    id: str
    version: int
    headline: str
    lead: str
    body: str
    language: str
    event_id: str | None
    embargoed_until: datetime | None


class NewAnnouncement(Shape):
    """A text to take in, as the desk reads it."""

    text: Annotated[Text, Field(min_length=1, max_length=500_000)]
    released: date | None = None  # missing years are counted from it
    with_event: bool = False
    answers: dict[Annotated[Text, Field(max_length=120)], Annotated[Text, Field(max_length=5000)]] = {}


class TakenIn(Shape):
    """What was stored, and what only a person knows."""

    id: str
    event_id: str | None
    questions: list[str]


class Stop(Shape):
    """What stands still."""

    what: Annotated[str, Field(pattern=r"^(all|channel:[a-z0-9_-]{1,40}|event:[a-z0-9_-]{1,80})$")]
    why: Annotated[Text, Field(max_length=300)] = ""


class StopList(Shape):
    """Everything that stands still."""

    stops: list[Stop]


#: RFC 9457. Each error of the API looks so.
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Which errors a route may answer with, for its description."""
    said = {
        400: "The body can't be read", 401: "No token, or one that no longer counts", 403: "The token lacks the scope",
        404: "There is no such thing", 409: "Somebody was faster, or it was done already",
        413: "Too large", 422: "The request can't be taken", 503: "The house can't answer now",
    }  # fmt: skip
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {status: {"description": said[status], "content": content} for status in statuses}
