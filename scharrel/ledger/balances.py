"""Balance assertions, as beancount checks them: what was on the account, and below it, when the day began."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

from beancount.core import data

from scharrel.core.facts import Movement
from scharrel.core.money import ZERO, total
from scharrel.ledger.chart import Wrong
from scharrel.ledger.parsing import place

_DAY = timedelta(days=1)
_NEGATED = ("Income:", "Liabilities:", "Equity:")


def failing(directives: Iterable[Any], movements: Sequence[Movement]) -> Iterator[Wrong]:
    """The assertions that what was booked does not bear out."""
    asserted = sorted((d for d in directives if isinstance(d, data.Balance)), key=data.entry_sortkey)
    later = sorted(movements, key=lambda movement: movement.day, reverse=True)
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for balance in asserted:
        while later and later[-1].day < balance.date:
            moved = later.pop()
            sums[moved.currency][moved.account] += _raw(moved)
        number, unit = balance.amount
        below = f"{balance.account}:"
        found = total(n for a, n in sums[unit].items() if f"{a}:".startswith(below))
        if abs(found - number) <= _tolerance(balance):
            continue
        values = {"account": balance.account, "stated": str(balance.amount), "found": f"{found} {unit}"}
        same_day = takewhile(lambda moved, day=balance.date: moved.day == day, reversed(later))  # type: ignore[misc]
        on_it = (m for m in same_day if m.currency == unit and f"{m.account}:".startswith(below))
        if abs(found + total(map(_raw, on_it)) - number) <= (balance.tolerance or ZERO):
            values["example"] = f"{balance.date + _DAY} balance {balance.account}  {balance.amount}"
            yield place(balance), "balance-same-day", values
        else:
            yield place(balance), "balance-wrong", values


def _raw(moved: Movement) -> Decimal:
    """What the booking says, whatever it counts as."""
    return -moved.amount if moved.account.startswith(_NEGATED) else moved.amount


def _tolerance(balance: Any) -> Decimal:
    """What is said behind ~, or else one of the last decimal that is written."""
    if balance.tolerance is not None:
        return Decimal(balance.tolerance)
    decimals = balance.amount.number.as_tuple().exponent
    return Decimal(1).scaleb(decimals) if decimals < 0 else ZERO
