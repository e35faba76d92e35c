"""The sections of config.toml about running the house: its log, its figures, its backups, how long things are kept."""

from __future__ import annotations

from datetime import time
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


class BackupSettings(_Section):
    """[backup]: the nightly copy."""

    folder: Path | None = None  #: None: no nightly copy.
    at: time = time(2, 30)  #: On the office's clock.
    keep: int = Field(default=14, ge=1)


class RetentionSettings(_Section):
    """[retention]: how long what is over is kept; 0 keeps it for ever."""

    deliveries_days: int = Field(default=400, ge=0)  #: Who received which mail.
    left_days: int = Field(default=1095, ge=0)  #: People who have left every list, with the proof of their consent.
