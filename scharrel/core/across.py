"""What of a ledger bears on others."""

from typing import NamedTuple

from scharrel.core.barter import Barter
from scharrel.core.grants import Entry


class Quoted(NamedTuple):
    """Where the quote of this number stands."""

    file: str
    line: int
    number: str


class Across(NamedTuple):
    """What of a ledger bears on others: its quotes, its bookings of grants that are for all, and what was
    done for others."""

    quotes: tuple[Quoted, ...] = ()
    entries: tuple[Entry, ...] = ()
    barters: tuple[Barter, ...] = ()
