"""Months as people say them, in Dutch and in English, whatever the language of the reader."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from scharrel.core.month import Month
from scharrel.text.words import LANGUAGES, catalogue

MONTH_WORDS = frozenset({"maand", "month"})
WHICH_MONTH = {
    "vorige": -1, "afgelopen": -1, "last": -1, "previous": -1,
    "deze": 0, "huidige": 0, "this": 0, "current": 0,
    "volgende": 1, "komende": 1, "next": 1,
}  # fmt: skip
"""What stands before these, and how many months after this one it means."""

_FEWEST_LETTERS = 3
_A_YEAR = re.compile(r"20\d\d")


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
    near = [
        f"{which} {month}"
        for which, month in (("vorige", "maand"), ("deze", "maand"), ("last", "month"), ("this", "month"))
    ]
    return [
        *(name for name in _month_names() if len(name) > _FEWEST_LETTERS or name in ("mei", "may")),
        *near,
    ]


def months_meant(text: str, today: date, *, ahead: bool = False) -> list[Month]:
    """The months that the words can mean: none if they are no month, several if that is not clear. A name
    alone is the last such month that has begun; where months to come are as likely (`ahead`) it can be the
    next one too."""
    said = [word for word in re.split(r"[\s./_-]+", text.casefold()) if word]
    now = Month.of(today)
    if len(said) == 2 and said[1] in MONTH_WORDS and said[0] in WHICH_MONTH:
        return [now.plus(WHICH_MONTH[said[0]])]
    years = [int(word) for word in said if _A_YEAR.fullmatch(word)]
    names = [word for word in said if word.isalpha()]
    if len(names) != 1 or len(said) != 1 + len(years) or len(years) > 1:
        return []
    found = [_last_begun(number, now) for number in month_numbers(names[0])]
    if years:
        return [Month(years[0], month.number) for month in found]
    return [
        month.plus(12 * later) for month in found for later in ((0, 1) if ahead and month < now else (0,))
    ]


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
    """Arguments of a command line with a month that was typed in two words, such as `oktober 2026` or
    `vorige maand`, as one; not behind an option that asks for something else."""
    joined: list[str] = []
    for word in arguments:
        before = joined[-1].casefold() if joined else ""
        option = joined[-2] if len(joined) > 1 else ""
        pair = (word.casefold() in MONTH_WORDS and before in WHICH_MONTH) or (
            _A_YEAR.fullmatch(word) and before.isalpha() and len(month_numbers(before)) == 1
        )
        if pair and (not option.startswith("--") or option in MONTH_OPTIONS):
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


MONTH_OPTIONS = frozenset({"--from", "--to", "--month", "--through"})
