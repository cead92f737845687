"""What needs an approval: withdrawals from pots, each with a reason, for a purpose that the rules allow and
from what is there; and costs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from scharrel.core.facts import Amounts, Approval, Holder, Movement
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.trace import Allocation

_NONE: frozenset[str] = frozenset()
PackIn = Callable[[Month], Pack | None]
"""The pack that a member is under in a month, if any."""


class Drawn(NamedTuple):
    """A withdrawal or a cost, the approvals that it draws on, and the euros for which there is none.

    `allowed` is what the pot may be spent on under the rules of the month; empty where these leave it open.
    """

    movement: Movement
    approvals: tuple[Approval, ...]
    missing: Decimal
    strict: bool
    withdrawal: bool
    allowed: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the rules say what the pot is for, and this is not it."""
        return bool(self.allowed) and self.movement.purpose not in self.allowed


def withdrawals(
    member: Holder, allocations: Sequence[Allocation], movements: Sequence[Movement]
) -> Iterator[Drawn]:
    """Every withdrawal by date, from accounts that were pots under the rules of its month."""
    packs = {allocation.month: allocation.pack for allocation in allocations}
    return (entry for entry in drawn(member, packs.get, movements) if entry.withdrawal)


def drawn(member: Holder, pack_in: PackIn, movements: Sequence[Movement]) -> Iterator[Drawn]:
    """Every withdrawal from a pot, and every cost for which the rules of its month ask an approval, by date.

    An approval comes before a cost, and no later than the day of a withdrawal. It is used up, the oldest
    first: what one uses, another has no more.
    """
    left = {approval: approval.amount for approval in sorted(member.approvals)}
    for movement, pack, withdrawal in sorted(
        _looked_at(pack_in, movements), key=lambda found: (found[0].day, found[0].line)
    ):
        purposes = pack.purposes(movement.account) if withdrawal else {}
        asked = not withdrawal or pack.pots()[movement.account] or purposes.get(movement.purpose, False)
        missing = max(-movement.amount if withdrawal else movement.amount, ZERO) if asked else ZERO
        used = []
        for approval, amount in left.items():
            given = approval.day <= movement.day if withdrawal else approval.day < movement.day
            if missing and amount and given:
                taken = min(missing, amount)
                left[approval] = amount - taken
                missing -= taken
                used.append(approval)
        yield Drawn(movement, tuple(used), missing, pack.strict, withdrawal, tuple(purposes))


def _looked_at(pack_in: PackIn, movements: Sequence[Movement]) -> Iterator[tuple[Movement, Pack, bool]]:
    """The withdrawals (True) and the costs that need an approval, with the pack that says so."""

    @cache
    def said(year: int, month: int) -> tuple[Pack | None, frozenset[str], frozenset[str]]:
        pack = pack_in(Month(year, month))
        return (pack, frozenset(pack.pots()), pack.approved_roles()) if pack else (None, _NONE, _NONE)

    days = [day for movement in movements for day in (movement.day, movement.earned) if day]
    ever = [said(*month) for month in {(day.year, day.month) for day in set(days)}]
    all_pots = {pot for _, pots, _ in ever for pot in pots}
    all_roles = {role for _, _, roles in ever for role in roles}
    for movement in movements:
        if movement.account not in all_pots and movement.role not in all_roles:
            continue
        day = movement.day
        pack, pots, _ = said(day.year, day.month)
        withdrawal = movement.amount < 0 and movement.account in pots
        if not withdrawal:
            day = movement.earned or day
            pack, _, roles = said(day.year, day.month)
            if movement.role not in roles:
                continue
        if pack:
            yield movement, pack, withdrawal


def packs_of(member: Holder, packs: Mapping[str, Pack]) -> PackIn:
    """The pack that the member is under in a month, among these by id."""
    return lambda month: packs.get(str(member.facts(month).get("rules"))) if member.active(month) else None


def with_approvals(
    member: Holder, pack_in: PackIn, movements: Sequence[Movement], amounts: Amounts
) -> tuple[Amounts, list[Drawn]]:
    """The amounts with how much of each cost counts, and the costs that needed an approval.

    Money back is first taken off what did not count.
    """
    costs = [entry for entry in drawn(member, pack_in, movements) if not entry.withdrawal]
    approved: dict[Month, dict[str, Decimal]] = {}
    of_purchase: dict[tuple[int, str], Decimal] = {}
    own: dict[str, Decimal] = {}
    for movement, missing in ((entry.movement, entry.missing) for entry in costs):
        if movement.lifetime:
            key = movement.line, movement.account
            of_purchase[key] = of_purchase.get(key, ZERO) + movement.amount - missing
            continue
        role = movement.role
        back = max(min(-movement.amount, own.get(role, ZERO)), ZERO)
        own[role] = own.get(role, ZERO) + missing - back
        month = approved.setdefault(movement.counts, {})
        month[role] = month.get(role, ZERO) + movement.amount - missing + back
    purchases = tuple(p._replace(approved=of_purchase.get((p.line, p.account))) for p in amounts.purchases)
    return replace(amounts, approved=approved, purchases=purchases), costs


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
