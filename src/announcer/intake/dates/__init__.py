"""Dates and times in German and English text, each with its place and how sure it is. Pure.

The reader never looks more than a few tokens ahead, so a text of a megabyte
is read in one pass. What a text leaves open stays open: a year that only the
release date tells is marked as inferred, a weekday that does not fit its date
is a question with its answers.
"""

from __future__ import annotations

from announcer.intake.dates.across import told_elsewhere
from announcer.intake.dates.find import find_dates, looks_english
from announcer.intake.dates.mention import Mention, Precision, Span, Sure

__all__ = ["Mention", "Precision", "Span", "Sure", "find_dates", "looks_english", "told_elsewhere"]
