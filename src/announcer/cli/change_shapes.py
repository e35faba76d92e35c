"""What `--json` prints of a change before it is confirmed, and after. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from announcer.cli import shapes

if TYPE_CHECKING:
    from announcer.office.change import Confirmed, Proposal
    from announcer.office.correcting import Wrong

Shape = dict[str, Any]


def proposal(value: Proposal, wrong_mails: int) -> Shape:
    """Everything that follows from a change."""
    difference = value.difference
    return {
        "change": type(value.change).__name__,
        "prefix": value.said.prefix,
        "headline": value.said.headline,
        "sentence": value.said.sentence,
        "told": value.told,
        "out": [one for wrong in value.wrong for one in _out(wrong)],
        "mails_wrong": wrong_mails,
        "moved": [
            {**shapes.message(one.message), "new_due_at": shapes.instant(one.planned.due_at)}
            for one in difference.moved
        ],
        "dropped": [{**shapes.message(one.message), "why": list(one.why)} for one in difference.dropped],
        "appeared": [shapes.planned(one) for one in difference.appeared],
        "reworded": [shapes.message(m) for m in value.reworded],
        "stopped": [shapes.message(one.message) for one in difference.stopped],
        "stale": [{"text": p.text, "said": p.said, "excerpt": p.excerpt} for p in value.places],
    }


def _out(wrong: Wrong) -> list[Shape]:
    return [
        {
            **shapes.message(wrong.message),
            "remedy": fix.remedy.value,
            "delivery": fix.post.id if fix.post else None,
            "answer": dict(fix.answer) if fix.answer is not None else None,
        }
        for fix in wrong.fixes
    ]


def confirmed(value: Confirmed) -> Shape:
    """What a confirmed change did."""
    return {
        "id": value.change_id,
        "corrections": value.corrections,
        "mails_wrong": value.wrong_mails,
        "notices": list(value.notices),
    }
