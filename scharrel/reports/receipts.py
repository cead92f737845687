"""Receipts by what is to be done about them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from scharrel.core.across import ReceiptEntry
from scharrel.core.receipt_files import may_go
from scharrel.ledger.books import Books
from scharrel.store.receipt_files import receipt_state, receipts_there


class ReceiptsReport(NamedTuple):
    """The receipts that need not be kept any longer, each with the last year that it is about; the files that
    no booking names; and the bookings whose receipt is not there, in order of their places."""

    may_go: Sequence[tuple[str, int]]
    unnamed: Sequence[str]
    missing: Sequence[ReceiptEntry]


def receipts_report(books: Books, entries: Iterable[ReceiptEntry], today: date) -> ReceiptsReport:
    """What is to be done about the receipts of these bookings, and about the files that are there."""
    entries = list(entries)
    last: dict[str, int] = {}
    for one in entries:
        if one.name:
            last[one.name] = max(one.day.year, last.get(one.name, 0))
    for month, names in books.sealed_receipts.items():
        for name in names:
            last[name] = max(month.year, last.get(name, 0))
    there = list(receipts_there(books.coop))
    return ReceiptsReport(
        sorted((name, last[name]) for name in there if name in last and may_go(last[name], today)),
        [name for name in there if name not in last],
        sorted(
            (
                one
                for one in entries
                if not may_go(one.day.year, today) and (not one.name or receipt_state(books.coop, one.name))
            ),
            key=lambda one: (one.file, one.line),
        ),
    )
