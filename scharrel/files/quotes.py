"""Quotes as the ledgers have them, and what is wrong with them."""

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from beancount.core.amount import Amount

from scharrel.core.problems import Problem
from scharrel.core.quotes import ROLE, Billed, Quote, Standing, standings
from scharrel.files.chart import nearest
from scharrel.files.parsing import place

if TYPE_CHECKING:
    from scharrel.files.ledger import Ledger
    from scharrel.files.postings import Posted

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,30}")


def quote_of(directive: Any) -> Quote | None:
    """The quote that the directive is; nothing when it is not written as one."""
    values = [value.value for value in directive.values or []]
    if len(values) != 3 or not all(isinstance(v, str) and v.strip() for v in values[:2]):
        return None
    number, customer, price = values
    if not _NUMBER.fullmatch(number) or not isinstance(price, Amount) or price.currency != "EUR":
        return None
    amount = price.number
    if not isinstance(amount, Decimal) or amount <= 0 or -int(amount.as_tuple().exponent) > 2:
        return None
    return Quote(directive.date, place(directive), number, customer, amount)


def billed(transaction: Any, postings: list["Posted"], roles: Mapping[str, str | None]) -> Billed:
    """What the booking does to the quotes that it names, by `quote:` or by a link."""
    named = str(transaction.meta.get("quote") or "")
    euros = [(account, number) for account, number, currency, _ in postings if currency == "EUR"]
    return Billed(
        place(transaction),
        named,
        frozenset({*transaction.links, *([named] if named else [])}),
        -sum((number for account, number in euros if account.startswith("Income:")), Decimal(0)),
        sum((number for account, number in euros if roles.get(account) == ROLE), Decimal(0)),
    )


def all_standings(ledgers: Mapping[str, "Ledger"]) -> list[Standing]:
    """Every quote of every ledger, of each by date and number."""
    found = [s for holder, ledger in ledgers.items() for s in standings(holder, ledger.quotes, ledger.billed)]
    return sorted(found, key=lambda s: (s.holder, s.quote.day, s.quote.number))


def quote_problems(ledgers: Mapping[str, "Ledger"]) -> Iterator[Problem]:
    """Numbers that stand twice, and bookings for a quote that is not there or for two at once."""
    first: dict[str, str] = {}
    for ledger in ledgers.values():
        for quote in ledger.quotes:
            if quote.number in first:
                values = {"number": quote.number, "place": first[quote.number]}
                yield _at(ledger, quote.line, "quote-twice", values)
            else:
                first[quote.number] = f"{ledger.shown}:{quote.line}"
    for ledger in ledgers.values():
        own = {quote.number for quote in ledger.quotes}
        for booking in ledger.billed:
            line, named = booking.line, booking.named
            if named and named not in own:
                yield _at(ledger, ledger.text.key_line(line, "quote"), *_unknown(named, own, first))
            elif len(both := sorted(booking.numbers & own)) > 1:
                yield _at(ledger, line, "quote-both", {"numbers": ", ".join(both)})


def _unknown(number: str, own: Collection[str], places: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    if number in places:
        return "quote-elsewhere", {"number": number, "place": places[number]}
    return "quote-unknown", {"number": number, "near": nearest(number, frozenset(own))}


def _at(ledger: "Ledger", line: int, code: str, values: dict[str, str]) -> Problem:
    return Problem(ledger.shown, line, code, values, excerpt=ledger.text.line(line))
