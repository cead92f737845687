"""The postings of one booking: the open amount filled in, and what the amounts lack."""

from decimal import Decimal
from typing import Any

from beancount.core.number import MISSING

from scharrel.core.money import ZERO
from scharrel.files.parsing import place

_DUST = Decimal("1e-20")
"""What parts of an hour such as 20/60 may lack together: the parser ends them after 28 digits."""

Posted = tuple[str, Decimal, str, int]
"""A posting that is complete: account, number, currency and line."""


def posted(posting: Any, number: Decimal, currency: str) -> Posted:
    return posting.account, number, currency, place(posting)


def filled(transaction: Any) -> tuple[list[Posted], dict[str, Decimal]] | None:
    """The postings with the one open amount filled in, where plain sums can do that; and what they lack by
    currency: nothing, to the last decimal, when the booking is sound."""
    found: list[Posted] = []
    open_posting, open_at = None, 0
    total, currency = ZERO, None
    for position, posting in enumerate(transaction.postings):
        units = posting.units
        if posting.cost is not None or posting.price is not None:
            return None
        if units is MISSING:
            if open_posting is not None:
                return None
            open_posting, open_at = posting, position
            continue
        number, unit = units
        if number is MISSING or unit is MISSING:
            return None
        currency = unit if currency in (None, unit) else ""
        total += number
        found.append(posted(posting, number, unit))
    if open_posting is not None:
        if not currency:
            return None
        found.insert(open_at, posted(open_posting, -total, currency))
        return found, {}
    return found, _imbalance(found)


def _imbalance(postings: list[Posted]) -> dict[str, Decimal]:
    left: dict[str, Decimal] = {}
    for _, number, currency, _ in postings:
        left[currency] = left.get(currency, ZERO) + number
    return {currency: number for currency, number in left.items() if abs(number) > _DUST}
