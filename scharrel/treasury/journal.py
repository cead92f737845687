"""The bookings of all books one by one, in euros: what annual accounts and audit files are made of."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class JournalLeg(NamedTuple):
    """A posting in euros, debit above zero; with a cost or a price by that. `step` is the step of an
    allocation that it is."""

    account: str
    amount: Decimal
    step: str = ""


class JournalEntry(NamedTuple):
    """A booking of whole cents that add up to zero. `holder` is in whose book it is, `pack` the rules behind
    its steps, `payer` in whose book something was allocated that comes in here, `about` an invoice or what
    links it to others; `file` and `line` are where it stands."""

    holder: str
    day: date
    payee: str
    text: str
    legs: tuple[JournalLeg, ...]
    file: str
    line: int
    pack: str = ""
    payer: str = ""
    about: str = ""

    @property
    def booked(self) -> bool:
        """Whether someone booked it, and no rules did."""
        return not any(leg.step for leg in self.legs)

    @property
    def size(self) -> Decimal:
        """What it moves, in euros."""
        return sum((leg.amount for leg in self.legs if leg.amount > 0), Decimal(0))
