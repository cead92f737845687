"""What customers still owe: of each invoice what was paid, what is open, and since when."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, total
from scharrel.treasury.invoices import Draft, Invoice, InvoiceBooking, Issued


class InvoiceStatus(NamedTuple):
    """An invoice, of which the state is `draft`, `open`, `part`, `paid`, `overdue` or `credited`. In euros
    `paid` is what came in of it in money, `open` what is still to come (below zero: to give back). A draft
    has no number. `file` and `line` are where its booking stands."""

    number: str
    state: str
    invoice: Invoice
    paid: Decimal
    open: Decimal
    file: str
    line: int


class CustomerPayment(NamedTuple):
    """Euros that came in of these invoices, in order of their numbers, by a booking."""

    numbers: tuple[str, ...]
    amount: Decimal


def customer_payments(bookings: Iterable[InvoiceBooking], numbers: AbstractSet[str]) -> list[CustomerPayment]:
    """What bookings put on what customers owe, by the invoices that they name, unless they sell or take back
    something themselves."""
    found = []
    for booking in bookings:
        named = tuple(sorted(booking.numbers & numbers))
        sells = bool(booking.sold) and (booking.owed > 0 or booking.named not in numbers)
        if named and booking.owed and not sells and not booking.credits:
            found.append(CustomerPayment(named, -booking.owed))
    return found


def statuses(
    issued: Sequence[Issued],
    behind: Mapping[str, Draft],
    drafts: Sequence[Draft],
    payments: Iterable[CustomerPayment],
    today: date,
) -> list[InvoiceStatus]:
    """Every invoice and what became of it: those with a number first, then drafts by their days."""
    open_amounts = {one.number: one.invoice.owed for one in issued}
    credited: dict[str, Decimal] = defaultdict(Decimal)
    made = [draft for draft in drafts if draft.invoice]
    credits = [one.invoice for one in issued] + [draft.invoice for draft in made if draft.invoice]
    taken_back = {one.number: one.invoice.credits for one in issued}
    for invoice in credits:
        if invoice.credits in open_amounts:
            open_amounts[invoice.credits] += invoice.owed
            credited[invoice.credits] += invoice.total
    for number, of in taken_back.items():
        if of in open_amounts:
            open_amounts[number] = ZERO
    for payment in payments:
        # What is paid on a credit note is given back of what it takes back.
        numbers = [of if (of := taken_back.get(n, "")) in open_amounts else n for n in payment.numbers]
        put_on_invoices(open_amounts, numbers, payment.amount)
    found = []
    for one in issued:
        number, whole = one.number, one.invoice.total
        left = open_amounts[number]
        paid = whole if one.invoice.credits in open_amounts else whole + credited[number] - left
        gone = bool(credited[number]) and credited[number] == -whole
        state = "credited" if gone else state_of_invoice(left, paid, one.invoice.due, today)
        place = behind[number].booking.place if number in behind else (one.file, 1)
        found.append(InvoiceStatus(number, state, one.invoice, paid, left, *place))
    for draft in sorted(made, key=lambda draft: (draft.booking.day, draft.booking.place)):
        assert draft.invoice
        left = ZERO if draft.invoice.credits in open_amounts else draft.invoice.owed
        row = InvoiceStatus(
            "", "draft", draft.invoice, draft.invoice.total - left, left, *draft.booking.place
        )
        found.append(row)
    return found


def put_on_invoices(open_amounts: dict[str, Decimal], numbers: Sequence[str], amount: Decimal) -> None:
    """Put a payment in euros on invoices: on each what is open of it, on the last what is left over."""
    for nth, number in enumerate(numbers):
        there = open_amounts[number]
        last = nth == len(numbers) - 1
        part = amount if last else min(amount, there) if amount > 0 else max(amount, min(there, ZERO))
        open_amounts[number] -= part
        amount -= part


def state_of_invoice(left: Decimal, paid: Decimal, due: date, today: date) -> str:
    """What an invoice is that was not taken back."""
    if left <= 0:
        return "paid"
    if today > due:
        return "overdue"
    return "part" if paid else "open"


class LateCustomer(NamedTuple):
    """What a customer should have paid by now: the invoices, each with how many days it is late, and the
    sum in euros."""

    customer: str
    invoices: tuple[tuple[InvoiceStatus, int], ...]
    amount: Decimal


def late_customers(found: Iterable[InvoiceStatus], today: date) -> list[LateCustomer]:
    """Who is late and by how much, the largest sum first."""
    late: dict[str, list[tuple[InvoiceStatus, int]]] = {}
    for each in found:
        if each.state == "overdue":
            late.setdefault(each.invoice.customer, []).append((each, (today - each.invoice.due).days))
    owing = [
        LateCustomer(who, tuple(invoices), total(each.open for each, _ in invoices))
        for who, invoices in late.items()
    ]
    return sorted(owing, key=lambda debt: (-debt.amount, debt.customer))


REMINDED_AGAIN = 14
"""Days between a reminder and the next."""


class Reminder(NamedTuple):
    """A letter about an invoice that is not paid in time: the day it has, whether it is `firm` because one
    went before, whether it is `new` (else it is the last that was written), and its file."""

    number: str
    day: date
    firm: bool
    new: bool
    path: str


def days_reminded(names: Iterable[str], number: str) -> list[date]:
    """The days of the letters about this invoice, by the names of the files for customers."""
    found = []
    for name in names:
        if name.startswith(f"{number}-reminder-"):
            with suppress(ValueError):
                day = name.removeprefix(f"{number}-reminder-").rpartition(".")[0]
                found.append(date.fromisoformat(day))
    return found


def next_reminder(
    number: str, before: Collection[date], today: date, folder: str, form: str = "pdf"
) -> Reminder:
    """The letter that comes after those of the days `before`: a firm one after a friendly one, and none
    before some days have passed."""
    last = max(before, default=None)
    new = last is None or (today - last).days >= REMINDED_AGAIN
    day = today if last is None or new else last
    return Reminder(number, day, bool(before), new, f"{folder}/{number}-reminder-{day}.{form}")
