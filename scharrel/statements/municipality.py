"""The return for the municipality: what it needs to settle the benefit, and no more.

No payees and nothing of what a pot was spent on. The three sums have the names that a benefit
specification uses.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, plain
from scharrel.core.month import Month
from scharrel.core.pack import Figure
from scharrel.core.period import Period
from scharrel.core.settling import ends
from scharrel.core.trace import Allocation, StepResult
from scharrel.statements.dossier import Dossier
from scharrel.statements.member import Corrected, Used, corrected, limits
from scharrel.text.grounds import cited
from scharrel.text.periods import period_name, provisional
from scharrel.text.sentences import label
from scharrel.text.words import Words, usual, visible


class Line(NamedTuple):
    """A step with what it paid in euros, and what it rests on."""

    label: str
    paid: Decimal
    source: str


class Late(NamedTuple):
    """An amount in euros booked in one month that counts in another."""

    role: str
    amount: Decimal
    booked: Month
    counts: Month


class Norm(NamedTuple):
    """A limit of a step in force this month, in euros."""

    label: str
    code: str
    figure: Figure


class Sums(NamedTuple):
    """A month of the period by which the municipality settles, or all of them together. Amounts in euros."""

    turnover: Decimal
    deducted: Decimal
    reported: Decimal
    exempt: Decimal
    offset: Decimal


class Whole(NamedTuple):
    """A period by which the municipality settles, with its name, each of its months and their totals."""

    period: Period
    called: str
    months: Sequence[tuple[Month, Sums]]
    total: Sums


class Return(NamedTuple):
    """One member's month as the municipality needs it. Amounts in euros.

    `own` is what was booked and is not deducted. `reported` less `exempt` is `offset`; `reduction` is the
    part of `offset` by which the benefit goes down, the rest is paid to the municipality. Where it settles
    by the quarter or year, `provisional` says so, and the last month of that has the `whole`.
    """

    coop: str
    member: str
    name: str
    month: Month
    pack: str
    turnover: Decimal
    carried: Decimal
    costs: Mapping[str, Decimal]
    deducted: Sequence[Line]
    own: Sequence[Line]
    reported: Decimal
    exempt: Decimal
    offset: Decimal
    reduction: Decimal
    steps: Sequence[Line]
    months: Sequence[Used]
    norms: Sequence[Norm]
    late: Sequence[Late]
    corrections: Sequence[Corrected]
    provisional: str
    open_still: bool
    restated_in: Sequence[Month]
    whole: Whole | None


class Cover(NamedTuple):
    """The list that goes on top: a line a member, and the totals in euros."""

    coop: str
    month: Month
    rows: Sequence[Return]

    def total(self, key: str) -> Decimal:
        return sum((getattr(row, key) for row in self.rows), ZERO)


def municipality_return(words: Words, dossier: Dossier) -> Return:
    """The return of the dossier's month."""
    month = dossier.allocation
    costly = [r for r in month.steps if r.step.party == "supplier"]
    deducted = [r for r in costly if not r.step.own]
    offsetting = [r for r in month.steps if r.step.party == "municipality"]
    sums = _sums(month)
    roles = {r.step.role for r in costly}
    costs: dict[str, Decimal] = {}
    for movement in dossier.counted():
        if dossier.roles.get(movement.account) in roles and movement.currency == "EUR":
            category = visible(movement.account.partition(":")[2].replace(":", ": "))
            costs[category] = costs.get(category, ZERO) + movement.amount

    for w in month.worn:
        if w.step in {r.step.id for r in costly}:
            category = visible(w.expense.partition(":")[2].replace(":", ": "))
            costs[category] = costs.get(category, ZERO) + w.amount

    def line(result: StepResult) -> Line:
        source = month.pack.sources[result.step.source]
        return Line(label(words, result.step), result.paid, cited(words, source))

    return Return(
        coop=dossier.coop,
        member=dossier.member.id,
        name=dossier.member.name,
        month=month.month,
        pack=month.pack.title,
        turnover=month.came_in,
        carried=month.carried,
        costs=dict(sorted(costs.items())),
        deducted=[line(r) for r in deducted],
        own=[line(r)._replace(paid=r.own) for r in month.steps if r.own],
        reported=sums.reported,
        exempt=sums.exempt,
        offset=sums.offset,
        reduction=sum((r.paid for r in offsetting if r.step.reduction), ZERO),
        steps=[line(r) for r in month.steps if r not in costly],
        months=[used for r in month.steps for used in limits(words, r) if used.code == "months-used"],
        norms=[
            Norm(label(words, r.step), quota.code, quota.figure)
            for r in month.steps
            for quota in r.quotas
            if r.step.party in ("municipality", "member")
        ],
        late=_late(words, dossier),
        corrections=[entry._replace(reason="") for entry in corrected(words, dossier, [dossier.month])],
        provisional=provisional(words, month),
        open_still=dossier.open_still,
        restated_in=dossier.restated_in,
        whole=_whole(words, dossier),
    )


def _sums(month: Allocation) -> Sums:
    """What the municipality looks at in a month."""
    deducted = sum((r.paid for r in month.steps if r.step.party == "supplier" and not r.step.own), ZERO)
    reported = month.pool - deducted
    offset = month.paid_to("municipality")
    return Sums(month.came_in, deducted, reported, reported - offset, offset)


def _whole(words: Words, dossier: Dossier) -> Whole | None:
    """The period that ends with the dossier's month, of the months that are settled with it."""
    period = dossier.allocation.period
    if period is None or dossier.month != ends(dossier.member, period):
        return None
    months = [(a.month, _sums(a)) for a in dossier.of_period(period) if a.period == period]
    total = Sums(*(sum(column, ZERO) for column in zip(*(sums for _, sums in months), strict=True)))
    return Whole(period, period_name(words, period), months, total)


def return_figures(view: Return) -> dict[str, str]:
    """The amounts by which the return can be checked."""
    name = str(view.month)
    return {
        f"{name} turnover": plain(view.turnover),
        f"{name} carried": plain(view.carried),
        **{f"{name} costs {category}": plain(amount) for category, amount in view.costs.items()},
        **{f"{name} not deducted {line.label}": plain(line.paid) for line in view.own},
        f"{name} reported": plain(view.reported),
        f"{name} exempt": plain(view.exempt),
        f"{name} offset": plain(view.offset),
        f"{name} reduction": plain(view.reduction),
    } | (
        {f"{view.whole.period} {key}": plain(amount) for key, amount in view.whole.total._asdict().items()}
        if view.whole
        else {}
    )


def cover_figures(cover: Cover) -> dict[str, str]:
    """The amounts by which the cover list can be checked."""
    keys = ("turnover", "reported", "exempt", "offset", "reduction")
    return {f"{row.member} {key}": plain(getattr(row, key)) for row in cover.rows for key in keys}


CSV_HEADER = (
    "month", "member", "name", "rules", "turnover", "carried", "deducted",
    "OpgegevenInkomsten", "InkomstenVrijlating", "TeVerrekenenInkomsten", "reduction",
)  # fmt: skip
"""The columns of the CSV, described in docs/statements.md."""


def as_csv(rows: Iterable[Return]) -> str:
    """The returns for the municipality's own system: a line a member, amounts with a point."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_HEADER)
    for row in rows:
        deducted = sum((line.paid for line in row.deducted), ZERO)
        amounts = (
            row.turnover, row.carried, deducted, row.reported, row.exempt, row.offset, row.reduction,
        )  # fmt: skip
        writer.writerow([str(row.month), row.member, _cell(row.name), _cell(row.pack), *map(plain, amounts)])
    return text.getvalue()


def _cell(text: str) -> str:
    """The text so that a spreadsheet does not take it for a formula."""
    shown = visible(text)
    return "'" + shown if shown.startswith(("=", "+", "-", "@")) else shown


def _late(words: Words, dossier: Dossier) -> list[Late]:
    """By role and month, in words: what counts in another month than that in which it was booked."""
    seen = dossier.allocation.pack.roles()
    sums: dict[tuple[str, Month, Month], Decimal] = {}
    for movement in dossier.movements:
        if movement.earned is None or movement.currency != "EUR":
            continue
        booked = Month.of(movement.day)
        role = dossier.roles.get(movement.account)
        if role in seen and booked != movement.counts and dossier.month in (booked, movement.counts):
            key = (str(role), booked, movement.counts)
            sums[key] = sums.get(key, ZERO) + movement.amount
    return [
        Late(usual(words, "role", role) or role, amount, booked, counts)
        for (role, booked, counts), amount in sorted(sums.items())
    ]
