"""The rates of VAT of what is sold: the words for them, and which it can be where nothing says one."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from scharrel.core.money import CENT, ZERO, total
from scharrel.core.names import nearest
from scharrel.treasury.accounts import HIGH_RATE, LOW_RATE, VAT_RATES_SINCE
from scharrel.treasury.recognition import as_percent

VAT_RATES: Mapping[str, Decimal] = {
    "21%": HIGH_RATE,
    "9%": LOW_RATE,
    "0%": ZERO,
    "exempt": ZERO,
    "reverse": ZERO,
    "export": ZERO,
}
"""What a line of an invoice can say of its VAT, and the part of the amount that this is."""


def fraction_of(word: str) -> Decimal | None:
    """The part of an amount that a percentage is; nothing for another word."""
    number = word.removesuffix("%")
    return Decimal(number) / 100 if word.endswith("%") and number.isdecimal() and len(number) <= 2 else None


def rates_on(day: date) -> tuple[Decimal, Decimal]:
    """The high and the low rate of what is done or delivered on the day."""
    return next((rates for since, rates in VAT_RATES_SINCE if day >= since), VAT_RATES_SINCE[-1][1])


def out_of_date(word: str, day: date) -> bool:
    """Whether this is a high or low rate of other days."""
    rate = fraction_of(word)
    return any(rate in rates for _, rates in VAT_RATES_SINCE) and rate not in rates_on(day)


def possible_rates(
    lines: Sequence[tuple[Decimal, str]], charged: Mapping[str, Decimal], day: date
) -> list[str]:
    """The rates that lines of this day can have which say none. `lines` are euros without VAT, each with its
    rate or nothing; `charged` is the VAT in euros by the rate of its account, or nothing where that has none.
    It is the rate of the account; else each in force whose exact VAT, with that of the other lines, lies
    within a cent of what is charged. VAT of several rates, or none at all, leaves the choice to who asks."""
    if list(charged) != [""]:
        return list(charged)
    unsaid = total(net for net, word in lines if not word)
    left = charged[""] - total(net * (fraction_of(word) or ZERO) for net, word in lines)
    return [as_percent(rate) for rate in rates_on(day) if abs(left - unsaid * rate) <= CENT]


def near_rate(word: str) -> str:
    """The word for a rate that was meant, or nothing."""
    percent = f"{word.rstrip('%')}%"
    if percent in VAT_RATES:
        return percent
    return "" if word[:1].isdigit() else nearest(word, VAT_RATES)
