"""The whole of `simulate`: the real books read once, then divided under a proposal as often as asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.goal import Found, Goal, seek
from scharrel.analysis.simulation import PROPOSED, Pair, Setting, pairs, under, with_figures
from scharrel.analysis.simulation import sum_up as total_of
from scharrel.checks.members import member_problems
from scharrel.core.facts import Amounts, Holder
from scharrel.core.history import replay
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import Pack, Param
from scharrel.core.pots import packs_of, with_approvals
from scharrel.core.problems import Problem, errors
from scharrel.core.trace import Allocation
from scharrel.ledger.books import Books
from scharrel.operations.divide import divide_group
from scharrel.operations.receipts import count_received, with_receipts
from scharrel.store.processes import Progress

GRAINS = {"rate": Decimal("0.0001"), "amount": Decimal("0.01")}
"""The smallest step of a figure that is looked for: 0.01% or a cent."""

HALVINGS = 10
"""About as many tries as it takes between two of the first figures."""


class Baseline(NamedTuple):
    """What a simulation starts from: everyone who may be touched by it, and their months as they were.

    `members` are as the register would have them with the proposal from `first` on, `was` the months of
    those whose money it can change.
    """

    first: Month
    last: Month
    members: list[Holder]
    amounts: Mapping[str, Amounts]
    packs: Mapping[str, Pack]
    was: list[Allocation]
    problems: list[Problem]


def read_history(
    books: Books, pack: Pack, instead: Mapping[str, str | None], first: Month, last: Month, today: date
) -> Baseline:
    """Read and divide for these members, each with the pack that the proposal takes the place of (None:
    any), and for all who share with them. `problems` also has what the proposal lacks for them."""
    books_then = books._replace(packs={**books.packs, PROPOSED: _always(pack)})
    if pack.by_payment:
        books_then = with_receipts(books_then)
    history = Baseline(first, last, [], {}, books.packs, [], [])
    amounts: dict[str, Amounts] = {}
    changing = _changing(books, instead)
    for group in books.groups():
        if not any(member.id in instead for member in group):
            continue
        outcome = divide_group(books, group, last, today, sealed=False)
        history.problems.extend(outcome.problems)
        history.was.extend(a for a in outcome.allocations if a.member in changing)
        for member in group:
            ledger = outcome.ledgers[member.id]
            then = under(member, instead[member.id], first) if member.id in instead else member
            history.members.append(then)
            pack_in = packs_of(then, books_then.packs)
            if not errors(outcome.problems):
                history.problems.extend(count_received(books_then, then, ledger, pack_in))
            amounts[member.id], _ = with_approvals(then, pack_in, ledger.counted, ledger.amounts)
            if not errors(outcome.problems) and member.id in instead:
                history.problems.extend(member_problems(books_then, then, ledger, last, today))
    return history._replace(amounts=amounts)


def _changing(books: Books, instead: Collection[str]) -> frozenset[str]:
    """These members and all who share with them; another's own rules do not change what a project shares, nor
    those of a sub-cooperative what its members have. What they pay to it is told with them alone."""
    if any(books.holders[member].kind == "subcooperative" for member in instead):
        return frozenset(instead)
    members = {m.id: m for m in books.holders.values() if m.person or m.id in instead}
    groups = books._replace(holders=members).groups()
    return frozenset(m.id for group in groups if any(m.id in instead for m in group) for m in group)


def simulate(history: Baseline, pack: Pack) -> list[Pair]:
    """Every month of the period as it was and under the pack; what came before it stays as it was."""
    return pairs(history.was, _divided(history, pack), history.first, history.last)


def reach(
    history: Baseline, pack: Pack, settings: Sequence[Setting], goal: Goal, progress: Progress
) -> tuple[Found, list[Setting]] | None:
    """The figure with which the goal is met as nearly as can be, and the settings with it; none if the
    figure does not change what the party gets."""
    param = pack.params[goal.sought.param]
    grain = GRAINS[param.unit]
    points, near = _points(history, param, goal.sought.case)
    count = 0
    changing = {allocation.member for allocation in history.was}

    def tried(figure: int) -> list[Setting]:
        return [s._replace(value=figure * grain) if s == goal.sought else s for s in settings]

    def total(figure: int) -> Decimal:
        nonlocal count
        count += 1
        progress(count, len(points) + HALVINGS)
        found = _divided(history, with_figures(pack, tried(figure), history.first))
        counted = (a for a in found if a.month >= history.first and a.member in changing)
        return total_of(counted).paid[goal.party]

    found = seek(total, goal.amount, points, near)
    return found and (found, tried(found.figure))


def _points(history: Baseline, param: Param, case: str) -> tuple[list[int], int]:
    """The figures to try first, growing, and the one that holds now, in grains: every tenth of a rate; of
    an amount as much as could ever matter, each time halved."""
    held = next((value for since, value in reversed(param.values) if since <= history.last), ZERO)
    now = held.get(case, ZERO) if isinstance(held, Mapping) else held
    near = int(now / GRAINS[param.unit])
    if param.unit == "rate":
        return sorted({near, *range(0, 10_001, 1_000)}), near
    pools = total(a.pool for a in history.was)
    most = pools + max((abs(b) for a in history.was for b in a.balances.values()), default=ZERO)
    top = int(most / GRAINS[param.unit]) + 1
    return sorted({0, near, *(top >> nth for nth in range(top.bit_length()))}), near


def _divided(history: Baseline, pack: Pack) -> list[Allocation]:
    packs = {**history.packs, PROPOSED: _always(pack)}
    return list(replay(history.members, history.amounts, packs, history.last))


def _always(pack: Pack) -> Pack:
    """The pack as if it were in force in every month."""
    return replace(pack, valid_from=None, valid_until=None)
