"""Conditional requests, compression, media types."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from announcer.feeds.serving import Answer, answer, content_type, link_header, served, wants_gzip

BODY = b"<rss>" + b"x" * 500 + b"</rss>"
FILE = served("feed.de.rss.xml", BODY, datetime(2026, 7, 1, 8, 0, 0, 900_000, tzinfo=UTC))
PLAIN, PACKED = FILE.plain.etag, FILE.packed.etag
COMMON = {
    "Last-Modified": "Wed, 01 Jul 2026 08:00:00 GMT",
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Encoding",
}


def test_plain_answer_whole() -> None:
    assert answer(FILE, {}) == Answer(
        200,
        {
            "ETag": PLAIN,
            **COMMON,
            "Content-Type": "application/rss+xml; charset=utf-8",
            "Content-Length": str(len(BODY)),
        },
        BODY,
    )


def test_compressed_answer_whole() -> None:
    got = answer(FILE, {"ACCEPT-encoding": "gzip, deflate, br"})
    assert got == Answer(
        200,
        {
            "ETag": PACKED,
            **COMMON,
            "Content-Type": "application/rss+xml; charset=utf-8",
            "Content-Length": str(len(got.body)),
            "Content-Encoding": "gzip",
        },
        gzip.compress(BODY, mtime=0),
    )


def test_not_modified_whole() -> None:
    assert answer(FILE, {"If-None-Match": PLAIN}) == Answer(304, {"ETag": PLAIN, **COMMON}, b"")


def test_each_representation_has_its_own_strong_tag() -> None:
    assert PLAIN != PACKED
    assert all(tag[0] == tag[-1] == '"' for tag in (PLAIN, PACKED))
    same = served("feed.de.rss.xml", BODY, datetime(2030, 1, 1, tzinfo=UTC), packed=b"as it was")
    assert (same.plain.etag, same.packed.body) == (PLAIN, b"as it was")
    assert served("feed.de.rss.xml", BODY + b" ", FILE.last_modified).plain.etag != PLAIN


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": PLAIN}, 304),
        ({"if-none-match": f"W/{PLAIN}"}, 304),
        ({"If-None-Match": f'"other", W/"x,y" , {PLAIN}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": PLAIN.strip('"')}, 200),
        ({"If-None-Match": ""}, 200),
        ({"If-None-Match": PACKED}, 200),
        ({"If-None-Match": PACKED, "Accept-Encoding": "gzip"}, 304),
        ({"If-None-Match": PLAIN, "Accept-Encoding": "gzip"}, 200),
        ({"If-Modified-Since": "Wed, 01 Jul 2026 08:00:00 GMT"}, 304),
        ({"If-Modified-Since": "Wed, 01 Jul 2026 07:59:59 GMT"}, 200),
        ({"If-Modified-Since": "Wednesday, 01-Jul-26 08:00:00 GMT"}, 304),
        ({"If-Modified-Since": "Wed Jul  1 08:00:00 2026"}, 304),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": "Wed, 99 Jul 2026 08:00:00 GMT"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": "Thu, 01 Jan 2037 00:00:00 GMT"}, 200),
    ],
)
def test_conditions(headers: dict[str, str], status: int) -> None:
    assert answer(FILE, headers).status == status


@pytest.mark.parametrize(
    ("accept_encoding", "gzipped"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP;Q=1.0", True),
        ("x-gzip", True),
        ("deflate, br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*", True),
        ("*;q=0.1, gzip;q=0", False),
        ("identity, gzip;q=0.5", False),
        ("identity;q=0.5, gzip;q=0.8", True),
        ("gzip; q=0.001", True),
        ("gzip;q=2", False),
        ("gzip;level=9", False),
        (" , gzip ,", True),
    ],
)
def test_wants_gzip(accept_encoding: str, gzipped: bool) -> None:
    assert wants_gzip(accept_encoding) is gzipped


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events/x.de.rss.xml", "application/rss+xml; charset=utf-8"),
        ("feed.atom.xml", "application/atom+xml; charset=utf-8"),
        ("feed.json", "application/feed+json; charset=utf-8"),
    ],
)
def test_content_type(name: str, expected: str) -> None:
    assert content_type(name) == expected


def test_what_is_no_feed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'feed\.txt' is no feed file"):
        content_type("feed.txt")
    with pytest.raises(ValueError, match="last_modified without a time zone"):
        served("feed.json", b"", FILE.last_modified.replace(tzinfo=None))


def test_websub_links_stand_in_the_header_also_when_unchanged() -> None:
    link = link_header("https://city.example/feeds/feed.json", "https://hub.example/")
    assert link == '<https://hub.example/>; rel="hub", <https://city.example/feeds/feed.json>; rel="self"'
    assert link_header("https://city.example/feeds/feed.json", "") == ""
    file = served("feed.json", b"{}", FILE.last_modified, link=link)
    assert [answer(file, headers).headers["Link"] for headers in ({}, {"If-None-Match": "*"})] == [link, link]
