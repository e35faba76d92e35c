"""Pages of the desk from `templates/desk/`, and its own files: stylesheet, scripts, icons."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import announcer
from announcer.web.campaign.saying import Saying
from announcer.web.desk.gate import CSRF_FIELD
from announcer.web.desk.menu import MENU
from announcer.web.desk.times import Times
from announcer.web.desk.words import LANGUAGES

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk
    from announcer.web.desk.visit import Visit

_FOLDER = Path(announcer.__file__).parent / "templates" / "desk"
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file of the desk itself."""

    body: bytes
    media_type: str
    mark: str  #: Stands in its address, so that a new version is a new address.


class DeskPages:
    """Renders pages. The office's own templates don't reach here: the desk is not theirs to reword."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.files = {path.name: _read(path) for path in _FOLDER.iterdir() if path.suffix in _KINDS}
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            base=desk.address.base, site=desk.house.settings.site, languages=LANGUAGES, menu=MENU, file=self._address
        )

    def render(self, template: str, visit: Visit, values: Mapping[str, Any]) -> str:
        """A page for one visit."""
        context = {
            "t": visit.t,
            "language": visit.language,
            "when": Times(visit.language, visit.now, self._desk.house.planning_zone),
            "now": visit.now,
            "say": Saying(visit.language),
            "account": visit.caller.account,
            "here": visit.request.scope["path"],
            "query": visit.request.query_params,
            "form_token": self._desk.gate.form_token(visit.caller.token),
            "csrf_field": CSRF_FIELD,
            **values,
        }
        return self._templates.get_template(template).render(context)

    def _address(self, name: str) -> str:
        return f"{self._desk.address.base}/files/{self.files[name].mark}/{name}"


def _read(path: Path) -> OwnFile:
    body = path.read_bytes()
    return OwnFile(body, _KINDS[path.suffix], hashlib.blake2b(body, digest_size=6).hexdigest())
