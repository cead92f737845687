"""Situations in which a pack has to be looked at: every kind of member and history that it tells apart."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Literal, NamedTuple

from scharrel.analysis.kinds import choice, kinds
from scharrel.analysis.trajectories import Life, others, plenty_of, remembering, turning_points
from scharrel.core.facts import MonthFacts
from scharrel.core.month import Month
from scharrel.core.pack import Facts, Pack
from scharrel.core.state import State

MAX_PASTS = 128
"""Pasts that are looked at: those of members for whom most happens."""

Whose = Literal["", "own", "together"]


class Situation(NamedTuple):
    """A kind of member in a month: the facts, the `role` on which more or less is earned, what others booked,
    and what went before.

    `past` tells that in a word: new, worked (months of much work before this one), half (of less) or idle.
    `whose` money is looked at: the member's own, without what comes back of a share, or that of all members
    together; empty where nothing is shared.
    """

    month: Month
    facts: Facts
    role: str
    roles: Mapping[str, Decimal]
    before: State
    past: str
    whose: Whose = ""

    def month_facts(self) -> MonthFacts:
        return MonthFacts(self.month, self.facts, self.roles, {})


def periods(pack: Pack) -> list[Month]:
    """The first month of every stretch in which no figure of the pack changes, oldest first."""
    starts = {since for step in pack.steps for param in step.params() for since, _ in param.values}
    first = pack.valid_from or min(starts, default=Month(2026, 1))
    return [first, *sorted(month for month in starts if month > first and pack.holds_in(month))]


def situations(pack: Pack, month: Month, role: str, lives: Sequence[Life]) -> Iterator[Situation]:
    """Every kind of member: new, without and with bookings on other roles than this one, and after whatever
    these lives bring."""
    some, lots = others(pack, role, Decimal(50)), others(pack, role, plenty_of(pack))
    alone = [{other: amount} for other, amount in some.items() if len(some) > 1]
    told: dict[tuple[bool, ...], Facts] = {}
    for facts in kinds(pack, month):
        yield Situation(month, facts, role, {}, State.new(), "new")
        if told.setdefault(choice(pack.steps, facts), facts) is facts:
            for booked in filter(None, (some, lots, *alone)):
                yield Situation(month, facts, role, booked, State.new(), "new")
    # Members for whom only a figure differs have the same pasts.
    yield from islice(_pasts(pack, told.values(), role, lives), MAX_PASTS)


def _pasts(pack: Pack, alike: Iterable[Facts], role: str, lives: Sequence[Life]) -> Iterator[Situation]:
    steps = remembering(pack)
    for facts in alike:
        for way, passed in turning_points([life for life in lives if life.choice == choice(steps, facts)]):
            yield Situation(passed.allocation.month, facts, role, {}, passed.before, way)
