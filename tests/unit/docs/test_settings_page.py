"""docs/settings.md says every key with its type and default, and nothing that does not exist."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path, PurePath
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from announcer.errors import SettingsError
from announcer.mail_settings import BounceSource, Dkim, DomainLimit, OAuth
from announcer.settings import (
    ChannelSettings,
    DigestSettings,
    FeedSource,
    Mail,
    MailList,
    PersonSettings,
    Relay,
    RuleSettings,
    Settings,
    from_dict,
    load,
)
from tests.unit.docs.manual import ROOT, Code, code, page

PAGE = page("settings.md")
#: Tables whose names the reader chooses.
NAMED: Mapping[str, type[BaseModel]] = {
    "channels.NAME": ChannelSettings,
    "lists.NAME": MailList,
    "people.NAME": PersonSettings,
    "playbooks.NAME.RULE": RuleSettings,
    "digests.NAME": DigestSettings,
    "sources.NAME": FeedSource,
    "bounces.NAME": BounceSource,
    "oauth.NAME": OAuth,
}


def _sections() -> dict[str, type[BaseModel]]:
    """Every section of the file by its heading, found in the models themselves."""
    found: dict[str, type[BaseModel]] = dict(NAMED)
    named = {name.partition(".")[0] for name in NAMED}
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if name in named or name == "root":
            continue
        assert isinstance(kind, type)
        assert issubclass(kind, BaseModel), f"[{name}] is neither a section nor a table of named ones"
        found[name] = kind
    return {**found, "mail.relay": Relay, "mail.domains.NAME": DomainLimit, "mail.dkim.NAME": Dkim}


#: Said to have the keys of another section.
ALIKE = {"mail.relays.NAME"}
#: Keys that are sections of their own.
NESTED = {(Mail, "relay"), (Mail, "relays"), (Mail, "domains"), (Mail, "dkim")}


SECTIONS = _sections()


def _keys(kind: type[BaseModel]) -> dict[str, FieldInfo]:
    """The plain keys of a section; one that is a section itself stands under its own heading."""
    return {name: field for name, field in kind.model_fields.items() if (kind, name) not in NESTED}


def _written(value: Any) -> str:
    """A default as config.toml would say it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, PurePath):
        return json.dumps(str(value))
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def test_every_section_has_its_heading_and_no_other_stands_there() -> None:
    """[site], [mail.relay], [channels.NAME] and the rest."""
    headings = {heading.strip("[]") for heading in PAGE.headings() if heading.startswith("[")}
    assert headings == set(SECTIONS) | ALIKE


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_said_with_its_default(section: str) -> None:
    """In the order of the models, so that nobody has to search."""
    expected = [
        (
            name,
            "required" if field.is_required() else "none" if field.default is None else f"`{_written(field.default)}`",
        )
        for name, field in _keys(SECTIONS[section]).items()
    ]
    rows = PAGE.rows(f"[{section}]")
    assert [(code(row[0]), row[2]) for row in rows] == expected


@pytest.mark.parametrize("section", SECTIONS)
def test_every_choice_is_said(section: str) -> None:
    """The words a key allows stand in its type, all of them."""
    for row in PAGE.rows(f"[{section}]"):
        schema = SECTIONS[section].model_json_schema()["properties"][code(row[0])]
        choices = schema.get("enum") or schema.get("items", {}).get("enum") or [schema.get("const")]
        missing = [choice for choice in choices if choice is not None and f"`{choice}`" not in row[1]]
        assert missing == [], f"{section}.{code(row[0])} does not say {missing}"


@pytest.mark.parametrize("block", PAGE.codes("toml config"), ids=lambda block: f"line {block.line}")
def test_every_example_is_read_as_the_page_says(block: Code) -> None:
    """With the error it shows, or without any."""
    data = tomllib.loads(block.text)
    if block.then is None:
        from_dict(data, Path("config.toml"))
        return
    with pytest.raises(SettingsError) as caught:
        from_dict(data, Path("config.toml"))
    assert f"{caught.value}\n" == block.then


def test_the_shipped_file_is_read_and_shows_every_section() -> None:
    """config.toml itself, with the sections that are commented out."""
    path = ROOT / "config.toml"
    load(path)
    text = path.read_text(encoding="utf-8")
    said = {line.strip("# ").strip("[]") for line in text.split("\n") if line.strip("# ").startswith("[")}
    named = {section.partition(".")[0] for section in NAMED}
    tables = {name for name in said if name.partition(".")[0] not in named}
    general = {re.sub(r"^(mail\.[a-z]+)\..*", r"\1.NAME", name) for name in tables}
    assert general == {section for section in SECTIONS if section not in NAMED} | ALIKE
    assert {name.partition(".")[0] for name in said} >= named


def test_what_the_shipped_file_comments_out_is_right_as_well() -> None:
    """Its examples, with the number sign taken away."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") for line in text.split("\n") if _is_setting(line.removeprefix("# "))]
    from_dict(tomllib.loads("\n".join(lines)), ROOT / "config.toml")


def _is_setting(line: str) -> bool:
    return line.startswith("[") or (" = " in line and line.partition(" = ")[0].replace("_", "").isalpha())
