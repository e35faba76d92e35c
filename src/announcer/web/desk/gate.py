"""Who comes in: the session behind a cookie, the role a page asks for, the token in every form.

One place for all pages. Each route declares its role (`section.Section`), and
nothing is answered before it was checked.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from announcer.model.accounts import Account, Role
from announcer.office import accounts
from announcer.office.house import House
from announcer.store.accounts import Session
from announcer.web.desk.address import Address

CSRF_FIELD = "form_token"
CSRF_HEADER = "x-form-token"
#: Cookies last as long as the longest session.
_COOKIE_SECONDS = int(accounts.LONGEST.total_seconds())
_LONGEST_TEXT = 4 * 1024 * 1024


class SignInNeeded(Exception):
    """Nobody is signed in, and the page needs somebody."""


class RoleNeeded(Exception):
    """Somebody is signed in who may not do this."""

    def __init__(self, role: Role) -> None:
        super().__init__(role)
        self.role = role


class ForeignForm(Exception):
    """A form that was not sent by a page of the desk, or by one that is too old."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: a cookie's token, and the session behind it."""

    token: str  #: Of the cookie, or a fresh one that the answer sets.
    fresh: bool
    session: Session | None

    @property
    def account(self) -> Account | None:
        """Who is signed in."""
        return None if self.session is None else self.session.account


class Gate:
    """Checks who comes in."""

    def __init__(self, house: House, address: Address) -> None:
        self._house = house
        self._address = address

    def caller(self, request: Request) -> Caller:
        """Who sent the request."""
        given = request.cookies.get(self._address.cookie, "")
        if not 20 <= len(given) <= 100:
            return Caller(secrets.token_urlsafe(32), True, None)
        return Caller(given, False, accounts.signed(self._house, given, self._house.clock()))

    def form_token(self, token: str) -> str:
        """What a form of this browser carries; worthless without its cookie."""
        return hmac.digest(self._house.key, b"announcer desk form " + token.encode(), "sha256").hex()

    def check_role(self, caller: Caller, role: Role | None) -> None:
        """Raises `SignInNeeded` or `RoleNeeded`; None is open to everybody."""
        if role is None:
            return
        if caller.account is None:
            raise SignInNeeded
        if not caller.account.has(role):
            raise RoleNeeded(role)

    async def form(self, request: Request) -> FormData:
        """The fields of a request that changes something, empty for any other. Raises `ForeignForm`."""
        if request.method in {"GET", "HEAD"}:
            if not self._address.is_known_host(request):
                raise ForeignForm
            return FormData()
        if not self._address.is_ours(request):
            raise ForeignForm
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            raise ForeignForm
        return await request.form(max_files=20, max_fields=2000, max_part_size=_LONGEST_TEXT)

    def check_form(self, request: Request, caller: Caller, form: FormData) -> None:
        """Raises `ForeignForm` if a form lacks this browser's token."""
        if request.method in {"GET", "HEAD"}:
            return
        given = request.headers.get(CSRF_HEADER) or form.get(CSRF_FIELD)
        if not isinstance(given, str) or caller.fresh:
            raise ForeignForm
        if not hmac.compare_digest(given.encode(), self.form_token(caller.token).encode()):
            raise ForeignForm

    def set_cookie(self, response: Response, token: str) -> None:
        """Give the browser its token."""
        response.set_cookie(
            self._address.cookie, token, max_age=_COOKIE_SECONDS, path="/", secure=self._address.secure,
            httponly=True, samesite="lax",
        )  # fmt: skip

    def drop_cookie(self, response: Response) -> None:
        """Take the token away from the browser."""
        response.delete_cookie(
            self._address.cookie, path="/", secure=self._address.secure, httponly=True, samesite="lax"
        )
