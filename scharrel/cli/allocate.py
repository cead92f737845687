"""scharrel allocate: divide every open month of every member, and book it."""

import sys
from pathlib import Path
from typing import Annotated, Any

from scharrel.cli.context import (
    console,
    fail,
    open_coop,
    print_json,
    read_month,
    stop_on_errors,
    today,
    words,
)
from scharrel.cli.options import COOP, DRY_RUN, JSON, LANG, MEMBERS, THROUGH
from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.trace import Allocation


def allocate(
    through: Annotated[str | None, THROUGH] = None,
    member: Annotated[list[str] | None, MEMBERS] = None,
    dry_run: Annotated[bool, DRY_RUN] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.allocating import allocate_all
    from scharrel.files.gather import read_books
    from scharrel.files.writing import WriteError
    from scharrel.text.changes import change_lines

    month = read_month(through) if through else None
    books = read_books(open_coop(coop))
    for wanted in member or ():
        if wanted not in books.members:
            stop_on_errors(books.problems)
            fail(words("error.no-member", member=wanted), status=2)
    try:
        result = allocate_all(books, month, frozenset(member or ()), today(), write=not dry_run)
    except WriteError as error:
        path = books.coop.shown(error.path)
        fail(words("error.write", path=path, reason=error.reason), status=1)
    stop_on_errors(result.problems)
    if as_json:
        print_json(
            {
                "through": str(result.through),
                "allocations": [row_of(allocation) for allocation in result.allocations],
            }
        )
        return
    _show(books.title, result.through, result.allocations, books)
    screen = console()
    screen.print()
    for line in change_lines(words, books, result.changes, dry_run=dry_run):
        screen.print(line)
    if result.through >= Month.of(today()):
        print(words("table.not-ended", month=words.month(result.through)), file=sys.stderr)  # noqa: T201


def row_of(allocation: Allocation) -> dict[str, Any]:
    """One allocation as other programs read it."""
    return {
        "member": allocation.member,
        "month": str(allocation.month),
        "pack": allocation.pack.id,
        "pool": plain(allocation.pool),
        "steps": [
            {"id": result.step.id, "paid": plain(result.paid), "why": result.why}
            for result in allocation.steps
        ],
        "keep": plain(allocation.keep),
    }


def _show(title: str, through: Month, allocations: list[Allocation], books: Any) -> None:
    from scharrel.text.table import month_table, thermometers

    screen = console()
    month = words.month(through)
    rows = [allocation for allocation in allocations if allocation.month == through]
    if not rows:
        screen.print(words("table.no-members", month=month))
        return
    names = {member.id: member.name for member in books.members.values()}
    screen.print(month_table(words, names, rows, words("table.title", coop=title, month=month)))
    if pots := thermometers(words, names, rows, screen):
        screen.print()
        screen.print(pots)
