"""What a member would keep of more turnover in a month.

Within a month every step pays a piecewise-linear function of turnover, so what holds for the next euro
holds up to a corner. Rounding to cents is left out here: it would hide the slope.
"""

from dataclasses import replace
from decimal import Decimal, localcontext
from typing import NamedTuple

from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.money import CENT, EXACT, ZERO
from scharrel.core.pack import KEPT_PARTIES, Pack
from scharrel.core.state import State

FAR = Decimal(5000)
"""Euros of extra turnover up to which a corner is looked for."""

_LITTLE = Decimal("1e-9")


class Stretch(NamedTuple):
    """What the member keeps of each euro (a fraction), from `start` euros of extra turnover on."""

    start: Decimal
    kept: Decimal


def prospect(pack: Pack, facts: MonthFacts, before: State) -> tuple[Stretch, ...]:
    """What is kept of the next euro of turnover, and from what extra amount on (to the cent) that changes.

    `before` is how the member stood when the month began. One or two stretches; none for a pack that
    shares with other members, whose outcome is not the member's alone.
    """
    if pack.collective:
        return ()
    exact = replace(pack, steps=tuple(replace(step, rounding=None) for step in pack.steps))
    role = pack.pool[0]

    def paid(extra: Decimal) -> list[Decimal]:
        roles = {**facts.roles, role: facts.roles.get(role, ZERO) + extra}
        allocation, _ = close(divide("", exact, facts._replace(roles=roles), before))
        return [result.paid for result in allocation.steps]

    def slopes(extra: Decimal) -> list[Decimal]:
        return [
            (after - now) / _LITTLE for now, after in zip(paid(extra), paid(extra + _LITTLE), strict=True)
        ]

    def kept(of_steps: list[Decimal]) -> Decimal:
        return sum(
            (of for of, step in zip(of_steps, pack.steps, strict=True) if step.party in KEPT_PARTIES), ZERO
        )

    def corner_after(extra: Decimal, slope: list[Decimal]) -> Decimal | None:
        """The next corner, to the cent, of what the steps pay; none up to FAR."""
        now = paid(extra)

        def straight(cents: int) -> bool:
            more = cents * CENT
            return paid(extra + more) == [a + each * more for a, each in zip(now, slope, strict=True)]

        low, high = 0, int((FAR - extra) / CENT)
        if straight(high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if straight(middle) else (low, middle)
        return extra + (low if slopes(extra + low * CENT) != slope else high) * CENT

    with localcontext(EXACT):
        slope = slopes(ZERO)
        first = kept(slope)
        corner = corner_after(ZERO, slope)
        while corner is not None and corner < FAR:
            slope = slopes(corner)
            if kept(slope) != first:
                return Stretch(ZERO, first), Stretch(corner, kept(slope))
            corner = corner_after(corner, slope)
        return (Stretch(ZERO, first),)
