"""What signing up counts, under which names, and how long that is kept.

Every name ends with a keyed hash: of an IP address together with the day, or
of a mail address.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from announcer.store import outbox

#: The way by which confirmation mails leave the outbox.
WAY: Final = outbox.CONFIRMATION
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Who wished for no more mail can come back by the form; nobody else shall be able to annoy them with it.
SELDOM = timedelta(days=30)

CALLER: Final = "signup-caller:"
EVERYBODY: Final = "signup-all"
MAILED: Final = "signup-mail:"
MAILED_SELDOM: Final = "signup-mail-seldom:"
#: How long after its last use each is kept.
KEPT: Final[Mapping[str, timedelta]] = {CALLER: HOUR, MAILED: DAY, MAILED_SELDOM: SELDOM}
