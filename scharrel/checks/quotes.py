"""What is wrong with the quotes of one ledger."""

from collections.abc import Iterator

from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.ledger.ledger import Ledger
from scharrel.treasury.quotes import answer_to, quote_faults


def quote_problems(ledger: Ledger) -> Iterator[Problem]:
    """What cannot be understood of a quote, and bookings for one that is not there or for two at once."""
    for quote in ledger.quotes:
        for fault in quote_faults(quote):
            line = ledger.text.key_line(quote.line, fault.key)
            yield _at(ledger, line, fault.code, fault.values)
    own = {quote.number for quote in ledger.quotes}
    declined = {quote.number for quote in ledger.quotes if answer_to(quote) == "declined"}
    for booking in ledger.billed:
        line, named = booking.line, booking.named
        if named and named not in own:
            values = {"number": named, "near": nearest(named, frozenset(own))}
            yield _at(ledger, ledger.text.key_line(line, "quote"), "quote-unknown", values)
        elif len(both := sorted(booking.numbers & own)) > 1:
            yield _at(ledger, line, "quote-both", {"numbers": ", ".join(both)})
        elif booking.invoiced > 0 and not declined.isdisjoint(both):
            yield ledger.text.problem(line, "quote-declined", True, number=both[0])


def _at(ledger: Ledger, line: int, code: str, values: dict[str, str]) -> Problem:
    return ledger.text.problem(line, code, **values)
