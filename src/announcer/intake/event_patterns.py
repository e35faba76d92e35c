"""What tells an event in a text: verbs, labels, kinds of events and of houses, what was called off. Pure data."""

from __future__ import annotations

import re

HAPPENS = re.compile(
    r"findet|finden|fand|statt|stattfinden|lädt|laden|einlad|eingeladen|beginn|startet|start\b|öffnet|eröffnet|eröffnung|veranstalt|feiert|feiern|treffen|trifft|"
    r"kommt|kommen|tagt|gastiert|zeigt|zu sehen|zu hören|spielt|tritt|steigt|präsentiert|"
    r"dreht sich|stellt|hält|spricht|termin|diskutier|liest|können|"
    r"takes? place|will be|held|opens?|opening|starts?|begins?|invites?|join|hosts?|presents?|"
    r"welcomes?|runs?|performs?|speaks?|happens?|celebrat|meets?|"
    r"returns?|comes? to|wann|when|datum|date|open day|vom|von|zum",
    re.IGNORECASE,
)
LABELLED = re.compile(
    r"(?:^|[\n|(])\s*[*•-]?\s*(?:wann|termin|datum|zeit|zeitpunkt|when|date|date and "
    r"time|beginn|datum und uhrzeit|tag)\s*:\s*[^\n]{0,40}$",
    re.IGNORECASE,
)
NOT_THE_EVENT = re.compile(
    r"(?:anmeld|registr|einsendeschluss|bewerb|frist\b|deadline|melden|vorverkauf|ticket|"
    r"karten|eintrittskarten|vvk|bis spätestens|apply|applications?|rsvp|sign up|"
    r"geboren|gegründet|seit|since|founded|born|bauarbeiten|baubeginn|fertig|abgeschlossen|"
    r"beschloss|ratssitzung|vorjahr|vergangen|letzten? jahr|last year|im jahr|"
    r"erstmals|zuletzt|rücksprache|presse(?:termin|konferenz)|medien|akkredit|sperrfrist|"
    r"embargo|veröffentlicht|book(?:ing)? by|nominier|vorschläge|abgabe)",
    re.IGNORECASE,
)
NOUN = (
    r"konferenz|tagung|kongress|fest(?:ival|e|spiele)?|messe|markt|börse|konzert|ausstellung|"
    r"lesung|vortrag|workshop|seminar|lauf|marathon|feier|nacht|tag der [\w ]+|"
    r"versammlung|sitzung|führung|premiere|vorstellung|theaterstück|kirmes|gala|ball|umzug|turnier|schule|kurs|reihe|forum|symposium|gipfel|wochen?|tage|verleihung|"
    r"termin|aktion|basar|flohmarkt|tour|rundgang|spende|gottesdienst|treffen|jubiläum|einweihung|eröffnung|spatenstich|dialog|gespräch|abend|webinar|"
    r"hackathon|preis|spiele|camp|conference|summit|festival|fair|exhibition|concert|lecture|parade|meeting|workshop|show|race|ceremony|launch|tour|talk|day|night|"
    r"week|evening|webinar|symposium|forum|open day|gala|market|display"
)
NAMED_TITLE = re.compile(
    rf"(?P<noun>[A-ZÄÖÜ]?[\w-]*(?:{NOUN})\w{{0,3}})\s+(?:[„“\"»](?P<name>[^„“”\"»«\n]{{2,120}})[“”\"«])", re.IGNORECASE
)
COMPOUND = re.compile(
    rf"(?<![\w-])(?P<name>(?:\d{{1,3}}\.\s)?(?:[A-ZÄÖÜ][\w-]*\s(?:(?:of|the|for|and|der|"
    rf"des|für|und)\s)?){{0,3}}[A-ZÄÖÜ][\w-]*(?:{NOUN})(?:s|en|es)?(?:\s(?:20\d\d|Nr\. "
    rf"\d+))?)(?![\w-])"
)
CANCELLED = re.compile(
    r"\b(?:abgesagt|absage|fällt (?:leider )?(?:\w+ )?aus|fallen (?:\w+ )?aus|ausfall|"
    r"entfällt|entfallen|findet (?:leider |doch |heute |\w+ )?nicht statt|wird nicht "
    r"stattfinden|"
    r"cancel(?:led|ed|s)?|called off|will not (?:take place|go ahead))\b",
    re.IGNORECASE,
)
POSTPONED = re.compile(
    r"\b(?:verschoben|verschiebt|verschiebung|postponed?|postpones|verlegt|rescheduled|"
    r"moved to a (?:later|new) date|neuer termin|new date)\b",
    re.IGNORECASE,
)
NO_NEW_DATE = re.compile(
    r"\b(?:auf unbestimmte zeit|neuer termin (?:steht|wird|ist) (?:noch )?(?:nicht|noch|"
    r"bekannt|rechtzeitig)|(?:neuen|ein neuer) termin .{0,40}(?:noch nicht|bekannt|später|"
    r"folgt)|"
    r"until further notice|new date (?:will|has not|is not|to be)|no new date|ersatztermin "
    r".{0,40}(?:noch|gesucht|steht))",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"\b(?:zieht .{0,60}\bum\b|verlegt in|umzug in|wird in (?:die|den|das) .{2,60} verlegt|"
    r"statt (?:im|in der|auf dem)|anderer ort|neuer ort|moved (?:from .{2,60} )?to the|"
    r"new venue|moves? to the)\b",
    re.IGNORECASE,
)
VENUE = (
    r"(?:Haus(?:es)?|haus|Halle|halle|Saal|saal|Rathaus|Museum|museum|Theater|theater|Oper|oper|Kirche|kirche|Schule|schule|Gymnasium|gymnasium|Universität|Hochschule|Bibliothek|"
    r"bibliothek|Bücherei|bücherei|Park|park|Platz|platz|Zentrum|zentrum|Forum|forum|Stadion|stadion|Hotel|Schloss|schloss|Burg|burg|Garten|garten|gärten|Hof|hof|Markt|markt|"
    r"Bahnhof|bahnhof|Hafen|hafen|Messe|Kino|kino|Galerie|galerie|Villa|villa|Scheune|scheune|Zelt|Aula|aula|Heim|heim|Bad|bad|Turm|turm|Brücke|brücke|Straße|straße|Werkstatt|werkstatt|"
    r"Akademie|akademie|Klinik|klinik|klinikum|Depot|depot|Fabrik|fabrik|Zeche|zeche|Arena|arena|Kapelle|kapelle|Dom|dom|Münster|Treff|treff|Wache|wache|Mühle|mühle|See|see|"
    r"Ufer|ufer|Wiese|wiese|Wald|wald|Hall|Centre|Center|Library|Church|Square|Gardens?|Pavilion|Stadium|College|University|House|Gallery|Harbour|Castle|Cathedral|Room|"
    r"Theatre|School|Club|Hospital|Station|Quay|Barn|Chapel|Pier|Green|Field|Inn|Street|Road|Auditorium|Campus|campus|Foyer|foyer|Kulturhaus|Stadtarchiv|archiv|Archiv|Gelände|gelände|"
    r"Atelier|Studio|Anleger|anleger|Promenade|promenade|Allee|allee|Weg|weg|Planetarium|Zoo|Tierpark|Speicher|speicher|Kaserne|kaserne|Pfarrheim|Bürgertreff|Kolleg|kolleg)"
)
PLACE = re.compile(
    r"(?<![\w-])(?:im|in der|in den|in die|in das|ins|in|am|an der|auf dem|auf der|auf "
    r"den|vor dem|vor der|beim|at the|at|in the|on the|to the|from the|zur|zum)\s+"
    r"(?P<place>(?:(?:der|des|the|historischen|alten|neuen|großen|kleinen|städtischen|Alten|Neuen|Großen|Kleinen|St\.|Sankt|old|new)\s)*"
    rf"(?:[A-ZÄÖÜ„\"“][\w.&’'-]*[”“\"]?\s(?:(?:der|des|von|am|an der|im|of|the|and|und|"
    rf"für|zu)\s)?){{0,4}}(?:[A-ZÄÖÜ][\w-]*)?{VENUE}(?![\wäöüß])(?:-[A-ZÄÖÜ][\w-]*)?(?:\s[„\"“][^„“”\"\n]{{2,4"
    rf"0}}[“”\"])?"
    r"(?:\s(?:[A-ZÄÖÜ][\wäöüß-]+|am|an der|im|der|des|of|St\.)(?:\s[A-ZÄÖÜ][\wäöüß-]+)?){0,2})"
)
HYPHEN_HOUSE = re.compile(
    r"(?<![\w-])(?P<place>(?:[A-ZÄÖÜ][\wäöüß]+-)+(?:Haus|Halle|Saal|Museum|Theater|Schule|Platz|Park|Forum|Zentrum|Kirche|Stadion|Bibliothek|Gymnasium|Straße|Hall|House))(?![\w])"
)
PLACE_LABEL = re.compile(
    r"(?:^|\n|\|\s*)\s*[*•-]?\s*(?:wo|ort|veranstaltungsort|treffpunkt|location|venue|"
    r"where|place|tagungsort|adresse|anschrift|meeting point)\s*:\s*(?P<place>[^\n|]{3,140})",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"(?P<street>(?:[A-ZÄÖÜ][\wäöüß-]*(?:[Ss]traße|[Ss]tr\.|[Ww]eg|[Pp]latz|[Aa]llee|"
    r"[Gg]asse|[Rr]ing|[Uu]fer|[Dd]amm|[Mm]arkt|[Hh]of|graben|wall|steig|chaussee)|(?:Am|"
    r"An der|Im|Zum|Zur|Auf dem|Alte[rn]?|Neue[rn]?|Große|Kleine)\s[A-ZÄÖÜ][\wäöüß-]+(?:\s[A-ZÄÖÜ][\wäöüß-]+)"
    r"?)\s\d{1,4}\s?[a-z]?(?:\s?[–-]\s?\d{1,4}\s?[a-z]?)?(?![\w.:]))"
    r"(?:,?\s*(?:in\s)?(?P<code>\d{5})\s(?P<city>[A-ZÄÖÜ][\wäöüß-]+(?:\s(?:am|an der|bei|im)\s[A-ZÄÖÜ][\wäöüß-]+)?))?"
)
ONLINE = re.compile(
    r"\b(?:online(?:-\w+)?|per (?:zoom|videokonferenz|livestream)|im livestream|digital "
    r"statt|via zoom|webinar|videokonferenz|on zoom)\b",
    re.IGNORECASE,
)
DOORS = re.compile(
    r"\b(?:einlass|türöffnung|saalöffnung|doors?(?: open)?|admission from)\b\W{0,3}(?:ist |ab |um |at |from |is )?\W?",
    re.IGNORECASE,
)
REGISTRATION = re.compile(r"anmeld|registr|sign up|book(?:ing)? (?:by|until)|rsvp|angemeldet", re.IGNORECASE)
RECURRING = re.compile(
    r"\b(?:jeden|jede|immer|montags|dienstags|mittwochs|donnerstags|freitags|samstags|"
    r"sonntags|werktags|wöchentlich|monatlich|every (?:mon|tues|wednes|thurs|fri|satur|"
    r"sun)day|weekly|monthly|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b",
    re.IGNORECASE,
)
INVITES = re.compile(
    r"\b(?:lädt|laden|einladung|eingeladen|willkommen|besucher\w*|gäste|publikum|teilnehm\w*|eintritt|anmeldung|mitmachen|findet|stattfinden|veranstaltung\w*|zuschauer\w*|"
    r"invite[sd]?|welcome|visitors|guests|tickets?|admission|join|attend|everyone|public|takes? place|held)\b",
    re.IGNORECASE,
)
