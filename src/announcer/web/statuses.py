"""Which HTTP status tells of which error, at the desk and in the API alike."""

from __future__ import annotations

from announcer.errors import AnnouncerError, Conflict, NotAllowed, NotFound, SettingsError, StoreError


def status_of(error: AnnouncerError) -> int:
    """The status of the answer that tells of an error."""
    match error:
        case NotAllowed():
            return 403
        case NotFound():
            return 404
        case Conflict():
            return 409
        case StoreError() | SettingsError():
            return 503
        case _:
            return 422
