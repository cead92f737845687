"""What a customer who is late owes beside the invoice: statutory interest, and the costs of collection."""

import re
from calendar import isleap
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, to_cents, total

_PERCENT = re.compile(r"(\d{1,2}(?:\.\d{1,4})?) ?%")
_PART = re.compile(r"(\d{1,2}(?:\.\d{1,4})?) ?%(?: (\d{1,9}))?")
_BOUND = re.compile(r"(min|max) (\d{1,9}(?:\.\d\d)?)")


class CollectionScale(NamedTuple):
    """Costs of collection by the amount that is owed: of each band the fraction and the euros that it goes
    over (the last over all that is left), and the least and the most that they come to."""

    parts: tuple[tuple[Decimal, Decimal | None], ...]
    least: Decimal
    most: Decimal | None

    def costs(self, amount: Decimal) -> Decimal:
        """The costs of collecting this amount, in whole cents."""
        left, found = amount, ZERO
        for rate, over in self.parts:
            part = left if over is None else min(left, over)
            found += part * rate
            left -= part
        found = max(to_cents(found, "half-up"), self.least)
        return found if self.most is None else min(found, self.most)


class LateClaim(NamedTuple):
    """What is claimed beside an invoice, in euros: interest until the day (`rate` is that of the day, as a
    fraction of a year), and the costs of collection if it is not paid after all. None is what is not claimed;
    a customer `trades` or is a consumer."""

    interest: Decimal | None
    rate: Decimal
    costs: Decimal | None
    trades: bool


def yearly_rate(text: str) -> Decimal | None:
    """A percentage as the register has it, as a fraction."""
    found = _PERCENT.fullmatch(text.strip())
    return Decimal(found[1]) / 100 if found else None


def collection_scale(text: str) -> CollectionScale | None:
    """A scale as the register has it: `15% 2500, 10% 2500, 1%, min 40, max 6775`."""
    parts: list[tuple[Decimal, Decimal | None]] = []
    bounds: dict[str, Decimal] = {}
    for said in text.split(","):
        if bound := _BOUND.fullmatch(said.strip()):
            bounds[bound[1]] = Decimal(bound[2])
        elif (part := _PART.fullmatch(said.strip())) and not (parts and parts[-1][1] is None):
            parts.append((Decimal(part[1]) / 100, Decimal(part[2]) if part[2] else None))
        else:
            return None
    return CollectionScale(tuple(parts), bounds.get("min", ZERO), bounds.get("max")) if parts else None


def statutory_interest(amount: Decimal, since: date, rates: Sequence[Decimal]) -> Decimal:
    """Interest on the amount over as many days from `since` on as there are yearly rates, in whole cents.
    After each full year what that year brought is added to what bears interest (articles 6:119, second
    paragraph, and 6:119a, third, of the Dutch Civil Code)."""
    grown, days = amount, 0
    while days < len(rates):
        begin = since + timedelta(days)
        length = (_year_later(begin, since) - begin).days
        grown += grown * total(rates[days : days + length]) / length
        days += length
    return to_cents(grown - amount, "half-up")


def _year_later(day: date, first: date) -> date:
    """The same day of the next year as the first; of 29 February 1 March where there is none."""
    if (first.month, first.day) == (2, 29) and not isleap(day.year + 1):
        return date(day.year + 1, 3, 1)
    return first.replace(year=day.year + 1)
