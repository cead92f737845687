"""scharrel invoice credit: a draft that takes back an invoice that was sent."""

from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.options import COOP
from scharrel.cli.screen import console, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.problems import TREASURY

_NUMBER = typer.Argument(metavar=words("metavar.number"), help=words("help.invoice-credit-number"))
_REASON = typer.Option("--reason", metavar=words("metavar.reason"), help=words("help.invoice-credit-reason"))


def command(
    number: Annotated[str, _NUMBER],
    reason: Annotated[str, _REASON] = "",
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.invoice_credit import credit_invoice
    from scharrel.operations.opening import open_books
    from scharrel.treasury.lines import tidy

    where = open_coop(coop)
    with writing_in(where, "invoice credit"):
        done = credit_invoice(open_books(where), number.strip(), tidy(reason), today())
    stop_on_errors(done.problems)
    screen = console()
    screen.out(done.text)
    print_text(screen, words("invoices.credit", number=number.strip(), place=f"{TREASURY}:{done.line}"))
