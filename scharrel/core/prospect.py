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

    with localcontext(EXACT):
        now, first = paid(ZERO), slopes(ZERO)

        def straight(extra: Decimal) -> bool:
            return paid(extra) == [amount + slope * extra for amount, slope in zip(now, first, strict=True)]

        if straight(FAR):
            return (Stretch(ZERO, kept(first)),)
        before_corner, after_corner = 0, int(FAR / CENT)
        while after_corner - before_corner > 1:
            middle = (before_corner + after_corner) // 2
            if straight(middle * CENT):
                before_corner = middle
            else:
                after_corner = middle
        corner = before_corner * CENT if slopes(before_corner * CENT) != first else after_corner * CENT
        return Stretch(ZERO, kept(first)), Stretch(corner, kept(slopes(corner)))
