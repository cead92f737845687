"""scharrel close: seal a month, so that it is never written again."""

from pathlib import Path
from typing import Annotated

import typer

from scharrel.checks.seals import STOPS
from scharrel.cli.arguments import open_coop, read_month, today
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month
from scharrel.text.periods import months_named

_MONTH = typer.Argument(metavar=words("metavar.month"), help=words("help.close-month"))


def command(
    month: Annotated[str, _MONTH],
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.close import close_all
    from scharrel.operations.opening import open_books

    asked = read_month(month)
    if asked >= Month.of(today()):
        fail(words("error.not-ended", month=words.month(asked)), status=2)
    where = open_coop(coop)
    with writing_in(where, "close"):
        books = open_books(where)
        stop_on_errors([problem for problem in books.problems if problem.code in STOPS.values()])
        if books.closed and asked <= books.closed:
            fail(words("error.closed", month=words.month(asked)), status=2)
        practising = [holder.name for holder in books.holders.values() if books.never_sealed(holder)]
        if practising and len(practising) == len(books.holders):
            fail(words("error.close-practice", names=", ".join(practising)), status=2)
        done = close_all(books, asked, today())
    stop_on_errors(done.problems)
    if as_json:
        print_json({"closed": done.months, "code": done.code or None})
        return
    screen = console()
    if not done.months:
        screen.print(words("close.nothing"))
        return
    print_text(screen, words("close.done", count=len(done.months), months=months_named(words, done.months)))
    print_text(screen, words("close.code", month=words.month(done.months[-1]), code=done.code))
