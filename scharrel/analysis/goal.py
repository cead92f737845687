"""Looking for the figure with which a total comes as near as possible to a goal."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from scharrel.analysis.simulation import Setting


class Goal(NamedTuple):
    """What a party is to get, in euros, by the figure of this setting."""

    party: str
    amount: Decimal
    sought: Setting


class Found(NamedTuple):
    """A figure, in grains, with which the total (euros) comes as near to the goal as it can.

    `lowest` and `highest` are the outermost totals that were seen. Not `steady`: the total does not always
    move the same way as the figure grows, so another figure may come as near.
    """

    figure: int
    total: Decimal
    lowest: Decimal
    highest: Decimal
    steady: bool


def seek(total: Callable[[int], Decimal], goal: Decimal, points: Sequence[int], near: int) -> Found | None:
    """Try the points (growing), then halve between the two around the goal; of several such pairs the one
    that is nearest to the figure `near`. None when the total is the same at every point."""
    seen: dict[int, Decimal] = {}

    def at(figure: int) -> Decimal:
        if figure not in seen:
            seen[figure] = total(figure)
        return seen[figure]

    tried = [(point, at(point)) for point in points]
    lowest, highest = min(seen.values()), max(seen.values())
    if lowest == highest:
        return None
    aim = min(max(goal, lowest), highest)
    around = [
        (low, high)
        for (low, one), (high, other) in pairwise(tried)
        if one != other and min(one, other) <= aim <= max(one, other)
    ]
    low, high = min(around, key=lambda pair: max(pair[0] - near, near - pair[1], 0))
    figure = _first(at, low, high, aim)
    if figure > low and abs(at(figure - 1) - aim) < abs(at(figure) - aim):
        figure -= 1
    totals = [seen[each] for each in sorted(seen)]
    steady = totals in (sorted(totals), sorted(totals, reverse=True))
    return Found(figure, at(figure), min(totals), max(totals), steady)


def _first(at: Callable[[int], Decimal], low: int, high: int, aim: Decimal) -> int:
    """The lowest figure from which on the total has come to the aim or passed it."""
    rising = at(high) > at(low)

    def passed(figure: int) -> bool:
        return at(figure) >= aim if rising else at(figure) <= aim

    if passed(low):
        return low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passed(middle) else (middle, high)
    return high
