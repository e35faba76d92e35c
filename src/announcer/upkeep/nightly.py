"""What is done once a night: a backup, then forgetting what is past its time. Missed nights are made up for."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from announcer.errors import AnnouncerError
from announcer.office import holding
from announcer.office.house import House
from announcer.store import journal
from announcer.upkeep import backup, retention
from announcer.upkeep.figures import Figures

log = structlog.get_logger(__name__)

#: The setting with the last night that is done, so that a restart does not repeat it.
DONE = "nightly"


class Nightly:
    """Looks every few minutes whether tonight's work is done. On several machines the first one does it."""

    def __init__(self, house: House, figures: Figures) -> None:
        self._house, self._figures = house, figures

    def look(self) -> bool:
        """Do tonight's work if it is time to; whether it was. What goes wrong is logged and tried at the next look."""
        now = self._house.clock()
        if holding.state(self._house) is not None or not self._take(latest(now, self._house)):
            return False  # a database in doubt is neither worth keeping nor to be tidied
        try:
            self._back_up(now)
            done = retention.forget(self._house, now)
            log.info("nightly work is done", forgotten_mails=done.deliveries, forgotten_people=done.people)
        except AnnouncerError as error:
            self._figures.backups.labels("failed").inc()
            log.error("the nightly work failed; tried again within the hour", why=str(error))
            self._give_back()
        return True

    def _back_up(self, now: datetime) -> None:
        settings = self._house.settings
        if settings.backup.folder is None:
            return
        folder: Path = settings.path(settings.backup.folder)
        path = backup.make(self._house.database, settings, folder, now)
        backup.rotate(folder, settings.backup.keep)
        self._figures.backups.labels("made").inc()
        self._figures.last_backup.set(now.timestamp())
        log.info("backup made and read back", file=path.name, bytes=path.stat().st_size)

    def _take(self, night: str) -> bool:
        with self._house.database.write() as connection:
            if (journal.recall(connection, DONE) or "") >= night:
                return False
            journal.remember(connection, DONE, night)
            return True

    def _give_back(self) -> None:
        with self._house.database.write() as connection:
            journal.remember(connection, DONE, "")


def latest(now: datetime, house: House) -> str:
    """The last night whose hour has come, by the office's clock, as a date."""
    local = now.astimezone(ZoneInfo(house.settings.site.timezone))
    night = local.date() if local.time() >= house.settings.backup.at else local.date() - timedelta(days=1)
    return night.isoformat()
