"""Pictures as networks take them: turned upright, without what a camera wrote into them, small enough.

Everything here distrusts the file: its size in pixels is looked at before a
pixel is unfolded.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageOps

from announcer.errors import ComposeError

LARGEST_FILE = 25_000_000  #: Bytes of a picture that is taken in.
MOST_PIXELS = 60_000_000  #: Of a picture that is unfolded: 240 MB in memory for a moment.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITIES = (90, 85, 80, 72, 64, 55)
_SMALLEST_SIDE = 320


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be uploaded."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What a network takes: bytes, pixels on the longer side, pixels in all; 0 is no bound."""

    most_bytes: int
    most_side: int = 4096
    most_pixels: int = 0


def fit_picture(data: bytes, frame: Frame, name: str) -> Picture:
    """The picture within `frame`: upright, without metadata, as JPEG, or as PNG where it is partly transparent.

    The same bytes and frame give the same picture. Raises `ComposeError` for what is no picture, or too large.
    """
    image = _opened(data, name)
    side = min(frame.most_side or max(image.size), max(image.size))
    if frame.most_pixels and image.width * image.height > frame.most_pixels:
        side = min(side, int(max(image.size) * (frame.most_pixels / (image.width * image.height)) ** 0.5))
    while True:
        scaled = image.copy()
        scaled.thumbnail((side, side), Image.Resampling.LANCZOS)
        for made, media_type in _encoded(scaled):
            if len(made) <= frame.most_bytes:
                return Picture(made, media_type, scaled.width, scaled.height)
        side = side * 3 // 4
        if side < _SMALLEST_SIDE:
            raise ComposeError(
                f"the picture {name} can't be made smaller than {frame.most_bytes} bytes; choose another"
            )


def check_picture(data: bytes, name: str) -> str:
    """The media type of a picture that can be used; raises `ComposeError`."""
    if len(data) > LARGEST_FILE:
        raise ComposeError(
            f"the picture {name} has {len(data) / 1e6:.1f} MB, more than {LARGEST_FILE // 1_000_000}; save it smaller"
        )
    return Image.MIME[_looked_at(data, name).format or "JPEG"]


def _looked_at(data: bytes, name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the number of pixels is asked below
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise ComposeError(f"the picture {name} unfolds to too many pixels; save it smaller") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise ComposeError(f"{name} is no picture that can be used; save it as JPEG or PNG") from error
    if image.width * image.height > MOST_PIXELS:
        raise ComposeError(
            f"the picture {name} has {image.width} × {image.height} pixels, more than "
            f"{MOST_PIXELS // 1_000_000} million; save it smaller"
        )
    return image


def _opened(data: bytes, name: str) -> Image.Image:
    image = _looked_at(data, name)
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ComposeError(f"the picture {name} is damaged ({error}); save it again") from error
    clear = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    # A fresh image: no metadata comes along, above all not the place where it was taken.
    kept = Image.new("RGBA" if clear else "RGB", upright.size)
    kept.paste(upright.convert(kept.mode))
    return kept


def _encoded(image: Image.Image) -> Iterator[tuple[bytes, str]]:
    """The picture in the ways worth trying, the best first."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255):
        yield _saved(image, "PNG", optimize=True), "image/png"
        return
    opaque = image.convert("RGB")
    for quality in _QUALITIES:
        yield _saved(opaque, "JPEG", quality=quality, optimize=True, progressive=True), "image/jpeg"


def _saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()
