"""What can be done about a day or a month that is too low in an outlook."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.treasury.outlook import PAYOUT, Buffer, CashFlow, MonthInHand, Outlook, by_day, lowest_day

_TO_PAY = timedelta(days=3)
"""How long after a month it can be closed and paid at the soonest."""


class Remedy(NamedTuple):
    """Something to do: a code of the catalogue's `outlook.do`, euros that it brings (or that it is about), a
    day and a month that its sentence needs."""

    code: str
    amount: Decimal = ZERO
    day: date | None = None
    month: Month | None = None
    name: str = ""


class LowDay(NamedTuple):
    """The lowest day, the balance at its end, in euros, and what can be done if it is too low."""

    day: date
    balance: Decimal
    remedies: tuple[Remedy, ...]


def low_day(outlook: Outlook, start: Decimal) -> LowDay:
    """The lowest day of who begins with this balance."""
    balances = by_day(outlook.flows, start, outlook.first, outlook.last)
    day = lowest_day(balances)
    lacks = -balances[day]
    return LowDay(day, balances[day], tuple(_for_day(outlook, day, lacks)) if lacks > 0 else ())


def _for_day(outlook: Outlook, day: date, lacks: Decimal) -> Iterator[Remedy]:
    """Being paid earlier what has been earned, and paying later the largest that goes out by then."""
    ended = Month.of(day - _TO_PAY + timedelta(days=1)).plus(-1)
    if later := _to_come(outlook, day, ended):
        amount = min(lacks, total(flow.earned_by(ended) for flow in later))
        yield Remedy("earlier-day", amount, later[0].day, _last_earned(later[0], ended))
    out = [flow for flow in outlook.flows if flow.amount < 0 and flow.day <= day]
    if out:
        largest = min(out, key=lambda flow: (flow.amount, flow.day))
        yield Remedy("pay-later", -largest.amount, largest.day, name=largest.name)
    yield Remedy("ask-help")


def _to_come(outlook: Outlook, day: date, ended: Month) -> list[CashFlow]:
    """What the cooperative pays after the day of what months up to this one brought."""
    later = (flow for flow in outlook.flows if flow.kind == PAYOUT and flow.day > day)
    return [flow for flow in later if flow.earned_by(ended) > 0]


def _last_earned(payout: CashFlow, ended: Month) -> Month:
    return max(month for month, _ in payout.by_month if month <= ended)


def for_month(outlook: Outlook, month: MonthInHand, paid: Mapping[Month, Month]) -> Iterator[Remedy]:
    """What can be done about a month below the norm; `paid` has of each month's benefit the month in which it
    comes."""
    benefit = next((b for b in outlook.benefits.values() if paid.get(b.month) == month.month), None)
    ended = month.month.plus(-1)
    solved = False
    if later := _to_come(outlook, month.month.last_day, ended):
        amount = min(month.missing, total(flow.earned_by(ended) for flow in later))
        solved = amount == month.missing
        yield Remedy("earlier-month", amount, month.month.last_day, _last_earned(later[0], ended))
    if benefit is None:
        return
    flows = (flow for flow in outlook.flows if flow.kind == PAYOUT and not flow.expected)
    before = [f for f in flows if benefit.earned in f.about and f.day < month.month.first_day]
    if before:
        yield Remedy("save", min(month.missing, before[-1].amount), before[-1].day, benefit.earned)
    if (put_right := outlook.corrected.get(benefit.earned, ZERO)) > 0:
        yield Remedy("spread", put_right, month=benefit.month)
    buffer = outlook.buffers.get(benefit.month)
    if buffer is not None and buffer.left > 0:
        yield Remedy("buffer", min(buffer.left, month.missing), month=benefit.month)
    elif not solved:
        yield Remedy("no-buffer")


def months_paid(outlook: Outlook) -> dict[Month, Month]:
    """In which month the benefit of each month comes."""
    return {flow.about[0]: Month.of(flow.day) for flow in outlook.benefit_days}


class BufferNotice(NamedTuple):
    """What the municipality is told: the month that is below the norm, the benefit of it and the buffer."""

    short: MonthInHand
    benefit: Month
    earned: Month
    buffer: Buffer


def buffer_notice(outlook: Outlook) -> BufferNotice | None:
    """The first month below the norm for which the municipality may pay a buffer."""
    comes_in = months_paid(outlook)
    for month in outlook.months:
        for benefit in outlook.benefits.values():
            buffer = outlook.buffers.get(benefit.month)
            if month.missing and comes_in.get(benefit.month) == month.month and buffer and buffer.left > 0:
                return BufferNotice(month, benefit.month, benefit.earned, buffer)
    return None
