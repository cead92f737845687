"""Situations in which a pack has to be looked at: every kind of member and history that it tells apart.

A member's kind is what the pack asks of the register: the facts behind `when` and `by`, and the age.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice, product
from typing import NamedTuple

from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import Facts, FactValue, NoValueError, Pack, Step
from scharrel.core.state import State
from scharrel.core.trace import Allocation

MAX_KINDS = 256
"""Kinds of members that are looked at; a pack with more facts than this tells nobody much."""

MAX_HISTORY = 60
"""Months after which nothing new is expected of a pack."""

_YOUNG, _OLD = date(2999, 1, 1), date(1900, 1, 1)


class Situation(NamedTuple):
    """A kind of member in a month: the facts, what other roles than turnover booked, and what went before.

    `past` tells that in a word: new, worked (a month of much work before this one) or half (one of less).
    """

    month: Month
    facts: Facts
    roles: Mapping[str, Decimal]
    before: State
    past: str

    def month_facts(self) -> MonthFacts:
        return MonthFacts(self.month, self.facts, self.roles, {})


def periods(pack: Pack) -> list[Month]:
    """The first month of every stretch in which no figure of the pack changes, oldest first."""
    starts = {since for step in pack.steps for param in step.params() for since, _ in param.values}
    first = pack.valid_from or min(starts, default=Month(2026, 1))
    return [first, *sorted(month for month in starts if month > first and pack.holds_in(month))]


def kinds(pack: Pack, month: Month) -> list[Facts]:
    """Every kind of member that the pack tells apart in the month, those for whom most happens first."""
    values: dict[str, list[FactValue]] = {}
    for step in pack.steps:
        for fact, value in step.when:
            other: FactValue = not value if isinstance(value, bool) else "-"
            for choice in (value, other):
                if choice not in values.setdefault(fact, []):
                    values[fact].append(choice)
        for param in step.params():
            if param.by:
                known = values.setdefault(param.by, [])
                known += [case for case in _cases(param.values) if case not in known]
    if any(step.min_age is not None for step in pack.steps):
        values["born"] = [_OLD, _YOUNG]
    found: dict[object, Facts] = {}
    for chosen in islice(product(*values.values()), MAX_KINDS):
        facts: Facts = dict(zip(values, chosen, strict=True))
        alike = _alike(pack, month, facts)
        if alike is not None:
            found.setdefault(alike, facts)
    return list(found.values())


def barest_kinds(pack: Pack, month: Month, steps: Sequence[Step]) -> list[Facts]:
    """For each choice of these steps that a kind of member can have open, the kind with least else."""
    barest: dict[tuple[bool, ...], tuple[int, Facts]] = {}
    for facts in kinds(pack, month):
        choice = tuple(stands_open(step, facts) for step in steps)
        others = sum(stands_open(step, facts) for step in pack.steps)
        if choice not in barest or others < barest[choice][0]:
            barest[choice] = (others, facts)
    return [facts for _, facts in barest.values()]


def _cases(values: Sequence[tuple[Month, Decimal | Mapping[str, Decimal]]]) -> list[str]:
    return list(dict.fromkeys(case for _, found in values if isinstance(found, Mapping) for case in found))


def stands_open(step: Step, facts: Facts) -> bool:
    """Whether neither a condition nor the age stops the step for this kind of member."""
    return all(facts.get(fact) == value for fact, value in step.when) and (
        step.min_age is None or facts["born"] == _OLD
    )


def _alike(pack: Pack, month: Month, facts: Facts) -> object:
    """What is the same for members whom the pack treats alike; nothing where a figure has no value."""
    try:
        return tuple(
            (
                stands_open(step, facts),
                tuple(param.figure(month, facts).value for param in step.params()),
            )
            for step in pack.steps
        )
    except NoValueError:
        return None


def situations(pack: Pack, month: Month, role: str) -> Iterator[Situation]:
    """Every kind of member: new, without and with bookings on other roles than this one, and after a month
    of work."""
    plenty = plenty_of(pack)
    some, lots = _others(pack, role, Decimal(50)), _others(pack, role, plenty)
    next_month = month.plus(1)
    told: set[tuple[bool, ...]] = set()
    for facts in kinds(pack, month):
        yield Situation(month, facts, {}, State.new(), "new")
        open_steps = tuple(stands_open(step, facts) for step in pack.steps)
        if open_steps in told:
            continue  # members for whom only a figure differs have the same pasts
        told.add(open_steps)
        if some:
            yield Situation(month, facts, some, State.new(), "new")
            yield Situation(month, facts, lots, State.new(), "new")
        if pack.holds_in(next_month) and _remembers(pack):
            for past, turnover in (("worked", plenty), ("half", Decimal(400))):
                _, after = live(pack, facts, month, [{role: turnover}])
                yield Situation(next_month, facts, {}, after, past)


def live(
    pack: Pack,
    facts: Facts,
    first: Month,
    booked: Sequence[Mapping[str, Decimal]],
    state: State | None = None,
) -> tuple[list[Allocation], State]:
    """These months one after the other, each with what was booked on its roles, in euros or units."""
    state, found = state or State.new(), []
    for ahead, roles in enumerate(booked):
        month = MonthFacts(first.plus(ahead), facts, roles, {})
        allocation, state = close(divide("", pack, month, state))
        found.append(allocation)
    return found, state


def _remembers(pack: Pack) -> bool:
    """Whether anything of the pack depends on earlier months."""
    return any(step.over_year or step.carry or uses_up(step) for step in pack.steps)


def uses_up(step: Step) -> bool:
    """Whether the step has a limit that fills up from month to month."""
    fills = (step.max_months, step.cap_year, step.cap_life, step.target)
    return any(limit is not None for limit in fills)


def _others(pack: Pack, role: str, amount: Decimal) -> dict[str, Decimal]:
    """So much on every role but this one that the pack looks at; what counts towards a cap is left out."""
    inputs = [step.role for step in pack.steps if step.role]
    bases = [step.base for step in pack.steps if step.base != "pool" and not step.base.startswith("after.")]
    return {other: amount for other in [*inputs, *bases, *pack.pool] if other != role}


def plenty_of(pack: Pack) -> Decimal:
    """More turnover in a month than any figure of the pack could need."""
    figures = [
        value
        for param in pack.params.values()
        if param.unit == "amount"
        for _, found in param.values
        for value in (found.values() if isinstance(found, Mapping) else [found])
    ]
    literal = [
        figure
        for step in pack.steps
        for figure in (
            step.cap_month, step.cap_year, step.cap_life, step.target, step.above,
            step.operand if step.kind in ("amount", "per") else None,
            *(band.start for band in step.bands),
        )
        if isinstance(figure, Decimal)
    ]  # fmt: skip
    return max([*figures, *literal, ZERO]) * 100 + 10_000
