"""What someone wrote, as it should have been written: the amount or the date, for a message to show."""

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from fractions import Fraction

_SPOKEN = {"uur": "UUR", "uren": "UUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "": "EUR"}
_AMOUNT = (  # compiled when something is wrong
    r"(?P<sign>[-\u2010-\u2015\u2212]?)\s*(?:€|EUR)?\s*(?P<sign2>[-\u2010-\u2015\u2212]?)\s*"
    r"(?P<number>[.,]?\d+(?:[.,'’ ]\d+)*)(?P<none>,-)?(?P<behind>-?)\s*(?P<unit>€|[A-Za-z]*)"
)
_ON_THE_CLOCK = re.compile(r"\s+[A-Z]\w*:\S+\s+(-?)(\d+)\s*(?:[:hu]|uur)\s*([0-5]\d)(?!\d)", re.IGNORECASE)
_READABLE = re.compile(r"(?<!\S)-?\d+(?:\.\d+)?\s+[A-Z]{2,}\b")
_GLUED = re.compile(r"(?<=[A-Za-z])(-?\d+\.\d\d)(?=\s|$)")
_GROUPS = re.compile(r"[.,'’ ]")
_MONTHS = ("jan", "feb", "mrt maa mar", "apr", "mei may", "jun", "jul", "aug", "sep", "okt oct", "nov", "dec")
_DAY_FIRST = re.compile(r"\s*(\d{1,2})[-/. ]\s*(\d{1,2}|[A-Za-z]+)[-/. ]+\s*(\d{4}|\d{2})\b")
_YEAR_FIRST = re.compile(r"\s*(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})\b")


def amount_in(line: str) -> str:
    """The amount behind the account on the line, or nothing when there is not just one."""
    said = line.partition(";")[0].split(maxsplit=1)
    found = re.fullmatch(_AMOUNT, said[1].strip()) if len(said) == 2 else None
    if not found:
        return ""
    unit = found["unit"].replace("€", "")
    unit = _SPOKEN.get(unit.lower(), unit.upper())
    minus = "-" if found["sign"] or found["sign2"] or found["behind"] else ""
    *groups, last = _GROUPS.split(found["number"])
    if groups and len(last) == 3:
        groups, last = [*groups, last], ""
    elif not groups:
        groups, last = [last], ""
    whole, cents = "".join(groups) or "0", last.ljust(2, "0") if unit == "EUR" else last
    return f"{minus}{whole}{'.' if cents else ''}{cents} {unit}"


def hours_in(line: str) -> str:
    """The hours and minutes behind the account on the line as one number, or nothing when there are none."""
    found = _ON_THE_CLOCK.match(line)
    if not found:
        return ""
    sign, hours, minutes = found.groups()
    spent = Fraction(int(hours) * 60 + int(minutes), 60)
    whole = 100 % spent.denominator == 0
    return (
        f"{sign}{Decimal(spent.numerator) / spent.denominator} UUR" if whole else f"{sign}{spent * 60}/60 UUR"
    )


def posting_in(line: str) -> str:
    """The account on the line with the amount that can be read there, or else with one to show how."""
    amount = _READABLE.search(_GLUED.sub(r" \1", line, 1))
    account = _GLUED.sub("", line.split(maxsplit=1)[0].rstrip(":"))
    return f"{account}  {amount[0] if amount else '-12.50 EUR'}"


def date_in(line: str) -> str:
    """The date at the beginning of the line, day first or year first, or nothing when it is none."""
    if found := _YEAR_FIRST.match(line):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.match(line):
        day, month, year = found.groups()
    else:
        return ""
    if month.isalpha():
        month = str(_month_named(month))
    with suppress(ValueError):
        return str(date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)))
    return ""


def _month_named(word: str) -> int:
    return next((at for at, said in enumerate(_MONTHS, 1) if word[:3].lower() in said.split()), 0)


_A_DATE = re.compile(r"(?<![\w.-])(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?![\w-])")


def impossible_date(line: str) -> str:
    """The first date on the line that no calendar has, or nothing."""
    return next((found[0] for found in _A_DATE.finditer(line) if not _is_a_day(found)), "")


def _is_a_day(found: re.Match[str]) -> bool:
    try:
        return bool(date(*map(int, found.groups())))
    except ValueError:
        return False
