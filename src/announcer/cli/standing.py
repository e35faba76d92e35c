"""How things stand: campaigns, what needs a person, pauses, channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.text import Text

from announcer.cli.terminal import Terminal, row, table
from announcer.cli.timeline import View
from announcer.planning.repeat_sentences import repeat_sentence
from announcer.planning.why import explain

if TYPE_CHECKING:
    from announcer.office.duties import Duties
    from announcer.office.status import Attention, CampaignStatus, ChannelStatus, Overview
    from announcer.store.requests import Request

_TROUBLES = {"unknown": "unknown_delivery", "failed": "failed_delivery", "by_hand": "by_hand_delivery"}
_NEED_STYLES = {"unknown": "red", "failed": "red", "by_hand": "red", "held": "red"}


def show(terminal: Terminal, overview: Overview) -> None:
    """Everything `status` shows."""
    speech = terminal.speech
    if overview.held is not None:
        terminal.say("held_all", style="bold red", why=terminal.speech.hold(overview.held))
        terminal.next("announcer release-hold")
    for what, why in overview.pauses.items():
        terminal.line(f"{speech('paused')}: {what} ({why})", style="bold yellow")
    _campaigns(terminal, overview.campaigns)
    if overview.attention:
        _attention(terminal, overview.attention)
    elif not (overview.duties.requests or overview.duties.unsent):
        terminal.say("all_well", style="green")
    _requests(terminal, overview.duties)
    _unsent(terminal, overview.duties)
    _channels(terminal, overview.channels)


def _view(terminal: Terminal, status: CampaignStatus) -> View:
    return View(terminal.speech, status.zone, status.event)


def _campaigns(terminal: Terminal, campaigns: Sequence[CampaignStatus]) -> None:
    speech = terminal.speech
    if not campaigns:
        terminal.say("no_campaigns")
        return
    shown = table(*(speech(key) for key in ("campaigns", "state", "next_message")))
    shown.columns[0].ratio = shown.columns[2].ratio = 2
    shown.columns[1].ratio = 1
    for one in campaigns:
        name = Text(one.id, "bold").append(f"\n{one.title}", "not bold dim")
        counts = [f"{speech.state(state.value)}: {number}" for state, number in one.counts.items()]
        if one.unconfirmed:
            counts.insert(0, speech.state(one.event.certainty.value) if one.event else "")
        row(shown, [name, "\n".join(counts) or _idle(terminal, one), _next(terminal, one)])
    terminal.show(shown)


def _idle(terminal: Terminal, status: CampaignStatus) -> str:
    """What is said of a campaign without messages: of a digest, when it comes."""
    if status.digest is None:
        return terminal.speech("unplanned")
    return repeat_sentence(status.digest.when, terminal.speech.language)


def _next(terminal: Terminal, status: CampaignStatus) -> str:
    if status.next is None:
        return "–"
    view, planned = _view(terminal, status), status.next.planned
    return f"{view.moment(planned.due_at)}\n{view.what(planned)} ({planned.channel})"


def _attention(terminal: Terminal, attention: Sequence[Attention]) -> None:
    speech = terminal.speech
    terminal.line(speech("attention"), style="bold")
    shown = table(*(speech(key) for key in ("number", "when", "what", "channel", "note")))
    shown.columns[1].no_wrap = shown.columns[3].no_wrap = True
    shown.columns[2].ratio, shown.columns[4].ratio = 2, 3
    for one in attention:
        view, planned = _view(terminal, one.campaign), one.message.planned
        cells = [one.message.id, view.moment(planned.due_at), view.what(planned), planned.channel, _note(view, one)]
        row(shown, cells, style=_NEED_STYLES.get(one.need.value, "yellow"))
    terminal.show(shown)


def _note(view: View, one: Attention) -> str:
    """What is the matter, and what to do."""
    speech, trouble, planned = view.speech, one.trouble, one.message.planned
    if trouble is not None and one.need.value in ("held", "missed"):
        key = {"held": "held_cap" if trouble.said == "mails_per_week" else "held_late"}.get(one.need.value)
        return speech(key or "rest_missed", id=one.message.id, n=trouble.number)
    if trouble is not None and one.need.value == "page":
        return explain(trouble.said, speech.language)
    if trouble is not None and trouble.mail:
        return speech("failed_mails", n=trouble.number, said=trouble.said)
    if trouble is not None:
        key = "failed_correction" if one.need.value == "failed" and trouble.corrects else _TROUBLES[one.need.value]
        said = speech(key, id=trouble.id, said=trouble.said, name=one.campaign.id, message=one.message.id)
        return f"{said}\n{trouble.url}" if trouble.corrects and trouble.url else said
    if one.need.value == "approve":
        end = planned.not_after
        said = speech("approve_due", when=view.moment(end)) if end else speech("approve_now")
        return f"{said} ({', '.join(one.able)})" if one.able else said
    reasons = "; ".join(view.reasons(planned))
    return f"{speech('late_by')}: {reasons}" if one.need.value == "missed" else reasons


def _requests(terminal: Terminal, duties: Duties) -> None:
    if duties.requests:
        terminal.say("open_requests", style="bold")
        show_requests(terminal, duties.requests)
        terminal.next("announcer requests show N")


def show_requests(terminal: Terminal, requests: Sequence[tuple[Request, Sequence[str]]]) -> None:
    """What waits, for whom, and what became of it."""
    speech, zone = terminal.speech, ZoneInfo(terminal.settings.site.timezone)
    shown = table(*(speech(key) for key in ("number", "when", "who", "what", "note")))
    shown.columns[1].no_wrap = True
    shown.columns[3].ratio = shown.columns[4].ratio = 1
    for one, able in requests:
        name = one.campaign.event_id or one.campaign.announcement_id or ""
        what = f"{speech.did(one.kind)}: {name}" + (f"\n{one.reason}" if one.reason else "")
        if one.state.value == "open":
            note = speech("confirm_by", names=", ".join(able)) if able else speech("confirm_by_nobody")
        else:
            ended = "request_confirmed" if one.state.value == "confirmed" else "request_refused"
            note = speech(ended, who=one.decided_by or "")
            note += f": {one.answer}" if one.answer else ""
        row(shown, [one.id, speech.moment(one.at, zone), one.actor, what, note])
    terminal.show(shown)


def _unsent(terminal: Terminal, duties: Duties) -> None:
    if not duties.unsent:
        return
    speech, zone = terminal.speech, ZoneInfo(terminal.settings.site.timezone)
    terminal.line(speech("unsent"), style="bold red")
    shown = table(*(speech(key) for key in ("when", "to", "what", "state", "note")))
    shown.columns[0].no_wrap = True
    for one in duties.unsent:
        to = one.recipient if one.way == "mail" else one.way
        state = speech.state(one.state) if one.state in ("failed", "missed", "sending") else speech("waiting_out")
        row(shown, [speech.moment(one.created_at, zone), to, one.payload.get("subject") or one.kind, state, one.said])
    terminal.show(shown)


def _channels(terminal: Terminal, channels: Sequence[ChannelStatus]) -> None:
    speech, zone = terminal.speech, ZoneInfo(terminal.settings.site.timezone)
    shown = table(*(speech(key) for key in ("channels", "waiting_out", "last_out", "note")))
    for one in channels:
        last = speech.moment(one.last_sent, zone) if one.last_sent else "–"
        paused = (
            f"{speech('paused')}: {one.paused}" if one.paused is not None else explain(one.trouble, speech.language)
        )
        row(shown, [one.name, one.waiting, last, paused])
    terminal.show(shown)
