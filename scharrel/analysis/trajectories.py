"""What may go before a month: members under a pack for some years, each working in one way all the time."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from scharrel.analysis.kinds import telling_kinds
from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.month import Month
from scharrel.core.pack import Facts, Pack, Step
from scharrel.core.state import State
from scharrel.core.trace import Allocation

MAX_CHOICES = 16
"""Kinds of members that are followed for years: those for whom most happens."""

MAX_MONTHS = 240
"""Months after which nothing new is expected of a pack."""

ARREARS = 12
"""Months in which nothing is earned and what is carried along grows."""

SOME, LITTLE = Decimal(400), Decimal(10)
"""Euros a month of someone who works now and then, and of who hardly works."""


class Passed(NamedTuple):
    """One month of a life, and how the member stood before it."""

    before: State
    allocation: Allocation


class Life(NamedTuple):
    """`choice` tells which steps with a memory are open to the member, `way` how much there is to divide:
    worked (much), half (some) or idle (nothing in the first `begun` months)."""

    choice: tuple[bool, ...]
    facts: Facts
    way: str
    begun: int
    months: list[Passed]


def live(
    pack: Pack,
    facts: Facts,
    first: Month,
    booked: Sequence[Mapping[str, Decimal]],
    state: State | None = None,
) -> tuple[list[Passed], State]:
    """These months one after the other, each with what was booked on its roles, in euros or units."""
    state, found = state or State.new(), []
    for ahead, roles in enumerate(booked):
        before = state
        month = MonthFacts(first.plus(ahead), facts, roles, {})
        allocation, state = close(divide("", pack, month, before))
        found.append(Passed(before, allocation))
    return found, state


def lives(pack: Pack, month: Month) -> list[Life]:
    """For each choice of steps with a memory that is open to members, what the years bring."""
    steps = remembering(pack)
    if not steps:
        return []
    first, found = january(pack, month), []
    for choice, alike in islice(telling_kinds(pack, first, steps), MAX_CHOICES):
        months = sum(step.max_months or 0 for step, is_open in zip(steps, choice, strict=True) if is_open)
        length = held(pack, first, min(24 + months, MAX_MONTHS))
        for facts in alike:
            for way, begun, booked in _ways_of_working(pack, length):
                found.append(Life(choice, facts, way, begun, live(pack, facts, first, booked)[0]))
    return found


def turning_points(found: Sequence[Life]) -> Iterator[tuple[str, Passed]]:
    """The months before which members stand as they did not before: once there is a past at all, and each
    time that another step paid or another limit held; with the way of working."""
    seen: set[object] = set()
    for life in found:
        for nth, passed in enumerate(life.months):
            happened = tuple((result.paid > 0, *result.why) for result in passed.allocation.steps)
            if nth and (nth == life.begun or happened not in seen):
                yield life.way, passed
            seen.add(happened)


def january(pack: Pack, month: Month) -> Month:
    """The month or the January after it, if the pack holds by then: a year's limits are whole there. A pack
    that ends is followed from its beginning: what is left of it is too short for what years bring."""
    if pack.valid_from and pack.valid_until:
        return min(pack.valid_from, month)
    after = month if month.number == 1 else Month(month.year + 1, 1)
    return after if pack.holds_in(after) else month


def held(pack: Pack, first: Month, wanted: int) -> int:
    """How many months from here on the pack holds, as many as wanted at most."""
    return next((ahead for ahead in range(wanted) if not pack.holds_in(first.plus(ahead))), wanted)


def remembering(pack: Pack) -> list[Step]:
    """The steps for which earlier months matter."""
    return [step for step in pack.steps if step.over_year or step.carry or uses_up(step)]


def uses_up(step: Step) -> bool:
    """Whether the step has a limit that fills up from month to month."""
    fills = (step.max_months, step.cap_year, step.cap_life, step.target)
    return any(limit is not None for limit in fills)


def others(pack: Pack, role: str, amount: Decimal) -> dict[str, Decimal]:
    """So much on every role but this one that the pack looks at; what counts towards a cap is left out."""
    inputs = [step.role for step in pack.steps if step.role]
    bases = [step.base for step in pack.steps if _is_role(step.base)]
    return {other: amount for other in [*inputs, *bases, *pack.pool] if other != role}


def plenty_of(pack: Pack) -> Decimal:
    """More in a month than any figure of the pack could need."""
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
    return max([*figures, *literal, Decimal(0)]) * 100 + 10_000


def _ways_of_working(pack: Pack, length: int) -> Iterator[tuple[str, int, list[Mapping[str, Decimal]]]]:
    """Much of everything, of which enough is left; much of one role alone; some; nothing at first."""
    plenty, first = plenty_of(pack), pack.pool[0]
    everything: Mapping[str, Decimal] = {
        **others(pack, first, plenty),
        **dict.fromkeys(pack.pool, plenty * 1000),
    }
    yield "worked", 1, [everything] * length
    yield "half", 1, [{first: SOME}] * length
    if len(everything) > 1:
        for role in pack.pool:
            yield "worked", 1, [{role: plenty}] * length
    if any(step.kind == "per" or _is_role(step.base) for step in pack.steps):
        yield "half", 1, [{**others(pack, first, SOME / 20), first: SOME}] * length
    if any(step.max_months and (step.target or step.cap_life) for step in pack.steps):
        yield "half", 1, [{first: LITTLE}] * length  # months can be used up before the money is
    if any(step.carry and step.kind != "input" for step in pack.steps):
        yield "idle", ARREARS, [{} if nth < ARREARS else everything for nth in range(length)]


def _is_role(base: str) -> bool:
    return base != "pool" and not base.startswith("after.")
