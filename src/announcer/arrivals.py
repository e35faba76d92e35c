"""What comes in by itself while the service runs, as jobs of its clock."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator

import structlog

from announcer.engine import Engine
from announcer.errors import AnnouncerError
from announcer.office import inbox, polling
from announcer.store import rota

log = structlog.get_logger(__name__)


class TakingIn:
    """What comes in by itself: the watched folder, feeds of other systems, returned mails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._house = engine.house
        folder = engine.house.settings.intake.inbox
        self._inbox = None if folder is None else inbox.Inbox(engine.house, engine.house.settings.path(folder))

    def jobs(self) -> Iterator[tuple[str, int, Callable[[], None]]]:
        """Name, seconds between two runs, and the work; of many processes one does it."""
        for name, seconds, job in self._jobs():
            yield name, seconds, functools.partial(self._in_turn, name, seconds, job)

    def _jobs(self) -> Iterator[tuple[str, int, Callable[[], None]]]:
        wanted = self._house.settings.intake
        if self._inbox is not None:
            yield "inbox", wanted.inbox_seconds, self.look_into_inbox
        for name, source in self._house.settings.sources.items():
            yield f"feed:{name}", source.every_minutes * 60, functools.partial(self.poll, name)
        for name, mailbox in self._house.settings.bounces.items():
            yield f"bounces:{name}", mailbox.every_minutes * 60, functools.partial(self.look_for_bounces, name)

    def _in_turn(self, name: str, seconds: int, job: Callable[[], None]) -> None:
        mine = False
        with _logged("it is not known whose turn it is", job=name):
            mine = rota.takes_turn(self._house.database, name, self._engine.owner, 1.5 * seconds)
        if mine:
            job()

    def look_into_inbox(self) -> None:
        """Take in what lies in the folder; errors are logged, the next look tries again."""
        assert self._inbox is not None
        with _logged("the inbox could not be looked at"):
            for moved in self._inbox.look(self._house.clock()):
                if moved.why:
                    log.warning("a file could not be taken in", file=moved.file, why=moved.why)
                else:
                    log.info("taken in", file=moved.file, announcement=moved.id, questions=moved.questions)

    def poll(self, name: str) -> None:
        """Look at one feed; errors are logged, the next look tries again."""
        with _logged("the feed could not be read", feed=name):
            found = polling.poll(self._house, name, self._house.settings.sources[name], self._house.clock())
            if found.new or found.changed or found.refused:
                log.info("feed read", feed=name, new=found.new, changed=found.changed, refused=found.refused)

    def look_for_bounces(self, name: str) -> None:
        """Look into one mailbox; errors are logged, the next look tries again."""
        with _logged("the mailbox could not be read", mailbox=name):
            found = self._engine.look_for_bounces(name)
            if found.number:
                kinds = {kind.value: number for kind, number in found.kinds}
                log.info("mails came back", mailbox=name, ended=found.ended, **kinds)


@contextlib.contextmanager
def _logged(what: str, **about: object) -> Iterator[None]:
    """A job's fault is logged, and ends only this run."""
    try:
        yield
    except AnnouncerError as error:
        log.error(what, why=str(error), **about)
    except Exception:  # one bad file or feed must not end the job for good
        log.exception(what, **about)
