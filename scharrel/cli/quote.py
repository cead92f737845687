"""scharrel quote: a quote on paper, or the booking that bills it."""

from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.options import COOP
from scharrel.cli.screen import console, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in

_NUMBER = typer.Argument(metavar=words("metavar.number"), help=words("help.quote-number"))
_DRAFT = typer.Option("--draft", help=words("help.quote-draft"))


def command(
    number: Annotated[str, _NUMBER],
    draft: Annotated[bool, _DRAFT] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.opening import open_books
    from scharrel.operations.quote import draft_of_quote, write_quote

    where = open_coop(coop)
    with writing_in(where, "quote", alone=not draft):
        books = open_books(where)
        done = (draft_of_quote if draft else write_quote)(books, number.strip(), today())
    stop_on_errors(done.problems)
    screen = console()
    if draft:
        screen.out(done.text, end="")
        print_text(screen, words("invoices.quote-draft", path=done.path))
    else:
        print_text(screen, words("invoices.quote-done", number=number.strip(), path=done.path))
