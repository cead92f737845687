"""The year statement: the months one below the other, for member and municipality."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, plain, total
from scharrel.core.month import Month
from scharrel.core.month import months as month_range
from scharrel.core.pack import PARTIES
from scharrel.core.trace import Allocation, summary_of
from scharrel.statements.member import Corrected, corrected, correction_figures
from scharrel.statements.seal import month_figures
from scharrel.statements.statement_data import Dossier
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


class Closing(NamedTuple):
    """A pot at the end, in euros."""

    label: str
    level: Decimal


class YearView(NamedTuple):
    """A member's year up to a month; `parties` are those that got something, in the order of `paid`.

    `provisional` says of which periods the municipality has yet to settle what goes to it.
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
    pots: Sequence[Closing]
    corrections: Sequence[Corrected]
    left_open: Sequence[tuple[str, Decimal]]


def year_view(words: Words, dossier: Dossier) -> YearView:
    """The year of the dossier's month."""
    months = dossier.of_year(dossier.month.year)
    summaries = [summary_of(month) for month in months]
    parties = [
        party for party in PARTIES if party != "member" and any(summary.paid[party] for summary in summaries)
    ]
    rows = [
        YearRow(month.month, month.came_in, [summary.paid[party] for party in parties], month.keep)
        for month, summary in zip(months, summaries, strict=True)
    ]
    sums = YearRow(
        dossier.month,
        total(row.came_in for row in rows),
        [total(column) for column in zip(*(row.paid for row in rows), strict=True)],
        total(row.keep for row in rows),
    )
    totals: dict[tuple[str, str], Decimal] = {}
    for month in months:
        for result in month.steps:
            key = (month.pack.title, label(words, result.step))
            totals[key] = totals.get(key, ZERO) + result.paid
    return YearView(
        coop=dossier.coop,
        name=dossier.member.name,
        year=dossier.month.year,
        through=dossier.month,
        parties=parties,
        rows=rows,
        total=sums,
        provisional=list(dict.fromkeys(provisional(words, month) for month in months if month.provisional)),
        steps=[StepTotal(pack, name, paid) for (pack, name), paid in totals.items() if paid],
        pots=[
            Closing(account.rpartition(":")[2], dossier.allocation.balances.get(account, ZERO))
            for account in dossier.pot_accounts()
        ],
        corrections=corrected(words, dossier.corrected_in_year()),
        left_open=left_open(words, dossier.allocations[-1]),
    )


def year_figures(dossier: Dossier) -> dict[str, str]:
    """The amounts by which the year statement can be checked."""
    months: Sequence[Allocation] = dossier.of_year(dossier.month.year)
    figures = {key: value for month in months for key, value in month_figures(month).items()}
    last = dossier.allocation
    pots = {f"pot {account}": plain(last.balances.get(account, ZERO)) for account in dossier.pot_accounts()}
    booked = month_range(Month(dossier.month.year, 1), dossier.month)
    return figures | pots | correction_figures(dossier, booked)
