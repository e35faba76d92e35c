"""The log of the service: lines for people or JSON for machines, without secrets and without people's addresses."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from announcer.redaction import fit_to_log
from announcer.settings import LogSettings

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Everything the service logs goes to `stream` (standard error), as config.toml says."""
    shown = structlog.processors.JSONRenderer(ensure_ascii=False) if settings.format == "json" else _plain(stream)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # first, so that a traceback is looked through as well
            redact,
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.level]),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def _plain(stream: TextIO | None) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=(stream or sys.stderr).isatty())


def redact(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: no value of the line holds a secret or an address any more."""
    del logger, method
    return {key: _clean(value) for key, value in line.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, dict):
        return {fit_to_log(str(key)): _clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one) for one in value]
    return fit_to_log(str(value))
