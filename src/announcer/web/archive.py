"""The archive of issues: what a list's newsletter told, for whoever came later."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from announcer.office.shown_issues import ShownIssues
from announcer.web.pages import READ, Pages

PATH = "/ausgaben"


class Archive:
    """The routes of the archive. Made by `public_app`."""

    def __init__(self, pages: Pages, issues: ShownIssues) -> None:
        self._pages = pages
        self._issues = issues

    def mount(self, app: FastAPI) -> None:
        """Add the routes to `app`."""
        app.add_api_route(PATH, self.all, methods=READ, response_class=Response)
        app.add_api_route(f"{PATH}/{{issue_id}}", self.one, methods=READ, response_class=Response)

    def all(self, request: Request) -> Response:
        """Every issue, the latest first; without any there is no such page."""
        found = self._issues.all()
        if not found:
            return self._pages.not_found(request)
        language = self._pages.language(request)
        return self._pages.page(request, "issues.html", language, {"issues": found}, path=PATH)

    def one(self, request: Request, issue_id: str) -> Response:
        """What one issue told, as its announcements stand now; corrections and withdrawals show."""
        found = next((one for one in self._issues.all() if str(one.id) == issue_id), None)
        if found is None:
            return self._pages.not_found(request)
        language = self._pages.language(request)
        return self._pages.page(request, "issue.html", language, {"issue": found}, path=f"{PATH}/{found.id}")
