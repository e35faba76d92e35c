"""Who publishes: offices, clubs and companies as a line of a release names them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOUN = (
    r"stadt|gemeinde|kreis|landkreis|landratsamt|bezirk|bezirksamt|amt|universität|hochschule|schule|gymnasium|kolleg|akademie|"
    r"ministerium|stiftung|verein|verband|club|klub|bund|kammer|stadtwerke|werke|betrieb|betriebe|verwaltung|volkshochschule|museum|"
    r"theater|oper|orchester|chor|feuerwehr|polizei|bücherei|bibliothek|archiv|klinikum|krankenhaus|institut|zentrum|gesellschaft|"
    r"genossenschaft|sparkasse|sternwarte|gmbh|ggmbh|kirchengemeinde|pfarrei|pfarrgemeinde|dekanat|bistum|initiative|"
    r"bündnis|netzwerk|buchhandlung|verlag|musikschule|jugendring|sportbund|polizeipräsidium|verkehrsbetriebe|wohnungsbau|"
    r"city|council|university|college|school|trust|museum|library|theatre|hospital|society|association|club|foundation|festival|"
    r"gallery|aquarium|players|orchestra|church|parish|agency|authority|institute|centre|center|libraries|museums|theatres|llc|charity|department|chamber|federation|union|bank"
)
_SMALL = frozenset(
    [
        "am",
        "an",
        "der",
        "des",
        "die",
        "das",
        "dem",
        "für",
        "und",
        "of",
        "the",
        "for",
        "and",
        "bei",
        "auf",
        "e.",
        "v.",
        "v",
        "–",
        "|",
        "-",
        "&",
        "at",
        "on",
    ]
)
_FIRST_WORDS = 3
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SHORT = (
    r"(?-i:AG|SV|SG|TuS|TV|TSG|FSV|SC|SpVgg|MTV|THW|FC|VfL|HSG|TSV|"
    r"AWO|DRK|DLRG|VHS|Ltd|Inc|PLC|GmbH|gGmbH|e\. ?V\.?|KG|eG|LAG|Zoo)"
)
HAS_NOUN = re.compile(rf"(?:^|[\s-])(?:\w*(?:{_NOUN})(?:e|en|s|es)?|{_SHORT})(?:$|[\s,.|–-])", re.IGNORECASE)
_OFFICE = re.compile(
    r",?\s*(?:[-–|]\s*)?(?:die |der )?(?:presse(?:stelle|amt|büro|referat|dienst|- und "
    r"[\wÄÖÜäöüß-]+)?|kommunikation|öffentlichkeitsarbeit|unternehmenskommunikation|"
    r"press office|media relations|communications|news release|press release|pressemitteilung|"
    r"medieninformation|presseinformation|"
    r"der (?:ober)?bürgermeister(?:in)?|die (?:ober)?bürgermeisterin|"
    r"(?:amt|büro|referat|abteilung|stabsstelle|dezernat|fachbereich) (?:für|der|des) \w+)\b.*$",
    re.IGNORECASE,
)
_CAPITAL = r"[A-ZÄÖÜ][\w&’'.-]*[\w’']"
#: A row of capitals, joined by small words: "die Stadt Beispiel", "the Association of Small Museums".
_ROW = re.compile(
    rf"(?<![\w.-])(?:[A-ZÄÖÜ][\w]+- und )?{_CAPITAL}(?:\s(?:(?:of|of the|for|für|am|an der|der|des|"
    rf"&)\s)?{_CAPITAL}){{1,6}}(?:\se\. ?V\.)?"
)
_HOST = re.compile(
    r"(?:^|\n)\W*(?:veranstalter(?:in)?|gastgeber(?:in)?|ausrichter(?:in)?|organi[sz]er|hosted by|"
    r"host)\s*:\s*([^\n,(]{3,70})",
    re.IGNORECASE,
)
_GENITIVE = re.compile(r"(?:der|des|of|of the)\s")
#: What has such a noun and publishes nothing.
_NO_PUBLISHER = re.compile(
    r"(?i:festival|orchester|orchestra|chor|players|schule|school|bund|\w{3}stadt|bezirk|swim|run)$|"
    r"^(?:Im|In|Am|Bei|Beim|At|On|From|For|Charity|Presse\w*|Library of)\b"
)
_SPEAKS_FOR = re.compile(
    r"^(?:(?:Ober)?[Bb]ürgermeister\w*|Frau|Herrn?|\w+(?:präsident|leiter|sprecher|direktor|minister|dezernent)\w*)\s"
)


def is_organisation(line: str) -> bool:
    """Whether a line is the name of somebody who publishes, and no sentence."""
    text = line.strip(" .,:|–-*+")
    if not 3 < len(text) <= 70 or re.search(r"[!?;„“\"]", text) or re.search(r"\d{3,}|@|https?:", _YEAR.sub("", text)):
        return False
    words = [word.strip(",") for word in text.split()]
    if any(word[:1].islower() and word.lower() not in _SMALL for word in words if word):
        return False
    head = " ".join(words[:_FIRST_WORDS])
    return HAS_NOUN.search(head) is not None and len(words) <= 9


def name_in(line: str) -> str:
    """The name without the office's department: "Stadt Beispiel, Pressestelle" is Stadt Beispiel."""
    text = re.sub(r"\s+", " ", line).strip(" .,:|–-*+")
    of = re.match(
        r"(?:die )?(?:presse(?:stelle|amt|büro)|press office|pressereferat|medienstelle)\s+(?:der|"
        r"des|of(?: the)?|für)\s+(.+)$",
        text,
        re.IGNORECASE,
    )
    if of:
        text = of[1]
    named = _OFFICE.sub("", text).strip(" .,:|–-")
    return f"{named}." if re.search(r"\be\. ?V$", named) else named


def first_organisation(lines: Iterable[str]) -> str:
    """The first of these that names one."""
    for line in lines:
        for part in (line, *re.split(r"[,|;]", line)):
            named = name_in(part)
            if is_organisation(named):
                return named
    return ""


def hosted(text: str) -> str:
    """Who is named as the host: "Veranstalter: Forstamt Beispiel"."""
    found = _HOST.search(text)
    return name_in(found[1]) if found and is_organisation(name_in(found[1])) else ""


def organisation_in(text: str) -> str:
    """The first that running text names in full; a noun alone ("das Museum") is none."""
    for row in _ROW.finditer(text):
        named = _without_people(row[0])
        if " " in named and is_organisation(named) and not _NO_PUBLISHER.search(named):
            return name_in(named)
    return ""


def _without_people(row: str) -> str:
    """ "Leiter der Universität Beispiel" speaks for the university."""
    behind = _GENITIVE.split(row)
    if len(behind) > 1 and not is_organisation(behind[0]) and is_organisation(behind[-1]):
        return behind[-1]
    return _SPEAKS_FOR.sub("", re.sub(r"^(?:Die|Der|Das|The)\s", "", row))
