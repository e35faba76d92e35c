"""Every module of pages of a campaign."""

from __future__ import annotations

from announcer.web.campaign import (
    approve_pages,
    change_pages,
    day_pages,
    event_pages,
    message_pages,
    rehearse_pages,
    report_pages,
    timeline_pages,
)

SECTIONS = (
    timeline_pages.routes,
    event_pages.routes,
    message_pages.routes,
    approve_pages.routes,
    change_pages.routes,
    day_pages.routes,
    report_pages.routes,
    rehearse_pages.routes,
)
