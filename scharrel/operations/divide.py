"""One run: files → facts of a month → rules → allocations with their trace."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from types import MappingProxyType

from scharrel.checks.books import standing_problems
from scharrel.checks.members import ledger_problems, rules_hold
from scharrel.checks.outcome import (
    Outcome,
    outcome_problems,
)
from scharrel.core.corrections import (
    Cause,
    Correction,
    booked_corrections,
    changed_since,
    corrections,
    followed,
)
from scharrel.core.facts import Group, Holder
from scharrel.core.history import Given, replay
from scharrel.core.month import Month
from scharrel.core.pots import packs_of, with_approvals
from scharrel.core.problems import Problem, errors
from scharrel.ledger.basis import basis_of
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import read_ledger
from scharrel.operations.receipts import count_received
from scharrel.store.allocations import allocation_text
from scharrel.store.elsewhere import ledger_text
from scharrel.store.seals import BrokenSealError, read_seals


def divide_group(
    books: Books,
    group: Group,
    through: Month | None,
    today: date,
    *,
    sealed: bool = True,
    given: Given = MappingProxyType({}),
    instead: Mapping[str, Ledger] = MappingProxyType({}),
) -> Outcome:
    """Read and divide for members who have to be divided together, or for some of them when what the
    projects share with those is `given`; as far as there are rules, if no month is asked for.

    With `sealed` it looks at what was posted for closed months, and puts it right. What is wrong in a later
    month than the one that is asked for, up to that of today, is wrong too. Ledgers `instead` are not read.
    """
    outcome = Outcome({m.id: instead.get(m.id) or read_ledger(books.coop, m.id, books.chart) for m in group})
    now = Month.of(today)
    reach = now if rules_hold(books, group, now) else now.plus(-1)
    through = through or reach
    outcome.standing = standing_problems(books, group)
    outcome.own = ledger_problems(books, group, outcome.ledgers, through, today)
    if errors(outcome.problems):
        return outcome.placed()
    for member in group:
        ledger, pack_in = outcome.ledgers[member.id], packs_of(member, books.packs)
        outcome.own += count_received(books, member, ledger, pack_in)
        ledger.amounts, outcome.costs[member.id] = with_approvals(
            member, pack_in, ledger.counted, ledger.amounts
        )
    if errors(outcome.own):
        return outcome.placed()
    amounts = {member: ledger.amounts for member, ledger in outcome.ledgers.items()}
    last = max(through, books.closed or through, min(reach, _last_booked(outcome, through)))
    for allocation in replay(group, amounts, books.packs, last, given=given):
        (outcome.allocations if allocation.month <= through else outcome.later).append(allocation)
    if sealed:
        _correct(books, group, outcome)
    outcome.own += outcome_problems(books, group, outcome, through, today, sealed=sealed)
    return outcome.placed()


def _last_booked(outcome: Outcome, through: Month) -> Month:
    """The last month with a booking in any of the ledgers; not before `through`."""
    last_days = (max(ledger.days) for ledger in outcome.ledgers.values() if ledger.days)
    counted = {month for ledger in outcome.ledgers.values() for month in ledger.booked}
    counted |= {moved.counts for ledger in outcome.ledgers.values() for moved in ledger.paid}
    return max(through, *(Month.of(day) for day, _ in last_days), *counted, through)


def _correct(books: Books, group: Group, outcome: Outcome) -> None:
    """What is due to closed months, and what was put right of them before."""
    for member in (m for m in group if not books.never_sealed(m)):
        try:
            seals = read_seals(books.coop, member.id, books.closed, books.sealed)
        except BrokenSealError as broken:
            problem = Problem(books.coop.shown(broken.path), 1, broken.code, {"month": broken.path.stem})
            outcome.own.append(problem)
            continue
        outcome.seals[member.id] = seals
        outcome.booked[member.id] = booked_corrections(seals)
        as_now = partial(basis_of, books, member, outcome.ledgers[member.id])
        own = [a for a in outcome.all_allocations if a.member == member.id]
        due = corrections(own, seals, books.closed, member.id, as_now)
        outcome.corrections[member.id] = [_settling(member, c) for c in due]
    changed_of = cache(partial(_changed_of, books, outcome))
    outcome.corrections = followed(group, outcome.corrections, changed_of)


def _changed_of(books: Books, outcome: Outcome, who: str) -> Mapping[Month, tuple[Cause, ...]]:
    """What changed of someone since months were closed; nothing of who is not divided again."""
    if who not in outcome.seals:
        return {}
    as_now = partial(basis_of, books, books.holders[who], outcome.ledgers[who])
    return changed_since(who, outcome.seals[who], as_now)


def _settling(member: Holder, correction: Correction) -> Correction:
    """The correction as part of what settles its month, if anything does: what was said of it last."""
    settlement = member.settled(correction.of)
    if settlement is None:
        return correction
    period = "" if settlement.period.span == "year" else str(settlement.period)
    return correction._replace(settles=settlement.source, period=period)


def texts(books: Books, outcome: Outcome, through: Month) -> dict[str, dict[str, str]]:
    """The text of every allocation file of an open month, by member and month."""
    found: dict[str, dict[str, str]] = {member: {} for member in outcome.ledgers}
    first_open = books.first_open
    corrected = dict(outcome.corrections) if first_open and first_open <= through else {}
    for allocation in outcome.allocations:
        if books.closed and allocation.month <= books.closed:
            continue
        now = corrected.pop(allocation.member, []) if allocation.month == first_open else []
        text = allocation_text(
            allocation.month, allocation, now, books.chart.appropriation, books.packs, books.holders
        )
        if text is not None:
            found[allocation.member][str(allocation.month)] = text
    # Someone who is no member any more may still have something put right.
    for member, text in corrections_texts(books, corrected).items():
        found[member][str(first_open)] = text
    return found


def corrections_texts(books: Books, due: Mapping[str, Sequence[Correction]]) -> dict[str, str]:
    """The text by which the first open month puts right no more than this, by member, where that is
    anything."""
    found: dict[str, str] = {}
    for member, now in due.items():
        if books.first_open and now:
            text = allocation_text(
                books.first_open, None, now, books.chart.appropriation, books.packs, books.holders
            )
            if text is not None:
                found[member] = text
    return found


def last_booked(books: Books, today: date, known: Iterable[str] = ()) -> Month:
    """The last month in which any member booked something, among the months that have ended.

    `known` are months with a booking that need not be looked for.
    """
    ended = Month.of(today).plus(-1)
    first = min((member.first for member in books.holders.values()), default=ended)
    end = str(ended)
    found = max((month for month in known if month <= end), default="")
    text_of = cache(lambda member: ledger_text(books.coop, member).data)
    days_of = cache(lambda member: read_ledger(books.coop, member, books.chart).days)
    for back in range(ended.since(first) + 1):
        month = ended.plus(-back)
        if str(month) == found:
            return month
        # Looking for the month as text is quick; only a ledger that has it is read.
        written = re.compile(rb"%04d[-/]0*%d[-/]" % month)
        for member in books.holders:
            if written.search(text_of(member)) and any(Month.of(day) == month for day, _ in days_of(member)):
                return month
    return ended
