"""What a member would keep of more turnover in a month: of the next euro, and where that changes.

Rounding to cents is left out here: it would hide the slope.
"""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import islice, takewhile
from math import ceil
from typing import NamedTuple

from scharrel.analysis.lines import Paid, pieces
from scharrel.core.facts import MonthFacts
from scharrel.core.money import EXACT
from scharrel.core.pack import Pack
from scharrel.core.state import State

FAR = Decimal(5000)
"""Euros of extra turnover up to which a statement looks for a corner."""


class Stretch(NamedTuple):
    """What the member keeps of each euro (a fraction), from `start` euros of extra turnover on."""

    start: Decimal
    kept: Decimal


class RateChange(NamedTuple):
    """Where what is kept of the next euro changes, and the step behind it: empty where it begins.

    `begins` and `ends` are the codes of the step's limits that hold from here on, or no longer.
    """

    stretch: Stretch
    step: str
    begins: frozenset[str]
    ends: frozenset[str]


def prospect(pack: Pack, facts: MonthFacts, before: State) -> tuple[Stretch, ...]:
    """What is kept of the next euro of turnover, and from what extra amount on (to the cent) that changes.

    `before` is how the member stood when the month began. One or two stretches; none for a pack that
    shares with other members, whose outcome is not the member's alone.
    """
    if pack.collective:
        return ()
    near = takewhile(lambda bend: bend.stretch.start < FAR, bends(pack, facts, before))
    return tuple(bend.stretch for bend in islice(near, 2))


def bends(pack: Pack, facts: MonthFacts, before: State) -> Iterator[RateChange]:
    """Every stretch on which the same is kept of each euro more, to the cent, however far."""
    kept: Fraction | None = None
    earlier: dict[str, Paid] = {}
    cause = ""
    for piece in pieces(pack, facts, before, pack.pool[0]):
        start = ceil(piece.start * 100)
        steps = {step.step: step for step in piece.steps}
        if piece.kept != kept and (piece.end is None or start < piece.end * 100):
            now, then = (found[cause].why if cause else frozenset() for found in (steps, earlier))
            yield RateChange(Stretch(_cents(start), _exactly(piece.kept)), cause, now - then, then - now)
            kept = piece.kept
        earlier, cause = steps, piece.bends


def _cents(count: int) -> Decimal:
    return Decimal(count).scaleb(-2)


def _exactly(rate: Fraction) -> Decimal:
    """A product of rates as a decimal number, which it always is."""
    with localcontext(EXACT):
        return Decimal(rate.numerator) / Decimal(rate.denominator)
