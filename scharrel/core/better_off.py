"""Is someone better off than without working? What a period brought, by member and together."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from scharrel.core.barter import ROLE as EXCHANGE
from scharrel.core.facts import Amounts, Member, Movement
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES
from scharrel.core.period import Period
from scharrel.core.pots import withdrawals
from scharrel.core.trace import Allocation, unsettled

HOUR = "UUR"
SMALLEST = 3
"""Members that a group must have to be told apart where no names are told."""

WORK = ("paid work", "own business")
"""What the fact `left_for` says when someone left for work: a job, or a business of their own."""


class Booked(NamedTuple):
    """A ledger as far as a period needs it; `roles` has the role of every account."""

    amounts: Amounts
    movements: Sequence[Movement]
    roles: Mapping[str, str | None]


class Standing(NamedTuple):
    """What a period brought a member, or several together. Amounts in euros.

    `kept` is what the rules left the member, pot included; `own` the costs that the member bore; `better`
    counts the `months` in which more was kept than that. `saved` is what the municipality did not have to
    pay or got back; of that, `earned_back` fell in months whose whole benefit is known, together `benefit`.
    """

    members: int = 0
    months: int = 0
    better: int = 0
    members_better: int = 0
    kept: Decimal = ZERO
    own: Decimal = ZERO
    pot: Decimal = ZERO
    withdrawn: Decimal = ZERO
    saved: Decimal = ZERO
    earned_back: Decimal = ZERO
    benefit: Decimal = ZERO
    with_benefit: int = 0
    hours: Decimal = ZERO
    study: Decimal = ZERO
    coop: Decimal = ZERO
    community: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What is left of what was kept after the member's own costs."""
        return self.kept - self.own

    @property
    def part(self) -> Decimal | None:
        """The part of the benefit that was earned back, if the benefit is known."""
        return self.earned_back / self.benefit if self.benefit else None


class Result(NamedTuple):
    """A member's standing under the rules of the period's last month (`pack`, its title); `participant` is
    false for what members have together and where the rules leave nobody anything. `left` is the last month
    of who left, `left_for` the reason in the register; `provisional` are the periods in it that the
    municipality has yet to settle."""

    member: str
    pack: str
    participant: bool
    standing: Standing
    left: Month | None = None
    left_for: str = ""
    provisional: frozenset[Period] = frozenset()


def result_of(
    member: Member,
    allocations: Sequence[Allocation],
    booked: Booked,
    spending: frozenset[str],
    first: Month,
    last: Month,
) -> Result | None:
    """What the period from `first` to `last` brought; None without a month in it. `spending` are the roles
    on which money is spent, `allocations` all of the member's, from the first month on."""
    found = [a for a in allocations if first <= a.month <= last]
    if not found:
        return None
    standing = together(_month(a, booked.amounts, spending) for a in found)
    within = [m for m in booked.movements if first <= m.counts <= last]
    hours = sum(
        (
            m.amount
            for m in within
            if m.currency == HOUR and booked.roles.get(m.account) not in (None, EXCHANGE)
        ),
        ZERO,
    )
    taken = [w.movement for w in withdrawals(member, allocations, booked.movements)]
    if member.kind == "subcooperative":
        # What it pays on has been counted with those who paid it.
        standing = standing._replace(coop=ZERO)
    standing = standing._replace(
        members=1,
        members_better=int(standing.net > 0),
        with_benefit=int(bool(standing.benefit)),
        hours=hours,
        withdrawn=-sum((m.amount for m in taken if first <= Month.of(m.day) <= last), ZERO),
    )
    end = found[-1]
    gains = any(step.party in KEPT_PARTIES for a in found for step in a.pack.steps)
    facts = member.facts(end.month)
    gone = facts.get("left") is True and not member.active(end.month.plus(1))
    return Result(
        member.id,
        end.pack.title,
        gains and member.person,
        standing,
        end.month if gone else None,
        str(facts.get("left_for", "")) if gone else "",
        frozenset(unsettled(found)),
    )


def together(standings: Iterable[Standing]) -> Standing:
    """The sum of all."""
    total = Standing()
    for standing in standings:
        pairs: Iterable[Any] = zip(total, standing, strict=True)
        total = Standing(*(one + other for one, other in pairs))
    return total


def grouped(results: Sequence[Result]) -> list[tuple[str, Standing]] | None:
    """Participants by the rules that they are under, without names: title and sum.

    Groups of fewer than SMALLEST are put together under an empty title; as long as these are too few
    themselves, with the next smallest, for they could be told from the total. None when all are too few.
    """
    found: dict[str, list[Standing]] = {}
    for result in results:
        found.setdefault(result.pack, []).append(result.standing)
    groups = sorted(found.items(), key=lambda group: (len(group[1]), group[0]))
    rest: list[Standing] = []
    while groups and (len(groups[0][1]) < SMALLEST or 0 < len(rest) < SMALLEST):
        rest += groups.pop(0)[1]
    if 0 < len(rest) < SMALLEST or not results:
        return None
    return [(title, together(group)) for title, group in sorted(groups)] + (
        [("", together(rest))] if rest else []
    )


def unknown_benefit_hidden(standing: Standing) -> Standing:
    """The sum without the part of the benefit where that would tell of too few people."""
    if _hidden(standing.with_benefit, standing.members):
        return standing._replace(earned_back=ZERO, benefit=ZERO, with_benefit=0)
    return standing


def goals(results: Sequence[Result], *, anonymous: bool) -> dict[str, int | None]:
    """How many people: who took part, were better off, left, and left for each kind of work.

    With `anonymous` None for a number that would tell of too few people, or of too few others.
    """
    gone = [result for result in results if result.left]
    counts = {
        "better_off": sum(result.standing.net > 0 for result in results),
        "left": len(gone),
        **{f"left_for_{work.replace(' ', '_')}": sum(r.left_for == work for r in gone) for work in WORK},
    }
    shown = {
        key: None if anonymous and _hidden(count, len(results)) else count for key, count in counts.items()
    }
    return {"members": len(results), **shown}


def _hidden(count: int, of: int) -> bool:
    return 0 < count < SMALLEST or 0 < of - count < SMALLEST


def _month(allocation: Allocation, amounts: Amounts, spending: frozenset[str]) -> Standing:
    """One month. Costs that it could not bear are the member's own until a later month makes them good, and
    so is what customers got back."""
    inputs = [result for result in allocation.steps if result.step.kind == "input"]
    counted = {result.step.role for result in inputs}
    own = sum((result.wanted - result.paid for result in inputs), ZERO)
    own += sum(
        (n for role, n in amounts.of_role(allocation.month).items() if role in spending - counted), ZERO
    )
    own += allocation.carried - min(allocation.came_in + allocation.carried, ZERO)
    saved = allocation.paid_to("municipality")
    benefit = sum(
        (
            quota.figure.value
            for result in allocation.steps
            if result.step.reduction
            for quota in result.quotas
            if quota.code == "cap-month"
        ),
        ZERO,
    )
    return Standing(
        months=1,
        better=int(allocation.keep > own),
        kept=allocation.keep,
        own=own,
        pot=allocation.paid_to("pot"),
        saved=saved,
        earned_back=saved if benefit else ZERO,
        benefit=benefit,
        study=amounts.of_role(allocation.month).get("study", ZERO),
        coop=allocation.paid_to("coop"),
        community=allocation.paid_to("community"),
    )
