"""What members do for each other: booked by who gave it, so that all balances add up to nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Movement
from scharrel.core.money import ZERO

BARTER = "exchange"
"""The role of the account on which it is booked. It is outside the money: no pool, input or base."""

_TELLING = 4
"""Letters from which a word says what something is about."""


class Barter(NamedTuple):
    """Something done by one member for another, in units of the commodity; `line` is where the giver
    booked it."""

    day: date
    giver: str
    taker: str
    commodity: str
    amount: Decimal
    text: str
    line: int


def barter_of(member: str, movements: Sequence[Movement], roles: Mapping[str, str | None]) -> list[Barter]:
    """What the member booked as given, one for each booking and commodity, in the order of the ledger."""
    found: dict[tuple[int, str], Barter] = {}
    for m in movements:
        if roles.get(m.account) != BARTER:
            continue
        key = (m.line, m.currency)
        earlier = found[key].amount if key in found else ZERO
        amount = earlier + m.amount
        found[key] = Barter(m.earned or m.day, member, m.partner, m.currency, amount, m.text, m.line)
    return list(found.values())


def booked_by_both(barters: Iterable[Barter]) -> Iterator[tuple[Barter, Barter]]:
    """Two bookings that look like one barter that both members booked, the one of the lower id first.

    A haircut for a car wash is two barters; the same hours on the same day with a word in common is
    likely to be one.
    """
    seen: dict[tuple[date, str, Decimal, frozenset[str]], list[Barter]] = {}
    for barter in sorted(barters, key=lambda e: (e.giver, e.line)):
        key = (barter.day, barter.commodity, barter.amount, frozenset((barter.giver, barter.taker)))
        for other in seen.setdefault(key, []):
            if other.giver == barter.taker and _words(other) & _words(barter):
                yield other, barter
                break
        seen[key].append(barter)


def _words(barter: Barter) -> frozenset[str]:
    """The words that tell what was done; of a text without any the whole text."""
    text = barter.text.casefold()
    return frozenset(word for word in text.split() if len(word) >= _TELLING) or frozenset((text.strip(),))
