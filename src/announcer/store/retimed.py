"""The moments that people gave to single messages, beside what the plan says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from announcer.model.campaign import Occurrence, Subject
from announcer.planning.campaign import Retimed
from announcer.store import journal
from announcer.store.campaign import Campaign, Place


def read(connection: sa.Connection, campaign: Campaign) -> dict[Place, Retimed]:
    """Every chosen moment of a campaign, whether it still counts or not."""
    kept = json.loads(journal.recall(connection, _name(campaign)) or "[]")
    return {
        (Occurrence(Subject(subject), subject_id, rule, anchor), channel): Retimed(
            datetime.fromisoformat(due), datetime.fromisoformat(instead)
        )
        for subject, subject_id, rule, anchor, channel, due, instead in kept
    }


def keep(connection: sa.Connection, campaign: Campaign, chosen: Mapping[Place, Retimed]) -> None:
    """Replace them."""
    rows = [
        [
            o.subject.value,
            o.subject_id,
            o.rule_id,
            o.anchor,
            channel,
            one.due_at.isoformat(),
            one.instead_of.isoformat(),
        ]
        for (o, channel), one in chosen.items()
    ]
    journal.remember(connection, _name(campaign), json.dumps(rows, ensure_ascii=False))


def _name(campaign: Campaign) -> str:
    return f"times:{campaign}"
