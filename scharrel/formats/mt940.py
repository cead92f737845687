"""Statements in MT940, in the dialects of Dutch banks.

The library reads what all banks write alike: balances, amounts, signs and days. It gets that only: left to
itself it lets a 30th of February pass as the 28th, takes the blanks from the end of every line of a text, and
hangs the totals behind the closing balance on the last payment. What banks write each in their own way, the
text, is read by `remittance`.
"""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import mt940

from scharrel.formats.records import (
    MAX_BANK_LINES,
    BankLine,
    BankStatement,
    UnreadableBankFile,
    account_number,
    clean,
    counter_iban,
    joined,
    named_days,
    reference,
    table_amount,
)
from scharrel.formats.remittance import remittance

_TAG = re.compile(r":([0-9]{2}[A-Z]?|NS):(.*)")
_ENTRY = re.compile(
    r"[0-9]{6}(?:[0-9]{4}| {4})?R?[DC][A-Z]?[ ]?(?P<amount>[0-9.,]+)(?P<type>[A-Z][A-Z0-9 ]{3})?(?P<rest>.*)",
    re.IGNORECASE,
)
_BALANCE = re.compile(r"[DC][0-9]{6}[A-Z]{3}(?P<amount>[0-9.,]+)\s*", re.IGNORECASE)
_OPENING = ("60F", "60M", "60")
_CLOSING = ("62F", "62M", "62")
_OPTIONS = mt940.Options(reversal_sign=True, case_insensitive_marks=True)
_WRONG = (RuntimeError, ValueError, ArithmeticError)

logging.getLogger("mt940").setLevel(logging.CRITICAL)


class _Field(NamedTuple):
    """One field of a message: its tag, its lines as they stand, and on which line of the file it begins."""

    tag: str
    lines: list[str]
    line: int


class _Entry(NamedTuple):
    """A statement line: what the library reads of it, what stands behind that, and the amount as written."""

    head: str
    rest: str
    more: list[str]
    amount: Decimal
    line: int


def is_mt940(text: str) -> bool:
    """Whether the text has the fields that every MT940 begins with."""
    return bool(re.search(r"^:20:", text, re.MULTILINE) and re.search(r"^:25:", text, re.MULTILINE))


def read_mt940(text: str) -> list[BankStatement]:
    """The statements in the order of the file; pages of one statement are put together."""
    statements: list[BankStatement] = []
    more = False
    count = 0
    for fields in _messages(text):
        statement = _statement(fields)
        count += len(statement.lines)
        if count > MAX_BANK_LINES:
            raise UnreadableBankFile("bank-too-many", statement.line, limit=str(MAX_BANK_LINES))
        tags = {field.tag for field in fields}
        if more and "60M" in tags and statements[-1].account == statement.account:
            statements[-1] = joined(statements[-1], statement)
        else:
            statements.append(statement)
        more = "62M" in tags
    return statements


def _messages(text: str) -> list[list[_Field]]:
    """The fields of each message."""
    messages: list[list[_Field]] = []
    # Ctrl-Z ends a file of DOS, and stands in the middle of some that were put together.
    text = text.replace("\x1a", "").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        found = _TAG.fullmatch(line)
        if found and found[1] == "20":
            messages.append([])
        if found and messages:
            messages[-1].append(_Field(found[1], [found[2]], number))
        elif messages:
            messages[-1][-1].lines.append(line)
    return messages


def _statement(fields: list[_Field]) -> BankStatement:
    start = fields[0].line
    account = next((_account(field.lines[0]) for field in fields if field.tag == "25"), "")
    if not account:
        raise UnreadableBankFile("bank-no-account", start)
    openings = [field for field in fields if field.tag in _OPENING]
    closings = [field for field in fields if field.tag in _CLOSING]
    if len(openings) != 1 or len(closings) != 1:
        raise UnreadableBankFile("bank-no-balances", start)
    (opening, opened, currency), (closing, closed, other) = _balance(openings[0]), _balance(closings[0])
    if currency != other:
        raise UnreadableBankFile("bank-currencies", closings[0].line, one=currency, other=other)
    entries = _entries(fields)
    days = (closed, closed) if _is_of_closing_day(fields[0]) else (opened, closed)
    lines = [
        _line(entry, read, texts, *days)
        for (entry, texts), read in zip(entries, _amounts([entry for entry, _ in entries]), strict=True)
    ]
    first, last = named_days(opened, closed, {line.day for line in lines})
    return BankStatement(account, currency, first, last, opening, closing, tuple(lines), 0, start)


def _is_of_closing_day(field: _Field) -> bool:
    """Whether the statement has the name of Rabobank's, which is of one day: `940S261012`."""
    return bool(re.fullmatch(r"940[A-Z]?[0-9]{6}", field.lines[0].strip()))


def _account(text: str) -> str:
    """The account without the bank's name before it and the currency behind it."""
    number = account_number(text.rpartition("/")[2])
    return number[:-3] if number[-3:].isalpha() else number


def _entries(fields: list[_Field]) -> list[tuple[_Entry, list[str]]]:
    """Each entry with the lines of its texts; what follows on a balance belongs to no entry."""
    entries: list[tuple[_Entry, list[str]]] = []
    for before, field in pairwise(fields):
        if field.tag == "61":
            entries.append((_entry(field), []))
        elif field.tag == "86" and before.tag in ("61", "86", "NS") and entries:
            entries[-1][1].extend(field.lines)
    return entries


def _parsed(*fields: str) -> mt940.models.Transactions:
    # A handle, for a text that happens to be a path would be opened.
    handle = io.StringIO("\n".join([":20:-", *fields]))
    return mt940.parse_statements(handle, options=_OPTIONS, processors={"pre_statement": []})[0]


def _with_comma(found: re.Match[str]) -> str:
    """What was found, with the decimal comma that the library needs: behind a point it reads no further."""
    start, end = found.span("amount")
    return found[0][:start] + found["amount"].replace(".", ",") + found[0][end:]


def _balance(field: _Field) -> tuple[Decimal, date, str]:
    found = _BALANCE.fullmatch(field.lines[0])
    if not found:
        raise UnreadableBankFile("bank-field", field.line, field=f":{field.tag}:")
    with _at(field.line):
        amount = table_amount(found["amount"])
    try:
        read = _parsed(":60F:" + _with_comma(found).upper()).data["final_opening_balance"]
    except _WRONG:
        raise UnreadableBankFile("bank-day", field.line, value=clean(field.lines[0])) from None
    if abs(read.amount.amount) != amount:
        raise UnreadableBankFile("bank-amount", field.line, value=found["amount"])
    return amount.copy_sign(read.amount.amount), date(*read.date.timetuple()[:3]), read.amount.currency


def _entry(field: _Field) -> _Entry:
    head, *more = field.lines
    if more and not _ENTRY.fullmatch(head):
        head, *more = [head + more[0], *more[1:]]
    found = _ENTRY.fullmatch(head)
    if not found:
        raise UnreadableBankFile("bank-field", field.line, field=":61:")
    with _at(field.line):
        amount = table_amount(found["amount"])
    return _Entry(":61:" + _with_comma(found)[: found.start("rest")], found["rest"], more, amount, field.line)


def _amounts(entries: list[_Entry]) -> list[mt940.models.Transaction]:
    """What the library says of each entry; where it stumbles, the one over which it does is told."""
    with suppress(*_WRONG):
        read = _parsed(*(entry.head for entry in entries)).transactions
        if len(read) == len(entries):
            return read
    alone = []
    for entry in entries:
        try:
            alone += _parsed(entry.head).transactions
        except _WRONG:
            raise UnreadableBankFile("bank-day", entry.line, value=clean(entry.head[4:])) from None
    return alone


def _line(
    entry: _Entry, read: mt940.models.Transaction, texts: list[str], opened: date, closed: date
) -> BankLine:
    """The line, on the day of its entry; where that is not given on its value date, if the statement between
    these balances can have that."""
    signed = read.data["amount"].amount
    if abs(signed) != entry.amount:
        raise UnreadableBankFile("bank-amount", entry.line, value=clean(entry.head[4:]))
    value = date(*read.data["date"].timetuple()[:3])
    if value < opened:
        value = min(opened + timedelta(days=1), closed)
    day = read.data.get("entry_date") or min(value, closed)
    customers, _, banks = entry.rest.partition("//")
    with _at(entry.line):
        its = remittance(texts, [customers, *entry.more], signed > 0)
        return BankLine(
            date(day.year, day.month, day.day),
            entry.amount.copy_sign(signed),
            clean(its.name),
            counter_iban(its.iban),
            clean(its.text),
            reference(banks),
            entry.line,
            tuple(filter(None, map(reference, its.given))),
            clean(its.returned),
        )


@contextmanager
def _at(line: int) -> Iterator[None]:
    try:
        yield
    except UnreadableBankFile as wrong:
        wrong.line = wrong.line or line
        raise
