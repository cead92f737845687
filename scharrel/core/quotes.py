"""Quotes to customers and the bookings that are about them, as a ledger has them."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

RECEIVABLE = "receivable"
"""The role of the account on which stands what customers still have to pay."""


class Quote(NamedTuple):
    """A price that was offered, in euros and without VAT; `line` is where the ledger has it, and `said` what
    stands below that, by its key."""

    day: date
    line: int
    number: str
    customer: str
    amount: Decimal
    said: tuple[tuple[str, str], ...] = ()


class Billed(NamedTuple):
    """A booking that is about quotes, in euros: what it adds to income (without VAT), and to what customers
    still have to pay (with VAT). `named` is the number after `quote:`; `numbers` has its links too."""

    line: int
    named: str
    numbers: frozenset[str]
    invoiced: Decimal
    owed: Decimal
