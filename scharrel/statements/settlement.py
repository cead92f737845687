"""The settlement of a year or a quarter: what its months booked and what it definitively comes to."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Settlement
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import PARTIES
from scharrel.core.period import Period
from scharrel.core.settling import uncovered
from scharrel.statements.data import StatementData
from scharrel.text.corrections import because
from scharrel.text.periods import period_name
from scharrel.text.sentences import label
from scharrel.text.words import Words


class SettledStep(NamedTuple):
    """A step over the period, in euros: what the months booked themselves, and what it comes to."""

    id: str
    label: str
    party: str
    posted: Decimal
    definitive: Decimal

    @property
    def difference(self) -> Decimal:
        return self.definitive - self.posted


class SettlementView(NamedTuple):
    """A member's settled period, by its name. Amounts in euros.

    `booked` are the months in which differences were booked, `parties` what each gets more (or, below
    zero, less), `uncovered` what is due for which the period had no money.
    """

    coop: str
    name: str
    period: Period
    called: str
    through: Month
    source: str
    steps: Sequence[SettledStep]
    parties: Sequence[tuple[str, Decimal]]
    booked: Sequence[Month]
    reasons: Sequence[str]
    uncovered: Decimal

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the settlement can be checked."""
        return {
            f"{self.period} {what} {step.id}": amount
            for step in self.steps
            for what, amount in (("posted", step.posted), ("definitive", step.definitive))
        } | {f"{self.period} uncovered": self.uncovered}


def settlement_view(words: Words, data: StatementData, settlement: Settlement) -> SettlementView:
    """The settlement of a period that has months in the data."""
    months = data.of_period(settlement.period)
    corrections = [
        (booked, entry.label, entry.correction)
        for booked, found in sorted(data.corrections.items())
        for entry in found
        if settlement.period.covers(entry.correction.of)
    ]
    later: dict[tuple[str, str], Decimal] = {}
    for _, _, c in corrections:
        later[c.pack, c.step] = later.get((c.pack, c.step), ZERO) + c.difference
    steps: dict[tuple[str, str], SettledStep] = {}
    for allocation in months:
        for result in allocation.steps:
            if result.step.to:
                key = allocation.pack.id, result.step.id
                known = steps.get(key) or SettledStep(
                    result.step.id, label(words, result.step), result.step.party, -later.pop(key, ZERO), ZERO
                )
                steps[key] = known._replace(
                    posted=known.posted + result.paid, definitive=known.definitive + result.paid
                )
    # What is left belongs to a step that the period has no more.
    named = {(c.pack, c.step): name for _, name, c in corrections}
    for key, amount in later.items():
        steps[key] = SettledStep(key[1], named[key], "", -amount, ZERO)
    found = [step for step in steps.values() if step.posted or step.definitive]
    return SettlementView(
        coop=data.coop,
        name=data.member.name,
        period=settlement.period,
        called=period_name(words, settlement.period),
        through=data.month,
        source=settlement.source,
        steps=found,
        parties=[
            (party, difference)
            for party in PARTIES
            if (difference := total(s.difference for s in found if s.party == party))
        ],
        booked=sorted({booked for booked, _, _ in corrections}),
        reasons=list(
            dict.fromkeys(because(words, c._replace(settles="")) for _, _, c in corrections if c.because)
        ),
        uncovered=uncovered(settlement, months),
    )
