"""The permanent names of feed entries.

A reader that sees an unknown guid shows an unread entry. So a guid is made of
what never changes about an occurrence, and of nothing that may: no title,
slug, address, scheme or date.
"""

from __future__ import annotations

import json
from uuid import UUID, uuid5

from announcer.model.campaign import Occurrence

#: Fixed for ever. Another value would show every entry of every feed as new.
NAMESPACE = UUID("6f1e6a51-0a0b-4d0c-9a5e-3d1b8f5b7c42")


def feed_guid(occurrence: Occurrence, language: str, namespace: UUID = NAMESPACE) -> str:
    """The guid of `occurrence` in `language`, as `urn:uuid:…` (RFC 9562 §5.5).

    Corrections and withdrawals of an entry carry the guid of that entry.
    Guids are global in some readers (newsboat): an office that runs several
    installations with equal event ids gives each its own `namespace`, made
    once and kept with the data.
    """
    identity = [occurrence.subject.value, occurrence.subject_id, occurrence.rule_id, occurrence.anchor]
    # JSON keeps the parts apart: ("a", "b/c") and ("a/b", "c") stay two names.
    name = json.dumps([*identity, language.lower()], ensure_ascii=False, separators=(",", ":"))
    return uuid5(namespace, name).urn
