"""The scratch house of a rehearsal: its own folder, database, feeds, key and made-up audience."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice, product
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from announcer.model.people import Basis, SubscriptionState
from announcer.settings import Settings
from announcer.store import people

#: The lists of an example, and of an office that has none yet.
DEFAULT_LISTS: Mapping[str, Mapping[str, Any]] = {
    "newsletter": {"title": "Newsletter der Stadt"},
    "presse": {"title": "Presseverteiler", "press": True},
    "praktisch": {"title": "Praktische Hinweise zur Veranstaltung", "practical": True},
}
DEFAULT_AUDIENCE = {"newsletter": 24, "presse": 6, "praktisch": 9}
_GIVEN = ("Ada", "Bela", "Cem", "Dana", "Emil", "Femke", "Goran", "Hanna", "Ilja", "Jana", "Karim", "Lene")
_FAMILY = (
    "Amsel",
    "Buche",
    "Dachs",
    "Eiche",
    "Falke",
    "Ginster",
    "Hasel",
    "Iltis",
    "Kiefer",
    "Linde",
    "Marder",
    "Otter",
)


def scratch_settings(base: Settings, folder: Path, *, smtp_port: int, mastodon_url: str) -> Settings:
    """The office's settings with every way out led into the sandbox, and no secret of the office."""
    (folder / "token").write_text("rehearsal\n", encoding="utf-8")
    pictures = base.path(base.paths.var) / "assets"
    if pictures.is_dir():
        shutil.copytree(pictures, folder / "assets", dirs_exist_ok=True)
    accounts = {
        name: {**account.model_dump(), "kind": "mastodon", "url": mastodon_url, "token_env": "", "token_file": "token"}
        for name, account in base.channels.items()
    } or {"mastodon": {"kind": "mastodon", "url": mastodon_url, "token_file": "token"}}
    lists = {name: entry.model_dump() for name, entry in base.lists.items()} or DEFAULT_LISTS
    own = base.paths.templates
    changed: dict[str, object] = {
        # Its address does not exist, and no hub is to hear of what is only rehearsed.
        "site": {**base.site.model_dump(), "check_pages": False, "websub_hub": None},
        "database": {"url": f"sqlite:///{folder}/announcer.db"},
        "paths": {"feeds": folder / "feeds", "var": folder, "templates": base.path(own) if own else None},
        "mail": {
            **base.mail.model_dump(),
            **{"relay": _relay(smtp_port), "relays": {}, "domains": {}, "dkim": {}, "enabled": True},
        },
        "channels": accounts,
        "lists": lists,
        "proxy": {},
        "digests": {},
        "keys": {"secret_file": folder / "secret.key"},
        "web": {"port": 0},
        "people": {},  # nobody has to approve a rehearsal, and nobody gets mail about it
        "approval": {},
        "alerts": {},
        "bounces": {},
        "oauth": {},
        "root": folder,
    }
    return Settings.model_validate({**base.model_dump(), **changed})


def _relay(port: int) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": port, "security": "none", "connections": 2, "timeout_seconds": 10}


def clear(folder: Path) -> None:
    """An empty folder for a rehearsal; what an earlier one left is removed."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def invite(
    connection: sa.Connection, key: bytes, audience: Mapping[str, int], languages: Sequence[str], now: datetime
) -> None:
    """Subscribe made-up people to the lists. Some are on several, as in life; every sixth reads another language."""
    known = {row.id: row for row in people.lists(connection)}
    for list_id, number in audience.items():
        if list_id not in known:
            continue
        basis = Basis.PRESS if known[list_id].press else Basis.DOUBLE_OPT_IN
        domain = "redaktion.example" if known[list_id].press else "post.example"
        for position, (family, given) in enumerate(islice(product(_FAMILY, _GIVEN), number)):
            address = f"{given}.{family}@{domain}".lower()
            name = f"{given} {family}" if position % 4 else ""
            language = languages[-1] if position % 6 == 5 else languages[0]
            person = people.add(connection, key, address, name=name, language=language, now=now)
            people.subscribe(connection, person.id, list_id, SubscriptionState.CONFIRMED, basis, now)
