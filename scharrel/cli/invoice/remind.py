"""scharrel invoice remind: who is late with paying, by how much, and a letter to each."""

from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, require_format, today
from scharrel.cli.options import COOP, DRY_RUN
from scharrel.cli.screen import console, print_indented, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in

_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.statements-format"))
_CLAIM = typer.Option("--claim", help=words("help.invoice-remind-claim"))


def command(
    dry_run: Annotated[bool, DRY_RUN] = False,
    claim: Annotated[bool, _CLAIM] = False,
    form: Annotated[str, _FORMAT] = "pdf",
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.invoice_documents import write_reminders
    from scharrel.operations.invoices import invoice_statuses, read_invoice_book
    from scharrel.operations.opening import open_books
    from scharrel.text.invoices import debt_lines, reminder_line
    from scharrel.treasury.invoice_status import late_customers

    require_format(form)
    where = open_coop(coop)
    with writing_in(where, "invoice remind", alone=not dry_run):
        books = open_books(where)
        book = read_invoice_book(books, today())
        stop_on_errors(book.problems)
        found = late_customers(invoice_statuses(books, book, today()), today())
        late = [each for debt in found for each, _ in debt.invoices]
        done = write_reminders(books, late, today(), write=not dry_run, claim=claim, form=form)
    stop_on_errors(done.problems)
    screen = console()
    if not found:
        print_text(screen, words("invoices.nobody-late"))
    buyers = {one.invoice.customer: one.buyer.get("name", "") for one in books.issued}
    for debt in found:
        for line in debt_lines(words, debt, buyers.get(debt.customer) or debt.customer):
            print_indented(screen, line)
    for reminder in done.reminders:
        print_text(screen, reminder_line(words, reminder, dry_run=dry_run))
    if dry_run:
        print_text(screen, words("invoices.dry-run"))
