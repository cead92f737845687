"""Invoices: what there is, sending what is to be sent, and what customers owe."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from scharrel.checks.invoices import Invoicing, invoicing_of, no_logo
from scharrel.checks.members import read_ledgers
from scharrel.checks.treasury import read_treasury
from scharrel.core.iban import compact
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem, errors
from scharrel.core.quotes import RECEIVABLE
from scharrel.formats.einvoice import unsound
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.statements.invoice import einvoice_of
from scharrel.store.invoices import issued_path, issued_text, make_issued_read_only
from scharrel.store.issued import keep_issued_files
from scharrel.store.logos import logo_at, logo_name
from scharrel.store.paths import Coop
from scharrel.store.together import put_together
from scharrel.text.words import Words
from scharrel.treasury.accounts import ENTRY_KEYS
from scharrel.treasury.invoice_recognition import Payable
from scharrel.treasury.invoice_status import InvoiceStatus, customer_payments, statuses
from scharrel.treasury.invoices import Draft, Issued, facts_on, lacking, next_number
from scharrel.treasury.lines import tidy

_NOT_SENT = frozenset({"terms", "interest", "interest_business", "collection", "pays_on"})


class InvoiceBook(NamedTuple):
    """The ledgers of these holders with the invoices of each, and what is wrong with any."""

    ledgers: Mapping[str, Ledger]
    invoicing: Mapping[str, Invoicing]
    problems: list[Problem]


class Sent(NamedTuple):
    """What came of a run: the invoices that were issued, drafts of which the day is yet to come, what is
    wrong, and the pictures on the invoices by the names under which they are kept."""

    issued: list[Issued]
    waiting: list[Draft]
    problems: list[Problem]
    logos: Mapping[str, bytes] = {}


def read_invoice_book(books: Books, today: date, only: Collection[str] = ()) -> InvoiceBook:
    """The invoices of everyone, or of `only` these; they count only if no problem is an error."""
    holders = [holder for holder in books.holders if not only or holder in only]
    ledgers, found = read_ledgers(books, holders, today)
    problems = [*books.problems, *_placed(ledgers.values(), found)]
    if (not only or COOP_ID in only) and (own := read_treasury(books, today)):
        ledgers[COOP_ID] = own[0]
        problems += own[1]
    return InvoiceBook(ledgers, _invoicing(books, ledgers), problems)


def _invoicing(books: Books, ledgers: Mapping[str, Ledger]) -> dict[str, Invoicing]:
    return {
        holder: Invoicing({}, [], []) if errors(ledger.problems) else invoicing_of(books, holder, ledger)
        for holder, ledger in ledgers.items()
    }


def _placed(ledgers: Collection[Ledger], problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems of these ledgers, each with the file that has its line."""
    texts = {ledger.shown: ledger.text for ledger in ledgers}
    for problem in problems:
        yield texts[problem.file].placed(problem) if problem.file in texts else problem


def invoice_statuses(books: Books, book: InvoiceBook, today: date) -> list[InvoiceStatus]:
    """Every invoice and what became of it."""
    bookings = [booking for ledger in book.ledgers.values() for booking in ledger.invoices]
    return statuses(
        books.issued,
        {number: draft for each in book.invoicing.values() for number, draft in each.behind.items()},
        [draft for each in book.invoicing.values() for draft in each.drafts],
        customer_payments(bookings, {one.number for one in books.issued}),
        today,
    )


def payables_of(books: Books, ledgers: Mapping[str, Ledger]) -> dict[str, Payable]:
    """The invoices that were sent, by number, with what is open of each."""
    if not books.issued:
        return {}
    book = InvoiceBook(ledgers, _invoicing(books, ledgers), [])
    found: dict[str, Payable] = {}
    buyers = {one.number: one.buyer for one in books.issued}
    receivable = next(iter(books.chart.with_role(RECEIVABLE)), "")
    for each in invoice_statuses(books, book, date.max):
        if (number := each.number) and (account := each.invoice.receivable or receivable):
            now = facts_on(books.entries.customers.get(each.invoice.customer), date.max)
            iban = compact(str(now.get("iban") or buyers[number].get("iban", "")))
            name = str(now.get("name") or buyers[number].get("name", ""))
            paid_on = each.invoice.credits or number
            found[number] = Payable(paid_on, each.invoice.holder, account, each.open, iban, name)
    return found


def to_issue(books: Books, only: Collection[str], today: date) -> Sent:
    """What is to be sent, of everyone or of `only` these, with a number each, in order of days; nothing if
    anything is an error."""
    book = read_invoice_book(books, today, only)
    problems = list(book.problems)
    ready: list[tuple[Ledger, Draft]] = []
    waiting: list[Draft] = []
    for holder, invoicing in book.invoicing.items():
        ledger = book.ledgers[holder]
        problems += (
            ledger.text.placed(p)._replace(warning=False) for p in invoicing.problems if p.code in _QUESTIONS
        )
        for draft in invoicing.drafts:
            if draft.booking.day > today:
                waiting.append(draft)
            elif draft.invoice:
                ready.append((ledger, draft))
    ready.sort(key=lambda each: (each[1].booking.day, each[1].booking.holder, each[1].booking.line))
    issued: list[Issued] = []
    logos: dict[str, bytes] = {}
    taken = {one.number for one in books.issued}
    for ledger, draft in ready:
        assert draft.invoice
        seller, buyer = parties(books, draft)
        if place := seller.pop("logo", ""):
            if (picture := logo_at(books.coop, place)) is None:
                problems.append(no_logo(books, place))
                continue
            seller["logo"] = logo_name(picture)
            logos[seller["logo"]] = picture
        wrong = [*_unsendable(books, ledger, draft, seller, buyer, issued)]
        problems += map(ledger.text.placed, wrong)
        number = next_number(draft.booking.day.year, taken)
        taken.add(number)
        source = "{}:{}".format(*draft.booking.place)
        worker = tidy(books.names.get(draft.booking.holder, draft.booking.holder))
        shown = books.coop.shown(issued_path(books.coop, number))
        issued.append(Issued(number, draft.invoice, seller, buyer, worker, shown, source))
    if errors(problems):
        return Sent([], waiting, problems)
    return Sent(issued, waiting, problems, logos)


def keep_issued(coop: Coop, issued: Sequence[Issued], logos: Mapping[str, bytes]) -> None:
    """Write the files that stay, all of them or none, and that they are there; WriteError if not."""
    if issued:
        files = {issued_path(coop, one.number): issued_text(one).encode() for one in issued}
        put_together(coop.issued, files | {coop.issued / name: data for name, data in logos.items()})
        make_issued_read_only(coop)
    keep_issued_files(coop)


_QUESTIONS = frozenset({"invoice-rates", "invoice-no-vat", "invoice-two-rates"})
"""What can wait until an invoice is to be sent."""


def parties(books: Books, draft: Draft) -> tuple[dict[str, str], dict[str, str]]:
    """What is known on the day of who sells, with the account to pay to, and of who buys."""
    assert draft.invoice
    return parties_on(books, draft.invoice.customer, draft.booking.day)


def parties_on(books: Books, customer: str, day: date) -> tuple[dict[str, str], dict[str, str]]:
    """What is known on the day of the cooperative, with the account to pay to, and of the customer."""
    banks = sorted(books.bank_accounts.values(), key=lambda bank: bank.line)
    seller = _plain_facts(facts_on(books.entries.cooperative, day), "cooperative")
    seller |= {"iban": banks[0].iban} if banks else {}
    found = books.entries.customers.get(customer)
    return seller, _plain_facts(facts_on(found, day), "customer")


def _plain_facts(facts: Mapping[str, object], kind: str) -> dict[str, str]:
    said = ((key, facts.get(key)) for key in ENTRY_KEYS[kind] if key not in _NOT_SENT)
    return {key: plain for key, value in said if value and (plain := tidy(str(value)))}


def _unsendable(
    books: Books,
    ledger: Ledger,
    draft: Draft,
    seller: Mapping[str, str],
    buyer: Mapping[str, str],
    before: Sequence[Issued],
) -> Iterator[Problem]:
    """What stands against sending the draft, after those that go `before` it."""
    invoice = draft.invoice
    assert invoice
    text, line = ledger.text, draft.booking.line
    values = {"customer": invoice.customer, "total": str(invoice.total)}
    month = Month.of(invoice.day)
    if books.closed and month <= books.closed:
        yield text.problem(line, "invoice-closed", month=str(month), open=str(books.first_open))
    if invoice.credits:
        original = next((one for one in books.issued if one.number == invoice.credits), None)
        others = [*books.issued, *before]
        back = invoice.total + sum(o.invoice.total for o in others if o.invoice.credits == invoice.credits)
        if original and not -original.invoice.total <= back < 0:
            amounts = {"sent": str(original.invoice.total), "back": str(-back)}
            yield text.problem(line, "invoice-credits-more", number=invoice.credits, **amounts)
    elif invoice.total <= 0:
        yield text.problem(line, "invoice-zero" if not invoice.total else "invoice-negative", **values)
    electronic = einvoice_of(Words(), Issued("", invoice, seller, buyer, ""))
    lacks = [*lacking(invoice, seller, buyer, seller.get("vat", "")), *unsound(electronic)]
    if lacks := list(dict.fromkeys(lacks)):
        coop = books.coop
        places = {
            "cooperative ": coop.shown(coop.register),
            "customer ": coop.shown(coop.customers),
            "line": ledger.shown,
        }
        keys = {place: [each for each in lacks if each.startswith(of)] for of, place in places.items()}
        said = [
            f"{at} ({', '.join(k.rpartition(' ')[2] for k in those)})" for at, those in keys.items() if those
        ]
        yield text.problem(line, "invoice-lacks", customer=invoice.customer, lacks=" · ".join(said))
