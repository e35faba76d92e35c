"""Whom a connection trusts: the system's authorities, or those that config.toml names."""

from __future__ import annotations

import ssl

from announcer.errors import SettingsError
from announcer.settings import Settings


def authorities(settings: Settings) -> ssl.SSLContext | None:
    """A TLS context that trusts the authorities in `ca_bundle` of [proxy]; None where the system's count.

    Raises `SettingsError` if the file holds none.
    """
    if settings.proxy.ca_bundle is None:
        return None
    path = settings.path(settings.proxy.ca_bundle)
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"config.toml: [proxy] 'ca_bundle' names {path}, which holds no certificates; name a PEM file"
        ) from error
