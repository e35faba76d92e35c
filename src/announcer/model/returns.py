"""What comes back to the sender of the newsletter."""

from __future__ import annotations

from enum import StrEnum


class ReturnKind(StrEnum):
    """What a mail that came back means."""

    HARD = "hard"  #: The address is no good: it is never written to again.
    SOFT = "soft"  #: It could not be delivered this time; counted.
    DELAYED = "delayed"  #: A relay still tries.
    COMPLAINT = "complaint"  #: The recipient called it spam: never written to again.
    ABSENT = "absent"  #: A note of absence or another machine's answer; no bounce.
    NOTICE = "notice"  #: Arrived, read, or about something else than the address.
    UNCLEAR = "unclear"  #: Nobody but a person can tell what it says.
    STRANGE = "strange"  #: A bounce, but of no mail that this house knows.


#: What a person has to look at.
FOR_A_PERSON = (ReturnKind.UNCLEAR, ReturnKind.STRANGE)
