"""What the treasurer sees of a month: the overview, and what of the bank and the invoices is still open."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from scharrel.checks.treasury import read_treasury
from scharrel.core.month import Month
from scharrel.core.problems import Problem, errors, in_order
from scharrel.ledger.books import Books
from scharrel.operations.bank import read_bank
from scharrel.operations.bank_assign import OpenLine, open_lines
from scharrel.operations.invoices import invoice_statuses, read_invoice_book
from scharrel.operations.statement_data import last_allocated, statement_data
from scharrel.statements.coop import CoopView, coop_view, share_of
from scharrel.text.accounts import account_labels
from scharrel.text.words import Words
from scharrel.treasury.invoice_status import InvoiceStatus


class CoopMonth(NamedTuple):
    """A month of the cooperative. `view` is its overview, nothing while something is wrong; `problems` are
    the errors that stand in the way of anything here."""

    month: Month
    view: CoopView | None
    lines: Sequence[OpenLine]
    invoices: Sequence[InvoiceStatus]
    problems: Sequence[Problem]


def coop_month(words: Words, books: Books, asked: Month | None, today: date) -> CoopMonth:
    """The month that is asked for, or else the last one that was allocated."""
    month = asked or last_allocated(books, today) or Month.of(today)
    shares, problems = [], list(books.problems)
    for group in books.groups():
        found, _, wrong = statement_data(words, books, group, month, today, posted=False)
        problems += wrong
        shares += [share_of(words, data, month) for data in found]
    treasury = read_treasury(books, today)
    view = coop_view(
        books.title,
        month,
        sorted(shares, key=lambda share: share.name),
        treasury and treasury[0],
        called=account_labels(words, books.chart),
    )
    bank, book = read_bank(books), read_invoice_book(books, today)
    problems += [*bank.problems, *book.problems]
    return CoopMonth(
        month,
        None if errors(problems) else view,
        [] if errors(bank.problems) else open_lines(bank),
        [] if errors(book.problems) else invoice_statuses(books, book, today),
        errors(in_order(problems)),
    )


def coop_months(books: Books, today: date) -> list[Month]:
    """The months that have begun since anyone was a member, the last one first."""
    now = Month.of(today)
    first = min((holder.first for holder in books.holders.values()), default=now)
    return [now.plus(-back) for back in range(max(now.since(first), 0) + 1)]
