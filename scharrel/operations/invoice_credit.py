"""A draft that takes back an invoice that was sent, in the cooperative's own ledger."""

import os
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import Problem, errors
from scharrel.core.quotes import RECEIVABLE
from scharrel.ledger.books import Books
from scharrel.ledger.reading import read_ledger
from scharrel.store.durable import write_text
from scharrel.store.invoices import credit_text
from scharrel.store.text import read_text
from scharrel.treasury.invoices import InvoiceBooking, Issued, credit_of


class Credited(NamedTuple):
    """The draft as it was written, the line where it begins, or what stands against it."""

    text: str
    line: int
    problems: list[Problem]


def credit_invoice(books: Books, number: str, reason: str, today: date) -> Credited:
    """Put a draft that takes the invoice back at the end of the cooperative's ledger; WriteError if that
    fails."""
    coop, path = books.coop, books.coop.treasury
    own = read_text(coop, path)._replace(problems=[]) if not os.path.lexists(path) else read_text(coop, path)
    problems = [*books.problems, *own.problems]
    one = next((one for one in books.issued if one.number == number), None)
    if one is None:
        values = {"number": number, "near": nearest(number, [each.number for each in books.issued])}
        problems.append(Problem("", 0, "invoice-credits", values))
    else:
        problems += _against(books, one)
    if one is None or errors(problems):
        return Credited("", 0, problems)
    receivable = one.invoice.receivable or next(iter(books.chart.with_role(RECEIVABLE)), "")
    if not receivable:
        problems.append(Problem(coop.shown(coop.chart), 1, "no-receivable"))
        return Credited("", 0, problems)
    text = credit_text(credit_of(one, today, receivable, reason), one)
    before = own.data.decode() if own.data else 'include "accounts.beancount"\n'
    before = before if before.endswith("\n") else before + "\n"
    write_text(path, f"{before}\n{text}")
    return Credited(text, before.count("\n") + 2, problems)


def _against(books: Books, one: Issued) -> Iterator[Problem]:
    """Why the invoice cannot be taken back."""
    if one.invoice.credits:
        yield Problem(one.file, 1, "invoice-credit-of-credit", {"number": one.number})
    holders = {one.invoice.holder, COOP_ID} & {*books.holders, *([COOP_ID] if books.own else [])}
    for holder in sorted(holders):
        for booking in read_ledger(books.coop, holder, books.chart).invoices:
            if booking.credits == one.number:
                yield _again(one, booking)


def _again(one: Issued, booking: InvoiceBooking) -> Problem:
    file, line = booking.place
    return Problem(file, line, "invoice-credited", {"number": one.number, "day": str(booking.day)})
