"""What must not be written down: people's mail addresses, and every secret this process has read.

`keyring` tells every secret it hands out; whatever logs or shows an error asks
`without_secrets` first. Both know nobody and are safe from any thread.
"""

from __future__ import annotations

import re
import threading

#: What looks like a mail address, wherever it stands.
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:|]+@[^\s@<>\"'(),;:|/]+\.[^\s@<>\"'(),;:|/.]+")
ADDRESS_TAKEN_OUT = "(address)"
SECRET_TAKEN_OUT = "(secret)"
#: Anything shorter would take ordinary words out of every sentence.
SHORTEST_SECRET = 6

_lock = threading.Lock()
_secrets: tuple[str, ...] = ()


def without_addresses(text: str) -> str:
    """`text` with everything that looks like a mail address taken out."""
    return _ADDRESS.sub(ADDRESS_TAKEN_OUT, text) if "@" in text else text


def keep_out(secret: str) -> None:
    """From now on `secret` appears in no log and no error."""
    global _secrets
    if len(secret) < SHORTEST_SECRET:
        return
    with _lock:
        if secret not in _secrets:
            # The longest first: one may contain another.
            _secrets = tuple(sorted({*_secrets, secret}, key=len, reverse=True))


def without_secrets(text: str) -> str:
    """`text` with every secret taken out that was read so far."""
    for secret in _secrets:
        text = text.replace(secret, SECRET_TAKEN_OUT)
    return text


def fit_to_log(text: str) -> str:
    """`text` with neither secrets nor addresses."""
    return without_addresses(without_secrets(text))
