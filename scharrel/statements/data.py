"""All that a member's statements are made from: the months divided, and the bookings behind them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from scharrel.analysis.prospect import Stretch
from scharrel.core.corrections import Correction
from scharrel.core.facts import Holder, Movement
from scharrel.core.grants import counts_apart
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month, months
from scharrel.core.pack import Step
from scharrel.core.period import Period
from scharrel.core.trace import Allocation
from scharrel.store.text import Text
from scharrel.treasury.accounts import IN_HAND, OwnEntries
from scharrel.treasury.outlook import Outlook


class Rectified(NamedTuple):
    """A correction with the name of what it corrects, the part of the income that this is, and the step that
    pays it if one does."""

    label: str
    correction: Correction
    part: str
    step: Step | None


class StatementData(NamedTuple):
    """One member up to a month; `allocations` ends with that month, or before it for who left.

    `source` says where each line of the ledger stands, `banks` are the cooperative's accounts at a bank,
    `roles` has the role of each account, `stretches` what is kept of more turnover, `corrections` what was
    put right, by the month in which it was booked (also later than this month), `entries` what the register
    says of the cooperative and the municipality, `called` what people call each account,
    `outlook` the months after it as they were seen on its last day, `names` the name of everyone in the
    register, projects too, `unpaid` what was sold in it and counts when the customer pays.
    """

    coop: str
    member: Holder
    month: Month
    allocations: Sequence[Allocation]
    movements: Sequence[Movement]
    roles: Mapping[str, str | None]
    stretches: Sequence[Stretch]
    source: Text
    open_still: bool
    corrections: Mapping[Month, Sequence[Rectified]]
    banks: frozenset[str] = frozenset()
    entries: OwnEntries = OwnEntries()
    called: Mapping[str, str] = MappingProxyType({})
    outlook: Outlook | None = None
    names: Mapping[str, str] = MappingProxyType({})
    unpaid: Sequence[Movement] = ()

    @property
    def here(self) -> bool:
        """Whether the month of the statement is one of the member's."""
        return self.allocations[-1].month == self.month

    @property
    def told(self) -> bool:
        """Whether the month has anything to tell of the member: it is one, or it books corrections."""
        return self.here or bool(self.corrections.get(self.month))

    @property
    def allocation(self) -> Allocation:
        """The month of the statement; without steps where it is none of the member's."""
        last = self.allocations[-1]
        return last if self.here else last.after(self.month)

    @property
    def restated_in(self) -> list[Month]:
        """The months in which something of this month, which was closed, was put right afterwards."""
        return sorted(
            when
            for when, told in self.corrections.items()
            if when > self.month and any(entry.correction.of == self.month for entry in told)
        )

    def counted(self) -> Iterator[Movement]:
        """The postings on a role that count in the month, by date; not those of a grant."""
        return (
            m
            for m in self._in_order()
            if self.roles.get(m.account) and m.counts == self.month and not counts_apart(m)
        )

    def dated(self, account: str) -> Iterator[Movement]:
        """The postings on the account that are dated in the month."""
        return (m for m in self._in_order() if m.account == account and Month.of(m.day) == self.month)

    def by_bank(self, movement: Movement) -> bool:
        """Whether the bank brought it, and not the member."""
        return not self.source.own(movement.line)

    def banked(self, line: int = 0) -> list[Movement]:
        """What the bank's lines put on the cooperative's accounts or took off for the member: those that are
        dated in the month, or just this one."""
        found = [
            m
            for m in self.movements
            if m.account in self.banks
            and self.by_bank(m)
            and (m.line == line if line else Month.of(m.day) == self.month)
        ]
        return sorted(found, key=lambda m: (m.day, m.line))

    @property
    def in_hand(self) -> Decimal:
        """What the member holds of the cooperative's money at the end of the month, in euros; below zero what
        the member laid out."""
        held = (m for m in self.movements if self.roles.get(m.account) == IN_HAND and m.currency == "EUR")
        return total(m.amount for m in held if Month.of(m.day) <= self.month)

    def of_year(self, year: int) -> list[Allocation]:
        """The year's allocations up to the month of the statement."""
        return [a for a in self.allocations if a.month.year == year and a.month.number <= self.month.number]

    def year_so_far(self) -> list[Month]:
        """The months of the year up to that of the statement."""
        return list(months(Month(self.month.year, 1), self.month))

    def of_period(self, period: Period) -> list[Allocation]:
        """The period's allocations up to the month of the statement."""
        return [a for a in self.allocations if period.covers(a.month)]

    def pot_accounts(self) -> list[str]:
        """The accounts of the member's own pots, in the order in which the rules came to pay into them."""
        steps = [result.step for a in self.allocations for result in a.steps]
        return list(dict.fromkeys(step.to for step in steps if step.party == "pot" and step.to))

    def pot_levels(self) -> dict[str, Decimal]:
        """What is in each of these at the end of the month of the statement, in euros."""
        balances = self.allocation.balances
        return {account: balances.get(account, ZERO) for account in self.pot_accounts()}

    def _in_order(self) -> list[Movement]:
        return sorted(self.movements, key=lambda movement: (movement.day, movement.line))


def concerns(allocation: Allocation) -> bool:
    """Whether there is anything for the member or the municipality in this: someone may keep something."""
    return any(step.party in ("member", "municipality") for step in allocation.pack.steps)
