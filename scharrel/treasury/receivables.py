"""What customers owe, by how long they have owed it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO

AGES = (30, 60, 90)
"""Days up to which what customers owe is told apart."""


class OwedAmount(NamedTuple):
    """Euros that a booking adds to what customers owe, or takes off: who owes it, and the invoice or link
    that it is about, if it is about one."""

    day: date
    amount: Decimal
    who: str
    about: str


class CustomerDebt(NamedTuple):
    """What one customer, or on one invoice, is owed: in euros by age, the youngest first, the last older than
    all of AGES."""

    who: str
    about: str
    amounts: tuple[Decimal, ...]


def customer_debts(owed: Iterable[OwedAmount], day: date) -> list[CustomerDebt]:
    """What customers still owe when the day is over: what came in takes away what stood longest under the
    same invoice, link or name."""
    open_: dict[tuple[str, str], list[tuple[date, Decimal]]] = {}
    names: dict[str, str] = {}
    for each in sorted(owed):
        if each.amount and each.day <= day:
            key = ("", each.about) if each.about else (each.who, "")
            if each.amount > 0:
                names.setdefault(each.about, each.who)
            open_[key] = _settled([*open_.get(key, ()), (each.day, each.amount)])
    found = []
    for (who, about), items in open_.items():
        amounts = [ZERO] * (len(AGES) + 1)
        for booked, amount in items:
            amounts[sum((day - booked).days > age for age in AGES)] += amount
        if items:
            found.append(CustomerDebt(who or names.get(about, ""), about, tuple(amounts)))
    return sorted(found)


def _settled(items: Iterable[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """What stays open where each amount takes away the oldest of the other sign."""
    left: list[tuple[date, Decimal]] = []
    for day, amount in items:
        rest = amount
        while rest and left and left[0][1] * rest < 0:
            first_day, first = left.pop(0)
            taken = min(abs(first), abs(rest)).copy_sign(rest)
            rest -= taken
            if first + taken:
                left.insert(0, (first_day, first + taken))
        if rest:
            left.append((day, rest))
    return left
