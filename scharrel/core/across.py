"""What of a ledger bears on others."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.barter import Barter
from scharrel.core.grants import Entry


class Quoted(NamedTuple):
    """Where the quote of this number stands."""

    file: str
    line: int
    number: str


class HandBooking(NamedTuple):
    """A booking on the account of a bank, by the name of that, in a holder's ledger: what it puts there in
    euros, the other accounts, and where it stands. What the cooperative booked itself has no holder."""

    account: str
    holder: str
    day: date
    amount: Decimal
    text: str
    others: tuple[str, ...]
    file: str
    line: int


class ReceiptEntry(NamedTuple):
    """A booking that names a receipt, or one of which rules ask for a receipt that it does not name (then
    `name` is empty); `cost` is what it spends in euros, without VAT, `above` from where on a receipt is asked
    for."""

    holder: str
    day: date
    text: str
    cost: Decimal
    name: str
    above: Decimal
    file: str
    line: int


class Across(NamedTuple):
    """What of a holder's ledger bears on others: its quotes, its bookings of grants that are for all, what
    was done for others, what was booked by hand on accounts of the bank, and what has a receipt or should."""

    holder: str
    quotes: tuple[Quoted, ...] = ()
    entries: tuple[Entry, ...] = ()
    barters: tuple[Barter, ...] = ()
    by_hand: tuple[HandBooking, ...] = ()
    receipts: tuple[ReceiptEntry, ...] = ()
