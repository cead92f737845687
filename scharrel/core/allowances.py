"""Allowances for what is counted, such as hours, up to a cap over all organisations together."""

from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO
from scharrel.core.trace import LimitLevel, StepResult

NEAR = Decimal("0.8")
"""The part of a cap from which it is near."""


class Room(NamedTuple):
    """What is left of the `limit` that comes first: how much of it is `used` after this month's payment, in
    euros, and how many whole `units` are still paid below it."""

    limit: LimitLevel
    used: Decimal
    units: int

    @property
    def near(self) -> bool:
        return self.used >= self.limit.figure.value * NEAR


def room(result: StepResult) -> Room | None:
    """How far an allowance by the unit is from its cap of the month or year; nothing if there is none, or
    nothing was used of it."""
    if result.step.kind != "per" or result.figure is None or result.figure.value <= 0:
        return None
    found = [
        Room(limit, used, int(max(limit.figure.value - used, ZERO) // result.figure.value))
        for limit in result.levels
        if limit.code in ("cap-month", "cap-year") and (used := limit.used + result.paid) > 0
    ]
    return min(found, key=lambda left: left.units, default=None)


def passed(result: StepResult) -> Room | None:
    """The cap that what was paid elsewhere and here passes together; above it the whole counts as income."""
    if not result.step.counts:
        return None
    for limit in result.levels:
        used = limit.used + result.paid
        if limit.code in ("cap-month", "cap-year") and used > limit.figure.value:
            return Room(limit, used, 0)
    return None
