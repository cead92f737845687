"""Quotes and what became of them: invoiced in part or whole, and paid."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO

ROLE = "receivable"
"""The role of the account on which stands what customers still have to pay."""

STATES = ("open", "part", "invoiced", "paid")


class Quote(NamedTuple):
    """A price that was offered, in euros and without VAT; `line` is where the ledger has it."""

    day: date
    line: int
    number: str
    customer: str
    amount: Decimal


class Billed(NamedTuple):
    """A booking that is about quotes, in euros: what it adds to income (without VAT), and to what customers
    still have to pay (with VAT). `named` is the number after `quote:`; `numbers` has its links too."""

    line: int
    named: str
    numbers: frozenset[str]
    invoiced: Decimal
    owed: Decimal


class Standing(NamedTuple):
    """How it stands with a quote of a member or project: what was invoiced of it, without VAT, and what the
    customer still has to pay of that, with VAT."""

    holder: str
    quote: Quote
    invoiced: Decimal
    owed: Decimal

    @property
    def state(self) -> str:
        """One of STATES: nothing invoiced, less than was offered, all of it, or all of it and paid."""
        if not self.invoiced:
            return "open"
        if self.invoiced < self.quote.amount:
            return "part"
        return "invoiced" if self.owed > 0 else "paid"


def standings(holder: str, quotes: Sequence[Quote], billed: Iterable[Billed]) -> list[Standing]:
    """Every quote of one ledger, in its order."""
    invoiced, owed = ({quote.number: ZERO for quote in quotes} for _ in range(2))
    for booking in billed:
        for number in booking.numbers & invoiced.keys():
            invoiced[number] += booking.invoiced
            owed[number] += booking.owed
    return [Standing(holder, quote, invoiced[quote.number], owed[quote.number]) for quote in quotes]
