"""The log takes lines and gives none back, on both stores."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from announcer.store import journal
from announcer.store.database import Database
from tests.contract.ledger_world import NOW, OFFICE


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 1"]
)
def test_what_is_in_the_log_stays_as_it_is(database: Database, statement: str) -> None:
    with database.write() as connection:
        journal.note(connection, OFFICE, NOW, "move", "event tag", before="18.9.", after="19.9.", why="room")
    with pytest.raises(Exception, match="append-only"), database.write() as connection:
        connection.execute(sa.text(statement))
    with database.read() as connection:
        (entry,) = journal.entries(connection)
    assert (entry.actor, entry.before, entry.after, entry.why) == ("office", "18.9.", "19.9.", "room")


def test_postgresql_does_not_empty_it_either(database: Database) -> None:
    if database.sqlite:
        return  # it has no TRUNCATE
    with database.write() as connection:
        journal.note(connection, OFFICE, NOW, "move", "event tag")
    with pytest.raises(Exception, match="append-only"), database.write() as connection:
        connection.execute(sa.text("TRUNCATE audit"))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Beschwerde von Anna.Muster+x@post.example, telefonisch", "Beschwerde von (address), telefonisch"),
        ("<anna@post.example>;bo@mail.post.example", "<(address)>;(address)"),
        ("mailto:anna@post.example.", "mailto:(address)."),
        ("@presse@social.example schreibt", "@(address) schreibt"),
        ("15 Uhr @ Rathaus", "15 Uhr @ Rathaus"),
    ],
)
def test_nobodys_address_gets_into_it(database: Database, text: str, kept: str) -> None:
    with database.write() as connection:
        journal.note(connection, OFFICE, NOW, "x", text, before=text, after=text, why=text)
        (entry,) = journal.entries(connection)
    assert {entry.subject, entry.before, entry.after, entry.why} == {kept}
