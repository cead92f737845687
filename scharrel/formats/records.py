"""What a bank's file says, whatever its format: statements of accounts and their lines, as values."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from scharrel.core.money import CENT, MAX_AMOUNT, as_written

MAX_TEXT = 4_000
"""Characters of one text. SEPA lets a payer write 140, and no bank adds more than its own few hundred."""

MAX_BANK_LINES = 250_000
"""Of one file: what a cooperative gets in decades."""


class BankLine(NamedTuple):
    """A booked line as the bank gives it: `amount` in euros, in is positive; `reference` the bank's own
    identity of the line, or empty; `line` where it stands in the file, from 1.

    `given` are the references that whoever ordered the payment gave to it and to its batch; they are not the
    text. `returned` is why a payment came back, as the bank says it (`AC04`), or empty.
    """

    day: date
    amount: Decimal
    name: str
    iban: str
    """Of the counterparty, compact, or empty."""
    text: str
    """The counterparty's words, control characters taken out."""
    reference: str
    line: int
    given: tuple[str, ...] = ()
    returned: str = ""


class BankStatement(NamedTuple):
    """One account's lines over some days.

    `account` is what the bank says it is (an IBAN, compact, or a number); `opening` and `closing` are None
    where the file has no balances; `first` and `last` are the days that the statement names, else those of
    its lines, else None; `pending` counts the lines that are not booked yet and were left out; `line` is
    where it begins in the file; a warning is a line and a code; `part` is its file in a zip, or empty.
    """

    account: str
    currency: str
    first: date | None
    last: date | None
    opening: Decimal | None
    closing: Decimal | None
    lines: tuple[BankLine, ...]
    pending: int
    line: int
    warnings: tuple[tuple[int, str], ...] = ()
    part: str = ""


class UnreadableBankFile(Exception):
    """Why a file is refused whole: a code of the catalogue's `problem`, the line, what the sentence needs,
    and in a zip the name of the file in it."""

    def __init__(self, code: str, line: int = 0, part: str = "", **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.part = part
        self.values = values


_STEERING = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")
_IBAN = re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}")
_BIC = re.compile(r"^\s*[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\s+")
_NUMBER = re.compile(
    r"([0-9]{1,3}(?:([.,' ])[0-9]{3})(?:\2[0-9]{3})*|[0-9]{1,30})(?:(?!\2)[.,]([0-9]{0,2}))?"
)
_PLAIN = re.compile(r"[0-9]{1,30}(?:\.[0-9]{0,5})?")
_WIDE = Context(prec=60)
_NO_REFERENCE = frozenset({"NONREF", "NOTPROVIDED", "NOREF"})


def clean(text: str) -> str:
    """The words on one line: blanks joined, and what could steer a screen or a page taken out."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            sign
            for sign in unicodedata.normalize("NFC", text)
            if sign.isspace() or unicodedata.category(sign) not in _STEERING
        )
        text = " ".join(text.split())
    else:
        text = " ".join(text.split()) if "  " in text else text.strip()
    return short_enough(text)


def short_enough(text: str) -> str:
    """The text, where a bank can have written it."""
    if len(text) > MAX_TEXT:
        raise UnreadableBankFile("bank-text", limit=str(MAX_TEXT))
    return text


def reference(text: str) -> str:
    """A reference, or nothing for a bank's word for none."""
    text = clean(text)
    return "" if text.upper().replace(" ", "") in _NO_REFERENCE else text


def account_number(text: str) -> str:
    """The number without blanks, points and dashes, in capitals, and only what a number is made of."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


@lru_cache(maxsize=10_000)
def counter_iban(text: str) -> str:
    """The counterparty's IBAN, compact, also with the bank's BIC before it; empty for anything that does not
    look like one."""
    found = (account_number(said) for said in (text, _BIC.sub("", text)))
    return next((number for number in found if _IBAN.fullmatch(number)), "")


@lru_cache(maxsize=10_000)
def xml_amount(text: str) -> Decimal:
    """An amount with a decimal point and without a sign, as XML has it, in cents."""
    written = text.strip()
    return _in_cents(written if _PLAIN.fullmatch(written) else "NaN", text)


@lru_cache(maxsize=10_000)
def table_amount(text: str) -> Decimal:
    """An amount as banks write it in tables: `-1.034,75`, `1,200.00`, `+121,00`, `12.5`, `1234,56-`.

    There are no thousandths of a euro: a point or comma with one or two digits behind it is the decimal one.
    """
    written = text.strip().replace("\N{MINUS SIGN}", "-")
    number = _NUMBER.fullmatch(written.strip("+-").strip())
    if not number or len(re.sub(r"[^+-]", "", written)) > 1:
        raise UnreadableBankFile("bank-amount", value=clean(text))
    amount = _in_cents(re.sub(r"[^0-9]", "", number[1]) + "." + (number[3] or "0"), text)
    return -amount if "-" in written else amount


def _in_cents(number: str, text: str) -> Decimal:
    """The amount, where it has no parts of a cent and a ledger may hold it."""
    amount = Decimal(number)
    if amount.is_finite() and amount >= MAX_AMOUNT:
        raise UnreadableBankFile("bank-too-large", number=as_written(amount))
    if not amount.is_finite() or amount.quantize(CENT, context=_WIDE) != amount:
        raise UnreadableBankFile("bank-amount", value=clean(text))
    return amount.quantize(CENT, context=_WIDE)


def day_of(year: str, month: str, day: str) -> date:
    """The day, or the file is refused."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise UnreadableBankFile("bank-day", value=clean(f"{year}-{month}-{day}")) from None


def named_days(
    opened: date | None, closed: date | None, booked: Iterable[date]
) -> tuple[date | None, date | None]:
    """First and last day of a statement whose balances are of those days.

    Banks date the opening balance by the first day or by the one before: only lines on that day tell.
    """
    days = [*booked]
    if opened and closed:
        after = opened if opened >= closed else date.fromordinal(opened.toordinal() + 1)
        days += [after, closed]
    return (min(days), max(days)) if days else (None, None)


def joined(one: BankStatement, other: BankStatement) -> BankStatement:
    """Two pages of one statement."""
    days = [day for day in (one.first, one.last, other.first, other.last) if day]
    return one._replace(
        first=min(days, default=None),
        last=max(days, default=None),
        closing=other.closing,
        lines=one.lines + other.lines,
        pending=one.pending + other.pending,
        warnings=one.warnings + other.warnings,
    )
