"""A VAT return: read → count → ask → book."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from scharrel.checks.invoices import credited_by, gone_problems, numbers_sent
from scharrel.core.facts import Dated
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.period import Period
from scharrel.core.problems import CHART, Problem, errors
from scharrel.ledger.books import Books
from scharrel.ledger.reading import read_ledger
from scharrel.ledger.vat_bookings import vat_bookings
from scharrel.statements.making import Order, vat_document
from scharrel.statements.vat import vat_view
from scharrel.store.vat_returns import read_vat_returns, write_vat_return
from scharrel.text.words import Words
from scharrel.treasury.accounts import ROUNDING, TAX_DUE
from scharrel.treasury.vat import DOMESTIC, EXEMPT, RARE_BOXES, VatBooking
from scharrel.treasury.vat_counting import VatCount, count_vat
from scharrel.treasury.vat_return import (
    BOXES,
    MOST_IN_NEXT,
    Behind,
    FiledBox,
    FiledReturn,
    VatBox,
    VatEntry,
    VatReturn,
    VatRow,
    as_filed,
    changed_rows,
    kor_standing,
    owed,
    supplementary,
    vat_rows,
    within,
)


class VatBooked(NamedTuple):
    """The file that was written, if any was, and what stood in the way."""

    path: Path | None
    problems: list[Problem]


def vat_of(books: Books, period: Period) -> VatReturn:
    """The return of the period, which counts only if no problem is an error."""
    bookings, problems = read_vat_bookings(books)
    filed, wrong = read_vat_returns(books.coop)
    wrong += gone_problems(books, books.coop.vat_returns)
    counted = _count(books, [] if errors(problems) else bookings)
    entries = counted.entries
    mains = [one for one in filed if not one.supplement]
    own = [one for one in filed if one.period == period]
    changed = {one.period: rows for one in mains if (rows := changed_rows(one.period, entries, filed))}
    together = total(owed(row) for rows in changed.values() for row in rows)
    taken = not own and abs(together) <= MOST_IN_NEXT
    if own:
        more = [row for row in own[0].rows if row.period != str(period)]
    else:
        more = [row for rows in changed.values() for row in rows] if taken else []
    rows = [*vat_rows(str(period), within(entries, period)), *more]
    files = {str(one.period): one for one in mains}
    scheme = _scheme(books, period.last)
    asked = [
        asked.problem for asked in counted.asked if any(period.covers(Month.of(day)) for day in asked.days)
    ]
    return VatReturn(
        period,
        _boxes(within(entries, period), more, files, _filed(own) if own else as_filed(rows)),
        rows,
        errors(asked),
        own,
        [one for one in mains if one.period != period and _overlap(one.period, period)],
        changed,
        together,
        taken,
        _unfiled(counted, period, [one.period for one in mains]),
        kor_standing(counted.turnover, period.last) if scheme == EXEMPT else None,
        supplementary(period, entries, filed) if own else {},
        sum(period.covers(Month.of(day)) for day in counted.unknown),
        [*problems, *wrong, *(one for one in asked if one.warning)],
    )


def read_vat_bookings(books: Books) -> tuple[list[VatBooking], list[Problem]]:
    """The bookings of all who have a ledger, but for who only practises."""
    of_books = {books.coop.shown(path) for path in (books.coop.chart, books.coop.register)}
    problems = [problem for problem in books.problems if problem.file in of_books]
    found: list[VatBooking] = []
    if errors(problems):
        return [], problems
    earnest = [holder.id for holder in books.holders.values() if not holder.practice]
    for holder in (*earnest, *([COOP_ID] if books.own else ())):
        ledger = read_ledger(books.coop, holder, books.chart)
        wrong = errors(ledger.problems)
        problems += map(ledger.text.placed, wrong)
        if not wrong:
            sent = numbers_sent(books, holder, ledger)
            found += vat_bookings(ledger, holder, books.chart, books.entries.customers, sent)
    if credited := credited_by(books):
        found = [one._replace(numbers=frozenset(credited.get(n, n) for n in one.numbers)) for one in found]
    return found, problems


def _count(books: Books, bookings: Iterable[VatBooking]) -> VatCount:
    returns = f"{books.coop.shown(books.coop.vat_returns)}/"
    return count_vat(
        bookings,
        books.chart,
        lambda month: _scheme(books, month),
        partial(customer_country, books),
        returns,
    )


def customer_country(books: Books, customer: str, month: Month) -> str:
    """Where the customer is established, in two letters, as the register says."""
    return str(_said(books.entries.customers.get(customer), "country", month) or DOMESTIC)


def _scheme(books: Books, month: Month) -> str:
    """When VAT is due, as the register says: when it is invoiced, unless that says otherwise."""
    return str(_said(books.entries.cooperative, "vat", month) or "invoiced")


def _said(of: Dated | None, key: str, month: Month) -> object:
    """What holds in the month; before anything was said what was said first."""
    return of.facts(max(month, of.first)).get(key) if of else None


def _boxes(
    entries: Iterable[VatEntry],
    more: Iterable[VatRow],
    files: dict[str, FiledReturn],
    filed: dict[str, FiledBox],
) -> dict[str, VatBox]:
    behind: dict[str, dict[tuple[str, int], Behind]] = {box: {} for box in BOXES}
    for entry in entries:
        key = entry.file, entry.line
        before = behind[entry.box].get(key)
        base, vat = (before.base, before.vat) if before else (ZERO, ZERO)
        behind[entry.box][key] = Behind(
            before.day if before else entry.day, *key, entry.holder, entry.text, base + entry.base,
            vat + entry.vat,
        )  # fmt: skip
    for row in more:
        one = files[row.period]
        before = behind[row.box].get((one.file, 1))
        base, vat = (before.base, before.vat) if before else (ZERO, ZERO)
        behind[row.box][one.file, 1] = Behind(
            one.day, one.file, 1, COOP_ID, "", base + row.base, vat + row.vat, row.period
        )
    return {
        box: VatBox(
            total(each.base for each in found.values()),
            total(each.vat for each in found.values()),
            filed[box],
            sorted(found.values()),
        )
        for box, found in behind.items()
    }


def _filed(own: Iterable[FiledReturn]) -> dict[str, FiledBox]:
    """What was filed of a period, supplementary returns included."""
    none = FiledBox(ZERO, ZERO)
    return {
        box: FiledBox(
            total(one.boxes.get(box, none).base for one in own),
            total(one.boxes.get(box, none).vat for one in own),
        )
        for box in BOXES
    }


def _overlap(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last


def _unfiled(counted: VatCount, period: Period, filed: Iterable[Period]) -> dict[str, Decimal]:
    """What was booked on VAT accounts before the period and is in no return, nor booked as filed by hand."""
    found = dict(counted.by_hand)
    for entry in counted.entries:
        month = Month.of(entry.day)
        if month < period.first and not any(one.covers(month) for one in filed):
            found[entry.account] = found.get(entry.account, ZERO) + owed(entry)
    return {account: amount for account, amount in sorted(found.items()) if amount}


def book_vat(books: Books, found: VatReturn, today: date) -> VatBooked:
    """Write the return as it is filed, or where too much changed of one that was, a supplementary one.
    Nothing is written of what was written already; WriteError if it cannot be."""
    supplement = bool(found.filed)
    rows = found.changed.get(found.period, []) if supplement else found.rows
    if supplement and (not rows or abs(found.together) <= MOST_IN_NEXT):
        return VatBooked(None, [])
    problems = list(_in_the_way(books, found))
    accounts = [books.chart.with_role(role) for role in (TAX_DUE, ROUNDING)]
    for role, named in zip((TAX_DUE, ROUNDING), accounts, strict=True):
        if len(named) != 1:
            problems.append(Problem(CHART, 1, "vat-account", {"word": role, "count": str(len(named))}))
    if problems:
        return VatBooked(None, problems)
    day = found.period.last.last_day
    if books.first_open:
        day = max(day, books.first_open.first_day)
    filled = found.supplement if supplement else {box: found.boxes[box].filed for box in BOXES}
    boxes = {box: each for box, each in filled.items() if box not in RARE_BOXES or any(each)}
    due, rounding = (named[0] for named in accounts)
    filed = FiledReturn(
        found.period, len(found.filed), today if supplement else day, due, rounding, boxes, tuple(rows)
    )
    for account, _ in filed.postings():
        if not books.chart.open_on(account, filed.day):
            values = {"account": account, "day": str(filed.day)}
            problems.append(Problem(CHART, 1, "bank-not-open", values))
    return VatBooked(None if problems else write_vat_return(books.coop, filed), problems)


def vat_paper(books: Books, found: VatReturn, order: Order) -> bytes:
    """The return as a document for the file; BrokenTemplateError if it cannot be rendered."""
    return vat_document(order, vat_view(Words(order.lang), books, found), found.period.span)


def _in_the_way(books: Books, found: VatReturn) -> Iterable[Problem]:
    """What keeps a return from being booked."""
    yield from found.questions
    for one in found.overlapping if not found.filed else ():
        yield Problem(one.file, 1, "vat-overlap", {"period": str(one.period), "other": str(found.period)})
    if found.unfiled and not found.filed:
        amounts = ", ".join(f"{account} {amount}" for account, amount in found.unfiled.items())
        values = {"amounts": amounts, "first": str(found.period.first)}
        yield Problem(books.coop.shown(books.coop.treasury), 1, "vat-unfiled", values)
