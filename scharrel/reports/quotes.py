"""Quotes and what became of them: invoiced in part or whole, and paid."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import total
from scharrel.core.quotes import Quote
from scharrel.ledger.ledger import Ledger
from scharrel.text.words import Words, visible
from scharrel.treasury.quotes import answer_to

_HEADINGS = ("number", "day", "customer", "amount", "invoiced", "owed", "state")
TEXT_COLUMNS = (0, 1, 2, 6)
"""The columns that hold no amounts."""


class QuoteStatus(NamedTuple):
    """What was invoiced of a quote of a member or project, without VAT, and what the customer still has to
    pay of that, with VAT. Amounts in euros."""

    holder: str
    quote: Quote
    invoiced: Decimal
    owed: Decimal

    @property
    def state(self) -> str:
        """`open`, `accepted` or `declined`: nothing invoiced, and what the customer said of it; `part`,
        `invoiced` or `paid`: less than was offered, all of it, or all of it and paid."""
        if not self.invoiced:
            return answer_to(self.quote) or "open"
        if self.invoiced < self.quote.amount:
            return "part"
        return "invoiced" if self.owed > 0 else "paid"


def quote_statuses(ledgers: Mapping[str, Ledger]) -> list[QuoteStatus]:
    """Every quote in these ledgers, by member or project, day and number."""
    found = []
    for holder, ledger in ledgers.items():
        invoiced, owed = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
        for booking in ledger.billed:
            for number in booking.numbers:
                invoiced[number] += booking.invoiced
                owed[number] += booking.owed
        found += [QuoteStatus(holder, q, invoiced[q.number], owed[q.number]) for q in ledger.quotes]
    return sorted(found, key=lambda s: (s.holder, s.quote.day, s.quote.number))


def quote_rows(words: Words, statuses: Sequence[QuoteStatus]) -> list[list[str]]:
    """A heading, and a row for each quote."""
    return [
        [words(f"quotes.{key}") for key in _HEADINGS],
        *(
            [
                visible(s.quote.number),
                words.short_day(s.quote.day),
                visible(s.quote.customer),
                *map(words.amount, (s.quote.amount, s.invoiced, s.owed)),
                words(f"quotes.states.{s.state}"),
            ]
            for s in statuses
        ),
    ]


def quote_sentences(words: Words, statuses: Sequence[QuoteStatus]) -> Iterator[str]:
    """A sentence for each quote of which more was invoiced than it said, and all of them added up."""
    for s in statuses:
        if s.invoiced > s.quote.amount:
            amount = words.money(s.invoiced - s.quote.amount)
            yield words("quotes.more", number=s.quote.number, amount=amount)
    yield words(
        "quotes.together",
        amount=words.money(total(s.quote.amount for s in statuses)),
        invoiced=words.money(total(s.invoiced for s in statuses)),
        owed=words.money(total(s.owed for s in statuses)),
    )
