"""scharrel invoice issue: a number and a file for every invoice that is to be sent."""

from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, require_format, require_members, today
from scharrel.cli.options import COOP, DRY_RUN, MEMBERS
from scharrel.cli.screen import console, print_indented, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.names import COOP_ID

_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.invoice-issue-format"))


def command(
    member: Annotated[list[str] | None, MEMBERS] = None,
    dry_run: Annotated[bool, DRY_RUN] = False,
    form: Annotated[str, _FORMAT] = "pdf",
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.invoice_documents import issue_invoices, without_account
    from scharrel.operations.opening import open_books
    from scharrel.text.invoices import issued_line, late_at_once

    require_format(form)
    where = open_coop(coop)
    with writing_in(where, "invoice issue", alone=not dry_run):
        books = open_books(where)
        require_members(books, [one for one in member or () if one != COOP_ID])
        done = issue_invoices(books, member or (), today(), write=not dry_run, form=form)
    stop_on_errors(done.problems)
    screen = console()
    if not done.issued:
        print_text(screen, words("invoices.nothing"))
    for one in done.issued:
        print_indented(screen, issued_line(words, one))
    if done.written:
        path = where.shown(where.letters)
        print_text(screen, words("invoices.written", count=len(done.written), path=path))
    if any(map(without_account, done.issued)):
        print_text(screen, words("invoices.no-account"))
    if done.waiting:
        print_text(screen, words("invoices.waiting", count=len(done.waiting)))
    if dry_run and done.issued:
        for sentence in late_at_once(words, [one.invoice for one in done.issued], today()):
            print_text(screen, sentence)
        print_text(screen, words("invoices.dry-run"))
