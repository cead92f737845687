"""A payment run on paper, for the second signature and the audit committee: what it pays to whom and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.money import total
from scharrel.core.month import Month
from scharrel.ledger.books import Books
from scharrel.statements.annual import cooperative_lines
from scharrel.text.payments import grouped_iban, run_title
from scharrel.text.words import Words
from scharrel.treasury.accounts import IN_HAND
from scharrel.treasury.payments import MEMBER, TAX, Payment, PaymentRun


class PaymentRow(NamedTuple):
    """A payment as the bank was given it: `whose` money it is where that is another, `why` it is that much,
    and `first` whether no earlier run paid that to this account number."""

    id: str
    name: str
    whose: str
    iban: str
    amount: Decimal
    text: str
    why: str
    first: bool


class PaymentRunView(NamedTuple):
    """A run as it is printed; `groups` has the payments to each kind of recipient, `cancelled` the day on
    which it was."""

    coop: str
    who: Sequence[str]
    title: str
    run: str
    month: Month
    day: date
    account: str
    groups: Sequence[tuple[str, Sequence[PaymentRow]]]
    number: int
    amount: Decimal
    cancelled: date | None

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the run can be checked."""
        return {row.id: row.amount for _, rows in self.groups for row in rows} | {"total": self.amount}


def payment_run_view(
    words: Words, books: Books, run: PaymentRun, earlier: Iterable[PaymentRun]
) -> PaymentRunView:
    """The run as it is printed, beside the runs of before it."""
    known = {(p.to, p.holder, p.iban) for one in earlier if not one.cancelled for p in one.payments}
    month = Month.of(run.day)
    return PaymentRunView(
        books.title,
        list(cooperative_lines(words, books, month)),
        run_title(words, Month.parse(run.through) if run.through else None, run.day),
        run.id,
        month,
        run.day,
        grouped_iban(run.iban),
        list(_groups(words, books, run, known)),
        len(run.payments),
        run.amount,
        run.cancelled,
    )


def _groups(
    words: Words, books: Books, run: PaymentRun, known: set[tuple[str, str, str]]
) -> Iterator[tuple[str, Sequence[PaymentRow]]]:
    by_kind: dict[str, list[PaymentRow]] = {}
    for payment in run.payments:
        by_kind.setdefault(payment.to, []).append(_row(words, books, payment, known))
    yield from by_kind.items()


def _row(words: Words, books: Books, payment: Payment, known: set[tuple[str, str, str]]) -> PaymentRow:
    names: Mapping[str, str] = books.names
    return PaymentRow(
        payment.id,
        payment.name,
        "" if payment.to in (MEMBER, TAX) else names.get(payment.holder, payment.holder),
        grouped_iban(payment.iban),
        payment.amount,
        payment.text,
        _why(words, payment, books.chart),
        bool(known) and (payment.to, payment.holder, payment.iban) not in known,
    )


def _why(words: Words, payment: Payment, chart: Chart) -> str:
    """What was due, and what of it the holder had in hand or laid out."""
    if payment.to == TAX:
        return words("pay.why-tax")
    legs = [leg for part in payment.parts for leg in part.legs]
    held = -total(leg.amount for leg in legs if chart.role(leg.account) == IN_HAND)
    parts = [words("pay.why-due", due=words.money(payment.amount + held))]
    if held:
        key = "pay.why-in-hand" if held > 0 else "pay.why-laid-out"
        parts.append(words(key, in_hand=words.money(abs(held))))
    return ", ".join(parts) + "."
