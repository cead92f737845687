"""Bookings that plain sums cannot complete, with a cost or a price: completed as beancount completes them,
each in the light of what was on its accounts before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import convert, data
from beancount.core.interpolate import compute_residual, infer_tolerances
from beancount.core.inventory import Inventory
from beancount.core.number import MISSING
from beancount.parser import booking_full
from beancount.parser.booking import validate_missing_eliminated
from beancount.parser.options import OPTIONS_DEFAULTS

from scharrel.core.money import to_cents
from scharrel.ledger.chart import Wrong
from scharrel.ledger.parsing import place
from scharrel.ledger.postings import CompletePosting, filled, posted

OPTIONS: dict[str, Any] = {**OPTIONS_DEFAULTS, "input_hash": ""}

_REASONS = (
    ("No position matches", "no-lot"),
    ("Not enough lots", "too-few-lots"),
    ("Ambiguous matches", "which-lot"),
    ("Too many missing", "incomplete"),
    ("You may not have more than one auto-posting", "incomplete"),
)
_NOISE = Decimal("1e-12")
"""What a division leaves behind the last of its digits."""


class Completed(NamedTuple):
    """A booking with every amount filled in, or what stands in the way of that."""

    postings: list[CompletePosting]
    wrong: list[Wrong]


def completed(transactions: Iterable[Any], methods: Mapping[str, str]) -> dict[int, Completed]:
    """What beancount makes of the bookings that have a cost or a price, and of those on accounts with lots,
    by line; `methods` is how an account has its lots booked, where that is said."""
    known = list(transactions)
    lots = {posting.account for t in known for posting in t.postings if _rests_on_lots(posting)}
    by_account: Any = defaultdict(lambda: data.Booking.STRICT)
    by_account.update({account: data.Booking(method) for account, method in methods.items() if method})
    balances: Any = defaultdict(Inventory)
    return {
        place(transaction): _completed(transaction, by_account, balances)
        for transaction in sorted(known, key=data.entry_sortkey)
        if filled(transaction) is None or not lots.isdisjoint(p.account for p in transaction.postings)
    }


def _rests_on_lots(posting: Any) -> bool:
    """Whether what is on the account decides what the posting means."""
    units, price = posting.units, posting.price
    if posting.cost is not None or price is None:
        return posting.cost is not None
    return units is MISSING or units.currency is MISSING or price.currency is MISSING


def _completed(transaction: Any, methods: Any, balances: Any) -> Completed:
    line = place(transaction)
    # Beancount marks in a posting's metadata what it has filled in.
    copied = transaction._replace(postings=[p._replace(meta=dict(p.meta)) for p in transaction.postings])
    try:
        entries, failures = booking_full.book([copied], OPTIONS, methods, balances)
        failures += validate_missing_eliminated(entries, OPTIONS)
        if not failures:
            return _checked(transaction, entries[0].postings)
    except (ArithmeticError, AssertionError, AttributeError, TypeError, ValueError):
        # Some amounts end beancount with a traceback, such as a cost for nothing at all.
        return Completed([], [(line, "not-worked-out", {})])
    return Completed([], [_reason(failure, transaction, balances) for failure in failures])


def _reason(failure: Any, transaction: Any, balances: Any) -> Wrong:
    message = str(failure.message)
    code = next((code for start, code in _REASONS if message.startswith(start)), "not-worked-out")
    if code in ("incomplete", "not-worked-out"):
        return place(transaction), code, {}
    at_cost = [posting for posting in transaction.postings if posting.cost is not None]
    there = [str(lot) for p in at_cost for lot in balances[p.account] if lot.cost is not None]
    values = {"lots": " / ".join(dict.fromkeys(there)) or "-"}
    return place(at_cost[0] if len(at_cost) == 1 else transaction), code, values


def _checked(transaction: Any, postings: list[Any]) -> Completed:
    """The postings, if what is left of them is as little as beancount allows where all amounts are written,
    and nothing at all where it has filled one in."""
    wrong: list[Wrong] = []
    left = compute_residual(postings)
    if not left.is_small(infer_tolerances(postings, OPTIONS)):
        amount = ", ".join(f"{p.units.number:f} {p.units.currency}" for p in left)
        wrong.append((place(transaction), "unbalanced", {"amount": amount}))
    unwritten = {place(p) for p in transaction.postings if p.units is MISSING or p.units.number is MISSING}
    found = []
    for posting in postings:
        number, unit = posting.units
        if place(posting) in unwritten and not wrong:
            over = left.get_currency_units(convert.get_weight(posting).currency).number
            exact = number if posting.cost or posting.price else number - over
            written = _written(exact, unit)
            if abs(over) > _NOISE or number != written:
                values = {"account": posting.account, "amount": f"{written:f} {unit}"}
                wrong.append((place(posting), "open-amount", values))
            number = written
        found.append(posted(posting, number, unit))
    return Completed(found, wrong)


def _written(number: Decimal, unit: str) -> Decimal:
    """The number with as many decimals as may be written; of what is no money that depends on what it is."""
    return to_cents(number, "half-up") if unit == "EUR" else number
