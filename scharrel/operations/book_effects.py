"""What bookings do to what is kept, in sentences."""

from collections.abc import Iterator
from datetime import date

from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.ledger.books import Books
from scharrel.operations.book import Effect, Planned
from scharrel.text.accounts import account_name
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
