"""Words, amounts and dates in the language of the reader; every text comes from the catalogue."""

import errno
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, reduce
from itertools import pairwise
from operator import getitem
from pathlib import Path
from typing import Any

from scharrel.core.iban import among, compact
from scharrel.core.month import Month
from scharrel.core.problems import Problem

LANGUAGES = ("nl", "en")
_SECTION = re.compile(r"^\[(?P<name>[\w-]+).*\n(?:(?!\[).*\n?)*", re.MULTILINE)
_NAME = re.compile(r"\{([a-z-]+\.[a-z.-]+)\}")
_LOCALES = {"nl": "nl_NL", "en": "en_GB"}


class Texts(Mapping[str, Any]):
    """All texts of a language by section, each section read when it is asked for; the words on paper with
    those that are the screen's filled in."""

    def __init__(self, lang: str):
        self._parts: dict[str, str] = {}
        whole = (Path(__file__).parent / "catalogue" / f"{lang}.toml").read_text("utf-8")
        for section in _SECTION.finditer(whole):
            self._parts[section["name"]] = self._parts.get(section["name"], "") + section[0]
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            found = tomllib.loads(self._parts[name])[name]
            self._read[name] = _filled_in(found, self) if name == "paper" else found
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


catalogue = cache(Texts)
"""The texts of a language."""


def _filled_in(entry: Any, texts: Mapping[str, Any]) -> Any:
    """The entry with, for a name such as {table.total}, the text of that name."""
    if isinstance(entry, dict):
        return {key: _filled_in(value, texts) for key, value in entry.items()}
    found = _NAME.fullmatch(entry) if isinstance(entry, str) else None
    return reduce(getitem, found[1].split("."), texts) if found else entry


@cache
def _separators(lang: str) -> dict[int, str]:
    texts = catalogue(lang)["locale"]
    return {ord("."): texts["decimals"], ord(","): texts["groups"]}


_A_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DAYS = frozenset({"day", "first", "last", "to", "covered", "until", "closed", "register"})
"""Values of a problem that can be a day, and then are said as people say it."""

MAX_VALUE = 200
"""Characters of what someone wrote that a message repeats."""


class Words:
    """The catalogue of one language."""

    def __init__(self, lang: str = "nl"):
        self.lang = lang

    @property
    def locale(self) -> str:
        return _LOCALES[self.lang]

    @property
    def _locale(self) -> Mapping[str, Any]:
        texts: Mapping[str, Any] = catalogue(self.lang)["locale"]
        return texts

    def __call__(self, key: str, /, **values: object) -> str:
        """The text at the key with its values filled in, each on one line and without what steers; `count`
        chooses singular or plural."""
        entry: Any = reduce(getitem, key.split("."), catalogue(self.lang))
        if isinstance(entry, dict):
            entry = entry.get("one" if int(str(values["count"])) == 1 else "other", entry["other"])
        return str(entry).format(**{key: visible(str(value)) for key, value in values.items()})

    def money(self, amount: Decimal) -> str:
        """An amount in euros with its sign: € 1.234,56."""
        written = self.amount(amount)
        sign = "-" if written.startswith("-") else ""
        return str(self._locale["money"]).format(sign=sign, amount=written.removeprefix("-"))

    def amount(self, amount: Decimal) -> str:
        """An amount in whole cents for a column: 1.234,56."""
        return f"{amount:,.2f}".translate(_separators(self.lang))

    def number(self, number: Decimal, pattern: str = "") -> str:
        """A number with at most six decimals, or as the pattern has it: 1.234,5."""
        if not pattern:
            return f"{number:,.6f}".rstrip("0").rstrip(".").translate(_separators(self.lang))
        from babel.numbers import format_decimal

        return format_decimal(number, format=pattern, locale=self.locale)

    def rate(self, rate: Decimal) -> str:
        """A fraction as a percentage: 12,5%."""
        return self.number(rate * 100) + "%"

    def month(self, month: Month) -> str:
        """oktober 2026."""
        return f"{self._locale['months'][month.number - 1]} {month.year}"

    def day(self, day: date) -> str:
        """14 januari 2026."""
        return f"{day.day} {self.month(Month.of(day))}"

    def weekday(self, day: date) -> str:
        """vrijdag."""
        from babel.dates import format_date

        return format_date(day, "EEEE", locale=self.locale)

    def short_day(self, day: date) -> str:
        """14 jan 2026."""
        return f"{self.day_in_month(day)} {day.year}"

    def month_and_year(self, month: Month) -> str:
        """jan 2026."""
        return f"{self.short_month(month.first_day)} {month.year}"

    def short_month(self, day: date) -> str:
        """jan"""
        return str(self._locale["short_months"][day.month - 1])

    def day_in_month(self, day: date) -> str:
        """14 jan"""
        return f"{day.day} {self.short_month(day)}"

    def country(self, code: str) -> str:
        """The name of a country that is given in two letters."""
        from babel import Locale

        return str(Locale.parse(self.locale).territories.get(code, code))

    def reason(self, text: str) -> str:
        """Why the system refused, in the reader's words where we have them."""
        name = next((name for name in catalogue(self.lang)["reason"] if text == _said(name)), None)
        return self(f"reason.{name}") if name else text

    def problem(self, problem: Problem) -> str:
        """What is wrong and what to do, without the place."""
        values = {key: _cut(self._dated(key, value)) for key, value in problem.values.items()}
        values |= {f"typed_{key}": value for key, value in problem.values.items()}
        if "reason" in values:
            values["reason"] = self.reason(values["reason"])
        if "role" in values:
            values["what"] = usual(self, "role", values["role"]) or f'"{values["role"]}"'
        text = self("problem." + problem.code, **values)
        if values.get("near"):
            text += " " + self("check.near", near=values["near"])
        elif "near" in values and problem.code in catalogue(self.lang)["otherwise"]:
            text += " " + self("otherwise." + problem.code, **values)
        return text

    def _dated(self, key: str, value: str) -> str:
        """The value, with a month or a day as people say it; as it is typed it is under `typed_` its key."""
        if _A_MONTH.fullmatch(value):
            return self.month(Month.parse(value))
        return self.day(date.fromisoformat(value)) if key in _DAYS and _A_DAY.fullmatch(value) else value


def sayable(problem: Problem) -> bool:
    """Whether there are words for the problem, and all that they need."""
    try:
        return bool(Words().problem(problem))
    except (KeyError, TypeError, ValueError):
        return False


def _said(name: str) -> str:
    """What the system says for the error of that name."""
    return os.strerror(getattr(errno, name)) if hasattr(errno, name) else ""


def _cut(value: str) -> str:
    """What was written, short enough to be told."""
    return value if len(value) <= MAX_VALUE else value[:MAX_VALUE] + "…"


def masked(text: str, longest: int) -> str:
    """Words of a bank in as many letters, each account number by its country and last four."""
    for number in among(text):
        text = text.replace(number, f"{number[:2]}…{compact(number)[-4:]}")
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return f"{(cut.rpartition(' ')[0] or cut).rstrip(',;:· ')}…"


def visible(text: str) -> str:
    """The text on one line, with everything that could steer a terminal shown as a mark.

    Whatever comes from a ledger passes here: control characters and those that change the
    direction of writing become a replacement character, one for one.
    """
    if text.replace("\xa0", " ").isprintable():
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs") and not _joins(before, sign)
        else sign
        for before, sign in pairwise(" " + text.replace("\n", " ").replace("\t", " "))
    )


def _joins(before: str, sign: str) -> bool:
    """Whether the sign belongs to how Persian, Sinhala or a picture of several people is written, in which
    it steers nothing."""
    return sign in "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}" and before >= "\u0590"


def capital(name: str) -> str:
    """A name at the head of a line."""
    return name[:1].upper() + name[1:]


def unit_name(words: Words, commodity: str, number: Decimal = Decimal(0)) -> str:
    """What people call so much of it: uur."""
    names = catalogue(words.lang)["paper"]["unit_one" if number == 1 else "units"]
    return str(names.get(commodity) or visible(commodity))


def usual(words: Words, table: str, name: str) -> str | None:
    """Words for a name that any cooperative may use, if the catalogue has them."""
    found = catalogue(words.lang)["rule"][table].get(name)
    return None if found is None else str(found)
