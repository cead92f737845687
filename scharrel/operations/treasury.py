"""The cooperative's own book and its part of the whole, as they are written."""

from pathlib import Path

from scharrel.core.names import COOP_ID
from scharrel.ledger.books import Books
from scharrel.ledger.consolidated import sums_of_ledger
from scharrel.ledger.ledger import Ledger
from scharrel.store.allocations import planned_book
from scharrel.store.consolidated import planned_part
from scharrel.store.durable import put, read_written, remove
from scharrel.store.elsewhere import inline_entries, own_entries_of
from scharrel.store.stamps import HEAD, keep_what_is_added


def write_treasury(books: Books, ledger: Ledger | None) -> bool:
    """Bring the cooperative's own book up to date with its ledger, or take it away if there is none; whether
    anything was written. The whole is to name its part, or no longer."""
    if books.own is None or ledger is None:
        _remove_book(books.coop.book(COOP_ID))
        return False
    booked = sums_of_ledger(ledger)
    files = planned_book(
        books.coop, books.own, books.title, [], booked.decimals, inline_entries(books.coop, COOP_ID),
        whole=own_entries_of(books.coop) is None,
    )  # fmt: skip
    files |= planned_part(books.coop, books.own, books.chart, booked, {}, [])
    put(files)
    return bool(files)


def _remove_book(path: Path) -> None:
    text = read_written(path)
    if text and text.startswith(HEAD):
        keep_what_is_added(path, text)
        remove(path)
