"""What the register says twice, or of an account number that cannot be: told at its own line."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from scharrel.core import iban
from scharrel.core.facts import Approval, MemberDirective, Settlement
from scharrel.core.money import MAX_AMOUNT, ZERO, as_written
from scharrel.core.pack import FactValue
from scharrel.core.problems import Problem
from scharrel.ledger.parsing import metadata, place
from scharrel.store.text import Text

_WITH_AMOUNTS = ("approval", "settlement", "grant")
_WRITTEN = re.compile(r'[^:]*:\s*("(?:[^"\\]|\\.)*"|[^;]*)')


def written(text: Text, line: int) -> str:
    """What stands behind the key of a line, as it was written there."""
    found = _WRITTEN.match(text.line(line))
    return found[1].strip() if found else ""


def contradictions(
    who: str, directives: Sequence[MemberDirective], text: Text, shown: str
) -> Iterator[Problem]:
    """Two directives of one day that give one key different values: neither of them is the later."""
    first: dict[tuple[date, str], tuple[FactValue, int]] = {}
    for directive in directives:
        for key, value in directive.values.items():
            earlier, line = first.setdefault((directive.day, key), (value, directive.line))
            if not _same(key, earlier, value):
                at, other = (text.key_line(of, key) for of in (directive.line, line))
                values = {"who": who, "key": key, "day": str(directive.day), "first": str(other)}
                values |= {"value": written(text, at), "other": written(text, other)}
                yield Problem(shown, at, "contradiction", values, excerpt=text.line(at))


def _same(key: str, one: FactValue, other: FactValue) -> bool:
    if _of_account(key) and isinstance(one, str) and isinstance(other, str):
        return iban.compact(one) == iban.compact(other)
    return type(one) is type(other) and one == other


def account_numbers(directives: Sequence[Any], text: Text, shown: str) -> Iterator[Problem]:
    """Every account number in the register of which the check digits do not fit, wherever it stands."""
    for directive in directives:
        if not isinstance(directive, data.Custom):
            continue
        line = place(directive)
        told = [("", value.value) for value in directive.values or []] + list(metadata(directive).items())
        for key, value in told:
            if not isinstance(value, str):
                continue
            numbers = [value] if _of_account(key) or iban.shaped(value) else iban.among(value)
            for number in numbers:
                if not iban.sound(number):
                    at = text.key_line(line, key) if key else line
                    yield Problem(shown, at, "iban", {"number": number}, excerpt=text.line(at))


def _of_account(key: str) -> bool:
    return "iban" in key.casefold()


def too_large(directives: Sequence[Any], text: Text, shown: str) -> Iterator[Problem]:
    """Amounts that were approved, granted or settled and that nobody ever had."""
    for directive in directives:
        if not isinstance(directive, data.Custom) or directive.type not in _WITH_AMOUNTS:
            continue
        line = place(directive)
        told = [("", value.value) for value in directive.values or []] + list(metadata(directive).items())
        for key, value in told:
            number = value.number if isinstance(value, Amount) else value
            if isinstance(number, Decimal) and abs(number) >= MAX_AMOUNT:
                at = text.key_line(line, key) if key else line
                yield Problem(shown, at, "too-large", {"number": as_written(number)}, excerpt=text.line(at))


def given_twice(
    approvals: Sequence[Approval], settlements: Sequence[Settlement], text: Text, shown: str
) -> Iterator[Problem]:
    """The same approval, and a second settlement of one period on one day, of one holder."""
    alike = [
        (("approval-again", a.day, " ".join(a.what.split()).casefold(), a.amount), a.line) for a in approvals
    ]
    alike += [(("settlement-again", s.day, str(s.period), ZERO), s.line) for s in settlements]
    first: dict[tuple[str, date, str, Decimal], int] = {}
    for same, line in alike:
        if (earlier := first.setdefault(same, line)) != line:
            yield Problem(shown, line, same[0], {"first": str(earlier)}, excerpt=text.line(line))
