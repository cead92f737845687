"""scharrel report annual: the annual accounts, for the members' meeting and its audit committee."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.arguments import open_coop, read_begun_year, require_format, today
from scharrel.cli.as_csv import check_csv_form, print_csv
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, CSV, JSON
from scharrel.cli.screen import (
    console,
    path_shown,
    print_text,
    progress_bar,
    stop_on_errors,
    to_stderr,
    words,
)
from scharrel.core.month import Month

if TYPE_CHECKING:
    from scharrel.treasury.annual import AnnualAccounts, AnnualLine

_YEAR = typer.Argument(metavar=words("metavar.year"), help=words("help.report-annual-year"))
_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.report-annual-format"))

_PARTS = ("assets", "liabilities", "equity", "income", "expenses")


def command(
    year: Annotated[str, _YEAR],
    form: Annotated[str | None, _FORMAT] = None,
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[str | None, CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.cli.paper import paper_of
    from scharrel.operations.annual import annual_paper, book_year
    from scharrel.operations.opening import open_books

    check_csv_form(as_csv, json=as_json)
    asked = read_begun_year(year)
    if form is not None:
        require_format(form)
    books = open_books(open_coop(coop))
    with progress_bar(words("progress.reading")) as progress:
        found, problems = book_year(books, asked, today(), progress)
    stop_on_errors(problems)
    assert found is not None
    if as_json:
        print_json(_as_plain(found.accounts))
    elif as_csv:
        parts = _as_plain(found.accounts)
        rows = ({"part": part, **line} for part in _PARTS for line in parts[part])
        print_csv(as_csv, ("part", "heading", "amount", "previous", "accounts"), rows)
    else:
        of_year = found
        at = f"{asked}/annual.{form}" if form else ""
        paper, path = paper_of(
            books, "report annual", Month(asked, 12), form or "txt",
            lambda order: annual_paper(books, of_year, order), at,
        )  # fmt: skip
        if path:
            print_text(console(), words("annual.done", year=asked, path=path_shown(path)))
        else:
            console().out(paper.decode().strip("\n"))
    if not found.ended:
        to_stderr(words("annual.open-year", year=asked))


def _as_plain(accounts: "AnnualAccounts") -> dict[str, Any]:
    """The accounts as other programs read them."""
    return {
        "year": accounts.year,
        "assets": map(_line, accounts.assets),
        "liabilities": map(_line, accounts.liabilities),
        "equity": map(_line, accounts.equity),
        "income": map(_line, accounts.income),
        "expenses": map(_line, accounts.expenses),
        "result": accounts.result,
    }


def _line(line: "AnnualLine") -> dict[str, Any]:
    from scharrel.text.annual import heading_text

    return {
        "heading": heading_text(words, line.heading),
        "amount": line.amount,
        "previous": line.previous,
        "accounts": line.accounts,
    }
