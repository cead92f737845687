"""What is wrong with the quotes of one ledger."""

from collections.abc import Iterator

from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.ledger.ledger import Ledger


def quote_problems(ledger: Ledger) -> Iterator[Problem]:
    """Bookings for a quote that is not there or for two at once."""
    own = {quote.number for quote in ledger.quotes}
    for booking in ledger.billed:
        line, named = booking.line, booking.named
        if named and named not in own:
            values = {"number": named, "near": nearest(named, frozenset(own))}
            yield _at(ledger, ledger.text.key_line(line, "quote"), "quote-unknown", values)
        elif len(both := sorted(booking.numbers & own)) > 1:
            yield _at(ledger, line, "quote-both", {"numbers": ", ".join(both)})


def _at(ledger: Ledger, line: int, code: str, values: dict[str, str]) -> Problem:
    return ledger.text.problem(line, code, **values)
