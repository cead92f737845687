"""scharrel report grants: what of each grant came in, what it was spent on, and what is left."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.context import (
    console,
    fail,
    open_coop,
    print_json,
    say,
    stop_on_errors,
    today,
    words,
)
from scharrel.cli.options import COOP, JSON, LANG
from scharrel.core.money import plain

if TYPE_CHECKING:
    from scharrel.core.grants import Account
    from scharrel.ledger.books import Books

_GRANT = typer.Argument(
    metavar=f"[{words('metavar.grant')}]...", help=words("help.report-grants-grant"), show_default=False
)


def grants(
    grant: Annotated[list[str] | None, _GRANT] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.checks.grants import all_entries, overdone
    from scharrel.checks.members import read_ledgers
    from scharrel.core.grants import accounts
    from scharrel.core.names import nearest
    from scharrel.operations.opening import open_books

    books = open_books(open_coop(coop))
    for name in grant or ():
        if name not in books.grants:
            stop_on_errors(books.problems)
            near = nearest(name, books.grants)
            hint = words("check.near", near=near) if near else words("grants.where")
            fail(f"{words('error.no-grant', grant=name)} {hint}", status=2)
    ledgers, problems = read_ledgers(books, books.members if books.grants else (), today())
    found = accounts(books.grants, all_entries(ledgers))
    stop_on_errors([*problems, *overdone(books.coop, found)])
    shown = [account for account in found if not grant or account.grant.id in grant]
    if as_json:
        print_json({"grants": [plain_account(books, account) for account in shown]})
    else:
        _show(books, shown)


def plain_account(books: "Books", account: "Account") -> dict[str, object]:
    """A grant as programs read it: euros as strings."""
    grant = account.grant
    return {
        "grant": grant.id,
        "name": grant.name,
        "purpose": grant.purpose,
        "for": grant.holder or None,
        "date": str(grant.day),
        "amount": plain(grant.amount),
        "received": plain(account.received),
        "spent": plain(account.spent),
        "left": plain(account.left),
        "bookings": [
            {
                "date": str(entry.day),
                "what": entry.text,
                "received": plain(entry.received),
                "spent": plain(entry.spent),
                "booking": f"{books.coop.shown(books.coop.ledger(entry.member))}:{entry.line}",
            }
            for entry in account.entries
        ],
    }


def _show(books: "Books", shown: "list[Account]") -> None:
    from scharrel.text.grants import about, heading, rows, standing
    from scharrel.text.table import columns
    from scharrel.text.words import visible

    screen = console()
    screen.out(visible(words("grants.title", coop=books.title)), style="bold")
    if not shown:
        say(screen, words("grants.none"))
    names = {member.id: member.name for member in books.members.values()}
    for account in shown:
        screen.print()
        say(screen, heading(words, account), style="bold")
        for sentence in about(words, account, names):
            say(screen, sentence)
        if account.entries:
            table = rows(words, account, names)
            head, *lines = columns(table, range(len(table[0]) - 2), screen.width)
            screen.out(head, style="dim")
            screen.out("\n".join(lines))
        for sentence in standing(words, account):
            say(screen, sentence)
