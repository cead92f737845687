"""What people type for an amount, a number of hours or a day: every reading of it that makes sense. With one
reading it is certain, with more it has to be asked, with none it is something else."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

from scharrel.core.money import MAX_AMOUNT, to_cents
from scharrel.text.month_names import month_numbers

_EUROS = re.compile(r"€|\b(?:eur|euro|euros)\b", re.IGNORECASE)
_SIGNED = re.compile(r"(?P<minus>[-\u2212\u2013]?)(?P<number>\d[\d.,'’]*?)(?:,-{1,2}|,=|\.-)?(?P<behind>-?)")
_THOUSANDS = re.compile(r"(?<=\d)[ \xa0\u202f](?=\d{3}(?!\d))")
_GROUP = 3

_QUANTITY = re.compile(
    r"(?P<number>\d+(?:[.,]\d{1,3})?)\s*(?P<unit>km|kilometers?|kilometres?|u|h|uur|uren|hours?|m|min|minuten|minutes)?"
)
_CLOCK = re.compile(
    r"(?P<hours>\d{1,2})\s*(?::|[uh]|uur)\s*(?P<minutes>[0-5]\d)\s*(?:m|min|u|h|uur|uren|hours?)?"
)
_MINUTES = ("m", "min", "minuten", "minutes")

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("ma maandag monday mon", "di dinsdag tuesday tue", "wo woensdag wednesday wed",
         "do donderdag thursday thu", "vr vrijdag friday fri", "za zaterdag saturday sat",
         "zo zondag sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_AGO = {
    word: days
    for days, words in enumerate(
        ("vandaag nu net zojuist vanochtend vanmorgen vanmiddag vanavond today now",
         "gisteren gister gisteravond gisterochtend gistermiddag yesterday", "eergisteren")
    )
    for word in words.split()
}  # fmt: skip
_DAYS_AGO = re.compile(r"(?P<days>\d{1,2}) (?:dagen geleden|days ago)")
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?:(?P<sign>[-/.])(?=\d)|(?:e|de|ste|th|st|nd|rd)?[-/. ]+(?=[a-z]))"
    r"(?P<month>\d{1,2}|[a-z]+)\.?(?:(?:(?P=sign)|[-/. ,]+(?=\d{4}|')|[-/](?=\d\d$))(?P<year>\d{4}|'?\d{2}))?"
)
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]+)\.? (?P<day>\d{1,2})(?:th|st|nd|rd)?(?:[ ,]+(?P<year>\d{4}))?")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")

WORKED = re.compile(r"\b(?:werk|work|verdiend|earned)\b\s*(?:van|op|of|on)?", re.IGNORECASE)
"""What stands before the day of the work, where another is said too."""

SOON = timedelta(days=62)
"""How far ahead a day without a year may lie."""

LONG_AGO = 300
"""Days from which a day without a year may be one that is still to come as well."""


def amounts_meant(text: str) -> tuple[Decimal, ...]:
    """Every amount in euros that the text can be; below zero with a minus."""
    said = _THOUSANDS.sub("", " ".join(_EUROS.sub(" ", text).split()))
    found = _SIGNED.fullmatch(said.replace("- ", "-", 1))
    if not found or (found["minus"] and found["behind"]):
        return ()
    sign = -1 if found["minus"] or found["behind"] else 1
    readings = _readings(found["number"].replace("'", "").replace("’", ""))
    return tuple(dict.fromkeys(sign * to_cents(n, "half-up") for n in readings if n < MAX_AMOUNT))


def _readings(number: str) -> Iterable[Decimal]:
    *groups, last = re.split(r"[.,]", number)
    if not last or not all(groups):
        return ()
    signs = re.findall(r"[.,]", number)
    if not signs:
        return (Decimal(last),)
    grouped = len(set(signs)) == 1 and len(groups[0]) <= _GROUP and groups[0] != "0"
    grouped = grouped and all(len(group) == _GROUP for group in (*groups[1:], last))
    whole = [Decimal("".join((*groups, last)))] if grouped else []
    if len(signs) > 1 and (
        signs[-1] in signs[:-1] or len(set(signs[:-1])) > 1 or any(len(g) != _GROUP for g in groups[1:])
    ):
        return whole
    cents = Decimal(f"{''.join(groups)}.{last}")
    if len(last) < _GROUP:
        return (cents,)
    # A point before three digits is between thousands; cents with a nought too many end in one.
    return [*whole, cents] if len(last) == _GROUP and (signs[-1] == "," or last.endswith("0")) else whole


def quantities_meant(text: str) -> tuple[Decimal, ...]:
    """Every number of hours or kilometres that the text can be: `2,5`, `1:30`, `90 min` or `23 km`."""
    said = " ".join(text.casefold().split())
    if clock := _CLOCK.fullmatch(said):
        hours = int(clock["hours"]) + Decimal(int(clock["minutes"])) / 60
        return (hours.normalize() + 0,) if hours == round(hours, 4) else ()
    if not (found := _QUANTITY.fullmatch(said)):
        return ()
    number = Decimal(found["number"].replace(",", "."))
    if found["unit"] in _MINUTES:
        number /= 60
        return (number,) if number == round(number, 4) else ()
    if re.search(r"[.,]\d{3}$", found["number"]):
        return (number, Decimal(re.sub(r"[.,]", "", found["number"])))
    return (number,) if number < MAX_AMOUNT else ()


def days_meant(text: str, today: date) -> tuple[date, ...]:
    """Every day that the text can be, the likeliest first: without a year the last one, or one soon."""
    said = " ".join(text.casefold().split()).strip(" .")
    said = re.sub(r"^(?:op|on|de|the|afgelopen|vorige|last) |,? (?:jl|jongstleden|last)$", "", said)
    ago = int(found["days"]) if (found := _DAYS_AGO.fullmatch(said)) else _AGO.get(said)
    if ago is not None:
        return (today - timedelta(days=ago),)
    if said in _WEEKDAYS:
        back = (today.weekday() - _WEEKDAYS[said]) % 7
        days = [today - timedelta(days=back)]
        return tuple(days) if back else (days[0], today - timedelta(days=7))
    found = _day_form(said)
    if not found:
        return ()
    number = _month_number(found)
    year = (found["year"] or "").lstrip("'")
    if year:
        return tuple(_days([int(year) + (2000 if len(year) == 2 else 0)], number, int(found["day"])))
    days = list(_days((today.year, today.year - 1, today.year + 1), number, int(found["day"])))
    past = [day for day in days if day <= today][:1]
    ahead = [day for day in days if today < day <= today + SOON]
    return (*past, *ahead) if past and (today - past[0]).days > LONG_AGO else tuple(past or ahead)


def days_told(text: str, today: date) -> tuple[tuple[date, ...], date | None]:
    """Every reading of the day that is typed, and the day of the work if it says that: `20-10 werk 28-9`."""
    paid, _, worked = (part.strip(" ,") for part in WORKED.sub("|", text, count=1).partition("|"))
    earned = days_meant(worked, today) if worked else ()
    if worked and len(earned) != 1:
        return (), None
    return days_meant(paid, today), earned[0] if earned else None


def no_such_day(text: str, today: date) -> bool:
    """Whether the text is written as a day that there is not, as `31-11` or `31 november`."""
    said = text.casefold().strip()
    found = None if re.search(r"\d\.\d", said) else _day_form(said)
    return found is not None and 1 <= _month_number(found) <= 12 and not days_meant(said, today)


def _day_form(said: str) -> "re.Match[str] | None":
    return next((m for form in (_YEAR_FIRST, _DAY_FIRST, _MONTH_FIRST) if (m := form.fullmatch(said))), None)


def _month_number(found: "re.Match[str]") -> int:
    if found["month"].isdecimal():
        return int(found["month"])
    numbers = month_numbers(found["month"])
    return numbers[0] if len(numbers) == 1 else 0


def _days(years: Iterable[int], month: int, day: int) -> Iterable[date]:
    for year in years:
        with suppress(ValueError):
            yield date(year, month, day)


def untaxed_meant(text: str) -> str:
    """Why there is no VAT on an invoice, as that says it: `exempt` or `reverse`; empty for anything else."""
    word = text.casefold().strip().removeprefix("btw").strip()
    return {
        "vrijgesteld": "exempt", "vrij": "exempt", "exempt": "exempt",
        "verlegd": "reverse", "verleggen": "reverse", "reverse": "reverse", "reverse charge": "reverse",
    }.get(word, "")  # fmt: skip


def rate_meant(text: str) -> Decimal | None:
    """The rate of VAT: zero for none, nothing where the text is no rate."""
    said = text.casefold().strip().removesuffix("%").strip()
    said = re.sub(r"^(?:btw|vat|met|incl\.?|inclusief)\s+|\s*%?\s*(?:btw|vat)$", "", said).strip()
    if said in ("geen", "nee", "n", "zonder", "no", "none", "without", "0"):
        return Decimal(0)
    return Decimal(said) / 100 if re.fullmatch(r"\d{1,2}", said) else None
