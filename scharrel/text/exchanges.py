"""The yearly list of exchanges as rows of a table."""

from collections.abc import Mapping, Sequence

from scharrel.core.barter import Balance, Exchange
from scharrel.core.money import ZERO
from scharrel.text.words import Words, visible


def exchange_rows(words: Words, names: Mapping[str, str], exchanges: Sequence[Exchange]) -> list[list[str]]:
    """A heading and a row for each exchange: the day, who did it, for whom, what, and how much."""
    head = [words(f"exchange.{key}") for key in ("day", "giver", "taker", "what", "amount")]
    rows = [
        [
            words.short_day(e.day),
            visible(names[e.giver]),
            visible(names[e.taker]),
            visible(e.text),
            f"{words.number(e.amount)} {visible(e.commodity)}",
        ]
        for e in exchanges
    ]
    return [head, *rows]


def balance_rows(
    words: Words, names: Mapping[str, str], balances: Sequence[Balance], *, whole: bool
) -> list[list[str]]:
    """A heading and a row for each member; for the `whole` cooperative the totals, which are zero at the
    start and the end."""
    head = [words(f"exchange.{key}") for key in ("member", "start", "given", "taken", "end")]
    figures = [(b.start, b.given, b.taken, b.end) for b in balances]
    rows = [
        [visible(names[b.member]), *map(words.number, line)]
        for b, line in zip(balances, figures, strict=True)
    ]
    totals = [sum(column, ZERO) for column in zip(*figures, strict=True)]
    return [head, *rows, [words("exchange.total"), *map(words.number, totals)]] if whole else [head, *rows]
