"""Whether an event still takes place, or was called off, put off or moved. Pure."""

from __future__ import annotations

import re

from announcer.intake.dates import Mention, Precision, Sure
from announcer.intake.event_patterns import CANCELLED, ELSEWHERE, NO_NEW_DATE, NOUN, POSTPONED
from announcer.intake.occasion_reading import Reading
from announcer.intake.sentences import Sentences


def status_of(
    reading: Reading, sentences: Sentences, ranked: list[tuple[int, Mention]]
) -> tuple[str, Mention | None, Mention | None]:
    """Whether it still takes place; for a new date also the old one."""
    top = ranked[0][1] if ranked else None
    head = reading.headline + "\n" + reading.text[: len(reading.headline) + 900]
    head = head.replace("\n", "  ")
    if POSTPONED.search(head):
        pair = _old_and_new(reading, sentences)
        if pair is not None:
            return "rescheduled", pair[0], pair[1]
        put_off = re.search(r"verschoben|verschiebt|verschiebung|postpone", head, re.IGNORECASE) is not None
        if (NO_NEW_DATE.search(reading.text) or put_off) and not ELSEWHERE.search(head):
            return "postponed", None, top
    past = _past_date(reading, sentences)
    coming = top is not None and top.begins is not None and top.first is not None and not _is_over(top, reading)
    if past is not None and not coming and (top is None or past.start < top.start):
        return "past", None, past
    if _called_off(reading.headline) or (_called_off(head) and _is_about_all(head)):
        if NO_NEW_DATE.search(reading.text) and POSTPONED.search(head):
            return "postponed", None, top
        return "cancelled", None, _its_day(reading, sentences) or top
    elsewhere = ELSEWHERE.search(head) and not POSTPONED.search(reading.headline.replace("verlegt", ""))
    if elsewhere and place_change(reading) is not None:
        return "moved", None, top
    if top is None:
        return ("past", None, past) if past is not None else ("scheduled", None, None)
    told = top.past or top.sure is Sure.STATED or sentences.tells_past(top.start)
    if reading.release and top.last and top.last < reading.release and told:
        return "past", None, top
    return "scheduled", None, top


def _its_day(reading: Reading, sentences: Sentences) -> Mention | None:
    """The day in the sentence that calls something off: "das für Samstag geplante Feuerwerk abgesagt"."""
    for found in CANCELLED.finditer(reading.text, len(reading.headline)):
        start, end = sentences.span(found.start())
        days = [m for m in reading.mentions if start <= m.start < end and m.dated and m.first and not m.until]
        if len({m.first for m in days}) == 1:
            return days[0]
    return None


def _is_over(mention: Mention, reading: Reading) -> bool:
    return reading.release is not None and mention.last is not None and mention.last < reading.release


def _called_off(text: str) -> bool:
    """Whether an event is called off; a line of a bus that "entfällt" is none."""
    for found in CANCELLED.finditer(text):
        around = text[max(0, found.start() - 110) : found.end() + 60]
        plain = re.match(r"abgesagt|absage|cancel|called off", found[0], re.IGNORECASE)
        if plain or re.search(NOUN, around, re.IGNORECASE):
            return True
    return False


def _past_date(reading: Reading, sentences: Sentences) -> Mention | None:
    if reading.release is None:
        return None
    for mention in reading.mentions[:6]:
        if mention.last is None or not 0 < (reading.release - mention.last).days < 60:
            continue
        if sentences.tells_past(mention.start):
            return mention
    return None


def _is_about_all(head: str) -> bool:
    return len(CANCELLED.findall(head)) >= 1 and not re.search(r"\b(?:einzelne|teilweise|some)\b", head, re.IGNORECASE)


def _old_and_new(reading: Reading, sentences: Sentences) -> tuple[Mention, Mention] | None:
    """The old date and the new one of something that was put off."""
    days = [
        m
        for m in reading.mentions
        if m.dated and m.first and m.precision in {Precision.DAY, Precision.TIME} and not m.until
    ]
    for mention in days:
        start, end = sentences.span(mention.start)
        inside = [m for m in days if start <= m.start < end and m.first != mention.first]
        sentence = reading.text[start:end]
        if not inside or not re.search(
            r"verschob|verschieb|verlegt|postpone|moved|moves|resched|statt|instead|neuer "
            r"termin|new date|nachgeholt|ursprünglich|originally",
            sentence,
            re.IGNORECASE,
        ):
            continue
        old, new = _sorted_old_new(reading.text, mention, inside[0])
        return old, new
    olds = [
        m
        for m in days
        if re.search(
            r"(?:ursprünglich|originally|geplant(?:e[nr]?)?|statt(?: am| wie geplant am)?|anstatt)\W+(?:\w+\W+){0,4}$",
            reading.text[max(0, m.start - 60) : m.start],
            re.IGNORECASE,
        )
    ]
    news = [
        m
        for m in days
        if re.search(
            r"(?:neuer? termin\w*|new date|nun|jetzt|nachgeholt|nachholtermin|now)\W+(?:\w+\W+){0,5}$",
            reading.text[max(0, m.start - 70) : m.start],
            re.IGNORECASE,
        )
    ]
    if olds and news and olds[0].first != news[0].first:
        return olds[0], news[0]
    if news:
        others = [m for m in days if m.first != news[0].first]
        return (others[0], news[0]) if others else None
    return None


def _sorted_old_new(text: str, one: Mention, other: Mention) -> tuple[Mention, Mention]:
    def is_new(mention: Mention) -> bool:
        before = text[max(0, mention.start - 40) : mention.start].lower()
        return (
            re.search(r"(?:auf(?: den)?|to|neue[nr]? termin\w*|nun|jetzt|now|nachgeholt)(?:\s+\w+,?)?\s*$", before)
            is not None
        )

    def is_old(mention: Mention) -> bool:
        before = text[max(0, mention.start - 50) : mention.start].lower()
        return (
            re.search(
                r"(?:vom|from|statt(?: am)?|ursprünglich|originally|geplant\w*(?: für)"
                r"?(?: den)?|instead of)(?:\s+\w+,?){0,2}\s*$",
                before,
            )
            is not None
        )

    if is_new(other) or is_old(one):
        return one, other
    if is_new(one) or is_old(other):
        return other, one
    assert one.first is not None
    assert other.first is not None
    return (one, other) if one.first < other.first else (other, one)


def place_change(reading: Reading) -> str | None:
    found = re.search(
        r"(?:statt|nicht|instead of|from)\s+(?:wie (?:\w+ )?geplant\s+|(?:wie )?ursprünglich "
        r"(?:\w+ )?)?(?:im|in der|in|auf dem|auf der|the|in the|at the|aus dem|aus der)"
        r"\s+([A-ZÄÖÜ][\w.-]*(?:\s[A-ZÄÖÜ][\w.-]*){0,3})",
        reading.text,
    )
    if found is not None:
        return found[1].strip(" .,")
    found = re.search(
        r"\b(?:vom|aus dem|aus der|von der|from the)\s+([A-ZÄÖÜ][\w.-]*(?:\s[A-ZÄÖÜ][\w.-]*){0,3})\s+(?:in|auf|to)\b",
        reading.text,
    )
    if found is not None:
        return found[1].strip(" .,")
    return "" if re.search(r"zieht .{0,80}\bum\b|new venue|neuer ort", reading.text, re.IGNORECASE) else None
