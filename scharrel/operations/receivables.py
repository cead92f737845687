"""What customers owe on a day, over all ledgers: invoices as they stood, and what else is owed."""

from collections.abc import Iterator
from datetime import date

from scharrel.checks.invoices import invoicing_of
from scharrel.core.names import COOP_ID
from scharrel.core.problems import errors
from scharrel.core.quotes import RECEIVABLE
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import read_ledger
from scharrel.store.elsewhere import ledger_text
from scharrel.treasury.invoice_status import CustomerPayment, customer_payments, statuses
from scharrel.treasury.invoices import Draft
from scharrel.treasury.receivables import CustomerDebt, OwedAmount, customer_debts


def ledgers_on_account(books: Books) -> Iterator[tuple[str, Ledger]]:
    """The ledgers in which anything is owed by customers."""
    accounts = [name.encode() for name in books.chart.with_role(RECEIVABLE)]
    for holder in [*books.holders, *([COOP_ID] if books.own else [])]:
        data = ledger_text(books.coop, holder).data
        if any(account in data for account in accounts):
            yield holder, read_ledger(books.coop, holder, books.chart)


def debts_on(books: Books, day: date) -> list[CustomerDebt]:
    """What customers owe when the day is over, in sound ledgers; who only practises is left out."""
    issued = [one for one in books.issued if one.invoice.day <= day]
    numbers = {one.number for one in issued}
    behind: dict[str, Draft] = {}
    credits: list[Draft] = []
    payments: list[CustomerPayment] = []
    others: list[OwedAmount] = []
    for holder, ledger in ledgers_on_account(books):
        if errors(ledger.problems) or (holder in books.holders and books.holders[holder].practice):
            continue
        invoicing = invoicing_of(books, holder, ledger)
        sent = {number: draft for number, draft in invoicing.behind.items() if number in numbers}
        back = [d for d in invoicing.drafts if d.booking.credits in numbers and d.booking.day <= day]
        behind |= sent
        credits += back
        told = {draft.booking.line for draft in (*sent.values(), *back)}
        about: dict[int, str] = {}
        for booking in ledger.invoices:
            paid = customer_payments([booking], numbers) if booking.day <= day else []
            payments += paid
            told |= {booking.line} if paid else set()
            about[booking.line] = min(booking.numbers - {booking.named}, default="")
        others += (
            OwedAmount(moved.day, moved.amount, moved.text.partition(" · ")[0], about.get(moved.line, ""))
            for moved in ledger.movements
            if moved.role == RECEIVABLE and moved.currency == "EUR" and moved.line not in told
        )
    buyers = {one.number: one.buyer.get("name") or one.invoice.customer for one in issued}
    found = statuses(issued, behind, credits, payments, day)
    others += (
        OwedAmount(each.invoice.day, each.open, buyers[each.number], each.number)
        for each in found
        if each.number
    )
    return customer_debts(others, day)
