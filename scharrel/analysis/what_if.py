"""A month of a member as it stands, and as it would be with more turnover and costs."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from scharrel.analysis.prospect import RateChange, bends
from scharrel.core.facts import Amounts, Group, Holder, facts_of
from scharrel.core.history import replay, with_income
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.state import State
from scharrel.core.trace import Allocation, StepResult


class WhatIf(NamedTuple):
    """The month `now` and `then`, with the step results in pairs; amounts in euros.

    `ahead` is what is kept of each euro more after that and where that changes; nothing where the outcome
    is not the member's alone. `others` is what the rest of the group keeps more (or less) by it.
    """

    now: Allocation
    then: Allocation
    ahead: tuple[RateChange, ...]
    others: Decimal

    @property
    def steps(self) -> list[tuple[StepResult, StepResult]]:
        return list(zip(self.now.steps, self.then.steps, strict=True))

    @property
    def gained(self) -> Decimal:
        """What the member keeps more, in euros."""
        return self.then.keep - self.now.keep


def what_if(
    group: Group,
    amounts: Mapping[str, Amounts],
    packs: Mapping[str, Pack],
    member: Holder,
    month: Month,
    extra: Mapping[str, Decimal],
) -> WhatIf | None:
    """The member's month without and with `extra`, euros by role; none if it is not a month of the member.

    The group has everyone who has to be computed together with the member.
    """
    states: dict[str, State] = {}
    for _ in replay(group, amounts, packs, month.plus(-1), states):
        pass  # only where it ends counts
    more = {**amounts, member.id: with_extra(amounts[member.id], month, extra)}
    now, then = (
        {a.member: a for a in replay(group, found, packs, month) if a.month == month}
        for found in (amounts, more)
    )
    if member.id not in now:
        return None
    pack = now[member.id].pack
    people = [m.id for m in group if m.id in now and m.kind != "subcooperative"]
    alone = not pack.collective and member.settled(month) is None
    facts = with_income(facts_of(member, more[member.id], month), then[member.id].received)
    return WhatIf(
        now[member.id],
        then[member.id],
        tuple(islice(bends(pack, facts, states[member.id]), 2)) if alone else (),
        sum((then[other].keep - now[other].keep for other in people if other != member.id), ZERO),
    )


def with_extra(amounts: Amounts, month: Month, extra: Mapping[str, Decimal]) -> Amounts:
    """The amounts with so many euros more on these roles in the month."""
    roles = dict(amounts.of_role(month))
    for role, amount in extra.items():
        roles[role] = roles.get(role, ZERO) + amount
    return replace(amounts, roles={**amounts.roles, month: roles})
