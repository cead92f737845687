"""What bookings bring into the boxes and when: at once, or as far as they are paid."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.core.quotes import RECEIVABLE
from scharrel.treasury.accounts import SUSPENSE
from scharrel.treasury.received import OpenSale, PaidAmount, PaidShare, shares_of
from scharrel.treasury.vat import (
    EXEMPT,
    TURNOVER,
    VatBooking,
    VatPart,
    VatParts,
    files_vat,
    is_vat,
    vat_parts,
)
from scharrel.treasury.vat_return import VatEntry


class Asked(NamedTuple):
    """A question or a warning about a booking, and the days on which it bears on a return."""

    problem: Problem
    days: frozenset[date]


class VatCount(NamedTuple):
    """What all bookings bring, what has to be asked (or told: what counts at once for want of a number), the
    turnover in euros by month, what was put on VAT accounts by hand where it was filed (credited), and the
    days of bank lines that are not understood."""

    entries: list[VatEntry]
    asked: list[Asked]
    turnover: dict[Month, Decimal]
    by_hand: dict[str, Decimal]
    unknown: list[date]


Scheme = Callable[[Month], str]
"""When VAT is due in a month: a word of VAT_DUE."""

Country = Callable[[str, Month], str]
"""Where a customer is in a month."""


def count_vat(
    bookings: Iterable[VatBooking], chart: Chart, scheme: Scheme, country: Country, returns: str
) -> VatCount:
    """Count the bookings; those in files whose path begins with `returns` are the returns themselves."""
    counted = VatCount([], [], {}, {}, [])
    later: dict[tuple[str, int], tuple[VatBooking, VatParts]] = {}
    sales: list[OpenSale] = []
    payments: list[PaidAmount] = []
    for booking in bookings:
        month = Month.of(booking.day)
        if files_vat(chart, booking):
            if not booking.file.startswith(returns):
                _count_by_hand(booking, chart, counted)
            continue
        if any(chart.role(leg.account) == SUSPENSE for leg in booking.legs):
            counted.unknown.append(booking.day)
        sold = total(leg.credit for leg in booking.legs if leg.role == TURNOVER)
        counted.turnover[month] = counted.turnover.get(month, ZERO) + sold
        mode = scheme(month)
        parts = vat_parts(booking, chart, country(booking.customer, month))
        if mode == EXEMPT:
            parts = _while_exempt(booking, parts, chart)
        sale, payment = _on_account(booking, parts, chart)
        if payment:
            payments.append(payment)
        _add(counted, chart, booking, parts.bought, booking.day)
        numbered = bool(booking.numbers or booking.customer)
        if sale and mode == "received" and numbered:
            later[booking.file, booking.line] = booking, parts
            sales.append(sale)
            continue
        if sale and mode == "received" and parts.sold:
            excerpt = f"{booking.day} {booking.text}"
            told = Problem(booking.file, booking.line, "vat-no-number", {}, True, excerpt)
            counted.asked.append(Asked(told, frozenset({booking.day})))
        _add(counted, chart, booking, parts.sold, booking.day)
        if parts.question:
            counted.asked.append(Asked(parts.question, frozenset({booking.day})))
    shares = shares_of(sales, payments)
    for key, (booking, parts) in later.items():
        for share in shares.get(key, ()):
            _add(counted, chart, booking, [_shared(part, share) for part in parts.sold], share.day)
        if parts.question:
            days = frozenset({booking.day, *(share.day for share in shares.get(key, ()))})
            counted.asked.append(Asked(parts.question, days))
    return counted


def _count_by_hand(booking: VatBooking, chart: Chart, counted: VatCount) -> None:
    for leg in booking.legs:
        if is_vat(chart, leg.account):
            account = in_chart(chart, leg.account)
            counted.by_hand[account] = counted.by_hand.get(account, ZERO) + leg.credit


def _while_exempt(booking: VatBooking, parts: VatParts, chart: Chart) -> VatParts:
    """Under the small-business scheme there is no VAT but what others leave to the buyer."""
    question = parts.question if parts.question and parts.question.code == "vat-fits-none" else None
    taxed = [leg for leg in booking.legs if is_vat(chart, leg.account) and leg.credit]
    if any(not chart.vat(leg.account).startswith("reverse") for leg in taxed):
        excerpt = f"{booking.day} {booking.text}"
        question = Problem(booking.file, booking.line, "vat-while-exempt", {}, False, excerpt)
    return VatParts((), [part for part in parts.bought if part.box in ("2a", "4a", "4b")], question)


def _on_account(
    booking: VatBooking, parts: VatParts, chart: Chart
) -> tuple[OpenSale | None, PaidAmount | None]:
    """What the booking is to who owes: a sale that is not paid yet, or a payment, which what is credited is
    too."""
    owed = -total(leg.credit for leg in booking.legs if chart.role(leg.account) == RECEIVABLE)
    income = total(leg.credit for leg in booking.legs if leg.account.startswith("Income:"))
    whole = income + total(part.vat for part in parts.sold)
    if owed > 0 and whole > 0:
        key = booking.file, booking.line
        return OpenSale(key, booking.day, whole, min(owed, whole), booking.numbers), None
    return None, PaidAmount(booking.day, -owed, booking.numbers) if owed and booking.numbers else None


def _shared(part: VatPart, share: PaidShare) -> VatPart:
    return part._replace(base=share.of_amount(part.base), vat=share.of_amount(part.vat))


def _add(counted: VatCount, chart: Chart, booking: VatBooking, parts: Sequence[VatPart], day: date) -> None:
    for part in parts:
        if part.base or part.vat:
            account = in_chart(chart, part.account)
            place = booking.file, booking.line, booking.holder, booking.text
            counted.entries.append(VatEntry(day, *place, part.box, account, part.base, part.vat))


def in_chart(chart: Chart, account: str) -> str:
    """The account, or the nearest above it that the chart has: what a holder opened is in no other book."""
    while account and account not in chart.accounts:
        account = account.rpartition(":")[0]
    return account
