"""Exact amounts: euros as Decimal, rounded to the cent once a step and nowhere else."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, Inexact
from typing import Final, Literal

Rounding = Literal["half-up", "down"]

ZERO: Final = Decimal(0)
CENT: Final = Decimal("0.01")
MAX_AMOUNT: Final = Decimal(10) ** 9
"""Euros, or units, from which a number that someone wrote is a typing error."""

# Sums and products of amounts are exact or they raise: 100 digits hold any product of two
# amounts that reading lets through.
EXACT: Final = Context(prec=100, traps=[Inexact])
_READABLE: Final = 20
_ROUNDED: Final = Context(prec=100)
_FINEST: Final = -20
_FINE: Final = Decimal("1e-15")
_MODES: Final = {"half-up": ROUND_HALF_UP, "down": ROUND_DOWN}


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum; of no amounts it is zero."""
    return sum(amounts, ZERO)


def to_cents(value: Decimal, rounding: Rounding | None) -> Decimal:
    """The amount rounded to whole cents, halves away from zero or everything towards zero.

    Without a rounding it stays exact: that is for analysis, never for a booking. More digits than any figure
    of a rule can bring come from parts of an hour, such as 20/60, which a parser ended somewhere: what lies
    that close to a cent or half a cent is one.
    """
    if rounding is None:
        return value
    rounded = value.quantize(CENT, _MODES[rounding], _ROUNDED)
    if rounded != value and int(value.as_tuple().exponent) < _FINEST:
        fine = value.quantize(_FINE, ROUND_HALF_UP, _ROUNDED)
        rounded = fine.quantize(CENT, _MODES[rounding], _ROUNDED)
    return rounded


def plain(amount: Decimal) -> str:
    """The amount as programs read it: two decimals, a point, no grouping, never a minus zero."""
    return format(to_cents(amount, "half-up") + ZERO, "f")


def as_written(number: Decimal) -> str:
    """The number in a message, also when it has too many digits to be read."""
    return f"{number:f}" if number.adjusted() < _READABLE else f"{number:.2E}"


def share_out(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Divide `amount` (whole cents) by weight, rounded down to the cent for each; the cents left
    go to the largest remainders, ties to the lower key.

    Negative weights count as zero; where no weight is positive everyone gets an equal part.
    """
    positive = {key: max(weight, ZERO) for key, weight in weights.items()}
    whole = total(positive.values())
    if not whole:
        positive = dict.fromkeys(weights, Decimal(1))
        whole = Decimal(len(weights))
    # Integers on one scale, so that the division below is exact.
    scale = min((weight.as_tuple().exponent for weight in (whole, *positive.values())), key=int)
    shift = max(0, -int(scale))
    cents = int(amount.scaleb(2))
    denominator = int(whole.scaleb(shift))
    parts: dict[str, int] = {}
    remainders: dict[str, int] = {}
    for key, weight in positive.items():
        parts[key], remainders[key] = divmod(cents * int(weight.scaleb(shift)), denominator)
    left = cents - sum(parts.values())
    for key in sorted(parts, key=lambda key: (-remainders[key], key))[:left]:
        parts[key] += 1
    return {key: Decimal(part).scaleb(-2) for key, part in parts.items()}
