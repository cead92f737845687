"""What comes in and goes out by day in the months ahead: pay days, benefit and fixed amounts, and what the
balance becomes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Holder, Movement
from scharrel.core.money import ZERO, to_cents, total
from scharrel.core.month import Month
from scharrel.core.pack import Facts, Pack, Source

BENEFIT, HOLIDAY, PAYOUT, ORDERED = "benefit", "holiday", "payout", "ordered"
"""What comes in beside fixed amounts: of the municipality, and of the cooperative."""


class FixedAmount(NamedTuple):
    """What comes in (or goes out, below zero) every month, in euros, from the month of `since` on, on this
    day; `line` is where the register says so, `kind` how."""

    since: date
    line: int
    kind: str
    name: str
    amount: Decimal
    day: int


class CashFlow(NamedTuple):
    """Euros that come in on a day, or go out (below zero). `name` is that of a fixed amount, `about` the
    months that a benefit or what was earned is of, `places` are where it stands (`file:line`); what is only
    `expected` comes when customers pay as they usually do. Of a benefit `rule` is what it rests on, `norm`
    the whole, `reduced` what goes off it for what was earned, `apart` what is kept for the holiday
    allowance. Of a payout `by_month` is what each month adds to it."""

    day: date
    kind: str
    amount: Decimal
    name: str = ""
    about: tuple[Month, ...] = ()
    places: tuple[str, ...] = ()
    expected: bool = False
    rule: Source | None = None
    norm: Decimal = ZERO
    reduced: Decimal = ZERO
    apart: Decimal = ZERO
    by_month: tuple[tuple[Month, Decimal], ...] = ()

    def earned_by(self, month: Month) -> Decimal:
        """What of a payout months up to this one brought, which could be paid when they have ended."""
        brought = total(amount for earned, amount in self.by_month if earned <= month)
        return min(max(brought, ZERO), self.amount)


class BenefitMonth(NamedTuple):
    """The benefit of a month in euros: the norm, what is taken off for what was earned in the month `earned`,
    and what of the rest is kept for the holiday allowance."""

    month: Month
    earned: Month
    norm: Decimal
    reduced: Decimal
    part: Decimal

    @property
    def whole(self) -> Decimal:
        return max(self.norm - self.reduced, ZERO)

    @property
    def apart(self) -> Decimal:
        return to_cents(self.whole * self.part, "half-up")

    @property
    def paid(self) -> Decimal:
        return self.whole - self.apart

    @property
    def least(self) -> Decimal:
        """What is paid of it to who earns nothing."""
        return self.norm - to_cents(self.norm * self.part, "half-up")

    def in_hand(self, month: Month, own: Decimal) -> "MonthInHand":
        """What a member has who gets it in this month, and so much of the own earnings."""
        return MonthInHand(month, self.paid, own, self.least)


class PaymentTimes(NamedTuple):
    """When money comes, as far as months go: the benefit of a month so many months after it, on which day (0
    if that is not known); how many months after what was earned it is lowered for that; which part of it is
    kept as holiday allowance. The cooperative pays what a month gave in the month after it."""

    paid_on: int
    paid_after: int
    reduced_after: int
    holiday_part: Decimal

    @property
    def lag(self) -> int:
        """How many months after what was earned the benefit comes that is lowered for it."""
        return self.paid_after + self.reduced_after

    def benefit_for(self, pack: Pack, facts: Facts, earned: Month, reduced: Decimal) -> BenefitMonth | None:
        """The benefit that is lowered by so much for what was earned in that month; None where the rules know
        no benefit."""
        of = earned.plus(self.reduced_after)
        norm = pack.benefit(of, facts)
        return None if norm is None else BenefitMonth(of, earned, norm, reduced, self.holiday_part)


PAID_AFTER = 1
"""How many months after it the cooperative pays what a month gave: a pay day pays months that have ended."""


class Earned(NamedTuple):
    """What the rules give the member of a month, in euros; `expected` as in CashFlow."""

    month: Month
    amount: Decimal
    expected: bool = False


class PayDay(NamedTuple):
    """What the cooperative pays on a day, in euros, of which months; `expected` is the part that comes when
    customers pay, `had` what the member had before of what these months bring, `by_month` what each adds to
    the rest of it, in order."""

    day: date
    amount: Decimal
    expected: Decimal
    had: Decimal
    about: tuple[Month, ...]
    by_month: tuple[tuple[Month, Decimal], ...]


class MonthInHand(NamedTuple):
    """What a member has in a month, in euros: of the benefit, and of the own earnings; `least` is what who
    earns nothing has."""

    month: Month
    benefit: Decimal
    own: Decimal
    least: Decimal

    @property
    def missing(self) -> Decimal:
        return max(self.least - self.benefit - self.own, ZERO)


class Uncounted(NamedTuple):
    """Something that is not in the figures, or how something is: a code of the catalogue's `outlook.not`, and
    values for its sentence (months, days, euros, texts)."""

    code: str
    values: Mapping[str, object] = {}


class Buffer(NamedTuple):
    """What the municipality may still pay in a month's year as a buffer, in euros: nothing where there is no
    such right; the source that gives it."""

    left: Decimal
    source: Source


class Outlook(NamedTuple):
    """What comes in and goes out from the first day to the last, by day; what is had in each whole month of
    which that can be known; what is not counted. `in_hand` is the cooperative's money that the member holds
    (below zero: laid out), `too_much` what of it is not the member's. `corrected` has by month of what it
    reports that part which puts earlier months right, `bookings` those behind what was earned in a month,
    with their places, `benefit_days` the benefits since the first of the month, also where the day is over.
    `last_earned` is the last month with something to divide."""

    member: Holder
    first: date
    last: date
    flows: Sequence[CashFlow]
    benefit_days: Sequence[CashFlow]
    months: Sequence[MonthInHand]
    benefits: Mapping[Month, BenefitMonth]
    corrected: Mapping[Month, Decimal]
    buffers: Mapping[Month, Buffer]
    bookings: Mapping[Month, Sequence[tuple[str, Movement]]]
    uncounted: Sequence[Uncounted]
    in_hand: Decimal
    too_much: Decimal
    last_earned: Month


def nth_day(month: Month, number: int) -> date:
    """That day of the month, or its last."""
    return min(month.first_day + timedelta(days=number - 1), month.last_day)


def fixed_in(amounts: Iterable[FixedAmount], month: Month) -> list[FixedAmount]:
    """The fixed amounts of the month: of each name what was said last."""
    latest = {(a.kind, a.name.casefold()): a for a in sorted(amounts) if Month.of(a.since) <= month}
    return [amount for amount in latest.values() if amount.amount]


def pay_days(owed: Decimal, earned: Iterable[Earned], days: Iterable[date], today: date) -> Iterator[PayDay]:
    """What is paid on each of these days: what is `owed` by now (below zero what the member has ahead) with
    what months brought that have ended today, and what each later month brings that has ended by then."""
    waiting = sorted(earned)
    ended = [each for each in waiting if each.month.last_day < today]
    waiting = waiting[len(ended) :]
    owed += total(each.amount for each in ended)
    about = _latest(ended, owed)
    for day in sorted(days):
        now = [each for each in waiting if each.month.last_day < day]
        waiting = waiting[len(now) :]
        brought = total(each.amount for each in now)
        amount = max(owed + brought, ZERO)
        had = min(max(-owed, ZERO), max(brought, ZERO))
        to_come = min(total(each.amount for each in now if each.expected), amount)
        if amount or had:
            months = tuple(dict.fromkeys([*about, *(each.month for each in now if each.amount)]))
            sure = [each for each in now if not each.expected]
            yield PayDay(day, amount, max(to_come, ZERO), had, months, tuple(_adding(about, owed, sure)))
        owed, about = min(owed + brought, ZERO), []


def _adding(
    about: Sequence[Month], owed: Decimal, brought: Sequence[Earned]
) -> Iterator[tuple[Month, Decimal]]:
    """What is owed of the months before, as of the last of them, and what each month adds to what is paid."""
    if about:
        yield about[-1], max(owed, ZERO)
    for each in brought:
        yield each.month, max(owed + each.amount, ZERO) - max(owed, ZERO)
        owed += each.amount


def _latest(ended: Sequence[Earned], owed: Decimal) -> list[Month]:
    """The latest months of which so much can be owed."""
    found: list[Month] = []
    for each in reversed(ended):
        if owed <= 0:
            break
        if each.amount:
            found.append(each.month)
        owed -= each.amount
    return found[::-1]


def by_day(flows: Iterable[CashFlow], start: Decimal, first: date, last: date) -> dict[date, Decimal]:
    """The balance at the end of each day, in euros."""
    moved: dict[date, Decimal] = {}
    for flow in flows:
        moved[flow.day] = moved.get(flow.day, ZERO) + flow.amount
    balances: dict[date, Decimal] = {}
    for nth in range((last - first).days + 1):
        day = first + timedelta(days=nth)
        start += moved.get(day, ZERO)
        balances[day] = start
    return balances


def lowest_day(balances: Mapping[date, Decimal]) -> date:
    """The first day with the least."""
    return min(balances, key=lambda day: (balances[day], day))


def days_late(paid: Sequence[tuple[date, date]]) -> int | None:
    """By how many days invoices were usually paid late (below zero: early), by the days on which each was due
    and paid; the middle one, and None of none."""
    late = sorted((paid_on - due).days for due, paid_on in paid)
    return late[len(late) // 2] if late else None
