"""scharrel quote: a quote on paper, or the booking that bills it."""

from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, require_format, today
from scharrel.cli.options import COOP
from scharrel.cli.screen import console, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in

_NUMBER = typer.Argument(metavar=words("metavar.number"), help=words("help.quote-number"))
_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.statements-format"))
_DRAFT = typer.Option("--draft", help=words("help.quote-draft"))


def command(
    number: Annotated[str, _NUMBER],
    draft: Annotated[bool, _DRAFT] = False,
    form: Annotated[str, _FORMAT] = "pdf",
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.opening import open_books
    from scharrel.operations.quote import draft_of_quote, write_quote

    require_format(form)
    where = open_coop(coop)
    with writing_in(where, "quote", alone=not draft):
        books = open_books(where)
        if draft:
            done = draft_of_quote(books, number.strip(), today())
        else:
            done = write_quote(books, number.strip(), today(), form)
    stop_on_errors(done.problems)
    screen = console()
    if draft:
        screen.out(done.text, end="")
        print_text(screen, words("invoices.quote-draft", path=done.path))
    else:
        print_text(screen, words("invoices.quote-done", number=number.strip(), path=done.path))
