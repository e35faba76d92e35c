"""The timeline as a picture: SVG, lying on a wide page, standing on a phone, or whole in itself for a mail. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from markupsafe import Markup, escape

from announcer.planning.calendar import days_between
from announcer.planning.lanes import Band, BandKind, Lane, Mark, Timeline
from announcer.planning.wallclock import at_wall_clock
from announcer.web.campaign import glyphs
from announcer.web.campaign.labels import Label, labels
from announcer.web.campaign.picture_words import PictureWords
from announcer.web.campaign.scale import Cluster, Scale, clusters, scale_of

Link = Callable[[Sequence[Mark]], str]


@dataclass(frozen=True, slots=True)
class Form:
    """The measures of a picture. `along` runs with time, `across` over the lanes."""

    wide: bool
    begin: float  #: Where time begins …
    end: float  #: … and ends.
    lane: float  #: How much room a lane gets.
    lanes_at: float  #: Where the first lane begins.
    gap: float  #: What stands closer is drawn as one.
    after: float  #: What follows the lanes: room for labels on a phone.

    def size(self, number: int) -> tuple[float, float]:
        """Width and height with so many lanes."""
        across = self.lanes_at + self.lane * number + self.after
        return (self.end + 10, across) if self.wide else (across, self.end + 14)


WIDE = Form(wide=True, begin=148, end=1150, lane=46, lanes_at=96, gap=18, after=12)
TALL = Form(wide=False, begin=74, end=1040, lane=37, lanes_at=62, gap=18, after=0)
_PHONE = 348.0


def form_of(timeline: Timeline, *, wide: bool) -> Form:
    """The measures for a timeline; standing, labels take what the lanes leave of a phone's width."""
    if wide:
        return WIDE
    lane = min(TALL.lane, 190 / max(1, len(timeline.lanes)))
    room = _PHONE - TALL.lanes_at - lane * len(timeline.lanes)
    end = TALL.begin + max(420, min(TALL.end, 34 * len(timeline.marks))) if timeline.window.days < 8 else TALL.end
    return Form(False, TALL.begin, end, lane, TALL.lanes_at, TALL.gap, room)


def svg(
    timeline: Timeline, words: PictureWords, link: Link, *, wide: bool = True, style: str = "", name: str = "timeline"
) -> Markup:
    """The picture. With `style` (CSS) it is whole in itself; without, the page's style sheet paints it."""
    form = form_of(timeline, wide=wide)
    drawn = _Picture(timeline, words, link, form)
    width, height = form.size(len(timeline.lanes))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="timeline {"wide" if wide else "tall"}" role="group"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
        f' aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(words.title)}</title><desc id="{name}-d">{escape(words.told(timeline))}</desc>'
    )
    own = f"<style>{style}</style>" if style else ""
    paper = f'<rect class="t-paper" width="{width:.0f}" height="{height:.0f}" rx="6"/>' if style else ""
    hatch = (
        f'<defs><pattern id="{name}-hatch" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="t-hatch" d="M0 0V7"/></pattern></defs>'
    )
    return Markup("".join([head, own, hatch, paper, *drawn.pieces(name), "</svg>"]))


class _Picture:
    def __init__(self, timeline: Timeline, words: PictureWords, link: Link, form: Form) -> None:
        self._timeline = timeline
        self._words = words
        self._link = link
        self._form = form
        self._scale: Scale = scale_of(timeline.window, timeline.bands, form.begin, form.end)
        self._foot = form.lanes_at + form.lane * len(timeline.lanes)

    def pieces(self, name: str) -> Iterator[str]:
        for number, lane in enumerate(self._timeline.lanes):
            yield from self._ground(number, lane)
        for band in self._timeline.bands:
            yield from self._band(band, name)
        for band in self._timeline.bands:
            yield from self._over_band(band)
        yield from self._axis()
        yield from self._labels()
        yield from self._today()
        for number, lane in enumerate(self._timeline.lanes):
            across = self._form.lanes_at + self._form.lane * (number + 0.5)
            for cluster in clusters(lane.marks, self._scale, self._form.gap):
                yield self._cluster(cluster, across)

    # -- What lies below. --

    def _ground(self, number: int, lane: Lane) -> Iterator[str]:
        form = self._form
        at = form.lanes_at + form.lane * number
        yield self._rect("t-lane" if number % 2 == 0 else "t-lane t-even", form.begin, form.end, at, at + form.lane)
        shown = escape(_cut(lane.channel, 15))
        if form.wide:
            yield glyphs.icon(lane.kind, 10, at + form.lane / 2 - 8)
            yield f'<text class="t-channel" x="34" y="{at + form.lane / 2 + 4.5:.1f}">{shown}</text>'
        else:
            x = f"{at + form.lane / 2 - 2:.1f}"
            yield f'<text class="t-channel" transform="rotate(-38 {x} 66)" x="{x}" y="66">{shown}</text>'

    def _band(self, band: Band, name: str) -> Iterator[str]:
        start, end = self._scale(band.start), self._scale(band.end)
        if end - start < 0.6:
            return
        alone = band.kind is BandKind.EVENT and self._timeline.window.days == 1
        fill = f' fill="url(#{name}-hatch)"' if band.kind is BandKind.EMBARGO else ""
        said = escape(self._words.band(band))
        # A day that is looked at alone is of one colour anyway; its line says that it is one of the event's.
        kind = "t-band t-bare" if alone else f"t-band t-{band.kind.value}"
        yield self._rect(kind, start, end, self._form.lanes_at, self._foot, fill, f"<title>{said}</title>")

    def _over_band(self, band: Band) -> Iterator[str]:
        """The name of a day of the event, above everything that lies on it."""
        start, end, form = self._scale(band.start), self._scale(band.end), self._form
        if band.kind is not BandKind.EVENT or end - start < 5:
            return
        if not form.wide:
            yield f'<path class="t-event-line" d="M{form.lanes_at:.1f} {start:.1f}V{end:.1f}"/>'
            return
        yield f'<path class="t-event-line" d="M{start:.1f} {form.lanes_at:.1f}H{end:.1f}"/>'
        if end - start >= 44:
            said = self._words.band(band) if end - start > 100 else self._words.short_day(band)
            yield f'<text class="t-day" x="{start + 6:.1f}" y="{self._foot - 5:.1f}">{escape(said)}</text>'

    def _rect(
        self, kind: str, start: float, end: float, top: float, bottom: float, more: str = "", inner: str = ""
    ) -> str:
        x, y, width, height = (start, top, end - start, bottom - top)
        if not self._form.wide:
            x, y, width, height = top, start, bottom - top, end - start
        place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        return (
            f'<rect class="{kind}" {place}{more}>{inner}</rect>' if inner else f'<rect class="{kind}" {place}{more}/>'
        )

    # -- The axis. --

    def _axis(self) -> Iterator[str]:
        last = float("-inf")
        for moment, said, strong in self._ticks():
            place = self._scale(moment)
            yield self._line("t-tick strong" if strong else "t-tick", place)
            room = 7.0 * len(said) + 8 if self._form.wide else 15
            if said and place - last >= room and place < self._form.end - (20 if self._form.wide else 8):
                last = place
                yield self._tick(said, place, strong)

    def _tick(self, said: str, place: float, strong: bool) -> str:
        kind = "t-when strong" if strong else "t-when"
        if self._form.wide:
            return f'<text class="{kind}" x="{place + 4:.1f}" y="17">{escape(said)}</text>'
        return (
            f'<text class="{kind} t-end" x="{self._form.lanes_at - 6:.1f}" y="{place + 11:.1f}">{escape(said)}</text>'
        )

    def _line(self, kind: str, place: float) -> str:
        form = self._form
        if form.wide:
            return f'<path class="{kind}" d="M{place:.1f} 6V{self._foot:.1f}"/>'
        start = form.lanes_at - (4 if "strong" in kind else 0)
        return f'<path class="{kind}" d="M{start:.1f} {place:.1f}H{self._foot:.1f}"/>'

    def _ticks(self) -> Iterator[tuple[datetime, str, bool]]:
        window, words = self._timeline.window, self._words
        event = {b.start.astimezone(window.zone).date() for b in self._timeline.bands if b.kind is BandKind.EVENT}
        if window.days == 1:
            for hour in range(0, 24, 1):
                yield at_wall_clock(window.first, time(hour), window.zone), f"{hour}:00" if hour % 2 == 0 else "", False
            return
        for day in days_between(window.first, window.last):
            moment = at_wall_clock(day, time(), window.zone)
            if window.days <= 14:
                yield moment, words.weekday(day), day in event
            elif day in event or day - timedelta(days=1) in event:
                yield moment, words.short_date(day) if day in event else "", day in event
            elif day.day == 1 or day == window.first:
                yield moment, words.month(day, short=not self._form.wide), day.day == 1
            elif day.weekday() == 0:
                yield moment, words.short_date(day) if window.days <= 42 else "", False

    def _today(self) -> Iterator[str]:
        timeline, form = self._timeline, self._form
        if not timeline.window.holds(timeline.now):
            return
        place = self._scale(timeline.now)
        said = escape(self._words.now)
        if form.wide:
            at_end = place > form.end - 60
            anchor = ' text-anchor="end"' if at_end else ""
            yield f'<path class="t-now" d="M{place:.1f} 22V{self._foot:.1f}"/>'
            yield f'<circle class="t-now-dot" cx="{place:.1f}" cy="{self._foot:.1f}" r="3.5"/>'
            x = place - 6 if at_end else place + 6
            yield f'<text class="t-now-word"{anchor} x="{x:.1f}" y="{form.lanes_at - 60:.1f}">{said}</text>'
        else:
            yield f'<path class="t-now" d="M{form.lanes_at - 6:.1f} {place:.1f}H{self._foot + 4:.1f}"/>'
            yield f'<text class="t-now-word t-end" x="{form.lanes_at - 6:.1f}" y="{place - 3:.1f}">{said}</text>'

    # -- What is said when. --

    def _labels(self) -> Iterator[str]:
        form = self._form
        for one in labels(self._timeline, self._words.what, self._scale, form.begin, form.end, wide=form.wide,
                          room=form.after):  # fmt: skip
            yield self._label(one)

    def _label(self, one: Label) -> str:
        form, said = self._form, escape(one.text)
        if form.wide:
            y = form.lanes_at - 10 - 17 * one.level
            anchor, x = (' text-anchor="end"', one.place - 4) if one.leftwards else ("", one.place + 4)
            return (
                f'<path class="t-leader" d="M{one.place:.1f} {y - 9:.1f}V{self._foot:.1f}"/>'
                f'<text class="t-label"{anchor} x="{x:.1f}" y="{y:.1f}">{said}</text>'
            )
        x = self._foot
        return (
            f'<path class="t-leader" d="M{form.lanes_at:.1f} {one.place:.1f}H{x:.1f}L{x + 10:.1f} {one.shown:.1f}"/>'
            f'<text class="t-label" x="{x + 13:.1f}" y="{one.shown + 4:.1f}">{said}</text>'
        )

    def _cluster(self, cluster: Cluster, across: float) -> str:
        x, y = (cluster.place, across) if self._form.wide else (across, cluster.place)
        said = escape(self._words.marks(cluster.marks))
        if len(cluster.marks) == 1:
            shape = glyphs.sign(cluster.look, x, y)
        else:
            reach = cluster.last - cluster.first if self._form.wide else 0
            shape = glyphs.pill(cluster.look, len(cluster.marks), x, y, reach)
        target = escape(self._link(cluster.marks))
        touched = f'<circle class="t-reach" cx="{x:.1f}" cy="{y:.1f}" r="13"/>'
        if not target:
            return f"<g><title>{said}</title>{shape}</g>"
        return f'<a href="{target}" class="t-link" aria-label="{said}"><title>{said}</title>{touched}{shape}</a>'


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
