"""Bank lines as the books have them: by which identity each is known, and whether two are the same."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import plain
from scharrel.formats.records import BankLine
from scharrel.treasury.accounts import BankAccount

_DIGITS = 16
"""Of a digest: enough for every line of a century."""

_DIGEST = re.compile(rf"[0-9a-f]{{{_DIGITS}}}")

_LONGEST = 100
"""Letters of a bank's reference; what is longer is known by its digest."""

_FEWEST_DIGITS = 6
"""By which an account is known without its IBAN."""

_NO_TEXT = ("Cc", "Cs", "Zl", "Zp")


class CounterLeg(NamedTuple):
    """A posting on the other side of a bank line, in euros."""

    account: str
    amount: Decimal


class BookedLine(NamedTuple):
    """A line of a statement as it stands in the books. `holder` is for whom it is, empty for the cooperative
    itself; `legs` is the other side; `settled` is false as long as that is not understood. A line that is a
    hand-made booking has the day of that in `booked`, and no other side of its own. `file` and `line` are
    where it stands."""

    id: str
    day: date
    amount: Decimal
    name: str
    iban: str
    text: str
    holder: str = ""
    legs: tuple[CounterLeg, ...] = ()
    why: str = ""
    settled: bool = True
    booked: date | None = None
    earned: date | None = None
    file: str = ""
    line: int = 1


class StatementRecord(NamedTuple):
    """That a statement over these days was imported: what it began and ended with in euros, if it says so,
    and the file that it was. `at` and `line` are where that stands."""

    first: date
    last: date
    opening: Decimal | None
    closing: Decimal | None
    file: str
    at: str = ""
    line: int = 1


class AcceptedGap(NamedTuple):
    """Days of which no statement will come, for a reason; what the account held in euros after them."""

    first: date
    last: date
    balance: Decimal
    reason: str


class BankBook(NamedTuple):
    """All that is known of a bank account, in order of days; of one day in the order of the bank."""

    account: BankAccount
    lines: tuple[BookedLine, ...] = ()
    statements: tuple[StatementRecord, ...] = ()
    gaps: tuple[AcceptedGap, ...] = ()


def base_identity(account: str, line: BankLine) -> str:
    """What the first line is called that has this reference, or is in nothing different from this one."""
    reference = on_one_line(line.reference)
    return f"{account}:{reference if 0 < len(reference) <= _LONGEST else _digest(line)}"


def identity_form(identity: str) -> str:
    """How a bank, or a digest, calls lines: the kinds of signs in an identity, in their order."""
    said = identity.partition(":")[2].partition("~")[0]
    if _DIGEST.fullmatch(said):
        return "digest"
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "9", said))


def on_one_line(text: str) -> str:
    """A bank's text without what no ledger can hold."""
    if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text:
        return text.strip()
    kept = (" " if unicodedata.category(sign) in _NO_TEXT else sign for sign in text)
    return "".join(kept).replace("\N{REPLACEMENT CHARACTER}", "?").strip()


def _digest(line: BankLine) -> str:
    said = "\n".join((str(line.day), plain(line.amount), line.iban, line.name, line.text, line.reference))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def same_counterparty(line: BankLine, known: BookedLine) -> bool:
    """Whether two lines are with the same counterparty, as far as both name it."""
    if line.iban and known.iban:
        return line.iban == known.iban
    ours, theirs = _letters(line.name), _letters(known.name)
    return not ours or not theirs or ours.startswith(theirs) or theirs.startswith(ours)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def account_of(said: str, accounts: Collection[BankAccount]) -> BankAccount | None:
    """The account that a bank means: by its IBAN, or by the last digits where only one ends so."""
    found = [account for account in accounts if account.iban == said]
    if not found and said.isdecimal() and len(digits := said.lstrip("0")) >= _FEWEST_DIGITS:
        found = [account for account in accounts if account.iban.endswith(digits)]
    return found[0] if len(found) == 1 else None
