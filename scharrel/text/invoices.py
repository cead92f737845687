"""Invoices in words: the list of them, and what was done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from scharrel.core.money import total
from scharrel.text.words import Words, visible
from scharrel.treasury.invoice_status import InvoiceStatus, LateCustomer, Reminder
from scharrel.treasury.invoices import Invoice, Issued

_INVOICE_HEADINGS = ("number", "day", "customer", "holder", "total", "open", "due", "state")
TEXT_COLUMNS_OF_INVOICES = (0, 1, 2, 3, 6, 7)
"""The columns that hold no amounts."""
NAMES_ON_INVOICES = (2, 3)
"""The columns that give way first where room lacks."""


def invoice_rows(words: Words, found: Sequence[InvoiceStatus], names: Mapping[str, str]) -> list[list[str]]:
    """A heading, and a row for each invoice."""
    return [
        [words(f"invoices.{key}") for key in _INVOICE_HEADINGS],
        *(
            [
                each.number or "–",
                words.short_day(each.invoice.day),
                visible(each.invoice.customer),
                visible(names.get(each.invoice.holder, each.invoice.holder)),
                words.amount(each.invoice.total),
                words.amount(each.open),
                words.short_day(each.invoice.due),
                words(f"invoices.states.{each.state}"),
            ]
            for each in found
        ),
    ]


def invoice_sentences(words: Words, found: Sequence[InvoiceStatus]) -> Iterator[str]:
    """What is to come in, to be given back, and to be sent."""
    sent = [each for each in found if each.number]
    coming = total(each.open for each in sent if each.open > 0)
    late = total(each.open for each in sent if each.state == "overdue")
    yield words("invoices.together", amount=words.money(coming), late=words.money(late))
    if back := total(each.open for each in sent if each.open < 0):
        yield words("invoices.back", amount=words.money(-back))
    if drafts := len(found) - len(sent):
        yield words("invoices.drafts", count=drafts)


def issued_line(words: Words, one: Issued) -> str:
    """An invoice or credit note that was sent."""
    values = {"number": one.number, "customer": one.buyer.get("name", one.invoice.customer)}
    values |= {"worker": one.worker, "due": words.day(one.invoice.due)}
    if of := one.invoice.credits:
        return words("invoices.issued-credit", amount=words.money(-one.invoice.total), of=of, **values)
    whole, owed = one.invoice.total, one.invoice.owed
    key = "issued" if owed == whole else "issued-part" if owed > 0 else "issued-paid"
    return words(f"invoices.{key}", amount=words.money(whole), owed=words.money(owed), **values)


def late_at_once(words: Words, invoices: Iterable[Invoice], today: date) -> Iterator[str]:
    """That these should have been paid on a day that is over before they are sent, if any should."""
    late = [each for each in invoices if each.owed > 0 and each.due < today]
    if late:
        which = ", ".join(f"{visible(each.customer)} ({words.day(each.due)})" for each in late)
        yield words("invoices.late-at-once", count=len(late), which=which)


def debt_lines(words: Words, debt: LateCustomer, name: str) -> Iterator[str]:
    """What a customer should have paid by now."""
    yield words("invoices.owes", customer=name, amount=words.money(debt.amount))
    for each, days in debt.invoices:
        values = {"number": each.number, "amount": words.money(each.open), "due": words.day(each.invoice.due)}
        yield "  " + words("invoices.late", count=days, **values)


def reminder_line(words: Words, reminder: Reminder, *, dry_run: bool = False) -> str:
    """A letter that was written, or would be, or the last one where it is too soon for another."""
    values = {"number": reminder.number, "path": reminder.path, "day": words.day(reminder.day)}
    if not reminder.new:
        return words("invoices.reminder-sent", **values)
    key = "reminder-firm" if reminder.firm else "reminder-first"
    return words(f"invoices.{key}-dry" if dry_run else f"invoices.{key}", **values)
