"""What `doctor`, `backup` and `restore` say, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: Names of what the doctor looks at; a channel goes by its own name.
POINTS: Final[Mapping[str, tuple[str, str]]] = {
    "sqlite": ("SQLite", "SQLite"),
    "disk": ("Festplatte", "disk"),
    "user": ("Benutzer", "user"),
    "clock": ("Uhr", "clock"),
    "zones": ("Zeitzonen", "time zones"),
    "private": ("Geheimnisse", "secrets"),
    "backup": ("Sicherung", "backup"),
    "schema": ("Datenbank", "database"),
    "relay": ("Relay", "relay"),
    "spf": ("SPF", "SPF"),
    "dkim": ("DKIM", "DKIM"),
    "dmarc": ("DMARC", "DMARC"),
    "hold": ("Versand", "sending"),
    "house": ("Haus", "house"),
    "settings": ("Einstellungen", "settings"),
}

FOUND: Final[Mapping[str, tuple[str, str]]] = {
    "said": ("{said}", "{said}"),
    "sqlite_unused": ("PostgreSQL hält die Daten", "PostgreSQL keeps the data"),
    "sqlite_ok": ("Version {version}", "version {version}"),
    "sqlite_reset": (
        "Version {version} kann eine Datenbank beschädigen, wenn zwei Programme zugleich ihr WAL zurücksetzen. Dieses "
        "Programm tut das nur an einer Stelle; öffnen Sie die Datei im Betrieb mit keinem anderen, oder nehmen Sie ein "
        "Python mit SQLite ab 3.51.3",
        "version {version} can damage a database if two programs reset its WAL at once. This program does so in one "
        "place only; open the file with no other while it runs, or use a Python with SQLite 3.51.3 or newer",
    ),
    "disk_network": (
        "{path} liegt auf einem Netzlaufwerk ({kind}), dessen Sperren nicht verlässlich sind; legen Sie es auf eine "
        "Platte dieses Rechners oder nehmen Sie PostgreSQL",
        "{path} lies on a network share ({kind}) whose locks can't be relied on; put it on a disk of this machine, or "
        "use PostgreSQL",
    ),
    "disk_ok": ("{free} MB frei", "{free} MB free"),
    "disk_full": (
        "nur noch {free} MB frei, {least} sollten es sein; schaffen Sie Platz",
        "only {free} MB free, {least} are needed; make room",
    ),
    "user_ok": ("läuft ohne root", "runs without root"),
    "user_root": (
        "läuft als root, was nicht nötig ist; richten Sie einen eigenen Benutzer ein",
        "runs as root, which is not needed; set up a user of its own",
    ),
    "clock_ok": ("wird per NTP gestellt", "kept by NTP"),
    "clock_alone": (
        "wird von niemandem gestellt; schalten Sie NTP ein (timedatectl set-ntp true)",
        "kept by nobody; switch NTP on (timedatectl set-ntp true)",
    ),
    "clock_unknown": (
        "ob NTP sie stellt, lässt sich hier nicht feststellen",
        "whether NTP keeps it can't be found out here",
    ),
    "clock_back": (
        "geht {minutes} Minuten hinter dem her, was schon geschehen ist; stellen Sie sie richtig",
        "{minutes} minutes behind what has already happened; set it right",
    ),
    "zones_ok": ("Stand {version}", "as of {version}"),
    "zones_old": (
        "Stand {version}, das ist alt: Bringen Sie das Paket tzdata auf den neuesten Stand",
        "as of {version}, which is old: bring the package tzdata up to date",
    ),
    "private_ok": ("nur für den eigenen Benutzer lesbar", "only their owner can read them"),
    "private_open": (
        "auch andere können lesen: {files}; chmod 600",
        "others can read them, too: {files}; chmod 600",
    ),
    "backup_none": (
        "keine nächtliche Sicherung; nennen Sie in [backup] einen Ordner",
        "no nightly backup; name a folder in [backup]",
    ),
    "backup_missing": ("in {folder} liegt keine", "there is none in {folder}"),
    "backup_age": ("die neueste von {n} ist {hours} Stunden alt", "the newest of {n} is {hours} hours old"),
    "schema_ok": ("Stand {revision}", "schema {revision}"),
    "relay_ok": (
        "{relay}: {tls}, das Zertifikat gilt noch {days} Tage",
        "{relay}: {tls}, its certificate holds for {days} more days",
    ),
    "relay_inside": ("{relay}: auf diesem Rechner", "{relay}: on this machine"),
    "relay_plain": (
        "{relay}: Adressen gehen unverschlüsselt durch das Netz; setzen Sie security auf starttls",
        "{relay}: addresses travel the network in the clear; set security to starttls",
    ),
    "relay_untrusted": (
        "{relay}: Dem Zertifikat ist nicht zu trauen ({said}); nennen Sie die Stelle der Stadt in [proxy] ca_bundle",
        "{relay}: its certificate can't be trusted ({said}); name the city's authority in [proxy] ca_bundle",
    ),
    "relay_away": ("{relay} antwortet nicht: {said}", "{relay} does not answer: {said}"),
    "dns_silent": (
        "das DNS antwortet nicht für {domain} ({said})",
        "the DNS does not answer for {domain} ({said})",
    ),
    "spf_ok": ("{record}", "{record}"),
    "spf_missing": (
        "{domain} hat keinen SPF-Eintrag; viele Empfänger werfen Mails dann in den Spam",
        "{domain} has no SPF record; many receivers will take mails for spam",
    ),
    "spf_twice": (
        "{domain} hat mehr als einen SPF-Eintrag; dann gilt keiner",
        "{domain} has more than one SPF record; then none counts",
    ),
    "spf_all": ("{domain} erlaubt allen zu senden (+all)", "{domain} lets everybody send (+all)"),
    "spf_lookups": (
        "der Eintrag von {domain} braucht {n} Abfragen; mehr als zehn macht niemand",
        "the record of {domain} needs {n} look-ups; nobody makes more than ten",
    ),
    "spf_open": (
        "der Eintrag von {domain} endet weder mit -all noch mit ~all",
        "the record of {domain} ends with neither -all nor ~all",
    ),
    "dkim_ok": ("Schlüssel „{selector}“ ist veröffentlicht", "key “{selector}” is published"),
    "dkim_missing": (
        "kein Schlüssel „{selector}“ unter _domainkey.{domain}",
        "no key “{selector}” below _domainkey.{domain}",
    ),
    "dkim_revoked": (
        "der Schlüssel „{selector}“ von {domain} ist widerrufen",
        "key “{selector}” of {domain} is revoked",
    ),
    "dkim_unknown": (
        "unter den üblichen Namen ist bei {domain} kein Schlüssel zu finden; fragen Sie, wer das Relay betreut",
        "no key of {domain} goes by one of the usual names; ask whoever runs the relay",
    ),
    "dmarc_ok": ("Regel {policy}", "policy {policy}"),
    "dmarc_none": (
        "{domain} verlangt nichts (p={policy}); quarantine oder reject schützt den Namen der Stadt",
        "{domain} asks for nothing (p={policy}); quarantine or reject protects the city's name",
    ),
    "dmarc_twice": ("{domain} hat mehr als einen DMARC-Eintrag", "{domain} has more than one DMARC record"),
    "dmarc_missing": (
        "{domain} hat keinen DMARC-Eintrag; Gmail und Yahoo verlangen einen",
        "{domain} has no DMARC record; Gmail and Yahoo ask for one",
    ),
    "hold_none": ("nichts ist angehalten", "nothing is held"),
    "hold": (
        "alles ist angehalten ({why}); announcer status sagt, warum",
        "everything is held ({why}); announcer status says why",
    ),
}

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "doctor_ok": ("Alles in Ordnung: {n} Punkte angesehen.", "All is well: looked at {n} points."),
    "doctor_warn": ("{n} Punkte sollte sich jemand ansehen.", "{n} points should be looked at."),
    "doctor_bad": ("{n} Punkte sind nicht in Ordnung.", "{n} points are not in order."),
    "doctor_unknown": ("{n} Punkte ließen sich nicht feststellen.", "{n} points could not be found out."),
    "backup_made": (
        "{path}: {rows} Zeilen, {files} Dateien; geschrieben und wieder gelesen.",
        "{path}: {rows} rows, {files} files; written and read back.",
    ),
    "backup_no_key": (
        "Der Schlüssel {path} ist nicht dabei; bewahren Sie ihn an einem anderen Ort auf.",
        "The key {path} is not in it; keep it in another place.",
    ),
    "backup_key": (
        "Der Schlüssel ist dabei: Wer diese Datei hat, kann Abmeldelinks und Anmeldungen fälschen.",
        "The key is in it: whoever has this file can forge links and sign-ons.",
    ),
    "backup_good": (
        "{path} vom {made_at} ist unversehrt: Stand {schema}, {rows} Zeilen, {files} Dateien.",
        "{path} of {made_at} is whole: schema {schema}, {rows} rows, {files} files.",
    ),
    "ask_restore": (
        "Diese Sicherung an die Stelle der jetzigen Datenbank setzen? Was seitdem geschah, ist dann nur noch in der "
        "beiseitegelegten Datei.",
        "Put this backup in the place of the present database? What has happened since is then only in the file that "
        "is moved aside.",
    ),
    "moved_aside": ("Die bisherige Datei heißt jetzt {path}.", "What was there is now {path}."),
    "restored": (
        "Wiederhergestellt und nachgezählt: {rows} Zeilen, dazu {files} Dateien. Der Dienst beginnt angehalten.",
        "Restored and counted: {rows} rows, and {files} files. The service starts held.",
    ),
}

HELP: Final[Mapping[str, str]] = {
    "Look over machine, disk, clock, mail domain, relay and accounts. Changes and sends nothing.": (
        "Rechner, Platte, Uhr, Maildomain, Relay und Konten durchsehen. Ändert und sendet nichts."
    ),
    "For people, or one line for a monitoring system.": "Für Menschen, oder eine Zeile für ein Überwachungssystem.",
    "A selector of the DKIM key; may be repeated.": "Ein Selektor des DKIM-Schlüssels; mehrfach möglich.",
    "Copy database, pictures, texts and settings into one file and read it back; the service may go on.": (
        "Datenbank, Bilder, Texte und Einstellungen in eine Datei sichern und zurücklesen; der Dienst läuft weiter."
    ),
    "The folder the file is written into.": "Der Ordner, in den die Datei kommt.",
    "Put the key into it, too.": "Auch den Schlüssel hineinlegen.",
    "Put a backup in the place of the database; the service has to be stopped.": (
        "Eine Sicherung an die Stelle der Datenbank setzen; der Dienst muss stehen."
    ),
    "The backup.": "Die Sicherung.",
    "Only read it through.": "Nur durchlesen.",
}
