"""The whole of `allocate`: compute who changed, and only when all is sound bring the files up to date."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from scharrel.core.closing import Correction
from scharrel.core.facts import Group, Member
from scharrel.core.month import Month
from scharrel.core.problems import Problem, errors
from scharrel.core.trace import Allocation, Summary, summary_of
from scharrel.files.cache import Cache, Kept, Seen
from scharrel.files.consolidated import (
    Booked,
    booked,
    bring_part_up_to_date,
    bring_whole_up_to_date,
    settle_all,
)
from scharrel.files.coop import Coop
from scharrel.files.gather import Books
from scharrel.files.ledger import Ledger
from scharrel.files.source import digest
from scharrel.files.writing import Change, bring_up_to_date
from scharrel.run import compute, involved, last_booked, texts
from scharrel.spread import spread, workers

WORTH_SPREADING = 1_000_000
"""Bytes of ledgers from which more processes gain more than they cost."""

Progress = Callable[[int, int], None]
"""Told how many groups are done, of how many."""


class Allocated(NamedTuple):
    """What came of a run: the rows of the month `through`, the corrections of closed months by member,
    every allocation only if asked for."""

    through: Month
    rows: list[Summary]
    allocations: list[Allocation]
    corrections: list[tuple[str, Correction]]
    changes: list[Change]
    problems: list[Problem]


class _Done(NamedTuple):
    """What came of one group; `ledgers` are as they were read, `texts` by member and month,
    `booked` by member."""

    group: Group
    ledgers: list[Seen]
    rows: list[Summary]
    allocations: list[Allocation]
    corrections: list[tuple[str, Correction]]
    texts: Mapping[str, Mapping[str, str]]
    booked: Mapping[str, Booked]
    problems: list[Problem]


def allocate_all(
    books: Books,
    through: Month | None,
    only: frozenset[str],
    today: date,
    *,
    write: bool,
    whole: bool,
    progress: Progress,
) -> Allocated:
    """Divide every month up to `through` (or the default) for `only` these members, or all.

    Files are written only if there is no error and `write` says so; WriteError if that fails.
    `whole` asks for every allocation, also of groups that did not change.
    """
    cache = Cache(books)
    through = through or last_booked(books, today, cache.booked())
    groups = [group for group in books.groups() if not only or any(m.id in only for m in group)]
    found = [(group, None if whole else cache.unchanged(group, through)) for group in groups]
    unchanged = [entry for _, entry in found if entry]
    todo = [group for group, entry in found if not entry]
    problems = involved(books, [member for group in groups for member in group])
    with workers(worth_it=bytes_of(books.coop, todo) > WORTH_SPREADING) as pool:
        done: list[_Done] = []
        for piece in spread(pool, partial(_divide, books, through, today, whole), todo):
            done += piece
            progress(len(done), len(todo))
        outcomes: list[_Done | Kept] = [*done, *unchanged]
        problems += [problem for outcome in outcomes for problem in outcome.problems]
        if errors(problems):
            return Allocated(through, [], [], [], [], problems)
        wanted = [
            (member, outcome.texts.get(member.id, {}), outcome.booked[member.id])
            for outcome in done
            for member in outcome.group
            if not only or member.id in only
        ]
        settle = partial(_bring_up_to_date, books, through, write)
        changes = [change for piece in spread(pool, settle, wanted) for change in piece]
    if write:
        if done:
            settle_all(books.coop)
        bring_whole_up_to_date(books.coop, books.title, books.members)
    if write and done:
        written = {member.id for member, *_ in wanted}
        for outcome in done:
            if written.issuperset(member.id for member in outcome.group):
                cache.keep(
                    outcome.group,
                    through,
                    outcome.ledgers,
                    outcome.rows,
                    outcome.corrections,
                    outcome.problems,
                )
        cache.save()
    rows = [row for outcome in outcomes for row in outcome.rows]
    allocations = [a for outcome in done for a in outcome.allocations]
    corrected = [entry for outcome in outcomes for entry in outcome.corrections]
    return Allocated(
        through,
        sorted((r for r in rows if not only or r.member in only), key=lambda r: r.member),
        sorted((a for a in allocations if not only or a.member in only), key=lambda a: (a.member, a.month)),
        sorted((c for c in corrected if not only or c[0] in only), key=lambda entry: entry[0]),
        sorted(changes, key=lambda change: (change.member, change.month)),
        problems,
    )


def _divide(books: Books, through: Month, today: date, whole: bool, groups: Sequence[Group]) -> list[_Done]:
    found = []
    for group in groups:
        outcome = compute(books, group, through, today)
        rows = [summary_of(a) for a in outcome.allocations if a.month == through]
        seen = [_seen(outcome.ledgers[member.id]) for member in group]
        allocations = outcome.allocations if whole else []
        now = [(member, c) for member, found_for in outcome.corrections.items() for c in found_for]
        if not books.closed or books.closed >= through:
            now = []
        found.append(
            _Done(
                group,
                seen,
                rows,
                allocations,
                now,
                texts(books, outcome, through),
                {member: booked(ledger) for member, ledger in outcome.ledgers.items()},
                outcome.problems,
            )
        )
    return found


def _seen(ledger: Ledger) -> Seen:
    months = sorted({str(Month.of(day)) for day, _ in ledger.days})
    return Seen(digest(ledger.text), ledger.text.state, tuple(months[-2:]))


def _bring_up_to_date(
    books: Books,
    through: Month,
    write: bool,
    wanted: Sequence[tuple[Member, Mapping[str, str], Booked]],
) -> list[Change]:
    changes = []
    for member, months, booked_in in wanted:
        changes += bring_up_to_date(
            books.coop, member, books.title, through, months, books.closed, write=write
        )
        if write:
            bring_part_up_to_date(books.coop, member, books.chart, booked_in, months)
    return changes


def bytes_of(coop: Coop, groups: Sequence[Group]) -> int:
    """How much there is to read."""
    ledgers = [coop.ledger(member.id) for group in groups for member in group]
    return sum(path.stat().st_size for path in ledgers if path.is_file())
