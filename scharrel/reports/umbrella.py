"""A year of the whole umbrella: every sub-cooperative, who belongs to none, and month by month."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Holder
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.trace import Allocation
from scharrel.text.table import amount_rows
from scharrel.text.words import Words, visible

_EARNED = ("turnover", "costs", "tax", "kept", "municipality", "community", "contributed")
_OWN = ("contributed", "own_turnover", "own_costs", "paid_on", "reserve", "standing")
_BY_MONTH = ("month", "turnover", "kept", "contributed", "umbrella", "reserve")


class Branch(NamedTuple):
    """What a period brought the members and projects of one sub-cooperative, or of none (an empty id), and
    the sub-cooperative itself. Amounts in euros.

    `turnover` is what came in from outside, `kept` what the members keep; `contributed` is what members and
    projects paid to the cooperative. Of the sub-cooperative's own are `own_turnover`, `own_costs`, what it
    paid to the umbrella and what it added to its `reserve`; `standing` is what is in that at the end.
    """

    id: str
    turnover: Decimal = ZERO
    costs: Decimal = ZERO
    tax: Decimal = ZERO
    kept: Decimal = ZERO
    municipality: Decimal = ZERO
    community: Decimal = ZERO
    contributed: Decimal = ZERO
    own_turnover: Decimal = ZERO
    own_costs: Decimal = ZERO
    paid_on: Decimal = ZERO
    reserve: Decimal = ZERO
    standing: Decimal = ZERO

    @property
    def umbrella(self) -> Decimal:
        """What the umbrella gets: of a sub-cooperative its share, of anyone else all that was contributed."""
        return self.paid_on if self.id else self.contributed

    def plus(self, other: "Branch") -> "Branch":
        """Both together, under this id."""
        pairs = zip(self[1:], other[1:], strict=True)
        return Branch(self.id, *(one + more for one, more in pairs))


class UmbrellaYear(NamedTuple):
    """The branches over the whole period, those of sub-cooperatives first, and in each month."""

    branches: tuple[Branch, ...]
    months: Mapping[Month, tuple[Branch, ...]]

    def umbrella_of(self, month: Month) -> Decimal:
        """What the umbrella gets of the month, in euros."""
        return total(branch.umbrella for branch in self.months[month])


def umbrella_year(
    members: Mapping[str, Holder], allocations: Iterable[Allocation], first: Month, last: Month
) -> UmbrellaYear:
    """What the months from `first` to `last` brought, from all allocations in them."""
    months: dict[Month, dict[str, Branch]] = {}
    standing: dict[str, tuple[Month, Decimal]] = {}
    for allocation in allocations:
        if not first <= allocation.month <= last:
            continue
        member = members[allocation.member]
        above = member.kind == "subcooperative"
        name = member.id if above else member.belongs_to(allocation.month)
        found = months.setdefault(allocation.month, {})
        found[name] = found.get(name, Branch(name)).plus(_part(member, allocation))
        if above:
            level = total(allocation.balances.get(account, ZERO) for account in allocation.pack.pots())
            standing[name] = max(standing.get(name, (first, ZERO)), (allocation.month, level))
    totals: dict[str, Branch] = {}
    for found in months.values():
        for name, branch in found.items():
            totals[name] = totals.get(name, Branch(name)).plus(branch)
    branches = [
        totals[name]._replace(standing=standing.get(name, (first, ZERO))[1])
        for name in sorted(totals, key=lambda name: (not name, name))
    ]
    return UmbrellaYear(tuple(branches), {month: tuple(months[month].values()) for month in sorted(months)})


def _part(member: Holder, allocation: Allocation) -> Branch:
    paid = allocation.paid_to
    if member.kind == "subcooperative":
        return Branch(
            "",
            tax=paid("tax"),
            municipality=paid("municipality"),
            community=paid("community"),
            own_turnover=allocation.from_outside,
            own_costs=paid("supplier"),
            paid_on=paid("coop"),
            reserve=allocation.keep,
        )
    return Branch(
        "",
        turnover=allocation.from_outside,
        costs=paid("supplier"),
        tax=paid("tax"),
        # What a project shares is with its members, who keep of it what their rules leave.
        kept=allocation.keep if member.person else paid("pot"),
        municipality=paid("municipality"),
        community=paid("community"),
        contributed=paid("coop"),
    )


def branch_rows(words: Words, names: Mapping[str, str], branches: Sequence[Branch]) -> list[list[str]]:
    """What members and projects earned and where it went: a row for each sub-cooperative, one for who belongs
    to none, and the totals. A figure that is zero for all has no column."""
    return _rows(words, names, branches, _EARNED, may_lack=("tax", "municipality", "community"))


def own_rows(words: Words, names: Mapping[str, str], branches: Sequence[Branch]) -> list[list[str]]:
    """Each sub-cooperative's own money: what came in, its costs, the umbrella's share and its reserve."""
    return _rows(words, names, [b for b in branches if b.id], _OWN, may_lack=("own_turnover",))


def month_rows(words: Words, year: UmbrellaYear) -> list[list[str]]:
    """All together, month by month."""
    rows = []
    for month, branches in year.months.items():
        turnover = total(b.turnover + b.own_turnover for b in branches)
        kept, contributed = total(b.kept for b in branches), total(b.contributed for b in branches)
        reserve = total(b.reserve for b in branches)
        rows.append((words.month(month), (turnover, kept, contributed, year.umbrella_of(month), reserve)))
    heads = [words(f"umbrella.{key}") for key in _BY_MONTH]
    return amount_rows(heads, rows, words.amount, words("umbrella.total"))


def _rows(
    words: Words,
    names: Mapping[str, str],
    branches: Sequence[Branch],
    figures: Sequence[str],
    may_lack: Sequence[str],
) -> list[list[str]]:
    shown = [key for key in figures if key not in may_lack or any(getattr(b, key) for b in branches)]
    nowhere = words("umbrella.none" if any(b.id for b in branches) else "umbrella.everyone")
    return amount_rows(
        [words(f"umbrella.{key}") for key in ("branch", *shown)],
        [(visible(names[b.id]) if b.id else nowhere, [getattr(b, key) for key in shown]) for b in branches],
        words.amount,
        words("umbrella.total"),
    )
