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
    r"(?:anmeld|registr|der nächste|die nächste|das nächste|the next|einsendeschluss|"
    r"bewerb|frist\b|deadline|melden|vorverkauf|ticket|"
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
    r"week|evening|webinar|symposium|forum|open day|gala|market|display|"
    r"school|course|comedy|musical|film|stück|hörspiel|oper|operette|musical|revue|ballett|komödie|schau"
)
NAMED_TITLE = re.compile(
    rf"(?<![\w-])(?P<noun>[A-ZÄÖÜ]?[\w-]{{0,40}}?(?:{NOUN})\w{{0,3}})\s+(?:[„“\"»](?P<name>[^„“”\"»«\n]{{2,120}})[“”\"«])",
    re.IGNORECASE,
)
COMPOUND = re.compile(
    rf"(?<![\w-])(?P<name>(?:\d{{1,3}}\.\s)?(?:[A-ZÄÖÜ][\w-]{{0,40}}\s(?:(?:of|the|for|and|der|"
    rf"des|für|und)\s)?){{0,3}}[A-ZÄÖÜ][\w-]{{0,40}}(?:{NOUN})(?:s|en|es)?(?:\s(?:20\d\d|Nr\. "
    rf"\d+))?)(?![\w-])"
)
#: "Tag der offenen Tür", "Lange Nacht der Museen", "Crib Festival": names whose kind stands as a word of its own.
TITLED = re.compile(
    r"(?<![\w-])(?P<name>(?:(?:[A-ZÄÖÜ][\w-]+er|Langen?|Lange|Internationale[rn]?|Europäische[rn]?)\s)?(?:Tag|"
    r"Nacht|Woche|Fest|Markt|Abend) "
    r"(?:der|des) (?:[a-zäöü]+en )?[A-ZÄÖÜ][\wäöüß-]+|"
    r"(?:[A-Z][\w’'-]+\s(?:(?:of|the|for|and|in)\s){0,2}){1,4}(?:Festival|Concert|Fair|Conference|Summit|Workshop|Show|"
    r"Parade|Race|Ceremony|Lecture|Exhibition|Day|Night|Week|Market|Gala|Marathon|Symposium|Convention|Camp|Carnival|"
    r"Dinner|Hackathon|Walk|Swim|Run|Awards|Weekend))(?![\w-])"
)
#: What one is invited to, or what takes place: "zur Einwohnerversammlung", "die Übung beginnt", "bei einer Übung".
SPOKEN = re.compile(
    r"\b(?:(?:lädt|laden|einladung|eingeladen)\b[^.!?\n]{0,90}?\b(?:zur|zum|zu einer|"
    r"zu einem)\s+(?:[a-zäöüß]+(?:en|er)\s)?"
    r"(?P<to>[A-ZÄÖÜ][\wäöüß-]{3,40})|"
    r"(?:[Dd]ie|[Dd]er|[Dd]as)\s+(?:[a-zäöüß]+e\s)?(?P<subject>[A-ZÄÖÜ][\wäöüß-]{3,40})\s+"
    r"(?:findet|beginnt|startet|folgt|steigt|endet|dauert)\b|"
    r"(?:[Bb]eim|[Bb]ei der|[Bb]ei einer|[Bb]ei einem|[Mm]it dem|[Mm]it der|"
    r"[Aa]m)\s+(?:[a-zäöüß]+en\s)?(?P<during>[A-ZÄÖÜ][\wäöüß-]{3,40})\s+am\b)",
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
    r"Atelier|Studio|Anleger|anleger|Promenade|promenade|Allee|allee|Weg|weg|Planetarium|Zoo|Tierpark|Speicher|"
    r"speicher|Gasthof|Gaststätte|Wirtshaus|Café|Cafe|[Ss]ternwarte|[Kk]linikum|Audimax|(?:[Pp]ump|[Ww]asser|"
    r"[Kk]raft)werk(?: I{1,3})?|Boathouse|Building|Beach|Lido|Aquarium|Fieldhouse|[Ss]porthalle|Kaserne|kaserne|"
    r"Pfarrheim|Bürgertreff|Kolleg|kolleg)"
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
REGISTRATION = re.compile(
    r"anmeld|melden sie sich|vorschl|bewerb|einreich|akkredit|entries|apply|applicat|nominat|submi|places|"
    r"accredit|register|book a|registr|sign up|book(?:ing)? (?:by|until)|rsvp|angemeldet",
    re.IGNORECASE,
)
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

#: What stands behind a preposition and is no place.
NO_PLACE = re.compile(
    r"(?:Anschluss|Rahmen|Jahr|Jahre|Mittelpunkt|Vordergrund|Auftrag|Markt\b|Bahnhof$|Stadt\b$|Land\b|Foyer$|Ende|Anfang|Beginn|Mitte|"
    r"Herbst|Winter|Sommer|Frühjahr|Frühling|Advent|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Januar|Februar|März|April|Mai|Juni|"
    r"Juli|August|September|Oktober|November|Dezember|Abend|Morgen|Nachmittag|Vormittag|Wochenende|Programm|Internet|Alter|Namen|Sinne|"
    r"Zeichen|Podium|Thema|Einsatz|Ruhestand|Gespräch|Zug\b|Bus\b|Verein|Alltag|Freien|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|"
    r"January|February|March|May|June|July|October|December|Christmas|Easter|English|German|Day\b|(?:spring|summer|autumn|winter)\b)",
)
#: A capitalised name behind a preposition.
ANY_PLACE = re.compile(
    r"(?<![\w-])(?:im|in der|auf dem|auf der|beim|in die|ins|zur|at the|at|in the|on the|outside|inside)\s+"
    r"(?P<place>(?:[A-ZÄÖÜ][\w’'.&-]+(?:\s(?:(?:am|an der|im|zur|zum|der|des|of|the|and|"
    r"St\.?)\s)?[A-ZÄÖÜ][\w’'.-]+){0,4})|"
    r"council chamber|parking lot|town hall|village hall|community centre|market square|"
    r"school hall|library (?:parking lot|garden)|"
    r"college hall)"
)
#: "the annual lantern parade": English writes its events small.
SMALL_NAME = re.compile(
    r"\b(?i:the|a|an|two|three|its|our|annual|this year[’']s|their)\s+(?P<name>(?:[\w’'-]+\s){0,3}?"
    r"(?:festival|parade|sale|fair|ceremony|event|concert|ceremony|dinner|open day|open evening|public "
    r"meeting|meeting|exhibition|marathon|race|workshop|"
    r"webinar|lecture|talk|hackathon|conference|summit|swim|market|show|display|launch|tour|quiz|carnival|auction|"
    r"gala|drop-in sessions?|weigh-in|screening|"
    r"performance|premiere))\b"
)
NO_NAME = re.compile(
    r"(?:Don|Diens|Mon|Frei|Sams|Sonn)\w*tag\w*|Montag|Freitag|Mittwoch\w*|Tage?|Wochen?|Nacht|Abend|Termin|Markt|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|Today|Tonight|Days?|Weeks?|Nights?|Evening|Holiday|Birthday|Yesterday|Silvesternacht|"
    r"Vorführung|Aktion|Spende|Schule|Hauptschule|Grundschule|Preis|Treffen|Feier|\w*(?:schule|spende|termin)|Handball|Fußball|Basketball",
    re.IGNORECASE,
)
#: Right before a date these make it a last day.
CLOSES = re.compile(
    r"(?:schluss(?:\s\w+){0,3}|closes?(?: on)?|closing date(?: is)?|deadline(?:\s\w+)"
    r"{0,4}|by|until|before|endet(?: am)?|"
    r"frist(?:\s\w+){0,3})\s*:?\s*$",
    re.IGNORECASE,
)

#: That the public may come.
PUBLIC = re.compile(
    r"\b(?:lädt (?:\w+[ ,]+){0,14}ein|laden (?:\w+[ ,]+){0,14}ein|eingeladen|findet (?:\S+ "
    r"){0,20}statt|eintritt|anmeld\w+|beginnt um|beginn:|wann:|"
    r"willkommen|geöffnet|öffnet|startet|treffpunkt|invites?|invited|takes? place|will "
    r"be held|admission|tickets?|register|welcome|opens?|doors)\b",
    re.IGNORECASE,
)
DAILY = re.compile(
    r"\b(?:jeweils|täglich|tägl\.|daily|each day|every day|jeden tag|geöffnet|öffnungszeiten|"
    r"open)\b",
    re.IGNORECASE,
)

ENDS = re.compile(
    r"(?:ende|endet|bis|schluss|until|till|ends?)(?: (?:ist|um|gegen|etwa|ca\.|circa|voraussichtlich|"
    r"at|around|about))*\s*:?\s*$",
    re.IGNORECASE,
)
NOT_ITS_END = re.compile(
    r"anmeld|registr|sperr|gesperrt|telefon|erreichbar|geöffnet|parken|verkauf|closed", re.IGNORECASE
)
