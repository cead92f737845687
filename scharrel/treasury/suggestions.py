"""What an open bank line may be, for the treasurer to choose from: nothing of it is ever used unasked."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.across import HandBooking
from scharrel.core.chart import Chart
from scharrel.core.money import total
from scharrel.treasury.accounts import RATES_IN_FORCE, TRANSIT
from scharrel.treasury.invoice_recognition import Payable, joined_numbers, payables_for, whose_payment
from scharrel.treasury.lines import BookedLine
from scharrel.treasury.recognition import (
    BankRule,
    can_confirm,
    sign_of,
    unconfirmed,
    without_vat,
)

MOST_SUGGESTIONS = 6

_SHORTEST_NAME = 3


class Answer(NamedTuple):
    """What a line is: for whom (empty for the cooperative itself), the other side, the rate of VAT in it, the
    day on which it was earned if that was in another month, and the numbers of the invoices that it pays."""

    holder: str
    account: str
    rate: Decimal | None = None
    earned: date | None = None
    invoice: str = ""


class Suggestion(NamedTuple):
    """What a line may be, and by what: a hand-made booking, an invoice (`open` is what is still to come of
    it, in euros), another account of the cooperative, a rule, an earlier line, or a name in its text, which
    says for whom but not what for. `day` is that of the earlier line or the booking."""

    by: str
    answer: Answer
    day: date | None = None
    booking: HandBooking | None = None
    open: Decimal | None = None


def paying(ones: Sequence[Payable]) -> Answer | None:
    """That a line pays these invoices; nothing if they are not owed on one account."""
    accounts = {one.receivable for one in ones}
    if len(accounts) != 1:
        return None
    return Answer(whose_payment(ones), accounts.pop(), invoice=joined_numbers(ones))


def suggestions(
    line: BookedLine,
    earlier: Sequence[BookedLine],
    bookings: Sequence[HandBooking],
    rules: Sequence[BankRule],
    names: Mapping[str, str],
    chart: Chart,
    payables: Mapping[str, Payable],
    own: Collection[str],
) -> list[Suggestion]:
    """What the line may be, the likeliest first: by the lines and hand-made bookings of its account, by the
    invoices that are open, by the numbers of the cooperative's `own` accounts, by the rules, and by what each
    holder is called."""
    found: dict[object, Suggestion] = {}
    for suggestion in (
        *_bookings(line, unconfirmed(bookings, earlier)),
        *_invoices(line, payables),
        *_between(line, own, chart),
        *_rules(line, rules),
        *_earlier(line, earlier, chart),
        *_made_before(line, bookings),
        *_named(line, names),
    ):
        found.setdefault(suggestion.booking or suggestion.answer, suggestion)
    return list(found.values())[:MOST_SUGGESTIONS]


def _bookings(line: BookedLine, bookings: Sequence[HandBooking]) -> Iterator[Suggestion]:
    for booking in bookings:
        if can_confirm(line.day, line.amount, booking):
            other = booking.others[0] if booking.others else ""
            yield Suggestion("booking", Answer(booking.holder, other), booking.day, booking)


def _invoices(line: BookedLine, payables: Mapping[str, Payable]) -> Iterator[Suggestion]:
    for ones in payables_for(line, payables):
        if answer := paying(ones):
            yield Suggestion("invoice", answer, open=total(one.open for one in ones))


def _between(line: BookedLine, own: Collection[str], chart: Chart) -> Iterator[Suggestion]:
    """From one account of the cooperative to another: on its way until the other's line is there."""
    if line.iban in own:
        yield from (Suggestion("between", Answer("", account)) for account in chart.with_role(TRANSIT)[:1])


def _rules(line: BookedLine, rules: Sequence[BankRule]) -> Iterator[Suggestion]:
    rule = next((rule for rule in rules if rule.fits(line)), None)
    if rule:
        yield Suggestion("rule", Answer(rule.holder, rule.account, rule.rate))


def _earlier(line: BookedLine, earlier: Sequence[BookedLine], chart: Chart) -> Iterator[Suggestion]:
    """How lines with the same counterparty were assigned, the last one first."""
    for other in reversed(earlier):
        if not (other.settled and other.legs and sign_of(other.amount) == sign_of(line.amount)):
            continue
        if other.iban == line.iban if other.iban and line.iban else other.name and other.name == line.name:
            account, rate = other.legs[0].account, rate_in(other, chart)
            yield Suggestion("earlier", Answer(other.holder, account, rate), other.day)


def _made_before(line: BookedLine, bookings: Sequence[HandBooking]) -> Iterator[Suggestion]:
    """How a holder booked what was with someone of the same name, the last one first."""
    for booking in reversed(bookings):
        payee, other = booking.text.partition(" · ")[0], booking.others[:1]
        if (
            other
            and line.name.casefold() == payee.casefold()
            and sign_of(booking.amount) == sign_of(line.amount)
        ):
            yield Suggestion("earlier", Answer(booking.holder, other[0]), booking.day)


def rate_in(line: BookedLine, chart: Chart) -> Decimal | None:
    """The rate of VAT that was split off, if any was."""
    if len(line.legs) != 2 or not chart.vat(line.legs[1].account):
        return None
    net, amount = -line.legs[0].amount, -line.legs[0].amount - line.legs[1].amount
    return next((rate for rate in RATES_IN_FORCE if without_vat(amount, rate) == net), None)


def _named(line: BookedLine, names: Mapping[str, str]) -> Iterator[Suggestion]:
    """Who is named in the line, by short name or by a name of their own."""
    said = set(re.findall(r"\w+", f"{line.name} {line.text}".casefold()))
    for holder, name in names.items():
        own = {holder, *name.casefold().split()[:1]}
        if any(len(word) >= _SHORTEST_NAME and word in said for word in own):
            yield Suggestion("name", Answer(holder, ""))
