"""What is wrong with customers, with what is to be invoiced, and with what was."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scharrel.checks.own_entries import entry_problems
from scharrel.checks.register import account_numbers, contradictions
from scharrel.core.facts import Dated
from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.register import Register
from scharrel.store.issued import gone_from
from scharrel.store.logos import MOST_BYTES, kept_logo, logo_at
from scharrel.store.text import read_text
from scharrel.treasury.invoices import (
    Draft,
    InvoiceBooking,
    Issued,
    Unclear,
    facts_on,
    made_invoice,
    matched,
    missing_numbers,
    terms_of,
)


def customers_problems(register: Register) -> Iterator[Problem]:
    """What is wrong with the customers in their own file."""
    found = register.customers
    for entry in found.by_name.values():
        yield from entry_problems("customer", entry, found.text)
        yield from contradictions(f"customer {entry.id}", entry.directives, found.text)
        if entry.id in register.own.customers:
            yield found.text.problem(entry.directives[0].line, "customer-twice", name=entry.id)
    yield from account_numbers(found.directives, found.text)


def issued_problems(books: Books) -> Iterator[Problem]:
    """What was sent, ordered or filed and is not there, invoices of who has no books here, and pictures that
    are gone."""
    if (place := facts_on(books.entries.cooperative, date.max).get("logo")) is not None and (
        logo_at(books.coop, str(place)) is None
    ):
        yield no_logo(books, str(place))
    for name in dict.fromkeys(name for one in books.issued if (name := one.seller.get("logo"))):
        if kept_logo(books.coop, name) is None:
            yield Problem(books.coop.shown(books.coop.issued / name), 1, "logo-kept")
    folder = books.coop.shown(books.coop.issued)
    there = {one.number for one in books.issued}
    known = gone_from(books.coop, books.coop.issued, books.issued_files)
    for number in sorted({*missing_numbers(there), *known} - there):
        if not os.path.lexists(books.coop.issued / f"{number}.beancount"):
            yield Problem(f"{folder}/{number}.beancount", 1, "invoice-gone", {"number": number})
    for kept in (books.coop.payment_runs, books.coop.vat_returns):
        yield from gone_problems(books, kept)
    for one in books.issued:
        if one.invoice.holder not in books.holders and one.invoice.holder != COOP_ID:
            yield Problem(one.file, 1, "invoice-holder", {"holder": one.invoice.holder, **_sent(one)})


def gone_problems(books: Books, folder: Path) -> Iterator[Problem]:
    """Payment runs or VAT returns of this folder that were written and are gone."""
    for name in gone_from(books.coop, folder, books.issued_files):
        yield Problem(f"{books.coop.shown(folder)}/{name}.beancount", 1, "issued-gone", {"name": name})


def no_logo(books: Books, place: str) -> Problem:
    """That there is no picture where the register says that the logo is."""
    found = books.entries.cooperative
    said = [d for d in (found.directives if found else ()) if d.values.get("logo") == place]
    line = books.register.key_line(said[-1].line, "logo") if said else 1
    return books.register.problem(line, "logo", path=place, size=str(MOST_BYTES // 1000))


class Invoicing(NamedTuple):
    """The invoices of one ledger: the bookings behind what was sent, by number, what is yet to be sent, and
    what is wrong with any of these."""

    behind: Mapping[str, Draft]
    drafts: Sequence[Draft]
    problems: Sequence[Problem]


def invoicing_of(books: Books, holder: str, ledger: Ledger) -> Invoicing:
    """The invoices of the holder's ledger."""
    numbers = {one.number: one for one in books.issued}
    customers = books.entries.customers.keys() | {one.invoice.customer for one in books.issued}
    problems: list[Problem] = []
    drafts: list[Draft] = []
    for booking in ledger.invoices:
        named = booking.named
        if named not in numbers and named not in customers:
            if (named or booking.credits) and not (named and _unread(books, named)):
                problems.append(_unknown(books, ledger, booking))
        elif named not in numbers or (booking.sold and booking.owed > 0):
            drafts.append(_draft(books, ledger, booking, numbers, problems))
    own = [one for one in books.issued if one.invoice.holder == holder]
    behind, left, lost = matched(own, drafts)
    for one, became in lost:
        problems.append(_changed(ledger, one, became))
    for draft in left:
        if draft.booking.named in numbers:
            line = ledger.text.key_line(draft.booking.line, "invoice")
            problems.append(ledger.text.problem(line, "invoice-again", number=draft.booking.named))
    return Invoicing(behind, left, problems)


def numbers_sent(books: Books, holder: str, ledger: Ledger) -> dict[int, str]:
    """The numbers of the invoices that were sent, by the line of the booking behind each in the ledger."""
    behind = invoicing_of(books, holder, ledger).behind if ledger.invoices else {}
    return {draft.booking.line: number for number, draft in behind.items()}


def credited_by(books: Books) -> dict[str, str]:
    """By the number of each credit note what it takes back: what is paid on it is given back of that."""
    return {one.number: one.invoice.credits for one in books.issued if one.invoice.credits}


def _draft(
    books: Books,
    ledger: Ledger,
    booking: InvoiceBooking,
    numbers: Mapping[str, Issued],
    problems: list[Problem],
) -> Draft:
    customer = numbers[booking.named].invoice.customer if booking.named in numbers else booking.named
    cooperative = facts_on(books.entries.cooperative, booking.day)
    facts = facts_on(books.entries.customers.get(customer), booking.day)
    if booking.credits and (wrong := _wrong_credit(ledger, booking, customer, numbers)):
        problems.append(wrong)
    terms = terms_of(facts, cooperative)
    exempt = cooperative.get("vat") == "exempt"
    made = made_invoice(booking, customer, terms, books.chart, exempt=exempt)
    if isinstance(made, Unclear):
        text, said = ledger.text, ledger.text.key_line(made.line, "vat")
        if not any(p.code == "invoice-vat-word" and p.line == said for p in ledger.problems):
            problems.append(text.problem(made.line, made.code, made.question, **made.values))
        return Draft(booking, None)
    return Draft(booking, made)


def _wrong_credit(
    ledger: Ledger, booking: InvoiceBooking, customer: str, numbers: Mapping[str, Issued]
) -> Problem | None:
    """What is wrong with what the booking says that it takes back."""
    line = ledger.text.key_line(booking.line, "credits")
    one = numbers.get(booking.credits)
    if one is None:
        near = nearest(booking.credits, numbers)
        return ledger.text.problem(line, "invoice-credits", number=booking.credits, near=near)
    if one.invoice.customer != customer or one.invoice.holder != booking.holder:
        return ledger.text.problem(line, "invoice-credits-other", **_sent(one))
    return None


def _unread(books: Books, customer: str) -> bool:
    """Whether the customer may stand in their file where that cannot be read, which is told there."""
    path = books.coop.customers
    if not any(problem.file == books.coop.shown(path) for problem in errors(books.problems)):
        return False
    text = read_text(books.coop, path)
    return not text.data or f'"{customer}'.encode() in text.data


def _unknown(books: Books, ledger: Ledger, booking: InvoiceBooking) -> Problem:
    line = ledger.text.key_line(booking.line, "invoice" if booking.named else "credits")
    if not booking.named:
        return ledger.text.problem(line, "invoice-credits-alone", number=booking.credits)
    known = [*books.entries.customers, *(one.number for one in books.issued)]
    by_name = {_name_of(customer): customer.id for customer in books.entries.customers.values()}
    near = nearest(booking.named, known) or nearest(booking.named, by_name)
    values = {"name": booking.named, "near": by_name.get(near, near)}
    return ledger.text.problem(line, "invoice-unknown", **values)


def _name_of(customer: Dated) -> str:
    return str(customer.facts(Month.of(customer.directives[-1].day)).get("name", customer.id))


def _changed(ledger: Ledger, one: Issued, became: Draft | None) -> Problem:
    if became is None:
        return ledger.text.problem(1, "invoice-booking-gone", **_sent(one))
    line = became.booking.line
    return ledger.text.problem(line, "invoice-booking-changed", **_sent(one))


def _sent(one: Issued) -> dict[str, str]:
    """What was sent, for a message."""
    invoice = one.invoice
    lines = "; ".join(
        f"{line.quantity.normalize():f} × {line.text} {plain(line.net)} ({line.rate})"
        for line in invoice.lines
    )
    return {
        "number": one.number,
        "customer": invoice.customer,
        "day": str(invoice.day),
        "delivered": str(invoice.delivered),
        "lines": lines if len(lines) <= _LONGEST else lines[:_LONGEST] + "…",
        "net": plain(invoice.net_total),
        "vat": plain(invoice.vat_total),
        "total": plain(invoice.total),
    }


_LONGEST = 150
"""Signs of what was sent that a message repeats."""


def invoice_problems(books: Books, holder: str, ledger: Ledger) -> Iterable[Problem]:
    """What is wrong with the invoices of the holder's ledger."""
    if not ledger.invoices and not books.issued:
        return ()
    return invoicing_of(books, holder, ledger).problems
