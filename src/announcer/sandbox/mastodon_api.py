"""The calls of the Mastodon API that announcer uses (https://docs.joinmastodon.org/methods/).

The routes are coroutines without a pause between looking and recording, so
each request is settled whole before the next.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from announcer.sandbox.mastodon import ACCOUNT_ID, Mastodon, Refused


def refused(_: Request, error: Exception) -> Response:
    """Put a `Refused` into Mastodon's words: `{"error": "…"}`."""
    assert isinstance(error, Refused)
    return JSONResponse({"error": error.error}, status_code=error.status)


def router(mastodon: Mastodon) -> APIRouter:
    """The routes under /api; a path nobody knows answers 404 in JSON."""
    api = APIRouter(prefix="/api")
    _reading(api, mastodon)
    _writing(api, mastodon)

    @api.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    async def nothing(path: str) -> Response:
        raise Refused(404, "The page you are looking for isn't here.")

    return api


def _reading(api: APIRouter, mastodon: Mastodon) -> None:
    @api.get("/v2/instance")
    async def instance() -> Response:
        return JSONResponse(mastodon.instance())

    @api.get("/v1/accounts/verify_credentials")
    async def verify_credentials(request: Request) -> Response:
        _authorise(request)
        source = {"source": {"privacy": "public", "sensitive": False, "language": None}}
        return JSONResponse(mastodon.account() | source)

    @api.get("/v1/accounts/{account_id}/statuses")
    async def account_statuses(account_id: str, limit: int = 20, max_id: str = "", since_id: str = "") -> Response:
        if account_id != ACCOUNT_ID:
            raise Refused(404, "Record not found")
        newest = [s for s in reversed(mastodon.shown().values()) if _between(s.id, since_id, max_id)]
        return JSONResponse([mastodon.entity(status) for status in newest[: max(1, min(limit, 40))]])

    @api.get("/v1/statuses/{status_id}")
    async def read(status_id: str) -> Response:
        return JSONResponse(mastodon.entity(mastodon.status(status_id)))

    @api.get("/v1/statuses/{status_id}/source")
    async def source(request: Request, status_id: str) -> Response:
        _authorise(request)
        status = mastodon.status(status_id)
        return JSONResponse({"id": status.id, "text": status.text, "spoiler_text": status.spoiler_text})

    @api.get("/v1/statuses/{status_id}/history")
    async def history(status_id: str) -> Response:
        return JSONResponse(mastodon.versions(status_id))


def _writing(api: APIRouter, mastodon: Mastodon) -> None:
    async def fields(request: Request) -> dict[str, str]:
        _authorise(request)
        if mastodon.faults.take("refuse"):
            raise Refused(mastodon.faults.status, "Refused on command")
        return await _fields(request)

    def done(entity: dict[str, Any]) -> Response:
        if mastodon.faults.take("lose_answer"):
            raise Refused(502, "Lost on command")
        return JSONResponse(entity)

    @api.post("/v1/statuses")
    async def publish(request: Request) -> Response:
        form = await fields(request)
        return done(mastodon.entity(mastodon.publish(form, request.headers.get("idempotency-key", ""))))

    @api.put("/v1/statuses/{status_id}")
    async def edit(request: Request, status_id: str) -> Response:
        form = await fields(request)
        return done(mastodon.entity(mastodon.edit(status_id, form)))

    @api.delete("/v1/statuses/{status_id}")
    async def delete(request: Request, status_id: str) -> Response:
        await fields(request)
        old = mastodon.delete(status_id)
        return done(mastodon.entity(old) | {"text": old.text})


def _authorise(request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused(401, "The access token is invalid")


async def _fields(request: Request) -> dict[str, str]:
    """The request's fields, sent as JSON or as a form; empty ones left out."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            data = await request.json()
        except json.JSONDecodeError as error:
            raise Refused(400, "Error occurred while parsing request parameters") from error
        given = dict(data) if isinstance(data, dict) else {}
    else:
        given = dict(await request.form())
    return {str(key): str(value) for key, value in given.items() if value not in (None, "", [])}


def _between(status_id: str, since_id: str, max_id: str) -> bool:
    number = int(status_id)
    after = not since_id.isdigit() or number > int(since_id)
    return after and (not max_id.isdigit() or number < int(max_id))
