"""Which open invoices a bank line pays: by a number in its text, or by amount and counterparty."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import total
from scharrel.core.names import COOP_ID, nearest
from scharrel.formats.records import BankLine
from scharrel.treasury.invoice_status import put_on_invoices
from scharrel.treasury.invoices import numbers_paid
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
        return [_recognised(line, ones)] if fits else [None]
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


def _from(line: BankLine | BookedLine, one: Payable) -> bool:
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
    return Recognised(whose_payment(ones), tuple(legs), f"invoice {joined_numbers(ones)}")


def whose_payment(ones: Iterable[Payable]) -> str:
    """For whom a line is that pays these: the holder whose work they all are, else the cooperative, to which
    all of it is owed (empty)."""
    holders = {one.holder for one in ones}
    return next(iter(holders)) if len(holders) == 1 and COOP_ID not in holders else ""


def joined_numbers(ones: Iterable[Payable]) -> str:
    """Their numbers as `why:` has them, in order."""
    return " ".join(sorted(one.number for one in ones))


def after_payment(payables: dict[str, Payable], why: str, amount: Decimal) -> None:
    """Take from what is open what a line of this amount in euros pays."""
    numbers = numbers_paid(why)
    left = {number: payables[number].open for number in numbers}
    put_on_invoices(left, numbers, amount)
    for number in numbers:
        payables[number] = payables[number]._replace(open=left[number])


def payables_for(line: BookedLine, payables: Mapping[str, Payable]) -> Iterator[tuple[Payable, ...]]:
    """The open invoices that a line which is not understood may pay, also several at once, the likeliest
    first: those that it names, nearly names or fits, and those of whom it is with."""
    named = numbers_in(line, payables)
    near = strange_number(line, payables)
    ones = [payables[payables[number].number] for number in [*named, *([near[1]] if near else [])]]
    theirs = [one for one in _own(payables) if _from(line, one)]
    if len(together := dict.fromkeys(ones)) > 1:
        yield tuple(together)
    if len(theirs) > 1 and total(one.open for one in theirs) == line.amount:
        yield tuple(theirs)
    fitting = (one for one in _own(payables) if one.open == line.amount)
    yield from ((one,) for one in dict.fromkeys([*ones, *fitting, *theirs]))


def _own(payables: Mapping[str, Payable]) -> Iterator[Payable]:
    """The open ones, each once."""
    return (one for number, one in payables.items() if number == one.number and one.open)
