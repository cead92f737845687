"""What the last run made of each group of members, so that a group that did not change is not read again.

One file under .scharrel/, safe to delete at any time: a line with the form and a digest of the rest, then a
line of JSON a group. An entry counts only if its key, a digest of everything that the outcome depends on, is
the same and the written files are as they were left.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from scharrel import __version__
from scharrel.core.across import Across, HandBooking, Quoted, ReceiptEntry
from scharrel.core.barter import Barter
from scharrel.core.corrections import Cause, Change, Correction, Mark, Turned
from scharrel.core.grants import Entry
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.core.trace import PotLevel, Summary
from scharrel.store import shapes
from scharrel.store.digests import digest_of_texts
from scharrel.store.durable import write_text
from scharrel.store.shapes import fitting

FORM = f"{__version__}/18"


class Seen(NamedTuple):
    """A ledger as it was read: its content, the state in which its file was, the last two months
    in which something was booked (the last may be the month that has yet to end), a digest of the work for
    projects in it, and what of it bears on others."""

    digest: str
    state: str
    months: tuple[str, ...]
    work: str = ""
    across: Across = Across("")


Shares = Mapping[str, Mapping[str, Mapping[str, str]]]
"""What members got from projects, in euros: by member, project and month."""


class Kept(NamedTuple):
    """One group: the digest of the rules and facts that it depends on, its ledgers, the state of what
    was written for it, its rows and its problems, and what its projects shared."""

    key: str
    ledgers: tuple[Seen, ...]
    files: str
    rows: tuple[Summary, ...]
    corrections: tuple[tuple[str, Correction], ...]
    problems: tuple[Problem, ...]
    shares: Shares


_AMOUNT, _TEXT = shapes.amount, shapes.text
_ENTRY = (shapes.day, _TEXT, shapes.line_text, _TEXT, _TEXT, _AMOUNT, _AMOUNT)
_BARTER = (shapes.day, *[_TEXT] * 3, _AMOUNT, _TEXT, shapes.line_text)
_HAND = (_TEXT, _TEXT, shapes.day, _AMOUNT, _TEXT, [_TEXT], _TEXT, shapes.line)
_RECEIPT = (_TEXT, shapes.day, _TEXT, _AMOUNT, _TEXT, _AMOUNT, _TEXT, shapes.line)
_CHANGE = (shapes.truth, _TEXT, shapes.day, [(_TEXT, _AMOUNT, _TEXT)])
_fits = fitting(
    (
        _TEXT,
        _TEXT,
        [
            (
                _TEXT,
                _TEXT,
                [shapes.month],
                _TEXT,
                (_TEXT, [(_TEXT, shapes.line, _TEXT)], [_ENTRY], [_BARTER], [_HAND], [_RECEIPT]),
            )
        ],
        _TEXT,
        [(_TEXT, _AMOUNT, {"": _AMOUNT}, _AMOUNT, [(_AMOUNT, _AMOUNT)])],
        [(_TEXT, shapes.month, *[_TEXT] * 3, _AMOUNT, _AMOUNT, [_CHANGE], *[_TEXT] * 4)],
        [(_TEXT, shapes.line, _TEXT, {"": _TEXT}, shapes.truth, _TEXT)],
        {"": {"": {"": _AMOUNT}}},
    )
)
"""Whether an entry is as it is written: the name of the group, and what `_as_plain` makes of it."""


def _head(lines: Sequence[str]) -> str:
    return f"{FORM} {digest_of_texts(lines)}"


def _as_plain(entry: Kept) -> list[object]:
    rows = [
        [
            row.member,
            str(row.pool),
            {party: str(paid) for party, paid in row.paid.items()},
            str(row.keep),
            [[str(pot.balance), str(pot.target)] for pot in row.pots],
        ]
        for row in entry.rows
    ]
    problems = [[p.file, p.line, p.code, dict(p.values), p.warning, p.excerpt] for p in entry.problems]
    corrected = [
        [
            member,
            str(c.of),
            c.pack,
            c.step,
            c.account,
            str(c.was),
            str(c.becomes),
            [_plain_cause(cause) for cause in c.because],
            c.settles,
            c.project,
            c.against,
            c.period,
        ]
        for member, c in entry.corrections
    ]
    ledgers = [[*seen[:-1], _plain_across(seen.across)] for seen in entry.ledgers]
    return [entry.key, ledgers, entry.files, rows, corrected, problems, entry.shares]


def _kept(
    key: str,
    ledgers: list[Any],
    files: str,
    rows: list[Any],
    corrected: list[Any],
    problems: list[Any],
    shares: dict[str, Any],
) -> Kept:
    return Kept(
        key,
        tuple(
            Seen(content, state, tuple(months), work, _across(*across))
            for content, state, months, work, across in ledgers
        ),
        files,
        tuple(_row(*row) for row in rows),
        tuple((member, _correction(*correction)) for member, *correction in corrected),
        tuple(Problem(*problem) for problem in problems),
        shares,
    )


def _plain_across(across: Across) -> list[object]:
    as_text = (
        [[str(value) for value in each] for each in found] for found in (across.entries, across.barters)
    )
    made = [
        [one.account, one.holder, str(one.day), str(one.amount), one.text, one.others, one.file, one.line]
        for one in across.by_hand
    ]
    receipts = [
        [one.holder, str(one.day), one.text, str(one.cost), one.name, str(one.above), one.file, one.line]
        for one in across.receipts
    ]
    return [across.holder, across.quotes, *as_text, made, receipts]


def _across(
    holder: str,
    quotes: list[Any],
    entries: list[Any],
    barters: list[Any],
    made: list[Any],
    receipts: list[Any],
) -> Across:
    return Across(
        holder,
        tuple(Quoted(*quote) for quote in quotes),
        tuple(_entry(*entry) for entry in entries),
        tuple(_barter(*barter) for barter in barters),
        tuple(
            HandBooking(account, whose, date.fromisoformat(day), Decimal(amount), text, tuple(others), *place)
            for account, whose, day, amount, text, others, *place in made
        ),
        tuple(
            ReceiptEntry(whose, date.fromisoformat(day), text, Decimal(cost), name, Decimal(above), *place)
            for whose, day, text, cost, name, above, *place in receipts
        ),
    )


def _entry(day: str, member: str, line: str, grant: str, text: str, received: str, spent: str) -> Entry:
    return Entry(date.fromisoformat(day), member, int(line), grant, text, Decimal(received), Decimal(spent))


def _barter(day: str, giver: str, taker: str, commodity: str, amount: str, text: str, line: str) -> Barter:
    return Barter(date.fromisoformat(day), giver, taker, commodity, Decimal(amount), text, int(line))


def _row(member: str, pool: str, paid: dict[str, str], keep: str, pots: list[tuple[str, str]]) -> Summary:
    levels = tuple(PotLevel(Decimal(balance), Decimal(target)) for balance, target in pots)
    amounts = {party: Decimal(amount) for party, amount in paid.items()}
    return Summary(member, Decimal(pool), amounts, Decimal(keep), levels)


def _plain_cause(cause: Cause) -> list[object]:
    if isinstance(cause, Turned):
        return list(cause)
    mark = cause.mark
    legs = [[account, str(number), unit] for account, number, unit in mark.legs]
    return [cause.new, mark.digest, str(mark.day), legs]


def _cause(said: list[Any]) -> Cause:
    if isinstance(said[0], str):
        return Turned(*said)
    new, digest, day, legs = said
    of_legs = tuple((name, Decimal(number), unit) for name, number, unit in legs)
    return Change(bool(new), Mark(digest, date.fromisoformat(day), of_legs))


def _correction(
    of: str, pack: str, step: str, account: str, was: str, becomes: str, because: list[Any], *more: str
) -> Correction:
    causes = tuple(map(_cause, because))
    return Correction(Month.parse(of), pack, step, account, Decimal(was), Decimal(becomes), causes, *more)


def read_kept(path: Path) -> Iterator[tuple[str, Kept, str]]:
    """What is kept of each group with its name and its line; nothing when it is missing, of another version
    or not as it was written, in whatever way."""
    try:
        head, *lines = path.read_text("utf-8").split("\n")
        if head != _head(lines):
            return
        entries = [json.loads(line) for line in lines]
    except (OSError, ValueError, RecursionError):
        return
    for entry, line in zip(entries, lines, strict=True):
        if _fits(entry):
            name, *parts = entry
            yield name, _kept(*parts), line


def kept_line(name: str, kept: Kept) -> str:
    """What is kept of the group of that name, as it is written."""
    return json.dumps([name, *_as_plain(kept)])


def write_kept(path: Path, lines: Sequence[str]) -> None:
    """Keep these lines; WriteError if that fails."""
    write_text(path, "\n".join([_head(lines), *lines]))
