"""Who publishes: offices, clubs and companies as a line of a release names them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOUN = (
    r"stadt|gemeinde|kreis|landkreis|landratsamt|bezirk|bezirksamt|amt|universität|hochschule|schule|gymnasium|kolleg|akademie|"
    r"ministerium|stiftung|verein|verband|club|klub|bund|kammer|stadtwerke|werke|betrieb|betriebe|verwaltung|volkshochschule|museum|"
    r"theater|oper|orchester|chor|feuerwehr|polizei|bücherei|bibliothek|archiv|klinikum|krankenhaus|institut|zentrum|gesellschaft|"
    r"genossenschaft|sparkasse|sternwarte|gmbh|ggmbh|kirchengemeinde|pfarrei|pfarrgemeinde|dekanat|bistum|initiative|"
    r"bündnis|netzwerk|polizeipräsidium|verkehrsbetriebe|wohnungsbau|"
    r"city|council|university|college|school|trust|museum|library|theatre|hospital|society|association|club|foundation|festival|"
    r"gallery|aquarium|players|orchestra|church|parish|agency|authority|institute|centre|center|llc|charity|department"
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
_SHORT = r"(?-i:AG|SV|SG|FC|VfL|HSG|TSV|AWO|DRK|DLRG|VHS|Ltd|Inc|PLC|GmbH|gGmbH|e\. ?V\.?|KG|eG|LAG|Zoo)"
HAS_NOUN = re.compile(rf"(?:^|[\s-])(?:\w*(?:{_NOUN})(?:e|en|s|es)?|{_SHORT})(?:$|[\s,.|–-])", re.IGNORECASE)
_OFFICE = re.compile(
    r",?\s*(?:[-–|]\s*)?(?:die |der )?(?:presse(?:stelle|amt|büro|referat|dienst|- und "
    r"[\wÄÖÜäöüß-]+)?|kommunikation|öffentlichkeitsarbeit|unternehmenskommunikation|"
    r"press office|media relations|communications|news release|press release|pressemitteilung|"
    r"medieninformation|presseinformation|"
    r"der (?:ober)?bürgermeister(?:in)?|die (?:ober)?bürgermeisterin)\b.*$",
    re.IGNORECASE,
)


def is_organisation(line: str) -> bool:
    """Whether a line is the name of somebody who publishes, and no sentence."""
    text = line.strip(" .,:|–-*+")
    if not 3 < len(text) <= 70 or re.search(r"[!?;„“\"]", text) or re.search(r"\d{3,}|@|https?:", text):
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
