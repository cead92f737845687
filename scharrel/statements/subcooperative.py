"""A sub-cooperative's overview: what came in from whom, where it went, and what its grants were spent on."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Movement
from scharrel.core.grants import Grant, GrantAccount, entries_of, grant_accounts
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pots import withdrawals
from scharrel.core.trace import Allocation, Summary, summary_of
from scharrel.statements.data import StatementData
from scharrel.statements.member import Corrected, corrected, correction_figures
from scharrel.statements.seal import month_figures
from scharrel.statements.year import StepTotal, step_totals
from scharrel.text.accounts import pot_name
from scharrel.text.sentences import label
from scharrel.text.words import Words


class SubcooperativeView(NamedTuple):
    """A sub-cooperative's month. Amounts in euros.

    `contributions` are by name; `year` is what came in and what each step paid in the year up to the month,
    `reserves` what is in each at its end, `taken` the month's withdrawals from them, `pots` the levels by
    account. `accounts` are the grants that it books, or someone who belongs to it.
    """

    coop: str
    name: str
    month: Month
    came_in: Decimal
    own: Decimal
    keep: Decimal
    contributions: Sequence[tuple[str, Decimal]]
    steps: Sequence[StepTotal]
    members: Sequence[tuple[str, Summary]]
    projects: Sequence[tuple[str, Summary]]
    year_in: Decimal
    year: Sequence[StepTotal]
    reserves: Sequence[tuple[str, Decimal]]
    taken: Sequence[Movement]
    accounts: Sequence[GrantAccount]
    corrections: Sequence[Corrected]
    allocation: Allocation
    pots: Mapping[str, Decimal]

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the overview can be checked."""
        return (
            month_figures(self.allocation)
            | {f"from {part.project} {part.step}": part.amount for part in self.allocation.received}
            | {f"grant {account.grant.id} received": account.received for account in self.accounts}
            | {f"grant {account.grant.id} spent": account.spent for account in self.accounts}
            | {f"pot {account}": level for account, level in self.pots.items()}
            | correction_figures(self.corrections)
        )


def grants_up_to(
    grants: Mapping[str, Grant], everyone: Sequence[StatementData], month: Month
) -> list[GrantAccount]:
    """The grants that were promised by the end of the month, with what these booked of them up to then."""
    if not grants:
        return []
    entries = [entry for data in everyone for entry in entries_of(data.member.id, data.movements)]
    return grant_accounts(grants, entries, month)


def subcooperative_view(
    words: Words, data: StatementData, others: Sequence[StatementData], grants: Sequence[GrantAccount]
) -> SubcooperativeView:
    """The month; `others` are all who are computed together with the sub-cooperative."""
    allocation, month = data.allocation, data.month
    inside = [other for other in others if other.here and other.member.belongs_to(month) == data.member.id]
    paid: dict[str, Decimal] = {}
    for part in allocation.received:
        paid[part.name] = paid.get(part.name, ZERO) + part.amount
    ids = {data.member.id, *(other.member.id for other in inside)}
    months = data.of_year(month.year)
    members, projects = (
        sorted((o.member.name, summary_of(o.allocation)) for o in inside if o.member.kind == kind)
        for kind in ("member", "project")
    )
    pots = data.pot_levels()
    return SubcooperativeView(
        coop=data.coop,
        name=data.member.name,
        month=month,
        came_in=allocation.came_in,
        own=allocation.from_outside,
        keep=allocation.keep,
        contributions=list(paid.items()),
        steps=[StepTotal(allocation.pack.title, label(words, r.step), r.paid) for r in allocation.steps],
        members=members,
        projects=projects,
        year_in=total(earlier.came_in for earlier in months),
        year=step_totals(words, months),
        reserves=[(pot_name(data.called, account), level) for account, level in pots.items()],
        taken=[
            w.movement
            for w in withdrawals(data.member, data.allocations, data.movements)
            if Month.of(w.movement.day) == month
        ],
        accounts=[account for account in grants if account.grant.holder in ids],
        corrections=corrected(words, data, [month]),
        allocation=allocation,
        pots=pots,
    )
