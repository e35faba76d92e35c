"""Requests become contents. Pure: the templates are read when the renderer is made, and nothing after."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from announcer.errors import TemplateError
from announcer.mail_settings import Look
from announcer.model.campaign import Kind
from announcer.model.content import Content, Payload
from announcer.rendering import clean, editions, mail, markdown, office, optin, scene, words
from announcer.rendering.library import Library
from announcer.rendering.office_view import OfficeScene
from announcer.rendering.optin_view import OptInScene
from announcer.rendering.request import Notice, Request
from announcer.rendering.scene import Scene
from announcer.settings import Site

_SUFFIXES = {"feed": "md", "social": "txt", "mail": "md"}
_LONGEST_SUBJECT = 150
_LONGEST_PREHEADER = 140
_LONGEST_TITLE = 400
_LONGEST_SUMMARY = 600
_LONGEST_LEAD = 1000
_LONGEST_ALSO = 300
#: How much programme and text a mail shows; the next line counts where the one before made it too large.
_EXTENTS = ((60, 24_000), (20, 6_000), (0, 1_500))


class Renderer:
    """Puts messages into words. Safe to use from several threads."""

    def __init__(self, folders: Sequence[Path], site: Site, look: Look | None = None) -> None:
        """Read the templates of `folders`, the first winning file by file; the shipped ones fill up.

        Raises `TemplateError` for a folder, a file of words or a style sheet that can't be used.
        """
        self._library = Library(folders)
        self._composer = mail.Composer(self._library, look.colours if look else None)
        self._site = scene.site_view(site, look)
        self._languages = frozenset((site.language, *site.languages))

    def check(self) -> list[str]:
        """Compile every template; the faults found, one sentence each."""
        return self._library.check()

    def lacking(self, template: str, channel_kinds: Sequence[str]) -> list[str]:
        """The files a rule's own template needs and that are not there, one for each channel kind and site language."""
        needed = [
            f"{folder}/{template}.{language}.{_SUFFIXES[folder]}"
            for folder in channel_kinds
            for language in sorted(self._languages)
        ]
        return [name for name in needed if not self._library.has(name)]

    def render(self, request: Request) -> Content:
        """What `request` says. The same request always gives the same bytes.

        Raises `TemplateError`, naming file and line, for a template that can't be filled in.
        """
        if request.language not in words.LANGUAGES:
            known = ", ".join(words.LANGUAGES)
            raise TemplateError(f"there are no words for the language {request.language!r}; known are {known}")
        try:
            drawn = scene.draw(request, self._site, self._library.fixed[request.language])
        except KeyError as error:
            raise TemplateError(f"words.{request.language}.toml has no word {error}; add it") from error
        if request.embargo is not None and request.channel_kind != "mail":
            raise TemplateError("nothing but a mail to the press may leave under embargo; wait for its end")
        name = self._template(request, drawn)
        drawn = replace(drawn, also=tuple(self.also(each) for each in request.also))
        payload = {"feed": self._feed, "social": self._social, "mail": self._mail}[request.channel_kind](name, drawn)
        if request.channel_kind == "social":
            payload = {**payload, **_shown_beside(request, drawn)}
        if request.channel_kind == "feed":
            payload = {**payload, **_enclosed(request, drawn)}
        return Content(request.channel_kind, request.language, payload)

    def also(self, request: Request) -> str:
        """What a message says in the one line that another of the same moment has for it: "Anmeldung bis …".

        Taken from the section `also` of its post's template, in plain words.
        """
        fixed = self._library.fixed[request.language]
        drawn = scene.draw(request, self._site, fixed)
        own = [request.template] if request.template else []
        names = [f"social/{name}.{request.language}.txt" for name in [*own, *_names(request, drawn)]]
        parts = self._library.sections(self._library.first(names), _variables(drawn))
        return words.stop(clean.line(parts.get("also") or parts.get("lead") or drawn.name, _LONGEST_ALSO))

    def kind_label(self, kind: Kind, language: str) -> str:
        """What a message of this kind is called."""
        return self._library.fixed[language].kinds.get(kind.value, kind.value)

    def office(self, name: str, drawn: OfficeScene) -> Payload:
        """A mail to the office, by its template. Raises `TemplateError`."""
        return office.compose(self._library, self._composer, name, drawn)

    def confirmation(self, drawn: OptInScene) -> Payload:
        """The mail that asks for a confirmation. Raises `TemplateError`."""
        return optin.compose(self._library, self._composer, drawn)

    @property
    def site(self) -> scene.SiteView:
        """Who speaks."""
        return self._site

    def _template(self, request: Request, drawn: Scene) -> str:
        folder, suffix = request.channel_kind, _SUFFIXES[request.channel_kind]
        names = [f"{folder}/{name}.{request.language}.{suffix}" for name in _names(request, drawn)]
        if request.channel:
            names = [each for name in names for each in (_for_channel(name, request.channel), name)]
        own = f"{folder}/{request.template}.{request.language}.{suffix}" if request.template else ""
        if not own or names[0].partition(".")[0].partition("@")[0] == f"{folder}/change":
            return self._library.first(names)
        # A release in a language that the site does not speak is said by the kind's own template.
        return self._library.first([own, *names] if request.language not in self._languages else [own])

    def _sections(self, name: str, drawn: Scene, wanted: Sequence[str]) -> dict[str, str]:
        sections = self._library.sections(name, _variables(drawn))
        for section in wanted:
            if section not in sections:
                raise TemplateError(
                    f"{self._library.path(name)} has no section {section!r}; "
                    f'begin it with {{% extends "{name.split("/")[0]}/base…" %}} and write blocks'
                )
        return sections

    def _feed(self, name: str, drawn: Scene) -> Payload:
        parts = self._sections(name, drawn, ("title", "summary", "body"))
        sentence = drawn.notice.sentence if drawn.notice else ""
        notice = f"**{clean.escape_markdown(sentence)}**\n\n" if sentence else ""
        payload = {
            "title": _titled(drawn, _plain(parts["title"]), _LONGEST_TITLE),
            "summary": clean.cut(" ".join((_summed_up(drawn, parts["summary"]), *_also(drawn))), _LONGEST_SUMMARY),
            "html": markdown.parse(notice + parts["body"] + _below(drawn), drawn.link or drawn.site.url).html(),
            "link": drawn.link,
            "categories": [*drawn.release.topics, drawn.kind_label],
        }
        _check_slots(self._library.path(name), payload, allowed=())
        return payload

    def _social(self, name: str, drawn: Scene) -> Payload:
        parts = self._sections(name, drawn, ("lead", "fact"))
        lead = _told(drawn, " ".join(parts["lead"].split()))
        payload = {
            "lead": clean.cut(lead, _LONGEST_LEAD),
            "fact": " ".join(parts["fact"].split()),
            "link": drawn.link,
            "hashtags": list(drawn.event.hashtags),
            "language": drawn.language,
            "spoiler_text": "",
            **({"also": "\n".join(_also(drawn))} if drawn.also else {}),
        }
        _check_slots(self._library.path(name), payload, allowed=())
        return payload

    def _mail(self, name: str, drawn: Scene) -> Payload:
        for smaller in _smaller(drawn):
            payload = self._mail_of(name, smaller)
            if len(payload["html"].encode()) < mail.LARGEST_HTML:
                return payload
        raise TemplateError(
            f"{self._library.path(name)} makes a mail of more than {mail.LARGEST_HTML // 1000} kB, "
            "which mail programs cut off; shorten it or mail/layout.html"
        )

    def _mail_of(self, name: str, drawn: Scene) -> Payload:
        parts = self._sections(name, drawn, ("subject", "preheader", "title", "body"))
        prefix, sentence = (drawn.embargo.prefix, f"{drawn.embargo.sentence} ") if drawn.embargo else ("", "")
        heads = {
            "subject": clean.cut(prefix + _titled(drawn, _plain(parts["subject"]), None), _LONGEST_SUBJECT),
            "preheader": clean.cut(sentence + _summed_up(drawn, parts["preheader"]), _LONGEST_PREHEADER),
            "title": _titled(drawn, _plain(parts["title"]), _LONGEST_TITLE),
        }
        path = self._library.path(name)
        _check_slots(path, heads, allowed=())
        body = markdown.parse(parts["body"] + _below(drawn), drawn.link or drawn.site.url)
        variables = _variables(drawn) | heads
        bodies = {"text": self._composer.text(variables, body), "html": self._composer.html(variables, body)}
        _check_slots(path, bodies, allowed=clean.SLOTS)
        # The preheader is hidden, so what stands there is not told yet.
        shown = {**bodies, "html": bodies["html"].replace(html.escape(heads["preheader"]), "", 1)}
        self._check_frame(shown, drawn)
        return {"subject": heads["subject"], "preheader": heads["preheader"], **bodies}

    def _check_frame(self, bodies: Mapping[str, str], drawn: Scene) -> None:
        """What the office's own frame may not leave out."""
        sentence = drawn.embargo.sentence if drawn.embargo else ""
        for part, body in bodies.items():
            layout = f"mail/layout.{'txt' if part == 'text' else part}"
            if "⟦unsubscribe_url⟧" not in body:
                raise TemplateError(
                    f"{self._library.path(layout)} lacks ⟦unsubscribe_url⟧; every mail needs the way to leave"
                )
            if (html.escape(sentence) if part == "html" else sentence) not in " ".join(body.split()):
                raise TemplateError(
                    f"{self._library.path(layout)} lacks {{{{ embargo.sentence }}}}; "
                    "no mail leaves ahead of an embargo without saying so"
                )


def _smaller(drawn: Scene) -> Iterator[Scene]:
    """The same, from one to the next with less in it."""
    if drawn.issue is not None:
        yield from (replace(drawn, issue=issue) for issue in editions.smaller(drawn.issue))
    else:
        yield from (scene.shorter(drawn, sessions, characters) for sessions, characters in _EXTENTS)


def _for_channel(name: str, channel: str) -> str:
    """The file that speaks on one channel alone: `social/reminder@bluesky.de.txt`."""
    stem, _, rest = name.partition(".")
    return f"{stem}@{channel}.{rest}"


def _names(request: Request, drawn: Scene) -> list[str]:
    """Which templates may speak for this request, the closest first.

    A reminder of a cancelled event would go on inviting people, so anything but
    the release itself is then said in the words of a change.
    """
    if request.kind is Kind.DIGEST and request.edition is None:
        return ["announcement"]
    stopped = drawn.withdrawn or (drawn.event.stopped and drawn.kind != "announcement")
    if request.kind in scene.CHANGES:
        return [request.kind.value, "change", "announcement"]
    return ["change"] if stopped else [request.kind.value, "announcement"]


def _also(drawn: Scene) -> list[str]:
    """The lines for lesser messages of the same moment: "Außerdem: Anmeldung bis …"."""
    return [f"{drawn.label['also']}: {each}" for each in drawn.also]


def _below(drawn: Scene) -> str:
    """The same as paragraphs of Markdown, below the text."""
    return "".join(f"\n\n{clean.escape_markdown(line)}" for line in _also(drawn))


def _variables(drawn: Scene) -> dict[str, Any]:
    return {field.name: getattr(drawn, field.name) for field in fields(drawn)}


def _plain(source: str) -> str:
    return markdown.parse_line(" ".join(source.split())).plain()


def _summed_up(drawn: Scene, source: str) -> str:
    """A summary in plain words, what changed first."""
    sentence = drawn.notice.sentence if drawn.notice else ""
    return " ".join(filter(None, (sentence, markdown.parse(source).plain())))


def _titled(drawn: Scene, title: str, longest: int | None) -> str:
    """The title with what changed in front of it, once."""
    notice = drawn.notice or Notice("")
    title = notice.headline or title or drawn.name
    return clean.cut(title if title.startswith(notice.prefix) else notice.prefix + title, longest)


def _told(drawn: Scene, lead: str) -> str:
    """The lead of a post, what changed first. A notice's own sentence says what its headline would."""
    notice = drawn.notice
    if notice is None or not notice.sentence:
        return _titled(drawn, lead, None)
    if notice.headline:
        return notice.prefix + (notice.brief or notice.sentence)
    return f"{words.stop(_titled(drawn, lead, None))} {notice.brief or notice.sentence}"


def _pictures(request: Request) -> list[dict[str, str]]:
    shown = request.announcement.pictures if request.announcement else ()
    return [{"hash": one.hash, "name": one.file, "alt": one.alt, "credit": one.credit} for one in shown if one.hash]


def _shown_beside(request: Request, drawn: Scene) -> Payload:
    """What a post shows beside its text: the announcement's pictures where it is announced, else one on the card."""
    pictures = [] if drawn.withdrawn else _pictures(request)
    announces = request.kind in (Kind.ANNOUNCEMENT, Kind.SAVE_THE_DATE)
    return {"card": _card(drawn, pictures), "pictures": pictures if announces else []}


def _enclosed(request: Request, drawn: Scene) -> Payload:
    """What a feed entry shows of the announcement: its pictures and files, below the address of its page."""
    page = drawn.links.announcement_url
    announces = request.kind in (Kind.ANNOUNCEMENT, Kind.SAVE_THE_DATE)
    if request.announcement is None or not announces or drawn.withdrawn or not page:
        return {}
    files = [
        {"hash": one.hash, "file": one.file, "title": one.title, "media_type": one.media_type, "size": one.size}
        for one in request.announcement.attachments
        if one.hash
    ]
    shown = {"pictures": _pictures(request), "attachments": files}
    return {"page": page, **shown} if any(shown.values()) else {}


def _card(drawn: Scene, pictures: Sequence[Payload]) -> Payload:
    """What a network shows of the page behind the link. Nothing is fetched for it: the page is our own."""
    of_the_release = drawn.link == drawn.links.announcement_url
    title = drawn.headline if of_the_release else drawn.name
    said = drawn.release.lead if of_the_release else drawn.event.facts or drawn.release.lead
    told = drawn.notice.sentence if drawn.notice else ""
    return {
        "title": _titled(drawn, title, _LONGEST_TITLE),
        "description": clean.cut(told or said, _LONGEST_SUMMARY),
        "picture": pictures[0] if pictures else None,
    }


def _check_slots(path: Path, payload: Mapping[str, Any], allowed: Sequence[str]) -> None:
    for key, value in payload.items():
        for slot in clean.slots(value) if isinstance(value, str) else ():
            if slot not in allowed:
                known = ", ".join(allowed) or "none"
                raise TemplateError(f"{path}: ⟦{slot}⟧ can't stand in the {key}; possible there: {known}")
