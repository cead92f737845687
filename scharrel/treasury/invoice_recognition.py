"""Which open invoices a bank line pays: by a number in its text, or by amount and counterparty."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO, total
from scharrel.core.names import COOP_ID, nearest
from scharrel.formats.records import BankLine
from scharrel.treasury.invoices import INVOICE_NUMBER
from scharrel.treasury.lines import BookedLine, CounterLeg
from scharrel.treasury.recognition import Recognised

_WRITTEN = re.compile(r"(?<![\dA-Za-z])(\d{4})[-–—/. ]?(\d{4,})(?!\d)")
_NEARLY = re.compile(r"(?<![\dA-Za-z])(?:19|20)\d\d[-–—/. ]?\d{1,6}(?!\d)")
_SHORTEST_NAME = 3


class Payable(NamedTuple):
    """An invoice that was sent: whose work it is, the account on which it is owed, what is open of it in
    euros, and by which account and name the customer pays. The `number` is that of the invoice on which
    payments count: of a credit note the one that it takes back."""

    number: str
    holder: str
    receivable: str
    open: Decimal
    iban: str
    name: str


def paid_invoices(line: BankLine, payables: Mapping[str, Payable]) -> list[Recognised | None]:
    """The invoices that the line pays. It names some and does not fit them: then it is nothing that can be
    booked unasked."""
    if named := numbers_in(line, payables):
        ones = [payables[number] for number in dict.fromkeys(payables[n].number for n in named)]
        left = total(one.open for one in ones)
        fits = line.amount == left or (len(ones) == 1 and _within(line.amount, left))
        alone = len({one.holder for one in ones}) == 1
        return [_recognised(line, ones)] if fits and alone else [None]
    by_amount = [one for one in _own(payables) if one.open == line.amount]
    return [_recognised(line, [one]) for one in by_amount if _from(line, one)]


def numbers_in(line: BankLine | BookedLine, known: Mapping[str, object]) -> list[str]:
    """The numbers of invoices that the line names, with or without the dash."""
    found = (f"{year}-{nth}" for year, nth in _WRITTEN.findall(f"{line.text} {line.name}"))
    return list(dict.fromkeys(number for number in found if number in known))


def strange_number(line: BankLine | BookedLine, known: Mapping[str, object]) -> tuple[str, str] | None:
    """A number in the line that no invoice has and that looks like one, with the one that is nearly it."""
    if numbers_in(line, known):
        return None
    for said in _NEARLY.findall(line.text):
        if near := nearest(said, known):
            return said, near
    return None


def _within(amount: Decimal, left: Decimal) -> bool:
    return bool(left) and (amount > 0) == (left > 0) and abs(amount) <= abs(left)


def _from(line: BankLine, one: Payable) -> bool:
    """Whether the line is with the customer, as far as both say who that is."""
    if one.iban and line.iban:
        return one.iban == line.iban
    ours, theirs = _letters(one.name), _letters(line.name)
    return min(len(ours), len(theirs)) >= _SHORTEST_NAME and (
        ours.startswith(theirs) or theirs.startswith(ours) or ours in theirs or theirs in ours
    )


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _recognised(line: BankLine, ones: list[Payable]) -> Recognised:
    parts = [line.amount] if len(ones) == 1 else [one.open for one in ones]
    legs = [CounterLeg(one.receivable, -part) for one, part in zip(ones, parts, strict=True) if part]
    numbers = " ".join(one.number for one in ones)
    holder = "" if ones[0].holder == COOP_ID else ones[0].holder
    return Recognised(holder, tuple(legs), f"invoice {numbers}")


def after_payment(payables: dict[str, Payable], known: Recognised) -> None:
    """Take from what is open what a line pays."""
    numbers = INVOICE_NUMBER.findall(known.why)
    amount = -total(leg.amount for leg in known.legs)
    for number in numbers:
        one = payables[number]
        left = one.open - amount if len(numbers) == 1 else ZERO
        payables[number] = one._replace(open=left)


def payables_for(line: BookedLine, payables: Mapping[str, Payable]) -> Iterator[Payable]:
    """The open invoices that a line which is not understood may pay, the likeliest first."""
    named = numbers_in(line, payables)
    near = strange_number(line, payables)
    for number in dict.fromkeys([*named, *([near[1]] if near else [])]):
        yield payables[payables[number].number]
    yield from (one for one in _own(payables) if one.open == line.amount)


def _own(payables: Mapping[str, Payable]) -> Iterator[Payable]:
    """The open ones, each once."""
    return (one for number, one in payables.items() if number == one.number and one.open)
