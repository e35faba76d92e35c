"""People in a text: names with their titles, roles and affiliations. Pure.

A name is taken where something vouches for it: a title, a role beside it, a
common first name, or a verb of saying. German writes every noun with a
capital, so two capitals alone say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from announcer.intake.first_names import FIRST_NAMES
from announcer.intake.organisations import HAS_NOUN, is_organisation
from announcer.intake.wordlist import words

_ROLE = (
    r"(?:(?:stellvertretende[rn]?|kommissarische[rn]?|ehemalige[rn]?|künftige[rn]?|neue[rn]?|scheidende[rn]?|leitende[rn]?|"
    r"zuständige[rn]?|Erste[rn]?|Zweite[rn]?|[A-ZÄÖÜ][a-zäöü]+(?:lich|isch|ig)e[rn]?|Kaufmännische[rn]?|Wissenschaftliche[rn]?|Künstlerische[rn]?|"
    r"Parlamentarische[rn]?|deputy|vice|acting|former|senior|chief)\s)?"
    r"(?:[A-ZÄÖÜ][\wäöüß]*-)*[A-ZÄÖÜ]?[\wäöüß]*(?:[Mm]eister(?:in)?(?:innen)?|[Dd]ezernent(?:in|en)?|[Mm]inister(?:in|s)?|"
    r"[Pp]räsident(?:in|en)?|[Dd]irektor(?:in|s)?|[Ll]eiter(?:in|s)?|[Ss]precher(?:in|s)?|[Ff]ührer(?:in)?|[Vv]orsitzende[rn]?|"
    r"[Bb]eauftragte[rn]?|[Ss]ekretär(?:in)?|[Kk]ämmer(?:er|in)|[Rr]ätin|[Ll]andrat|[Ss]tadtrat|[Bb]eirat|[Ii]ntendant(?:in|en)?|"
    r"[Kk]urator(?:in|en)?|[Pp]rofessor(?:in|s)?|[Aa]utor(?:in|en)?|[Ss]chriftsteller(?:in)?|[Kk]ünstler(?:in)?|[Mm]usiker(?:in)?|"
    r"[Ss]änger(?:in)?|[Pp]ianist(?:in|en)?|[Oo]rganist(?:in|en)?|[Dd]irigent(?:in|en)?|[Mm]oderator(?:in|en)?|[Jj]ournalist(?:in|en)?|"
    r"[Ff]orscher(?:in)?|[Ww]issenschaftler(?:in)?|[Hh]istoriker(?:in)?|[Pp]farrer(?:in|s)?|[Bb]ischof|[Bb]ischöfin|[Rr]ektor(?:in|s)?|"
    r"[Kk]anzler(?:in|s)?|[Cc]hef(?:in|s)?|[Tt]rainer(?:in|s)?|[Kk]oordinator(?:in|en)?|[Rr]eferent(?:in|en)?|[Gg]ründer(?:in)?|"
    r"[Aa]bgeordnete[rn]?|[Pp]atron(?:in)?|[Ss]chirmherr(?:in|n)?|[Ii]nspektor(?:in)?|[Ii]ngenieur(?:in)?|[Ää]rzt(?:in)?|[Cc]hefarzt|"
    r"[Aa]rchitekt(?:in|en)?|[Ff]otograf(?:in|en)?|[Rr]egisseur(?:in)?|[Ss]chauspieler(?:in)?|[Kk]abarettist(?:in|en)?|"
    r"[Rr]edner(?:in)?|[Ll]ehrer(?:in|s)?|[Ll]eiterin|[Gg]eschäftsführung|[Vv]orstand|[Oo]bmann|[Dd]ekan(?:in|s)?|[Pp]robst|"
    r"[Ss]taatssekretär(?:in)?|[Ii]nhaber(?:in|s)?|[Gg]ewinner(?:in)?|[Pp]reisträger(?:in)?|[Dd]ichter(?:in)?|[Bb]otschafter(?:in)?|"
    r"[Mm]anager(?:in)?|[Ee]xpert(?:e|in|en)|[Bb]iolog(?:e|in|en)|[Ww]art(?:in)?|[Ss]chatzmeister(?:in)?|[Vv]orständin)"
    r"|OB(?:in)?|BM|MdB|MdL|CEO|Mayor|Lord Mayor|Councillor|Cllr|Minister|President|Director|"
    r"Professor|Chair(?:man|woman|person)?|"
    r"Chief Executive|Head(?: of [A-Z][\w ]{2,30})?|Curator|Author|Conductor|Spokes(?:man|"
    r"woman|person)|Manager|Bishop|Dean|"
    r"Principal|Secretary|Coach|Researcher|Poet|Ambassador|Captain|Sergeant|Inspector|Superintendent|Librarian"
)
_TITLE = (
    r"(?:(?:Univ\.-)?Prof(?:\.|essor(?:in)?\b|\b)(?:in\b)?|Dr\.|Dr\b|PD|Dipl\.-?\s?[A-ZÄÖÜ][\w]*\.?|Mag\.|Sir|Dame|Lord|Lady|"
    r"Councillor|Cllr|Alderman|Rev\.?|Mrs?\.?|Ms\.?|h\.\s?c\.|med\.|phil\.|rer\.\s?nat\.|jur\.|-Ing\.|e\.\s?h\.)"
)
_WORD = (
    r"[A-ZÄÖÜÉÓŞÇ](?:[a-zäöüßéèêáàóòíñçşğıëïôâ]|[’'][A-Z]|(?<=Mc)[A-Z]|(?<=Mac)[A-Z])*[a-zäöüßéèêáàóíñçşğıëï]"
    r"(?:-[A-ZÄÖÜÉŞ][a-zäöüßéèáóñç]+)*"
)
_PARTICLE = r"(?:von der|von den|van der|van den|von|van|de la|de|da|di|la|le|al|el|bin|ten|ter|zu|O[’'])"
_NAME = rf"{_WORD}(?: [A-Z]\.)?(?: {_PARTICLE} ?{_WORD}| {_WORD})"
_CANDIDATE = re.compile(rf"(?<![\w.-])(?P<name>{_NAME})(?![\w-])")
_THIRD = re.compile(rf" {_WORD}(?![\w-])")
#: What a person does, told by how the word ends.
_ROLE_WORD = (
    r"[A-ZÄÖÜ][\wäöüß-]*(?:er|\w{3}in|ist|istin|istinnen|or|orin|ent|entin|ant|antin|eur|eurin|oge|ogin|ologe|ologin|är|ärin|wirt|wirtin|mann|frau|arzt|ärztin|"
    r"wart|wartin|graf|grafin|soph|nom|nomin|iater|anwalt|anwältin|meister|meisterin|rat|rätin|Bariton|bariton|Sopran|sopran|Tenor|tenor|notarin|notar|weltmeister|"
    r"gast|Duo|kind|Kapitänin|Kapitän|pate|patin|bote|botin|gärtnerin|köchin|koch|tekt|tektin|tect)|"
    r"Bariton|Sopran|Tenor|Bass|Pate|Koch|Notar|Rat"
)
_ENGLISH_ROLE = (
    r"(?:[a-z]*(?:er|or|ist|critic|warden|architect|ian|ant|president|secretary|principal|student|nurse|man|woman|chair|head|"
    r"chief|poet|judge|coach|captain))"
)
_NOT_ENGLISH_ROLES = words(
    "der er oder aber immer hier wer vor mehr her daher vorher nachher bisher weiter wieder hinter ist "
    "bist meist selbst davor zuvor bevor hervor vier einer seiner ihrer unser euer jeder dieser leider "
    "unter ober ander after over under or for their other number winter summer river near per never "
    "either whether rather ever together however another later earlier than man woman chair head before "
    "prior water paper better greater lower upper former floor door visitor order corner centre quarter "
    "letter chapter"
)
_ENGLISH_BEFORE = re.compile(
    rf"(?:^|\s)(?P<role>(?:head|chief|director|chair|leader) of (?:the )?[a-z]+|"
    rf"(?:[a-z]+ ){{0,2}}?{_ENGLISH_ROLE}),?\s+$"
)
_AFFILIATED_BEFORE = re.compile(
    rf"(?P<role>{_ROLE})\s+(?:der|des|von|vom|of(?: the)?|at(?: the)?)\s+(?P<of>[A-ZÄÖÜ][^,.;()"
    rf"\n]{{2,60}}?)(?:\s*,)?\s*(?:Frau|Herrn?)?\s*$"
)
_TITLE_BEFORE = re.compile(rf"(?P<title>(?:{_TITLE}\s*)+)$")
_HONORIFIC = re.compile(r"(?:Frau|Herrn?|Familie)\s+$")
#: What a name stands behind: "unter der Leitung von", "es moderiert", "Referentin:".
_INTRODUCED = re.compile(
    r"(?:(?:Leitung|Regie|Moderation|Feder|Idee|Konzept|Musik|Texten?|Fotos|Bildern|Werken?|"
    r"Vortrag|Gespräch|Lesung|Konzert|Solo|Führung) (?:von|mit|hat|übernimmt|führt)|"
    r"\b(?:moderiert|dirigiert|referiert|spricht|sprechen|liest|lesen|spielt|singt|eröffnet|"
    r"begrüßt|leitet|führt|erzählt|berichtet|folgt auf|gewann|siegte|überreicht|"
    r"geleitet von|moderiert von|gestaltet von|vertreten durch|komponiert von|geschrieben "
    r"von|led by|hosted by|chaired by|written by|directed by|curated by|presented by|"
    r"moderated by|performed by|conducted by|played by|interview with|conversation with)|"
    r"\b(?:Referent(?:in|en)?|Leitung|Moderation|Regie|Solist(?:in|en)?|Mitwirkende|Gäste?|Dozent(?:in)?|Autor(?:in)?|Orgel|Klavier|Gesang|Violine|Cello|Sopran|Alt|Tenor|"
    r"Bass|Speakers?|Chair|Host|Moderator|Panel|Guests?|With|Mit|Foto(?:s)?|Photo)\s*:)\s*(?:(?:die|der|den|dem|the)\s+)?(?:[A-ZÄÖÜ][\wäöüß-]+\s+)?$"
)
#: "A B, C D und E F": who stands in one row with somebody named is somebody too.
_IN_A_ROW = re.compile(
    r"\s*(?:\([^()\n]{2,60}\))?\s*(?:,|;|/|&|und|and|sowie|,\s*(?:und|and))\s*(?:(?:der|die|"
    r"den|dem|the)\s+)?(?:[A-ZÄÖÜ]?[\wäöüß-]+\s+)?$"
)
_ROLE_AFTER = re.compile(
    rf"\s*(?:,\s*(?:\d{{1,3}}\s*,\s*)?(?:der|die|das|the|a|an|unser|unsere|früher|selbst|einst)?\s*|\(\s*)(?P<role>{_ROLE}|{_ROLE_WORD}(?!\s+[A-ZÄÖÜ][a-zäöü]+\s*,)|"
    rf"(?:[a-z]+ ){{0,2}}?{_ENGLISH_ROLE}|[Ll]eitet[^,.;)]{{3,40}})(?=[\s,.;)]|$)(?P<rest>[^,.;()\n„“\"]{{0,90}})"
)
_PARENTHESISED = re.compile(r"\s*\((?P<of>[A-ZÄÖÜ][^()\n]{1,60})\)")
_ORGANISATION_AFTER = re.compile(
    r"\s*,?\s*(?:von der|von den|vom|von|from(?: the)?|of(?: the)?)\s+(?P<of>[A-ZÄÖÜ][\w.-]+(?:\s+(?:für|"
    r"und|der|des|of|and|[A-ZÄÖÜ][\w.-]+)){0,6})"
)
_OF = re.compile(
    r"^\s*(?:der|des|von|vom|beim|bei der|bei|im|in der|am|an der|of the|of|at the|at|for the|for|with)\s+(?P<of>.+)$"
)
_SAID = re.compile(
    r"(?:sagte?|so|erklärte?|betonte?|meinte?|berichtete?|ergänzte?|freut sich|freute "
    r"sich|lobte?|hob|unterstrich|says?|said|added?|"
    r"explain(?:s|ed)|according to|comments?|commented|verspricht|erzählt)\s+(?:(?:die|"
    r"der|den|the)\s+)?(?:[\wäöüß.-]+\s+){0,3}$"
)
_SAYS_AFTER = re.compile(
    r"\s*(?:,[^,.]{3,80},)?\s*(?:sagte?|erklärte?|betonte?|meinte?|ergänzte?|berichtete?|freut|lobte?|said|says|added|explained|verspricht|moderiert|dirigiert|spielt|"
    r"singt|liest|referiert|spricht)\b"
)
_NOUNS = re.compile(
    r"(?:haus|halle|saal|platz|straße|weg|park|kirche|schule|museum|theater|amt|verein|markt|fest|konzert|tag|abend|woche|stadt|gemeinde|kreis|werke?|zentrum|ung|heit|keit|schaft|"
    r"tion|ität|bahn|brücke|garten|hof|bad|berg|tal|bach|see|ufer|hafen|bühne|preis|team|gruppe|Uhr|Euro|Prozent|Jahre?n?|Meter|Kilometer|Minuten?|Raum|Hörsaal|Foyer|Aula)$"
)
_SURNAMES = frozenset(
    {
        "Freitag",
        "Sonntag",
        "Montag",
        "März",
        "May",
        "Park",
        "Hall",
        "Church",
        "Land",
        "Bund",
        "Kirche",
        "Stadt",
        "Juli",
        "August",
    }
)
_NOT_NAMES = frozenset(
    """
    die der das den dem des ein eine einer am im in an auf aus bei mit nach von vor zu zum zur für und oder um
    bis als auch wie wir sie er es dort hier heute morgen neue neuer neues alle jede jeder stadt kreis landkreis
    gemeinde land bund universität hochschule schule haus halle saal museum theater kirche park platz straße
    allee weg zentrum verein stiftung institut amt ministerium bundesministerium gmbh ag kg tag tage woche monat
    jahr uhr januar februar märz april mai juni juli august september oktober november dezember montag dienstag
    mittwoch donnerstag freitag samstag sonntag konferenz kongress tagung fest festival konzert ausstellung
    programm thema projekt projekte preis verband gesellschaft the a an this that these those our their we he
    she it on at by for from with of and or to new old north south east west city town county university college
    school street road hall centre center museum library church trust council house park monday tuesday
    wednesday thursday friday saturday sunday january february march june july october december telefon tel fax
    mail email foto bild quelle kontakt presse pressestelle eintritt ort beginn einlass
    sankt st dr prof professor councillor cllr mayor mr mrs ms
    minister president lord lady sir
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a place in the text names them."""

    name: str
    start: int
    end: int
    title: str = ""
    role: str = ""
    affiliation: str = ""


def find_people(text: str) -> list[Named]:
    """Everybody a text names, in order; the same person again with what that place says."""
    return list(_find(text))


def merged(found: list[Named]) -> list[Named]:
    """One entry a person, with everything that was said of them; surnames alone belong to who was named before."""
    people: dict[str, Named] = {}
    for one in found:
        known = people.get(one.name)
        if known is None:
            people[one.name] = one
            continue
        people[one.name] = Named(
            one.name, known.start, known.end, known.title or one.title, _fuller(known.role, one.role),
            known.affiliation or one.affiliation,
        )  # fmt: skip
    return list(people.values())


def _fuller(known: str, said: str) -> str:
    """ "Oberbürgermeister" says more than "OB"."""
    short = len(known) <= 3 and known.isupper()
    return said if said and (not known or (short and len(said) > len(known))) else known


def _find(text: str) -> Iterator[Named]:
    at, last = 0, -1
    before: Named | None = None
    while found := _CANDIDATE.search(text, at):
        start = found.start("name")
        named = _vouched(text, start, found.end("name"), last)
        if named is None:
            # Step over one word: the name may begin at the next ("Bürgermeisterin Maria Muster").
            stop = re.compile(r"[\s-]").search(text, start)
            at = stop.end() if stop else found.end("name")
            continue
        named = _with_shared_role(text, named, before)
        yield named
        before = named
        at = last = named.end


def _with_shared_role(text: str, named: Named, before: Named | None) -> Named:
    """ "die Lehrer Benno Kraft und Silvia Renz", "the directors A, B and C": what is said of all in the row."""
    if before is None or named.role or not before.role or not _IN_A_ROW.fullmatch(text[before.end : named.start]):
        return named
    lead = text[max(0, before.start - 90) : before.start]
    plural = before.role.endswith("s") or (
        re.search(rf"\bdie\s+{re.escape(before.role)}\s+$", lead) is not None and not before.role.endswith("in")
    )
    return replace(named, role=before.role) if plural else named


def _vouched(text: str, start: int, end: int, last: int) -> Named | None:
    parts = text[start:end].split(" ")
    known = parts[0].lower().split("-")[0] in FIRST_NAMES
    if any(
        word.lower().strip(".") in _NOT_NAMES
        for word in (parts[:-1] if known and parts[-1] in _SURNAMES else parts)
        if word[:1].isupper()
    ):
        return None
    if not known and (_NOUNS.search(parts[0]) or _NOUNS.search(parts[-1]) or HAS_NOUN.search(text[start:end])):
        return None
    before = text[max(0, start - 140) : start]
    before = before[max(before.rfind("\n"), before.rfind("\t")) + 1 :]
    title = _TITLE_BEFORE.search(before)
    lead = before[: title.start()] if title else before
    lead = re.sub(r",\s*$", " ", lead) if title else lead  # "the Lord Mayor, Councillor Desmond Achebe"
    role = _role_before(lead)
    in_row = (
        last >= 0
        and start - last < 60
        and "\n" not in text[last:start]
        and _IN_A_ROW.fullmatch(text[last:start] if not title else text[last : start - len(title[0])])
    )
    vouched = (
        bool(title)
        or bool(role)
        or known
        or bool(in_row)
        or _HONORIFIC.search(lead)
        or _SAID.search(lead)
        or _INTRODUCED.search(lead)
    )
    if not vouched:
        after = _SAYS_AFTER.match(text, end) or _apposition(text, end)
        if after is None:
            return None
    third = _THIRD.match(text, end)
    if not known and not title and (is_role(parts[0]) or (third and _ROLE_TAIL.fullmatch(parts[0]))):
        return None
    if not known and not title and not role and (_ARTICLE.search(lead) or parts[0].endswith("er")):
        return None  # "aus der Feder von Lotte", "Merriner Anzeiger"
    if (
        third
        and parts[-1].lower() in FIRST_NAMES
        and not _NOUNS.search(third[0])
        and third[0].strip().lower() not in _NOT_NAMES
        and not _ROLE_TAIL.fullmatch(third[0].strip())
    ):
        end = third.end()
    title_text = title["title"].strip() if title else ""
    of = ""
    if not role and (placed := _AFFILIATED_BEFORE.search(lead)) and len(placed["of"].split()) <= 6:
        role, of = placed["role"], placed["of"].strip()
    return _with_roles(text, start, end, title_text, role, of)


_ARTICLE = re.compile(r"\b(?:der|die|das|dem|den|des|eine[mnrs]?|the|a|an|im|am|zum|zur|vom|beim)\s+$", re.IGNORECASE)
_ROLE_TAIL = re.compile(rf"{_ROLE}|{_ROLE_WORD}")


def _role_before(lead: str) -> str:
    """What somebody is, as it stands before the name."""
    if not lead[-1:].isspace():
        return ""
    parts = lead.split()[-4:]
    while parts and parts[-1] in {"Frau", "Herr", "Herrn"}:
        parts.pop()
    if not parts:
        return ""
    last = parts[-1].lstrip('(„"')
    if (_ROLE_ONLY.fullmatch(last) or _ROLE_WORD_ONLY.fullmatch(last)) and not HAS_NOUN.search(last):
        fuller = " ".join([parts[-2].lstrip('(„"'), last]) if len(parts) > 1 else ""
        return fuller if fuller and _ROLE_ONLY.fullmatch(fuller) else last
    english = _ENGLISH_BEFORE.search(" " + " ".join(parts) + " ")
    if english and english["role"].rstrip(",").split()[-1] not in _NOT_ENGLISH_ROLES:
        small = {"the", "a", "an", "by", "with", "and", "of", "to", "from", "for"}
        return " ".join(word for word in english["role"].rstrip(",").split() if word not in small)
    return ""


_ROLE_ONLY = re.compile(_ROLE)
_ROLE_WORD_ONLY = re.compile(_ROLE_WORD)


def _apposition(text: str, end: int) -> re.Match[str] | None:
    """ ", Leiterin des Amtes," behind two capitals makes them a name."""
    found = _ROLE_AFTER.match(text, end)
    if found is None or found["role"].split()[-1] in _NOT_ENGLISH_ROLES:
        return None
    return found


def is_role(word: str) -> bool:
    """Whether a word says what somebody is: "Bürgermeisterin", "Director"."""
    return re.fullmatch(_ROLE, word) is not None


def _with_roles(text: str, start: int, end: int, title: str, role: str, of: str) -> Named:
    """What stands behind the name: ", Leiterin des Amtes", "(Stadt Beispiel)"."""
    name = " ".join(text[start:end].split())
    if not role and (after := _apposition(text, end)):
        role = after["role"].strip()
        rest = _OF.match(after["rest"])
        of = of or (_shortened(rest["of"]) if rest else "")
    elif not of and (bracket := _PARENTHESISED.match(text, end)) and not re.search(r"\d|Foto|Bild", bracket["of"]):
        of = bracket["of"]
    elif not of and (organisation := _ORGANISATION_AFTER.match(text, end)):
        of = organisation["of"]
    elif not of and (house := _HOUSE_AFTER.match(text, end)) and _is_house(house["of"]):
        of = house["of"].strip()
    if not role and (below := _LINE_BELOW.match(text, end)) and _ROLE_ONLY.fullmatch(below["role"]):
        role = below["role"]
    if not role and _OFFICE_TITLE.search(title):
        role = title  # "Councillor" is what she is as well
    return Named(name, start, end, title, role.strip(), of.strip())


_OFFICE_TITLE = re.compile(r"Councillor|Cllr|Alderman")


#: "Ulf Dettmer, Verbraucherzentrale": the house behind a comma.
_HOUSE_AFTER = re.compile(r",\s*(?P<of>[A-ZÄÖÜ][^,.;:()\n|„“\"]{2,60})")
#: A name with what its bearer is on a line of its own.
_LINE_BELOW = re.compile(r"[ \t]*\n(?P<role>[^\n]{3,50})(?=\n|$)")


def _is_house(said: str) -> bool:
    return is_organisation(said) or re.match(r"(?:TH|TU|FH|HS|Uni|Hochschule|LMU|RWTH)\s", said) is not None


_VERB = re.compile(
    r"\s+(?:sagte?|hält|spricht|wird|hat|ist|sind|war|und|erklärte?|betonte?|eröffnet|freut|lädt|am|um|says?|said|will|has|is|was|and)\b.*$"
)


def _shortened(text: str) -> str:
    return _VERB.sub("", text).strip()
