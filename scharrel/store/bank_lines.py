"""The files of a bank account: each month's lines, which the treasurer completes, and the statements as they
were downloaded. What someone wrote in a month stays as it is; lines are put in between, by date."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.store.allocations import quoted
from scharrel.store.paths import MONTH_FILE, Coop
from scharrel.store.text import MAX_BYTES, MAX_LINES, Text, names_in, read_text
from scharrel.store.together import pending
from scharrel.treasury.lines import AcceptedGap, BookedLine, CounterLeg, StatementRecord

_HEAD = """\
; Bankregels van {name}, geschreven door `scharrel bank import`. Wat je er zelf in verandert, blijft staan.
include "../../accounts.beancount"
"""
_MOST_BYTES = 2_000
"""Of a text on one line; a bank gives some hundreds."""

_STATEMENTS = "statements"
_KEPT = re.compile(r"\d{4}-\d{2}-\d{2}_(?P<last>\d{4}-\d{2}-\d{2})_(?P<digest>[0-9a-f]{8})\.\w+")
_ENDINGS = {"camt": "xml", "mt940": "sta", "csv": "csv"}
_DATED = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})\b")
_KEY = re.compile(r"[ \t]+(?P<key>[a-z][A-Za-z0-9_-]*):")
_POSTING = re.compile(r"[ \t]+(?:[*!][ \t]+)?(?P<account>[A-Z][^\s;]*:[^\s;]+)")
_FLAG = re.compile(r"(\S+[ \t]+)(?:\*|!|txn)(?=[ \t]|$)")


def month_texts(coop: Coop, account: str) -> list[Text]:
    """What stands in the months of the account, in order; also what a run that was stopped has yet to put
    there."""
    folder = coop.bank / account
    waiting = pending(coop.bank)
    months = {path for path in waiting if path.parent == folder}
    months |= {folder / name for name in names_in(folder)}
    return [
        Text(waiting[path], [], shown=coop.shown(path)) if path in waiting else read_text(coop, path)
        for path in sorted(months)
        if MONTH_FILE.fullmatch(path.name)
    ]


def month_path(coop: Coop, account: str, day: date) -> Path:
    """Where the lines of the day are."""
    return coop.bank / account / f"{Month.of(day)}.beancount"


def kept_statement(kind: str, first: date, last: date, content: bytes) -> str:
    """Where a statement over these days is kept as it was downloaded, in the folder of its account."""
    ending = next((each for start, each in _ENDINGS.items() if kind.startswith(start)), "txt")
    if content.startswith(b"PK"):
        ending = "zip"
    return f"{_STATEMENTS}/{first}_{last}_{_digest(content)}.{ending}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def kept_statements(coop: Coop, account: str) -> dict[str, date]:
    """The statements that are kept in the folder of the account, and the last day of each."""
    found = {name: _KEPT.fullmatch(name) for name in names_in(coop.bank / account / _STATEMENTS)}
    return {f"{_STATEMENTS}/{name}": date.fromisoformat(kept["last"]) for name, kept in found.items() if kept}


def statement_unchanged(coop: Coop, account: str, file: str) -> bool:
    """Whether a kept statement is as it was downloaded, however its lines end by now."""
    content = (coop.bank / account / file).read_bytes()
    plain_ends = content.replace(b"\r\n", b"\n")
    kept = _KEPT.fullmatch(file.removeprefix(f"{_STATEMENTS}/"))
    ends = (content, plain_ends, plain_ends.replace(b"\n", b"\r\n"))
    return kept is None or any(_digest(each) == kept["digest"] for each in ends)


def make_read_only(coop: Coop, account: str) -> None:
    """Keep the statements of the account from being changed by mistake."""
    folder = coop.bank / account / _STATEMENTS
    for name in names_in(folder):
        with suppress(OSError):
            os.chmod(folder / name, 0o444)


def bank_line_text(line: BookedLine, on: str) -> str:
    """The line as it is booked on this account of the chart, or by whose booking it is there already."""
    if line.booked:
        return "\n".join(
            [
                f'{line.day} custom "bank-line" {_said(line.id)} {plain(line.amount)} EUR',
                *_keys(("for", line.holder)),
                f"  booked: {line.booked}",
                *_keys(("counter", line.iban), ("name", line.name), ("text", line.text)),
            ]
        )
    flag = "*" if line.settled else "!"
    return "\n".join(
        [
            f"{line.day} {flag} {_said(line.name)} {_said(line.text)}",
            *_keys(("bank", line.id), ("counter", line.iban), ("for", line.holder)),
            *([f"  earned: {line.earned}"] if line.earned else []),
            *_keys(("why", line.why)),
            *_postings([CounterLeg(on, line.amount), *line.legs]),
        ]
    )


def record_text(account: str, record: StatementRecord) -> str:
    """That a statement was imported."""
    balances = (balance for balance in (record.opening, record.closing) if balance is not None)
    said = "".join(f" {plain(balance)} EUR" for balance in balances)
    return "\n".join(
        [
            f'{record.last} custom "bank-statement" {_said(account)} {record.first}{said}',
            *_keys(("file", record.file)),
        ]
    )


def gap_text(account: str, gap: AcceptedGap) -> str:
    """That a gap was accepted."""
    said = f'{gap.last} custom "bank-gap" {_said(account)} {gap.first} {plain(gap.balance)} EUR'
    return "\n".join([said, *_keys(("reason", gap.reason))])


def _keys(*keys: tuple[str, str]) -> list[str]:
    return [f"  {key}: {_said(value)}" for key, value in keys if value]


def _said(text: str) -> str:
    data = text.encode("utf-8", "replace")
    cut = data[:_MOST_BYTES].decode("utf-8", "ignore") + "…" if len(data) > _MOST_BYTES else text
    return f'"{quoted(cut)}"'


def _postings(legs: Sequence[CounterLeg]) -> list[str]:
    return [f"  {leg.account}{f'  {plain(leg.amount)}'.rjust(42 - len(leg.account))} EUR" for leg in legs]


def with_entries(text: str | None, account: str, entries: Sequence[tuple[date, str]]) -> str:
    """The month with these put in, each behind what is there up to its day; everything else as it was."""
    if text is None:
        text = _HEAD.format(name=account)
    lines = text.split("\n")
    ends = [(day, entry_end(lines, start)) for start, day in dated_starts(lines)]
    first = min((start for start, _ in dated_starts(lines)), default=len(lines))
    while first and lines[first - 1].startswith(";"):
        first -= 1  # a remark belongs to what is below it
    places: dict[int, list[str]] = {}
    for day, entry in sorted(entries, key=lambda each: each[0]):
        at = max((end for known, end in ends if known <= day), default=0)
        places.setdefault(at, []).append(entry)
    before = places.pop(0, [])
    if before and not ends:
        return text.rstrip("\n") + "".join(f"\n\n{entry}" for entry in before) + "\n"
    put = [*lines[:first]]
    for entry in before:
        put += [*entry.split("\n"), ""]
    done = first
    for at in sorted(places):
        put += lines[done:at]
        for entry in places[at]:
            put += ["", *entry.split("\n")]
        done = at
    put += lines[done:]
    return "\n".join(put) + ("" if text.endswith("\n") else "\n")


def dated_starts(lines: Sequence[str]) -> Iterator[tuple[int, date]]:
    """Where something dated begins, counted from 0, and the date."""
    for at, line in enumerate(lines):
        if found := _DATED.match(line):
            with suppress(ValueError):
                yield at, date(*map(int, found.groups()))


def entry_end(lines: Sequence[str], start: int) -> int:
    """Behind the last line of what begins there, counted from 0."""
    end = at = start + 1
    while at < len(lines) and lines[at].strip() and lines[at][0] in " \t;":
        at += 1
        if lines[at - 1][0] != ";":
            end = at
    return end


def entry_at(text: str, line: int) -> str:
    """What begins on this line, counted from 1."""
    lines = text.split("\n")
    return "\n".join(lines[line - 1 : entry_end(lines, line - 1)])


def with_entry(text: str, line: int, entry: str) -> str:
    """The month with this in the place of what begins on the line."""
    lines = text.split("\n")
    return "\n".join([*lines[: line - 1], *entry.split("\n"), *lines[entry_end(lines, line - 1) :]])


def assigned(entry: str, line: BookedLine, gone: frozenset[str]) -> str:
    """The booking of a bank line with what is now said of it, its postings for those on the accounts that go;
    all else in it as it was."""
    head, *below = entry.split("\n")
    keys = [
        *_keys(("for", line.holder)),
        *([f"  earned: {line.earned}"] if line.earned else []),
        *_keys(("why", line.why)),
    ]
    put = [_FLAG.sub(r"\1*", head, count=1)]
    postings = _postings(line.legs)
    going = False
    for said in below:
        key, posting = _KEY.match(said), _POSTING.match(said)
        if posting and keys:
            put += keys
            keys = []
        if posting:
            going = posting["account"] in gone
        elif not keys and going and key:
            continue  # it hangs below a posting that goes
        elif key and keys and key["key"] in ("for", "why", "earned"):
            continue
        if not (posting and going):
            put.append(said)
        elif postings:
            put += postings
            postings = []
    return "\n".join([*put, *keys, *postings])


def month_too_large(text: str) -> bool:
    """Whether it is more than is read as one ledger."""
    return len(text.encode()) > MAX_BYTES or text.count("\n") > MAX_LINES
