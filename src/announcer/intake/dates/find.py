"""From a text to its mentions of dates and times, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from announcer.intake.dates.across import joined
from announcer.intake.dates.clock_times import Clock, read_clock
from announcer.intake.dates.mention import Mention, Precision, Sure
from announcer.intake.dates.relative import Relative, read_relative, span_of, stands_alone
from announcer.intake.dates.resolve import Frame, parts, resolve
from announcer.intake.dates.spans import Chain, SpanReader
from announcer.intake.dates.tokens import NUMBER, WORD, Tokens
from announcer.intake.dates.vocabulary import (
    AFTER_NEXT,
    COMING,
    COUNTS,
    DAYPART_WEEKDAYS,
    ENGLISH_TENS,
    LAST,
    MONTHS,
    NEXT,
    ORDINALS,
    RECURRING,
    RELATIVE_DAYS,
    SHORT_MONTHS,
    SHORT_WEEKDAYS,
    THIS,
    UNTIL,
    WEEKDAYS,
)
from announcer.intake.sentences import Sentences
from announcer.intake.wordlist import words

_OTHERS = words("in vor halb half quarter viertel dreiviertel mitternacht midnight noon mittags midday")
#: Only these words and numbers can begin a mention.
_TRIGGERS = frozenset().union(
    MONTHS, SHORT_MONTHS, WEEKDAYS, SHORT_WEEKDAYS, DAYPART_WEEKDAYS, ORDINALS, ENGLISH_TENS, RELATIVE_DAYS, COMING,
    NEXT, THIS, LAST, AFTER_NEXT, COUNTS, _OTHERS,
)  # fmt: skip
_ENGLISH = re.compile(r"\b(?:the|and|of|will|with|for|on|from)\b")
_GERMAN = re.compile(r"\b(?:der|die|das|und|mit|für|von|dem|den|im|am|ist|um|uhr|bis)\b", re.IGNORECASE)
_SAMPLE = 20_000
_MOVED = re.compile(r"\b(?:verschoben|verschiebt|verlegt|vorverlegt|moves?|moved|rescheduled|postponed|shifted)\b")


def find_dates(text: str, *, release: date | None = None, english: bool | None = None) -> tuple[Mention, ...]:
    """Every mention of a date or a time. `release` is the day the text came out, if it is known.

    `english` says how to read what both languages write ("10 am"); None looks
    at the text. Never raises.
    """
    if english is None:
        german_words, english_words = _small_words(text)
        language = (english_words > german_words, german_words > english_words)
    else:
        language = (english, not english)
    sentences = Sentences(text)
    return tuple(joined(text, sentences, _Finder(Tokens(text), release, *language, sentences).all()))


def looks_english(text: str) -> bool:
    """Whether a text is rather English than German, by its small words."""
    german, english = _small_words(text)
    return english > german


def _small_words(text: str) -> tuple[int, int]:
    sample = text[:_SAMPLE]
    return len(_GERMAN.findall(sample)), len(_ENGLISH.findall(sample))


@dataclass(frozen=True, slots=True)
class _Finder:
    tokens: Tokens
    release: date | None
    english: bool
    german: bool
    sentences: Sentences

    def all(self) -> Iterator[Mention]:
        """In the order of the text, none overlapping another."""
        tokens, spans = self.tokens, SpanReader(self.tokens, self.english, self.german)
        at, count = 0, len(tokens)
        kinds, said = tokens.kinds, tokens.words
        while at < count:
            if kinds[at] == NUMBER or (kinds[at] == WORD and said[at] in _TRIGGERS):
                found = self._at(spans, at)
                if found is not None:
                    mentions, end = found
                    yield from mentions
                    at = max(end, at + 1)
                    continue
            at += 1

    def _at(self, spans: SpanReader, at: int) -> tuple[list[Mention], int] | None:
        relative = read_relative(self.tokens, at)
        if relative is not None:
            return self._relative(spans, at, relative)
        chain = spans.read(at)
        if chain is not None and (only := _only_weekday(chain)):
            found = self._weekday(at, chain, only)
            return None if found is None else ([found[0]], found[1])
        if chain is not None:
            return self._dated(at, chain)
        clock = read_clock(self.tokens, at, self.english)
        return None if clock is None else self._timed(spans, at, clock)

    # The kinds of mention.

    def _dated(self, at: int, chain: Chain, start: int | None = None) -> tuple[list[Mention], int]:
        found = []
        if len(chain.days) == 2 and chain.joints == ("until",) and self._is_moved(at, chain.end):
            chain = replace(chain, joints=("and",))
        before = at - 2 if self.tokens.word(at - 1) in {"dem", "the", "vom"} else at - 1
        frame = Frame(
            self.release,
            past=self.tokens.word(before) in {"seit", "since"},
            told_as_past=self.sentences.tells_past(self.tokens.starts[at]),
        )
        for number, part in enumerate(parts(chain)):
            begin = (at if start is None else start) if number == 0 else part.days[0].start
            mention = resolve(part, frame, self._bare(begin, part.end, part))
            found.append(_doubted(replace(mention, until=self._until(at))))
        return found, chain.end

    def _timed(self, spans: SpanReader, at: int, clock: Clock) -> tuple[list[Mention], int]:
        """A time; with the day behind it, if one follows ("um 19 Uhr am Dienstag, 18. September")."""
        tokens = self.tokens
        ahead = clock.end
        if tokens.word(ahead) in {",", "("}:
            ahead += 1
        for _ in range(2):
            ahead += tokens.word(ahead) in {"am", "on", "des", "dem", "the", "of"}
        chain = spans.read(ahead) if tokens.near(ahead) and ahead > clock.end else None
        if chain is not None and not _only_weekday(chain) and not any(chain.clocks):
            mentions, end = self._dated(ahead, chain, start=at)
            return [_timed(mention, clock) for mention in mentions], end
        relative = read_relative(tokens, ahead) if ahead > clock.end else None
        if relative is None and chain is not None and (weekday := _only_weekday(chain)):
            relative = Relative(chain.days[0].end, "bare", weekday=weekday[0])
        if relative is not None:
            mention = self._placed(at, relative.end, clock)
            return [self._on(mention, relative)], relative.end
        mention = replace(self._placed(at, clock.end, clock), until=self._until(at))
        return [_doubted(mention)], clock.end

    def _relative(self, spans: SpanReader, at: int, found: Relative) -> tuple[list[Mention], int]:
        """A relative day; if the date itself follows ("morgen, 19. September"), that one counts."""
        tokens, after = self.tokens, found.end
        ahead = after + 1 if tokens.word(after) in {",", "("} else after
        ahead += tokens.word(ahead) in {"dem", "den", "der", "the"}
        chain = spans.read(ahead) if ahead > after and tokens.near(ahead) else None
        if chain is not None and not _only_weekday(chain) and chain.days[0].complete:
            mentions, end = self._dated(ahead, chain, start=at)
            checked = [self._checked_against(mention, found) for mention in mentions]
            return checked, end + (tokens.word(end) == ")")
        if chain is not None and (weekday := _only_weekday(chain)) and found.weekday is None:
            after = chain.days[0].end
            found = replace(found, weekday=weekday[0]) if found.which == "week" else found
        if (through := self._relative_span(spans, at, found)) is not None:
            return through
        clock, end = self._clock_after(spans, after)
        return [self._on(self._placed(at, end, clock), found)], end

    def _relative_span(self, spans: SpanReader, at: int, found: Relative) -> tuple[list[Mention], int] | None:
        """ "von heute bis Sonntag", "von morgen bis 3. Mai"."""
        tokens = self.tokens
        if tokens.word(found.end) not in UNTIL or not tokens.near(found.end):
            return None
        chain = spans.read(found.end + 2 if tokens.word(found.end + 1) in {"zum", "the"} else found.end + 1)
        if chain is None or len(chain.days) != 1:
            return None
        mention = self._on(self._placed(at, chain.end, None), found)
        if weekday := _only_weekday(chain):
            return [_through(mention, weekday[0])], chain.end
        last = resolve(chain, Frame(self.release), mention).last
        if last is None or mention.first is None or last < mention.first:
            return None
        return [replace(mention, last=last)], chain.end

    def _checked_against(self, mention: Mention, found: Relative) -> Mention:
        if self.release is None or mention.first is None or found.which != "day":
            return mention
        meant = span_of(found, self.release)[0]
        if mention.first == meant[0]:
            return mention
        readings = ((mention.first, mention.last or mention.first), meant)
        return replace(mention, sure=Sure.AMBIGUOUS, alternatives=readings, notes=(*mention.notes, "other_day"))

    def _weekday(self, at: int, chain: Chain, weekdays: tuple[int, ...]) -> tuple[Mention, int] | None:
        """ "am Freitag, 19 Uhr" without a date."""
        tokens, clock = self.tokens, chain.clocks[0]
        if tokens.word(at - 1) in RECURRING or tokens.word(chain.days[0].end) in {"darauf", "danach"}:
            return None
        if len(weekdays) == 2 and chain.joints == ("until",) and all(chain.clocks):
            mention = self._on(self._bare(at, chain.end, chain), Relative(chain.end, "bare", weekday=weekdays[0]))
            return _through(mention, weekdays[1]), chain.end
        if len(weekdays) != 1:
            return None
        if not stands_alone(tokens, at, chain.days[0].end, clock is not None):
            return None
        end = chain.end if clock is not None else chain.days[0].end
        mention = self._on(self._placed(at, end, clock), Relative(end, "bare", weekday=weekdays[0]))
        if self.release is not None and mention.first and self.sentences.tells_past(tokens.starts[at]):
            (gone, _), _, _ = span_of(Relative(end, "last", weekday=weekdays[0]), self.release)
            readings = ((gone, gone), (mention.first, mention.first))
            mention = replace(
                mention, first=gone, last=gone, sure=Sure.AMBIGUOUS, alternatives=readings, past=True,
            )  # fmt: skip
        return replace(mention, until=self._until(at)), end

    def _on(self, mention: Mention, found: Relative) -> Mention:
        mention = replace(mention, past=found.past)
        if self.release is None:
            weekday = () if found.weekday is None else (found.weekday,)
            return replace(
                mention, sure=Sure.INCOMPLETE, partial=((0, 0),), weekdays=weekday, notes=(*mention.notes, "relative"),
                precision=Precision.DAY if mention.begins is None else Precision.TIME,
            )  # fmt: skip
        (first, last), precision, alternatives = span_of(found, self.release)
        sure = Sure.AMBIGUOUS if alternatives else Sure.INFERRED
        mention = replace(
            mention, first=first, last=last, sure=sure, alternatives=alternatives, notes=(*mention.notes, "relative"),
            precision=precision,
        )  # fmt: skip
        return _doubted(_precise(mention))

    # Places and times.

    def _is_moved(self, at: int, end: int) -> bool:
        """ "wird vom 14. auf den 21. März verlegt" are two days, and no span."""
        text, (start, stop) = self.tokens.text, self.sentences.span(self.tokens.starts[at])
        before = text[max(start, self.tokens.starts[at] - 80) : self.tokens.starts[at]]
        behind = text[self.tokens.ends[end - 1] : min(stop, self.tokens.ends[end - 1] + 40)]
        return _MOVED.search(before) is not None or _MOVED.search(behind) is not None

    def _clock_after(self, spans: SpanReader, at: int) -> tuple[Clock | None, int]:
        found = spans.clock_after(at)
        return found if found is not None else (None, at)

    def _placed(self, start: int, end: int, clock: Clock | None) -> Mention:
        tokens = self.tokens
        first, last = tokens.starts[start], tokens.ends[end - 1]
        mention = Mention(first, last, tokens.text[first:last], precision=Precision.TIME if clock else Precision.DAY)
        if clock is None:
            return mention
        return replace(mention, begins=clock.begins, ends=clock.ends, notes=clock.notes)

    def _bare(self, start: int, end: int, chain: Chain) -> Mention:
        mention = self._placed(start, end, None)
        clocks = [clock for clock in chain.clocks if clock is not None]
        if not clocks:
            return mention
        first, last = chain.clocks[0], chain.clocks[-1]
        notes = tuple(dict.fromkeys(note for clock in clocks for note in clock.notes))
        if len(chain.clocks) > 1 and last is not None:
            # "Freitag, 18 Uhr, bis Sonntag, 12 Uhr"; a time behind the last day only holds for each.
            begins = first.begins if first else last.begins
            ends = last.ends or (last.begins if first else None)
        elif chain.until_clock:
            begins, ends = None, clocks[0].begins
        else:
            begins, ends = clocks[0].begins, clocks[0].ends
        return _precise(replace(mention, begins=begins, ends=ends, notes=notes))

    def _until(self, at: int) -> bool:
        """Whether it is a last moment: "bis 4. September", "bis zum", "by", "spätestens am"."""
        tokens, back = self.tokens, at - 1
        for _ in range(3):
            if tokens.word(back) in {"zum", "zu", "den", "dem", "einschließlich", "am", "inklusive", ",", "the"}:
                back -= 1
        return tokens.word(back) in UNTIL - {"to"} or tokens.word(back) in {"by", "spätestens", "deadline"}


def _only_weekday(chain: Chain) -> tuple[int, ...]:
    """The weekdays, if nothing but weekdays was named."""
    if all(day.form == "weekday" for day in chain.days):
        return tuple(day.weekday for day in chain.days if day.weekday is not None)
    return ()


def _timed(mention: Mention, clock: Clock) -> Mention:
    timed = replace(mention, begins=clock.begins, ends=clock.ends, notes=(*clock.notes, *mention.notes))
    return _doubted(_precise(timed))


def _doubted(mention: Mention) -> Mention:
    """ "um halb acht" may be the morning or the evening; 24 Uhr is the next day's first moment, midnight may be."""
    if mention.first is not None and mention.first == mention.last and mention.ends is None:
        following = mention.first + timedelta(days=1)
        if "next_day" in mention.notes:
            return replace(mention, first=following, last=following)
        if "midnight" in mention.notes and not mention.alternatives:
            readings = ((following, following), (mention.first, mention.first))
            return replace(mention, first=following, last=following, sure=Sure.AMBIGUOUS, alternatives=readings)
    if "half_of_day" not in mention.notes or mention.begins is None or mention.other_times:
        return mention
    other = time((mention.begins.hour + 12) % 24, mention.begins.minute)
    return replace(mention, sure=Sure.AMBIGUOUS, other_times=(other,))


def _through(mention: Mention, weekday: int) -> Mention:
    """Up to the next such weekday."""
    if mention.last is None:
        return mention
    distance = (weekday - mention.last.weekday()) % 7 or 7
    return replace(mention, last=mention.last + timedelta(days=distance))


def _precise(mention: Mention) -> Mention:
    return mention if mention.begins is None and mention.ends is None else replace(mention, precision=Precision.TIME)
