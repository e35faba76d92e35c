"""Pictures as networks take them: small enough, upright, and without what a camera wrote into them."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from announcer.channels.pictures import Frame, check_picture, fit_picture
from announcer.errors import ComposeError

FRAME = Frame(1_000_000, most_side=2000)


def saved(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 90).convert("RGB")


def test_a_large_picture_becomes_small_enough_and_keeps_its_shape() -> None:
    made = fit_picture(saved(noise(4000, 3000), quality=98), FRAME, "a.jpg")
    assert len(made.data) <= FRAME.most_bytes
    assert (made.media_type, max(made.width, made.height)) == ("image/jpeg", max(made.width, made.height))
    assert abs(made.width / made.height - 4 / 3) < 0.01
    assert Image.open(io.BytesIO(made.data)).size == (made.width, made.height)


def test_the_same_picture_is_made_the_same() -> None:
    data = saved(noise(900, 700))
    assert fit_picture(data, FRAME, "a.jpg") == fit_picture(data, FRAME, "a.jpg")


def test_a_picture_taken_sideways_stands_upright_and_tells_no_place() -> None:
    image = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Camera of Erika Musterfrau"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 54.0)
    made = fit_picture(saved(image, exif=exif), FRAME, "a.jpg")
    shown = Image.open(io.BytesIO(made.data))
    assert shown.size == (20, 40)
    assert not shown.getexif()
    assert b"Musterfrau" not in made.data
    assert b"Exif" not in made.data


def test_a_transparent_picture_stays_transparent() -> None:
    made = fit_picture(saved(Image.new("RGBA", (50, 50), (255, 0, 0, 90)), "PNG"), FRAME, "a.png")
    assert made.media_type == "image/png"
    assert Image.open(io.BytesIO(made.data)).mode == "RGBA"


def test_colours_of_print_become_those_of_screens() -> None:
    made = fit_picture(saved(Image.new("CMYK", (50, 50))), FRAME, "a.jpg")
    assert Image.open(io.BytesIO(made.data)).mode == "RGB"


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims to be this large and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no picture"),
        (b"%PDF-1.7", "is no picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "is no picture"),
        (png_of(20_000, 20_000), "pixels"),
        (png_of(9_000, 9_000), "9000 × 9000 pixels, more than 60 million"),
        (png_of(100, 100), "is damaged"),
        (saved(noise(300, 300))[:-4000], "is damaged"),
    ],
)
def test_what_is_no_usable_picture_is_said_by_name(data: bytes, said: str) -> None:
    with pytest.raises(ComposeError, match=rf"a\.jpg.*{said}|{said}.*a\.jpg"):
        fit_picture(data, FRAME, "a.jpg")


def test_a_file_of_thirty_megabytes_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(ComposeError, match=r"the picture a\.jpg has 30\.0 MB, more than 25"):
        check_picture(bytes(30_000_000), "a.jpg")
    assert check_picture(saved(noise(20, 20)), "a.jpg") == "image/jpeg"


def test_what_can_t_be_made_small_enough_is_said() -> None:
    with pytest.raises(ComposeError, match="can't be made smaller than 300 bytes"):
        fit_picture(saved(noise(900, 900)), Frame(300, most_side=900), "a.jpg")
