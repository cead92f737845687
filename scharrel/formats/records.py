"""What a bank's file says, as plain records."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class BankLine(NamedTuple):
    """A booked line as the bank gives it: `amount` in euros, in is positive; `reference` the bank's own
    identity of the line, or empty; `line` where it stands in the file, from 1."""

    day: date
    amount: Decimal
    name: str
    iban: str
    """Of the counterparty, compact, or empty."""
    text: str
    """The counterparty's words, control characters taken out."""
    reference: str
    line: int


class BankStatement(NamedTuple):
    """One account's lines over some days. `account` is what the bank says it is (an IBAN, compact, or a
    number); `opening` and `closing` are None where the file has no balances; `first` and `last` are the days
    that the statement names, else those of its lines, else None."""

    account: str
    currency: str
    first: date | None
    last: date | None
    opening: Decimal | None
    closing: Decimal | None
    lines: tuple[BankLine, ...]
    pending: int
    """Lines that are not booked yet and were left out."""
    line: int
    """Where it begins in the file."""
    warnings: tuple[tuple[int, str], ...] = ()
    """Lines with a code each."""


class UnreadableBankFile(Exception):
    """The file is no bank statement that can be read: a code, a line and what the message needs."""

    def __init__(self, code: str, line: int, values: dict[str, str]):
        super().__init__(code, line, values)
        self.code = code
        self.line = line
        self.values = values
