"""Whether a change of a pack ever gives someone other money, as far as a small fixed grid of months shows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from itertools import permutations
from typing import Any

from scharrel.analysis.kinds import BORN, facts_asked
from scharrel.analysis.replays import Replay, ReplayedMonth, asked_again, changed_steps, paid_to, says_else
from scharrel.analysis.situations import periods
from scharrel.analysis.supposed import quantities
from scharrel.analysis.trajectories import plenty_of
from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.money import EXACT
from scharrel.core.month import Month
from scharrel.core.pack import Facts, FactValue, NoValueError, Pack
from scharrel.core.state import State
from scharrel.core.trace import StepResult

LITTLE = (
    (300, 120), (700, 150), (60, 41), (300, 90), (1500, 30), (700, 120), (0, 10), (-40, 0), (12, 4),
    (1000, 0), (40, 41),
)  # fmt: skip
"""What comes in on each role of the pool, month after month, and what is booked on each other role, in euros:
now one step falls short, now another. The cents differ from month to month."""

MANY = 500
"""What is booked on each other role by who has as much on the pool as matters to any figure."""

PART = Decimal("0.2735")
"""So much more of what a step pays by the unit, which has decimals of its own."""

AROUND, YEARLY, SHORT, LONGEST = 4, 14, 16, 60
"""Months of a trial in which a figure changes, of one with little, and at most of one with much."""


class Trials:
    """Members who work under a pack from its first month on, and around each month in which it changes."""

    def __init__(self, pack: Pack):
        self.pack = pack
        self.whole = [Replay(pack, months, State.new()) for months in _whole(pack)]
        self.around = [Replay(pack, months, State.new()) for months in _around(pack)]

    def differ(self, changed: Pack) -> bool:
        """Whether someone then gets another amount in a month, by another step or on another account."""
        may_differ = says_else(self.pack, changed)
        steps = changed_steps(self.pack, changed)
        with localcontext(EXACT):
            for trial in self.whole if changed.params is self.pack.params else [*self.whole, *self.around]:
                months = trial.since(may_differ)
                if _differs(changed, months) if steps is None else _take_else(changed, steps, months):
                    return True
        return False


def _take_else(changed: Pack, steps: Sequence[int], months: Sequence[ReplayedMonth]) -> bool:
    """Whether one of these steps ever takes something else, or the month can be divided where it could not,
    or cannot be where it could."""
    unknown = (passed for passed in months if passed.no_value)
    if any(_paid(changed, passed.facts, passed.before)[0] is not None for passed in unknown):
        return True
    try:
        again = asked_again(changed, steps, months)
        return any(paid_to(was) != paid_to(becomes) for month in again for was, becomes in month.pairs())
    except NoValueError:
        return True


def _differs(changed: Pack, months: Sequence[ReplayedMonth]) -> bool:
    state = months[0].before if months else State.new()
    for passed in months:
        paid, state = _paid(changed, passed.facts, state)
        if paid != (None if passed.no_value else _money(passed.results)):
            return True
    return False


def _paid(pack: Pack, facts: MonthFacts, state: State) -> tuple[object, State]:
    """What each step pays to whom, where the pack is in force and has a figure for everything."""
    if not pack.holds_in(facts.month):
        return [], state
    try:
        allocation, state = close(divide("", pack, facts, state))
    except NoValueError:
        return None, state
    return _money(allocation.steps), state


def _money(results: Sequence[StepResult]) -> list[Any]:
    return sorted(filter(None, map(paid_to, results)))


def _whole(pack: Pack) -> Iterator[list[MonthFacts]]:
    """Until nothing new is expected, with much; for a year and more with little."""
    first = periods(pack)[0]
    length = min(15 + sum(step.max_months or 0 for step in pack.steps), LONGEST)
    if pack.valid_until:
        length = min(length, pack.valid_until.since(first) + 3)
    members = [*_members(pack, first), *_not_shut_out(pack, first)]
    yield from _alike(pack, first, members, length, much=True)
    yield from _alike(pack, first, members, min(length, SHORT), much=False)


def _around(pack: Pack) -> Iterator[list[MonthFacts]]:
    """In a month in which a figure changes or the pack ends, and those beside it."""
    length = YEARLY if any(step.cap_year or step.over_year for step in pack.steps) else AROUND
    for since in [*periods(pack), *([pack.valid_until] if pack.valid_until else [])]:
        members = _members(pack, since)
        for much in (True, False):
            yield from _alike(pack, since, members, length, much=much)


def _members(pack: Pack, month: Month) -> list[Facts]:
    """Who has everything that the pack asks, who lacks one thing, and who comes of each age that it asks."""
    most, choices = _choices(pack, month)
    return [most, *_each_other(most, choices, choices)]


def _not_shut_out(pack: Pack, month: Month) -> Iterator[Facts]:
    """Who lacks what opens a step that shuts out another for ever, and one thing that the other asks."""
    most, choices = _choices(pack, month)
    for step, other in permutations(pack.steps, 2):
        if step.not_with == other.id and not other.max_months:
            shut = {
                fact: next(known for known in choices[fact] if known != value) for fact, value in other.when
            }
            yield from _each_other({**most, **shut}, [*dict(step.when), BORN], choices)


def _choices(pack: Pack, month: Month) -> tuple[Facts, dict[str, list[FactValue]]]:
    """The facts of who has everything, and every value of each fact: the ages are reached in the third
    month."""
    choices, third = facts_asked(pack), month.plus(2)
    ages = sorted({step.min_age for step in pack.steps if step.min_age})
    choices.setdefault(BORN, []).extend(date(third.year - age, third.number, 1) for age in ages)
    return {fact: known[0] for fact, known in choices.items() if known}, choices


def _each_other(
    most: Facts, facts: Iterable[str], choices: Mapping[str, Sequence[FactValue]]
) -> Iterator[Facts]:
    """The same member with each other value of each of these facts."""
    yield from ({**most, fact: value} for fact in facts for value in choices[fact][1:])


def _alike(
    pack: Pack, since: Month, members: Iterable[Facts], length: int, *, much: bool
) -> Iterator[list[MonthFacts]]:
    """These members, each with the same bookings in the months from the one before `since` on."""
    months = [_month(pack, since, nth, much) for nth in range(length)]
    for facts in members:
        yield [month._replace(facts=facts) for month in months]


def _month(pack: Pack, since: Month, nth: int, much: bool) -> MonthFacts:
    """The nth month from the one before `since` on."""
    alternates = nth >= 8 and nth % 3 == 2
    pool, other = (plenty_of(pack), MANY) if much and not alternates else LITTLE[nth % len(LITTLE)]
    came_in, booked = Decimal(pool and pool + Decimal(nth * 37 % 100) / 100), Decimal(other)
    units = {
        step.role: booked / 10 + PART * (nth + 1) for step in pack.steps if step.kind == "per" and step.role
    }
    counts = {role: booked / 100 for step in pack.steps for role in step.counts}
    roles = {
        **dict.fromkeys(quantities(pack), booked),
        **units,
        **counts,
        **dict.fromkeys(pack.pool, came_in),
    }
    approved = dict.fromkeys(pack.approved_roles(), booked / 2)
    pots = dict.fromkeys(pack.pots(), Decimal(-20)) if nth % 5 == 4 else {}
    return MonthFacts(since.plus(nth - 1), {}, roles, pots, approved=approved)
