"""The help texts: written in English beside the verbs, and here in German; and in which order the verbs are shown."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from announcer.cli import bounce_words, intake_words, person_words, post_words, sending_words, upkeep_words

#: The verbs in the order of the work, under their headings (English, German).
PANELS: Final[Sequence[tuple[tuple[str, str], Sequence[str]]]] = (
    (("Taking in", "Aufnehmen"), ("add", "event", "intake")),
    (
        ("Planning and approving", "Planen und freigeben"),
        ("plan", "preview", "approve", "words", "text", "picture", "attachment", "press-link", "sample", "drop"),
    ),
    (
        ("What changes", "Was sich ändert"),
        ("move", "registration", "programme", "room", "delay", "person", "cancel", "postpone", "correct", "withdraw"),
    ),
    (
        ("Watching", "Im Blick behalten"),
        (
            "status",
            "posts",
            "settle",
            "byhand",
            "decide",
            "log",
            "sending",
            "recipients",
            "pause",
            "resume",
            "stop",
            "release-hold",
        ),
    ),
    (("Approval", "Freigabe"), ("requests", "deputies")),
    (
        ("The house", "Das Haus"),
        (
            *("subscribers", "bounces", "channels", "feeds", "playbook", "digest"),
            *("check", "serve", "worker", "publish", "rehearse"),
        ),
    ),
    (("Keeping it running", "Am Laufen halten"), ("doctor", "backup", "restore")),
)

GERMAN: Final[Mapping[str, str]] = {
    **person_words.HELP,
    **post_words.HELP,
    **intake_words.HELP,
    **upkeep_words.HELP,
    **bounce_words.HELP,
    **sending_words.HELP,
    "Press releases become feeds, posts and mails, each at its moment; every change follows.": (
        "Aus Pressemitteilungen werden Feeds, Beiträge und Mails, jede zu ihrer Zeit; jede Änderung folgt überallhin."
    ),
    "The settings; config.toml in this folder.": "Die Einstellungen; sonst config.toml in diesem Ordner.",
    "The language of the output; that of the site.": "Sprache der Ausgabe; sonst die der Website.",
    "Show the traceback of an error.": "Bei einem Fehler alle Einzelheiten zeigen.",
    "Show the version.": "Die Version zeigen.",
    "Who does this.": "Wer das tut.",
    "Don't ask.": "Nicht nachfragen.",
    "Only look; change nothing.": "Nur ansehen, nichts ändern.",
    "How posts that are out are put right: edit, reply, repost (withdraw: delete, keep); CHANNEL=HOW for one.": (
        "Wie Beiträge, die schon draußen sind, berichtigt werden: edit (ändern), reply (antworten), repost (löschen "
        "und neu); bei withdraw: delete (löschen), keep (als Hinweis stehen lassen); KANAL=WIE für einen Kanal."
    ),
    "Plain JSON on stdout.": "Reines JSON ausgeben.",
    "Why; for the log.": "Warum; für das Protokoll.",
    "The id of an event or announcement.": "Kennung einer Veranstaltung oder Mitteilung.",
    "The event's id.": "Kennung der Veranstaltung.",
    "The programme item's id.": "Kennung des Programmpunkts.",
    "The announcement's id.": "Kennung der Mitteilung.",
    "The file.": "Die Datei.",
    "Send a mail to one person of the office first, in exactly the words its recipients will read.": (
        "Eine Mail zuerst an einen Menschen im Büro schicken, genau so, wie die Empfänger sie lesen werden."
    ),
    "The mail.": "Die Mail.",
    "Who gets it, as in config.toml.": "Wer sie bekommt, wie in config.toml.",
    # Taking in
    "Events and their programme.": "Veranstaltungen und ihr Programm.",
    "Take in an event from its TOML file.": "Eine Veranstaltung aus ihrer TOML-Datei aufnehmen.",
    "When is said what; conference if not given.": "Wann was gesagt wird; sonst conference.",
    "List the events, the newest first.": "Die Veranstaltungen zeigen, die neueste zuerst.",
    "Show an event with its programme.": "Eine Veranstaltung mit ihrem Programm zeigen.",
    "Say that the date of an event is right, so that it plans.": (
        "Bestätigen, dass der Termin stimmt; erst dann wird geplant."
    ),
    # Planning and approving
    "Plan an event's or announcement's messages, or plan them again, and show the timeline.": (
        "Die Nachrichten planen oder neu planen und den Zeitplan zeigen."
    ),
    "Show exactly what will be sent, channel by channel.": "Zeigen, was genau hinausgeht, Kanal für Kanal.",
    "Only this message; may be repeated.": "Nur diese Nachricht; mehrfach möglich.",
    "What is due that local day.": "Was an diesem Tag fällig ist.",
    "Write the mail's HTML to this file.": "Das HTML der Mail in diese Datei schreiben.",
    "Approve what is drafted: from then on exactly this text is sent, each at its moment.": (
        "Die Entwürfe freigeben: Danach geht genau dieser Text hinaus, jeder zu seiner Zeit."
    ),
    "Strike out messages that have not left; planning again does not bring them back.": (
        "Nachrichten streichen, die noch nicht hinausgegangen sind; auch neues Planen bringt sie nicht zurück."
    ),
    "The message; may be repeated.": "Die Nachricht; mehrfach möglich.",
    "The date it has after all, like 2026-09-18T12:00.": "Der Beginn, falls er noch fehlt, etwa 2026-09-18T12:00.",
    "When it ends.": "Wann sie endet.",
    "Hand in the text that a message waits for, a recap for example.": (
        "Den Text liefern, auf den eine Nachricht wartet, etwa einen Rückblick."
    ),
    "The rule that waits; recap@day:2 for one day.": "Die Regel, die wartet; recap@day:2 für einen Tag.",
    "Your text.": "Ihr Text.",
    "Read the text from this file.": "Den Text aus dieser Datei lesen.",
    # What changes
    "The new start, like 2018-09-25T12:00.": "Der neue Beginn, etwa 2018-09-25T12:00.",
    "The new end; else as long as before.": "Das neue Ende; sonst so lang wie bisher.",
    "Only this programme item.": "Nur dieser Programmpunkt.",
    "Put a programme item into another room.": "Einen Programmpunkt in einen anderen Raum legen.",
    "The new room.": "Der neue Raum.",
    "Let a programme item begin later, and those after it.": (
        "Einen Programmpunkt und die folgenden später beginnen lassen."
    ),
    "How much later it begins.": "Um wie viele Minuten später.",
    "The later items of the day stay where they are.": "Die späteren Programmpunkte bleiben, wo sie sind.",
    "Replace somebody on the programme.": "Jemanden auf dem Programm ersetzen.",
    "Who was announced.": "Wer angekündigt war.",
    'Who speaks instead; "" for nobody.': 'Wer stattdessen spricht; "" für niemanden.',
    "The new person's title or office.": "Titel oder Amt der neuen Person.",
    "Call off an event, or one programme item.": "Eine Veranstaltung absagen oder einen Programmpunkt streichen.",
    "Put an event off without a new date.": "Eine Veranstaltung ohne neuen Termin verschieben.",
    "Correct a word wherever it stands, or the announcement's text.": (
        "Ein Wort berichtigen, wo immer es steht, oder den Text der Mitteilung."
    ),
    "What is wrong, wherever it stands.": "Was falsch ist, wo immer es steht.",
    "What is right.": "Was richtig ist.",
    "A new headline.": "Eine neue Überschrift.",
    "A new lead.": "Ein neuer Vorspann.",
    "A new text, from this file.": "Ein neuer Text aus dieser Datei.",
    "What was wrong, for the correction's text.": "Was falsch war, für den Text der Korrektur.",
    "Mend it everywhere, announce it nowhere.": "Überall richtigstellen, nirgends melden.",
    "Give an event another time, another place, or both; or one programme item another time.": (
        "Eine Veranstaltung zeitlich oder an einen anderen Ort verlegen, oder einen Programmpunkt zeitlich."
    ),
    "The new place's name.": "Wie der neue Ort heißt.",
    "Its street and number.": "Straße und Hausnummer.",
    "Its postal code.": "Postleitzahl.",
    "Its city; else the same as before.": "Stadt; sonst dieselbe wie bisher.",
    "Extend or move the registration.": "Die Anmeldung verlängern oder verschieben.",
    "Until when one can register.": "Bis wann man sich anmelden kann.",
    "From when on.": "Ab wann.",
    "Where.": "Wo.",
    "Bring the programme up to a file: what is missing in it falls out, what is new is added.": (
        "Das Programm auf den Stand einer Datei bringen: Was darin fehlt, entfällt; was neu ist, kommt hinzu."
    ),
    "An event's file, or only its [[session]] tables.": (
        "Die Datei einer Veranstaltung, oder nur ihre [[session]]-Tabellen."
    ),
    "Take an announcement back; its address then answers with the notice.": (
        "Eine Mitteilung zurückziehen; unter ihrer Adresse steht dann der Hinweis."
    ),
    # Approval
    "Who stands in for whom, and when.": "Wer wen wann vertritt.",
    "Let somebody approve in place of a person who is away.": "Jemanden für eine abwesende Person freigeben lassen.",
    "Who is away, as in config.toml.": "Wer fehlt, wie in config.toml.",
    "Who approves instead.": "Wer stattdessen freigibt.",
    "The first day, like 2018-09-18.": "Der erste Tag, etwa 2018-09-18.",
    "The last day.": "Der letzte Tag.",
    "List who stands in for whom.": "Zeigen, wer wen vertritt.",
    "Take a deputy out again.": "Eine Vertretung wieder austragen.",
    "Changes that wait for a second person.": "Änderungen, die auf eine zweite Person warten.",
    "List the changes that wait for a second person.": "Die Änderungen zeigen, die auf eine zweite Person warten.",
    "Those that are decided as well.": "Auch die entschiedenen.",
    "Its number, as the list shows it.": "Die Nummer aus der Liste.",
    "Show what a change would do now.": "Zeigen, was eine Änderung jetzt bewirken würde.",
    "Look at a change that somebody asked for, and do it.": "Eine beantragte Änderung ansehen und ausführen.",
    "Leave everything as it is; whoever asked may take it back this way.": (
        "Alles lassen, wie es ist; wer den Antrag gestellt hat, kann ihn so zurücknehmen."
    ),
    # Watching
    "Show what is next, what needs a person, what is paused.": (
        "Zeigen, was als Nächstes kommt, was einen Menschen braucht, was angehalten ist."
    ),
    "Only this event or announcement.": "Nur diese Veranstaltung oder Mitteilung.",
    "Say what became of a delivery whose answer was lost or which failed, or that a task is done.": (
        "Nach dem Nachsehen sagen, was aus einer unklaren Zustellung wurde."
    ),
    "Its number, as status shows it.": "Ihre Nummer, wie status sie zeigt.",
    "It did arrive, or you did it by hand.": "Sie ist angekommen, oder es ist von Hand erledigt.",
    "It did not; try it again.": "Sie ist nicht angekommen; noch einmal versuchen.",
    "Show who did what, the newest first.": "Zeigen, wer was getan hat, das Neueste zuerst.",
    "How many lines.": "Wie viele Zeilen.",
    "Let nothing leave: at all, by one channel, about one event, or of one message.": (
        "Nichts hinauslassen: gar nichts, auf einem Kanal, zu einer Veranstaltung oder von einer Nachricht."
    ),
    "all, channel:NAME, event:ID or message:N.": "all, channel:NAME, event:KENNUNG oder message:NUMMER.",
    "Say what becomes of held deliveries: of a late message, or of one mail too many in a week.": (
        "Über zurückgehaltene Zustellungen entscheiden: verspätete, oder eine Mail zu viel in der Woche."
    ),
    "What of it is held leaves now.": "Was davon zurückgehalten ist, geht jetzt hinaus.",
    "What of it is held does not leave.": "Was davon zurückgehalten ist, geht nicht hinaus.",
    "Show what leaves then, what asks and what is too late; then let it go on.": (
        "Zeigen, was dann hinausgeht, was nachfragt und was zu spät ist; dann weitergehen lassen."
    ),
    "Show what would leave after a restore or a long sleep, and what not any more; then let it go on.": (
        "Nach einer Wiederherstellung oder langem Stillstand zeigen, was hinausginge und was entfällt; dann freigeben."
    ),
    "Show which mails were meant for one person, and why one did not reach them.": (
        "Zeigen, welche Mails für eine Person bestimmt waren und warum eine nicht ankam."
    ),
    "The person's mail address.": "Mailadresse der Person.",
    # The house
    "Who receives the newsletter.": "Wer den Newsletter erhält.",
    "Put the people of a CSV file on a list. Who left stays away.": (
        "Die Personen einer CSV-Datei in eine Liste aufnehmen. Wer sich abgemeldet hat, bleibt draußen."
    ),
    "A CSV file, as a spreadsheet saves it.": "Eine CSV-Datei, wie eine Tabellenkalkulation sie speichert.",
    "Where and when these people agreed to be written to.": "Wo und wann diese Personen eingewilligt haben.",
    "The list; else each line names its own.": "Die Liste; sonst nennt jede Zeile ihre eigene.",
    "Write the people of one list or of all as CSV, those who left with their state.": (
        "Die Personen einer oder aller Listen als CSV ausgeben, Abgemeldete mit ihrem Stand."
    ),
    "Only this list.": "Nur diese Liste.",
    "Write to this file, not to stdout.": "In diese Datei schreiben, nicht ausgeben.",
    "List the lists, with how many people are on them.": "Die Listen zeigen und wie viele darauf stehen.",
    "The ways out of the house.": "Die Wege aus dem Haus.",
    "List the ways out, with what they can do.": "Die Kanäle zeigen und was sie können.",
    "Try every channel without sending anything.": "Jeden Kanal prüfen, ohne etwas zu senden.",
    "Only this channel.": "Nur dieser Kanal.",
    "When is said what: named lists of rules.": "Wann was gesagt wird: benannte Listen von Regeln.",
    "List the playbooks.": "Die Ablaufpläne zeigen.",
    "Show a playbook's rules as sentences, or what they give for an event.": (
        "Die Regeln als Sätze zeigen, oder was sie für eine Veranstaltung ergeben."
    ),
    "The playbook.": "Der Ablaufplan.",
    "The rule's id.": "Kennung der Regel.",
    "KEY=VALUE; an empty value is the default.": "SCHLÜSSEL=WERT; ein leerer Wert ist der übliche.",
    "A TOML file.": "Eine TOML-Datei.",
    "The name of the new one.": "Name des neuen.",
    "The version to go back to.": "Die Fassung, zu der es zurückgeht.",
    "Write a playbook as TOML, with its rules as sentences.": (
        "Einen Ablaufplan als TOML ausgeben, die Regeln als Sätze."
    ),
    "Change a rule of a playbook, or add one.": "Eine Regel eines Ablaufplans ändern oder hinzufügen.",
    "Take a rule out of a playbook; what was sent stays sent.": (
        "Eine Regel aus einem Ablaufplan nehmen; Gesendetes bleibt gesendet."
    ),
    "Take all rules of a playbook from a TOML file.": "Alle Regeln eines Ablaufplans aus einer TOML-Datei übernehmen.",
    "Make another playbook with the same rules.": "Einen zweiten Ablaufplan mit denselben Regeln anlegen.",
    "Show who changed a playbook, when and why, the newest first.": (
        "Zeigen, wer einen Ablaufplan wann und warum geändert hat, das Neueste zuerst."
    ),
    "Take the last edit back, or go back to an earlier version.": (
        "Die letzte Änderung zurücknehmen oder zu einer früheren Fassung zurückgehen."
    ),
    "Let an event follow another playbook.": "Eine Veranstaltung einem anderen Ablaufplan folgen lassen.",
    "Show what it would give for this event.": "Zeigen, was er für diese Veranstaltung ergäbe.",
    "A list's newsletter that comes again and again.": "Ein Newsletter, der regelmäßig erscheint.",
    "The digest.": "Der regelmäßige Newsletter.",
    "List the digests, with when they come next.": "Die regelmäßigen Newsletter zeigen und wann sie erscheinen.",
    "Show a digest: its next issues, what is put together, what the next one would tell now.": (
        "Einen regelmäßigen Newsletter zeigen: die nächsten Termine, was zusammengestellt ist, was neu hinzukäme."
    ),
    "Put the next issue together ahead of its hour, or a special one now.": (
        "Die nächste Ausgabe schon jetzt zusammenstellen, oder eine Sonderausgabe."
    ),
    "A special issue that leaves as soon as it is approved.": (
        "Eine Sonderausgabe, die hinausgeht, sobald sie freigegeben ist."
    ),
    "Set up a digest or change it; what is not given stays as it is.": (
        "Einen regelmäßigen Newsletter einrichten oder ändern; was nicht angegeben ist, bleibt."
    ),
    "The list that receives it.": "Die Liste, die ihn erhält.",
    "What it is called.": "Wie er heißt.",
    "When it comes: 'every Friday at 10:00'.": "Wann er erscheint: „jeden Freitag um 10:00“.",
    "Put together so many hours ahead.": "So viele Stunden vorher zusammenstellen.",
    "Nobody has to approve its issues.": "Niemand muss seine Ausgaben freigeben.",
    "Each issue has to be approved.": "Jede Ausgabe muss freigegeben werden.",
    "Only announcements with this topic; may be repeated.": "Nur Mitteilungen mit diesem Thema; mehrfach möglich.",
    "Announcements of every topic.": "Mitteilungen aller Themen.",
    "With fewer announcements it does not come.": "Mit weniger Mitteilungen erscheint er nicht.",
    "Let no issue come any more; what is put together falls out. Setting it up again brings it back.": (
        "Den Newsletter einstellen; was zusammengestellt ist, entfällt. Neu einrichten bringt ihn zurück."
    ),
    "Read the settings, open the database, compile the templates, try every channel. Sends nothing.": (
        "Einstellungen, Datenbank, Vorlagen und Kanäle prüfen. Sendet nichts."
    ),
    "Feeds that move in from elsewhere.": "Feeds, die von anderswo hierher umziehen.",
    "The old feed, RSS or Atom.": "Der alte Feed, RSS oder Atom.",
    "Let an existing feed move in: its entries keep their guids, so that no reader shows them again.": (
        "Einen vorhandenen Feed übernehmen: Seine Einträge behalten ihre Kennungen und erscheinen nirgends doppelt."
    ),
    "Write everything that is public now as plain files, for a web server that runs no program.": (
        "Alles, was jetzt öffentlich ist, als Dateien schreiben, für einen Webserver ohne Programm."
    ),
    "The folder for the files.": "Der Ordner für die Dateien.",
    "Run the service: it sends what is due and serves the public pages.": (
        "Den Dienst starten: Er sendet, was fällig ist, und zeigt die öffentlichen Seiten."
    ),
    "Only pages and desk; 'announcer worker' sends (PostgreSQL).": (
        "Nur Seiten und Redaktion; gesendet wird von „announcer worker“ (PostgreSQL)."
    ),
    "Run a worker: it only sends what is due, beside any number of others (PostgreSQL).": (
        "Einen Arbeiter starten: Er sendet nur, was fällig ist, neben beliebig vielen anderen (PostgreSQL)."
    ),
    "Play a campaign in fast-forward: the real program, driven by its moments, into a sandbox on this machine.": (
        "Eine Kampagne im Zeitraffer durchspielen: mit dem echten Programm, aber nur auf diesem Rechner."
    ),
    "An example's folder, or one of your events.": "Der Ordner eines Beispiels oder eine Ihrer Veranstaltungen.",
    "What happens on the way (TOML).": "Was unterwegs geschieht (TOML).",
    "The language of the output.": "Sprache der Ausgabe.",
}


def arrange(group: Any, language: str) -> None:
    """Put the verbs under their headings, and everything into the language asked for."""
    for title, verbs in PANELS:
        for verb in verbs:
            group.commands[verb].rich_help_panel = title[language == "de"]
    if language == "de":
        for part in parts(group):
            part.help = GERMAN[part.help]


def parts(command: Any) -> Iterator[Any]:
    """A command, its options and arguments, and those of all below it: whatever has a help text."""
    yield command
    yield from (parameter for parameter in command.params if getattr(parameter, "help", None))
    for below in getattr(command, "commands", {}).values():
        yield from parts(below)


def wanted(args: Sequence[str]) -> bool:
    """Whether these arguments ask for help, or give nothing else to do."""
    return "--help" in args or not args


def guess_language(args: Sequence[str]) -> str:
    """The language of the help, before anything is parsed: `--lang`, else the site's, else German."""
    if found := _value(args, "--lang"):
        return found
    path = _value(args, "--config") or os.environ.get("ANNOUNCER_CONFIG") or "config.toml"
    try:
        site = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("site", {})
    except (OSError, ValueError):  # what is wrong with it, the verb itself will say
        return "de"
    return str(site.get("language", "de")) if isinstance(site, dict) else "de"


def _value(args: Sequence[str], option: str) -> str:
    for number, argument in enumerate(args):
        if argument == option and number + 1 < len(args):
            return args[number + 1]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return ""
