"""Settings: what holds, and where it stands. They are changed in config.toml, by whoever runs the machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.responses import Response

from announcer.model.accounts import Role
from announcer.settings import Settings
from announcer.store import playbooks
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

_PASSWORD = re.compile(r"(://[^:/@]+):[^@]*@")


@dataclass(frozen=True, slots=True)
class Line:
    """One setting."""

    key: str
    value: str
    given: bool  #: It stands in config.toml; else this is the default.
    missing: bool = False  #: It names an environment variable that is not set.


def routes(desk: Desk) -> Section:
    """For those who look after the desk."""
    section = Section(desk)

    @section.get("/settings", Role.ADMIN)
    def settings(visit: Here) -> Response:
        with desk.house.database.read() as connection:
            versions = [(name, playbooks.version(connection, name)) for name in playbooks.ids(connection)]
        found = list(sections(desk.house.settings))
        return visit.page("settings.html", {"sections": found, "playbooks": versions, "root": desk.house.settings.root})

    return section


def sections(settings: Settings) -> Iterator[tuple[str, list[Line]]]:
    """Each section of config.toml with its keys, secrets as the names they are found under."""
    for name in type(settings).model_fields:
        if name not in {"root", "playbooks", "digests"}:
            yield from _sections(name, getattr(settings, name))


def _sections(name: str, value: object) -> Iterator[tuple[str, list[Line]]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _sections(f"{name}.{key}", one)
    elif isinstance(value, BaseModel):
        nested = {key: inner for key, inner in value if isinstance(inner, BaseModel)}
        yield name, [_line(key, inner, value) for key, inner in value if key not in nested]
        for key, inner in nested.items():
            yield from _sections(f"{name}.{key}", inner)


def _line(key: str, value: object, section: BaseModel) -> Line:
    said = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
    missing = key.endswith("_env") and bool(said) and not os.environ.get(said)
    # A database's address may hold a password, though it should not.
    return Line(key, _PASSWORD.sub(r"\1:…@", said), key in section.model_fields_set, missing)
