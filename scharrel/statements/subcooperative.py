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
from scharrel.statements.member import Corrected, corrected, correction_figures
from scharrel.statements.seal import month_figures
from scharrel.statements.statement_data import Dossier
from scharrel.statements.year import StepTotal
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
    grants: Mapping[str, Grant], dossiers: Sequence[Dossier], month: Month
) -> list[GrantAccount]:
    """The grants that were promised by the end of the month, with what these booked of them up to then."""
    if not grants:
        return []
    entries = [entry for dossier in dossiers for entry in entries_of(dossier.member.id, dossier.movements)]
    return grant_accounts(grants, entries, month)


def subcooperative_view(
    words: Words, dossier: Dossier, others: Sequence[Dossier], grants: Sequence[GrantAccount]
) -> SubcooperativeView:
    """The month of the dossier; `others` are all who are computed together with the sub-cooperative."""
    allocation, month = dossier.allocation, dossier.month
    inside = [other for other in others if other.here and other.member.belongs_to(month) == dossier.member.id]
    paid: dict[str, Decimal] = {}
    for part in allocation.received:
        paid[part.name] = paid.get(part.name, ZERO) + part.amount
    ids = {dossier.member.id, *(other.member.id for other in inside)}
    months = dossier.of_year(month.year)
    totals: dict[tuple[str, str], Decimal] = {}
    for earlier in months:
        for result in earlier.steps:
            key = (earlier.pack.title, label(words, result.step))
            totals[key] = totals.get(key, ZERO) + result.paid
    members, projects = (
        sorted((o.member.name, summary_of(o.allocation)) for o in inside if o.member.kind == kind)
        for kind in ("member", "project")
    )
    pots = dossier.pot_levels()
    return SubcooperativeView(
        coop=dossier.coop,
        name=dossier.member.name,
        month=month,
        came_in=allocation.came_in,
        own=allocation.from_outside,
        keep=allocation.keep,
        contributions=list(paid.items()),
        steps=[StepTotal(allocation.pack.title, label(words, r.step), r.paid) for r in allocation.steps],
        members=members,
        projects=projects,
        year_in=total(earlier.came_in for earlier in months),
        year=[StepTotal(pack, name, amount) for (pack, name), amount in totals.items()],
        reserves=[(account.rpartition(":")[2], level) for account, level in pots.items()],
        taken=[
            w.movement
            for w in withdrawals(dossier.member, dossier.allocations, dossier.movements)
            if Month.of(w.movement.day) == month
        ],
        accounts=[account for account in grants if account.grant.holder in ids],
        corrections=corrected(words, dossier, [month]),
        allocation=allocation,
        pots=pots,
    )
