"""The year statement: the months one below the other, for member and municipality."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import PARTIES
from scharrel.core.trace import Allocation, summary_of
from scharrel.statements.data import StatementData
from scharrel.statements.member import Corrected, corrected, correction_figures
from scharrel.statements.seal import month_figures
from scharrel.text.accounts import pot_name
from scharrel.text.periods import provisional
from scharrel.text.sentences import label, left_open
from scharrel.text.words import Words


class YearRow(NamedTuple):
    """One month: what came in, what each party got, what the member keeps, in euros."""

    month: Month
    came_in: Decimal
    paid: Sequence[Decimal]
    keep: Decimal


class StepTotal(NamedTuple):
    """What a step paid in the year, in euros."""

    pack: str
    label: str
    paid: Decimal


class PotAtEnd(NamedTuple):
    """A pot at the end, in euros."""

    label: str
    level: Decimal


class YearView(NamedTuple):
    """A member's year up to a month; `parties` are those that got something, in the order of `paid`.

    `levels` is what is in each pot at the end by its account; `provisional` says of which periods the
    municipality has yet to settle what goes to it.
    """

    coop: str
    name: str
    year: int
    through: Month
    parties: Sequence[str]
    rows: Sequence[YearRow]
    total: YearRow
    provisional: Sequence[str]
    steps: Sequence[StepTotal]
    pots: Sequence[PotAtEnd]
    corrections: Sequence[Corrected]
    left_open: Sequence[tuple[str, Decimal]]
    offset: Decimal
    allocations: Sequence[Allocation]
    levels: Mapping[str, Decimal]

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the year statement can be checked."""
        months = {name: paid for month in self.allocations for name, paid in month_figures(month).items()}
        pots = {f"pot {account}": level for account, level in self.levels.items()}
        return months | pots | correction_figures(self.corrections)


def year_view(words: Words, data: StatementData) -> YearView:
    """The year up to the month."""
    months = data.of_year(data.month.year)
    summaries = [summary_of(month) for month in months]
    parties = [
        party for party in PARTIES if party != "member" and any(summary.paid[party] for summary in summaries)
    ]
    rows = [
        YearRow(month.month, month.came_in, [summary.paid[party] for party in parties], month.keep)
        for month, summary in zip(months, summaries, strict=True)
    ]
    sums = YearRow(
        data.month,
        total(row.came_in for row in rows),
        [total(column) for column in zip(*(row.paid for row in rows), strict=True)],
        total(row.keep for row in rows),
    )
    levels = data.pot_levels()
    return YearView(
        coop=data.coop,
        name=data.member.name,
        year=data.month.year,
        through=data.month,
        parties=parties,
        rows=rows,
        total=sums,
        provisional=list(dict.fromkeys(provisional(words, month) for month in months if month.provisional)),
        steps=[step for step in step_totals(words, months) if step.paid],
        pots=[PotAtEnd(pot_name(data.called, account), level) for account, level in levels.items()],
        corrections=corrected(words, data, data.year_so_far()),
        left_open=left_open(words, data.allocations[-1]),
        offset=total(r.paid for month in months for r in month.steps if r.step.reduction),
        allocations=months,
        levels=levels,
    )


def step_totals(words: Words, allocations: Sequence[Allocation]) -> list[StepTotal]:
    """What each step paid in all of these, by its rules and its name."""
    totals: dict[tuple[str, str], Decimal] = {}
    for allocation in allocations:
        for result in allocation.steps:
            key = (allocation.pack.title, label(words, result.step))
            totals[key] = totals.get(key, ZERO) + result.paid
    return [StepTotal(pack, name, paid) for (pack, name), paid in totals.items()]
