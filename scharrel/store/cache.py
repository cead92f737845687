"""What the last run made of each group of members, so that a group that did not change is not read again.

One file under .scharrel/, safe to delete at any time: a line with the form and a digest of the rest, then a
line of JSON a group. An entry counts only if its key, a digest of everything that the outcome depends on, is
the same and the written files are as they were left.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from scharrel import __version__
from scharrel.core.across import Across, Quoted
from scharrel.core.corrections import Cause, Change, Correction, Mark, Turned
from scharrel.core.facts import Group, Member
from scharrel.core.grants import Entry
from scharrel.core.month import Month
from scharrel.core.pack import PARTIES
from scharrel.core.problems import Problem
from scharrel.core.trace import PotLevel, Summary
from scharrel.ledger.books import Books
from scharrel.packs.cases import ENDING
from scharrel.store import shapes
from scharrel.store.durable import WriteError, write_text
from scharrel.store.paths import Coop
from scharrel.store.shapes import fits
from scharrel.store.text import digest, read_text, state_of
from scharrel.store.written_state import Left, left
from scharrel.text.words import sayable

FORM = f"{__version__}/15"


_OF_TODAY = ("future", "permission-ends", "no-permission", "limit-near")
"""Warnings that are true today and perhaps not tomorrow."""


class Seen(NamedTuple):
    """A ledger as it was read: its content, the state in which its file was, the last two months
    in which something was booked (the last may be the month that has yet to end), a digest of the work for
    projects in it, and what of it bears on others."""

    digest: str
    state: str
    months: tuple[str, ...]
    work: str = ""
    across: Across = Across()


Shares = Mapping[str, Mapping[str, Mapping[str, str]]]
"""What members got from projects, in euros: by member, project and month."""


class Kept(NamedTuple):
    """One group: the digest of the rules and facts that it depends on, its ledgers, the state of what
    was written for it, its rows and its warnings, and what its projects shared."""

    key: str
    ledgers: tuple[Seen, ...]
    files: str
    rows: tuple[Summary, ...]
    corrections: tuple[tuple[str, Correction], ...]
    problems: tuple[Problem, ...]
    shares: Shares


class Cache:
    """What is kept, for the books as they are now and the written files as they were left."""

    def __init__(self, books: Books, today: date, seen: Left = dict):
        self.coop = books.coop
        self.seen = cache(seen)
        self.groups = {_name(group): group for group in books.groups()}
        self.states: dict[str, str] = {}
        self.entries = _load(books, self.groups)
        packs = [books.packs[pack].hash for pack in sorted(books.packs)]
        chart = sorted((account, *map(str, known)) for account, known in books.chart.accounts.items())
        chart += [(commodity,) for commodity in sorted(books.chart.commodities)]
        # With whom members may exchange something depends on who is a member when.
        when = [
            (m.id, m.first, [(d.day, d.values["left"]) for d in m.directives if "left" in d.values])
            for m in books.members.values()
        ]
        grants = [repr(books.grants)] if books.grants else []
        self.common = digest_of(
            [
                FORM,
                books.title,
                str(books.closed),
                str(Month.of(today)),
                *packs,
                *_examples(books.coop),
                repr(chart),
                repr(when),
                *grants,
            ]
        )

    def but_for_ledgers(self, group: Group, through: Month) -> Kept | None:
        """What is kept of the group up to this month, if nothing changed but ledgers, if any."""
        entry, _ = self.entries.get(_name(group), (None, ""))
        if entry is None or entry.key != self._key(group, through) or entry.files != self._files(group):
            return None
        return entry

    def as_left(self, group: Group) -> bool:
        """Whether the files of the group are as they were written."""
        entry, _ = self.entries.get(_name(group), (None, ""))
        return entry is not None and entry.files == self._files(group)

    def changed(self, group: Group, entry: Kept) -> Iterator[Member]:
        """Whose ledgers are not as they were."""
        for member, seen in zip(group, entry.ledgers, strict=True):
            if seen.state and seen.state == self._state(member.id):
                continue
            text = read_text(self.coop, self.coop.ledger(member.id))
            if text.problems or digest(text) != seen.digest:
                yield member

    def booked(self) -> Iterator[str]:
        """Months in which a ledger that did not change has a booking."""
        for name, group in self.groups.items():
            if name in self.entries:
                entry, _ = self.entries[name]
                for member, seen in zip(group, entry.ledgers, strict=True):
                    if seen.state and seen.state == self._state(member.id):
                        yield from seen.months

    def keep(
        self,
        group: Group,
        through: Month,
        ledgers: Sequence[Seen],
        rows: Sequence[Summary],
        corrections: Sequence[tuple[str, Correction]],
        warnings: Sequence[Problem],
        shares: Shares,
    ) -> None:
        """Remember a group whose files are written."""
        if any(warning.code in _OF_TODAY for warning in warnings):
            return
        kept = Kept(
            self._key(group, through),
            tuple(ledgers),
            digest_of(left(self.coop, member.id) for member in group),
            tuple(rows),
            tuple(corrections),
            tuple(warnings),
            shares,
        )
        name = _name(group)
        self.entries[name] = kept, json.dumps([name, *_plain(kept)])

    def save(self) -> None:
        """Keep this for the next run; a folder that takes no cache is no problem."""
        lines = [line for name, (_, line) in self.entries.items() if name in self.groups]
        with suppress(WriteError):
            write_text(_path(self.coop), "\n".join([_head(lines), *lines]))

    def _state(self, member: str) -> str:
        """The state of the member's ledger when it was first asked for."""
        if member not in self.states:
            self.states[member] = state_of(self.coop.ledger(member))
        return self.states[member]

    def _files(self, group: Group) -> str:
        """How all that is written for the group was left when it was looked at."""
        seen = self.seen()
        return digest_of(seen.get(member.id) or left(self.coop, member.id) for member in group)

    def _key(self, group: Group, through: Month) -> str:
        return digest_of(
            [
                self.common,
                str(through),
                *(
                    repr((member.id, member.kind, member.directives, member.approvals, member.settlements))
                    + repr([(p.id, p.directives) for p in member.participants])
                    for member in group
                ),
            ]
        )


def _examples(coop: Coop) -> Iterator[str]:
    """A digest of each file of worked examples."""
    for path in sorted(coop.rules.glob(f"*{ENDING}")):
        yield f"{path.name} {digest(read_text(coop, path))}"


def _load(books: Books, groups: Mapping[str, Group]) -> dict[str, tuple[Kept, str]]:
    """What is kept, by group, and the line that says so; nothing when it is missing, of another version or
    not as it was written, in whatever way."""
    try:
        head, *lines = _path(books.coop).read_text("utf-8").split("\n")
        if head != _head(lines):
            return {}
        entries = [json.loads(line) for line in lines]
    except (OSError, ValueError, RecursionError):
        return {}
    found = {}
    for entry, line in zip(entries, lines, strict=True):
        if fits(entry, _SHAPE) and entry[0] in groups:
            name, *said = entry
            kept = _kept(*said)
            if _belongs(books, groups[name], kept):
                found[name] = kept, line
    return found


_AMOUNT, _TEXT = shapes.amount, shapes.text
_ENTRY = (shapes.day, _TEXT, shapes.line_text, _TEXT, _TEXT, _AMOUNT, _AMOUNT)
_CHANGE = (shapes.truth, _TEXT, shapes.day, [(_TEXT, _AMOUNT, _TEXT)])
_SHAPE = (
    _TEXT,
    _TEXT,
    [(_TEXT, _TEXT, [shapes.month], _TEXT, ([(_TEXT, shapes.line, _TEXT)], [_ENTRY]))],
    _TEXT,
    [(_TEXT, _AMOUNT, {"": _AMOUNT}, _AMOUNT, [(_AMOUNT, _AMOUNT)])],
    [(_TEXT, shapes.month, *[_TEXT] * 3, _AMOUNT, _AMOUNT, [_CHANGE], *[_TEXT] * 4)],
    [(_TEXT, shapes.line, _TEXT, {"": _TEXT}, _TEXT)],
    {"": {"": {"": _AMOUNT}}},
)
"""An entry as it is written: the name of the group, and what `_plain` makes of it."""


def _belongs(books: Books, group: Group, kept: Kept) -> bool:
    """Whether all that is kept is about this group, in words that are known."""
    ids = {member.id for member in group}
    projects = {member.id: member for member in group if member.project}
    quotes = [quote for seen in kept.ledgers for quote in seen.across.quotes]
    files = {books.coop.shown(books.coop.ledger(member.id)) for member in group} if quotes else ()
    return (
        len(kept.ledgers) == len(group)
        and all(row.member in ids and row.paid.keys() == set(PARTIES) for row in kept.rows)
        and all(member in ids for member, _ in kept.corrections)
        and all(quote.file in files for quote in quotes)
        and all(
            entry.member in ids and entry.grant in books.grants
            for seen in kept.ledgers
            for entry in seen.across.entries
        )
        and all(map(sayable, kept.problems))
        and all(
            member in ids
            and project in projects
            and all(
                fits(month, shapes.month) and projects[project].active(Month.parse(month)) for month in by
            )
            for member, shared in kept.shares.items()
            for project, by in shared.items()
        )
    )


def _head(lines: Sequence[str]) -> str:
    return f"{FORM} {digest_of(lines)}"


def _name(group: Group) -> str:
    return " ".join(member.id for member in group)


def _path(coop: Coop) -> Path:
    return coop.cache / "groups.jsonl"


def _plain(entry: Kept) -> list[object]:
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
    warnings = [[p.file, p.line, p.code, dict(p.values), p.excerpt] for p in entry.problems]
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
    return [entry.key, ledgers, entry.files, rows, corrected, warnings, entry.shares]


def _kept(
    key: str,
    ledgers: list[Any],
    files: str,
    rows: list[Any],
    corrected: list[Any],
    warnings: list[Any],
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
        tuple(_warning(*warning) for warning in warnings),
        shares,
    )


def _plain_across(across: Across) -> list[object]:
    return [across.quotes, [[str(value) for value in entry] for entry in across.entries]]


def _across(quotes: list[Any], entries: list[Any]) -> Across:
    return Across(tuple(Quoted(*quote) for quote in quotes), tuple(_entry(*entry) for entry in entries))


def _entry(day: str, member: str, line: str, grant: str, text: str, received: str, spent: str) -> Entry:
    return Entry(date.fromisoformat(day), member, int(line), grant, text, Decimal(received), Decimal(spent))


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


def _warning(file: str, line: int, code: str, values: dict[str, str], excerpt: str) -> Problem:
    return Problem(file, line, code, values, True, excerpt)


def digest_of(parts: Iterable[str]) -> str:
    """What tells these texts from any other."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
