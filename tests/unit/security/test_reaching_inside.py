"""SSRF: addresses with which somebody would have this program call on the inside of the house. None is reached.

Everything below ends at a server on this machine if it gets through: names are
resolved to it, and every spelling of it is tried with its port.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pytest

from announcer.errors import FetchError
from announcer.fetching import Fetcher
from announcer.settings import Settings
from tests.unit.fetching.strangers import answering, going_to, stranger

SECRET = answering(200, b"<title>inside</title>")
#: `{port}` is that of the server within.
SPELLINGS: Final = (
    "http://127.0.0.1:{port}/", "http://127.0.0.2:{port}/", "http://127.1:{port}/", "http://127.0.1:{port}/",
    "http://0:{port}/", "http://0.0.0.0:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/", "http://0x7f.1:{port}/", "http://017700000001:{port}/", "http://0177.0.0.1:{port}/",
    "http://0177.0.0.0x1:{port}/", "http://127.0.0.1.:{port}/", "http://localhost:{port}/", "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/", "http://sub.localhost:{port}/", "http://ip6-localhost:{port}/", "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/", "http://[::]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/", "http://[::127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::1]:{port}/", "http://[::1%25lo]:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://127。0。0。1:{port}/",
    "http://１２７.0.0.1:{port}/", "http://user@127.0.0.1:{port}/", "http://city.example@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@city.example/", "http://127.0.0.1:{port}?@city.example/", "http://127.0.0.1:{port}\\@city.example/",
    "http://city.example\\@127.0.0.1:{port}/", "http:127.0.0.1:{port}/", "http:/127.0.0.1:{port}/", "http:///127.0.0.1:{port}/",
    "http://127.0.0.1%00.city.example:{port}/", "http://127.0.0.1%2f:{port}/", "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1\r\nHost: city.example:{port}/", " http://127.0.0.1:{port}/", "HTTP://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/", "http://10.0.0.1:{port}/", "http://172.16.0.1:{port}/", "http://192.168.0.1:{port}/",
    "http://169.254.169.254:{port}/latest/meta-data/", "http://[fd00:ec2::254]:{port}/", "http://100.100.100.200:{port}/",
    "http://metadata.google.internal:{port}/", "http://[fe80::1]:{port}/", "http://224.0.0.1:{port}/", "http://255.255.255.255:{port}/",
    "gopher://127.0.0.1:{port}/_GET", "file:///etc/passwd", "ftp://127.0.0.1:{port}/", "dict://127.0.0.1:{port}/info",
    "data:text/html,inside", "jar:http://127.0.0.1:{port}/!/",
)  # fmt: skip


def _everything_is_here(host: str, port: int) -> Collection[str]:
    return ["127.0.0.1"]


def test_there_are_enough() -> None:
    assert len(set(SPELLINGS)) == len(SPELLINGS) >= 40


def test_none_of_them_is_reached() -> None:
    """By the machine's own name server, and by one that answers every name with this machine."""
    reached = []
    with stranger({"/": SECRET, "/latest/meta-data/": SECRET}) as inside:
        for url in (spelling.format(port=inside.port) for spelling in SPELLINGS):
            for fetcher in (Fetcher(Settings()), Fetcher(Settings(), resolve=_everything_is_here)):
                try:
                    fetcher.get(url)
                except FetchError:
                    continue
                reached.append(url)
        print(f"{len(SPELLINGS)} addresses, {len(inside.asked)} reached")
        assert (reached, inside.asked) == ([], [])


def test_none_of_them_is_reached_by_a_redirect_from_outside() -> None:
    with stranger({"/": SECRET, "/latest/meta-data/": SECRET}) as inside:
        for spelling in SPELLINGS:
            where = spelling.format(port=inside.port).replace("\r\n", "").encode("ascii", "ignore").decode()
            with stranger({"/": going_to(where)}) as outside:
                fetcher = Fetcher(Settings(), allow=[outside.address], resolve=_everything_is_here)
                with pytest.raises(FetchError):
                    fetcher.get(f"http://outside.example:{outside.port}/")
        assert inside.asked == []
