"""scharrel invoice remind: who is late with paying, and by how much."""

from pathlib import Path
from typing import Annotated

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.options import COOP, DRY_RUN
from scharrel.cli.screen import console, print_indented, print_text, stop_on_errors, words


def command(dry_run: Annotated[bool, DRY_RUN] = False, coop: Annotated[Path | None, COOP] = None) -> None:
    from scharrel.operations.invoices import invoice_statuses, read_invoice_book
    from scharrel.operations.opening import open_books
    from scharrel.text.invoices import debt_lines
    from scharrel.treasury.invoice_status import late_customers

    books = open_books(open_coop(coop))
    book = read_invoice_book(books, today())
    stop_on_errors(book.problems)
    found = late_customers(invoice_statuses(books, book, today()), today())
    screen = console()
    if not found:
        print_text(screen, words("invoices.nobody-late"))
    buyers = {one.invoice.customer: one.buyer.get("name", "") for one in books.issued}
    for debt in found:
        for line in debt_lines(words, debt, buyers.get(debt.customer) or debt.customer):
            print_indented(screen, line)
    if dry_run:
        print_text(screen, words("invoices.dry-run"))
