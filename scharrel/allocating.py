"""The whole of `allocate`: compute everyone, and only when all is sound bring the files up to date."""

from datetime import date
from typing import NamedTuple

from scharrel.core.month import Month
from scharrel.core.problems import Problem, errors
from scharrel.core.trace import Allocation
from scharrel.files.gather import Books
from scharrel.files.writing import Change, bring_up_to_date
from scharrel.run import compute, involved, last_booked, texts


class Allocated(NamedTuple):
    """What came of a run. Allocations by member, then month."""

    through: Month
    allocations: list[Allocation]
    changes: list[Change]
    problems: list[Problem]


def allocate_all(
    books: Books, through: Month | None, only: frozenset[str], today: date, *, write: bool
) -> Allocated:
    """Divide every month up to `through` (or the default) for `only` these members, or all.

    Files are written only if there is no error and `write` says so; WriteError if that fails.
    """
    through = through or last_booked(books, today)
    groups = [g for g in books.groups() if not only or any(m.id in only for m in g)]
    problems = involved(books, [member for group in groups for member in group])
    allocations: list[Allocation] = []
    for group in groups:
        outcome = compute(books, group, through, today)
        problems += outcome.problems
        allocations += outcome.allocations
    allocations = sorted(
        (a for a in allocations if not only or a.member in only), key=lambda a: (a.member, a.month)
    )
    if errors(problems):
        return Allocated(through, [], [], problems)
    wanted = texts(books, allocations)
    changes = [
        change
        for group in groups
        for member in group
        if not only or member.id in only
        for change in bring_up_to_date(
            books.coop, member, books.title, through, wanted.get(member.id, {}), write=write
        )
    ]
    return Allocated(through, allocations, changes, problems)
