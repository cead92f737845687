"""scharrel bank import: statements of the bank into everyone's books."""

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.arguments import open_coop
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, DRY_RUN, JSON
from scharrel.cli.screen import (
    console,
    fail,
    print_indented,
    progress_bar,
    stop_on_errors,
    words,
)
from scharrel.cli.writing import writing_in
from scharrel.core.names import COOP_ID
from scharrel.text.words import visible
from scharrel.treasury.lines import tidy

if TYPE_CHECKING:
    from scharrel.operations.bank import Bank
    from scharrel.operations.bank_import import Download, Imported

_FILES = typer.Argument(metavar=words("metavar.file") + "...", help=words("help.bank-import-files"))
_GAP = typer.Option("--accept-gap", metavar=words("metavar.reason"), help=words("help.bank-import-gap"))


def command(
    files: Annotated[list[Path], _FILES],
    dry_run: Annotated[bool, DRY_RUN] = False,
    as_json: Annotated[bool, JSON] = False,
    reason: Annotated[str | None, _GAP] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.bank import read_bank
    from scharrel.operations.bank_import import import_statements
    from scharrel.operations.opening import open_books

    if reason is not None and not visible(reason).strip():
        fail(words("error.gap-reason"), status=2)
    where = open_coop(coop)
    downloads = [_download(file) for file in dict.fromkeys(files)]
    with writing_in(where, "bank import", alone=not dry_run):
        books = open_books(where)
        bank = read_bank(books)
        if not bank.books:
            stop_on_errors(bank.problems)
            fail(words("error.no-bank"), status=1)
        with progress_bar(words("progress.importing")) as progress:
            done = import_statements(
                books, bank, downloads, tidy(reason or ""), write=not dry_run, progress=progress
            )
    stop_on_errors(done.problems)
    if as_json:
        print_json(_as_plain(done))
        return
    _show(bank, done, dry_run=dry_run)


def _download(file: Path) -> "Download":
    from scharrel.formats.bank import MAX_BANK_BYTES
    from scharrel.operations.bank_import import Download

    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    with open(file, "rb") as opened:
        return Download(visible(str(file)), opened.read(MAX_BANK_BYTES + 1))


def _as_plain(done: "Imported") -> dict[str, Any]:
    """The import as other programs read it."""
    return {
        "files": [
            {
                "file": file,
                "kind": kind,
                "statements": [
                    {
                        "account": read.account.name,
                        "from": read.statement.first,
                        "to": read.statement.last,
                        "opening": read.statement.opening,
                        "closing": read.statement.closing,
                    }
                    for read in done.statements
                    if read.file.name == file
                ],
            }
            for file, kind in done.kinds.items()
        ],
        "new": sum(not line.known for line in done.lines),
        "known": sum(line.known for line in done.lines),
        "pending": done.pending,
        "lines": [
            {
                "id": line.booked.id,
                "date": line.booked.day,
                "amount": line.booked.amount,
                "name": line.booked.name,
                "iban": line.booked.iban,
                "text": line.booked.text,
                "for": line.booked.holder or (COOP_ID if line.booked.settled else None),
                "account": line.booked.legs[0].account if line.booked.legs else None,
                "why": line.booked.why or None,
                "known": line.known,
            }
            for line in done.lines
        ],
    }


def _show(bank: "Bank", done: "Imported", *, dry_run: bool) -> None:
    from scharrel.text.bank import account_title, days_line, found_lines, meeting_lines
    from scharrel.treasury.standing import standing_of

    screen = console()
    for name, book in done.books.items():
        own = [read.statement for read in done.statements if read.account.name == name]
        if not own:
            continue
        screen.print(account_title(book.account), style="bold")
        stands = standing_of(book, bank.bookings[name])
        lines = [line for line in done.lines if line.account == name]
        new = [line.booked for line in lines if not line.known]
        known = len({line.booked.id for line in lines}) - len(new)
        for said in (
            days_line(words, own, stands.to),
            *found_lines(words, new, known),
            *meeting_lines(words, stands),
        ):
            print_indented(screen, f"  {said}")
    if done.pending:
        print_indented(screen, words("bank.pending", count=done.pending))
    if dry_run:
        print_indented(screen, words("bank.dry-run"))
    elif any(not line.booked.settled for line in done.lines if not line.known):
        print_indented(screen, words("bank.next"))
