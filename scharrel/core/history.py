"""Month after month: every member's history under the packs in force, collective ones together."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from types import MappingProxyType

from scharrel.core.engine import Division, close, divide, left_of
from scharrel.core.facts import Amounts, Holder, MonthFacts, facts_of
from scharrel.core.money import EXACT, ZERO, share_out, total
from scharrel.core.month import Month, months
from scharrel.core.pack import Pack
from scharrel.core.period import Period
from scharrel.core.settling import as_it_was, by_month, decided, in_settling_order
from scharrel.core.state import State
from scharrel.core.trace import Allocation, Part, Received

Given = Mapping[str, Mapping[Month, Sequence[Received]]]
"""What comes in from projects that are not computed again, by member and month."""

Definitive = dict[tuple[str, Month], Mapping[str, Decimal]]
"""What is due in the months of settled periods, by member and month, then by step, in euros."""


def replay(
    group: Sequence[Holder],
    amounts: Mapping[str, Amounts],
    packs: Mapping[str, Pack],
    through: Month,
    states: dict[str, State] | None = None,
    given: Given = MappingProxyType({}),
) -> Iterator[Allocation]:
    """Every allocation of members who have to be computed together, month by month; of some of them when
    what the projects share with those is `given`.

    Projects come before those who take part in them, sub-cooperatives after their members. `states`, when
    given, is left as each member stands after the last month.

    Whoever calls has checked that each pack is there and holds in each month (NoValueError
    otherwise for a parameter without a value).
    """
    definitive: Definitive = {}
    for turn in in_settling_order(group, packs):
        provisional = list(_replay(group, amounts, packs, through, {}, definitive, given))
        for member, settlement in turn:
            own = [a for a in provisional if a.member == member.id]
            for month, due in by_month(settlement, own).items():
                definitive[member.id, month] = {**definitive.get((member.id, month), {}), **due}
    members = {member.id: member for member in group}
    states = {} if states is None else states
    departures = {(member.id, month) for member in group for month in member.departures()}
    for allocation in _replay(group, amounts, packs, through, states, definitive, given):
        if (allocation.member, allocation.month) in departures:
            yield _of_period(members[allocation.member], _last(allocation, states[allocation.member]))
        else:
            yield _of_period(members[allocation.member], allocation)


def _last(allocation: Allocation, state: State) -> Allocation:
    """The allocation with which a membership ends, and what is short of inputs that its rules do not have."""
    inputs = {step.role for step in allocation.pack.steps if step.kind == "input"}
    waiting = sorted((role, amount) for role, amount in state.waiting.items() if role not in inputs)
    return allocation._replace(last=True, waiting=tuple(waiting))


def _of_period(member: Holder, allocation: Allocation) -> Allocation:
    """The allocation with the period by which the municipality settles it, where that is no month."""
    if allocation.pack.settled == "month":
        return allocation
    period = Period.of(allocation.pack.settled, allocation.month)
    return allocation._replace(period=period, provisional=not decided(member, allocation.pack, period))


def _replay(
    group: Sequence[Holder],
    amounts: Mapping[str, Amounts],
    packs: Mapping[str, Pack],
    through: Month,
    states: dict[str, State] | None,
    definitive: Definitive,
    given: Given,
) -> Iterator[Allocation]:
    states = {} if states is None else states
    states |= {member.id: State.new() for member in group}
    names = {member.id: member.name for member in group}
    known = {member.id: member for member in group}
    above = [member for member in group if member.kind == "subcooperative"]
    for month in months(min(member.first for member in group), through):
        with localcontext(EXACT):  # never while whoever asks for the next is at work
            shared: dict[str, dict[str, Division]] = {}
            received = {member: list(parts[month]) for member, parts in given.items() if month in parts}
            done: list[Allocation] = []
            for member in group:
                if member.kind == "subcooperative" or not member.active(month):
                    continue
                facts = facts_of(member, amounts[member.id], month)
                name = str(facts.facts["rules"])
                pack = packs[name]
                due = definitive.get((member.id, month), {})
                if member.project:
                    facts = _with_work(member, facts, pack, amounts)
                income = received.get(member.id, [])
                facts = with_income(facts, income)
                settled = as_it_was(member, pack, month)
                division = divide(member.id, pack, facts, states[member.id], due, settled=settled)
                if member.project:
                    parts = _parts(member, names, pack, month, amounts, division.left)
                    allocation, states[member.id] = close(division, parts=parts)
                    for part in (p for p in parts if p.amount):
                        came_in = received_from(member, pack, part.amount)
                        received.setdefault(part.member, []).append(
                            came_in._replace(shared=allocation.steps[-1])
                        )
                    done.append(allocation)
                elif pack.collective:
                    shared.setdefault(name, {})[member.id] = division
                else:
                    allocation, states[member.id] = close(division)
                    done.append(allocation._replace(received=tuple(income)))
            for divisions in shared.values():
                for allocation, state in _shares(divisions):
                    states[allocation.member] = state
                    done.append(allocation._replace(received=tuple(received.get(allocation.member, ()))))
            of_all: list[Allocation] = []
            for member in above:
                if not member.active(month):
                    continue
                facts = facts_of(member, amounts[member.id], month)
                pack = packs[str(facts.facts["rules"])]
                below = [a for a in done if known[a.member].belongs_to(month) == member.id]
                income = [paid for a in below for paid in _contributions(a, names[a.member], pack)]
                due = definitive.get((member.id, month), {})
                division = divide(member.id, pack, with_income(facts, income), states[member.id], due)
                allocation, states[member.id] = close(division)
                of_all.append(allocation._replace(received=tuple(income)))
        yield from (*done, *of_all)


def _contributions(allocation: Allocation, name: str, pack: Pack) -> Iterator[Received]:
    """What a member or project pays to the cooperative, as it comes in under the rules of its
    sub-cooperative."""
    for result in allocation.posted:
        if result.step.party == "coop" and not result.parts:
            yield Received(
                allocation.member,
                name,
                allocation.pack.id,
                result.step.id,
                str(pack.contributions),
                str(pack.contributions_role),
                str(result.step.to),
                result.paid,
            )


def _shares(divisions: Mapping[str, Division]) -> Iterator[tuple[Allocation, State]]:
    """Divide what is left over the members of one collective pack."""
    left = left_of(divisions)
    role = next(iter(divisions.values())).pack.steps[-1].role
    weights = {
        member: division.facts.roles.get(role, ZERO) if role else ZERO + 1
        for member, division in divisions.items()
    }
    for member, part in share_out(left, weights).items():
        yield close(divisions[member], part, left)


def _with_work(project: Holder, facts: MonthFacts, pack: Pack, amounts: Mapping[str, Amounts]) -> MonthFacts:
    """The project's month with what was done for it: it stands in the ledgers of those who take part."""
    done = {
        role: total(
            amounts[p.id].for_project(facts.month, project.id, role) for p in project.taking_part(facts.month)
        )
        for role in sorted(pack.roles())
    }
    return facts._replace(
        roles={**facts.roles, **{role: facts.roles.get(role, ZERO) + n for role, n in done.items() if n}}
    )


def with_income(facts: MonthFacts, income: Sequence[Received]) -> MonthFacts:
    """The month with what comes in from other ledgers."""
    if not income:
        return facts
    roles = dict(facts.roles)
    for part in income:
        roles[part.role] = roles.get(part.role, ZERO) + part.amount
    return facts._replace(roles=roles)


def _parts(
    project: Holder,
    names: Mapping[str, str],
    pack: Pack,
    month: Month,
    amounts: Mapping[str, Amounts],
    left: Decimal,
) -> tuple[Part, ...]:
    """What is left of a project, over those who take part: equally, by what they did, or by agreed weight."""
    step = pack.steps[-1]
    weights: dict[str, Decimal] = {}
    for participant in project.taking_part(month):
        if step.role:
            weights[participant.id] = amounts[participant.id].for_project(month, project.id, step.role)
        elif step.weighted:
            weight = participant.facts(month).get("weight")
            weights[participant.id] = weight if isinstance(weight, Decimal) else Decimal(1)
        else:
            weights[participant.id] = Decimal(1)
    shares = share_out(left, weights) if weights else {}
    return tuple(
        Part(member, names[member], weights[member], part) for member, part in sorted(shares.items())
    )


def received_from(project: Holder, pack: Pack, amount: Decimal) -> Received:
    """A part of what a project shares as it comes in with the member, in euros."""
    step = pack.steps[-1]
    return Received(
        project.id,
        project.name,
        pack.id,
        step.id,
        str(step.feeds),
        str(step.feeds_role),
        str(step.to),
        amount,
    )
