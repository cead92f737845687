"""scharrel bank status: what accounts hold by the bank and by the books, and what makes the difference."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from scharrel.cli.arguments import open_coop
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, fail, print_indented, stop_on_errors, words
from scharrel.core.names import COOP_ID

if TYPE_CHECKING:
    from scharrel.treasury.standing import Standing


def command(as_json: Annotated[bool, JSON] = False, coop: Annotated[Path | None, COOP] = None) -> None:
    from scharrel.operations.bank import read_bank
    from scharrel.operations.bank_status import status_of
    from scharrel.operations.opening import open_books
    from scharrel.text.bank import account_title, standing_lines

    books = open_books(open_coop(coop))
    bank = read_bank(books)
    stop_on_errors(bank.problems)
    if not bank.books:
        fail(words("error.no-bank"), status=1)
    found, problems = status_of(books, bank)
    stop_on_errors(problems)
    if as_json:
        print_json({"accounts": [_as_plain(stands) for stands in found]})
        return
    screen = console()
    for nth, stands in enumerate(found):
        if nth:
            screen.print()
        screen.print(account_title(stands.account), style="bold")
        for line in standing_lines(words, stands, books.names, screen.width - 2):
            print_indented(screen, f"  {line}")


def _as_plain(stands: "Standing") -> dict[str, Any]:
    """An account as other programs read it."""
    return {
        "account": stands.account.name,
        "iban": stands.account.iban,
        "from": stands.account.day,
        "to": stands.to,
        "bank": stands.bank,
        "books": stands.books,
        "difference": stands.difference,
        "unassigned": len(stands.open_lines),
        "outstanding": [
            {
                "for": booking.holder or COOP_ID,
                "date": booking.day,
                "amount": booking.amount,
                "text": booking.text,
                "file": booking.file,
                "line": booking.line,
                "overdue": stands.overdue(booking),
            }
            for booking in stands.outstanding
        ],
        "lost": [
            {
                "id": line.id,
                "date": line.day,
                "amount": line.amount,
                "booked": line.booked,
                "for": line.holder or COOP_ID,
            }
            for line in stands.lost
        ],
        "gaps": [
            {"from": gap.first, "to": gap.last, "amount": missing, "reason": gap.reason}
            for gap, missing in stands.gaps
        ],
    }
