"""What a ledger sells on account and what it has of customers' payments; and its amounts with what was sold
counted when it was paid."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Amounts, Movement
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pots import PackIn
from scharrel.core.quotes import RECEIVABLE
from scharrel.ledger.ledger import Ledger
from scharrel.treasury.received import OpenSale, PaidAmount, PaidShare

_INCOME = "Income:"


class OnAccount(NamedTuple):
    """Sales of which something was left to pay, by line, and what was paid."""

    sales: dict[int, OpenSale]
    payments: list[PaidAmount]


def on_account(ledger: Ledger, holder: str, numbers: Mapping[int, str], names: Collection[str]) -> OnAccount:
    """The sales and payments of a sound ledger. `numbers` has the number of what was sent, by the line of its
    booking; `names` are those of customers and quotes, by which nothing is paid. What takes something back
    is a payment of that, by what it `credits`, else by what it names."""
    found = OnAccount({}, [])
    movements = _by_line(ledger.movements, {booking.line for booking in ledger.invoices if booking.owed})
    for booking in ledger.invoices:
        if not booking.owed:
            continue
        day = movements[booking.line][0].earned or booking.day
        sold = total(m.amount for m in movements[booking.line] if _is_sold(m))
        whole = sold + total(posting.amount for posting in booking.vat)
        own = numbers.get(booking.line, "")
        said = (booking.numbers | {own}) - {"", *names}
        if sold and booking.owed > 0 and whole > 0:
            if said or booking.named:
                found.sales[booking.line] = OpenSale((holder, booking.line), day, whole, booking.owed, said)
        elif of := ({booking.credits} if booking.credits else said):
            found.payments.append(PaidAmount(day, -booking.owed, frozenset(of)))
    return found


def _by_line(movements: Iterable[Movement], lines: Collection[int]) -> dict[int, list[Movement]]:
    found: dict[int, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.line in lines:
            found[movement.line].append(movement)
    return found


def _is_sold(movement: Movement) -> bool:
    return movement.account.startswith(_INCOME) and movement.currency == "EUR"


def count_when_paid(ledger: Ledger, pack_in: PackIn, shares: Mapping[int, Sequence[PaidShare]]) -> list[int]:
    """Let what was sold on account count as far as it is paid, where the rules of its month say so, by the
    `shares` of each line; the lines of what nobody can pay by a number, so that it counts at once."""
    ledger.amounts = _moved(ledger.amounts, ledger.paid, ledger.on_account)
    owed: dict[int, Decimal] = defaultdict(Decimal)
    for moved in ledger.movements:
        if moved.role == RECEIVABLE and moved.currency == "EUR":
            owed[moved.line] += moved.amount
    sold = (
        moved
        for moved in ledger.movements
        if owed.get(moved.line, ZERO) > 0 and moved.role and _is_sold(moved)
        if (pack := pack_in(moved.counts)) and pack.by_payment
    )
    ledger.on_account = []
    unnumbered: dict[int, None] = {}
    for moved in sold:
        if moved.line in shares:
            ledger.on_account.append(moved)
        else:
            unnumbered[moved.line] = None
    ledger.paid = [part for moved in ledger.on_account for part in _parts(moved, shares[moved.line])]
    ledger.amounts = _moved(ledger.amounts, ledger.on_account, ledger.paid)
    return list(unnumbered)


def _parts(moved: Movement, shares: Iterable[PaidShare]) -> Iterator[Movement]:
    for share in shares:
        if amount := share.of_amount(moved.amount):
            yield moved._replace(amount=amount, earned=share.day, paid=(share.after - share.before, share.of))


def _moved(amounts: Amounts, was: Iterable[Movement], becomes: Iterable[Movement]) -> Amounts:
    """The amounts with these movements in the place of others."""
    changed: dict[Month, dict[str, Decimal]] = {}
    for sign, movements in ((-1, was), (1, becomes)):
        for moved in movements:
            month = changed.setdefault(moved.counts, dict(amounts.of_role(moved.counts)))
            month[moved.role] = month.get(moved.role, ZERO) + sign * moved.amount
    return replace(amounts, roles={**amounts.roles, **changed}) if changed else amounts
