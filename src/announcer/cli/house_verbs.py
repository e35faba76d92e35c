"""channels, check, serve: the house itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from announcer.cli.app import REFUSED, app, channels_app
from announcer.cli.options import Json
from announcer.cli.terminal import Terminal, row, table

if TYPE_CHECKING:
    from announcer.newsletter.dkim import Signer
    from announcer.office.house import House


@dataclass(frozen=True, slots=True)
class Finding:
    """One point of a check."""

    what: str
    ok: bool
    said: str
    warns: bool = False  #: Nothing is wrong, but somebody should know.


def _report(terminal: Terminal, findings: list[Finding], json: bool) -> None:
    """Show what was found; leaves with 1 if anything is wrong."""
    bad = sum(not finding.ok for finding in findings)
    if json:
        terminal.json([{"what": one.what, "ok": one.ok, "said": one.said} for one in findings])
    else:
        for one in findings:
            mark, style = ("!", "yellow") if one.warns else ("✓", "green") if one.ok else ("✗", "red")
            terminal.line(f"{mark} {one.what}: {one.said}", style=style)
        if bad:
            terminal.say("check_bad", style="bold red", n=bad)
        else:
            terminal.say("check_ok", style="bold green")
    if bad:
        raise typer.Exit(REFUSED)


# -- channels --


@channels_app.command("list")
def channels_list(context: typer.Context, json: Json = False) -> None:
    """List the ways out, with what they can do."""
    terminal: Terminal = context.obj
    with terminal.house() as house:
        found = _channels(terminal, house)
    if json:
        terminal.json(found)
        return
    speech = terminal.speech
    shown = table(*(speech(key) for key in ("name", "kind", "state", "note")))
    for one in found:
        can = ", ".join(name for name in ("edit", "delete", "thread", "media") if one[name])
        row(shown, [one["name"], one["kind"], speech("enabled" if one["enabled"] else "disabled"), can])
    terminal.show(shown)


def _channels(terminal: Terminal, house: House) -> list[dict[str, object]]:
    """Those in use, then those that config.toml switches off."""
    found: list[dict[str, object]] = []
    for name, way in house.exits.items():
        can = way.can
        abilities = {"edit": can.edit, "delete": can.delete, "thread": can.thread, "media": can.media}
        found.append({"name": name, "kind": way.kind, "enabled": True, **abilities})
    off = [(name, "social") for name in terminal.settings.channels if name not in house.exits]
    if not terminal.settings.mail.enabled:
        off.append(("newsletter", "mail"))
    nothing = dict.fromkeys(("edit", "delete", "thread", "media"), False)
    return found + [{"name": name, "kind": kind, "enabled": False, **nothing} for name, kind in off]


@channels_app.command("check")
def channels_check(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this channel.")] = None,
    json: Json = False,
) -> None:
    """Try every channel without sending anything."""
    from announcer.errors import NotFound

    terminal: Terminal = context.obj
    with terminal.house(with_secrets=True) as house:
        if name is not None and name not in house.exits:
            raise NotFound(f"there is no channel {name!r} in use; known: {', '.join(house.exits)}")
        findings = [_try(house, one) for one in house.exits if name in (None, one)]
    _report(terminal, findings, json)


def _try(house: House, name: str) -> Finding:
    from announcer.errors import AnnouncerError

    try:
        health = house.exits[name].check()
    except AnnouncerError as error:
        return Finding(name, False, str(error))
    return Finding(name, health.ok, health.said)


# -- check --


@app.command()
def check(context: typer.Context, json: Json = False) -> None:
    """Read the settings, open the database, compile the templates, try every channel. Sends nothing."""
    terminal: Terminal = context.obj
    _report(terminal, list(_checked(terminal)), json)


def _checked(terminal: Terminal) -> Iterator[Finding]:
    """Point by point; what needs the house is left out where the house can't be opened."""
    from announcer.cli.terminal import DEFAULT_CONFIG
    from announcer.errors import AnnouncerError

    speech = terminal.speech
    settings = _found(speech("settings"), lambda: _settings_point(terminal, str(terminal.config or DEFAULT_CONFIG)))
    yield settings
    if not settings.ok:
        return
    yield _found(speech("database"), lambda: _database_point(terminal))
    yield from _template_points(terminal)
    try:
        with terminal.engine() as engine:
            yield from _playbook_points(terminal, engine.house)
            yield from (_try(engine.house, name) for name in engine.house.exits)
            yield from (_dkim_point(terminal, signer) for signer in engine.postroom.signers())
            yield _people_point(terminal, engine.house)
            yield from (Finding(*one) for one in engine.alerts.check())
    except AnnouncerError as error:
        yield Finding(speech("channels"), False, str(error))


def _found(what: str, point: Callable[[], str]) -> Finding:
    from announcer.errors import AnnouncerError

    try:
        return Finding(what, True, point())
    except AnnouncerError as error:
        return Finding(what, False, str(error))


def _settings_point(terminal: Terminal, path: str) -> str:
    settings = terminal.settings
    return terminal.speech("settings_ok", path=settings.root / path)


def _database_point(terminal: Terminal) -> str:
    from announcer.store import schema
    from announcer.store.database import open_database

    database = open_database(terminal.settings.database_url())
    try:
        schema.migrate(database)
        return terminal.speech("database_ok", revision=schema.current_revision(database))
    finally:
        database.close()


def _dkim_point(terminal: Terminal, signer: Signer) -> Finding:
    """The record that the public half of a key needs in the DNS."""
    name = f"{signer.selector}._domainkey.{signer.domain}"
    return Finding("DKIM", True, terminal.speech("dkim_record", name=name, record=signer.record))


def _people_point(terminal: Terminal, house: House) -> Finding:
    """Whether somebody can approve, and with four eyes also what the other wrote."""
    from announcer.office import staff

    speech = terminal.speech
    with house.database.read() as connection:
        people = staff.read(connection, house)
    able = people.may_approve_today(staff.today(house, house.clock()))
    names = ", ".join(one.name for one in able)
    if not people.people:
        return Finding(speech("office_people"), True, speech("people_missing"), warns=True)
    if not able:
        return Finding(speech("office_people"), False, speech("nobody_approves"))
    if people.four_eyes and len(able) == 1:
        return Finding(speech("office_people"), False, speech("one_approves", names=names))
    eyes = speech("four_eyes") if people.four_eyes else speech("two_eyes")
    return Finding(speech("office_people"), True, speech("people_ok", names=names, eyes=eyes))


def _template_points(terminal: Terminal) -> Iterator[Finding]:
    from announcer.errors import AnnouncerError
    from announcer.rendering.renderer import Renderer

    what, settings = terminal.speech("templates"), terminal.settings
    own = settings.paths.templates
    try:
        faults = Renderer([settings.path(own)] if own else [], settings.site).check()
    except AnnouncerError as error:
        faults = [str(error)]
    if not faults:
        yield Finding(what, True, terminal.speech("templates_ok"))
    yield from (Finding(what, False, fault) for fault in faults)


def _playbook_points(terminal: Terminal, house: House) -> Iterator[Finding]:
    """Whether each playbook can be read, and the templates its rules name are there."""
    from announcer.errors import AnnouncerError
    from announcer.office.playbooks import lacking
    from announcer.office.worlds import read_playbook
    from announcer.store import playbooks

    what, faults = terminal.speech("playbooks"), list[str]()
    with house.database.read() as connection:
        for id_ in playbooks.ids(connection):
            try:
                faults += lacking(house, read_playbook(connection, id_))
            except AnnouncerError as error:
                faults.append(f"{id_}: {error}")
    if not faults:
        yield Finding(what, True, terminal.speech("playbooks_ok"))
    yield from (Finding(what, False, fault) for fault in faults)


# -- serve --


@app.command()
def serve(
    context: typer.Context,
    web_only: Annotated[
        bool, typer.Option("--web-only", help="Only pages and desk; 'announcer worker' sends (PostgreSQL).")
    ] = False,
) -> None:
    """Run the service: it sends what is due and serves the public pages."""
    from announcer.service import Part
    from announcer.service import serve as run

    terminal: Terminal = context.obj
    raise typer.Exit(run(terminal.settings, part=Part.WEB if web_only else Part.ALL))


@app.command()
def worker(context: typer.Context) -> None:
    """Run a worker: it only sends what is due, beside any number of others (PostgreSQL)."""
    from announcer.service import Part, serve

    terminal: Terminal = context.obj
    raise typer.Exit(serve(terminal.settings, part=Part.WORK))
