"""The sections of config.toml about running the house: its log, its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LogSettings(_Section):
    """[log]: how the service tells what it does."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class MonitoringSettings(_Section):
    """[monitoring]: what watches the house."""

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)  #: None: no listener of its own.
    disk_free_mb: int = Field(default=200, ge=0)
    heartbeat_env: str = ""  #: Its address lets anybody feign our life, so it is kept like a secret.
    heartbeat_file: Path | None = None
    heartbeat_seconds: int = Field(default=60, ge=10, le=86_400)
