"""scharrel report grants: what of each grant came in, what it was spent on, and what is left."""

from pathlib import Path
from typing import Annotated, Any

import typer

from scharrel.checks.grants import all_entries, overdone
from scharrel.checks.treasury import read_all_ledgers
from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_csv import check_csv_form, print_csv
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, CSV, JSON
from scharrel.cli.report.common import show_table
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, with_near, words
from scharrel.core.grants import GrantAccount, grant_accounts
from scharrel.core.names import nearest
from scharrel.ledger.books import Books
from scharrel.operations.opening import open_books
from scharrel.reports.grants import grant_heading, grant_rows, grant_terms, what_is_left

_GRANT = typer.Argument(
    metavar=f"[{words('metavar.grant')}]...", help=words("help.report-grants-grant"), show_default=False
)

_COLUMNS = ("grant", "date", "what", "received", "spent", "booking")


def command(
    grant: Annotated[list[str] | None, _GRANT] = None,
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[str | None, CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    check_csv_form(as_csv, json=as_json)
    books = open_books(open_coop(coop))
    for name in grant or ():
        if name not in books.grants:
            stop_on_errors(books.problems)
            near = nearest(name, books.grants)
            fail(with_near(words("error.no-grant", grant=name), near, words("grants.where")), status=2)
    ledgers, problems = read_all_ledgers(books, today()) if books.grants else ({}, books.problems)
    found = grant_accounts(books.grants, all_entries(ledgers))
    stop_on_errors([*problems, *overdone(books.coop, found)])
    shown = [account for account in found if not grant or account.grant.id in grant]
    if as_json:
        print_json({"grants": [_plain(books, account) for account in shown]})
        return
    if as_csv:
        grants = [_plain(books, account) for account in shown]
        bookings = ((grant, booking) for grant in grants for booking in grant["bookings"] or [{}])
        print_csv(as_csv, _COLUMNS, ({"grant": grant["grant"], **booking} for grant, booking in bookings))
        return
    screen = console()
    screen.out(words("grants.title", coop=books.title), style="bold")
    if not shown:
        print_text(screen, words("grants.none"))
    for account in shown:
        screen.print()
        print_text(screen, grant_heading(words, account), style="bold")
        for sentence in grant_terms(words, account, books.names):
            print_text(screen, sentence)
        if account.entries:
            rows = grant_rows(words, account, books.names)
            show_table(screen, rows, range(len(rows[0]) - 2))
        for sentence in what_is_left(words, account):
            print_text(screen, sentence)


def _plain(books: Books, account: GrantAccount) -> dict[str, Any]:
    """A grant as programs read it."""
    grant = account.grant
    return {
        "grant": grant.id,
        **fields(grant, "name", "purpose"),
        "for": grant.holder or None,
        "date": grant.day,
        "amount": grant.amount,
        **fields(account, "received", "spent", "left"),
        "bookings": [
            {
                "date": entry.day,
                "what": entry.text,
                **fields(entry, "received", "spent"),
                "booking": f"{books.coop.shown(books.coop.ledger(entry.member))}:{entry.line}",
            }
            for entry in account.entries
        ],
    }
