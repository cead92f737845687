"""When what was sold counts, where it counts by payment: what each payment adds of a sale."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from typing import NamedTuple

from scharrel.core.facts import Movement
from scharrel.core.money import ZERO, to_cents, total
from scharrel.core.month import Month
from scharrel.core.problems import Problem

_DIVIDING = Context(prec=50)


class OpenSale(NamedTuple):
    """A sale of which a part is still owed when it is booked. `total` is in euros with VAT, `owed` the part
    of it that stands open; `numbers` are those by which a payment can name it."""

    key: Hashable
    day: date
    total: Decimal
    owed: Decimal
    numbers: frozenset[str]


def unpaid_sales(sold: Iterable[Movement], paid: Iterable[Movement], month: Month) -> list[Movement]:
    """What was sold on account in the month and counts later, as far as it was not paid by its end."""
    left: dict[int, list[Movement]] = {}
    for movement in sold:
        if movement.counts == month:
            left.setdefault(movement.line, []).append(movement)
    for part in paid:
        if part.line in left and part.counts == month:
            left[part.line].append(part._replace(amount=-part.amount))
    sums = [rows[0]._replace(amount=total(row.amount for row in rows)) for rows in left.values()]
    return [sale for sale in sums if sale.amount]


class PaidAmount(NamedTuple):
    """Euros that came in for what these numbers name; what goes back is negative."""

    day: date
    amount: Decimal
    numbers: frozenset[str]


class PaidShare(NamedTuple):
    """That on a day what is paid of a total went from one amount to another."""

    day: date
    before: Decimal
    after: Decimal
    of: Decimal

    def of_amount(self, amount: Decimal) -> Decimal:
        """What counts of a part of the total on this day, in whole cents: all shares add up to the part."""
        now, earlier = (
            to_cents(_DIVIDING.divide(amount * paid, self.of), "half-up")
            for paid in (self.after, self.before)
        )
        return now - earlier


class Receipts(NamedTuple):
    """What was paid of sales on account, by holder and the line of the sale, and what is wrong with ledgers
    that may have payments too."""

    shares: Mapping[str, Mapping[int, Sequence[PaidShare]]] = {}
    problems: Sequence[Problem] = ()


def shares_of(
    sales: Sequence[OpenSale], payments: Iterable[PaidAmount]
) -> Mapping[Hashable, list[PaidShare]]:
    """By sale what was paid of it and when, not before it was sold. A payment that names several goes to the
    oldest first, as far as each is open, and to the last what is left. What counts as paid is all that came
    in, but no less than nothing and no more than the total: what was paid too much and goes back takes
    nothing away."""
    paid: dict[Hashable, Decimal] = {}
    found: dict[Hashable, list[PaidShare]] = defaultdict(list)
    named: dict[str, list[OpenSale]] = defaultdict(list)
    in_order = sorted(sales, key=lambda sale: sale.day)
    place = {sale.key: nth for nth, sale in enumerate(in_order)}
    for sale in in_order:
        paid[sale.key] = ZERO
        _pay(sale, sale.day, sale.total - sale.owed, paid, found)
        for number in sale.numbers:
            named[number].append(sale)
    for payment in sorted(payments, key=lambda payment: payment.day):
        known = {sale.key: sale for number in payment.numbers for sale in named.get(number, ())}
        left = payment.amount
        for sale in (several := sorted(known.values(), key=lambda sale: place[sale.key])):
            still_due = sale.total - paid[sale.key]
            part = min(left, max(still_due, ZERO)) if left > 0 else max(left, min(still_due, ZERO))
            part = left if sale is several[-1] else part
            _pay(sale, payment.day, part, paid, found)
            left -= part
    return found


def _pay(
    sale: OpenSale,
    day: date,
    amount: Decimal,
    paid: dict[Hashable, Decimal],
    found: dict[Hashable, list[PaidShare]],
) -> None:
    """Put the amount on the sale, and tell what that changes of what counts as paid."""
    before, after = (min(max(each, ZERO), sale.total) for each in (paid[sale.key], paid[sale.key] + amount))
    paid[sale.key] += amount
    if after != before:
        found[sale.key].append(PaidShare(max(day, sale.day), before, after, sale.total))
