"""The return for the municipality: what it needs to settle the benefit, and no more.

No payees and nothing of what a pot was spent on. The three sums have the names that a benefit
specification uses; with what else the income went to they add up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.income import parts_of
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.period import Period
from scharrel.core.settling import ends
from scharrel.core.trace import Allocation, StepResult
from scharrel.statements.correspondence import Correspondence, correspondence
from scharrel.statements.data import StatementData
from scharrel.statements.member import Corrected, Used, corrected, correction_figures, limits_used
from scharrel.statements.return_rows import behind_correction, formal_label, unfounded, why_each
from scharrel.statements.return_terms import (
    Late,
    Norm,
    Shifted,
    Worked,
    counted_elsewhere,
    granted,
    months_exempt,
    norm_of,
    paid_on,
    permission,
    worked_units,
)
from scharrel.text.grounds import rests_on
from scharrel.text.periods import period_name, provisional
from scharrel.text.sentences import label, left_open
from scharrel.text.words import Words, visible


class ReturnLine(NamedTuple):
    """A step with what it paid in euros, and what it rests on."""

    label: str
    paid: Decimal
    source: str


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


class Restated(NamedTuple):
    """What an earlier month came to before it was put right, what it comes to now, and what is behind it."""

    month: Month
    was: Sums
    becomes: Sums
    why: str = ""

    @property
    def difference(self) -> Sums:
        return Sums(*(now - before for before, now in zip(self.was, self.becomes, strict=True)))


class Return(NamedTuple):
    """One member's month as the municipality needs it. Amounts in euros. `held` has the title of the rules
    of each month.

    `turnover`, `carried` and `loss` (what is left of a loss) less what is `deducted` are `sums.reported`, and
    that is the sum of the `parts`; `because` says of each of these what it rests on, or why it is zero. `own`
    is what was booked and is not deducted. `sums.reduction` is the part of the offset by which the benefit
    goes down, the rest is paid to the municipality. Where it settles by the quarter or year, `provisional`
    says so, `to_settle` whether that has yet to happen, and the last month of that has the `whole`. `shifted`
    are costs that come from or go to another month; `last` says that the membership ends with this one, and
    `saved` is what is in the member's own pots then. Who is not `here` any more is told what was put right;
    `corrected` is what that comes to, and `restated` the same by month. `told` are the corrections by the
    names that an official knows. `unfounded` is exempt by nothing that a municipality knows of.
    """

    coop: str
    head: Correspondence
    member: str
    name: str
    client: str
    born: date | None
    month: Month
    pack: str
    held: Mapping[Month, str]
    here: bool
    last: bool
    saved: Decimal
    turnover: Decimal
    carried: Decimal
    loss: Decimal
    costs: Mapping[str, Decimal]
    deducted: Sequence[ReturnLine]
    own: Sequence[ReturnLine]
    shifted: Sequence[Shifted]
    sums: Sums
    parts: Mapping[str, Decimal]
    left_open: Sequence[tuple[str, Decimal]]
    paid: date | None
    because: Mapping[str, str]
    unfounded: Sequence[tuple[str, Decimal]]
    worked: Sequence[Worked]
    permission: date | None
    granted: Sequence[str]
    months: Sequence[Used]
    norms: Sequence[Norm]
    late: Sequence[Late]
    corrections: Sequence[Corrected]
    told: Sequence[Corrected]
    corrected: Sums
    restated: Sequence[Restated]
    provisional: str
    to_settle: bool
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
    head: Correspondence
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
    def due(self) -> Decimal:
        """What the cooperative pays to the municipality, corrections included."""
        return self.total.payment + self.corrected.payment

    @property
    def paid(self) -> date | None:
        """When the last of that was paid, if all of it was and nothing else is to be."""
        days = [row.paid for row in self.rows if row.sums.payment]
        known = [day for day in days if day]
        return max(known) if known and len(known) == len(days) and not self.corrected.payment else None

    @property
    def withheld(self) -> Decimal:
        """What goes off the benefits, corrections included."""
        return self.total.reduction + self.corrected.reduction

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


def municipality_return(words: Words, data: StatementData, made: date) -> Return:
    """The return of the month, as it is made on a day."""
    month = data.allocation
    costly = [r for r in month.steps if r.step.party == "supplier"]
    deducted = [r for r in costly if not r.step.own]
    roles = {r.step.role for r in costly}
    costs: dict[str, Decimal] = {}
    for movement in data.counted():
        if data.roles.get(movement.account) in roles and movement.currency == "EUR":
            category = _category(data, movement.account)
            costs[category] = costs.get(category, ZERO) + movement.amount

    for w in month.worn:
        if w.step in {r.step.id for r in costly}:
            category = _category(data, w.expense)
            costs[category] = costs.get(category, ZERO) + w.amount

    def line(result: StepResult) -> ReturnLine:
        return ReturnLine(
            formal_label(words, month.pack, result.step), result.paid, rests_on(words, result, month.pack)
        )

    return Return(
        coop=data.coop,
        head=correspondence(data.entries, data.coop, data.month, made),
        member=data.member.id,
        name=data.member.name,
        client=str(data.member.latest.get("client_number", "")),
        born=born if isinstance(born := data.member.latest.get("born"), date) else None,
        month=month.month,
        pack=month.pack.title,
        held={a.month: a.pack.title for a in data.allocations},
        here=data.here,
        last=month.last,
        saved=total(data.pot_levels().values()) if month.last else ZERO,
        turnover=month.came_in,
        carried=month.carried,
        loss=month.loss,
        costs=dict(sorted(costs.items())),
        deducted=[line(r) for r in deducted if r.paid],
        own=[line(r)._replace(paid=r.own) for r in month.steps if r.own],
        shifted=[
            Shifted(label(words, r.step), r.waiting, ZERO if month.last else r.shortfall)
            for r in deducted
            if r.waiting or (r.shortfall and not month.last)
        ],
        sums=_sums(month),
        parts=parts_of(month),
        left_open=left_open(words, data.allocations[-1]),
        paid=paid_on(data, made),
        because=why_each(words, month),
        unfounded=unfounded(words, month),
        worked=worked_units(words, data),
        permission=permission(data),
        granted=granted(words, data),
        months=[
            used._replace(shown=months_exempt(words, data, r.step))
            for r in month.steps
            for used in limits_used(words, r)
            if used.code == "months-used"
        ],
        norms=[
            norm_of(words, data, formal_label(words, month.pack, r.step), level)
            for r in month.steps
            for level in r.levels
            if r.step.party in ("municipality", "member") and (r.paid or level.code in r.why)
        ],
        late=counted_elsewhere(words, data),
        corrections=(righted := corrected(words, data, [data.month], private=True)),
        told=_told(words, data, righted),
        corrected=added(correction_sums(entry) for entry in righted),
        restated=_restated(words, data, righted),
        provisional=provisional(words, month),
        to_settle=month.provisional,
        open_still=data.open_still,
        restated_in=data.restated_in,
        whole=_whole(words, data),
    )


def _told(words: Words, data: StatementData, righted: Sequence[Corrected]) -> list[Corrected]:
    """What the month puts right, by the names that an official knows."""
    packs = {a.pack.id: a.pack for a in data.allocations}
    entries = data.corrections.get(data.month, ())
    return [
        told._replace(label=formal_label(words, packs[entry.correction.pack], entry.step))
        if entry.step and entry.correction.pack in packs and not entry.correction.project
        else told
        for told, entry in zip(righted, entries, strict=True)
    ]


def _category(data: StatementData, account: str) -> str:
    """What the account is for, as it is printed and as the seal's figure is named."""
    return data.called.get(account) or visible(account.partition(":")[2].replace(":", ": "))


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


def _restated(words: Words, data: StatementData, righted: Sequence[Corrected]) -> list[Restated]:
    """The earlier months that this one puts right: each as it was, and as it is with this."""
    later = [booked for booked in data.corrections if booked > data.month]
    to_come = corrected(words, data, later, private=True)
    months, found = {c.month for c in righted}, []
    for allocation in data.allocations:
        if allocation.month in months:
            of, after = (
                added(correction_sums(c) for c in some if c.month == allocation.month)
                for some in (righted, to_come)
            )
            becomes = Restated(allocation.month, after, _sums(allocation)).difference
            was = Restated(allocation.month, of, becomes).difference
            entries = data.corrections.get(data.month, ())
            causes = [
                c
                for entry in entries
                if entry.correction.of == allocation.month
                for c in entry.correction.because
            ]
            found.append(Restated(allocation.month, was, becomes, behind_correction(words, causes)))
    return found


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
