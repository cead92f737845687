"""scharrel report umbrella: a year of the whole umbrella, every sub-cooperative in one overview."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.context import (
    console,
    fail,
    open_coop,
    print_json,
    progress_bar,
    say,
    stop_on_errors,
    today,
    words,
)
from scharrel.cli.options import COOP, JSON, LANG
from scharrel.core.money import ZERO, plain
from scharrel.core.month import Month
from scharrel.core.trace import unsettled

if TYPE_CHECKING:
    from scharrel.core.grants import Account
    from scharrel.core.umbrella import Branch, Year
    from scharrel.ledger.books import Books
    from scharrel.ledger.ledger import Ledger

_YEAR = typer.Argument(
    metavar=f"[{words('metavar.year')}]", help=words("help.report-umbrella-year"), show_default=False
)


def umbrella(
    year: Annotated[str | None, _YEAR] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.core.umbrella import year_of
    from scharrel.operations.divide import divide_group
    from scharrel.operations.opening import open_books
    from scharrel.text.periods import part_lines

    if year is not None and not re.fullmatch("20[0-9]{2}", year):
        fail(words("error.year", text=year), status=2)
    ended = Month.of(today()).plus(-1)
    first = Month(int(year) if year else ended.year, 1)
    last = min(first.plus(11), ended)
    if last < first:
        fail(words("error.year-ahead", year=first.year), status=2)
    books = open_books(open_coop(coop))
    problems, allocations = list(books.problems), []
    ledgers: dict[str, Ledger] = {}
    with progress_bar(words("progress.reading")) as progress:
        groups = books.groups()
        for done, group in enumerate(groups, 1):
            outcome = divide_group(books, group, last, today())
            problems += outcome.problems
            allocations += [a for a in outcome.allocations if a.month >= first]
            ledgers |= outcome.ledgers
            progress(done, len(groups))
    accounts = _accounts(books, ledgers, last)
    stop_on_errors(problems)
    found = year_of(books.members, allocations, first, last)
    if as_json:
        print_json(
            _plain(found, accounts) | {"provisional": [str(period) for period in unsettled(allocations)]}
        )
        return
    _show(books, found, accounts, first, last)
    for line in part_lines(words, unsettled(allocations), first, last):
        say(console(), line, style="dim")


def _accounts(books: "Books", ledgers: "dict[str, Ledger]", last: Month) -> "list[Account]":
    """The grants that were promised by then, with what was booked of them up to then."""
    if not books.grants:
        return []
    from scharrel.checks.grants import all_entries
    from scharrel.core.grants import accounts

    promised = {name: grant for name, grant in books.grants.items() if Month.of(grant.day) <= last}
    return accounts(promised, [e for e in all_entries(ledgers) if Month.of(e.day) <= last])


def _plain(found: "Year", accounts: "list[Account]") -> dict[str, Any]:
    """The year as programs read it: euros as strings."""
    return {
        "branches": [_branch(branch) for branch in found.branches],
        "months": [
            {
                "month": str(month),
                "branches": [_branch(branch) for branch in branches],
                "umbrella": plain(found.umbrella_of(month)),
            }
            for month, branches in found.months.items()
        ],
        "grants": [
            {
                "grant": a.grant.id,
                "amount": plain(a.grant.amount),
                "received": plain(a.received),
                "spent": plain(a.spent),
                "left": plain(a.left),
            }
            for a in accounts
        ],
    }


def _branch(branch: "Branch") -> dict[str, Any]:
    figures = zip(branch._fields[1:], branch[1:], strict=True)
    return {
        "subcooperative": branch.id or None,
        **{name: plain(amount) for name, amount in figures},
        "umbrella": plain(branch.umbrella),
    }


def _show(books: "Books", found: "Year", accounts: "list[Account]", first: Month, last: Month) -> None:
    from scharrel.text.grants import summary_rows
    from scharrel.text.table import columns
    from scharrel.text.umbrella import branch_rows, month_rows, own_rows
    from scharrel.text.words import visible

    screen = console()
    title = words("umbrella.title", coop=books.title, first=words.month(first), last=words.month(last))
    screen.out(visible(title), style="bold")
    if not found.branches:
        say(screen, words("umbrella.nobody"))
        return
    names = {member.id: member.name for member in books.members.values()}
    tables = [(words("umbrella.branches"), branch_rows(words, names, found.branches))]
    if any(branch.id for branch in found.branches):
        tables.append((words("table.subcooperatives"), own_rows(words, names, found.branches)))
    tables.append((words("umbrella.months"), month_rows(words, found)))
    if accounts:
        tables.append((words("umbrella.grants"), summary_rows(words, accounts)))
    for heading, rows in tables:
        screen.out("\n" + heading, style="bold")
        head, *lines = columns(rows, (0,), screen.width)
        screen.out(head, style="dim")
        screen.out("\n".join(lines))
    screen.print()
    total = sum((found.umbrella_of(month) for month in found.months), ZERO)
    say(screen, words("umbrella.gets", amount=words.money(total)))
    if accounts:
        say(screen, words("umbrella.apart"), style="dim")
