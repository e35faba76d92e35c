"""The words of the date grammar, German and English, all in small letters. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from announcer.intake.wordlist import words


def _table(*rows: str, start: int = 1) -> dict[str, int]:
    """Words to numbers: each row holds the words for one number, counted from `start`."""
    return {word: number for number, row in enumerate(rows, start) for word in row.split()}


#: Names that can hardly mean anything else.
MONTHS: Final[Mapping[str, int]] = _table(
    "januar jänner jaenner january", "februar feber february", "märz maerz march", "april", "mai may",
    "juni juno june", "juli july", "august", "september", "oktober october", "november", "dezember december",
)  # fmt: skip

#: Short forms; with or without a full stop behind them.
SHORT_MONTHS: Final[Mapping[str, int]] = _table(
    "jan jän", "feb febr", "mrz mär mar", "apr", "", "jun", "jul", "aug", "sep sept", "okt oct", "nov", "dez dec",
)  # fmt: skip

#: Names that are not German too: behind them a number is a day.
ENGLISH_MONTHS: Final = words("january february march may june july october december")

#: 0 is Monday, as in Python.
WEEKDAYS: Final[Mapping[str, int]] = _table(
    "montag monday", "dienstag tuesday", "mittwoch wednesday", "donnerstag thursday", "freitag friday",
    "samstag sonnabend saturday", "sonntag sunday", start=0,
)  # fmt: skip

#: Only beside a date: "Die", "So", "Mi" and "Sun" are words of their own.
SHORT_WEEKDAYS: Final[Mapping[str, int]] = _table(
    "mo mon", "di die tue tues", "mi wed", "do don thu thur thurs", "fr fri", "sa sat", "so son sun", start=0,
)  # fmt: skip

DAYPARTS: Final[Mapping[str, str]] = {
    "morgen": "morning", "früh": "morning", "vormittag": "morning", "mittag": "noon", "nachmittag": "afternoon",
    "abend": "evening", "nacht": "night", "morning": "morning", "noon": "noon", "afternoon": "afternoon",
    "evening": "evening", "night": "night",
}  # fmt: skip

#: "Freitagabend" is a Friday.
DAYPART_WEEKDAYS: Final[Mapping[str, int]] = {
    f"{day}{part}": number
    for day, number in WEEKDAYS.items()
    for part in ("morgen", "früh", "vormittag", "mittag", "nachmittag", "abend", "nacht")
    if day.endswith(("tag", "abend", "woch"))
}

#: Every one of these weekdays, so no day of the calendar.
RECURRING: Final = frozenset(
    {f"{day}s" for day in WEEKDAYS}
    | {f"{day}s" for day in DAYPART_WEEKDAYS}
    | {"jeden", "jede", "jeder", "jedem", "jedes", "every", "each", "immer", "wochentags", "werktags", "täglich"}
)

_ONES = ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_ENGLISH_ORDINALS = _table(
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip


def _german_ordinals() -> dict[str, int]:
    stems = {1: "erst", 2: "zweit", 3: "dritt", 4: "viert", 5: "fünft", 6: "sechst", 7: "siebt", 8: "acht", 9: "neunt"}
    stems |= {10: "zehnt", 11: "elft", 12: "zwölft", 13: "dreizehnt", 14: "vierzehnt", 15: "fünfzehnt"}
    stems |= {16: "sechzehnt", 17: "siebzehnt", 18: "achtzehnt", 19: "neunzehnt", 20: "zwanzigst", 30: "dreißigst"}
    stems |= {20 + n: f"{one}undzwanzigst" for n, one in enumerate(_ONES, 1)}
    stems[31] = "einunddreißigst"
    words = {f"{stem}{ending}": n for n, stem in stems.items() for ending in ("e", "en", "er")}
    return words | {word.replace("ß", "ss").replace("ü", "ue").replace("ö", "oe"): n for word, n in words.items()}


#: "am ersten Mai", "the third of October".
ORDINALS: Final[Mapping[str, int]] = {**_german_ordinals(), **_ENGLISH_ORDINALS, "thirtieth": 30}
#: "twenty-first" comes in two words.
ENGLISH_TENS: Final[Mapping[str, int]] = {"twenty": 20, "thirty": 30}

COUNTS: Final[Mapping[str, int]] = _table(
    "eins ein einem einer eine one a", "zwei two", "drei three", "vier four", "fünf fuenf five", "sechs six",
    "sieben seven", "acht eight", "neun nine", "zehn ten", "elf eleven", "zwölf zwoelf twelve",
)  # fmt: skip

RELATIVE_DAYS: Final[Mapping[str, int]] = {
    "vorgestern": -2, "gestern": -1, "heute": 0, "morgen": 1, "übermorgen": 2, "uebermorgen": 2,
    "yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1,
}  # fmt: skip

COMING: Final = words("kommenden kommender kommende kommendem coming")
NEXT: Final = words("nächsten naechsten nächster nächste nächstem next")
THIS: Final = words("diesen dieser diese diesem this")
LAST: Final = words(
    "vergangenen vergangener vergangene letzten letzter letzte vorigen vorige voriger last past previous"
)
AFTER_NEXT: Final = words("übernächsten übernächste uebernaechsten uebernaechste")

UNITS: Final[Mapping[str, int]] = {
    "tag": 1, "tagen": 1, "tage": 1, "day": 1, "days": 1, "woche": 7, "wochen": 7, "week": 7, "weeks": 7,
}  # fmt: skip

#: What may stand before a month without a year ("im Mai", "Ende August"), so that names and verbs are not taken.
BEFORE_MONTH: Final = words(
    "im in anfang mitte ende ab bis seit vom zum early late mid by since until from during of kommenden nächsten"
)
#: What may stand before a weekday, or a numeric date without a year.
BEFORE_DAY: Final = words(
    "am an ab bis seit vom von zum zur den dem der zwischen und oder spätestens on from until till to by since "
    "through starting between der/die sowie before after nach vor ist war wird zu"
)

UNTIL: Final = words("bis to until till through thru")
AND: Final = words("und u sowie and oder or sondern but")
DASHES: Final = frozenset("-–—‒−‐‑")

#: "Straße des 17. Juni" is an address, "20. Juli" of the resistance a name.
NAMED_AFTER: Final = words("straße strasse platz allee brücke park siedlung schule bewegung street square avenue")
#: "18. Mai-Lauf" stays a name; so do streets called after months.
STREET_ENDINGS: Final = words("street road avenue lane straße strasse platz")

CLOCK_PARTS: Final[Mapping[str, str]] = {
    "morgens": "am", "früh": "am", "vormittags": "am", "nachmittags": "pm", "abends": "pm", "nachts": "night",
    "mittags": "noon",
}  # fmt: skip
