"""A year for the accountant in one file: audit file, annual accounts, the books of all, and receipts."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from scharrel.core.across import ReceiptEntry
from scharrel.core.money import plain
from scharrel.ledger.books import Books
from scharrel.statements.annual import BookYear
from scharrel.statements.return_files import spreadsheet_cell
from scharrel.store.durable import WriteError
from scharrel.store.paths import Coop
from scharrel.store.receipt_files import receipt_state
from scharrel.store.staging import aside_of, put_in_place

CSV_OF_RECEIPTS = ("date", "holder", "booking", "costs", "receipt", "sha256", "place")
"""The columns of the list of receipts, described in docs/annual.md."""


def pack_year(books: Books, found: BookYear, papers: Mapping[str, bytes], out: Path) -> list[str]:
    """Write the papers, the books of all and the receipts of the year's bookings into one file, for its owner
    alone: the same books give the same bytes. The names of receipts that are not there are returned, and
    stand in the list without a digest. WriteError if it cannot be written; then nothing is."""
    entries = [one for one in found.receipts if one.day.year == found.accounts.year]
    digests: dict[str, str] = {}
    with aside_of(out, books.coop.statements) as aside:
        try:
            with ZipFile(aside / out.name, "x", ZIP_STORED) as file:
                for name, content in sorted({**papers, **dict(_whole(books.coop))}.items()):
                    _add(file, name, content)
                for name in sorted({one.name for one in entries if one.name}):
                    if not receipt_state(books.coop, name):
                        content = (books.coop.receipts / name).read_bytes()
                        digests[name] = hashlib.sha256(content).hexdigest()
                        _add(file, f"receipts/{name}", content)
                _add(file, "receipts.csv", _list(books, entries, digests))
        except OSError as error:
            raise WriteError(out, error.strerror or str(error)) from error
        (aside / out.name).chmod(0o600)
        put_in_place(aside, out.parent, [out.name])
    return sorted({one.name for one in entries if one.name} - digests.keys())


def _add(file: ZipFile, name: str, content: bytes) -> None:
    """Add it as it is: how well it would be compressed differs from one machine to another."""
    entry = ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o100600 << 16
    file.writestr(entry, content)


def _whole(coop: Coop) -> Iterator[tuple[str, bytes]]:
    """The consolidated books as they were written."""
    for path in (coop.consolidated, *sorted(coop.parts.glob("*.beancount"))):
        yield path.relative_to(coop.consolidated.parent).as_posix(), path.read_bytes()


def _list(books: Books, entries: Iterable[ReceiptEntry], digests: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_OF_RECEIPTS)
    for one in sorted(entries, key=lambda one: (one.day, one.holder, one.file, one.line)):
        said = map(spreadsheet_cell, (books.names.get(one.holder, one.holder), one.text))
        paper = (spreadsheet_cell(one.name), digests.get(one.name, ""))
        writer.writerow([one.day, *said, plain(one.cost), *paper, f"{one.file}:{one.line}"])
    return text.getvalue().encode()
