"""The API as an application below `/api/v1` of the desk. A token says who and what; there are no cookies here."""

from __future__ import annotations

import hashlib
import http
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import Depends, FastAPI, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from announcer.errors import AnnouncerError, Conflict
from announcer.intake import asking
from announcer.office import api_tokens, campaigns, drafting, pause
from announcer.office.house import House
from announcer.store import api_access, campaign, facts, journal
from announcer.store.api_access import Answer, Token
from announcer.web.api.shapes import (
    AnnouncementShape,
    CampaignList,
    CampaignShape,
    MessageList,
    MessageShape,
    NewAnnouncement,
    Stop,
    StopList,
    TakenIn,
    problems,
)
from announcer.web.statuses import status_of

log = structlog.get_logger(__name__)

#: So long a write may be repeated under its key.
REPEATABLE = timedelta(hours=24)
_bearer = HTTPBearer(auto_error=False, description="A token from the desk's page 'Tokens'")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_:-]{0,90}$")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$",
        description="A write repeated under the same key answers the same and does nothing more (for 24 hours)",
    ),
]  # fmt: skip
T = TypeVar("T", bound=BaseModel)


def api_app(house: House) -> FastAPI:
    """The API over an open house."""
    app = FastAPI(
        title="announcer", version="1", docs_url=None, redoc_url=None, redirect_slashes=False,
        description="What the press desk does, for programs. Every error is a problem (RFC 9457).",
    )  # fmt: skip
    _answer_errors(app)
    _reads(app, house)
    _writes(app, house)
    return app


def _may(house: House, scope: str) -> Any:
    def check(credentials: Credentials) -> Token:
        token = None
        if credentials is not None:
            token = api_tokens.known(house, credentials.credentials, house.clock())
        if token is None:
            raise HTTPException(
                401, "send a token that counts: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"}
            )
        if scope not in token.scopes:
            raise HTTPException(403, f"this token may not do this; it needs the scope {scope!r}")
        return token

    return Depends(check)


def _reads(app: FastAPI, house: House) -> None:
    @app.get("/campaigns", responses=problems(401, 403, 503), dependencies=[_may(house, "read")])
    def campaigns_list() -> CampaignList:
        """All campaigns by their names."""
        with house.database.read() as connection:
            keys = campaigns.all_campaigns(connection)
        found = [
            CampaignShape(id=key.name, kind="event" if key.event_id else "digest" if key.digest_id else "announcement")
            for key in keys
        ]
        return CampaignList(campaigns=found)

    @app.get(
        "/campaigns/{name}/messages", responses=problems(401, 403, 404, 422, 503), dependencies=[_may(house, "read")]
    )
    def messages(name: Name) -> MessageList:
        """What is said when, and what became of it."""
        with house.database.read() as connection:
            key = campaigns.find(connection, name)
            found = campaign.messages(connection, key)
        return MessageList(campaign=key.name, messages=[MessageShape.of(one) for one in found])

    @app.get("/announcements/{name}", responses=problems(401, 403, 404, 422, 503), dependencies=[_may(house, "read")])
    def announcement(name: Name) -> AnnouncementShape:
        """A stored announcement."""
        with house.database.read() as connection:
            said = facts.announcement_facts(connection, name)
        return AnnouncementShape(
            id=said.id, version=said.version, headline=said.headline, lead=said.lead, body=said.body,
            language=said.language, event_id=said.event_id, embargoed_until=said.embargoed_until,
        )  # fmt: skip

    @app.get("/stops", responses=problems(401, 403, 503), dependencies=[_may(house, "read")])
    def stops() -> StopList:
        """What stands still, and why."""
        with house.database.read() as connection:
            found = journal.pauses(connection)
        return StopList(stops=[Stop(what=what, why=why[:300]) for what, why in found.items()])


def _writes(app: FastAPI, house: House) -> None:
    errors = problems(400, 401, 403, 404, 409, 413, 422, 503)
    write, stop_scope = _may(house, "write"), _may(house, "stop")

    @app.post("/announcements", status_code=201, responses={201: {"model": TakenIn}, **errors})
    def take_in(said: NewAnnouncement, token: Token = write, key: Key = None) -> Response:
        """Take in a text and store it; what only a person knows comes back as questions."""

        def do() -> TakenIn:
            actor, now = token.account.actor, house.clock()
            draft = drafting.begin_pasted(house, said.text, actor, now, said.released)
            step = drafting.answer(house, draft.id, draft.version, said.answers)
            if step.refused:
                drafting.throw_away(house, draft.id, actor, now)
                raise RequestValidationError([{"loc": ("answers",), "msg": "; ".join(step.refused.values())}])
            found = drafting.store(house, step, actor, now, with_event=said.with_event)
            asked = [asking.question(one, "en") for one in step.taken.proposal.questions]
            return TakenIn(id=found.id, event_id=found.event_id, questions=asked)

        return _once(house, token, key, ("take in", said), 201, do)

    @app.post("/campaigns/{name}/plan", responses={200: {"model": MessageList}, **errors})
    def plan(name: Name, token: Token = write, key: Key = None) -> Response:
        """Plan a campaign, or plan it again."""

        def do() -> MessageList:
            with house.database.read() as connection:
                found = campaigns.find(connection, name)
            planned = campaigns.plan_campaign(house, found, token.account.actor, house.clock())
            return MessageList(campaign=found.name, messages=[MessageShape.of(one) for one in planned])

        return _once(house, token, key, ("plan", name), 200, do)

    @app.post("/stops", responses={200: {"model": Stop}, **errors})
    def stop(said: Stop, token: Token = stop_scope, key: Key = None) -> Response:
        """Nothing more leaves by this until it is taken up again at the desk."""

        def do() -> Stop:
            pause.pause(house, said.what, token.account.actor, said.why, house.clock())
            return said

        return _once(house, token, key, ("stop", said), 200, do)


def _once(
    house: House, token: Token, key: str | None, asked: tuple[str, object], status: int, do: Callable[[], T]
) -> Response:
    """Do a write, or answer what it answered when it was done under this key."""
    if key is None:
        return _json(do().model_dump_json(), status)
    hashed = hashlib.sha256(f"{token.id} {key}".encode()).hexdigest()
    request = hashlib.sha256(repr(asked).encode()).hexdigest()
    with house.database.write() as connection:
        now = house.clock()
        api_access.forget(connection, now - REPEATABLE)
        before = api_access.begin(connection, hashed, request, now)
    if before is not None:
        if before.status == 0:
            raise Conflict("the first request under this Idempotency-Key is still at work; try again in a moment")
        return _json(before.body, before.status)
    try:
        body = do().model_dump_json()
    except BaseException:
        with house.database.write() as connection:
            api_access.give_up(connection, hashed)
        raise
    with house.database.write() as connection:
        api_access.keep(connection, hashed, Answer(status, body))
    return _json(body, status)


def _json(body: str, status: int) -> Response:
    return Response(body, status, media_type="application/json")


def _answer_errors(app: FastAPI) -> None:
    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:10])
        return problem(422, said)

    def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, AnnouncerError)
        status = status_of(error)
        if status == 503:
            log.error("the API could not answer", why=str(error))
        return problem(status, str(error))

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(AnnouncerError, failed)


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An error as RFC 9457 has it."""
    said = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(said, status, headers, "application/problem+json")
