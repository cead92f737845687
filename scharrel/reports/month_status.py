"""Where the month stands: what is to be done, each with the command that does it, and what comes later."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import total
from scharrel.core.month import Month
from scharrel.core.period import Period
from scharrel.text.periods import months_named, period_name
from scharrel.text.words import Words, capital
from scharrel.treasury.invoice_status import InvoiceStatus, late_customers
from scharrel.treasury.payments import PaymentRun
from scharrel.treasury.standing import Standing
from scharrel.treasury.vat_return import MOST_IN_NEXT, VatReturn, deadline

_NAMED = 3
"""Customers who are told by their names."""


class MonthStatus(NamedTuple):
    """A cooperative on a day. `closed` and `allocated` are the last such months; `practising` says that
    nobody's months are ever closed, `errors` and `warnings` how many `check` finds. `new` and `outdated` are
    the months that are not allocated, and those that are not as the books are now; `open` have ended and are
    not closed. `accounts`, `invoices`, `reminded` (the numbers of those about which it is too soon for
    another letter), `run` (what would be paid), `unpaid` (what is due and to whom is not known), `waiting`
    (runs that the bank has yet to confirm) and `vat` (the return of the last period that ended) are empty
    where there are none, or where errors stand in the way."""

    day: date
    members: int
    practising: bool
    closed: Month | None
    allocated: Month | None
    errors: int
    warnings: int
    new: Sequence[Month]
    outdated: Sequence[Month]
    open: Sequence[Month]
    accounts: Sequence[Standing]
    invoices: Sequence[InvoiceStatus]
    reminded: frozenset[str]
    customers: dict[str, str]
    run: PaymentRun | None
    unpaid: Sequence[Decimal]
    waiting: Sequence[PaymentRun]
    vat: VatReturn | None

    @property
    def ended(self) -> Month:
        """The last month that is over."""
        return Month.of(self.day).plus(-1)

    @property
    def behind(self) -> list[Standing]:
        """The bank accounts of which statements do not cover the last month that is over."""
        last = self.ended.last_day
        return [a for a in self.accounts if a.account.day <= last and (a.to is None or a.to < last)]

    @property
    def drafts(self) -> list[InvoiceStatus]:
        """What can be invoiced now."""
        return [one for one in self.invoices if one.state == "draft" and one.invoice.day <= self.day]

    @property
    def vat_due(self) -> bool:
        """Whether the return is still to be filed, or what was filed to be put right."""
        vat = self.vat
        return vat is not None and (not (vat.filed or vat.overlapping) or abs(vat.together) > MOST_IN_NEXT)


class Todo(NamedTuple):
    """Something to do: the arguments of the program that do it, and why."""

    command: str
    why: str


def todos(words: Words, status: MonthStatus) -> Iterator[Todo]:
    """What is to be done now, in the order in which it is done."""
    return (todo._replace(why=capital(todo.why)) for todo in _todos(words, status))


def _todos(words: Words, status: MonthStatus) -> Iterator[Todo]:
    money = words.money
    if not status.members or status.practising:
        yield Todo(
            words("status.member-add"), words("status.practising" if status.members else "status.nobody")
        )
    if status.errors:
        yield Todo("check", words("status.errors", count=status.errors))
    for account in status.behind:
        values = {"account": account.account.name}
        values |= {"to": words.day(account.to)} if account.to else {}
        key = "status.covered" if account.to else "status.uncovered"
        yield Todo(words("status.bank-import"), words(key, **values))
    for account in status.accounts:
        if account.difference:
            values = {"account": account.account.name, "amount": money(account.difference)}
            yield Todo("bank status", words("status.differs", **values))
    if unassigned := sum(len(account.open_lines) for account in status.accounts):
        yield Todo("bank assign", words("status.unassigned", count=unassigned))
    if status.drafts:
        amount = money(total(one.invoice.total for one in status.drafts))
        yield Todo("invoice issue", words("status.drafts", count=len(status.drafts), amount=amount))
    if late := _late(words, status, reminded=False):
        yield Todo("invoice remind", late)
    for key, found in (("new", status.new), ("outdated", status.outdated)):
        if found:
            said = months_named(words, found)
            yield Todo(f"allocate {found[-1]}", words(f"status.{key}", count=len(found), months=said))
    if status.warnings > unassigned:  # of each such line there is one
        yield Todo("check", words("status.warnings", count=status.warnings))
    if status.open and not status.errors:
        said = months_named(words, status.open)
        yield Todo(f"close {status.open[-1]}", words("status.open", count=len(status.open), months=said))
    if status.run:
        amount, count = money(status.run.amount), len(status.run.payments)
        yield Todo("pay", words("status.pay", count=count, amount=amount))
    if status.unpaid:
        amount, count = money(total(status.unpaid)), len(status.unpaid)
        yield Todo("pay --dry-run", words("status.unpaid", count=count, amount=amount))
    if status.vat and status.vat_due:
        yield _vat(words, status.vat, status.day)


def _late(words: Words, status: MonthStatus, *, reminded: bool) -> str:
    """Who is late, of those about whom it is too soon for another letter or of the others; empty if nobody
    is."""
    invoices = [one for one in status.invoices if (one.number in status.reminded) == reminded]
    late = late_customers(invoices, status.day)
    names = [status.customers.get(one.customer, one.customer) for one in late]
    more = words("status.more", count=len(names) - _NAMED) if len(names) > _NAMED else ""
    values = {"names": ", ".join(names[:_NAMED]) + more, "amount": words.money(total(d.amount for d in late))}
    return words("status.late", count=len(names), **values) if late else ""


def _vat(words: Words, vat: VatReturn, day: date) -> Todo:
    period = period_name(words, vat.period)
    if vat.filed or vat.overlapping:
        why = words("status.vat-changed", amount=words.money(vat.together))
        return Todo(f"vat {min(vat.changed)} --book", why)
    due, back = vat.whole
    key = "vat-pay" if due >= back else "vat-back"
    why = words(f"status.{key}", period=period, amount=words.money(abs(due - back)))
    if last := deadline(vat.period):
        why += " " + words("status.vat-late" if last < day else "status.vat-before", day=words.day(last))
    if vat.questions:
        why += " " + words("status.vat-questions", count=len(vat.questions))
    if vat.unfiled:
        why += " " + words("status.vat-earlier")
    return Todo(f"vat {vat.period}", why)


def coming(words: Words, status: MonthStatus) -> Iterator[str]:
    """What need not be done yet."""
    drafts = [one for one in status.invoices if one.state == "draft" and one.invoice.day > status.day]
    if drafts:
        yield words("invoices.waiting", count=len(drafts))
    if late := _late(words, status, reminded=True):
        yield late + " " + words("status.reminded")
    for run in status.waiting:
        values = {"run": run.id, "amount": words.money(run.amount)}
        yield words("status.waiting", **values)
    if status.vat:
        now = Period.of(status.vat.period.span, Month.of(status.day))
        if last := deadline(now):
            yield words("status.vat-next", period=period_name(words, now), day=words.day(last))


def standing_line(words: Words, status: MonthStatus) -> str:
    """Up to which months things are done."""
    said: Iterable[tuple[str, Month | None]] = (("allocated", status.allocated), ("closed", status.closed))
    parts = [
        words(f"status.{key}-to", month=words.month(month)) if month else words(f"status.{key}-none")
        for key, month in said
        if key == "allocated" or not status.practising
    ]
    return " ".join(parts)
