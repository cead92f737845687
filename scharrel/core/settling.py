"""Settling a year: what is definitively due for tax takes the place of what was set aside."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from scharrel.core.facts import Settlement
from scharrel.core.money import ZERO, share_out
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.trace import Allocation


def settled_steps(pack: Pack) -> list[str]:
    """The steps that set aside for tax: those that an assessment can be about."""
    return [step.id for step in pack.steps[:-1] if step.party == "tax" and step.to]


def by_month(
    settlement: Settlement, allocations: Sequence[Allocation]
) -> Mapping[Month, Mapping[str, Decimal]]:
    """What is due in each month of the year, by step, in euros: each month bears the tax as it bore the
    profit, in proportion to what there was when the step's turn came. Nowhere more than there was.
    """
    found: dict[Month, dict[str, Decimal]] = {}
    for step_id, due in settlement.due:
        months = {
            str(allocation.month): result.left_before
            for allocation in allocations
            for result in allocation.steps
            if allocation.month.year == settlement.year
            and result.step.id == step_id
            and step_id in settled_steps(allocation.pack)
        }
        there = sum(months.values(), ZERO)
        for month, part in share_out(min(due, there), months).items() if months else ():
            found.setdefault(Month.parse(month), {})[step_id] = part
    return found


def uncovered(settlement: Settlement, allocations: Sequence[Allocation]) -> Decimal:
    """What is due for which the year's pool had no money, in euros."""
    paid = sum(
        (
            result.paid
            for allocation in allocations
            if allocation.month.year == settlement.year
            for result in allocation.steps
            if result.definitive is not None
        ),
        ZERO,
    )
    return sum((due for _, due in settlement.due), ZERO) - paid
