"""Month after month: every member's history under the packs in force, collective ones together."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext

from scharrel.core.engine import Division, close, divide, left_of
from scharrel.core.facts import Amounts, Member, facts_of
from scharrel.core.money import EXACT, ZERO, share_out
from scharrel.core.month import Month, months
from scharrel.core.pack import Pack
from scharrel.core.settling import by_month
from scharrel.core.state import State
from scharrel.core.trace import Allocation

Definitive = dict[tuple[str, Month], Mapping[str, Decimal]]
"""What is due in the months of settled years, by member and month, then by step, in euros."""


def replay(
    group: Sequence[Member],
    amounts: Mapping[str, Amounts],
    packs: Mapping[str, Pack],
    through: Month,
    states: dict[str, State] | None = None,
) -> Iterator[Allocation]:
    """Every allocation of members who have to be computed together, month by month.

    `states`, when given, is left as each member stands after the last month.

    Whoever calls has checked that each pack is there and holds in each month (NoValueError
    otherwise for a parameter without a value).
    """
    definitive: Definitive = {}
    for year in sorted({settlement.year for member in group for settlement in member.settlements}):
        provisional = list(_replay(group, amounts, packs, through, {}, definitive))
        for member in group:
            own = [a for a in provisional if a.member == member.id]
            if settlement := member.settlement(year):
                for month, due in by_month(settlement, own).items():
                    definitive[member.id, month] = due
    return _replay(group, amounts, packs, through, states, definitive)


def _replay(
    group: Sequence[Member],
    amounts: Mapping[str, Amounts],
    packs: Mapping[str, Pack],
    through: Month,
    states: dict[str, State] | None,
    definitive: Definitive,
) -> Iterator[Allocation]:
    states = {} if states is None else states
    states |= {member.id: State.new() for member in group}
    with localcontext(EXACT):
        for month in months(min(member.first for member in group), through):
            shared: dict[str, dict[str, Division]] = {}
            for member in group:
                if not member.active(month):
                    continue
                facts = facts_of(member, amounts[member.id], month)
                name = str(facts.facts["rules"])
                pack = packs[name]
                due = definitive.get((member.id, month), {})
                division = divide(member.id, pack, facts, states[member.id], due)
                if pack.collective:
                    shared.setdefault(name, {})[member.id] = division
                else:
                    allocation, states[member.id] = close(division)
                    yield allocation
            for divisions in shared.values():
                for allocation, state in _shares(divisions):
                    states[allocation.member] = state
                    yield allocation


def _shares(divisions: Mapping[str, Division]) -> Iterator[tuple[Allocation, State]]:
    """Divide what is left over the members of one collective pack."""
    total = left_of(divisions)
    role = next(iter(divisions.values())).pack.steps[-1].role
    weights = {
        member: division.facts.roles.get(role, ZERO) if role else ZERO + 1
        for member, division in divisions.items()
    }
    for member, part in share_out(total, weights).items():
        yield close(divisions[member], part, total)
