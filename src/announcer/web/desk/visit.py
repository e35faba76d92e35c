"""One request to the desk, as a page's function sees it: who asks, in which language, with which form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from announcer.errors import AnnouncerError, NotAllowed
from announcer.model.accounts import Account
from announcer.model.people import Actor
from announcer.store import accounts
from announcer.web.desk.gate import Caller
from announcer.web.desk.words import Words

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk

#: How a sentence that a page says once is meant.
Tone = Literal["good", "bad"]


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything a page's function needs of its request."""

    desk: Desk
    request: Request
    caller: Caller
    form: FormData
    now: datetime
    language: str

    @property
    def account(self) -> Account:
        """Who is signed in; only on pages that need somebody."""
        assert self.caller.account is not None, "the page is open to everybody"
        return self.caller.account

    @property
    def actor(self) -> Actor:
        """Under whose name the office's functions act."""
        return self.account.actor

    @property
    def t(self) -> Words:
        """The words of the page's language."""
        return Words(self.language)

    # -- What came with the request. --

    def text(self, name: str, default: str = "") -> str:
        """A field of the form, or else of the address, without blanks around it."""
        found = self.form.get(name)
        if found is None:
            found = self.request.query_params.get(name)
        return found.strip() if isinstance(found, str) else default

    def texts(self, name: str) -> list[str]:
        """Every value of a field that may stand there several times."""
        given = self.form.getlist(name) or self.request.query_params.getlist(name)
        return [one for one in given if isinstance(one, str)]

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def upload(self, name: str) -> tuple[str, bytes] | None:
        """The last part of an uploaded file's name, and its bytes; None if none was chosen."""
        found = self.form.get(name)
        if not isinstance(found, UploadFile) or not found.filename:
            return None
        last = found.filename.replace("\\", "/").rpartition("/")[2]
        return "".join(one for one in last if one.isprintable())[:120], found.file.read()

    # -- The answer. --

    def page(self, template: str, values: Mapping[str, Any] | None = None, status: int = 200) -> Response:
        """A page from `templates/desk/`, with what the last one left to be said."""
        session = self.caller.session
        flash = session.flash if session is not None else ()
        if session is not None and flash:
            with self.desk.house.database.write() as connection:
                accounts.set_flash(connection, session.token_hash, ())
        body = self.desk.pages.render(template, self, {"flash": flash, **(values or {})})
        return self.with_cookie(HTMLResponse(body, status, {"Content-Language": self.language}))

    def fragment(self, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
        """A piece of a page, for a script that puts it into place."""
        return HTMLResponse(self.desk.pages.render(template, self, {"flash": (), **values}), status)

    def to(self, path: str, said: str = "", *, tone: Tone = "good", **about: object) -> Response:
        """After a form: go to a page of the desk (303), which says the sentence of the key `said` once."""
        return self.to_saying(path, self.t(said, **about) if said else "", tone=tone)

    def to_saying(self, path: str, sentence: str, *, tone: Tone = "good") -> Response:
        """The same with a sentence that is worded already."""
        if sentence and (session := self.caller.session) is not None:
            with self.desk.house.database.write() as connection:
                accounts.set_flash(connection, session.token_hash, [*session.flash, (tone, sentence)])
        return self.with_cookie(RedirectResponse(self.desk.address.base + inner(path), 303))

    def error(self, error: AnnouncerError) -> str:
        """What went wrong, in the reader's language where the error has it."""
        return error.said(self.language) if isinstance(error, NotAllowed) else str(error)

    def with_cookie(self, response: Response) -> Response:
        """The answer, with a cookie for a browser that has none yet: its forms need it."""
        if self.caller.fresh:
            self.desk.gate.set_cookie(response, self.caller.token)
        return response


def inner(path: str) -> str:
    """A path of the desk itself; whatever leads elsewhere becomes the first page."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() and "\\" not in path else "/"


def _visit(request: Request) -> Visit:
    visit = request.state.visit
    assert isinstance(visit, Visit)
    return visit


#: The visit of a page's function: `def page(visit: Here) -> Response`.
Here = Annotated[Visit, Depends(_visit)]
