"""The templates, read once, and what may go wrong in them, told with file, line and known names.

Everything runs in Jinja2's sandbox: a template sees the scene and a few filters,
it can neither call into the program nor change what it was given, and it has
a budget of steps and characters (`capped`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import jinja2
from jinja2 import meta, pass_context
from jinja2.runtime import Context
from jinja2.utils import missing
from markupsafe import Markup

from announcer.errors import TemplateError
from announcer.rendering import clean, markdown, words
from announcer.rendering.capped import LARGEST_FILE, CappedEnvironment, budget
from announcer.rendering.office_view import OfficeScene
from announcer.rendering.optin_view import OptInScene
from announcer.rendering.scene import Scene
from announcer.rendering.view import RichText

#: The templates the program comes with.
SHIPPED = Path(__file__).resolve().parent.parent / "templates"

_T = TypeVar("_T")
_FOLDERS = ("feed", "social", "mail", "office", "subscribe")
_SUFFIXES = {".md", ".txt", ".html", ".css"}
#: What else than the scene a layout is given.
_LAYOUT = frozenset({"subject", "preheader", "title", "content", "facts", "programme"})
_SCENE = frozenset(field.name for field in fields(Scene))
#: What the mails to the office are given instead.
_OFFICE = frozenset(field.name for field in fields(OfficeScene)) | {"subject", "content"}
#: … and the mail that asks for a confirmation.
_OPTIN = frozenset(field.name for field in fields(OptInScene)) | {"subject", "content", "button", "after"}
_VARIABLES = {"office": _OFFICE, "subscribe": _OPTIN}
#: What compiled template code can raise beside Jinja2's own errors: a wrong filter argument, 1/0, an include of itself.
_IN_TEMPLATES = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)
# Control characters can't come from facts (they are cleaned), so nobody can forge a section.
_SECTION = re.compile("\x1e([a-z]+)\x1f")


class _Unknown(jinja2.StrictUndefined):
    """An unknown name is an error that lists the known ones."""

    @property
    def _undefined_message(self) -> str:
        owner = self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if owner is missing:
            return f"{self._undefined_name!r} is not known; known are {', '.join(sorted(_SCENE))}"
        if isinstance(owner, Mapping):
            known = [str(key) for key in owner]
        else:
            known = [field.name for field in fields(owner)] if is_dataclass(owner) else []
        return f"{self._undefined_name!r} is not known here; known are {', '.join(sorted(known)) or 'none'}"


class Library:
    """All templates of some folders; the first folder that has a file wins, the shipped ones come last."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Read every file; raises `TemplateError` for a folder or file that can't be read."""
        self._sources: dict[str, tuple[str, Path]] = {}
        self._words: dict[str, list[tuple[str, str]]] = {}
        for folder in reversed([*folders, SHIPPED]):
            self._read_folder(folder)
        self._environments = {
            ".md": self._environment(_in_markdown, autoescape=True),
            ".txt": self._environment(_in_text, autoescape=False),
            ".html": self._environment(_in_html, autoescape=True),
        }
        self.fixed = {language: words.fixed(texts) for language, texts in self._words.items()}

    def _read_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            raise TemplateError(f"{folder} is not a folder; create it or correct 'templates' under [paths]")
        for kind in _FOLDERS:
            for path in sorted((folder / kind).rglob("*")):
                if path.suffix in _SUFFIXES and path.is_file():
                    self._sources[path.relative_to(folder).as_posix()] = (_read(path), path)
        for path in sorted(folder.glob("words.*.toml")):
            self._words.setdefault(path.name.split(".")[1], []).append((str(path), _read(path)))

    def _environment(self, finalize: Callable[[Any], Any], autoescape: bool) -> CappedEnvironment:
        environment = CappedEnvironment(
            loader=jinja2.FunctionLoader(self._load),
            undefined=_Unknown,
            finalize=finalize,
            autoescape=autoescape,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        environment.cap({"date": _date, "time": _time, "moment": _moment, "quoted": _quoted, "stop": _stop})
        # Nothing that makes two renders differ (`random`, `lipsum`) is at hand.
        environment.globals = {"range": environment.globals["range"], "section": _section}
        return environment

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        if name not in self._sources:
            return None
        source, path = self._sources[name]
        return source, str(path), lambda: True

    def has(self, name: str) -> bool:
        """Whether there is a template of this name."""
        return name in self._sources

    def first(self, names: Sequence[str]) -> str:
        """The first of these templates there is; raises `TemplateError` if there is none."""
        for name in names:
            if name in self._sources:
                return name
        raise TemplateError(f"there is no template {names[-1]}; put it into the folder of templates")

    def source(self, name: str) -> str:
        """The text of a file that is no template, such as a style sheet."""
        return self._sources[self.first([name])][0]

    def path(self, name: str) -> Path:
        """Where the file of this name was read."""
        return self._sources[self.first([name])][1]

    def render(self, name: str, variables: Mapping[str, Any]) -> str:
        """Fill in a template; raises `TemplateError` with file, line and what is wrong."""
        environment = self._environments[Path(name).suffix]
        try:
            with budget():
                return environment.get_template(self.first([name])).render(variables)
        except _IN_TEMPLATES as error:
            raise self._explained(error, name) from error

    def sections(self, name: str, variables: Mapping[str, Any]) -> dict[str, str]:
        """Fill in a template that is made of sections (`section("title")`), by their names."""
        parts = _SECTION.split(self.render(name, variables))
        return {key: text.strip() for key, text in zip(parts[1::2], parts[2::2], strict=True)}

    def check(self) -> list[str]:
        """Every fault that shows without facts: syntax, unknown names, missing templates, one sentence each."""
        found: list[str] = []
        for name in sorted(self._sources):
            if not name.endswith(".css"):
                found += self._check(name)
        return found

    def _check(self, name: str) -> list[str]:
        environment, (source, path) = self._environments[Path(name).suffix], self._sources[name]
        try:
            environment.get_template(name)
            tree = environment.parse(source, name, str(path))
        except _IN_TEMPLATES as error:
            return [str(self._explained(error, name))]
        known = _VARIABLES.get(name.partition("/")[0], _SCENE | _LAYOUT) | set(environment.globals)
        unknown = sorted(meta.find_undeclared_variables(tree) - known)
        lost = sorted({other for other in meta.find_referenced_templates(tree) if other} - set(self._sources))
        return [f"{path}: {each!r} is not known; known are {', '.join(sorted(known))}" for each in unknown] + [
            f"{path}: there is no template {each}; correct the name" for each in lost
        ]

    def _explained(self, error: Exception, name: str) -> TemplateError:
        path, line = str(self.path(name)), 0
        if isinstance(error, jinja2.TemplateSyntaxError):
            path, line = error.filename or path, error.lineno
        elif isinstance(error, jinja2.TemplateNotFound):
            return TemplateError(f"{path} names the template {error.name}, which is not there; correct the name")
        else:
            files = {str(file) for _, file in self._sources.values()}
            path, line = _place(error.__traceback__, files) or (path, 0)
        where = f"{path}, line {line}" if line else path
        said = (error.message if isinstance(error, jinja2.TemplateError) else str(error)) or type(error).__name__
        return TemplateError(f"{where}: {said}")


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise TemplateError(f"{path} has more than {LARGEST_FILE // 1000} kB; make it smaller")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path} can't be read: {error}; check its mode and save it as UTF-8") from error


def _place(trace: TracebackType | None, files: set[str]) -> tuple[str, int] | None:
    """The innermost line of a template in a traceback."""
    found = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            found = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return found


def _in_markdown(value: Any) -> Any:
    if isinstance(value, RichText):
        return Markup(value.source)
    if value is None or isinstance(value, Markup):
        return value or ""
    return Markup(clean.escape_markdown(str(value)))


def _in_text(value: Any) -> Any:
    if isinstance(value, RichText):
        return markdown.parse(value.source).plain()
    return "" if value is None else value


def _in_html(value: Any) -> Any:
    if isinstance(value, RichText):
        return Markup(markdown.parse(value.source).html())
    return "" if value is None else value


def _section(name: str) -> Markup:
    return Markup(f"\x1e{name}\x1f")


@pass_context
def _date(context: Context, value: date | None) -> str:
    return words.day(_checked(value, date), context["language"]) if value else ""


@pass_context
def _time(context: Context, value: datetime | None) -> str:
    return words.clock(_checked(value, datetime), context["language"]) if value else ""


@pass_context
def _moment(context: Context, value: datetime | None) -> str:
    return words.moment(_checked(value, datetime), context["language"]) if value else ""


def _checked(value: Any, wanted: type[_T]) -> _T:
    if not isinstance(value, wanted):
        raise jinja2.TemplateRuntimeError(f"the filter takes a day or moment, not {str(value)!r}")
    return value


@pass_context
def _quoted(context: Context, value: str) -> str:
    return words.quoted(value, context["language"]) if value else ""


def _stop(value: str) -> str:
    return words.stop(value)
