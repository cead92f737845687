"""scharrel invoice list: every invoice and what became of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, print_indented, print_text, stop_on_errors, words

if TYPE_CHECKING:
    from scharrel.treasury.invoice_status import InvoiceStatus


def command(as_json: Annotated[bool, JSON] = False, coop: Annotated[Path | None, COOP] = None) -> None:
    from scharrel.operations.invoices import invoice_statuses, read_invoice_book
    from scharrel.operations.opening import open_books
    from scharrel.text.invoices import (
        NAMES_ON_INVOICES,
        TEXT_COLUMNS_OF_INVOICES,
        invoice_rows,
        invoice_sentences,
        late_at_once,
    )
    from scharrel.text.table import columns

    books = open_books(open_coop(coop))
    book = read_invoice_book(books, today())
    stop_on_errors(book.problems)
    found = invoice_statuses(books, book, today())
    if as_json:
        print_json({"invoices": [_as_plain(each) for each in found]})
        return
    screen = console()
    if not found:
        print_text(screen, words("invoices.none"))
        return
    rows = invoice_rows(words, found, books.names)
    heading, *lines = columns(rows, TEXT_COLUMNS_OF_INVOICES, screen.width, NAMES_ON_INVOICES)
    screen.out(heading, style="dim")
    for line in lines:
        screen.out(line)
    screen.print()
    for sentence in invoice_sentences(words, found):
        print_indented(screen, sentence)
    for sentence in late_at_once(words, [each.invoice for each in found if not each.number], today()):
        print_text(screen, sentence)


def _as_plain(each: "InvoiceStatus") -> dict[str, Any]:
    """An invoice as other programs read it."""
    invoice = each.invoice
    return {
        "number": each.number or None,
        "state": each.state,
        "holder": invoice.holder,
        "customer": invoice.customer,
        "date": invoice.day,
        "due": invoice.due,
        "net": invoice.net_total,
        "vat": invoice.vat_total,
        "total": invoice.total,
        "paid": each.paid,
        "open": each.open,
        "file": each.file,
        "line": each.line,
    }
