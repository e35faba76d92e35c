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
    shape: Shape = {
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
        "held": [{**shapes.message(one.message), "said": [place.said for place in one.places]} for one in value.held],
        "unreachable": [shapes.message(m) for m in value.unreachable],
        "texts": [
            {
                "channel": channel,
                "rule": occurrence.rule_id,
                "anchor": occurrence.anchor,
                "language": language,
                "payload": dict(payload),
            }
            for (occurrence, channel), worded in value.worded.items()
            for language, payload in worded.payloads
        ],
        "recipients": {channel: number for (_, channel), number in value.recipients.items()},
        "stale": [{"text": p.text, "said": p.said, "excerpt": p.excerpt} for p in value.places],
    }
    named: Shape = _with_new_anchor(shape)
    return named


def _with_new_anchor(value: Any) -> Any:
    """The change has no number yet: `change:new`."""
    match value:
        case dict():
            return {key: _with_new_anchor(one) for key, one in value.items()}
        case list():
            return [_with_new_anchor(one) for one in value]
        case str() if value == f"change:{2**31 - 1}":
            return "change:new"
    return value


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
