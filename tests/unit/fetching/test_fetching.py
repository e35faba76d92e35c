"""Fetching from strangers: what is fetched, and above all what is not."""

from __future__ import annotations

import gzip
from collections.abc import Collection
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.errors import FetchError, SettingsError
from announcer.fetching import Bounds, Fetched, Fetcher
from announcer.fetching.guard import is_public
from announcer.settings import Proxy, Settings
from tests.unit.fetching.strangers import (
    answering,
    certificate,
    endless,
    endless_headers,
    going_to,
    stranger,
)

PAGE = answering(200, b"<title>Tag</title>")
HASTY = Bounds(connect=2, read=0.3, total=0.6, most_bytes=10_000)


def here(host: str, port: int) -> Collection[str]:
    """A name server by which every name is this machine's."""
    return ["127.0.0.1"]


def fetcher(allow: Collection[str] = (), resolve: object = here, **more: object) -> Fetcher:
    return Fetcher(Settings(), allow=allow, resolve=resolve, **more)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("192.168.178.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.0.0.8", False),
        ("198.18.0.1", False),
        ("203.0.113.7", False),
        ("224.0.0.1", False),
        ("239.1.1.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a01:203", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::1", False),
        ("2002:5db8:d822::1", True),
        ("2001::1", False),
        ("2001:db8::1", False),
        ("fc00::1", False),
        ("fd12:3456::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("ff02::1", False),
        ("2a01:4f8::1%2", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@given(st.ip_addresses(v=4))
def test_an_address_inside_stays_inside_whatever_carries_it(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]  # an IPv4Address
    plain = is_public(ip_address(number))
    for carrier in (0xFFFF << 32, 0x64FF9B << 96, 0):
        carried = is_public(ip_address((carrier | number).to_bytes(16, "big")))
        assert not carried or plain
    assert not is_public(ip_address(((0x2002 << 112) | (number << 80)).to_bytes(16, "big"))) or plain


def test_an_allowed_address_is_fetched_under_its_name() -> None:
    with stranger({"/tag": PAGE}) as site:
        got = fetcher([site.address]).get(f"http://city.example:{site.port}/tag#oben", accept=["text/html"])
        assert (got.url, got.status, got.media_type, got.charset, got.body) == (
            f"http://city.example:{site.port}/tag",
            200,
            "text/html",
            "utf-8",
            b"<title>Tag</title>",
        )
        assert site.asked == [(f"city.example:{site.port}", "/tag")]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://0.0.0.0:{port}/",
        "http://①②⑦.0.0.1:{port}/",
    ],
)
def test_no_spelling_of_this_machine_is_fetched(url: str) -> None:
    with stranger({"/": PAGE}) as site:
        with pytest.raises(FetchError):
            Fetcher(Settings()).get(url.format(port=site.port))
        assert site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://city.example/",
        "gopher://city.example/",
        "//city.example/",
        "http://",
        "http:///tag",
        "tag",
        "",
        "http://name:secret@city.example/",
        "http://city.example:99999/",
        "http://xn--/",
    ],
)
def test_what_is_no_web_address_is_said_without_asking_anybody(url: str) -> None:
    def nobody(host: str, port: int) -> Collection[str]:
        raise AssertionError("asked the name server")

    with pytest.raises(FetchError) as failed:
        fetcher(resolve=nobody).get(url)
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("inside", ["10.0.0.5", "fd00::1", "::ffff:127.0.0.1"])
def test_one_inner_address_among_several_refuses_the_name(inside: str) -> None:
    with stranger({"/": PAGE}) as site:
        mixed = fetcher([site.address], lambda host, port: ["127.0.0.1", inside])
        with pytest.raises(FetchError, match="not an address on the internet"):
            mixed.get(f"http://mixed.example:{site.port}/")
        assert site.asked == []


def test_a_name_that_changes_its_mind_is_connected_where_it_was_checked() -> None:
    answers = [["127.0.0.1"], ["10.0.0.5"]]
    with stranger({"/": PAGE}) as site:
        got = fetcher([site.address], lambda host, port: answers.pop(0)).get(f"http://turning.example:{site.port}/")
        assert got.status == 200
    assert answers == [["10.0.0.5"]]  # asked once for one connection


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_this_machine_is_not_followed(status: int) -> None:
    with stranger({"/": PAGE}) as inner:
        for where in (f"http://127.0.0.1:{inner.port}/", f"http://inner.example:{inner.port}/"):
            with stranger({"/": going_to(where, status)}) as outer:
                with pytest.raises(FetchError, match="not an address on the internet"):
                    fetcher([outer.address]).get(f"http://outer.example:{outer.port}/")
                assert len(outer.asked) == 1
        assert inner.asked == []


def test_redirects_are_followed_and_counted() -> None:
    pages = {"/a": going_to("/b"), "/b": going_to("c"), "/c": PAGE, "/round": going_to("/round")}
    with stranger(pages) as site:
        base = f"http://city.example:{site.port}"
        assert fetcher([site.address]).get(f"{base}/a").url == f"{base}/c"
        with pytest.raises(FetchError, match="more than 5 redirects"):
            fetcher([site.address]).get(f"{base}/round")
        for where in ("file:///etc/passwd", "http://name:word@city.example/", "javascript:alert(1)"):
            with stranger({"/": going_to(where)}) as odd, pytest.raises(FetchError):
                fetcher([odd.address]).get(f"http://odd.example:{odd.port}/")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (endless(b"x" * 4096), "larger than 10000 bytes"),
        (endless(b"x", pause=0.05), "takes too long"),
        (endless(b"x", pause=5), "takes too long"),
        (endless_headers(pause=0.05), "takes too long"),
        (answering(200, gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip"), "larger than 10000 bytes"),
        (answering(200, b"x", Content_Encoding="br"), "packed as 'br'"),
        (answering(200, b"no gzip", Content_Encoding="gzip"), "can't be fetched"),
        (answering(200, b"PDF", "application/pdf"), "application/pdf, wanted is text/html"),
        (answering(200, b"<p>", ""), "it is nothing, wanted is"),
    ],
)
def test_what_is_too_much_too_slow_or_something_else_is_refused(page: object, said: str) -> None:
    with stranger({"/": page}) as site, pytest.raises(FetchError, match=said):  # type: ignore[dict-item]
        fetcher([site.address], bounds=HASTY).get(f"http://city.example:{site.port}/", accept=["text/html"])


@pytest.mark.parametrize(("status", "again"), [(404, False), (403, False), (429, True), (500, True), (503, True)])
def test_a_refusal_tells_whether_to_try_again(status: int, again: bool) -> None:
    with stranger({"/": answering(status, b"no")}) as site, pytest.raises(FetchError) as failed:
        fetcher([site.address]).get(f"http://city.example:{site.port}/")
    assert (failed.value.status, failed.value.again) == (status, again)


def test_a_packed_page_is_unpacked_and_a_conditional_one_may_be_unchanged() -> None:
    pages = {
        "/packed": answering(200, gzip.compress(b"<p>Tag</p>"), Content_Encoding="gzip"),
        "/same": answering(304, b"", ETag='"7"'),
    }
    with stranger(pages) as site:
        base = f"http://city.example:{site.port}"
        assert fetcher([site.address]).get(f"{base}/packed").body == b"<p>Tag</p>"
        same = fetcher([site.address]).get(f"{base}/same", accept=["text/html"], headers={"If-None-Match": '"7"'})
        assert (same.status, same.body, same.headers["etag"]) == (304, b"", '"7"')


def test_tls_asks_for_the_name_and_trusts_only_its_certificate(tmp_path: Path) -> None:
    bundle, server = certificate(tmp_path, "city.example")
    trusting = Settings(proxy=Proxy(ca_bundle=bundle))
    with stranger({"/": PAGE}, server) as site:
        got = Fetcher(trusting, allow=[site.address], resolve=here).get(f"https://city.example:{site.port}/")
        assert got.status == 200
        assert site.names == ["city.example"]
        for settings, name in ((trusting, "other.example"), (Settings(), "city.example")):
            with pytest.raises(FetchError):
                Fetcher(settings, allow=[site.address], resolve=here).get(f"https://{name}:{site.port}/")
        assert site.asked == [(f"city.example:{site.port}", "/")]


def test_where_nothing_answers_it_can_be_tried_again() -> None:
    def lost(host: str, port: int) -> Collection[str]:
        raise OSError("Name or service not known")

    with stranger({}) as gone:
        address = gone.address
    for trying in (fetcher([address]), fetcher(resolve=lost), fetcher(resolve=lambda host, port: [])):
        with pytest.raises(FetchError) as failed:
            trying.get(f"http://city.example:{address.partition(':')[2]}/")
        assert failed.value.again


def test_a_network_can_be_allowed_and_a_wrong_entry_is_said() -> None:
    with stranger({"/": PAGE}) as site:
        got: Fetched = fetcher(["127.0.0.0/8"]).get(f"http://city.example:{site.port}/")
        assert got.status == 200
        with pytest.raises(FetchError):
            fetcher([f"127.0.0.1:{site.port + 1}"]).get(f"http://city.example:{site.port}/")
    for wrong in ("city.example:80", "127.0.0.1", "10.0.0.0/99"):
        with pytest.raises(SettingsError, match="which is no address"):
            fetcher([wrong])


def test_through_a_proxy_the_proxy_connects_and_inner_names_are_refused_all_the_same() -> None:
    with stranger({"http://city.example/tag": PAGE}) as proxy:
        settings = Settings(proxy=Proxy(url=f"http://{proxy.address}"))

        def names(host: str, port: int) -> Collection[str]:
            if host == "unknown.example":
                raise OSError("only the proxy knows it")
            return ["10.0.0.5"] if host == "inner.example" else ["93.184.216.34"]

        through = Fetcher(settings, resolve=names)
        assert through.get("http://city.example/tag").body == b"<title>Tag</title>"
        with pytest.raises(FetchError, match="not an address on the internet"):
            through.get("http://inner.example/tag")
        with pytest.raises(FetchError, match="answers 404"):
            through.get("http://unknown.example/tag")
        assert [path for _, path in proxy.asked] == ["http://city.example/tag", "http://unknown.example/tag"]
