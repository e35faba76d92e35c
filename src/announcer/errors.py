"""The tree of errors. Each message names the place and the remedy.

    AnnouncerError
    ├── SettingsError      config.toml, the environment, a secret
    ├── IntakeError        text that came from outside and can't be taken
    ├── PlanningError      a rule or an event that gives no moment
    ├── TemplateError      a template that can't be rendered
    ├── NotAllowed         somebody who may not do this; says who can
    ├── ComposeError       content that doesn't fit; it never reached a network
    ├── FetchError         a page, picture or feed from elsewhere that can't be had
    ├── StoreError
    │   ├── NotFound
    │   └── Conflict
    └── SendError
        ├── ByHand         only a person can do it
        ├── Transient      try again, after `retry_after` seconds if given
        ├── Permanent      never try again
        ├── Credentials    pauses the channel
        └── UnknownOutcome the answer was lost; never repeated unseen

Foreign errors are translated once, at the edge, keeping the cause.
"""

from __future__ import annotations


class AnnouncerError(Exception):
    """Anything this program says no to, in a sentence a person can act on."""


class SettingsError(AnnouncerError):
    """The configuration can't be used."""


class IntakeError(AnnouncerError):
    """A text, table or file from outside can't be taken."""


class PlanningError(AnnouncerError):
    """A rule, playbook or event from which no moment follows."""


class TemplateError(AnnouncerError):
    """A template can't be rendered."""


class ComposeError(AnnouncerError):
    """Content that doesn't fit a channel; it never reached the network."""


class FetchError(AnnouncerError):
    """A page, picture or feed from elsewhere can't be fetched, or must not be.

    `status` is what its server answered, None if none did; `again` says
    whether trying later may help.
    """

    def __init__(self, message: str, *, status: int | None = None, again: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.again = again


class NotAllowed(AnnouncerError):
    """Somebody may not do this, or not alone. Says in both languages who can."""

    def __init__(self, english: str, german: str) -> None:
        super().__init__(english)
        self.german = german

    def said(self, language: str) -> str:
        """The sentence in the reader's language."""
        return self.german if language == "de" else str(self)


class StoreError(AnnouncerError):
    """The database says no."""


class NotFound(StoreError):
    """What was asked for isn't there."""


class Conflict(StoreError):
    """Somebody else changed it first, or a rule of the ledger forbids it."""


class SendError(AnnouncerError):
    """A channel could not deliver."""


class ByHand(SendError):
    """Only a person can do it; the message says what."""


class Transient(SendError):
    """Failed for now. `retry_after` is in seconds, when the other side named it."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Permanent(SendError):
    """Refused for good."""


class Credentials(SendError):
    """The channel's token or password is no longer accepted; pauses the channel."""


class UnknownOutcome(SendError):
    """The request left, the answer was lost: it may or may not have happened."""
