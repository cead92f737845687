"""What customers still owe of what counts only when they pay, and when that comes by how late they usually
are."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.checks.invoices import invoicing_of
from scharrel.core.facts import Holder
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.problems import errors
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.operations.receivables import ledgers_on_account
from scharrel.treasury.outlook import days_late


class ExpectedPayment(NamedTuple):
    """What counts in a role, in euros without VAT, when an invoice is paid as usual; where its booking is."""

    number: str
    customer: str
    day: date
    role: str
    amount: Decimal
    place: str

    @property
    def month(self) -> Month:
        return Month.of(self.day)


class UnforeseenPayment(NamedTuple):
    """An invoice of which nobody knows when it will be paid: what would count, in euros; when it was due."""

    number: str
    customer: str
    due: date
    amount: Decimal


def expected_payments(
    books: Books, member: Holder, ledger: Ledger, today: date
) -> tuple[list[ExpectedPayment], Sequence[UnforeseenPayment]]:
    """What is left of what the member sold on account: with the day on which it comes, or without one where
    that day is over."""
    issued = {one.number: one for one in books.issued}
    behind = invoicing_of(books, member.id, ledger).behind
    number_of = {draft.booking.line: number for number, draft in behind.items()}
    left: dict[tuple[int, str], Decimal] = {}
    for sign, movements in ((1, ledger.on_account), (-1, ledger.paid)):
        for moved in movements:
            key = moved.line, moved.role
            left[key] = left.get(key, ZERO) + sign * moved.amount
    habits = _habits(books)
    found, unknown = [], []
    for (line, role), amount in sorted(left.items()):
        if amount <= 0 or (number := number_of.get(line, "")) not in issued:
            continue
        invoice = issued[number].invoice
        day = invoice.due + timedelta(days=days_late(habits.get(invoice.customer, [])) or 0)
        if day < today:
            unknown.append(UnforeseenPayment(number, invoice.customer, invoice.due, amount))
        else:
            where = ledger.text.where(line)
            found.append(ExpectedPayment(number, invoice.customer, day, role, amount, where))
    return found, unknown


def _habits(books: Books) -> dict[str, list[tuple[date, date]]]:
    """By customer of each invoice that is paid when it was due and when it was paid, over all ledgers."""
    issued = {one.number: one for one in books.issued}
    found: dict[str, list[tuple[date, date]]] = {}
    for holder, ledger in ledgers_on_account(books):
        shares = books.receipts.shares.get(holder, {})
        if errors(ledger.problems):
            continue
        for number, draft in invoicing_of(books, holder, ledger).behind.items():
            paid = shares.get(draft.booking.line, ())
            if paid and paid[-1].after >= paid[-1].of and number in issued:
                invoice = issued[number].invoice
                found.setdefault(invoice.customer, []).append((invoice.due, paid[-1].day))
    return found
