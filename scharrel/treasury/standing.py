"""What a bank account holds by the bank and by the books, and what makes the difference."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.across import HandBooking
from scharrel.core.money import total
from scharrel.treasury.accounts import BankAccount
from scharrel.treasury.following import balance_of, covered_to, gap_amounts
from scharrel.treasury.lines import AcceptedGap, BankBook, BookedLine
from scharrel.treasury.recognition import DAYS_APART, is_opening, unconfirmed


class Standing(NamedTuple):
    """An account in euros. `to` is the last day that statements cover; `open_lines` are not yet understood,
    `outstanding` are bookings that no line confirms, `lost` lines of which the hand-made booking is gone,
    `gaps` those that were accepted, with what is missing in each, and `unbooked` what no ledger has of the
    balance that it opens with."""

    account: BankAccount
    to: date | None
    bank: Decimal
    books: Decimal
    open_lines: tuple[BookedLine, ...]
    outstanding: tuple[HandBooking, ...]
    lost: tuple[BookedLine, ...]
    gaps: tuple[tuple[AcceptedGap, Decimal], ...]
    unbooked: Decimal

    @property
    def difference(self) -> Decimal:
        return self.bank - self.books

    def overdue(self, booking: HandBooking) -> bool:
        """Whether the bank should have confirmed the booking by now."""
        return self.to is not None and (self.to - booking.day).days > DAYS_APART


def as_at(book: BankBook, day: date) -> BankBook:
    """The book as it was when the day was over."""
    return book._replace(
        lines=tuple(line for line in book.lines if line.day <= day),
        statements=tuple(s._replace(last=min(s.last, day)) for s in book.statements if s.first <= day),
        gaps=tuple(gap for gap in book.gaps if gap.last <= day),
    )


def standing_of(book: BankBook, bookings: Sequence[HandBooking]) -> Standing:
    """How the account stands, by its book and the hand-made bookings on it."""
    account = book.account
    left = unconfirmed(bookings, book.lines)
    outstanding = [each for each in left if each.day >= account.day and not is_opening(each, account)]
    there = Counter((booking.holder, booking.day, booking.amount) for booking in bookings)
    lost = []
    for line in book.lines:
        if line.booked:
            there[key := (line.holder, line.booked, line.amount)] -= 1
            lost += [line] if there[key] < 0 else []
    posted = total(line.amount for line in book.lines) - total(line.amount for line in lost)
    return Standing(
        account,
        covered_to(book),
        balance_of(book),
        account.opening + posted + total(booking.amount for booking in outstanding),
        tuple(line for line in book.lines if not line.settled),
        tuple(outstanding),
        tuple(lost),
        tuple(gap_amounts(book)),
        account.opening + total(b.amount for b in outstanding) - total(b.amount for b in left),
    )
