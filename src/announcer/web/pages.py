"""From a template to an answer: languages, links below the site's path, validators."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from babel.numbers import format_decimal
from fastapi import Request
from fastapi.responses import Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

import announcer
from announcer.settings import Settings
from announcer.web import moments, prose
from announcer.web.consents import ConsentText
from announcer.web.words import LANGUAGES, WORDS, choose_language

log = structlog.get_logger(__name__)

_TEMPLATES = Path(announcer.__file__).parent / "templates"
#: Asked for again each time, so that a withdrawal shows at once; unchanged pages cost a 304.
REVALIDATE = "public, no-cache"
PERSONAL = "no-store"
#: What a page answers to.
READ = ["GET", "HEAD"]


class Pages:
    """The site's pages as templates and their answers. Links come from `site.url`, never from Host."""

    def __init__(self, settings: Settings, *, static: bool = False) -> None:
        """`static` is for pages that are written to files: no search, and languages are other files."""
        self.settings = settings
        self.base = urlsplit(settings.site.url).path.rstrip("/")
        folders = [_TEMPLATES] if settings.paths.templates is None else [self._own(settings), _TEMPLATES]
        self._loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
        self._templates = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            markdown=prose.markdown, web_link=prose.web_link, contact_link=prose.contact_link, host=prose.host
        )
        self.static = static
        self._templates.globals.update(
            static=static, base=self.base, site=settings.site, languages=LANGUAGES, words=WORDS
        )

    @staticmethod
    def _own(settings: Settings) -> Path:
        assert settings.paths.templates is not None
        return settings.path(settings.paths.templates)

    def absolute(self, path: str) -> str:
        """The public address of a path of this site."""
        return self.settings.site.url + path

    def webcal(self, path: str) -> str:
        """The same as an address that opens a calendar program, which then subscribes to it."""
        return f"webcal://{self.absolute(path).partition('://')[2]}"

    def language(self, request: Request, content: str = "") -> str:
        """The language of the page around a content in language `content`."""
        asked = request.query_params.get("lang", "")
        return choose_language(asked, request.headers.get("accept-language", ""), content, self.settings.site.language)

    def page(
        self, request: Request, name: str, language: str, values: Mapping[str, Any], *, path: str, status: int = 200
    ) -> Response:
        """A public page, with a validator of its own (RFC 9110 §8.8.3); 304 if the reader has it."""
        body = self._render(name, language, {**values, "path": path, "here": request.scope["path"]})
        headers = {"ETag": etag(body), "Cache-Control": REVALIDATE, "Vary": "Accept-Language"}
        if status == 200 and matches(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, status, {**headers, "Content-Language": language}, "text/html; charset=utf-8")

    def personal(
        self, name: str, language: str, values: Mapping[str, Any], status: int = 200, *, indexed: bool = False
    ) -> Response:
        """A page for one person, or none: kept by nobody, and found by no search engine unless `indexed`."""
        body = self._render(name, language, {"path": None, **values})
        headers = {"Cache-Control": PERSONAL, "Vary": "Accept-Language", "Content-Language": language}
        if not indexed:
            headers["X-Robots-Tag"] = "noindex"
        return Response(body, status, headers, "text/html; charset=utf-8")

    def not_found(self, request: Request) -> Response:
        """The one answer for everything that does not exist or must not be known."""
        return self.personal("not_found.html", self.language(request), {}, 404)

    def trouble(self, request: Request, status: int) -> Response:
        """Something of ours failed; what it was stays in the log."""
        response = self.personal("trouble.html", self.language(request), {}, status)
        response.headers["Retry-After"] = "120"
        return response

    def file(self, name: str) -> bytes:
        """A file of the site that is no template, such as its stylesheet."""
        source, _, _ = self._loader.get_source(self._templates, f"web/{name}")
        return source.encode()

    def consent(self, language: str) -> ConsentText:
        """What somebody agrees to who subscribes, from `consent.de.txt` and `consent.en.txt`."""
        plain = self._templates.overlay(autoescape=False)
        text = plain.get_template(f"web/consent.{language}.txt").render({"language": language})
        return ConsentText(text.strip())

    def office_text(self, file: Path | None) -> str | None:
        """A text of the office's own, as it stands on the disk now; None if there is none or it can't be read."""
        if file is None:
            return None
        try:
            return self.settings.path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            log.error("a text of the site can't be read", file=str(file), why=str(error))
            return None

    def _render(self, name: str, language: str, values: Mapping[str, Any]) -> bytes:
        zone = self.settings.site.timezone
        context = {"t": WORDS[language], "language": language, "zone": zone, "when": _Moments(language), **values}
        return self._templates.get_template(f"web/{name}").render(context).encode()


class _Moments:
    """The functions of `moments`, bound to a page's language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def day(self, value: date) -> str:
        return moments.day(value, self._language)

    def date(self, value: datetime, zone: Any) -> str:
        return moments.short_day(value, moments.zone_of(zone), self._language)

    def moment(self, value: datetime, zone: Any) -> str:
        return moments.moment(value, moments.zone_of(zone), self._language)

    def span(self, start: datetime, end: datetime | None, zone: Any) -> str:
        return moments.span(start, end, moments.zone_of(zone), self._language)

    def times(self, start: datetime, end: datetime | None, zone: Any) -> str:
        return moments.clock_range(start, end, moments.zone_of(zone))

    def size(self, value: int) -> str:
        """A file's size: "120 kB", "1,4 MB"."""
        if value < 1_000_000:
            return f"{max(1, round(value / 1000))} kB"
        return f"{format_decimal(value / 1e6, '0.0', locale=self._language)} MB"

    def machine(self, value: datetime, zone: Any) -> str:
        return value.astimezone(moments.zone_of(zone)).isoformat(timespec="minutes")


def validated(request: Request, body: bytes, media_type: str, cache: str, *, tag: str = "", **headers: str) -> Response:
    """A file with a validator, made of its bytes unless there is a better `tag`; 304 if the reader has it."""
    known = {"ETag": tag or etag(body), "Cache-Control": cache, **headers}
    if matches(request.headers.get("if-none-match"), known["ETag"]):
        return Response(status_code=304, headers=known)
    return Response(body, headers=known, media_type=media_type)


def etag(body: bytes) -> str:
    """A strong validator made of the bytes."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether If-None-Match names this validator (weak comparison, RFC 9110 §13.1.2)."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in re.findall(r'(?:W/)?("[^"]*")', if_none_match)
