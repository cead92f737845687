"""The quotes as rows of a table and sentences."""

from collections.abc import Iterator, Sequence

from scharrel.core.money import ZERO
from scharrel.core.quotes import Standing
from scharrel.text.words import Words, visible

LEFT = (0, 1, 2, 6)
"""The columns that are no amounts."""


def quote_rows(words: Words, standings: Sequence[Standing]) -> list[list[str]]:
    """A heading, and a row for each quote."""
    head = [
        words(f"quotes.{key}") for key in ("number", "day", "customer", "amount", "invoiced", "owed", "state")
    ]
    rows = [
        [
            visible(s.quote.number),
            words.short_day(s.quote.day),
            visible(s.quote.customer),
            *map(words.amount, (s.quote.amount, s.invoiced, s.owed)),
            words(f"quotes.states.{s.state}"),
        ]
        for s in standings
    ]
    return [head, *rows]


def more_than_offered(words: Words, standings: Sequence[Standing]) -> Iterator[str]:
    """A sentence for each quote of which more was invoiced than it said."""
    for s in standings:
        if s.invoiced > s.quote.amount:
            amount = words.money(s.invoiced - s.quote.amount)
            yield words("quotes.more", number=visible(s.quote.number), amount=amount)


def quotes_together(words: Words, standings: Sequence[Standing]) -> str:
    """All of them added up."""
    return words(
        "quotes.together",
        amount=words.money(sum((s.quote.amount for s in standings), ZERO)),
        invoiced=words.money(sum((s.invoiced for s in standings), ZERO)),
        owed=words.money(sum((s.owed for s in standings), ZERO)),
    )
