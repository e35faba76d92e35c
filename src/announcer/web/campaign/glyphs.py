"""The signs of the timeline: a form for each state, so that none is told by colour alone. Pure."""

from __future__ import annotations

from markupsafe import Markup

from announcer.planning.lanes import Look

_CHECK = '<path class="t-on" d="M{a} {b}l2.4 2.6 4.4-5.2"/>'
#: A sign for each kind of channel, in a box of sixteen.
_ICONS = {
    "feed": '<circle cx="4.5" cy="11.5" r="1.6"/><path d="M3 7a6 6 0 0 1 6 6M3 3a10 10 0 0 1 10 10"/>',
    "social": '<path d="M3 3.5h10v7H8l-3 2.7v-2.7H3z"/>',
    "mail": '<path d="M2.5 4h11v8.5h-11zM2.5 4.5 8 9l5.5-4.5"/>',
}


def sign(look: Look, x: float, y: float) -> Markup:
    """The sign of a single message."""
    return Markup(_SIGNS[look].format(x=f"{x:.1f}", y=f"{y:.1f}", **_around(x, y)))


def alone(look: Look) -> Markup:
    """The sign of a state by itself, for a legend or a list; the words beside it say the same."""
    box = 'viewBox="-11 -11 22 22" width="20" height="20" aria-hidden="true" focusable="false"'
    return Markup(f'<svg class="timeline alone" {box}>{sign(look, 0, 0)}</svg>')


def pill(look: Look, number: int, x: float, y: float, reach: float) -> Markup:
    """The sign of several messages, as wide as they reach, with their number."""
    width = max(15 + 7 * len(str(number)), reach + 4)
    return Markup(
        f'<rect class="t-{look.value} t-pill" x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width:.1f}"'
        f' height="18" rx="9"/><text class="t-number t-on-{look.value}" x="{x:.1f}" y="{y + 4:.1f}">{number}</text>'
    )


def icon(kind: str, x: float, y: float) -> Markup:
    """The sign of a kind of channel."""
    return Markup(f'<g class="t-icon" transform="translate({x:.1f} {y:.1f})">{_ICONS.get(kind, _ICONS["social"])}</g>')


def _around(x: float, y: float) -> dict[str, str]:
    offsets = {
        "a": x - 3.4, "b": y + 0.2, "left": x - 8, "right": x + 8, "top": y - 8.5, "bottom": y + 8.5,
        "l": x - 2.6, "r": x + 2.6, "t": y - 2.6, "u": y + 2.6, "h": y - 3.6, "k": y + 3.6, "m": y + 1.2, "n": y + 4.0,
    }  # fmt: skip
    return {name: f"{value:.1f}" for name, value in offsets.items()}


_DISC = '<circle class="t-{look}" cx="{{x}}" cy="{{y}}" r="7.5"/>'
_CROSS = '<path class="{kind}" d="M{{l}} {{t}}L{{r}} {{u}}M{{r}} {{t}}L{{l}} {{u}}"/>'
_SIGNS = {
    Look.SENT: _DISC.format(look="sent") + _CHECK,
    Look.SENDING: '<circle class="t-ring" cx="{x}" cy="{y}" r="10"/>' + _DISC.format(look="sending"),
    Look.SCHEDULED: _DISC.format(look="scheduled"),
    Look.DRAFT: _DISC.format(look="draft"),
    Look.WAITING: _DISC.format(look="waiting")
    + '<circle class="t-dot" cx="{l}" cy="{y}" r="1.1"/><circle class="t-dot" cx="{x}" cy="{y}" r="1.1"/>'
    + '<circle class="t-dot" cx="{r}" cy="{y}" r="1.1"/>',
    Look.PAUSED: _DISC.format(look="paused") + '<path class="t-bars" d="M{l} {h}V{k}M{r} {h}V{k}"/>',
    Look.TROUBLE: '<path class="t-trouble" d="M{x} {top}L{right} {y}L{x} {bottom}L{left} {y}z"/>'
    + '<path class="t-on" d="M{x} {h}V{m}M{x} {n}v.2"/>',
    Look.MISSED: _DISC.format(look="missed") + _CROSS.format(kind="t-cross"),
    Look.OVER: _CROSS.format(kind="t-over"),
}
