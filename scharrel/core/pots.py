"""Withdrawals from pots: each with a reason, for a purpose that the rules allow, approved where they ask for
it, from what is there."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Approval, Member, Movement
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.trace import Allocation


class Withdrawal(NamedTuple):
    """A withdrawal, the approvals that it draws on, and the euros for which there is none.

    `allowed` is what the pot may be spent on under the rules of the month; empty where these leave it open.
    """

    movement: Movement
    approvals: tuple[Approval, ...]
    missing: Decimal
    strict: bool
    allowed: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the rules say what the pot is for, and this is not it."""
        return bool(self.allowed) and self.movement.purpose not in self.allowed


def withdrawals(
    member: Member, allocations: Sequence[Allocation], movements: Sequence[Movement]
) -> Iterator[Withdrawal]:
    """Every withdrawal by date, from accounts that were pots under the rules of its month.

    An approval is used up by withdrawals on its day and after, the oldest approval first.
    """
    packs = {allocation.month: allocation.pack for allocation in allocations}
    left = {approval: approval.amount for approval in sorted(member.approvals)}
    taken_out = [movement for movement in movements if movement.amount < 0]
    for movement in sorted(taken_out, key=lambda m: (m.day, m.line)):
        pack = packs.get(Month.of(movement.day))
        if pack is None or movement.account not in pack.pots():
            continue
        purposes = pack.purposes(movement.account)
        asked = pack.pots()[movement.account] or purposes.get(movement.purpose, False)
        missing = -movement.amount if asked else ZERO
        used = []
        for approval, amount in left.items():
            if missing and amount and approval.day <= movement.day:
                taken = min(missing, amount)
                left[approval] = amount - taken
                missing -= taken
                used.append(approval)
        yield Withdrawal(movement, tuple(used), missing, pack.strict, tuple(purposes))


def overdrawn(allocations: Sequence[Allocation]) -> Iterator[tuple[Month, str, Decimal, bool]]:
    """The first month in which a pot stood below zero: the month, the account, the balance in euros, and
    whether the rules are strict."""
    told: set[str] = set()
    for allocation in allocations:
        for account in allocation.pack.pots():
            balance = allocation.balances.get(account, ZERO)
            if balance < 0 and account not in told:
                told.add(account)
                yield allocation.month, account, balance, allocation.pack.strict
