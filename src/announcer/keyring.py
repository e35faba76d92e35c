"""Secrets: read from where config.toml names them, the signing key made once. None of them stands in the file."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from announcer.errors import SettingsError
from announcer.redaction import keep_out
from announcer.settings import Settings


def secret(settings: Settings, section: str, *, env: str, file: Path | None, what: str) -> str:
    """The secret named by `*_env` or `*_file` of `section`; raises `SettingsError` if there is none."""
    found = _find(settings, section, env=env, file=file, what=what)
    keep_out(found)
    return found


def _find(settings: Settings, section: str, *, env: str, file: Path | None, what: str) -> str:
    if env:
        if value := os.environ.get(env, "").strip():
            return value
        raise SettingsError(
            f"config.toml: [{section}] names the environment variable {env} for its {what}, but it is not set; set it"
        )
    if file is not None:
        try:
            return settings.path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(
                f"config.toml: [{section}] names the file {file} for its {what}: {error.strerror}; create it"
            ) from error
    raise SettingsError(
        f"config.toml: [{section}] has no '{what}_env'; name the environment variable that holds the {what}"
    )


@dataclass(frozen=True, slots=True)
class Secrets:
    """Reads what config.toml names; `optional` is for verbs that send nothing."""

    settings: Settings
    optional: bool = False

    def read(self, section: str, *, env: str, file: Path | None, what: str) -> str:
        """The secret; where secrets are optional, a missing one is a word that no network accepts."""
        try:
            return secret(self.settings, section, env=env, file=file, what=what)
        except SettingsError:
            if not self.optional:
                raise
            return "not-set"


def keep_secret(path: Path, secret: str) -> None:
    """Write a secret into a file that only its owner can read; raises `SettingsError` if it can't be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # an older file might be readable by others
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsError(f"{path} can't be written: {error.strerror}; name another with --file") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secret + "\n")


def signing_key(settings: Settings) -> bytes:
    """The key behind unsubscribe and preference links. Made once, then kept: losing it breaks every link."""
    keys = settings.keys
    if keys.secret_env:
        return secret(settings, "keys", env=keys.secret_env, file=None, what="secret").encode()
    path = settings.path(keys.secret_file)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_hex(32) + "\n")
    return secret(settings, "keys", env="", file=keys.secret_file, what="secret").encode()
