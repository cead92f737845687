"""All bookings of a cooperative as beancount reads them, one by one and in euros."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from beancount.core import convert, data
from beancount.parser import booking

from scharrel.core.facts import KINDS
from scharrel.core.money import to_cents, total
from scharrel.core.names import COOP_ID
from scharrel.ledger.books import Books
from scharrel.ledger.lots import OPTIONS
from scharrel.ledger.parsing import metadata, parse, place
from scharrel.store.allocations import written_months
from scharrel.store.elsewhere import ledger_text
from scharrel.store.text import Text, read_text
from scharrel.treasury.journal import JournalEntry, JournalLeg


def read_journal(books: Books) -> list[JournalEntry]:
    """Every booking with euros in it, of ledgers and bank lines and as allocated, in order of days; the books
    have been found sound. What someone books to practise is left out."""
    chart, _, _ = parse(read_text(books.coop, books.coop.chart))
    holders = [holder.id for holder in books.holders.values() if not holder.practice]
    found: list[JournalEntry] = []
    for holder in [*holders, *([COOP_ID] if books.own else [])]:
        text = ledger_text(books.coop, holder)
        booked, _ = booking.book([*chart, *parse(text)[0]], OPTIONS)
        found += _entries(holder, text, booked, allocated=False)
        for path in written_months(books.coop, holder).values():
            text = read_text(books.coop, path)
            found += _entries(holder, text, parse(text)[0], allocated=True)
    return sorted(found, key=lambda entry: (entry.day, entry.holder, entry.file, entry.line))


def _entries(
    holder: str, text: Text, directives: Iterable[Any], *, allocated: bool
) -> Iterator[JournalEntry]:
    for entry in directives:
        if isinstance(entry, data.Transaction) and (legs := _legs(entry, allocated=allocated)):
            said = metadata(entry)
            file, line = text.at(place(entry))
            yield JournalEntry(
                holder, entry.date, entry.payee or "", entry.narration or "", legs, file, line,
                *(_by_rules(said) if allocated else ("", "")),
                min(entry.links, default="") or str(said.get("invoice") or ""),
            )  # fmt: skip


def _by_rules(said: Mapping[str, Any]) -> tuple[str, str]:
    """The rules of an allocation, and from whose book it comes if it comes from another."""
    payer = next((said[kind] for kind in KINDS if kind in said), "")
    return str(said.get("pack", "")), str(payer)


def _legs(transaction: Any, *, allocated: bool) -> tuple[JournalLeg, ...]:
    """The postings that weigh in euros, in whole cents that add up to zero: where a price leaves less than a
    cent, the largest leg has it."""
    legs = []
    for posting in transaction.postings:
        weight = convert.get_weight(posting)
        if weight.currency == "EUR" and (amount := _cents(weight.number)):
            step = str(metadata(posting).get("step", "")) if allocated else ""
            legs.append(JournalLeg(posting.account, amount, step))
    if rest := total(leg.amount for leg in legs):
        nth = max(range(len(legs)), key=lambda nth: abs(legs[nth].amount))
        legs[nth] = legs[nth]._replace(amount=legs[nth].amount - rest)
    return tuple(legs)


def _cents(number: Decimal) -> Decimal:
    return to_cents(number, "half-up")
