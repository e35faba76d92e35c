"""What the page of tokens says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GERMAN: Final[Mapping[str, str]] = {
    "tokens": "Programmzugänge",
    "tokens_lead": "Mit einem Zugangsschlüssel arbeitet ein Programm über die Schnittstelle /api/v1 in Ihrem Namen.",
    "tokens_none": "Noch hat kein Programm einen Zugang.",
    "token_shown": "Der Schlüssel. Er wird nur jetzt gezeigt; tragen Sie ihn im Programm ein:",
    "token_new": "Neuer Zugang",
    "token_title": "Welches Programm",
    "token_days": "Gilt so viele Tage",
    "token_scopes": "Darf",
    "scope_read": "alles lesen",
    "scope_write": "Mitteilungen aufnehmen und planen",
    "scope_stop": "anhalten",
    "token_make": "Schlüssel anlegen",
    "token_by": "im Namen von {name}",
    "token_until": "gilt bis {when}",
    "token_used": "zuletzt benutzt {when}",
    "token_unused": "noch nie benutzt",
    "token_revoke": "Sperren",
    "token_revoked": "Der Zugang ist gesperrt.",
    "token_description": "Beschreibung der Schnittstelle (OpenAPI)",
}
ENGLISH: Final[Mapping[str, str]] = {
    "tokens": "Tokens",
    "tokens_lead": "With a token a program works in your name, by the interface /api/v1.",
    "tokens_none": "No program has a token yet.",
    "token_shown": "The token. It is shown only now; enter it in the program:",
    "token_new": "New token",
    "token_title": "Which program",
    "token_days": "Lasts so many days",
    "token_scopes": "May",
    "scope_read": "read everything",
    "scope_write": "take in announcements and plan",
    "scope_stop": "stop",
    "token_make": "Make a token",
    "token_by": "in the name of {name}",
    "token_until": "good until {when}",
    "token_used": "last used {when}",
    "token_unused": "never used yet",
    "token_revoke": "Revoke",
    "token_revoked": "The token is revoked.",
    "token_description": "Description of the interface (OpenAPI)",
}
