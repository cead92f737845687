"""One person's real period under several rule packs, beside each other."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Amounts
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import Pack, Step
from scharrel.core.trace import Allocation
from scharrel.reports.better_off import PeriodSums, month_sums, period_sums


class UnderPack(NamedTuple):
    """What a period leaves someone under a pack. Amounts in euros, next to the benefit.

    What is in hand of a month is what is kept and does not go into the pot, less own costs; `lowest` is the
    least of that, in `lowest_month`, and `below` counts the months in which it is less than nothing: then
    the benefit itself is touched. `pot` is what the pots hold at the end. `unsaid` are facts that steps wait
    for and that the register does not have.
    """

    pack: Pack
    sums: PeriodSums
    lowest: Decimal
    lowest_month: Month
    below: int
    pot: Decimal
    unsaid: tuple[str, ...]


def with_early_figures(pack: Pack, first: Month) -> tuple[Pack, Month | None]:
    """The pack with figures in every month from the first on: where it has none yet, those with which it
    begins. Also from when it has all of its own, if that is later."""
    late = {name: p for name, p in pack.params.items() if p.values and p.values[0][0] > first}
    early = {name: replace(p, values=((first, p.values[0][1]), *p.values[1:])) for name, p in late.items()}
    since = max((p.values[0][0] for p in late.values()), default=None)
    return (pack.with_params({**pack.params, **early}) if early else pack), since


def under_pack(
    pack: Pack,
    allocations: Sequence[Allocation],
    amounts: Amounts,
    spending: frozenset[str],
    said: Collection[str],
) -> UnderPack:
    """The months of one person, of which there is at least one, added up; `said` are the facts that the
    register has of that person."""
    months = {a.month: month_sums(a, amounts, spending) for a in allocations}
    in_hand = {month: sums.net - sums.pot for month, sums in months.items()}
    lowest_month = min(in_hand, key=lambda month: (in_hand[month], month))
    last = max(allocations, key=lambda a: a.month)
    pots = {result.step.to or "" for result in last.steps if result.step.party == "pot"}
    return UnderPack(
        pack,
        period_sums(months.values()),
        in_hand[lowest_month],
        lowest_month,
        sum(amount < 0 for amount in in_hand.values()),
        total(last.balances.get(account, ZERO) for account in pots),
        tuple(dict.fromkeys(fact for step in pack.steps for fact in _waits_for(step) if fact not in said)),
    )


def _waits_for(step: Step) -> list[str]:
    asked = [fact for fact, value in step.when or () if value not in (False, "")]
    return [*asked, *([step.until] if step.until else [])]
