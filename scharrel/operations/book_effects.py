"""What bookings do to what is kept, and why one cannot be as it was said, in sentences."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.ledger.books import Books
from scharrel.operations.book import Choices, Effect, Planned
from scharrel.operations.book_answers import rates_on_invoice
from scharrel.text.accounts import account_name
from scharrel.text.booking import vat_word
from scharrel.text.noted import Noted
from scharrel.text.words import Words
from scharrel.treasury.invoices import facts_on
from scharrel.treasury.recognition import DAYS_APART


def effect_sentences(words: Words, books: Books, planned: Planned, today: date) -> Iterator[str]:
    """What the bookings do to what is kept, month by month, and what is still to come of the bank."""
    for effect in planned.effects:
        yield " ".join(_of_month(words, books, effect, today))
        for pot in dict.fromkeys(event.account for event in planned.events if event.kind == "pot"):
            level = words.money(effect.pots.get(pot, ZERO))
            yield words("book.pot", pot=account_name(words, books.chart, pot), level=level)
    yield from _invoices(words, books, planned)
    if planned.unknown:
        first = planned.unknown[0]
        yield words("book.unknown", place=f"{first.file}:{first.line}", why=words.problem(first))
    if planned.by_bank:
        yield words("book.by-bank", days=DAYS_APART)


def _invoices(words: Words, books: Books, planned: Planned) -> Iterator[str]:
    """Who sends the invoices, and when what they are for counts, if not at once."""
    sold = [event for event in planned.events if event.customer]
    for customer, day in {event.customer: event.day for event in sold}.items():
        name = facts_on(books.entries.customers.get(customer), day).get("name", customer)
        yield words("book.to-invoice", customer=name)
    holder = books.holders[planned.holder]
    rules = (books.packs.get(str(holder.facts(event.counted_in).get("rules"))) for event in sold)
    if any(pack and pack.by_payment for pack in rules):
        yield words("book.when-paid")


def _of_month(words: Words, books: Books, effect: Effect, today: date) -> Iterator[str]:
    month = words.month(effect.month)
    values = {"month": month, "more": words.money(abs(effect.more)), "keep": words.money(effect.becomes)}
    way = "more" if effect.more > 0 else "less" if effect.more < 0 else "same"
    yield words(f"book.keep-{way}", **values)
    if effect.closed and books.first_open:
        yield words("book.closed", month=month, open=words.month(books.first_open))
    elif effect.month >= Month.of(today):
        yield words("book.not-ended", month=month)


def vat_refused(words: Words, noted: Noted, choices: Choices) -> str:
    """Why what is said of VAT cannot stand on the invoice; empty if that is not about one."""
    if noted.money != "invoice" or noted.customer not in choices.customers:
        return ""
    name = choices.customers[noted.customer].name
    if noted.vat == "reverse":
        return words("book.reverse-id", customer=name, short=noted.customer)
    if noted.rate:
        return words("error.book-vat", rate=words.rate(noted.rate))
    options = ", ".join(vat_word(words, said) for said in rates_on_invoice(noted, choices))
    return words("book.why-no-vat", options=options)


def several_amounts(words: Words, noted: Noted) -> str:
    """What the amount can be, where that is more than one thing."""
    if noted.kind in ("hours", "km"):
        return words("book.which", readings=", ".join(map(words.number, noted.amounts)))
    key = "cents" if noted.money == "invoice" and noted.rate else "which"
    readings = ", ".join(map(words.money, noted.amounts))
    return words(f"book.{key}", readings=readings, rate=words.rate(noted.rate or Decimal(0)))
