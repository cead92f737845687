"""Amounts with more decimals than there may be."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from scharrel.core.money import CENT

CENTS = 2
MAX_DECIMALS = 6
"""Of what is no money."""

MAX_PARTS = 3600
"""The smallest part of an hour that can be booked as a fraction: a second."""

ENDLESS = 20
"""Decimals that only a fraction has; the parser ends one after 28 digits."""

_DUST = Fraction(1, 10**ENDLESS)
_THOUSAND = 3


def too_fine(number: Decimal, currency: str) -> Iterator[tuple[str, dict[str, str]]]:
    """What is wrong with so many decimals, and how it is written; nothing when it is a part of a unit, such
    as 20/60."""
    decimals, said = -int(number.as_tuple().exponent), {"number": f"{number:f}"[:40]}
    if currency != "EUR":
        exact = Fraction(number)
        if decimals < ENDLESS or abs(exact.limit_denominator(MAX_PARTS) - exact) > _DUST:
            yield "decimals-of-units", {**said, "currency": currency}
        return
    said["rounded"] = (
        f"{number.quantize(CENT, ROUND_HALF_UP):f} EUR" if number.adjusted() < ENDLESS else "1000.00 EUR"
    )
    if decimals == _THOUSAND:
        yield "decimals-or-thousands", {**said, "thousands": f"{number.scaleb(_THOUSAND):f}.00 EUR"}
    else:
        yield "decimals", said
