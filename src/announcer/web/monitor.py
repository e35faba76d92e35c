"""The listener of whoever runs the house: health, readiness with its reasons, figures. Not for the public.

On the public pages stand `/healthz` and `/readyz` too, the latter without reasons.
"""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from announcer.upkeep.health import Health

_FRESH = {"Cache-Control": "no-store"}


def add_readiness(app: FastAPI, health: Health) -> None:
    """`/readyz` on the public pages: 200 or 503, and no word more."""

    def readyz() -> Response:
        ready = health.look().ready
        return PlainTextResponse("ready\n" if ready else "not ready\n", 200 if ready else 503, headers=_FRESH)

    app.add_api_route("/readyz", readyz, methods=["GET", "HEAD"], response_class=Response)


def monitor_app(health: Health, registry: CollectorRegistry) -> FastAPI:
    """`/healthz`, `/readyz` and `/metrics`."""
    app = FastAPI(title="announcer", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    def healthz() -> Response:
        return PlainTextResponse("ok\n", headers=_FRESH)

    def readyz() -> Response:
        found = health.look()
        points = {point.name: {"ok": point.ok, "said": point.said} for point in found.points}
        return JSONResponse({"ready": found.ready, "points": points}, 200 if found.ready else 503, headers=_FRESH)

    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=_FRESH)

    for path, endpoint in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_api_route(path, endpoint, methods=["GET", "HEAD"], response_class=Response)
    return app
