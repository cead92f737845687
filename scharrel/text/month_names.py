"""Months as people say them, in Dutch and in English, whatever the language of the reader."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.period import Period, Span
from scharrel.text.words import LANGUAGES, catalogue

SPAN_WORDS: Mapping[str, Span] = {
    "maand": "month", "month": "month", "kwartaal": "quarter", "quarter": "quarter",
    "jaar": "year", "year": "year",
}  # fmt: skip
WHICH = {
    "vorige": -1, "vorig": -1, "afgelopen": -1, "last": -1, "previous": -1,
    "deze": 0, "dit": 0, "huidige": 0, "huidig": 0, "this": 0, "current": 0,
    "volgende": 1, "volgend": 1, "komende": 1, "komend": 1, "next": 1,
}  # fmt: skip
"""What stands before these, and how many of them after this one it means."""

_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_FEWEST_LETTERS = 3
_A_YEAR = re.compile(r"20\d\d")
_QUARTER = re.compile(
    r"(?:q|kwartaal|quarter) ?([1-4])|([1-4])(?:e|de|ste|st|nd|rd|th)? (?:kwartaal|quarter)"
)
_BETWEEN = re.compile(r"[\s./_-]+")


@cache
def _month_names() -> Mapping[str, int]:
    """Every name and abbreviation, with the number of the month."""
    return {
        name.casefold(): number
        for lang in LANGUAGES
        for width in ("months", "short_months")
        for number, name in enumerate(catalogue(lang)["locale"][width], 1)
    }


def month_words() -> list[str]:
    """The names of months and what is said of this one, in both languages."""
    near = ["vorige maand", "deze maand", "last month", "this month"]
    return [
        *(name for name in _month_names() if len(name) > _FEWEST_LETTERS or name in ("mei", "may")),
        *near,
    ]


def months_meant(text: str, today: date, *, ahead: bool = False) -> list[Month]:
    """The months that the words can mean: none if they are no month, several if that is not clear. A name
    alone is the last such month that has begun; where months to come are as likely (`ahead`) it can be the
    next one too."""
    said = [word for word in _BETWEEN.split(text.casefold()) if word]
    now = Month.of(today)
    if len(said) == 2 and SPAN_WORDS.get(said[1]) == "month" and said[0] in WHICH:
        return [now.plus(WHICH[said[0]])]
    years = [int(word) for word in said if _A_YEAR.fullmatch(word)]
    names = [word for word in said if not _A_YEAR.fullmatch(word)]
    if len(names) != 1 or len(years) > 1:
        return []
    if years and re.fullmatch(r"0?[1-9]|1[0-2]", names[0]):
        return [Month(years[0], int(names[0]))]
    found = [_last_begun(number, now) for number in month_numbers(names[0])] if names[0].isalpha() else []
    if years:
        return [Month(years[0], month.number) for month in found]
    return [
        month.plus(12 * later) for month in found for later in ((0, 1) if ahead and month < now else (0,))
    ]


def periods_meant(text: str, today: date) -> list[Period]:
    """The months, quarters or years that the words can mean, as `months_meant`; a quarter without a year is
    the last such quarter that has begun."""
    said = " ".join(word for word in _BETWEEN.split(text.casefold()) if word)
    which, _, of = said.partition(" ")
    if which in WHICH and (span := SPAN_WORDS.get(of)):
        return [Period.of(span, Month.of(today).plus(WHICH[which] * _MONTHS_IN[span]))]
    if _A_YEAR.fullmatch(said):
        return [Period.of("year", Month(int(said), 1))]
    year = _A_YEAR.match(said) or re.search(r"20\d\d$", said)
    if found := _QUARTER.fullmatch(said.replace(year[0], "").strip() if year else said):
        last = _last_begun(3 * int(found[1] or found[2]) - 2, Month.of(today))
        return [Period.of("quarter", Month(int(year[0]) if year else last.year, last.number))]
    return [Period.of("month", month) for month in months_meant(text, today)]


def near_month(text: str, today: date) -> str:
    """The month with a name that looks most like what was typed, or nothing."""
    meant = re.sub(r"[^\W\d_]+", lambda word: nearest(word[0], _month_names()), text.casefold())
    return str(found[0]) if len(found := months_meant(meant, today)) == 1 else ""


def month_numbers(name: str) -> list[int]:
    """The numbers of the months whose name this is, or begins with it."""
    names = _month_names()
    if name in names:
        return [names[name]]
    begin = {number for word, number in names.items() if word.startswith(name)}
    return sorted(begin) if len(begin) > 1 or len(name) >= _FEWEST_LETTERS else []


def _last_begun(number: int, now: Month) -> Month:
    return Month(now.year - (number > now.number), number)


def joined_months(arguments: list[str]) -> list[str]:
    """Arguments of a command line with a month or period that was typed in more words (`oktober 2026`,
    `vorige maand`, `kwartaal 3`) as one; not behind an option that asks for something else."""
    joined: list[str] = []
    for word in arguments:
        option = joined[-2] if len(joined) > 1 else ""
        fits = not option.startswith("--") or option in MONTH_OPTIONS
        if joined and fits and _go_together(joined[-1].casefold(), word.casefold()):
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def _go_together(before: str, word: str) -> bool:
    if word in SPAN_WORDS:
        return before in WHICH or bool(_QUARTER.fullmatch(f"{before} {word}"))
    if _A_YEAR.fullmatch(word):
        named = before.isalpha() and len(month_numbers(before)) == 1
        return named or bool(_QUARTER.fullmatch(before))
    return before in SPAN_WORDS and bool(_QUARTER.fullmatch(f"{before} {word}"))


MONTH_OPTIONS = frozenset({"--from", "--to", "--month", "--through"})
