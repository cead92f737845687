"""The postings of one booking: the open amount filled in, what the amounts lack, and decimals too many."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from beancount.core.number import MISSING

from scharrel.core.money import CENT, ZERO
from scharrel.ledger.chart import Wrong
from scharrel.ledger.parsing import place

_DUST = Decimal("1e-20")
"""What parts of an hour such as 20/60 may lack together: the parser ends them after 28 digits."""

_DIGITS = 28

CompletePosting = tuple[str, Decimal, str, int]
"""A posting that is complete: account, number, currency and line."""


def posted(posting: Any, number: Decimal, currency: str) -> CompletePosting:
    return posting.account, number, currency, place(posting)


def filled(transaction: Any) -> tuple[list[CompletePosting], dict[str, Decimal], bool] | None:
    """The postings with the one open amount filled in, where plain sums can do that; what they lack by
    currency: nothing, to the last decimal, when the booking is sound; and whether an amount was filled in
    from numbers that have not equally many decimals."""
    found: list[CompletePosting] = []
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
    if open_posting is None:
        return found, _imbalance(found), False
    if currency is None:
        return None
    left = {currency: total} if currency else _imbalance(found)
    mixed = not all(number.same_quantum(total) for _, number, _, _ in found)
    found[open_at:open_at] = [posted(open_posting, -number, unit) for unit, number in left.items()]
    return found, {}, mixed


def _imbalance(postings: list[CompletePosting]) -> dict[str, Decimal]:
    left: dict[str, Decimal] = {}
    for _, number, currency, _ in postings:
        left[currency] = left.get(currency, ZERO) + number
    return {currency: number for currency, number in left.items() if abs(number) > _DUST}


def rounded(transaction: Any, postings: list[CompletePosting]) -> Iterator[Wrong]:
    """Open amounts that beancount does not fill in with the exact sum, as it takes the coarsest decimals that
    are written; with 28 digits of its own it ends on a whole number beside a third of an hour."""
    lines = {place(posting) for posting in transaction.postings if posting.units is MISSING}
    for account, rest, unit, line in postings:
        if line not in lines:
            continue
        written = [(n, at) for _, n, currency, at in postings if currency == unit and at not in lines]
        coarsest = max((e for n, _ in written if (e := _exponent(n)) < 0), default=0)
        fits = rest.adjusted() - coarsest < _DIGITS
        if not coarsest or (_exponent(rest.normalize()) >= coarsest and fits):
            continue
        finest = _exponent(rest)
        if finest > -ENDLESS:
            short = [(n, at) for n, at in written if finest < _exponent(n) < 0]
            values = {
                "written": ", ".join(f"{n:f} {unit}" for n, _ in short),
                "full": ", ".join(f"{n:.{-finest}f} {unit}" for n, _ in short),
            }
            if short:  # else the number is told for its size
                yield short[0][1], "mixed-decimals", values
        elif unit != "EUR":  # there that number itself is told
            values = {"account": account, "amount": f"{Fraction(rest).limit_denominator(MAX_PARTS)} {unit}"}
            yield line, "open-amount", values


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)


CENTS = 2

MAX_DECIMALS = 6
"""Of what is no money."""

MAX_PARTS = 3600
"""The smallest part of an hour that can be booked as a fraction: a second."""

ENDLESS = 20
"""Decimals that only a fraction has; the parser ends one after 28 digits."""

_FRACTION_DUST = Fraction(1, 10**ENDLESS)

_THOUSAND = 3


def too_fine(number: Decimal, currency: str) -> Iterator[tuple[str, dict[str, str]]]:
    """What is wrong with so many decimals, and how it is written; nothing when it is a part of a unit, such
    as 20/60."""
    decimals, said = -int(number.as_tuple().exponent), {"number": f"{number:f}"[:40]}
    if currency != "EUR":
        exact = Fraction(number)
        if decimals < ENDLESS or abs(exact.limit_denominator(MAX_PARTS) - exact) > _FRACTION_DUST:
            yield "decimals-of-units", {**said, "currency": currency}
        return
    said["rounded"] = (
        f"{number.quantize(CENT, ROUND_HALF_UP):f} EUR" if number.adjusted() < ENDLESS else "1000.00 EUR"
    )
    if decimals == _THOUSAND:
        yield "decimals-or-thousands", {**said, "thousands": f"{number.scaleb(_THOUSAND):f}.00 EUR"}
    else:
        yield "decimals", said
