"""One person of the newsletter: by what right they are written to, what they got; leaving, export, erasure.

An address never stands in the address of a page: those end up in logs. It
comes in a form, and from then on the person is a number.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from announcer.errors import AnnouncerError, NotFound
from announcer.model.accounts import Role
from announcer.office import holding, person
from announcer.store import people, received
from announcer.store.withdrawals import WithdrawalLog
from announcer.web.desk.section import Section
from announcer.web.desk.visit import Here

if TYPE_CHECKING:
    from announcer.web.desk.desk import Desk


def routes(desk: Desk) -> Section:
    """Looking somebody up, and what they may ask for."""
    section = Section(desk)

    @section.post("/newsletter/people", Role.AUTHOR)
    def search(visit: Here) -> Response:
        try:
            found = person.look(desk.house.database, desk.house.key, visit.text("address"))
        except AnnouncerError as error:
            return visit.to_saying("/newsletter", visit.error(error), tone="bad")
        return visit.to(f"/newsletter/people/{found.subscriber.id}")

    @section.get("/newsletter/people/{id_}", Role.AUTHOR)
    def page(visit: Here, id_: int) -> Response:
        found = _person(desk, id_)
        with desk.house.database.read() as connection:
            mails = received.addressed(connection, id_)
        values = {"person": found, "mails": mails, "belongings": person.belongings(desk.house.database, id_)}
        return visit.page("newsletter_person.html", values)

    @section.post("/newsletter/people/{id_}/leave", Role.AUTHOR)
    def leave(visit: Here, id_: int) -> Response:
        address = _person(desk, id_).subscriber.address
        person.leave(desk.house, address, visit.text("list") or None, visit.actor, visit.now, _kept(desk))
        return visit.to(f"/newsletter/people/{id_}", "person_left")

    @section.post("/newsletter/people/{id_}/export", Role.ADMIN)
    def export(visit: Here, id_: int) -> Response:
        address = _person(desk, id_).subscriber.address
        said = json.dumps(person.data(desk.house.database, desk.house.key, address), ensure_ascii=False, indent=2)
        headers = {"Content-Disposition": f'attachment; filename="person-{id_}.json"'}
        return Response(said, 200, headers, "application/json")

    @section.post("/newsletter/people/{id_}/erase", Role.ADMIN)
    def erase(visit: Here, id_: int) -> Response:
        if not visit.ticked("sure"):
            return visit.to(f"/newsletter/people/{id_}", "person_not_sure", tone="bad")
        if not person.erase(desk.house.database, desk.house.key, id_, visit.actor, visit.now, _kept(desk)):
            raise NotFound("nobody is there under this number any more")
        return visit.to("/newsletter", "person_erased")

    @section.post("/newsletter/suppress", Role.ADMIN)
    def suppress(visit: Here) -> Response:
        try:
            done = person.suppress(
                desk.house, visit.text("address"), visit.text("why"), visit.actor, visit.now, _kept(desk)
            )
        except AnnouncerError as error:
            return visit.to_saying("/newsletter", visit.error(error), tone="bad")
        return visit.to("/newsletter", "suppressed_now" if done else "suppressed_already")

    return section


def _person(desk: Desk, id_: int) -> person.Person:
    with desk.house.database.read() as connection:
        found = people.by_id(connection, id_)
    if found is None:
        raise NotFound("nobody is there under this number any more")
    return person.look(desk.house.database, desk.house.key, found.address)


def _kept(desk: Desk) -> WithdrawalLog | None:
    return holding.withdrawal_log(desk.house.settings)
