"""One day as the text names it: "Dienstag, 18. September 2018", "18.9.", "2018-09-18", "am kommenden Freitag"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from announcer.intake.dates.tokens import NUMBER, WORD, Tokens
from announcer.intake.dates.vocabulary import (
    BEFORE_DAY,
    BEFORE_MONTH,
    DAYPART_WEEKDAYS,
    DAYPARTS,
    ENGLISH_MONTHS,
    ENGLISH_TENS,
    MONTHS,
    NAMED_AFTER,
    ORDINALS,
    SHORT_MONTHS,
    SHORT_WEEKDAYS,
    STREET_ENDINGS,
    WEEKDAYS,
)
from announcer.intake.wordlist import words

#: Numbers behind these are numbers of something.
_NUMBERED = words(
    "§ nr abs art artikel absatz version v kapitel raum saal halle zimmer din iso rfc ziffer punkt anlage abschnitt "
    "seite seiten tel telefon fax mobil durchwahl phone room hall chapter section page figure table firmware release "
    "ausgabe update build konto kto blz bic iban steuernummer python linux android ios no"
)
_AMOUNTS = words(
    "euro eur € prozent % dollar usd chf mio millionen milliarden mrd tausend kg km m cm mm grad kb mb gb "
    "percent million billion"
)
_YEARS = {"vergangenen": -1, "letzten": -1, "vorigen": -1, "last": -1, "dieses": 0, "laufenden": 0, "this": 0}
_YEARS |= {"nächsten": 1, "kommenden": 1, "next": 1}
_SUFFIXES = frozenset({"st", "nd", "rd", "th"})
_FIRST_YEAR, _LAST_YEAR = 1000, 2100


@dataclass(frozen=True, slots=True)
class Day:
    """What the text says of a day; what it leaves open is None."""

    end: int  #: The token after it.
    day: int | None = None
    month: int | None = None
    year: int | None = None
    weekday: int | None = None
    #: words, dotted, iso, slash, month, weekday; bare is "18.", a day of the month alone, loose the same without a dot.
    form: str = "words"
    other: tuple[int, int] | None = None  #: (month, day) if 04/05/2027 is read the other way round.
    month_first: bool = False
    year_shift: int | None = None  #: "vergangenen Jahres" is -1, counted from the release.
    opened: bool = False  #: A bracket was opened between weekday and date.
    start: int = 0  #: The token it begins with.

    @property
    def complete(self) -> bool:
        """Whether it says at least in which month it is."""
        return self.month is not None


class DayReader:
    """Reads days out of tokens. Each method looks a few tokens ahead at most, so reading is linear."""

    def __init__(self, tokens: Tokens, english: bool, german: bool) -> None:
        self.tokens = tokens
        self.english = english
        self.german = german

    def read(self, index: int, *, inside: bool = False) -> Day | None:
        """The day that begins at this token. `inside` a span a day of the month may stand alone."""
        day = self._read(index, inside)
        return None if day is None else replace(day, start=index)

    def _read(self, index: int, inside: bool) -> Day | None:
        found = self._weekday(index)
        if found is None:
            return self._date(index, inside)
        weekday, after = found
        start, opened = self._to_date(after)
        date = self._date(start, True) if self.tokens.near(start) else None
        if date is not None and date.form != "month" and (date.form != "loose" or self.english):
            return replace(date, weekday=weekday, opened=opened)
        if self._short(index):
            return None
        return Day(after, weekday=weekday, form="weekday")

    def _short(self, index: int) -> bool:
        word = self.tokens.word(index)
        return word not in WEEKDAYS and word not in DAYPART_WEEKDAYS

    def _weekday(self, index: int) -> tuple[int, int] | None:
        tokens, word = self.tokens, self.tokens.word(index)
        written = tokens.as_written(index)
        if tokens.kind(index) != WORD or not written[:1].isupper():
            return None
        if word in DAYPART_WEEKDAYS:
            return DAYPART_WEEKDAYS[word], index + 1
        if word in WEEKDAYS:
            after = index + 1
            if tokens.word(after) in DAYPARTS and tokens.near(after) and tokens.word(after) != "mittag":
                after += 1
            return WEEKDAYS[word], after
        if word in SHORT_WEEKDAYS and not tokens.joined(index):
            after = index + 1
            dotted = tokens.word(after) == "." and tokens.joined(after)
            return SHORT_WEEKDAYS[word], after + 1 if dotted else after
        return None

    def _to_date(self, index: int) -> tuple[int, bool]:
        """Past what may stand between a weekday and its date: a comma, an article, a bracket."""
        tokens, opened = self.tokens, False
        if tokens.word(index) in {",", ":"}:
            index += 1
        if tokens.word(index) == "(":
            index, opened = index + 1, True
        if tokens.word(index) in {"dem", "den", "der", "the", "am", "on"}:
            index += 1
            if tokens.word(index) == "the":
                index += 1
        return index, opened

    def _date(self, index: int, inside: bool) -> Day | None:
        kind = self.tokens.kind(index)
        if kind == NUMBER:
            return (
                self._iso(index) or self._slash(index) or self._dotted(index, inside) or self._day_month(index, inside)
            )
        if kind == WORD:
            return self._word_day(index) or self._month_day(index, inside)
        return None

    # Numbers.

    def _iso(self, index: int) -> Day | None:
        tokens = self.tokens
        if len(tokens.word(index)) != 4:
            return None
        sign = tokens.word(index + 1)
        if sign not in {"-", "/", "‑", "–"} or not all(tokens.joined(index + n) for n in range(1, 5)):
            return None
        month, day = tokens.number(index + 2), tokens.number(index + 4)
        if tokens.word(index + 3) != sign or month is None or day is None or self._glued(index, index + 5):
            return None
        year = int(tokens.word(index))
        if len(tokens.word(index + 2)) != 2 or not (1 <= month <= 12 and 1 <= day <= 31 and _plausible(year)):
            return None
        return Day(index + 5, day, month, year, form="iso")

    def _slash(self, index: int) -> Day | None:
        tokens = self.tokens
        if tokens.word(index + 1) != "/" or tokens.word(index + 3) != "/":
            return None
        if not all(tokens.joined(index + n) for n in range(1, 5)) or self._glued(index, index + 5):
            return None
        left, right, year = tokens.number(index), tokens.number(index + 2), self._year_number(index + 4)
        if left is None or right is None or year is None:
            return None
        if left > 12 >= right >= 1:
            return Day(index + 5, left, right, year, form="slash")
        if right > 12 >= left >= 1:
            return Day(index + 5, right, left, year, form="slash")
        if not (1 <= left <= 12 and 1 <= right <= 12):
            return None
        other = None if left == right else (left, right)
        return Day(index + 5, left, right, year, form="slash", other=other)

    def _year_number(self, index: int) -> int | None:
        """A year of four digits, or of two."""
        word = self.tokens.word(index)
        number = self.tokens.number(index, 4)
        if number is None or len(word) not in {2, 4}:
            return None
        year = _century(number) if len(word) == 2 else number
        return year if _plausible(year) else None

    def _glued(self, start: int, end: int) -> bool:
        """Whether more digits or signs hang on it: a number of something, a path."""
        tokens = self.tokens
        before = tokens.joined(start) and tokens.word(start - 1) not in {
            "(",
            "[",
            "„",
            '"',
            "–",
            ",",
            ":",
            "|",
            "*",
            "=",
        }
        sign_after = tokens.word(end) in {"-", "/", "_"} and tokens.joined(end) and tokens.joined(end + 1)
        return (
            before
            or (sign_after and tokens.kind(end + 1) == NUMBER and len(tokens.word(end + 1)) != 4)
            or (tokens.joined(end) and tokens.kind(end) == NUMBER)
        )

    def _dotted(self, index: int, inside: bool) -> Day | None:
        """ "18.09.2018", "18. 9. 2018", "18.9."."""
        tokens = self.tokens
        day, month = tokens.number(index), tokens.number(index + 2)
        if tokens.word(index + 1) != "." or not tokens.joined(index + 1) or day is None or month is None:
            return None
        if not (1 <= day <= 31 and 1 <= month <= 12) or not tokens.near(index + 2):
            return None
        if tokens.word(index + 3) != "." or not tokens.joined(index + 3) or self._numbered(index):
            return None
        spaced = not tokens.joined(index + 2)
        year, end = self._dotted_year(index + 4)
        if year is None and (spaced or tokens.joined(index + 4)) and self._number_follows(index + 4):
            return None
        if year is None and not inside and not self._as_date(index, end, spaced):
            return None
        if tokens.word(end) in _AMOUNTS and tokens.near(end):
            return None
        return Day(end, day, month, year, form="dotted")

    def _number_follows(self, index: int) -> bool:
        return self.tokens.kind(index) == NUMBER and self.tokens.joined(index)

    def _dotted_year(self, index: int) -> tuple[int | None, int]:
        tokens, word = self.tokens, self.tokens.word(index)
        if tokens.kind(index) != NUMBER or not tokens.near(index):
            return None, index
        if len(word) == 2 and not tokens.joined(index):
            return None, index
        goes_on = tokens.word(index + 1) in {".", ":"} and tokens.joined(index + 1) and tokens.joined(index + 2)
        if goes_on and len(word) == 2:
            return None, index
        year = self._year_number(index)
        return (year, index + 1) if year is not None else (None, index)

    def _numbered(self, index: int) -> bool:
        """Whether it counts something: "Version 2.14.", "§ 3.", a telephone number."""
        tokens, before = self.tokens, self.tokens.word(index - 1)
        if before == "." and tokens.word(index - 2) in _NUMBERED:
            return True
        if before in _NUMBERED:
            return True
        if tokens.joined(index):
            return (
                tokens.kind(index - 1) in {NUMBER, WORD}
                or before in {"+", ".", "#", "€", "$", "_"}
                or (before in {"/", "-"} and tokens.kind(index - 2) == NUMBER and len(tokens.word(index - 2)) > 2)
            )
        return False

    def _as_date(self, index: int, end: int, spaced: bool) -> bool:
        """Whether "18.9." stands where a date stands."""
        tokens, before = self.tokens, self.tokens.word(index - 1)
        if spaced:
            return before in BEFORE_DAY and tokens.kind(end) != NUMBER
        if before in BEFORE_DAY or before in {"(", ",", "–", "-", "/", "|", ";", ":"}:
            return True
        if before == "." and tokens.word(index - 2) in SHORT_WEEKDAYS:
            return True
        if tokens.line_start(index):
            padded = len(tokens.word(index)) == 2
            return padded or tokens.word(end) in {":", ",", "|", "–", "("} or tokens.word(end) in SHORT_WEEKDAYS
        return False

    # Words.

    def _day_month(self, index: int, inside: bool) -> Day | None:
        """ "18. September 2018", "18 September", "18th of September"; inside a span "18." alone."""
        tokens = self.tokens
        day = tokens.number(index)
        if day is None or not 1 <= day <= 31 or self._named_after(index):
            return None
        if tokens.joined(index) and (tokens.kind(index - 1) in {NUMBER, WORD} or tokens.word(index - 1) in {".", "+"}):
            return None
        after, dotted = index + 1, False
        if tokens.joined(after) and (tokens.word(after) == "." or tokens.word(after) in _SUFFIXES):
            after, dotted = after + 1, True
        month_at = after + 1 if tokens.word(after) == "of" else after
        month = self._month(month_at) if tokens.near(month_at) else None
        if month is not None:
            return self._with_year(month[0], day, month[1])
        if not inside or self._numbered(index):
            return None
        return Day(after, day, form="bare" if dotted else "loose")

    def _named_after(self, index: int) -> bool:
        """ "Straße des 17. Juni", "Platz des 18. März"."""
        return self.tokens.word(index - 1) == "des" and self.tokens.word(index - 2) in NAMED_AFTER

    def _word_day(self, index: int) -> Day | None:
        """ "am ersten Mai", "the twenty-first of May"."""
        tokens, word = self.tokens, self.tokens.word(index)
        day, after = ORDINALS.get(word), index + 1
        if word in ENGLISH_TENS and tokens.word(index + 1) == "-":
            ones = ORDINALS.get(tokens.word(index + 2))
            day, after = (ENGLISH_TENS[word] + ones, index + 3) if ones and ones < 10 else (None, after)
        if day is None:
            return None
        month_at = after + 1 if tokens.word(after) == "of" else after
        month = self._month(month_at) if tokens.near(month_at) else None
        return None if month is None else self._with_year(month[0], day, month[1])

    def _month(self, index: int) -> tuple[int, int] | None:
        """A month's number, and the token after its name."""
        tokens, word = self.tokens, self.tokens.word(index)
        written = tokens.as_written(index)
        if not written[:1].isupper() and not (word in MONTHS and self.year(index + 1)[0] is not None):
            return None
        if word in MONTHS:
            found = MONTHS[word], index + 1
        elif word in SHORT_MONTHS:
            dotted = tokens.word(index + 1) == "." and tokens.joined(index + 1)
            found = SHORT_MONTHS[word], index + 2 if dotted else index + 1
        else:
            return None
        follows = tokens.word(found[1])
        hyphenated = follows in {"-", "‑"} and tokens.joined(found[1]) and tokens.joined(found[1] + 1)
        if hyphenated and tokens.kind(found[1] + 1) == WORD and tokens.word(found[1] + 1) not in MONTHS:
            return None  # "1. Mai-Fest" is a name
        if follows in STREET_ENDINGS and tokens.near(found[1]):
            return None
        return found

    def _with_year(self, month: int, day: int, end: int, *, month_first: bool = False) -> Day:
        year, after = self.year(end)
        shift = None
        if year is None and self.tokens.word(end + 1) in {"jahres", "year"} and self.tokens.near(end):
            shift = _YEARS.get(self.tokens.word(end))
            after = end + 2 if shift is not None else after
        return Day(after, day, month, year, month_first=month_first, year_shift=shift)

    def year(self, index: int) -> tuple[int | None, int]:
        """The year at this token (after a comma, or as "'18"), and what follows it."""
        tokens = self.tokens
        at = index + 1 if tokens.word(index) == "," and len(tokens.word(index + 1)) == 4 else index
        if tokens.word(index) in {"'", "’"} and len(tokens.word(index + 1)) == 2 and tokens.joined(index + 1):
            at = index + 1
        number = tokens.number(at, 4)
        if number is None or not tokens.near(at) or (len(tokens.word(at)) != 4 and at == index):
            return None, index
        if tokens.word(at + 1) in {"uhr", ":"} and tokens.near(at + 1) and tokens.kind(at + 2) == NUMBER:
            return None, index
        year = _century(number) if number < 100 else number
        return (year, at + 1) if _plausible(year) else (None, index)

    def _month_day(self, index: int, inside: bool) -> Day | None:
        """ "September 18, 2018", "May 5th"; "Mai 2027" and "im Mai" as a month."""
        tokens = self.tokens
        month = self._month(index)
        if month is None:
            return None
        number, after = month
        day = tokens.number(after) if tokens.near(after) else None
        if day is not None and 1 <= day <= 31 and self._is_month_first(index, after):
            end = after + 2 if tokens.word(after + 1) in _SUFFIXES and tokens.joined(after + 1) else after + 1
            return self._with_year(number, day, end, month_first=True)
        return self._whole_month(index, number, after, inside)

    def _is_month_first(self, month: int, index: int) -> bool:
        """English puts the month first; in German text "August 12" is no date."""
        tokens = self.tokens
        if tokens.word(index + 1) in {"uhr", "%", "€", "euro", "percent"}:
            return False
        if tokens.word(index + 1) in {":", "."} and tokens.joined(index + 1) and self._number_follows(index + 2):
            return False
        if not self.german or tokens.word(month) in ENGLISH_MONTHS or tokens.word(index + 1) in _SUFFIXES:
            return True
        return self.year(index + 1)[0] is not None

    def _whole_month(self, index: int, month: int, after: int, inside: bool) -> Day | None:
        year, end = self.year(after)
        if year is None and not inside and self.tokens.word(index - 1) not in BEFORE_MONTH:
            return None
        named = self.tokens.as_written(after)[:1].isupper() and self.tokens.kind(after) == WORD
        if year is None and named and self.tokens.word(index) in {"may", "march", "august"}:
            return None  # "in August Müllers Haus"
        return Day(end, None, month, year, form="month")


def _century(number: int) -> int:
    return 2000 + number if number < 70 else 1900 + number


def _plausible(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR
