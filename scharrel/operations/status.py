"""Where the month stands: what the other operations find, side by side; nothing is written."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from scharrel.core.month import Month, months
from scharrel.core.period import Period
from scharrel.core.problems import errors
from scharrel.ledger.books import Books
from scharrel.operations.allocate import allocate_all
from scharrel.operations.check import check_all
from scharrel.operations.statement_data import last_allocated
from scharrel.reports.month_status import MonthStatus
from scharrel.store.payment_runs import read_runs
from scharrel.store.text import names_in
from scharrel.store.vat_returns import read_vat_returns
from scharrel.store.written_state import Left
from scharrel.text.words import Words
from scharrel.treasury.invoice_status import InvoiceStatus, days_reminded, next_reminder
from scharrel.treasury.payments import RECIPIENTS, PaymentRun
from scharrel.treasury.standing import Standing
from scharrel.treasury.vat_return import VatReturn


def status_on(books: Books, today: date, words: Words, seen: Left = dict) -> MonthStatus:
    """How the cooperative stands today; `seen` is how written files were left, as far as that was looked at
    before. With an error anywhere only what does not rest on it is told."""
    problems = check_all(books, today, seen)
    wrong = errors(problems)
    earnest = [holder for holder in books.holders.values() if not books.never_sealed(holder)]
    changes = []
    if not wrong and books.holders:
        done = allocate_all(
            books,
            None,
            frozenset(),
            today,
            write=False,
            whole=False,
            progress=lambda *_: None,
            checked=True,
        )
        changes = done.changes
    new = {Month.parse(change.month) for change in changes if change.was is None}
    outdated = {Month.parse(change.month) for change in changes if change.was is not None}
    ended = Month.of(today).plus(-1)
    first = books.first_open or min((holder.first for holder in earnest), default=ended.plus(1))
    accounts, waiting = _bank(books)
    invoices = _invoices(books, today)
    run, unpaid = (None, []) if wrong else _run(books, today, words)
    return MonthStatus(
        today,
        sum(holder.person for holder in books.holders.values()),
        bool(books.holders) and not earnest,
        books.closed,
        last_allocated(books, today),
        len(wrong),
        len(problems) - len(wrong),
        sorted(new),
        sorted(outdated - new),
        [*months(first, ended)],
        accounts,
        invoices,
        _reminded(books, invoices, today),
        {one.invoice.customer: one.buyer.get("name", "") for one in books.issued},
        run,
        unpaid,
        waiting,
        _vat(books, today),
    )


def _bank(books: Books) -> tuple[Sequence[Standing], Sequence[PaymentRun]]:
    if not books.bank_accounts:
        return [], []
    from scharrel.operations.bank import read_bank
    from scharrel.operations.bank_status import status_of

    bank = read_bank(books)
    found, problems = status_of(books, bank)
    if errors([*bank.problems, *problems]):
        return [], []
    runs, _ = read_runs(books.coop)
    return found, [run for run in runs if not run.cancelled and bank.paid.waiting(run)]


def _invoices(books: Books, today: date) -> Sequence[InvoiceStatus]:
    if not (books.entries.customers or books.issued):
        return []
    from scharrel.operations.invoices import invoice_statuses, read_invoice_book

    book = read_invoice_book(books, today)
    return [] if errors(book.problems) else invoice_statuses(books, book, today)


def _reminded(books: Books, invoices: Sequence[InvoiceStatus], today: date) -> frozenset[str]:
    """The invoices of which it is too soon for another letter."""
    names = names_in(books.coop.letters)
    last = [next_reminder(n, days_reminded(names, n), today, "") for one in invoices if (n := one.number)]
    return frozenset(reminder.number for reminder in last if not reminder.new)


def _run(books: Books, today: date, words: Words) -> tuple[PaymentRun | None, Sequence[Decimal]]:
    """What would be paid, and the amounts that are due of which it is not known to whom."""
    if not (books.closed and books.bank_accounts):
        return None, []
    from scharrel.operations.pay import PayOrder, pay_all

    order = PayOrder(RECIPIENTS, books.closed, today, None)
    done = pay_all(books, order, today, words, write=False)
    return done.run, [left.amount for left in done.not_paid if left.why in ("no-iban", "no-payee")]


def _vat(books: Books, today: date) -> VatReturn | None:
    """The return of the last period that ended, of the length that was filed last, else a quarter; none
    where VAT plays no part."""
    own = books.entries.cooperative
    facts = own.facts(Month.of(today)) if own else {}
    if facts.get("vat") == "exempt" or not any(known.vat for known in books.chart.accounts.values()):
        return None
    from scharrel.operations.vat import vat_of

    filed, _ = read_vat_returns(books.coop)
    last = max((one.period for one in filed), key=lambda period: period.last, default=None)
    of = partial(Period.of, last.span if last else "quarter")
    period = of(of(Month.of(today)).first.plus(-1))
    found = vat_of(books, period)
    files = own is not None and "vat" in facts and own.first <= period.last
    known = files or bool(found.rows or found.unfiled or filed)
    return found if known and not errors(found.problems) else None
