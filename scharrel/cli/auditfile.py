"""scharrel auditfile: all bookings of a year for the accountant or the tax office, as XAF 4.0."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import open_coop, read_begun_year, today
from scharrel.cli.options import COOP
from scharrel.cli.screen import (
    console,
    path_shown,
    print_text,
    progress_bar,
    stop_on_errors,
    to_stderr,
    words,
)
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month

if TYPE_CHECKING:
    from scharrel.ledger.books import Books
    from scharrel.statements.annual import BookYear

_YEAR = typer.Argument(metavar=words("metavar.year"), help=words("help.report-annual-year"))
_ZIP = typer.Option("--zip", help=words("help.auditfile-zip"))
_OUT = typer.Option("--out", metavar=words("metavar.file"), help=words("help.auditfile-out"))


def command(
    year: Annotated[str, _YEAR],
    whole: Annotated[bool, _ZIP] = False,
    out: Annotated[Path | None, _OUT] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.formats.xaf import write_xaf
    from scharrel.operations.annual import book_year
    from scharrel.operations.auditfile import audit_file
    from scharrel.operations.opening import open_books
    from scharrel.store.durable import write_bytes
    from scharrel.store.staging import put_private

    asked = read_begun_year(year)
    books = open_books(open_coop(coop))
    with progress_bar(words("progress.reading")) as progress:
        found, problems = book_year(books, asked, today(), progress)
    stop_on_errors(problems)
    assert found is not None
    made = audit_file(books, found, today(), words)
    statements = books.coop.statements
    name = "accountant.zip" if whole else "auditfile.xaf"
    with writing_in(books.coop, "auditfile", alone=False):
        if whole:
            out = _packed(books, found, write_xaf(made), out or statements / str(asked) / name)
        elif out:
            write_bytes(out, write_xaf(made))
        else:
            out = put_private(statements / str(asked), name, write_xaf(made), statements)
    count = sum(len(journal.transactions) for journal in made.journals)
    print_text(console(), words("annual.audit-done", count=count, year=asked, path=path_shown(out)))
    if not (made.company.tax_number and made.company.trade_number):
        to_stderr(words("annual.audit-no-identity"))
    if not found.ended:
        to_stderr(words("annual.open-year", year=asked))


def _packed(books: "Books", found: "BookYear", audit: bytes, out: Path) -> Path:
    """All that an accountant needs of the year, in one file."""
    from scharrel.operations.annual import annual_paper
    from scharrel.operations.year_pack import pack_year
    from scharrel.statements.documents import BrokenTemplateError
    from scharrel.statements.making import Order
    from scharrel.statements.pdf import typesetters_world

    year = found.accounts.year
    with typesetters_world() as world:
        order = Order(
            Month(year, 12), ("annual",), "pdf", words.lang, frozenset(), today(), books.coop.templates, world
        )
        try:
            paper = annual_paper(books, found, order)
        except BrokenTemplateError as broken:
            stop_on_errors([broken.problem])
            raise
    for name in pack_year(books, found, {"auditfile.xaf": audit, "annual.pdf": paper}, out):
        to_stderr(words("annual.no-receipt", name=name))
    return out
