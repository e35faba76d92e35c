"""People in a text: names with their titles, roles and affiliations. Pure.

A name is taken where something vouches for it: a title, a role beside it, a
common first name, or a verb of saying. German writes every noun with a
capital, so two capitals alone say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FIRST_NAMES = frozenset(
    """
    adam adrian agnes ahmed aisha alan alex alexander alexandra ali alice alicia alina alma amelia amina amir
    amy ana anastasia andrea andreas andrew andy angela angelika anika anita anja ann anna anne annegret
    anneliese annette annika anton antonia arne arthur astrid august aylin ayse ayşe barbara bastian beate
    beatrice ben benedikt benjamin benno bernd bernhard bert berta bettina bianca birgit birte björn boris brian
    brigitte bruno burkhard carina carl carla carlo carlos carmen carola carolin caroline carsten catherine cem
    charlotte chiara chris christa christel christian christiane christina christine christoph christopher claas
    clara claire claudia claus clemens cornelia dagmar dana daniel daniela david dean deborah deniz dennis
    detlef diana diane dieter dietmar dirk dominik donald dora doris dorothea dorothee dustin ebru eckhard edgar
    edith eduard edward ela elena eleni elfriede eli elias elif elisa elisabeth elizabeth elke ella ellen elmar
    elsa elvira emil emilia emily emine emma eric erich erik erika ernst erwin esra esther eugen eva evelyn ewa
    fabian fabienne fatih fatima fatma felicitas felix ferdinand finn fiona flora florian frank franz franziska
    fred frederik freya frida friederike friedrich fritz gabi gabriel gabriele gareth gaby georg george gerald
    gerd gerda gerhard gerlinde gero gertrud gesa gesine gisela giulia gottfried grace greta gregor gudrun guido
    gülay günter günther gunnar gustav guy hakan hanna hannah hannelore hannes hans harald harriet harry hartmut
    hasan hatice hedwig heide heidi heike heiko heiner heinrich heinz helen helena helene helga helge helmut
    hendrik henning henri henrik henrike henry herbert heribert hermann hilde hildegard hiltrud holger horst
    hubert hüseyin hugo ian ibrahim ida ilka ilona ilse imke ina ines inga inge ingeborg ingo ingrid inka irene
    iris irina irma isabel isabell isabella isabelle ismail ivan ivana ivo jack jacob jakob james jan jana jane
    janet janina janine janis jannik jasmin jason jean jenny jens jessica joachim joan joanna jochen joe johan
    johann johanna johannes john jonas jonathan jörg jörn josef josefine joseph joshua judith jule julia julian
    juliane julie julius jürgen jutta kai karen karim karin karl karla karolina karoline karsten kasimir
    katharina käthe kathleen kathrin katja katrin kay kemal ken kerstin kevin kim kira kirsten klara klaus
    konrad konstantin konstanze korinna kristian kristin kristina kurt lara larissa lars laura laurenz lea leila
    lena leni lennart leo leon leonard leonie leonora leopold lia lidia liam lilli lilly linda linus lisa lise
    lorenz lothar louis louisa louise luca lucas lucia lucy ludger ludwig luis luisa luise lukas lutz lydia
    magda magdalena maike maja malte mandy manfred manuel manuela mara marc marcel marco marcus marek maren
    margarete margarethe margit margot margret maria mariam marianne marie marietta marija marina mario marion
    marius mark marko markus marlene marlies marta martha martin martina mary maryam mathias mathilde matthew
    matthias mats maurice max maximilian maya mechthild mehmet meike melanie melissa merle meryem mia michael
    michaela michel michelle miguel mike mila milan milena mina mira miriam mirjam mirko mohamed mohammad
    mohammed mona monika moritz murat mustafa nadia nadine nadja nasrin natalia natalie natascha nele nelly nico
    nicola nicolas nicole niels nikolaus nils nina noah noor nora norbert nuray nuri olaf ole olga oliver olivia
    omar oskar oscar otto pamela pascal patricia patrick paul paula pauline peer peggy peter petra philip
    philipp phillip pia priya rachel rafael rainer ralf ralph ramona raphael rebecca rebekka regina reiner
    reinhard reinhold renate rené resul ria ricarda richard rita robert robin roger roland rolf roman romy ron
    rosa rosemarie rosi roswitha roy rudi rudolf rüdiger ruth sabine sabrina said sally salma sam samira samuel
    sandra sandy sara sarah sascha saskia sean sebastian selin selma serkan sevgi sibylle siegfried sigrid silke
    silvia simon simone sina sofia sonja sophia sophie stefan stefanie steffen stella stephan stephanie stephen
    steve steven sue susan susann susanna susanne suse sven svenja swen swetlana sylvia sylvie tamara tanja
    tania tatjana teresa tessa thea thekla theo theodor theres theresa therese thomas thorsten tibor till tim
    timo tina tobias tom toni torben torsten tristan udo ulf uli ulla ullrich ulrich ulrike ursula uschi ute uta
    uwe valentin valentina valerie vanessa vera verena veronika victor victoria viktor viktoria viola virginia
    volker waldemar walter waltraud wanda wendy werner wiebke wilfried wilhelm wilhelmine will willi william
    winfried wolf wolfgang wolfram xaver yannick yasmin yusuf yvonne zainab zeynep zoe
    """.split()  # noqa: SIM905  a list of words reads better as text
)
_ROLE = (
    r"(?:(?:stellvertretende[rn]?|kommissarische[rn]?|ehemalige[rn]?|künftige[rn]?|neue[rn]?|scheidende[rn]?|leitende[rn]?|"
    r"zuständige[rn]?|Erste[rn]?|Zweite[rn]?|Technische[rn]?|Kaufmännische[rn]?|Wissenschaftliche[rn]?|Künstlerische[rn]?|"
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
    r"(?:(?:Univ\.-)?Prof(?:\.|essor(?:in)?\b)(?:in)?|Dr\.|PD|Dipl\.-?\s?[A-ZÄÖÜ][\w]*\.?|Mag\.|Sir|Dame|Lord|Lady|Rev\.?|"
    r"Mrs?\.?|Ms\.?|h\.\s?c\.|med\.|phil\.|rer\.\s?nat\.|jur\.|-Ing\.|e\.\s?h\.)"
)
_WORD = r"[A-ZÄÖÜÉÓŞÇ][a-zäöüßéèêáàóòíñçşğıëïA-ZÄÖÜ'’]*[a-zäöüßéèêáàóñçşğıëï](?:-[A-ZÄÖÜÉŞ][\wäöüßéèáóñç]+)*"
_NAME = (
    rf"{_WORD}(?:\s(?:[A-Z]\.|{_WORD}))?(?:\s(?:von|van|de|der|den|zu|zur|vom|da|di|la|le|"
    rf"al|el|bin|ten|ter)){{0,2}}\s(?:Mc|Mac|O['’])?{_WORD}"
)
_NAMED = re.compile(
    rf"(?<![\w-])(?:(?P<role>{_ROLE})\s+)?(?:(?:Frau|Herrn?)\s+)?(?P<title>(?:{_TITLE}\s*)+)?(?P<name>{_NAME})(?![\w-])"
)
_CANDIDATE = re.compile(rf"(?<![\w.-])(?P<name>{_NAME})(?![\w-])")
_ROLE_BEFORE = re.compile(rf"(?:(?<=\s)|^|(?<=[(„\"]))(?P<role>{_ROLE})(?:\s+(?:Frau|Herrn?))?\s*$")
_AFFILIATED_BEFORE = re.compile(
    rf"(?P<role>{_ROLE})\s+(?:der|des|von|vom|of(?: the)?|at(?: the)?)\s+(?P<of>[A-ZÄÖÜ][^,.;()"
    rf"\n]{{2,60}}?)(?:\s*,)?\s*(?:Frau|Herrn?)?\s*$"
)
_TITLE_BEFORE = re.compile(rf"(?P<title>(?:{_TITLE}\s*)+)$")
_HONORIFIC = re.compile(r"(?:Frau|Herrn?)\s+$")
_ROLE_AFTER = re.compile(
    rf"\s*(?:,\s*(?:\d{{1,3}}\s*,\s*)?(?:der|die|das|the)?\s*|\(\s*)(?P<role>{_ROLE}|[Ll]eitet[^,.;)]{{3,40}})(?P<rest>[^,.;()\n„“\"]{{0,90}})"
)
_PARENTHESISED = re.compile(r"\s*\((?P<of>[A-ZÄÖÜ][^()\n]{1,60})\)")
_ORGANISATION_AFTER = re.compile(
    r"\s*,?\s*(?:von der|von den|vom|von|from(?: the)?|of(?: the)?)\s+(?P<of>[A-ZÄÖÜ][\w.-]+(?:\s+(?:für|"
    r"und|der|des|of|and|[A-ZÄÖÜ][\w.-]+)){0,6})"
)
_OF = re.compile(
    r"^\s*(?:der|des|von|vom|beim|bei der|bei|im|in der|am|an der|of the|of|at the|at|for the|for)\s+(?P<of>.+)$"
)
_SAID = re.compile(
    r"(?:sagte?|so|erklärte?|betonte?|meinte?|berichtete?|ergänzte?|freut sich|freute "
    r"sich|lobte?|hob|unterstrich|says?|said|added?|"
    r"explain(?:s|ed)|according to|comments?|commented)\s+(?:[\wäöüß.-]+\s+){0,4}$"
)
_SAYS_AFTER = re.compile(
    r"\s*(?:,[^,.]{3,80},)?\s*(?:sagte?|erklärte?|betonte?|meinte?|ergänzte?|berichtete?|freut|lobte?|said|says|added|explained)\b"
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
    mail email foto bild quelle kontakt presse pressestelle eintritt ort beginn einlass sankt st
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
            one.name, known.start, known.end, known.title or one.title, known.role or one.role,
            known.affiliation or one.affiliation,
        )  # fmt: skip
    return list(people.values())


def _find(text: str) -> Iterator[Named]:
    at = 0
    while found := _CANDIDATE.search(text, at):
        named = _vouched(text, found.start("name"), found.end("name"))
        if named is None:
            # Step over one word: the name may begin at the next ("Bürgermeisterin Maria Muster").
            space = text.find(" ", found.start("name"), found.end("name"))
            newline = text.find("\n", found.start("name"), found.end("name"))
            stops = [stop for stop in (space, newline) if stop != -1]
            at = min(stops) + 1 if stops else found.end("name")
            continue
        yield named
        at = named.end


def _vouched(text: str, start: int, end: int) -> Named | None:
    words = text[start:end].split()
    if any(word.lower() in _NOT_NAMES for word in words if word[0].isupper()) or "\n" in text[start:end]:
        return None
    before = text[max(0, start - 140) : start]
    before = before[before.rfind("\n") + 1 :]
    title = _TITLE_BEFORE.search(before)
    lead = before[: title.start()] if title else before
    role = _ROLE_BEFORE.search(lead)
    known = words[0].lower().split("-")[0] in _FIRST_NAMES
    vouched = bool(title) or bool(role) or known or _HONORIFIC.search(lead) or _SAID.search(lead)
    if not vouched:
        after = _SAYS_AFTER.match(text, end)
        return None if after is None or len(words) > 3 else _with_roles(text, start, end, "", "", "")
    if not known and not title and _is_role(words[0]):
        return None
    if len(words) >= 3 and not known and words[-1][0].isupper() and role and not title:
        words = words[:2] if words[1][0].isupper() else words
        end = start + len(" ".join(words))
    title_text = title["title"].strip() if title else ""
    said, of = (role["role"], "") if role else ("", "")
    if not role and (placed := _AFFILIATED_BEFORE.search(lead)) and len(placed["of"].split()) <= 6:
        said, of = placed["role"], placed["of"].strip()
    return _with_roles(text, start, end, title_text, said, of)


def _is_role(word: str) -> bool:
    return re.fullmatch(_ROLE, word) is not None


def _with_roles(text: str, start: int, end: int, title: str, role: str, of: str) -> Named:
    """What stands behind the name: ", Leiterin des Amtes", "(Stadt Beispiel)"."""
    name = " ".join(text[start:end].split())
    if not role and (after := _ROLE_AFTER.match(text, end)):
        role = after["role"].strip()
        rest = _OF.match(after["rest"])
        of = of or (_shortened(rest["of"]) if rest else "")
    elif not of and (bracket := _PARENTHESISED.match(text, end)) and not re.search(r"\d|Foto|Bild", bracket["of"]):
        of = bracket["of"]
    elif not of and (organisation := _ORGANISATION_AFTER.match(text, end)):
        of = organisation["of"]
    return Named(name, start, end, title, role.strip(), of.strip())


_VERB = re.compile(
    r"\s+(?:sagte?|hält|spricht|wird|hat|ist|sind|war|und|erklärte?|betonte?|eröffnet|freut|lädt|am|um|says?|said|will|has|is|was|and)\b.*$"
)


def _shortened(text: str) -> str:
    return _VERB.sub("", text).strip()
