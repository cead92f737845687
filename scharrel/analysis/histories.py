"""Over the months: whether earning more now can cost later, because it uses up a right.

Histories in which every month but one is the same are searched on the grid of the corners, shortest first.
In that one month the outcome is then an exact function of what is earned in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from scharrel.analysis.finding import Example, Finding, Lived
from scharrel.analysis.lines import exact, pieces
from scharrel.analysis.situations import Situation, barest_kinds, live, plenty_of, uses_up
from scharrel.analysis.within import made_up
from scharrel.core.facts import MonthFacts
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES, Facts, Pack, Step
from scharrel.core.state import State
from scharrel.core.trace import Allocation

LITTLE = Decimal(10)
"""Euros: a job so small that nobody would give up a right for it."""

MAX_GRID = 8
MAX_WAYS = 4
"""Corners that are tried, smallest first: the search is over few and simple histories."""


def history_findings(pack: Pack, month: Month) -> Iterator[Finding]:
    """For each step with a memory, the shortest history in which a member who earns more keeps less."""
    keepers = [step for step in pack.steps if uses_up(step)]
    if not keepers:
        return
    unrounded, role = exact(pack), pack.pool[0]
    first = _start(pack, month)
    length = _longest(pack, first, 1 + max(12, *(step.max_months or 0 for step in keepers)))
    found: dict[str, Finding] = {}
    for facts in barest_kinds(pack, first, keepers):
        for before, since in _pasts(unrounded, facts, first, role):
            start = Situation(since, facts, {}, before, "new" if since == first else "worked")
            grid = _grid(unrounded, start, role)
            for finding in _search(unrounded, start, role, grid, _longest(pack, since, length), keepers):
                known = found.get(finding.step)
                if known is None or _size(finding) < _size(known):
                    found[finding.step] = finding
    yield from found.values()


def _size(finding: Finding) -> tuple[int, Fraction]:
    assert finding.example
    return len(finding.example.more), -finding.loss


def _start(pack: Pack, month: Month) -> Month:
    """A January, if the pack holds by then: a year's caps are whole there."""
    january = month if month.number == 1 else Month(month.year + 1, 1)
    return january if pack.holds_in(january) else month


def _longest(pack: Pack, first: Month, wanted: int) -> int:
    """How many months from here on the pack holds, as many as wanted at most."""
    return next((ahead for ahead in range(wanted) if not pack.holds_in(first.plus(ahead))), wanted)


def _pasts(pack: Pack, facts: Facts, first: Month, role: str) -> Iterator[tuple[State, Month]]:
    """New, and once the months of every step are used up that another step waits for."""
    yield State.new(), first
    waited_for = [step for step in pack.steps if step.id in {other.after for other in pack.steps}]
    months = sum(step.max_months or 0 for step in waited_for)
    if months and pack.holds_in(first.plus(months)):
        _, state = live(pack, facts, first, [{role: plenty_of(pack)}] * months)
        yield state, first.plus(months)


def _grid(pack: Pack, start: Situation, role: str) -> list[Decimal]:
    """The corners of what is kept, to the cent above, smallest first; a little more than nothing too."""
    corners = [piece.start for piece in pieces(pack, start.month_facts(), start.before, role)]
    cents = {Decimal(-(-corner.numerator * 100 // corner.denominator)).scaleb(-2) for corner in corners}
    grid = sorted({ZERO, *cents})[:MAX_GRID]
    return [*grid, grid[-1] + 1000]


def _search(
    pack: Pack, start: Situation, role: str, grid: Sequence[Decimal], length: int, keepers: Sequence[Step]
) -> Iterator[Finding]:
    """For each step that gives less over the whole history, the first way in which it does."""
    told: set[str] = set()
    for ways in _ways(role, grid, length, keepers):
        for later in ways:
            before = len(told)
            for finding in _along(pack, start, role, [grid[0], LITTLE, *grid[1:]], later):
                if finding.step not in told:
                    told.add(finding.step)
                    yield finding
            if len(told) > before:
                break


def _along(
    pack: Pack,
    start: Situation,
    role: str,
    amounts: Sequence[Decimal],
    later: Sequence[Mapping[str, Decimal]],
) -> Iterator[Finding]:
    """Where a member who earns the next amount in the first month keeps less over all of them."""
    lives = [
        live(pack, start.facts, start.month, [{role: amount}, *later], start.before)[0] for amount in amounts
    ]
    for less, more in pairwise(lives):
        if at := _loses_at(less, more):
            step = _gives_less(pack, less[:at], more[:at])
            yield _finding(pack, start, step, less[:at], more[:at], later[: at - 1], role)


def _ways(
    role: str, grid: Sequence[Decimal], length: int, keepers: Sequence[Step]
) -> Iterator[list[list[Mapping[str, Decimal]]]]:
    """What may come after the month that is looked at: the same every month; or nothing until the months of
    a step that counts on are over. Of each sort one is enough."""
    counted = max([12, *(step.max_months or 0 for step in keepers if not step.consecutive)])
    same = min(length - 1, counted)
    yield [[{role: each}] * same for each in grid[1 : 1 + MAX_WAYS]]
    for months in sorted({step.max_months or 0 for step in keepers if step.consecutive}):
        if months + 1 <= length:
            yield [[*[{}] * (months - 1), {role: each}] for each in grid[1 : 1 + MAX_WAYS]]


def _loses_at(less: Sequence[Allocation], more: Sequence[Allocation]) -> int:
    """After how many months the one who earned more has kept least beside the other; 0 if never less, or
    already in the first month, which is no matter of history."""
    apart = lowest = ZERO
    if more[0].keep < less[0].keep:
        return 0
    at = 0
    for nth, (a, b) in enumerate(zip(less, more, strict=True), 1):
        apart += b.keep - a.keep
        if apart < lowest:
            lowest, at = apart, nth
    return at


def _gives_less(pack: Pack, less: Sequence[Allocation], more: Sequence[Allocation]) -> str:
    """The step of the member's that pays so much less."""

    def total(lived: Sequence[Allocation], nth: int) -> Decimal:
        return sum((allocation.steps[nth].paid for allocation in lived), ZERO)

    return max(
        (total(less, nth) - total(more, nth), -nth, step.id)
        for nth, step in enumerate(pack.steps)
        if step.party in KEPT_PARTIES
    )[2]


def _finding(
    pack: Pack,
    start: Situation,
    step: str,
    less: Sequence[Allocation],
    more: Sequence[Allocation],
    later: Sequence[Mapping[str, Decimal]],
    role: str,
) -> Finding:
    """With the whole stretch of amounts for which it holds, if all other months stay as they are."""
    kept, kept_of_more = (Fraction(sum((a.keep for a in lived), ZERO)) for lived in (less, more))
    months = [MonthFacts(a.month, start.facts, roles, {}) for a, roles in zip(less[1:], later, strict=True)]
    found = list(pieces(pack, start.month_facts(), start.before, role, months))
    amount = Fraction(less[0].pool)
    return Finding(
        "history-loses",
        step,
        amount,
        made_up(found, amount, kept),
        {
            "loss": kept - kept_of_more,
            "months": len(more),
            "less": amount,
            "more": Fraction(more[0].pool),
        },
        Example(start, _lived(less), _lived(more)),
    )


def _lived(allocations: Sequence[Allocation]) -> tuple[Lived, ...]:
    return tuple(Lived(a.month, Fraction(a.pool), Fraction(a.keep)) for a in allocations)
