"""scharrel report umbrella: a year of the whole umbrella, every sub-cooperative in one overview."""

from pathlib import Path
from typing import Annotated, Any

import typer

from scharrel.checks.grants import all_entries
from scharrel.cli.arguments import open_coop, read_year, today
from scharrel.cli.as_csv import check_csv_form, print_csv
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, CSV, JSON
from scharrel.cli.report.common import divided, show_table
from scharrel.cli.screen import console, fail, print_text, words
from scharrel.core.grants import GrantAccount, grant_accounts
from scharrel.core.money import total
from scharrel.core.month import Month
from scharrel.core.trace import unsettled
from scharrel.ledger.books import Books
from scharrel.operations.opening import open_books
from scharrel.reports.grants import grant_totals_rows
from scharrel.reports.umbrella import Branch, UmbrellaYear, branch_rows, month_rows, own_rows, umbrella_year
from scharrel.text.periods import part_lines
from scharrel.text.words import visible

_YEAR = typer.Argument(
    metavar=f"[{words('metavar.year')}]", help=words("help.report-umbrella-year"), show_default=False
)


def command(
    year: Annotated[str | None, _YEAR] = None,
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[str | None, CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    check_csv_form(as_csv, json=as_json)
    ended = Month.of(today()).plus(-1)
    first = Month(read_year(year) or ended.year, 1)
    last = min(first.plus(11), ended)
    if last < first:
        fail(words("error.year-ahead", year=first.year), status=2)
    books = open_books(open_coop(coop))
    allocations, entries = [], []
    for _, outcome in divided(books, last, books.problems):
        counted = (a for a in outcome.allocations if not books.holders[a.member].practice)
        allocations += [a for a in counted if a.month >= first]
        entries += all_entries(outcome.ledgers)
    grants = grant_accounts(books.grants, entries, last)
    found = umbrella_year(books.holders, allocations, first, last)
    if as_json:
        print_json(_plain(found, grants) | {"provisional": unsettled(allocations)})
        return
    if as_csv:
        rows = [
            {"month": month, **_branch(branch)}
            for month, branches in found.months.items()
            for branch in branches
        ]
        print_csv(as_csv, ["month", "subcooperative", *Branch._fields[1:], "umbrella"], rows)
        return
    _show(books, found, grants, first, last)
    for line in part_lines(words, unsettled(allocations), first, last):
        print_text(console(), line, style="dim")


def _plain(found: UmbrellaYear, grants: list[GrantAccount]) -> dict[str, Any]:
    """The year as programs read it."""
    return {
        "branches": map(_branch, found.branches),
        "months": [
            {"month": month, "branches": map(_branch, branches), "umbrella": found.umbrella_of(month)}
            for month, branches in found.months.items()
        ],
        "grants": [
            {
                "grant": account.grant.id,
                "amount": account.grant.amount,
                **fields(account, "received", "spent", "left"),
            }
            for account in grants
        ],
    }


def _branch(branch: Branch) -> dict[str, Any]:
    return {
        "subcooperative": branch.id or None,
        **fields(branch, *branch._fields[1:], "umbrella"),
    }


def _show(books: Books, found: UmbrellaYear, grants: list[GrantAccount], first: Month, last: Month) -> None:
    screen = console()
    title = words("umbrella.title", coop=books.title, first=words.month(first), last=words.month(last))
    screen.out(visible(title), style="bold")
    if not found.branches:
        print_text(screen, words("umbrella.nobody"))
        return
    names = {member.id: member.name for member in books.holders.values()}
    tables = {"umbrella.branches": branch_rows(words, names, found.branches)}
    if any(branch.id for branch in found.branches):
        tables["table.subcooperatives"] = own_rows(words, names, found.branches)
    tables["umbrella.months"] = month_rows(words, found)
    if grants:
        tables["umbrella.grants"] = grant_totals_rows(words, grants)
    for heading, rows in tables.items():
        screen.out("\n" + words(heading), style="bold")
        show_table(screen, rows)
    screen.print()
    print_text(
        screen, words("umbrella.gets", amount=words.money(total(map(found.umbrella_of, found.months))))
    )
    if grants:
        print_text(screen, words("umbrella.apart"), style="dim")
