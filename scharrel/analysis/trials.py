"""Whether a change of a pack ever gives someone other money, as far as a small fixed grid of months shows."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, localcontext
from functools import cache, cached_property
from typing import NamedTuple

from scharrel.analysis.kinds import BORN, facts_asked
from scharrel.analysis.situations import periods
from scharrel.analysis.supposed import quantities
from scharrel.analysis.trajectories import plenty_of
from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.money import EXACT
from scharrel.core.month import Month
from scharrel.core.pack import Facts, NoValueError, Pack
from scharrel.core.state import State

LITTLE = (
    (300, 120), (700, 150), (60, 41), (300, 90), (1500, 30), (700, 120), (0, 10), (-40, 0), (12, 4),
    (1000, 0),
)  # fmt: skip
"""What comes in on each role of the pool, month after month, and what is booked on each other role, in euros:
now one step falls short, now another. The cents differ from month to month."""

MANY = 500
"""What is booked on each other role by who has as much on the pool as matters to any figure."""

PART = Decimal("0.2735")
"""So much more of what a step pays by the unit, which has decimals of its own."""

AROUND, SHORT, LONGEST = 4, 15, 60
"""Months of a trial in which a figure changes, of one with little, and at most of one with much."""


class Tried(NamedTuple):
    """A month of a trial, how the member stood before it, and what was paid."""

    facts: MonthFacts
    before: State
    paid: object


class Trials:
    """Members who work under a pack from its first month on, and around each month in which it changes."""

    def __init__(self, pack: Pack):
        self.pack = pack

    def differ(self, changed: Pack) -> bool:
        """Whether someone then gets another amount in a month, by another step or on another account."""
        may_differ = says_else(self.pack, changed)
        with localcontext(EXACT):
            for trial in self._whole if changed.params is self.pack.params else [*self._whole, *self._around]:
                since = next((nth for nth, tried in enumerate(trial) if may_differ(tried.facts.month)), None)
                if since is not None and _differs(changed, trial[since:]):
                    return True
        return False

    @cached_property
    def _whole(self) -> list[list[Tried]]:
        return [list(_try(self.pack, months)) for months in _whole(self.pack)]

    @cached_property
    def _around(self) -> list[list[Tried]]:
        return [list(_try(self.pack, months)) for months in _around(self.pack)]


def says_else(pack: Pack, changed: Pack) -> Callable[[Month], bool]:
    """Whether the changed pack may do something else in a month, as far as dated figures tell."""
    pairs = [(param, changed.params[name]) for name, param in pack.params.items()]
    pairs = [(was, becomes) for was, becomes in pairs if was is not becomes]

    @cache
    def differs(month: Month) -> bool:
        rows = [(was.in_force(month), becomes.in_force(month)) for was, becomes in pairs]
        different = any((was and was[1]) != (becomes and becomes[1]) for was, becomes in rows)
        return not rows or (different and pack.holds_in(month))

    return differs


def _try(pack: Pack, months: list[MonthFacts]) -> Iterator[Tried]:
    state = State.new()
    for facts in months:
        before = state
        paid, state = _paid(pack, facts, before)
        yield Tried(facts, before, paid)


def _differs(changed: Pack, months: list[Tried]) -> bool:
    state = months[0].before
    for tried in months:
        paid, state = _paid(changed, tried.facts, state)
        if paid != tried.paid:
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
    paid = [
        (r.step.id, r.paid, r.step.party, r.step.to, r.step.reduction) for r in allocation.steps if r.paid
    ]
    return sorted(paid), state


def _whole(pack: Pack) -> Iterator[list[MonthFacts]]:
    """Until nothing new is expected, with much; for a year and more with little."""
    first = periods(pack)[0]
    length = min(15 + sum(step.max_months or 0 for step in pack.steps), LONGEST)
    if pack.valid_until:
        length = min(length, pack.valid_until.since(first) + 3)
    members = _members(pack, first)
    for facts in members:
        yield [_month(pack, first, facts, nth, much=True) for nth in range(length)]
    for facts in members:
        yield [_month(pack, first, facts, nth, much=False) for nth in range(min(length, SHORT))]


def _around(pack: Pack) -> Iterator[list[MonthFacts]]:
    """In a month in which a figure changes or the pack ends, and those beside it."""
    for since in [*periods(pack), *([pack.valid_until] if pack.valid_until else [])]:
        for facts in _members(pack, since):
            for much in (True, False):
                yield [_month(pack, since, facts, nth, much) for nth in range(AROUND)]


def _members(pack: Pack, month: Month) -> list[Facts]:
    """Who has everything that the pack asks, who lacks one thing, and who comes of each age that it asks."""
    choices, third = facts_asked(pack), month.plus(2)
    ages = sorted({step.min_age for step in pack.steps if step.min_age})
    choices.setdefault(BORN, []).extend(date(third.year - age, third.number, 1) for age in ages)
    most = {fact: known[0] for fact, known in choices.items() if known}
    return [most, *({**most, fact: value} for fact, known in choices.items() for value in known[1:])]


def _month(pack: Pack, since: Month, facts: Facts, nth: int, much: bool) -> MonthFacts:
    """The nth month from the one before `since` on."""
    alternates = nth >= 8 and nth % 3 == 2
    pool, other = (plenty_of(pack), MANY) if much and not alternates else LITTLE[nth % len(LITTLE)]
    came_in, booked = Decimal(pool and pool + Decimal(nth * 37 % 100) / 100), Decimal(other)
    units = {step.role: booked / 10 + PART for step in pack.steps if step.kind == "per" and step.role}
    counts = {role: booked / 100 for step in pack.steps for role in step.counts}
    roles = {
        **dict.fromkeys(quantities(pack), booked),
        **units,
        **counts,
        **dict.fromkeys(pack.pool, came_in),
    }
    approved = dict.fromkeys(pack.approved_roles(), booked / 2)
    pots = dict.fromkeys(pack.pots(), Decimal(-20)) if nth % 5 == 4 else {}
    return MonthFacts(since.plus(nth - 1), facts, roles, pots, approved=approved)
