"""Over the months: whether earning more now can cost later, because it uses up a right.

Histories in which every month but one is the same are searched on the grid of the corners, shortest first.
In that one month the outcome is then an exact function of what is earned in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

from scharrel.analysis.finding import Example, Finding, example_of
from scharrel.analysis.kinds import choice, telling_kinds
from scharrel.analysis.lines import Piece, exact, pieces
from scharrel.analysis.situations import Situation, Whose
from scharrel.analysis.trajectories import (
    LITTLE,
    MAX_MONTHS,
    SOME,
    Life,
    Passed,
    held,
    january,
    live,
    plenty_of,
    remembering,
    uses_up,
)
from scharrel.analysis.within import MOST, cents_above, cents_below, made_up
from scharrel.core.facts import MonthFacts
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES, Facts, Pack, Step
from scharrel.core.state import State

MAX_GRID = 8
"""Corners that are tried: the search is over few and simple histories."""

MAX_TELLING = 4
"""Steps with a memory that say what is earned in the other months."""

MAX_STARTS = 16
"""Kinds and pasts from which histories are searched."""

SHORT = 13
"""Months of histories that are worth to be compared."""


class Counterexample(NamedTuple):
    """Two histories that differ in the first month, of which the one with more gives less."""

    less: "History"
    more: "History"
    example: Example

    @property
    def size(self) -> tuple[int, Fraction]:
        """Smallest first: how many months it takes, and how much is lost (the more, the better it shows)."""
        return len(self.more.months), self.more.keep - self.less.keep


class History(NamedTuple):
    """Some months: what was booked on roles in each, and how they were divided."""

    booked: Sequence[Mapping[str, Decimal]]
    months: Sequence[Passed]

    def until(self, months: int) -> "History":
        return History(self.booked[:months], self.months[:months])

    @property
    def keep(self) -> Fraction:
        """What the member keeps of all months, in euros."""
        return Fraction(sum((passed.allocation.keep for passed in self.months), ZERO))

    def paid(self, nth: int) -> Decimal:
        """What one step pays over all months, in euros."""
        return sum((passed.allocation.steps[nth].paid for passed in self.months), ZERO)


def history_findings(
    pack: Pack, month: Month, role: str, lives: Sequence[Life], whose: Whose = ""
) -> Iterator[Finding]:
    """For each step with a memory, the shortest history in which a member who earns more keeps less."""
    if not any(step.party in KEPT_PARTIES for step in pack.steps):
        return
    unrounded = exact(pack)
    found: dict[str, Finding] = {}
    for start, keepers in islice(_starts(pack, january(pack, month), role, lives, whose), MAX_STARTS):
        if {step.id for step in keepers} <= found.keys():
            continue
        months = 13 + max(step.max_months or 0 for step in keepers)
        length = held(pack, start.month, min(months, MAX_MONTHS))
        for finding in _search(pack, unrounded, start, length, keepers):
            known = found.get(finding.step)
            if known is None or _size(finding) < _size(known):
                found[finding.step] = finding
    yield from found.values()


def _size(finding: Finding) -> tuple[int, Fraction]:
    assert finding.example
    return len(finding.example.more), -finding.loss


def _starts(
    pack: Pack, first: Month, role: str, lives: Sequence[Life], whose: Whose
) -> Iterator[tuple[Situation, list[Step]]]:
    """Where histories start, and which steps may be used up there: those with fewest steps open first, as
    their histories are the simplest."""
    filling = [step for step in pack.steps if step.over_year or uses_up(step)]
    groups = sorted(telling_kinds(pack, first, filling), key=lambda known: sum(known[0]))
    for facts in (facts for _, alike in groups for facts in alike):
        paid = _paid(pack, facts, lives)
        for past, before, since in _pasts(pack, facts, first, role, paid):
            over = {s.id for s in pack.steps if before.of(pack.id, s).used_up(s, since)}
            keepers = [s for s in filling if s.id in paid - over and (s.after is None or s.after in over)]
            if keepers:
                yield Situation(since, facts, role, {}, before, past, whose), keepers


def _paid(pack: Pack, facts: Facts, lives: Sequence[Life]) -> set[str]:
    """The steps that ever pay to members with the same steps open."""
    mine = choice(remembering(pack), facts)
    return {
        result.step.id
        for life in lives
        if life.choice == mine
        for passed in life.months
        for result in passed.allocation.steps
        if result.paid > 0
    }


def _pasts(
    pack: Pack, facts: Facts, first: Month, role: str, paid: set[str]
) -> Iterator[tuple[str, State, Month]]:
    """New, begun, and each time that the months of a step are used up that another step waits for."""
    yield "new", State.new(), first
    after = {other.after for other in pack.steps if other.id in paid}
    months = accumulate(step.max_months or 0 for step in pack.steps if step.id in after & paid)
    for past, amount, used in (("half", SOME, 1), *(("worked", plenty_of(pack), used) for used in months)):
        since = first.plus(used)
        if 0 < used <= MAX_MONTHS and pack.holds_in(since):
            yield past, live(pack, facts, first, [{role: amount}] * used)[1], since


def _search(
    pack: Pack, unrounded: Pack, start: Situation, length: int, keepers: Sequence[Step]
) -> Iterator[Finding]:
    """For each step that gives less over the whole history, the shortest in which it does, and of those the
    one that costs most; of the long ones the first."""
    found = list(pieces(unrounded, start.month_facts(), start.before, start.role))
    grid = sorted({cents_below(piece.start) for piece in found})[:MAX_GRID]
    amounts = sorted({*grid, *_little_more(found), grid[-1] + 1000})
    best: dict[str, Counterexample] = {}
    worth = [_worth_most(unrounded, start, step, found) for step in keepers[:MAX_TELLING]]
    for ways in _ways(start.role, [*worth, *grid[1:2], grid[-1] + 1000], length, keepers):
        longest = len(ways[0])
        for later in ways:
            for case in _along(pack, unrounded, start, amounts, later[:longest]):
                step = _gives_less(pack, case)
                if step not in best or case.size < best[step].size:
                    best[step] = case
            if best:
                longest = min(longest, max(case.size[0] for case in best.values()) - 1)
            if best and longest > SHORT:
                break
    for step, case in best.items():
        yield _finding(pack, start, step, case)


def _little_more(found: Sequence[Piece]) -> Iterator[Decimal]:
    """A little more than where a step starts to pay, and so may use up a right."""
    yield LITTLE
    for before, after in pairwise(found):
        if any(not then.slope and now.slope > 0 for then, now in zip(before.steps, after.steps, strict=True)):
            yield cents_below(after.start) + LITTLE


def _worth_most(pack: Pack, start: Situation, step: Step, found: Sequence[Piece]) -> Decimal:
    """In a month of how much it makes most difference to what is kept whether the step pays."""
    shut = tuple(replace(other, cap_month=ZERO) if other.id == step.id else other for other in pack.steps)
    without = list(pieces(replace(pack, steps=shut), start.month_facts(), start.before, start.role))
    corners = sorted({piece.start for piece in (*found, *without)})
    most = max(
        [*corners, corners[-1] + 1000], key=lambda at: abs(_keep_at(found, at) - _keep_at(without, at))
    )
    return cents_above(most)


def _keep_at(found: Sequence[Piece], amount: Fraction) -> Fraction:
    return next(piece.keep_at(amount) for piece in reversed(found) if piece.start <= amount)


def _ways(
    role: str, telling: Sequence[Decimal], length: int, keepers: Sequence[Step]
) -> Iterator[list[list[Mapping[str, Decimal]]]]:
    """What may come after the month that is looked at: the same every month, a telling amount or so much
    less that a limit fills slowly; or nothing until the months of a step that counts on are over."""
    amounts = list(dict.fromkeys([*telling, telling[0] // 2, telling[0] // 12]))
    counted = max([12, *(step.max_months or 0 for step in keepers if not step.consecutive)])
    same = min(length - 1, counted)
    yield [[{role: each}] * same for each in amounts]
    for months in sorted({step.max_months or 0 for step in keepers if step.consecutive}):
        if months + 1 <= length:
            again = min(months, 12, length - months)
            yield [[*[{}] * (months - 1), *[{role: each}] * again] for each in amounts]


def _along(
    pack: Pack,
    unrounded: Pack,
    start: Situation,
    amounts: Sequence[Decimal],
    later: Sequence[Mapping[str, Decimal]],
) -> Iterator[Counterexample]:
    """Where a member who earns the next amount in the first month keeps less over all of them."""
    histories = []
    for amount in amounts:
        booked = [{start.role: amount}, *later]
        histories.append(History(booked, live(unrounded, start.facts, start.month, booked, start.before)[0]))
    for less, more in pairwise(histories):
        if at := _loses_at(less, more):
            told = less.until(at), more.until(at)
            example = Example(start, *(example_of(pack, start, history.booked) for history in told))
            case = Counterexample(*told, example)
            if example.loss >= -case.size[1] * MOST:
                yield case


def _loses_at(less: History, more: History) -> int:
    """After how many months the one who earned more has kept least beside the other; 0 if never less, or
    already in the first month, which is no matter of history."""
    apart = [b.allocation.keep - a.allocation.keep for a, b in zip(less.months, more.months, strict=True)]
    behind = list(accumulate(apart))
    return 0 if behind[0] < 0 or min(behind) >= 0 else behind.index(min(behind)) + 1


def _gives_less(pack: Pack, case: Counterexample) -> str:
    """The step of the member's that pays so much less."""
    return max(
        (case.less.paid(nth) - case.more.paid(nth), -nth, step.id)
        for nth, step in enumerate(pack.steps)
        if step.party in KEPT_PARTIES
    )[2]


def _finding(pack: Pack, start: Situation, step: str, case: Counterexample) -> Finding:
    """With the whole stretch of amounts for which it holds, if all other months stay as they are."""
    later = [
        MonthFacts(passed.allocation.month, start.facts, roles, {})
        for passed, roles in zip(case.less.months[1:], case.less.booked[1:], strict=True)
    ]
    found = list(pieces(pack, start.month_facts(), start.before, start.role, later))
    less, more = (Fraction(history.booked[0][start.role]) for history in (case.less, case.more))
    months, lost = case.size
    return Finding(
        "history-loses",
        step,
        less,
        made_up(found, more, case.less.keep),
        {"loss": -lost, "months": months, "less": less, "more": more},
        case.example,
    )
