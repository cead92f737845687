"""What members do for each other: booked by who gave it, so that all balances add up to nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Movement
from scharrel.core.money import ZERO

ROLE = "exchange"
"""The role of the account on which it is booked. It is outside the money: no pool, input or base."""

_TELLING = 4
"""Letters from which a word says what something is about."""


class Exchange(NamedTuple):
    """Something done by one member for another, in units of the commodity; `line` is where the giver
    booked it."""

    day: date
    giver: str
    taker: str
    commodity: str
    amount: Decimal
    text: str
    line: int


class Balance(NamedTuple):
    """A member's year in one commodity: what was owed to them at its start and its end (negative: what they
    owe), and between these what they gave and took."""

    member: str
    commodity: str
    start: Decimal
    given: Decimal
    taken: Decimal

    @property
    def end(self) -> Decimal:
        return self.start + self.given - self.taken


def exchanges_of(
    member: str, movements: Sequence[Movement], roles: Mapping[str, str | None]
) -> list[Exchange]:
    """What the member booked as given, one for each booking and commodity, in the order of the ledger."""
    found: dict[tuple[int, str], Exchange] = {}
    for m in movements:
        if roles.get(m.account) != ROLE:
            continue
        key = (m.line, m.currency)
        earlier = found[key].amount if key in found else ZERO
        amount = earlier + m.amount
        found[key] = Exchange(m.earned or m.day, member, m.partner, m.currency, amount, m.text, m.line)
    return list(found.values())


def balances(exchanges: Iterable[Exchange], year: int) -> list[Balance]:
    """Everyone who gave or took something up to the year's end, by commodity and member; all ends of one
    commodity together are zero."""
    found: dict[tuple[str, str], Balance] = {}
    for exchange in exchanges:
        if exchange.day.year > year:
            continue
        before = exchange.day.year < year
        for member, sign in ((exchange.giver, 1), (exchange.taker, -1)):
            key = (exchange.commodity, member)
            was = found.get(key, Balance(member, exchange.commodity, ZERO, ZERO, ZERO))
            if before:
                found[key] = was._replace(start=was.start + sign * exchange.amount)
            elif sign > 0:
                found[key] = was._replace(given=was.given + exchange.amount)
            else:
                found[key] = was._replace(taken=was.taken + exchange.amount)
    return [found[key] for key in sorted(found)]


def booked_by_both(exchanges: Iterable[Exchange]) -> Iterator[tuple[Exchange, Exchange]]:
    """Two bookings that look like one exchange that both members booked, the one of the lower id first.

    A haircut for a car wash is two exchanges; the same hours on the same day with a word in common is
    likely to be one.
    """
    seen: dict[tuple[date, str, Decimal, frozenset[str]], list[Exchange]] = {}
    for exchange in sorted(exchanges, key=lambda e: (e.giver, e.line)):
        key = (exchange.day, exchange.commodity, exchange.amount, frozenset((exchange.giver, exchange.taker)))
        for other in seen.setdefault(key, []):
            if other.giver == exchange.taker and _words(other) & _words(exchange):
                yield other, exchange
                break
        seen[key].append(exchange)


def _words(exchange: Exchange) -> frozenset[str]:
    """The words that tell what was done; of a text without any the whole text."""
    text = exchange.text.casefold()
    return frozenset(word for word in text.split() if len(word) >= _TELLING) or frozenset((text.strip(),))
