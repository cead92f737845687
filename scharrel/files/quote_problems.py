"""Quotes of all ledgers together, and what is wrong with them."""

from collections.abc import Collection, Iterator, Mapping

from scharrel.core.problems import Problem
from scharrel.core.quotes import Standing, standings
from scharrel.files.chart import nearest
from scharrel.files.ledger import Ledger


def all_standings(ledgers: Mapping[str, Ledger]) -> list[Standing]:
    """Every quote of every ledger, of each by date and number."""
    found = [s for holder, ledger in ledgers.items() for s in standings(holder, ledger.quotes, ledger.billed)]
    return sorted(found, key=lambda s: (s.holder, s.quote.day, s.quote.number))


def quote_problems(ledgers: Mapping[str, Ledger]) -> Iterator[Problem]:
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


def _at(ledger: Ledger, line: int, code: str, values: dict[str, str]) -> Problem:
    return Problem(ledger.shown, line, code, values, excerpt=ledger.text.line(line))
