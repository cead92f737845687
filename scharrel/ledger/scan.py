"""Plain bookings read in one pass over the text, as beancount would read them, without its parser.

A file is scanned only if each of its lines has a shape of which it is certain what the parser makes of it;
with one line that has not, all of it is for the parser.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.number import MISSING

_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,6})?"
_DAY = r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]"
_SIGNS = r'[^"\\\x00-\x1f\x7f]*'
_TEXT = rf'"{_SIGNS}(?:\\["\\]{_SIGNS})*"'
_ACCOUNT = r"(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][A-Za-z0-9-]*)+"
_REMARK = r"[ \t]*(?:;[^\n\r\x00]*)?"
_HEAD = re.compile(
    rf"(?P<day>{_DAY})[ \t]+(?P<flag>[*!])[ \t]+(?P<first>{_TEXT})"
    rf"(?:[ \t]+(?P<second>{_TEXT}))?(?P<marks>(?:[ \t]+[#^][A-Za-z0-9][A-Za-z0-9_./-]*)*){_REMARK}\n"
    rf"(?P<keys>(?:[ \t]+[a-z][A-Za-z0-9_-]+:[^\n\r]*\n)*)"
    rf"(?P<body>(?:[ \t]+(?:;|[A-Z]|[a-z][A-Za-z0-9_-]+:)[^\n\r]*\n)+)"
)
_UNIT = r"(?!TRUE|FALSE|NULL)[A-Z]{2,20}"
_LEG = re.compile(
    rf"^[ \t]+(?:({_ACCOUNT})(?:[ \t]+(-?{_NUMBER}) ({_UNIT}))?{_REMARK}|;[^\n\r\x00]*)\n", re.MULTILINE
)
_KEY = re.compile(rf"[ \t]+([a-z][A-Za-z0-9_-]+):[ \t]+(?:({_TEXT})|({_DAY})|({_NUMBER})){_REMARK}\n")
_BETWEEN = re.compile(r"(?:[ \t]*\n|;[^\n\r\x00]*\n)+")
_REST = rf"(?:{_TEXT}|[^\"\n\r\x00;])*{_REMARK}\n"
_OTHER = re.compile(
    rf"{_DAY}[ \t]+(?:open|close|balance|note|custom)[ \t]{_REST}(?:[ \t]+[a-z][A-Za-z0-9_-]+:{_REST})*"
)
_ESCAPED = re.compile(r"\\(.)")
_RESERVED = frozenset({"lineno", "filename"})

Leg = tuple[str, str, str]
"""An account, the number as it is written and the currency; both empty where the amount is open."""


class Plain(NamedTuple):
    """A booking as it is written, with its first line; `rows` are the lines of the postings, `leg_keys` what
    stands below each, empty if nothing stands below any."""

    day: date
    line: int
    flag: str
    payee: str | None
    narration: str
    marks: str
    keys: Sequence[tuple[str, Any]]
    legs: Sequence[Leg]
    rows: Sequence[int]
    leg_keys: Sequence[Sequence[tuple[str, Any]]] = ()

    @property
    def text(self) -> str:
        """Payee and narration."""
        return text_of(self.payee, self.narration)


def number_of(written: str) -> Decimal:
    """The number as it is written; of nothing there is no minus."""
    number = Decimal(written)
    return number or abs(number)


def text_of(payee: str | None, narration: str | None) -> str:
    """What a booking says of itself."""
    return f"{payee} · {narration}" if payee and narration else payee or narration or ""


class Scanned(NamedTuple):
    """The bookings in the order of their dates, and the text with nothing but the other directives, each on
    its line; empty if there are none."""

    bookings: list[Plain]
    rest: str


def scan(text: str, chart: str = "../accounts.beancount") -> Scanned | None:
    """What stands in a ledger of plain lines; nothing if one of them is none, or if none opens the chart."""
    opens = f'include "{chart}"\n'
    text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        text += "\n"
    bookings: list[Plain] = []
    others: list[tuple[int, str]] = []
    days: dict[str, date] = {}
    at, line, included = 0, 1, False
    head, between = _HEAD.match, _BETWEEN.match
    while at < len(text):
        if found := head(text, at):
            written, flag, first, second, marks, keys, body = found.groups()
            if (day := days.get(written)) is None:
                try:
                    day = days[written] = date.fromisoformat(written)
                except ValueError:
                    return None
            legs: list[Leg] = _LEG.findall(body)
            count = body.count("\n")
            told: Sequence[tuple[str, Any]] = ()
            below = line + 1
            if keys:
                if (read := _read_keys(keys)) is None:
                    return None
                told = read
                below += len(told)
            rows: Sequence[int] = range(below, below + count)
            leg_keys: Sequence[Sequence[tuple[str, Any]]] = ()
            if len(legs) != count:
                if (with_keys := _read_body(body, below)) is None:
                    return None
                legs, rows, leg_keys = with_keys
            elif ";" in body:
                rows = [row for row, leg in zip(rows, legs, strict=True) if leg[0]]
                legs = [leg for leg in legs if leg[0]]
            payee, narration = (_said(first), _said(second)) if second else (None, _said(first))
            bookings.append(Plain(day, line, flag, payee, narration, marks, told, legs, rows, leg_keys))
            line = below + count
        elif found := between(text, at):
            line += found[0].count("\n")
            if text[found.end() : found.end() + 1] in (" ", "\t"):
                return None  # what is set in goes on with what stands above
        elif text.startswith(opens, at) and not included:
            included = True
            at += len(opens)
            line += 1
            continue
        elif found := _OTHER.match(text, at):
            others.append((line, found[0]))
            line += found[0].count("\n")
        else:
            return None
        at = found.end()
        if text[at : at + 1] in (" ", "\t"):
            return None
    if not included:
        return None
    bookings.sort(key=lambda booking: (booking.day, booking.line))
    return Scanned(bookings, _on_their_lines(others))


def _said(text: str) -> str:
    """What stands between the quotation marks."""
    return _ESCAPED.sub(r"\1", text[1:-1]) if "\\" in text else text[1:-1]


def _read_keys(keys: str) -> list[tuple[str, Any]] | None:
    """The keys below a booking with their values; nothing if one stands twice or is not plain."""
    read: dict[str, Any] = {}
    at = 0
    while at < len(keys):
        found = _KEY.match(keys, at)
        if not found or found[1] in _RESERVED or found[1] in read:
            return None
        key, text, day, number = found.groups()
        try:
            read[key] = _said(text) if text else date.fromisoformat(day) if day else Decimal(number)
        except ValueError:
            return None
        at = found.end()
    return list(read.items())


def _read_body(body: str, line: int) -> tuple[list[Leg], list[int], list[Sequence[tuple[str, Any]]]] | None:
    """The postings of a booking with their lines and the keys below each; nothing if a line is not plain."""
    legs: list[Leg] = []
    rows: list[int] = []
    below: list[str] = []
    for row, written in enumerate(body.splitlines(keepends=True), line):
        if not (found := _LEG.match(written)):
            if not below:
                return None
            below[-1] += written
        elif found[1]:
            legs.append((found[1], found[2] or "", found[3] or ""))
            rows.append(row)
            below.append("")
    read = [_read_keys(keys) for keys in below]
    known = [keys for keys in read if keys is not None]
    return (legs, rows, [*known]) if len(known) == len(read) else None


def _on_their_lines(others: Sequence[tuple[int, str]]) -> str:
    parts, line = [], 1
    for number, text in others:
        parts += ["\n" * (number - line), text]
        line = number + text.count("\n")
    return "".join(parts)


def as_transaction(booking: Plain, shown: str) -> Any:
    """The booking as beancount's parser has it."""
    marks = booking.marks.split()
    leg_keys = booking.leg_keys or [()] * len(booking.legs)
    postings = [
        data.Posting(
            account, Amount(number_of(number), unit) if number else MISSING, None, None, None,
            {"filename": shown, "lineno": row, **dict(keys)},
        )
        for (account, number, unit), row, keys in zip(booking.legs, booking.rows, leg_keys, strict=True)
    ]  # fmt: skip
    return data.Transaction(
        {"filename": shown, "lineno": booking.line, **dict(booking.keys)}, booking.day, booking.flag,
        booking.payee, booking.narration,
        frozenset(mark[1:] for mark in marks if mark[0] == "#"),
        frozenset(mark[1:] for mark in marks if mark[0] == "^"), postings,
    )  # fmt: skip
