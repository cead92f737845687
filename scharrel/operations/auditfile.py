"""A year as an audit file: the accounts of the chart, a journal for each book, every booking by itself."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import NamedTuple

from scharrel import __version__
from scharrel.core.chart import Chart
from scharrel.core.money import CENT, total
from scharrel.core.month import Month
from scharrel.core.quotes import RECEIVABLE
from scharrel.formats.xaf import (
    MAX_ID,
    AuditAccount,
    AuditCompany,
    AuditCustomer,
    AuditFile,
    AuditJournal,
    AuditLine,
    AuditTransaction,
    AuditVat,
    AuditVatCode,
)
from scharrel.ledger.books import Books
from scharrel.operations.vat import customer_country, read_vat_bookings
from scharrel.statements.annual import BookYear
from scharrel.text.accounts import account_name
from scharrel.text.words import Words
from scharrel.treasury.accounts import HIGH_RATE, LOW_RATE, RATES_IN_FORCE
from scharrel.treasury.journal import JournalEntry
from scharrel.treasury.vat import DOMESTIC, INPUT_BOX, vat_parts

_EARLIER = "Equity:EarlierResults"
"""On which stands what income and costs of earlier years left: beancount keeps no account for that."""


RGS_VERSION = "3.7"
"""Of the scheme of accounts from which the codes of the chart come."""


_PERCENT = {"1a": HIGH_RATE * 100, "1b": LOW_RATE * 100}


class _Marked(NamedTuple):
    """What is known of a booking beside its lines: its customer, and its VAT on what is sold and bought."""

    customer: str
    sold: Sequence[AuditVat]
    bought: Sequence[AuditVat]


def audit_file(books: Books, found: BookYear, today: date, words: Words) -> AuditFile:
    """The year as an audit file, made today, in these words."""
    year = found.accounts.year
    marks, codes = _marks(books, year, words)
    earlier = words("annual.earlier-account")
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
                earlier if account == _EARLIER else account_name(words, books.chart, account),
                _on_balance(account),
                known.rgs or "" if (known := books.chart.accounts.get(account)) else "",
            )
            for account in order
        ),
        tuple((account_id(account), opening[account]) for account in order if account in opening),
        tuple(_journals(books, entries, marks)),
        RGS_VERSION if any(books.chart.accounts[a].rgs for a in order if a in books.chart.accounts) else "",
        tuple(codes),
        tuple(_customers(books, year, {mark.customer for mark in marks.values()} - {""})),
    )


def _marks(
    books: Books, year: int, words: Words
) -> tuple[dict[tuple[str, int], _Marked], list[AuditVatCode]]:
    """What is known of the bookings of the year by file and line, and the kinds of VAT in them."""
    buyers = {one.number: one.invoice.customer for one in books.issued}
    found: dict[tuple[str, int], _Marked] = {}
    codes: dict[str, AuditVatCode] = {}
    for booking in read_vat_bookings(books)[0]:
        if booking.day.year != year:
            continue
        country = customer_country(books, booking.customer, Month.of(booking.day))
        parts = vat_parts(booking, books.chart, country)
        customer = booking.customer or next((buyers[n] for n in booking.numbers if n in buyers), "")
        sold = [
            AuditVat(
                part.box, _PERCENT.get(part.box) or Decimal(round(part.vat / part.base * 100)), -part.vat
            )
            for part in parts.sold
            if part.base
        ]
        spent = -total(leg.credit for leg in booking.legs if leg.account.startswith("Expenses:"))
        back = [part for part in parts.bought if part.box == INPUT_BOX]
        rate = next(
            (rate for rate in RATES_IN_FORCE for p in back if abs(p.vat - spent * rate) <= CENT), None
        )
        bought = [AuditVat(INPUT_BOX, rate * 100, back[0].vat)] if rate and len(back) == 1 else []
        found[booking.file, booking.line] = _Marked(customer, sold, bought)
        for part in (*parts.sold, *parts.bought):
            account = account_id(part.account) if part.account else ""
            box, label = part.box, words(f"vat.boxes.{part.box}")
            pays = ("", account) if box == INPUT_BOX else (account, "")
            codes.setdefault(box, AuditVatCode(box, label, *pays))
    return found, [codes[box] for box in sorted(codes)]


def _customers(books: Books, year: int, ids: Collection[str]) -> Iterator[AuditCustomer]:
    for name, known in sorted(books.entries.customers.items()):
        if name in ids:
            facts = known.facts(max(Month(year, 12), known.first))
            said = {key: str(value) for key, value in facts.items()}
            yield AuditCustomer(
                name, said.get("name", name), said.get("email", ""), said.get("kvk", ""),
                said.get("vat_id", ""), said.get("street", ""), said.get("postcode", ""),
                said.get("city", ""), said.get("country", DOMESTIC),
            )  # fmt: skip


def account_id(account: str) -> str:
    """The account as the audit file has it: cut off with a digest where it is too long."""
    if len(account) <= MAX_ID:
        return account
    return f"{account[: MAX_ID - 9]}~{hashlib.sha256(account.encode()).hexdigest()[:8]}"


def _on_balance(account: str) -> bool:
    return not account.startswith(("Income:", "Expenses:"))


def _company(books: Books, year: int) -> AuditCompany:
    said = books.entries.cooperative
    facts = said.facts(max(Month(year, 12), said.first)) if said else {}
    texts = {key: str(value) for key, value in facts.items()}
    return AuditCompany(
        texts.get("name", books.title), texts.get("kvk", ""), texts.get("vat_id", ""),
        texts.get("street", ""), texts.get("postcode", ""), texts.get("city", ""), texts.get("country", "NL"),
    )  # fmt: skip


def _journals(
    books: Books, entries: Iterable[JournalEntry], marks: Mapping[tuple[str, int], _Marked]
) -> Iterator[AuditJournal]:
    """A journal for each book, with its bookings in order of days, numbered through the file."""
    by_holder: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        by_holder.setdefault(entry.holder, []).append(entry)
    numbers = count(1)
    for holder, own in sorted(by_holder.items()):
        transactions = tuple(
            _transaction(str(next(numbers)), entry, marks.get((entry.file, entry.line)), books.chart)
            for entry in own
        )
        yield AuditJournal(holder, books.names.get(holder, holder), "M", transactions)


def _transaction(number: str, entry: JournalEntry, mark: _Marked | None, chart: Chart) -> AuditTransaction:
    """The booking; its VAT stands with the largest line of what is sold, and of what is bought."""
    place = f"{entry.file}:{entry.line}"
    text = ", ".join(part for part in (entry.payee, entry.text) if part)
    vat: dict[int, tuple[AuditVat, ...]] = {}
    for root, found in (("Income:", mark.sold), ("Expenses:", mark.bought)) if mark else ():
        lines = [nth for nth, leg in enumerate(entry.legs) if leg.account.startswith(root)]
        if found and lines:
            vat[max(lines, key=lambda nth: abs(entry.legs[nth].amount))] = tuple(found)
    audited = tuple(
        AuditLine(
            account_id(leg.account), leg.amount, place, leg.step or text, entry.about,
            mark.customer if mark and chart.role(leg.account) == RECEIVABLE else "", vat.get(nth, ()),
        )
        for nth, leg in enumerate(entry.legs)
    )  # fmt: skip
    return AuditTransaction(number, entry.day, text, entry.holder, audited)
