"""What a bank line is: the first that holds of what is known says for whom it is, and its other side."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from scharrel.core.across import HandBooking
from scharrel.core.chart import Chart
from scharrel.core.money import to_cents
from scharrel.formats.records import BankLine
from scharrel.treasury.accounts import BankAccount
from scharrel.treasury.lines import BookedLine, CounterLeg

DAYS_APART = 5
"""How far a hand-made booking and its bank line may lie from one another, at most."""

Sign = Literal["in", "out"]
SIGNS: tuple[Sign, ...] = ("in", "out")


class Recognised(NamedTuple):
    """For whom a line is (empty for the cooperative itself), its other side, and why. A line that is a
    hand-made booking has the day of that, and is not posted a second time."""

    holder: str
    legs: tuple[CounterLeg, ...]
    why: str
    booked: date | None = None
    earned: date | None = None


Finder = Callable[[BankLine], Sequence[Recognised | None]]
"""Everything of one kind that a line can be; None for what cannot be booked unasked."""


def recognised(line: BankLine, finders: Sequence[Finder]) -> Recognised | None:
    """What the line is by the first of these that knows anything of it; of two that fit it is none."""
    for finder in finders:
        if found := finder(line):
            return found[0] if len(found) == 1 else None
    return None


def can_confirm(day: date, amount: Decimal, booking: HandBooking) -> bool:
    """Whether a bank line of this day and amount can be the booking."""
    return amount == booking.amount and abs((day - booking.day).days) <= DAYS_APART


def is_opening(booking: HandBooking, account: BankAccount) -> bool:
    """Whether the cooperative books by this what the account opens with, on its first day."""
    equity = all(other.startswith("Equity:") for other in booking.others)
    first = booking.day == account.day and booking.amount == account.opening
    return first and equity and not booking.holder


def confirming(booking: HandBooking) -> Recognised:
    """A bank line that is this booking."""
    legs = tuple(CounterLeg(account, -booking.amount) for account in booking.others[:1])
    return Recognised(booking.holder, legs, f"booking {booking.day}", booking.day)


class BankRule(NamedTuple):
    """A rule of rules/bank.toml: the conditions, of which an empty one always holds, and what a line is of
    which they all hold. `rate` is the rate of VAT that is in the amount; `line` is where the rule stands."""

    id: str
    sign: str
    iban: str
    name: str
    text: str
    holder: str
    account: str
    rate: Decimal | None
    line: int

    def fits(self, line: BankLine | BookedLine) -> bool:
        return (
            (not self.sign or self.sign == sign_of(line.amount))
            and (not self.iban or self.iban == line.iban)
            and self.name.casefold() in line.name.casefold()
            and self.text.casefold() in line.text.casefold()
        )


def by_rule(line: BankLine, rules: Sequence[BankRule], chart: Chart) -> list[Recognised]:
    """What the first rule that fits makes of the line."""
    for rule in rules:
        if rule.fits(line):
            legs = other_side(line.amount, rule.account, rule.rate, chart)
            return [Recognised(rule.holder, legs, f"rule {rule.id}")]
    return []


def sign_of(amount: Decimal) -> Sign:
    """Whether the euros come in or go out."""
    return "in" if amount > 0 else "out"


def other_side(amount: Decimal, account: str, rate: Decimal | None, chart: Chart) -> tuple[CounterLeg, ...]:
    """The postings against an amount on the bank's account; with a rate the VAT in it is split off to the
    account for that, which has to be there."""
    if not rate:
        return (CounterLeg(account, -amount),)
    net = without_vat(amount, rate)
    return CounterLeg(account, -net), CounterLeg(vat_accounts(chart, account, rate)[0], net - amount)


def without_vat(amount: Decimal, rate: Decimal) -> Decimal:
    """The amount without the VAT that is in it at this rate, to the cent."""
    return to_cents(amount / (1 + rate), "half-up")


def vat_accounts(chart: Chart, account: str, rate: Decimal) -> list[str]:
    """The accounts on which VAT of this rate goes that belongs to an amount on this account: what is due on
    income, what comes back on anything else."""
    return [name for name, known in chart.accounts.items() if known.vat == vat_word(account, rate)]


def vat_word(account: str, rate: Decimal) -> str:
    """What the chart says of the account on which VAT goes that belongs to an amount on this account."""
    return as_percent(rate) if account.startswith("Income:") else "input"


def as_percent(rate: Decimal) -> str:
    """The rate as charts and rules have it: `21%`."""
    return f"{(rate * 100).normalize():f}%"


def unconfirmed(bookings: Iterable[HandBooking], lines: Iterable[BookedLine]) -> list[HandBooking]:
    """The bookings that none of the bank lines confirms; each line confirms one."""
    confirmed = Counter((line.holder, line.booked, line.amount) for line in lines if line.booked)
    left = []
    for booking in bookings:
        key = booking.holder, booking.day, booking.amount
        if confirmed[key]:
            confirmed[key] -= 1
        else:
            left.append(booking)
    return left
