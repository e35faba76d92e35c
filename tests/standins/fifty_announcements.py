"""Fifty announcements of a made-up city, with everything that breaks feeds, readers and pages.

The first ones are traps, one each; the rest is what a press office writes all
year. None is an edge case of the model: each could have been pasted by somebody.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image

from announcer.model.facts import Announcement, Attachment, Link, Picture

_CONTACT = "Pressestelle, Telefon 0231 555 0100"
_BODY = "Mehr dazu steht auf den Seiten der Stadt. Fragen beantwortet das zuständige Amt.\n\n## Hintergrund\n\n{}"

#: id, headline, lead, body: what each is a trap for stands in its id.
_TRAPS = (
    ("umlaute", "Größe, Maß & Übermut: Öffentliche Führung über die Südbrücke", "Fußgänger dürfen.", "Ärger? Nö."),
    ("cdata-ende", "Neue Software ]]> läuft stabil", "Der Text ]]> geht weiter.", "Auch <![CDATA[ hier ]]> nicht."),
    ("kaufmanns-und", "Rat & Tat: Müller & Söhne übernehmen", "A & B &amp; C &lt; D", "Ein &nbsp; bleibt."),
    ("spitze-klammern", "Höhe < 3 m und > 2 m: neue Schranke", "Wer <b>höher</b> ist, bleibt draußen.", "1 < 2 > 0"),
    ("emoji", "Sommerfest 🎉 am See 👨‍👩‍👧‍👦 mit 🇩🇪", "Alle 👩🏽‍🚒 kommen.", "Bis bald 🏳️‍🌈!"),
    ("steuerzeichen", "Tabelle\x0baus\x00 der\x1f Verwaltung", "Mit\x08 Rest\x7f.\x85", "Eins\x0c\r\nzwei\ufffe"),
    ("zeilenumbruch", "Zwei Zeilen\nin der Überschrift", "Erste Zeile\nzweite Zeile", "Hart\numbrochener\nText"),
    ("anfuehrung", "„Unser Dorf“ – 'schön' und \"neu\"", "»Toll«, sagt sie.", "Er sagte: \"Nein\" & ging."),
    ("von-rechts", "Willkommen – أهلا وسهلا – שלום", "Viele Sprachen.", "עברית und العربية im Text."),
    ("lange-ueberschrift", "Die Stadt lädt ein: " + "Führung, Vortrag und Gespräch, " * 12 + "Ende", "Lang.", "Kurz."),
    ("nur-ueberschrift", "Ohne Text", "", ""),
    ("html-im-text", "Skripte <script>alert(1)</script> weg", "<img src=x onerror=a()>", "<iframe src='//x'></iframe>"),
    ("adressen", "Neue Seite freigeschaltet", "Unter https://stadt.example/grüße?a=1&b=2 erreichbar.",
     "[Zur Seite](https://stadt.example/ä) und [böse](javascript:alert(1))"),
    ("unsichtbar", "Ver\u00adwal\u00adtungs\u200bgericht\ufeff entscheidet", "Null\u200dbreite.", "Weich\u00ad."),
    ("mathematik", "Fläche: 5 m², −3 °C, ½ Liter, 10 ‰ & ∑", "𝔊𝔬𝔱𝔦𝔰𝔠𝔥 außerhalb der Ebene.", "𠜎 auch."),
    ("tabulator", "Plan\tA\tund\tB", "Spalte\tSpalte", "| a | b |\n|---|---|\n| 1 | 2 |"),
    ("prozent", "Rabatt 20 % auf %s und {platzhalter}", "{{ name }} {% raw %}", "%20 %zz {0}"),
    ("schraegstrich", "Verkehr: A 45/B 54 gesperrt\\gesperrt", "Umleitung über U45 → U46.", "C:\\Amt\\Plan.pdf"),
)  # fmt: skip

#: id, headline, topics
_YEAR = (
    ("winterdienst", "Winterdienst ist mit 60 Fahrzeugen unterwegs", ("Verkehr",)),
    ("neujahrsempfang", "Neujahrsempfang im Rathaus", ("Stadtleben",)),
    ("haushalt", "Rat beschließt den Haushalt", ("Politik",)),
    ("kita-plaetze", "120 neue Kita-Plätze im Norden", ("Familie", "Bildung")),
    ("schulanmeldung", "Anmeldung an den weiterführenden Schulen beginnt", ("Bildung",)),
    ("karneval", "Straßen sind zum Umzug gesperrt", ("Verkehr", "Stadtleben")),
    ("baumpflege", "Baumpflege am Wallring", ("Umwelt",)),
    ("osterfeuer", "Osterfeuer müssen angemeldet werden", ("Umwelt", "Stadtleben")),
    ("bibliothek", "Stadtbibliothek öffnet auch sonntags", ("Kultur", "Bildung")),
    ("radweg", "Radweg an der Ruhrallee ist fertig", ("Verkehr", "Umwelt")),
    ("museumsnacht", "Museumsnacht: 50 Häuser, 500 Veranstaltungen", ("Kultur",)),
    ("freibad", "Freibäder öffnen am 15. Mai", ("Sport", "Familie")),
    ("wahlhelfer", "Wahlhelferinnen und Wahlhelfer gesucht", ("Politik",)),
    ("stadtbahn", "Stadtbahn fährt im Fünf-Minuten-Takt", ("Verkehr",)),
    ("impfaktion", "Impfaktion im Gesundheitsamt", ("Gesundheit",)),
    ("hitzeschutz", "Trinkbrunnen gegen die Hitze", ("Gesundheit", "Umwelt")),
    ("ferienpass", "Ferienpass: 200 Angebote für Kinder", ("Familie",)),
    ("stadtlauf", "Anmeldung zum Stadtlauf ist offen", ("Sport",)),
    ("konzert", "Konzert im Westpark bei freiem Eintritt", ("Kultur", "Stadtleben")),
    ("buergerbuero", "Bürgerbüro vergibt Termine wieder vor Ort", ("Verwaltung",)),
    ("ausweis", "Reisepässe dauern sechs Wochen", ("Verwaltung",)),
    ("recyclinghof", "Recyclinghof zieht um", ("Umwelt",)),
    ("sirenen", "Probealarm: Sirenen heulen am Samstag", ("Sicherheit",)),
    ("blindgaenger", "Blindgänger im Kreuzviertel entschärft", ("Sicherheit",)),
    ("denkmal", "Tag des offenen Denkmals mit 40 Orten", ("Kultur",)),
    ("wochenmarkt-2", "Wochenmarkt zieht für zwei Wochen um", ("Stadtleben",)),
    ("glasfaser", "Glasfaser für 3.000 Haushalte", ("Wirtschaft",)),
    ("gruendung", "Gründungspreis geht an drei junge Firmen", ("Wirtschaft",)),
    ("seniorentag", "Seniorentag in der Messe", ("Familie", "Gesundheit")),
    ("laternen", "Straßenlaternen werden auf LED umgestellt", ("Umwelt", "Verkehr")),
    ("weihnachtsmarkt", "Weihnachtsmarkt öffnet am 20. November", ("Stadtleben",)),
    ("jahresbilanz", "Feuerwehr zieht Jahresbilanz", ("Sicherheit",)),
)  # fmt: skip


def _trap(number: int, id_: str, headline: str, lead: str, body: str) -> Announcement:
    links = (Link("Zur Stadt", "https://stadt.example/?a=1&b=ü"),) if number % 3 == 0 else ()
    return Announcement(id_, headline, lead=lead, body=body, contact=_CONTACT, topics=("Fallen & Tücken",), links=links)


def _usual(id_: str, headline: str, topics: tuple[str, ...]) -> Announcement:
    lead = f"{headline}: Das teilt die Stadt mit. Es gilt ab dem 1. September."
    return Announcement(id_, headline, lead=lead, body=_BODY.format(f"Stand {id_}."), contact=_CONTACT, topics=topics)


def _shown(number: int, one: Announcement) -> Announcement:
    """Every fifth has a picture, every seventh a file; the names are traps as well."""
    pictures = (Picture("Süd brücke & Co.jpg", alt="Die <Brücke> & „Fluss“", credit="Foto: Müller & Söhne"),)
    attachments = (Attachment("Plan für März (2).pdf", title="Plan & Erläuterung"), Attachment("liste.csv"))
    return replace(
        one,
        pictures=pictures if number % 5 == 0 else (),
        attachments=attachments if number % 7 == 0 else (),
    )


TRAPS = tuple(_trap(number, *fields) for number, fields in enumerate(_TRAPS))
YEAR = tuple(_usual(*fields) for fields in _YEAR)
FIFTY = tuple(_shown(number, one) for number, one in enumerate((*TRAPS, *YEAR)))
assert len(FIFTY) == len({one.id for one in FIFTY}) == 50


def write_files(folder: Path) -> None:
    """The pictures and files that go with them."""
    folder.mkdir(exist_ok=True)
    Image.linear_gradient("L").resize((1800, 1200)).save(folder / "Süd brücke & Co.jpg")
    (folder / "Plan für März (2).pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    (folder / "liste.csv").write_text("Ort;Zeit\nSüdbrücke;10 Uhr\n", encoding="utf-8")
