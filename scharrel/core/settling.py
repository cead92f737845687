"""Settling a year or a quarter: what is definitively due takes the place of what the months took."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from scharrel.core.facts import Holder, Settlement
from scharrel.core.money import share_out, total
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.period import Period
from scharrel.core.trace import Allocation


def settled_steps(pack: Pack, period: Period) -> list[str]:
    """The steps that a settlement of the period can be about: of a year those that set aside for tax, and of
    what the municipality settles by those of the municipality."""
    parties = {"tax"} if period.span == "year" else set()
    if pack.settled == period.span:
        parties.add("municipality")
    return [step.id for step in pack.steps[:-1] if step.party in parties and step.to]


def ends(member: Holder, period: Period) -> Month:
    """The last month in the period that is one of the member's; the last of all if none is."""
    return max((month for month in period.months() if member.active(month)), default=period.last)


def packs_in(member: Holder, packs: Mapping[str, Pack], period: Period) -> list[Pack]:
    """The rules under which the member is in the period, as far as they are known."""
    names = dict.fromkeys(
        str(member.facts(month).get("rules")) for month in period.months() if member.active(month)
    )
    return [packs[name] for name in names if name in packs]


def in_settling_order(
    group: Sequence[Holder], packs: Mapping[str, Pack]
) -> list[list[tuple[Holder, Settlement]]]:
    """What is definitive, in the order in which it is divided over the months: by year, then what comes first
    in the rules, since it decides how much there is when the turn of the next comes, then by period."""
    found: dict[tuple[int, int, Period], list[tuple[Holder, Settlement]]] = {}
    for member in group:
        for period in sorted({settlement.period for settlement in member.settlements}):
            settlement = member.settlement(period)
            used = packs_in(member, packs, period)
            for party in ("tax", "municipality"):
                places = {
                    step.id: nth
                    for pack in used
                    for nth, step in enumerate(pack.steps)
                    if step.party == party and step.id in settled_steps(pack, period)
                }
                if settlement and (due := tuple(entry for entry in settlement.due if entry[0] in places)):
                    key = period.first.year, min(places[step] for step, _ in due), period
                    found.setdefault(key, []).append((member, settlement._replace(due=due)))
    return [found[key] for key in sorted(found)]


def by_month(
    settlement: Settlement, allocations: Sequence[Allocation]
) -> Mapping[Month, Mapping[str, Decimal]]:
    """What is due in each month of the period, by step, in euros: each month bears it as it bore the
    profit, in proportion to what there was when the step's turn came. Nowhere more than there was.
    """
    found: dict[Month, dict[str, Decimal]] = {}
    for step_id, due in settlement.due:
        months = {
            str(allocation.month): result.left_before
            for allocation in allocations
            for result in allocation.steps
            if settlement.period.covers(allocation.month)
            and result.step.id == step_id
            and step_id in settled_steps(allocation.pack, settlement.period)
        }
        there = total(months.values())
        for month, part in share_out(min(due, there), months).items() if months else ():
            found.setdefault(Month.parse(month), {})[step_id] = part
    return found


def uncovered(settlement: Settlement, allocations: Sequence[Allocation]) -> Decimal:
    """What is due for which the period's pool had no money, in euros."""
    due = dict(settlement.due)
    paid = total(
        result.paid
        for allocation in allocations
        if settlement.period.covers(allocation.month)
        for result in allocation.steps
        if result.definitive is not None and result.step.id in due
    )
    return total(due.values()) - paid


def as_it_was(member: Holder, pack: Pack, month: Month) -> bool:
    """Whether a period ends with the month of which the municipality decided that it stays as it was."""
    if pack.settled == "month" or not member.settlements:
        return False
    period = Period.of(pack.settled, month)
    settlement = member.settlement(period)
    return settlement is not None and not settlement.due and month == ends(member, period)


def decided(member: Holder, pack: Pack, period: Period) -> bool:
    """Whether what the municipality takes in the period is definitive: its settlement is about that, or has
    no amounts."""
    settlement = member.settlement(period)
    if settlement is None:
        return False
    named = {step for step, _ in settlement.due}
    return not named or any(step.id in named for step in pack.steps if step.party == "municipality")
