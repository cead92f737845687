"""The return for the municipality: what it needs to settle the benefit, and no more.

No payees and nothing of what a pot was spent on. The three sums have the names that a benefit
specification uses; with what else the income went to they add up.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.income import parts_of
from scharrel.core.money import ZERO, plain, total
from scharrel.core.month import Month
from scharrel.core.pack import Figure
from scharrel.core.period import Period
from scharrel.core.settling import ends
from scharrel.core.trace import Allocation, StepResult
from scharrel.statements.data import StatementData
from scharrel.statements.member import Corrected, Used, corrected, correction_figures, limits_used
from scharrel.text.grounds import cited
from scharrel.text.periods import period_name, provisional
from scharrel.text.sentences import label, left_open
from scharrel.text.words import Words, usual, visible


class ReturnLine(NamedTuple):
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
    """A limit of a step that holds for the member this month, in euros."""

    label: str
    code: str
    figure: Figure


class Sums(NamedTuple):
    """A month of the period by which the municipality settles, or all of them together, or corrections of
    earlier months. Amounts in euros: `reported` is `exempt`, `offset` and `other`."""

    turnover: Decimal
    deducted: Decimal
    reported: Decimal
    exempt: Decimal
    offset: Decimal
    other: Decimal
    reduction: Decimal

    @property
    def payment(self) -> Decimal:
        """What is offset by paying it to the municipality."""
        return self.offset - self.reduction


NO_SUMS = Sums(*[ZERO] * 7)


class Whole(NamedTuple):
    """A period by which the municipality settles, with its name, each of its months and their totals."""

    period: Period
    called: str
    months: Sequence[tuple[Month, Sums]]
    total: Sums


class Return(NamedTuple):
    """One member's month as the municipality needs it. Amounts in euros. `held` has the title of the rules
    of each month.

    `turnover`, `carried` and `loss` (what is left of a loss) less what is `deducted` are `sums.reported`, and
    that is the sum of the `parts`. `own` is what was booked and is not deducted. `sums.reduction` is the part
    of the offset by which the benefit goes down, the rest is paid to the municipality. Where it settles by
    the quarter or year, `provisional` says so, and the last month of that has the `whole`. Who is not `here`
    any more is told what was put right; `corrected` is what that comes to.
    """

    coop: str
    member: str
    name: str
    month: Month
    pack: str
    held: Mapping[Month, str]
    here: bool
    turnover: Decimal
    carried: Decimal
    loss: Decimal
    costs: Mapping[str, Decimal]
    deducted: Sequence[ReturnLine]
    own: Sequence[ReturnLine]
    sums: Sums
    parts: Mapping[str, Decimal]
    left_open: Sequence[tuple[str, Decimal]]
    steps: Sequence[ReturnLine]
    months: Sequence[Used]
    norms: Sequence[Norm]
    late: Sequence[Late]
    corrections: Sequence[Corrected]
    corrected: Sums
    provisional: str
    open_still: bool
    restated_in: Sequence[Month]
    whole: Whole | None

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the return can be checked."""
        amounts = {
            "turnover": self.turnover,
            "carried": self.carried,
            **{f"costs {category}": amount for category, amount in self.costs.items()},
            **{f"not deducted {line.label}": line.paid for line in self.own},
            "loss": self.loss,
            "reported": self.sums.reported,
            **self.parts,
            "reduction": self.sums.reduction,
        }
        whole = self.whole.total._asdict() if self.whole else {}
        return (
            {f"{self.month} {key}": amount for key, amount in amounts.items()}
            | correction_figures(self.corrections)
            | {f"{self.whole.period} {key}": amount for key, amount in whole.items() if self.whole}
        )


class Cover(NamedTuple):
    """The list that goes on top: a line a member, the corrections, and the totals in euros."""

    coop: str
    month: Month
    returns: Sequence[Return]

    @property
    def rows(self) -> list[Return]:
        """The returns of those who are members this month."""
        return [row for row in self.returns if row.here]

    @property
    def total(self) -> Sums:
        return added(row.sums for row in self.rows)

    @property
    def corrected(self) -> Sums:
        return added(row.corrected for row in self.returns)

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the cover list can be checked."""
        keys = ("turnover", "reported", "exempt", "offset", "other", "reduction")
        return {f"{row.member} {key}": getattr(row.sums, key) for row in self.rows for key in keys} | {
            f"{row.member} corrected {key}": getattr(row.corrected, key)
            for row in self.returns
            if row.corrections
            for key in keys
        }


def municipality_return(words: Words, data: StatementData) -> Return:
    """The return of the month."""
    month = data.allocation
    costly = [r for r in month.steps if r.step.party == "supplier"]
    deducted = [r for r in costly if not r.step.own]
    roles = {r.step.role for r in costly}
    costs: dict[str, Decimal] = {}
    for movement in data.counted():
        if data.roles.get(movement.account) in roles and movement.currency == "EUR":
            category = _category(movement.account)
            costs[category] = costs.get(category, ZERO) + movement.amount

    for w in month.worn:
        if w.step in {r.step.id for r in costly}:
            category = _category(w.expense)
            costs[category] = costs.get(category, ZERO) + w.amount

    def line(result: StepResult) -> ReturnLine:
        source = month.pack.sources[result.step.source]
        return ReturnLine(label(words, result.step), result.paid, cited(words, source))

    return Return(
        coop=data.coop,
        member=data.member.id,
        name=data.member.name,
        month=month.month,
        pack=month.pack.title,
        held={a.month: a.pack.title for a in data.allocations},
        here=data.here,
        turnover=month.came_in,
        carried=month.carried,
        loss=month.loss,
        costs=dict(sorted(costs.items())),
        deducted=[line(r) for r in deducted],
        own=[line(r)._replace(paid=r.own) for r in month.steps if r.own],
        sums=_sums(month),
        parts=parts_of(month),
        left_open=left_open(words, data.allocations[-1]),
        steps=[line(r) for r in month.steps if r not in costly],
        months=[used for r in month.steps for used in limits_used(words, r) if used.code == "months-used"],
        norms=[
            Norm(label(words, r.step), level.code, level.figure)
            for r in month.steps
            for level in r.levels
            if r.step.party in ("municipality", "member") and not {"condition", "age"} & set(r.why)
        ],
        late=_late(words, data),
        corrections=(righted := corrected(words, data, [data.month], private=True)),
        corrected=added(correction_sums(entry) for entry in righted),
        provisional=provisional(words, month),
        open_still=data.open_still,
        restated_in=data.restated_in,
        whole=_whole(words, data),
    )


def _category(account: str) -> str:
    """What the account is for, as it is printed and as the seal's figure is named."""
    return visible(account.partition(":")[2].replace(":", ": "))


def _sums(month: Allocation) -> Sums:
    """What the municipality looks at in a month."""
    deducted = total(r.paid for r in month.steps if r.step.party == "supplier" and not r.step.own)
    parts = parts_of(month)
    reported = total(parts.values())
    exempt, offset = parts["exempt"], parts["offset"]
    reduction = total(r.paid for r in month.steps if r.step.reduction)
    return Sums(month.came_in, deducted, reported, exempt, offset, reported - exempt - offset, reduction)


def correction_sums(entry: Corrected) -> Sums:
    """What a correction changes of the sums; of turnover and costs only what is posted is known."""
    more = entry.difference
    if entry.part in ("turnover", "deducted"):
        return NO_SUMS._replace(**{entry.part: more})
    named = entry.part if entry.part in ("exempt", "offset") else "other"
    return NO_SUMS._replace(**{"reported": more, named: more, "reduction": more if entry.reduction else ZERO})


def added(sums: Iterable[Sums]) -> Sums:
    """All of these together."""
    return Sums(*(total(column) for column in zip(NO_SUMS, *sums, strict=True)))


def _whole(words: Words, data: StatementData) -> Whole | None:
    """The period that ends with the month, of the months that are settled with it."""
    period = data.allocation.period
    if period is None or data.month != ends(data.member, period):
        return None
    months = [(a.month, _sums(a)) for a in data.of_period(period) if a.period == period]
    return Whole(period, period_name(words, period), months, added(sums for _, sums in months))


_REST = {
    "above": "InkomstenBovenUitkering", "tax": "Belastingreserve", "coop": "BijdrageCooperatie",
    "pot": "Spaarpot", "community": "Buurt", "shared": "AndereLeden",
}  # fmt: skip
CSV_HEADER = (
    "month", "member", "name", "rules", "turnover", "carried", "deducted",
    "OpgegevenInkomsten", "InkomstenVrijlating", "TeVerrekenenInkomsten", "reduction",
    *_REST.values(), "loss", "booked", "correction", "was", "becomes",
)  # fmt: skip
"""The columns of the CSV, described in docs/statements.md."""


def as_csv(rows: Iterable[Return]) -> str:
    """The returns for the municipality's own system: a line a member, then one a correction, amounts with a
    point."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_HEADER)
    returns = list(rows)
    for row in (row for row in returns if row.here):
        writer.writerow(_line(row, row.month, row.sums, row.parts, row.carried, row.loss))
    for row in returns:
        for c in row.corrections:
            line = _line(row, c.month, correction_sums(c), {c.part: c.difference}, ZERO, ZERO)
            writer.writerow([*line[:-3], spreadsheet_cell(c.label), plain(c.was), plain(c.becomes)])
    return text.getvalue()


def _line(
    row: Return, month: Month, sums: Sums, parts: Mapping[str, Decimal], carried: Decimal, loss: Decimal
) -> list[str]:
    """A line of the CSV without a correction."""
    amounts = (
        sums.turnover, carried, sums.deducted, sums.reported, sums.exempt, sums.offset, sums.reduction,
        *(parts.get(part, ZERO) for part in _REST), loss,
    )  # fmt: skip
    about = [
        str(month),
        row.member,
        spreadsheet_cell(row.name),
        spreadsheet_cell(row.held.get(month, row.pack)),
    ]
    return [*about, *map(plain, amounts), str(row.month), "", "", ""]


def spreadsheet_cell(text: str) -> str:
    """The text so that a spreadsheet does not take it for a formula."""
    shown = visible(text)
    return "'" + shown if shown.startswith(("=", "+", "-", "@")) else shown


def _late(words: Words, data: StatementData) -> list[Late]:
    """By role and month, in words: what counts in another month than that in which it was booked."""
    seen = data.allocation.pack.roles()
    sums: dict[tuple[str, Month, Month], Decimal] = {}
    for movement in data.movements:
        if movement.earned is None or movement.currency != "EUR":
            continue
        booked = Month.of(movement.day)
        role = data.roles.get(movement.account)
        if role in seen and booked != movement.counts and data.month in (booked, movement.counts):
            key = (str(role), booked, movement.counts)
            sums[key] = sums.get(key, ZERO) + movement.amount
    return [
        Late(usual(words, "role", role) or role, amount, booked, counts)
        for (role, booked, counts), amount in sorted(sums.items())
    ]
