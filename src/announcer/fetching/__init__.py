"""Fetching what strangers name: pages behind links, pictures, feeds to read.

An address from outside may point inside: at this machine, the house network, a
cloud's metadata. So a name is resolved here, every address it has must be a
public one, and the connection goes to the address that was checked, so that a
second answer of the name server changes nothing. The same holds for each redirect.

Time and size are bounded: for connecting, for each read, for the whole, and
for what a compressed answer unfolds to.

Through [proxy] the proxy opens the connection, so it has the last word; what
resolves here is checked here all the same.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

import httpcore
import httpx

from announcer import __version__
from announcer.errors import FetchError
from announcer.fetching import guard
from announcer.fetching.guard import Allowed, Deadline, Guarded, is_public, within_seconds
from announcer.settings import Settings
from announcer.trust import authorities

#: From a host's name to its addresses; `socket.getaddrinfo` but for tests.
Resolve = Callable[[str, int], Collection[str]]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how much a fetch may take, in seconds and bytes."""

    connect: float = 5.0
    read: float = 5.0  #: For each piece of the answer.
    total: float = 15.0  #: For all of it, redirects included.
    most_bytes: int = 2_000_000
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: success, or 304 where the request was conditional."""

    url: str  #: Where it was at last, after redirects.
    status: int
    media_type: str  #: In lower case, without parameters; "" if none was named.
    charset: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  #: By their names in lower case.


class Fetcher:
    """Fetches from public addresses, and from those that `allow` names. Safe in several threads."""

    def __init__(
        self,
        settings: Settings,
        *,
        allow: Collection[str] | None = None,
        resolve: Resolve | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """`allow` names inner addresses as `address:port`, `[address]:port` or a network (`10.2.0.0/16`).

        Without it those of [fetching] count.
        Raises `SettingsError` for an entry that is neither, or a CA bundle that can't be read.
        """
        self._allowed = Allowed(settings.fetching.allow if allow is None else allow)
        self._resolve = resolve or guard.resolve
        self._bounds = bounds or Bounds()
        self._trust = authorities(settings) or httpx.create_ssl_context()
        self._proxy = settings.proxy.url
        self._agent = f"announcer/{__version__} (+{settings.site.url})"

    def get(
        self,
        url: str,
        *,
        accept: Collection[str] = (),
        headers: Mapping[str, str] | None = None,
        bounds: Bounds | None = None,
    ) -> Fetched:
        """What is at `url`, redirects followed.

        `accept` are media types ("text/html") or their beginnings ("image/");
        any other is refused before its body is read. Raises `FetchError`, with
        `status` where a server answered and `again` where trying later may help.
        """
        bounds = bounds or self._bounds
        deadline = Deadline(time.monotonic() + bounds.total)
        here = _parsed(url)
        for _ in range(bounds.redirects + 1):
            answer = self._once(here, accept, headers or {}, bounds, deadline)
            if isinstance(answer, Fetched):
                return answer
            here = answer
        raise FetchError(f"{_shown(here)}: more than {bounds.redirects} redirects; name the last address itself")

    def _once(
        self,
        url: httpx.URL,
        accept: Collection[str],
        headers: Mapping[str, str],
        bounds: Bounds,
        deadline: Deadline,
    ) -> Fetched | httpx.URL:
        sent = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self._agent,
            "Accept": ", ".join(_spelled(accept)) or "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
            **headers,
        }
        timeout = {"connect": bounds.connect, "read": bounds.read, "write": bounds.read, "pool": bounds.connect}
        try:
            with (
                self._pool(url, bounds, deadline) as pool,
                pool.stream("GET", _core(url), headers=_raw(sent), extensions={"timeout": timeout}) as answer,
            ):
                return _read(url, answer, accept, bounds.most_bytes)
        except FetchError:
            raise
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise FetchError(f"{_shown(url)}: it takes too long; try again later", again=True) from error
        except ssl.SSLError as error:
            raise FetchError(f"{_shown(url)}: its certificate is not accepted ({error.reason or error})") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError, zlib.error) as error:
            said = " ".join(str(error).split())[:200] or type(error).__name__
            raise FetchError(f"{_shown(url)}: it can't be fetched ({said}); try again later", again=True) from error

    def _pool(self, url: httpx.URL, bounds: Bounds, deadline: Deadline) -> httpcore.ConnectionPool:
        if not self._proxy:
            backend = Guarded(lambda host, port: self._checked(host, port, bounds), deadline)
            return httpcore.ConnectionPool(ssl_context=self._trust, network_backend=backend)
        self._check_behind_proxy(url, bounds)
        plain = Guarded(lambda host, port: [host], deadline)
        return httpcore.HTTPProxy(self._proxy, ssl_context=self._trust, network_backend=plain)

    def _check_behind_proxy(self, url: httpx.URL, bounds: Bounds) -> None:
        try:
            self._checked(url.host, _port(url), bounds)
        except FetchError as error:
            if not error.again:  # a name that only the proxy can resolve is left to it
                raise

    def _checked(self, host: str, port: int, bounds: Bounds) -> list[str]:
        """The addresses of a host, each of them public or allowed; raises `FetchError`."""
        try:
            found = within_seconds(bounds.connect, lambda: self._resolve(host, port))
        except TimeoutError as error:
            raise FetchError(f"{host}: its name server does not answer; try again later", again=True) from error
        except (OSError, UnicodeError) as error:
            raise FetchError(f"{host}: no such name; correct the address", again=True) from error
        if not found:
            raise FetchError(f"{host}: the name has no address; correct it", again=True)
        for address in found:
            if not (is_public(ip_address(address)) or self._allowed.holds(ip_address(address), port)):
                raise FetchError(
                    f"{host}: it leads to {address}, which is not an address on the internet; nothing is fetched there"
                )
        return list(dict.fromkeys(found))


# -- The answer. --


def _read(url: httpx.URL, answer: httpcore.Response, accept: Collection[str], most_bytes: int) -> Fetched | httpx.URL:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    status = answer.status
    if status in _REDIRECTS and "location" in headers:
        return _joined(url, headers["location"])
    media_type, charset = _content_type(headers.get("content-type", ""))
    if status == 304:
        return Fetched(str(url), status, media_type, charset, b"", headers)
    if not 200 <= status < 300:
        again = status >= 500 or status in {408, 425, 429}
        raise FetchError(f"{_shown(url)}: the server answers {status}", status=status, again=again)
    if accept and not any(_fits(media_type, wanted) for wanted in accept):
        named = media_type or "nothing"
        raise FetchError(f"{_shown(url)}: it is {named}, wanted is {', '.join(_spelled(accept))}", status=status)
    pieces = _unpacked(answer.iter_stream(), headers.get("content-encoding", ""), url)
    return Fetched(str(url), status, media_type, charset, _at_most(pieces, most_bytes, url), headers)


def _joined(url: httpx.URL, where: str) -> httpx.URL:
    try:
        return _parsed(str(url.join(where)))
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{_shown(url)}: it leads on to something that is no web address") from error


def _unpacked(pieces: Iterable[bytes], encoding: str, url: httpx.URL) -> Iterator[bytes]:
    """The body's pieces, unfolded bit by bit, so that little that unfolds to much is noticed in time."""
    match encoding.strip().lower():
        case "" | "identity":
            yield from pieces
        case "gzip" | "x-gzip":
            unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
            for piece in pieces:
                while piece:
                    yield unpacker.decompress(piece, _CHUNK)
                    piece = unpacker.unconsumed_tail
            yield unpacker.flush()
        case other:
            raise FetchError(f"{_shown(url)}: it comes packed as {other!r}, which was not asked for")


def _at_most(pieces: Iterable[bytes], most_bytes: int, url: httpx.URL) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > most_bytes:
            raise FetchError(f"{_shown(url)}: it is larger than {most_bytes} bytes; nothing of it is used")
    return bytes(body)


def _content_type(value: str) -> tuple[str, str]:
    kind, *parameters = value.split(";")
    charset = next((p.partition("=")[2] for p in parameters if p.strip().lower().startswith("charset=")), "")
    return kind.strip().lower(), charset.strip().strip("\"'").lower()


def _fits(media_type: str, wanted: str) -> bool:
    return media_type.startswith(wanted) if wanted.endswith("/") else media_type == wanted


def _spelled(accept: Collection[str]) -> list[str]:
    return [f"{wanted}*" if wanted.endswith("/") else wanted for wanted in accept]


def _parsed(url: str) -> httpx.URL:
    wrong = FetchError(f"{url[:200]!r} is no web address; write it like https://city.example/page")
    try:
        parsed = httpx.URL(url.strip())
        named = parsed.scheme in {"http", "https"} and parsed.host and _port(parsed) < 65_536
    except (httpx.InvalidURL, ValueError) as error:  # ValueError: a host that IDNA knows no name for
        raise wrong from error
    if parsed.userinfo:
        raise FetchError(f"{parsed.host}: the address holds a name or password; leave it out")
    if not named:
        raise wrong
    return parsed.copy_with(fragment=None)


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _core(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _shown(url: httpx.URL) -> str:
    """An address for a message: its query may hold a secret of its sender."""
    return str(url.copy_with(query=None))[:300]
