"""What things bought for longer lose in value: a straight line, exact to the cent over the whole life."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO
from scharrel.core.month import Month


class Purchase(NamedTuple):
    """Something bought for longer: on which account it stands and on which it is written off (and so in
    which role), its price in euros, and its lifetime in months from the month of purchase on.

    `asset` is the name by which it can be disposed of: in the month `ended`, for `proceeds` euros.
    `approved` is the part of the price for which there was leave, where the rules ask for it; otherwise None.
    """

    what: str
    account: str
    expense: str
    role: str
    month: Month
    price: Decimal
    lifetime: int
    line: int
    asset: str = ""
    ended: Month | None = None
    proceeds: Decimal = ZERO
    approved: Decimal | None = None


class WrittenOff(NamedTuple):
    """A month of it, in euros: the amount, how much of it counts, and what the thing is worth after. The
    month is number `nth` of the lifetime. In the month in which it goes the rest is written off, less what
    it brings in: that may be below zero."""

    purchase: Purchase
    amount: Decimal
    counts: Decimal
    left: Decimal
    nth: int
    gone: bool


def written_off(purchases: Sequence[Purchase], month: Month) -> Iterator[WrittenOff]:
    """What is written off in the month, by purchase."""
    for purchase in purchases:
        nth = month.since(purchase.month) + 1
        gone = purchase.ended == month
        if nth < 1 or (purchase.ended and purchase.ended < month) or (nth > purchase.lifetime and not gone):
            continue
        leave = purchase.price if purchase.approved is None else purchase.approved
        back = _part(purchase.proceeds, leave, purchase.price)
        amount, counts = (
            (price - _by_then(price, nth - 1, purchase) - proceeds)
            if gone
            else _by_then(price, nth, purchase) - _by_then(price, nth - 1, purchase)
            for price, proceeds in ((purchase.price, purchase.proceeds), (leave, back))
        )
        left = ZERO if gone else purchase.price - _by_then(purchase.price, nth, purchase)
        yield WrittenOff(purchase, amount, counts, left, nth, gone)


def _by_then(price: Decimal, months: int, purchase: Purchase) -> Decimal:
    """What of the price is written off after so many months."""
    return _part(price, Decimal(min(months, purchase.lifetime)), Decimal(purchase.lifetime))


def _part(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """amount × part / whole, to the nearest cent, in whole numbers: a quotient has no last decimal."""
    cents, top, bottom = int(amount.scaleb(2)), int(part.scaleb(2)), int(whole.scaleb(2))
    return Decimal((2 * cents * top + bottom) // (2 * bottom)).scaleb(-2)
