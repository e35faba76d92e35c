"""A visitor in Debian's Chromium, who notices what a good page must not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: WCAG 2.1, levels A and AA.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
PATIENCE_MS = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at."""

    scheme: Literal["light", "dark"]
    width: int

    def __str__(self) -> str:
        return f"{self.scheme}-{self.width}"


PHONE, DESKTOP = 360, 1280
LOOKS = tuple(Look(scheme, width) for scheme in ("light", "dark") for width in (PHONE, DESKTOP))


@dataclass
class Visit:
    """One page that is looked at, and what went wrong while it was. Without slots: Playwright hangs its own on it."""

    page: Page
    axe: str
    expected_status: int = 200
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Begin to notice."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}"))

    def _said(self, message: ConsoleMessage) -> None:
        # Chromium reports the status of the page itself as an error; for a page that has to answer so it is none.
        own_status = f"status of {self.expected_status}" in message.text and self.expected_status != 200
        if message.type in {"error", "warning"} and not own_status:
            self.faults.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.hostname != "127.0.0.1":
            self.faults.append(f"asked {request.url}")

    def open(self, url: str) -> None:
        """Go there, and expect the status."""
        answer = self.page.goto(url)
        assert answer is not None
        assert answer.status == self.expected_status, f"{url} answers {answer.status}"

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.1 AA; foreign frames are looked at on pages of their own."""
        self.page.evaluate(self.axe)
        found = self.page.evaluate("rules => axe.run({runOnly: rules, iframes: false})", list(RULES))
        assert found["passes"], "axe looked at nothing"
        # What axe can't decide counts as well, but for the contrast of what is half hidden in a strip that scrolls.
        doubts = [doubt for doubt in found["incomplete"] if doubt["id"] != "color-contrast"]
        return [line for violation in found["violations"] + doubts for line in _told(violation)]

    def too_wide(self) -> int:
        """By how many pixels the page is wider than the window."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wide


def _told(violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        yield f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Opens pages in one browser."""

    browser: Browser
    axe: str

    @contextmanager
    def visit(
        self, look: Look = LOOKS[1], *, scripts: bool = True, status: int = 200, language: str = "de-DE"
    ) -> Iterator[Visit]:
        """A fresh window without a past; what the page did wrong fails the block at its end."""
        context = self.browser.new_context(
            viewport={"width": look.width, "height": 900},
            color_scheme=look.scheme,
            java_script_enabled=scripts,
            locale=language,
            is_mobile=look.width == PHONE,
            has_touch=look.width == PHONE,
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            visit = Visit(context.new_page(), self.axe, status)
            visit.watch()
            yield visit
            assert not visit.faults, "\n".join(visit.faults)
        finally:
            _close(context)


def _close(context: Any) -> None:
    try:
        context.close()
    except Error as error:  # the browser is gone: what failed before says more
        print(error)
