"""The whole of `allocate`: compute who changed, and only when all is sound bring the files up to date."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scharrel.checks.across import across_of, with_others
from scharrel.checks.books import in_books
from scharrel.checks.treasury import read_treasury
from scharrel.core.corrections import Correction
from scharrel.core.facts import Group, Holder
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem, errors
from scharrel.core.trace import Allocation, Summary
from scharrel.ledger.books import Books
from scharrel.operations.cache import Cache
from scharrel.operations.divide import last_booked
from scharrel.operations.groups import Done, Task, divide_all, unpacked
from scharrel.operations.receipts import months_paid_in
from scharrel.operations.treasury import write_treasury
from scharrel.store.allocations import FileChange, corrections_in, planned, planned_book
from scharrel.store.consolidated import bring_whole_up_to_date, planned_part, settle_all
from scharrel.store.durable import put, read_written, remove, settle_names, sweep
from scharrel.store.elsewhere import entries_for
from scharrel.store.kept import Kept
from scharrel.store.paths import Coop
from scharrel.store.processes import Progress, spread, workers
from scharrel.store.stamps import keep_what_is_added
from scharrel.store.written_state import Left

if TYPE_CHECKING:
    from concurrent.futures import Executor

WORTH_SPREADING = 1_000_000
"""Bytes of ledgers from which more processes gain more than they cost."""

_OF_TODAY = ("future", "permission-ends", "no-permission", "limit-near")
"""Warnings that are true today and perhaps not tomorrow."""


class Allocated(NamedTuple):
    """What came of a run: the rows of the month `through`, the corrections of closed months by member,
    every allocation only if asked for."""

    through: Month
    rows: list[Summary]
    allocations: list[Allocation]
    corrections: list[tuple[str, Correction]]
    changes: list[FileChange]
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
    seen: Left = dict,
    checked: bool = False,
) -> Allocated:
    """Divide every month up to `through` for `only` these members, or all. By default that is the last ended
    month in which anyone booked something; the first open one if something of closed months is to be put
    right there.

    Files are written only if there is no error and `write` says so; WriteError if that fails.
    `whole` asks for every allocation, also of groups that did not change. `seen` is how written files were
    left, as far as that was looked at before. What was `checked` already is only divided, and not written.
    """
    cache = Cache(books, "groups", str(Month.of(today)), seen)
    later = None if through else books.first_open
    through = through or last_booked(books, today, [*cache.booked(), *months_paid_in(books)])
    if later and later > through and corrected_in(books, later):
        through = later
    groups = [group for group in cache.groups.values() if not only or any(m.id in only for m in group)]
    divide = partial(_divide, books, cache, groups, today, whole=whole, progress=progress)
    done, unchanged, known = divide(through)
    outcomes: list[Done | Kept] = [*done, *unchanged]
    if later and later > through and any(outcome.corrections for outcome in outcomes):
        through = later
        done, unchanged, known = divide(through)
        outcomes = [*done, *unchanged]
    treasury, problems = None, []
    if not checked:
        members = [member for group in groups for member in group]
        looked_at = [member for group in groups if not cache.as_left(group) for member in group]
        problems = in_books(books, members, today, cases=not known, written=looked_at)
        treasury, of_treasury = (None if only else read_treasury(books, today)) or (None, [])
        across = [ledger.across for outcome in outcomes for ledger in outcome.ledgers]
        problems += with_others(
            books,
            [*(problem for outcome in outcomes for problem in outcome.problems), *of_treasury],
            [*across, across_of(books, COOP_ID, treasury)] if treasury else across,
            today,
        )
    if errors(problems):
        return Allocated(through, [], [], [], [], problems)
    wanted = [
        (member, outcome.to_write[member.id])
        for outcome in done
        for member in outcome.group
        if member.id in outcome.to_write and (not only or member.id in only)
    ]
    with workers_for(books, [[member for member, _ in wanted]]) as pool:
        settle = partial(_bring_up_to_date, books, through, write)
        changes = [change for piece in spread(pool, settle, wanted) for change in piece]
    if write:
        renewed = not only and write_treasury(books, treasury)
        if done or renewed:
            settle_all(books.coop)
        parts = [*books.holders, COOP_ID] if books.own else list(books.holders)
        bring_whole_up_to_date(books.coop, books.title, parts)
    if write and done:
        written = {member.id for member, _ in wanted}
        for outcome in done:
            if written >= outcome.to_write.keys() and not any(p.code in _OF_TODAY for p in outcome.problems):
                cache.keep(
                    outcome.group,
                    through,
                    outcome.ledgers,
                    outcome.problems,
                    cache.files_now(outcome.group),
                    outcome.rows,
                    outcome.corrections,
                    outcome.shares,
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


def _divide(
    books: Books,
    cache: Cache,
    groups: Sequence[Group],
    today: date,
    through: Month,
    *,
    whole: bool,
    progress: Progress,
) -> tuple[list[Done], list[Kept], bool]:
    """Divide the groups up to the month: those that changed, and what is kept of the others; and whether
    nothing but ledgers changed since all that was found sound."""
    tasks = [_task(cache, group, through, whole=whole) for group in groups]
    todo = [task for task in tasks if not task.kept or task.changed]
    done: list[Done] = []
    with workers_for(books, [task.changed for task in todo]) as pool:
        for piece in spread(pool, partial(divide_all, books, through, today, whole), todo):
            done += piece
            progress(len(done), len(todo))
    unchanged = [task.kept for task in tasks if task.kept and not task.changed]
    return done, unchanged, all(task.kept for task in tasks)


def workers_for(
    books: Books, groups: Iterable[Sequence[Holder]]
) -> AbstractContextManager["Executor | None"]:
    """Processes to work in, if these have enough in their ledgers."""
    return workers(worth_it=bytes_of(books.coop, groups) > WORTH_SPREADING)


def _bring_up_to_date(
    books: Books,
    through: Month,
    write: bool,
    wanted: Sequence[tuple[Holder, bytes]],
) -> list[FileChange]:
    """Bring the files of these members up to date, all together: the disk is waited for twice, since a book
    never names what is not there."""
    changes: list[FileChange] = []
    allocations: dict[Path, bytes] = {}
    books_of: dict[Path, bytes] = {}
    gone: list[Path] = []
    for member, parts in wanted:
        months, booked_in = unpacked(parts)
        plan = planned(books.coop, member, through, months, books.closed)
        changes += plan.changes
        if write:
            folder = books.coop.allocations / member.id
            for change in plan.changes:
                keep_what_is_added(folder / f"{change.month}.beancount", change.was)
            sweep(folder)
            allocations |= plan.files
            banked = entries_for(books.coop, member.id)
            books_of |= planned_book(books.coop, member, books.title, plan.months, booked_in.decimals, banked)
            books_of |= planned_part(books.coop, member, books.chart, booked_in, months, plan.months)
            gone += plan.gone
    put(allocations)
    for folder in dict.fromkeys(path.parent for path in allocations):
        settle_names(folder)
    put(books_of)
    for path in gone:
        remove(path)
    return changes


def corrected_in(books: Books, month: Month) -> bool:
    """Whether anything of closed months was put right in the month, as it is written."""
    files = (books.coop.allocation(member, month) for member in books.holders)
    return any(corrections_in(read_written(file) or "") for file in files)


def _task(cache: Cache, group: Group, through: Month, *, whole: bool) -> Task:
    kept = None if whole else cache.but_for_ledgers(group, through)
    return Task(group, kept, tuple(cache.changed(group, kept)) if kept else group)


def bytes_of(coop: Coop, groups: Iterable[Sequence[Holder]]) -> int:
    """How much there is to read."""
    ledgers = [coop.ledger(member.id) for group in groups for member in group]
    return sum(path.stat().st_size for path in ledgers if path.is_file())
