"""A quote on paper, and the booking that bills it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from scharrel.checks.invoices import no_logo
from scharrel.checks.treasury import read_all_ledgers
from scharrel.core.money import plain, total
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import Problem, errors
from scharrel.core.quotes import RECEIVABLE, Billed, Quote
from scharrel.ledger.books import Books
from scharrel.operations.invoice_documents import put_letters
from scharrel.operations.invoices import parties_on
from scharrel.statements.documents import BrokenTemplateError
from scharrel.statements.invoice import letter_language, quote_letter, with_logo
from scharrel.statements.letters import letter_document
from scharrel.statements.pdf import typesetters_world
from scharrel.store.allocations import quoted
from scharrel.store.logos import logo_at
from scharrel.text.words import Words
from scharrel.treasury.invoices import due_account, vat_sums
from scharrel.treasury.lines import tidy
from scharrel.treasury.quotes import Offer, answer_to, offer_of


class QuoteMade(NamedTuple):
    """What came of it: the booking if one was asked for, the file, or what stands against it."""

    text: str
    path: str
    problems: list[Problem]


class _Found(NamedTuple):
    holder: str
    quote: Quote
    path: str
    billed: Sequence[Billed]


def write_quote(books: Books, number: str, today: date, form: str = "pdf") -> QuoteMade:
    """Write the quote as it goes to the customer, in this form; WriteError if that fails."""
    found = _found(books, number, today)
    if isinstance(found, list):
        return QuoteMade("", "", found)
    offer = offer_of(found.quote)
    seller, buyer = parties_on(books, offer.customer, found.quote.day)
    seller, buyer = _named(seller, books.title), _named(buyer, tidy(found.quote.customer))
    worker = "" if found.holder == COOP_ID else tidy(books.names[found.holder])
    words = Words(letter_language(buyer))
    letter = quote_letter(words, found.quote, offer, seller, buyer, worker)
    if place := seller.get("logo"):
        picture = logo_at(books.coop, place)
        if picture is None:
            return QuoteMade("", "", [no_logo(books, place)])
        letter = with_logo(letter, picture)
    name = f"quote-{number.replace('/', '-')}.{form}"
    try:
        with typesetters_world() as world:
            data = letter_document(letter, form, books.coop.templates, world)
    except BrokenTemplateError as broken:
        return QuoteMade("", "", [broken.problem])
    put_letters(books.coop, {name: data})
    return QuoteMade("", books.coop.shown(books.coop.letters / name), [])


def draft_of_quote(books: Books, number: str, today: date) -> QuoteMade:
    """The booking that bills the quote as of today, for the ledger that has it; nothing is written."""
    found = _found(books, number, today)
    if isinstance(found, list):
        return QuoteMade("", "", found)
    if answer_to(found.quote) == "declined":
        return QuoteMade(
            "", "", [Problem(found.path, found.quote.line, "quote-declined", {"number": number})]
        )
    told = []
    if billed := [booking for booking in found.billed if number in booking.numbers]:
        values = {"number": number, "billed": plain(total(booking.invoiced for booking in billed))}
        values["amount"] = plain(found.quote.amount)
        told = [Problem(found.path, billed[0].line, "quote-billed", values, warning=True)]
    return QuoteMade(_booking(books, found.quote, offer_of(found.quote), today), found.path, told)


def _named(facts: Mapping[str, str], name: str) -> dict[str, str]:
    return {"name": name, **facts}


def _found(books: Books, number: str, today: date) -> _Found | list[Problem]:
    """The quote and whose it is, or what stands against it."""
    ledgers, problems = read_all_ledgers(books, today)
    if errors(problems):
        return problems
    quotes = [(holder, quote) for holder, ledger in ledgers.items() for quote in ledger.quotes]
    found = next(((holder, quote) for holder, quote in quotes if quote.number == number), None)
    if found is None:
        near = nearest(number, [quote.number for _, quote in quotes])
        return [Problem("", 0, "quote-none", {"number": number, "near": near})]
    holder, quote = found
    customer = offer_of(quote).customer
    if customer and customer not in books.entries.customers:
        text = ledgers[holder].text
        near = nearest(customer, books.entries.customers)
        return [
            text.problem(text.key_line(quote.line, "customer"), "invoice-unknown", name=customer, near=near)
        ]
    return _Found(holder, quote, ledgers[holder].shown, ledgers[holder].billed)


def _booking(books: Books, quote: Quote, offer: Offer, day: date) -> str:
    chart = books.chart
    income = next((a for a in chart.with_role("turnover") if a.startswith("Income:")), "Income:Omzet")
    owed = next(iter(chart.with_role(RECEIVABLE)), "Assets:Debiteuren")
    sums = vat_sums(offer.lines) if offer.rate else ()
    lines = [
        f'{day} * "{quoted(quote.customer)}" "offerte {quote.number}"',
        f'  invoice: "{offer.customer or "klant"}"',
        f'  quote: "{quote.number}"',
        *([f'  vat: "{offer.rate}"'] if offer.rate else []),
    ]
    for line in offer.lines:
        lines.append(f"  {income}  {plain(-line.net)} EUR")
        lines += [f'    line: "{quoted(line.text)}"'] if line.text else []
        lines += [f"    quantity: {line.quantity:f}"] if line.quantity != 1 else []
    lines += [f"  {due_account(chart, of.rate)}  {plain(-of.vat)} EUR" for of in sums if of.vat]
    whole = quote.amount + total(of.vat for of in sums)
    return "\n".join([*lines, f"  {owed}  {plain(whole)} EUR"]) + "\n"
