"""When what was sold counts, where it counts by payment: what each payment adds of a sale."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, to_cents


class OpenSale(NamedTuple):
    """A sale of which a part is still owed when it is booked. `total` is in euros with VAT, `owed` the part
    of it that stands open; `numbers` are those by which a payment can name it."""

    key: Hashable
    day: date
    total: Decimal
    owed: Decimal
    numbers: frozenset[str]


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
        now, earlier = (to_cents(amount * paid / self.of, "half-up") for paid in (self.after, self.before))
        return now - earlier


def shares_of(
    sales: Sequence[OpenSale], payments: Iterable[PaidAmount]
) -> Mapping[Hashable, list[PaidShare]]:
    """By sale what was paid of it and when. A payment that names several goes to the oldest first; what is
    paid stays between nothing and the total."""
    paid: dict[Hashable, Decimal] = {}
    found: dict[Hashable, list[PaidShare]] = defaultdict(list)
    named: dict[str, list[OpenSale]] = defaultdict(list)
    for sale in sorted(sales, key=lambda sale: sale.day):
        paid[sale.key] = ZERO
        _pay(sale, sale.day, sale.total - sale.owed, paid, found)
        for number in sale.numbers:
            named[number].append(sale)
    for payment in sorted(payments, key=lambda payment: payment.day):
        left = payment.amount
        known = {sale.key: sale for number in payment.numbers for sale in named.get(number, ())}
        for sale in sorted(known.values(), key=lambda sale: sale.day, reverse=left < 0):
            left -= _pay(sale, payment.day, left, paid, found)
    return found


def _pay(
    sale: OpenSale,
    day: date,
    amount: Decimal,
    paid: dict[Hashable, Decimal],
    found: dict[Hashable, list[PaidShare]],
) -> Decimal:
    """Put the amount on the sale as far as it goes; how far that is."""
    before = paid[sale.key]
    after = min(max(before + amount, ZERO), sale.total)
    if after != before:
        paid[sale.key] = after
        found[sale.key].append(PaidShare(day, before, after, sale.total))
    return after - before
