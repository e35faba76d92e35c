"""Pictures, files and press links over real HTTP: where they are, and that nothing shows ahead of an embargo."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from PIL import Image

from announcer.channels.renditions import LARGEST, Renditions
from announcer.errors import Conflict, NotFound
from announcer.model.facts import Attachment, Picture, PubStatus
from announcer.office import press_links
from announcer.store import press_links as store
from announcer.store.assets import Assets
from announcer.store.database import Database
from announcer.store.tables import audit
from tests.integration.test_web import EVENT, NOW, OFFICE, RELEASE, Site, running

PDF = b"%PDF-1.7\n% the programme\n"


def photo(width: int = 2400, height: int = 1600, seed: int = 1) -> bytes:
    image = Image.effect_noise((width // 8, height // 8), 60 + seed).resize((width, height)).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "taken in secret"  # ImageDescription
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85, exif=exif)
    return file.getvalue()


PHOTO = photo()
SMALL = photo(400, 300, seed=2)
WITH_MATERIAL = replace(
    RELEASE,
    pictures=(
        Picture(
            "rathaus.jpg",
            hashlib.sha256(PHOTO).hexdigest(),
            "Das Rathaus & der Platz",
            "Foto: Alex Muster",
            "CC BY 4.0",
        ),
        Picture("klein.jpg", hashlib.sha256(SMALL).hexdigest(), "Ein Schild"),
    ),
    attachments=(
        Attachment(
            "Programm für alle.pdf", hashlib.sha256(PDF).hexdigest(), "Das Programm", "application/pdf", len(PDF)
        ),
    ),
)
SHORT = WITH_MATERIAL.pictures[0].hash[:16]
FILE = WITH_MATERIAL.attachments[0].hash[:16]
ADDRESSES = (
    f"/a/release/bild/{SHORT}-480.jpg",
    f"/a/release/bild/{SHORT}-1600.jpg",
    f"/a/release/datei/{FILE}/Programm-f-r-alle.pdf",
)


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Iterator[Site]:
    assets = Assets(tmp_path / "var" / "assets")
    for data in (PHOTO, SMALL, PDF):
        assets.put(data)
    with running(sqlite_database, tmp_path, "https://city.example") as made:
        yield made


def give(site: Site, holder: str = "Kim Beispiel", lasts: timedelta = timedelta(days=3)) -> press_links.Given:
    return press_links.give(site.db, "release", holder, lasts, OFFICE, site.now[0])


def test_a_public_announcement_shows_its_pictures_and_files(site: Site) -> None:
    site.store(EVENT, WITH_MATERIAL)
    site.send("release", "tag")
    page = site.get("/a/release").text
    assert re.findall(r'<img src="([^"]+)"', page) == [
        f"/a/release/bild/{SHORT}-960.jpg",
        f"/a/release/bild/{WITH_MATERIAL.pictures[1].hash[:16]}-480.jpg",
    ]
    assert 'alt="Das Rathaus &amp; der Platz"' in page
    assert "Foto: Alex Muster · CC BY 4.0" in page
    assert re.search(r'<a href="/a/release/datei/[0-9a-f]{16}/Programm-f-r-alle.pdf">Das Programm</a>', page)
    assert page.count(" 1600w") == 1
    assert len(page.encode()) < 30_000
    for address, kind in zip(ADDRESSES, ("image/jpeg", "image/jpeg", "application/pdf"), strict=True):
        answer = site.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        again = site.get(address, If_None_Match=answer.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
    assert site.get(ADDRESSES[2]).content == PDF
    assert "filename*=UTF-8''Programm%20f%C3%BCr%20alle.pdf" in site.get(ADDRESSES[2]).headers["content-disposition"]


def test_pictures_lose_what_the_camera_wrote_and_fit(site: Site) -> None:
    site.store(EVENT, WITH_MATERIAL)
    site.send("release", "tag")
    data = site.get(ADDRESSES[1]).content
    assert b"secret" not in data
    assert Image.open(io.BytesIO(data)).size == (1600, 1067)


@pytest.mark.parametrize(
    "path",
    [
        "/a/release/bild/0000000000000000-480.jpg",
        f"/a/release/bild/{SHORT}-481.jpg",
        f"/a/release/bild/{SHORT}-0.jpg",
        f"/a/release/bild/{SHORT}-480.png",
        f"/a/release/bild/{SHORT}-480.jpg/",
        "/a/release/bild/..%2f..%2fsecret",
        f"/a/release/datei/{FILE}/other.pdf",
        f"/a/other/bild/{SHORT}-480.jpg",
    ],
)
def test_no_other_address_shows_anything(site: Site, path: str) -> None:
    site.store(EVENT, WITH_MATERIAL)
    site.send("release", "tag")
    assert site.get(path).status_code == 404


@pytest.mark.parametrize("path", ADDRESSES)
def test_before_the_embargo_nothing_is_there_and_a_moment_later_everything(site: Site, path: str) -> None:
    until = NOW + timedelta(seconds=1)
    site.store(EVENT, replace(WITH_MATERIAL, embargoed_until=until))
    site.send("release", "tag")
    hidden, unknown = site.get(path), site.get(path.replace("/a/release", "/a/unknown"))
    assert (hidden.status_code, hidden.content) == (404, unknown.content)
    assert _headers(hidden.headers) == _headers(unknown.headers)
    tag = site.get(path, If_None_Match='"x"', If_Modified_Since="Wed, 01 Jan 2031 00:00:00 GMT")
    assert tag.status_code == 404
    site.now[0] = until
    assert site.get(path).status_code == 200


def _headers(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "date"}


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_withdrawn_announcement_takes_its_material_along(site: Site, path: str) -> None:
    site.store(EVENT, WITH_MATERIAL, replace(WITH_MATERIAL, version=2, status=PubStatus.CANCELED))
    site.send("release", "tag")
    assert site.get("/a/release").status_code == 200
    assert site.get(path).status_code == 404


def test_a_press_link_opens_the_embargoed_text_and_everything_with_it(site: Site) -> None:
    site.store(EVENT, replace(WITH_MATERIAL, embargoed_until=NOW + timedelta(days=1)))
    given = give(site)
    path = given.path
    page = site.get(path)
    assert page.status_code == 200
    assert "Sperrfrist" in page.text
    assert "Frei zur Veröffentlichung ab Mittwoch, 2." in page.text
    assert "Zweiter <em>Absatz</em>" in page.text
    assert "Persönlicher Zugang für Kim Beispiel" in page.text
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
    for address in re.findall(rf'(?:href|src)="({path}/[^"]+)"', page.text):
        answer = site.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), address
    photo_path = re.findall(rf'href="({path}/foto/[^"]+)"', page.text)[0]
    assert Image.open(io.BytesIO(site.get(photo_path).content)).size == (2400, 1600)
    site.now[0] += timedelta(days=1)
    assert "Sperrfrist" not in site.get(path).text


def test_the_archive_has_text_photos_credits_and_files_and_is_the_same_twice(site: Site) -> None:
    site.store(EVENT, replace(WITH_MATERIAL, embargoed_until=NOW + timedelta(days=1)))
    path = f"{give(site).path}/material.zip"
    data = site.get(path).content
    assert site.get(path).content == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert [name.partition("-")[0] for name in names] == ["Mitteilung.txt", "01", "02", "Bildnachweise.txt", "01"]
        text = archive.read("Mitteilung.txt").decode()
        assert text.startswith("SPERRFRIST: Frei zur Veröffentlichung ab Mittwoch, 2.")
        assert archive.read(names[4]) == PDF
        credits = archive.read("Bildnachweise.txt").decode()
    assert credits.startswith(f"{names[1]}\nDas Rathaus & der Platz\nFoto: Alex Muster\nCC BY 4.0\n\n{names[2]}\n")


def test_a_closed_or_expired_link_answers_like_an_address_that_never_was(site: Site) -> None:
    site.store(EVENT, replace(WITH_MATERIAL, embargoed_until=NOW + timedelta(days=9)))
    closed, expired = give(site), give(site, lasts=timedelta(hours=1))
    press_links.revoke(site.db, closed.link.id, OFFICE, NOW)
    site.now[0] += timedelta(hours=1)
    unknown = site.get(f"/presse/{'x' * 43}")
    for given in (closed, expired):
        path = given.path
        for tail in ("", "/material.zip", f"/bild/{SHORT}-480.jpg", "/foto/01-00000000.jpg", f"/datei/{FILE}/x.pdf"):
            answer = site.get(path + tail)
            assert (answer.status_code, answer.content) == (404, unknown.content)
            assert _headers(answer.headers) == _headers(unknown.headers)


def test_a_withdrawn_announcement_closes_its_press_links(site: Site) -> None:
    site.store(EVENT, WITH_MATERIAL)
    path = give(site).path
    assert site.get(path).status_code == 200
    site.store(replace(WITH_MATERIAL, version=2, status=PubStatus.CANCELED))
    assert site.get(path).status_code == 404
    with pytest.raises(Conflict, match="was withdrawn"):
        give(site)


def test_who_was_given_a_link_is_logged_and_its_secret_is_nowhere(site: Site) -> None:
    site.store(EVENT, WITH_MATERIAL)
    given = give(site)
    secret = given.path.rpartition("/")[2]
    site.get(f"/presse/{secret}")
    press_links.revoke(site.db, given.link.id, OFFICE, NOW)
    press_links.revoke(site.db, given.link.id, OFFICE, NOW)
    with site.db.read() as connection:
        (found,) = store.listed(connection, "release")
        assert (found.holder, found.opened, found.opened_at, found.revoked_at) == ("Kim Beispiel", 1, NOW, NOW)
        verbs = [row.verb for row in connection.execute(sa.select(audit.c.verb).order_by(audit.c.id))]
        assert [verb for verb in verbs if verb.startswith("press link")] == ["press link", "press link closed"]
        for table in ("press_link", "audit"):
            for row in connection.execute(sa.text(f"SELECT * FROM {table}")):
                assert secret not in repr(tuple(row))


@pytest.mark.parametrize(("holder", "days"), [("", 3), ("  ", 3), ("Kim", 0), ("Kim", 400), ("K" * 201, 3)])
def test_an_odd_wish_is_refused(site: Site, holder: str, days: int) -> None:
    site.store(EVENT, WITH_MATERIAL)
    with pytest.raises(Conflict):
        give(site, holder, timedelta(days=days))


def test_an_unknown_announcement_or_link_is_named(site: Site) -> None:
    with pytest.raises(NotFound, match="release"):
        give(site)
    with pytest.raises(NotFound, match="press link 7"):
        press_links.revoke(site.db, 7, OFFICE, NOW)


def test_lost_renditions_are_made_again_and_are_the_same(tmp_path: Path) -> None:
    assets = Assets(tmp_path / "assets")
    hash_ = assets.put(PHOTO)
    first = Renditions(assets, tmp_path / "renditions").of(hash_, LARGEST)
    data = first.path.read_bytes()
    first.path.unlink()
    again = Renditions(assets, tmp_path / "renditions").of(hash_, LARGEST)
    assert (again, again.path.read_bytes()) == (first, data)


def test_the_logo_is_served_as_the_picture_it_is(sqlite_database: Database, tmp_path: Path) -> None:
    with running(sqlite_database, tmp_path, "https://city.example", look={"logo": "logo.png"}) as made:
        assert made.get("/logo").status_code == 404  # not there yet
        (tmp_path / "logo.png").write_text("<svg onload='x'/>", encoding="utf-8")
        assert made.get("/logo").status_code == 404  # and this is no picture
        Image.new("RGB", (300, 60), "navy").save(tmp_path / "logo.png")
        answer = made.get("/logo")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert made.get("/logo", If_None_Match=answer.headers["etag"]).status_code == 304


def test_without_a_logo_its_address_is_none(site: Site) -> None:
    assert site.get("/logo").status_code == 404
