"""A year as an audit file: the accounts of the chart, a journal for each book, every booking by itself."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import count

from scharrel import __version__
from scharrel.core.month import Month
from scharrel.formats.xaf import (
    MAX_ID,
    AuditAccount,
    AuditCompany,
    AuditFile,
    AuditJournal,
    AuditLine,
    AuditTransaction,
)
from scharrel.ledger.books import Books
from scharrel.statements.annual import BookYear
from scharrel.treasury.journal import JournalEntry

_EARLIER = "Equity:EarlierResults"
"""On which stands what income and costs of earlier years left: beancount keeps no account for that."""


def audit_file(books: Books, found: BookYear, today: date, earlier: str) -> AuditFile:
    """The year as an audit file, made today; `earlier` is what the account is called that has the results of
    earlier years."""
    year = found.accounts.year
    entries = [entry for entry in found.entries if entry.day.year == year]
    opening: dict[str, Decimal] = {}
    for entry in found.entries:
        for leg in entry.legs if entry.day.year < year else ():
            account = leg.account if _on_balance(leg.account) else _EARLIER
            opening[account] = opening.get(account, Decimal(0)) + leg.amount
    opening = {account: amount for account, amount in opening.items() if amount}
    used = {leg.account for entry in entries for leg in entry.legs} | opening.keys()
    order = [account for account in books.chart.accounts if account in used]
    order += sorted(used - {*order})
    return AuditFile(
        year,
        today,
        "scharrel",
        __version__,
        _company(books, year),
        tuple(
            AuditAccount(
                account_id(account),
                earlier if account == _EARLIER else ": ".join(account.split(":")[1:]),
                _on_balance(account),
                known.rgs or "" if (known := books.chart.accounts.get(account)) else "",
            )
            for account in order
        ),
        tuple((account_id(account), opening[account]) for account in order if account in opening),
        tuple(_journals(books, entries)),
    )


def account_id(account: str) -> str:
    """The account as the audit file has it: cut off with a digest where it is too long."""
    if len(account) <= MAX_ID:
        return account
    return f"{account[: MAX_ID - 9]}~{hashlib.sha256(account.encode()).hexdigest()[:8]}"


def _on_balance(account: str) -> bool:
    return not account.startswith(("Income:", "Expenses:"))


def _company(books: Books, year: int) -> AuditCompany:
    said = books.entries.cooperative
    facts = said.facts(Month(year, 12)) if said else {}
    texts = {key: str(value) for key, value in facts.items()}
    return AuditCompany(
        texts.get("name", books.title), texts.get("kvk", ""), texts.get("vat_id", ""),
        texts.get("street", ""), texts.get("postcode", ""), texts.get("city", ""), texts.get("country", "NL"),
    )  # fmt: skip


def _journals(books: Books, entries: Iterable[JournalEntry]) -> Iterator[AuditJournal]:
    """A journal for each book, with its bookings in order of days, numbered through the file."""
    by_holder: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        by_holder.setdefault(entry.holder, []).append(entry)
    numbers = count(1)
    for holder, own in sorted(by_holder.items()):
        transactions = tuple(_transaction(str(next(numbers)), entry) for entry in own)
        yield AuditJournal(holder, books.names.get(holder, holder), "M", transactions)


def _transaction(number: str, entry: JournalEntry) -> AuditTransaction:
    place = f"{entry.file}:{entry.line}"
    text = ", ".join(part for part in (entry.payee, entry.text) if part)
    lines = tuple(
        AuditLine(account_id(leg.account), leg.amount, place, leg.step or text, entry.about)
        for leg in entry.legs
    )
    return AuditTransaction(number, entry.day, text, entry.holder, lines)
