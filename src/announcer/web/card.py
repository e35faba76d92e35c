"""The picture that networks show beside a link: headline, date and place, drawn. The same words give the same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

from font_source_sans_pro import SourceSansPro, SourceSansProBold, SourceSansProSemibold
from PIL import Image, ImageDraw, ImageFont

#: What networks ask for (https://ogp.me): 1.91 to 1.
WIDTH, HEIGHT = 1200, 630
_MARGIN = 80
_PAPER, _INK, _SOFT, _ACCENT, _ALARM = "#fdfcfa", "#1d2327", "#545e66", "#0b5470", "#9a1b1b"
#: Sizes of the headline, the largest first; the first in which it fits is taken.
_SIZES = (76, 66, 58, 50, 44)
_LINES = 4


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on the picture."""

    site: str
    headline: str
    details: tuple[str, ...] = ()  #: Date and place, a line each.
    mark: str = ""  #: What has become of it: "Abgesagt", "Verlegt".

    @property
    def alt(self) -> str:
        """The same in words, for those who can't see it."""
        return ", ".join(filter(None, (self.mark, self.headline, *self.details)))


@lru_cache(maxsize=256)
def draw(card: Card) -> bytes:
    """The picture as PNG, about 20 kB."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 24, HEIGHT), fill=_ALARM if card.mark else _ACCENT)
    pen.text((_MARGIN, 60), card.site, font=_font(SourceSansProSemibold, 34), fill=_SOFT)
    top = 130
    if card.mark:
        pen.text((_MARGIN, top), card.mark.upper(), font=_font(SourceSansProBold, 40), fill=_ALARM)
        top += 62
    size, lines = _fitted(pen, card.headline)
    for line in lines:
        pen.text((_MARGIN, top), line, font=_font(SourceSansProBold, size), fill=_INK)
        top += round(size * 1.16)
    bottom = HEIGHT - 64
    for detail in reversed(card.details[:2]):
        bottom -= 50
        pen.text(
            (_MARGIN, bottom), _cut(pen, detail, _font(SourceSansPro, 38)), font=_font(SourceSansPro, 38), fill=_INK
        )
    buffer = io.BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _fitted(pen: ImageDraw.ImageDraw, headline: str) -> tuple[int, list[str]]:
    for size in _SIZES:
        lines = _wrapped(pen, headline, _font(SourceSansProBold, size))
        if len(lines) <= (3 if size > _SIZES[-2] else _LINES):
            return size, lines
    kept = lines[:_LINES]
    return size, [*kept[:-1], _cut(pen, f"{kept[-1]} …", _font(SourceSansProBold, size))]


def _wrapped(pen: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and pen.textlength(longer, font=font) <= WIDTH - 2 * _MARGIN:
            lines[-1] = longer
        else:
            lines.append(_cut(pen, word, font))
    return lines


def _cut(pen: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont) -> str:
    """As much of the text as one line holds."""
    if pen.textlength(text, font=font) <= WIDTH - 2 * _MARGIN:
        return text
    short = text.removesuffix(" …")
    while short and pen.textlength(f"{short}…", font=font) > WIDTH - 2 * _MARGIN:
        short = short[:-1].rstrip()
    return f"{short}…"


@lru_cache(maxsize=16)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
