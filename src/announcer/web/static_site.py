"""The public site as plain files, for a web server that runs no program.

Every page is asked of the real site and its own links are followed, so a file
can only come from what anybody could read at this moment. A page is a folder
with an `index.html` in its own language and one file for each language.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import httpx
from fastapi import FastAPI

from announcer.errors import AnnouncerError
from announcer.feeds.files import FeedFolder
from announcer.web.words import LANGUAGES

#: What no page links to, or only by its full address.
_SEEDS = ("/", "/style.css", "/icon.svg", "/favicon.ico", "/robots.txt", "/sitemap.xml", "/healthz")
_LIST = ".announcer-files.json"
#: Told now and then: how many addresses are done, how many are known.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did."""

    files: int  #: In all.
    written: tuple[str, ...]  #: New or changed.
    removed: tuple[str, ...]  #: Written by an earlier export, and public no longer.


def export(app: FastAPI, site_url: str, folder: Path, progress: Progress | None = None) -> Exported:
    """Bring `folder` up to what is public now.

    Raises `AnnouncerError` if the folder holds files of somebody else, if a
    page can't be made, or if the disk says no; files already written stay.
    """
    before = _listed(folder)
    files = asyncio.run(_Crawl(app, site_url, progress).files())
    disk = FeedFolder(folder)
    disk.prepare()
    written = disk.write(files)
    removed = tuple(sorted(before - files.keys()))
    for name in removed:
        for path in (folder / name, folder / f"{name}.gz"):
            path.unlink(missing_ok=True)
    _keep_list(folder, sorted(files))
    return Exported(len(files), written, removed)


def _listed(folder: Path) -> frozenset[str]:
    """The files of the last export. Another folder's files are nobody's to overwrite."""
    path = folder / _LIST
    try:
        return frozenset(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        if folder.is_dir() and any(folder.iterdir()):
            raise AnnouncerError(f"{folder} holds files that are not this site's; name an empty folder") from None
        return frozenset()
    except (OSError, ValueError) as error:
        raise AnnouncerError(f"{path} can't be read ({error}); empty the folder and export again") from error


def _keep_list(folder: Path, names: list[str]) -> None:
    part = folder / f"{_LIST}.part"
    try:
        part.write_text(json.dumps(names, ensure_ascii=False, indent=0), encoding="utf-8")
        part.replace(folder / _LIST)
    except OSError as error:
        raise AnnouncerError(f"{folder / _LIST} can't be written: {error.strerror}; check owner and mode") from error


class _Links(HTMLParser):
    """The addresses a page leads to or loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name == "srcset":
                self.found += [one.split()[0] for one in value.split(",") if one.strip()]
            elif value and (name in {"href", "src"} or (tag == "meta" and name == "content" and "://" in value)):
                self.found.append(value)


class _Crawl:
    """Asks for every public address once and keeps the bodies by file name."""

    def __init__(self, app: FastAPI, site_url: str, progress: Progress | None) -> None:
        self._app = app
        self._site = site_url
        self._base = urlsplit(site_url).path.rstrip("/")
        self._progress = progress
        self._bodies: dict[str, bytes] = {}

    async def files(self) -> dict[str, bytes]:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://site.invalid") as client:
            waiting = dict.fromkeys(_SEEDS)
            done: set[str] = set()
            while waiting:
                path = next(iter(waiting))
                del waiting[path]
                done.add(path)
                found = await self._take(client, path)
                waiting |= dict.fromkeys(link for link in found if link not in done)
                if self._progress is not None:
                    self._progress(len(done), len(done) + len(waiting))
            self._bodies["404.html"] = (await client.get("/404")).content
        self._bodies.pop("healthz", None)
        return self._bodies

    async def _take(self, client: httpx.AsyncClient, path: str) -> list[str]:
        answer = await client.get(path)
        if answer.status_code != 200:
            raise AnnouncerError(f"the page {path} answers {answer.status_code}; 'announcer check' tells more")
        if not answer.headers["content-type"].startswith("text/html"):
            self._bodies[_file_name(path)] = answer.content
            return []
        folder = _file_name(path)
        self._bodies[f"{folder}/index.html".lstrip("/")] = answer.content
        for language in LANGUAGES:
            spoken = await client.get(path, params={"lang": language})
            self._bodies[f"{folder}/index.{language}.html".lstrip("/")] = spoken.content
        return [link for address in _Links(answer.text).found if (link := self._own(address)) is not None]

    def _own(self, address: str) -> str | None:
        """The path of an address on this site; None for others, for fragments and for a page's other languages."""
        if address.startswith(self._site + "/"):
            address = address.removeprefix(self._site)
        elif address.startswith("/") and address.startswith(self._base):
            address = address.removeprefix(self._base)
        else:
            return None
        path = urlsplit(address).path or "/"
        is_other_language = path.rpartition("/")[2] in {f"index.{language}.html" for language in LANGUAGES}
        return None if is_other_language else path


def _file_name(path: str) -> str:
    name = unquote(path).strip("/")
    if any(part in {"", ".", ".."} or part.startswith(".") for part in PurePosixPath(name).parts):
        raise AnnouncerError(f"the address {path} can't be a file; give the announcement or event another id")
    return name
