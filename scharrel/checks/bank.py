"""What is wrong with the bank's lines, beside what holders booked themselves."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from scharrel.checks.payments import payment_problems
from scharrel.core.across import HandBooking
from scharrel.core.chart import Chart
from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import Problem, errors
from scharrel.ledger.bank_lines import read_bank_book
from scharrel.ledger.books import Books
from scharrel.store.bank_lines import kept_statements, month_path, statement_unchanged
from scharrel.store.text import names_in
from scharrel.treasury.accounts import OWN_ROLES
from scharrel.treasury.following import broken_records, covered_to
from scharrel.treasury.invoice_recognition import strange_number
from scharrel.treasury.lines import BankBook, BookedLine
from scharrel.treasury.standing import Standing, standing_of

ReadBanks = Mapping[str, tuple[BankBook, Sequence[Problem]]]
"""The book of every bank account by name, and what is wrong with it."""


def read_banks(books: Books) -> ReadBanks:
    """Every account's book as it stands."""
    accounts = books.bank_accounts.items()
    return {name: read_bank_book(books.coop, each, books.chart, books.holders) for name, each in accounts}


def bank_problems(
    books: Books,
    banks: ReadBanks,
    holders: Collection[str],
    unread: Collection[str],
    made: Sequence[HandBooking],
) -> Iterator[Problem]:
    """What is wrong with the lines of every account, and of these holders the bookings `made` by hand that
    the bank should have confirmed by now, and with the payment runs; nothing is gone from ledgers that are
    `unread` because of an error. Lines that are not understood are told where all holders are asked about."""
    of_all = books.holders.keys() <= {*holders}
    yield from strange_folders(books)
    read: dict[str, BankBook] = {}
    for book, wrong in banks.values():
        account = book.account
        yield from wrong
        if errors(wrong):
            continue
        read[account.name] = book
        of_statements = statement_problems(books, book)
        gone = [one for one in of_statements if one.code == _GONE]
        yield from of_statements
        theirs = tuple(line for line in book.lines if not line.booked or (line.holder or COOP_ID) in holders)
        now = standing_of(book._replace(lines=theirs), [one for one in made if one.account == account.name])
        if of_all and not unread and (COOP_ID in holders if books.own else book.statements):
            yield from unbooked_opening(books, now)
        numbers = {one.number: one for one in books.issued}
        for line in now.open_lines:
            if not (of_all or line.holder in holders):
                continue
            if nearly := strange_number(line, numbers):
                yield _at(line, "bank-line-number", True, number=nearly[0], near=nearly[1])
            else:
                yield _at(line, "bank-line-open", True)
        for line in now.lost:
            if (whose := line.holder or COOP_ID) not in unread:
                yield _at(line, "bank-line-lost", holder=whose, day=str(line.booked))
        for one in filter(now.overdue, now.outstanding) if not gone else ():
            values = {"account": account.name, "to": str(now.to), "amount": str(one.amount)}
            yield Problem(one.file, one.line, "booking-unconfirmed", values, excerpt=f"{one.day} {one.text}")
    yield from payment_problems(books, read)


def unbooked_opening(books: Books, stands: Standing) -> Iterator[Problem]:
    """That the books lack something of what the account opens with, and how to book it: on its first day
    where that is all of it, for anything else on that day the bank would have to have a line."""
    account, missing = stands.account, stands.unbooked
    if not missing:
        return
    day = account.day if missing == account.opening else account.day - timedelta(days=1)
    chart = books.chart
    equity = [name for name in chart.accounts if name.startswith("Equity:") and _plain(chart, name, day)]
    found = books.register.problem(
        account.line, "bank-opening", True, account=account.name, opening=str(account.opening),
        booked=str(account.opening - missing), day=str(account.day), on=str(day),
        own=account.account, missing=plain(missing), equity=[*equity, "Equity:Beginsaldo"][0],
    )  # fmt: skip
    yield found._replace(excerpt="")


def _plain(chart: Chart, account: str, day: date) -> bool:
    """Whether euros may stand there on the day, and no rule asks what for."""
    fits = chart.open_on(account, day) and chart.role(account) is None
    return fits and "EUR" in (chart.accounts[account].currencies or ("EUR",))


def holder_wrong(
    books: Books, holder: str, accounts: Iterable[str], counts: date
) -> tuple[str, dict[str, str]] | None:
    """What is wrong with a line for the holder that counts on this day, with these accounts on its other
    side: a code and what the message needs. After a membership no rules may have to look at it."""
    if not holder:
        return None
    member, month = books.holders[holder], Month.of(counts)
    values = {"name": member.name, "month": str(month), "first": str(member.first)}
    if books.never_sealed(member):
        return "bank-line-practice", values
    if month < member.first:
        return "bank-line-early", values
    if not member.active(month) and any(books.chart.role(a) not in (None, *OWN_ROLES) for a in accounts):
        return "bank-line-late", values
    return None


def strange_folders(books: Books) -> Iterator[Problem]:
    """Folders of lines of accounts that the register does not know."""
    for name in sorted(set(names_in(books.coop.bank)) - books.bank_accounts.keys()):
        if not name.startswith("."):
            values = {"name": name, "near": nearest(name, books.bank_accounts)}
            yield Problem(books.coop.shown(books.coop.bank / name), 1, "bank-folder", values)


_GONE = "bank-month-gone"


def statement_problems(books: Books, book: BankBook) -> list[Problem]:
    """Months that are gone, statements that are gone, changed or in no month, and those by whose balances the
    lines in the books are not what they were; of a month that is gone all else would follow."""
    kept = list(_kept_problems(books, book))
    gone = any(one.code == _GONE for one in kept)
    return kept if gone else [*kept, *_changed_statements(book)]


def _kept_problems(books: Books, book: BankBook) -> Iterator[Problem]:
    coop, name = books.coop, book.account.name
    kept = kept_statements(coop, name)
    recorded = {record.file: record for record in book.statements if record.file}
    for file, last in sorted(kept.items()):
        shown = coop.shown(coop.bank / name / file)
        if file in recorded:
            if not statement_unchanged(coop, name, file):
                yield Problem(shown, 1, "statement-other", {}, warning=True)
        elif os.path.lexists(month := month_path(coop, name, last)):
            yield Problem(shown, 1, "statement-unrecorded", {"file": shown}, warning=True)
        else:
            yield Problem(coop.shown(month), 1, _GONE, {"file": shown})
    for file, record in recorded.items():
        if file not in kept:
            values = {"file": coop.shown(coop.bank / name / file)}
            yield Problem(record.at, record.line, "statement-gone", values, warning=True)


def _changed_statements(book: BankBook) -> Iterator[Problem]:
    for record in broken_records(book):
        values = {"account": book.account.name, "first": str(record.first), "last": str(record.last)}
        yield Problem(record.at, record.line, "statement-changed", values)


def unready_bank(books: Books, banks: ReadBanks, through: Month) -> Iterator[Problem]:
    """What of the bank keeps the month from being closed: lines that are not understood, and days that no
    statement covers."""
    for book, _ in banks.values():
        account = book.account
        for line in book.lines:
            if not line.settled and Month.of(line.day) <= through:
                yield _at(line, "bank-line-unready", month=str(through))
        covered = covered_to(book)
        if account.day <= through.last_day and (covered is None or covered < through.last_day):
            values = {"account": account.name, "covered": str(covered or "-"), "month": str(through)}
            yield books.register.problem(account.line, "bank-uncovered", **values)


def _at(line: BookedLine, code: str, warning: bool = False, /, **values: str) -> Problem:
    said = " · ".join(filter(None, (line.name, line.text)))
    values |= {"id": line.id, "amount": str(line.amount), "account": line.id.partition(":")[0]}
    return Problem(line.file, line.line, code, values, warning, f"{line.day} {said}"[:200])
