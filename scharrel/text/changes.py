"""What changed since the last run, as was / becomes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from scharrel.core.corrections import Correction
from scharrel.core.month import Month
from scharrel.core.period import Period
from scharrel.ledger.books import Books
from scharrel.store.allocations import FileChange, corrections_in
from scharrel.text.corrections import because, correction_label
from scharrel.text.periods import months_named, period_name
from scharrel.text.sentences import step_label
from scharrel.text.words import Words

MAX_CHANGES = 20

# What comes in from another ledger is told there.
_POSTED = re.compile(r'^  (?!Income:)\S+ +(-?\d+\.\d\d) EUR\n    step: "([^"]+)"', re.MULTILINE)


def change_lines(words: Words, books: Books, changes: list[FileChange], *, dry_run: bool) -> Iterator[str]:
    """How much is new or written again with the same amounts, then a line for each that differs."""
    new = [change for change in changes if change.was is None]
    again = [c for c in changes if c.was and c.becomes and _amounts(c.was) == _amounts(c.becomes)]
    other = [change for change in changes if change.was is not None and change not in again]
    if not changes:
        yield words("changes.none")
    if new:
        key = "changes.would-new" if dry_run else "changes.new"
        yield words(key, count=len(new), months=_months(words, new))
    if again:
        key = "changes.would-again" if dry_run else "changes.again"
        yield words(key, count=len(again), months=_months(words, again))
    if other:
        yield words("changes.would-title" if dry_run else "changes.title")
        lines = [line for change in other for line in _lines(words, books, change)]
        yield from (f"  {line}" for line in lines[:MAX_CHANGES])
        if len(lines) > MAX_CHANGES:
            yield "  " + words("changes.more", count=len(lines) - MAX_CHANGES)
        yield words("changes.explain")


def _months(words: Words, changes: Iterable[FileChange]) -> str:
    return months_named(words, (Month.parse(change.month) for change in changes))


def correction_lines(
    words: Words, books: Books, corrections: Sequence[tuple[str, Correction]], *, booked: bool
) -> Iterator[str]:
    """What is put right in the open month of what was posted for closed ones, or has yet to be."""
    if corrections and books.first_open:
        key = "changes.corrections" if booked else "changes.corrections-wait"
        yield words(key, month=words.month(books.first_open), iso=books.first_open)
        shown = corrections[:MAX_CHANGES]
        for (member, c), after in zip(shown, [*(c for _, c in shown[1:]), None], strict=True):
            yield "  " + words(
                "changes.correction",
                name=books.holders[member].name,
                of=words.month(c.of),
                step=correction_label(words, books.packs, books.holders, c),
                was=words.money(c.was),
                becomes=words.money(c.becomes),
            )
            # What is behind several in a row is said once, below them.
            last = after is None or (c.because, c.settles, c.settled) != (
                after.because,
                after.settles,
                after.settled,
            )
            if last and (c.because or c.settles):
                yield "    " + words("changes.because", bookings=because(words, c))
        if len(corrections) > MAX_CHANGES:
            yield "  " + words("changes.more", count=len(corrections) - MAX_CHANGES)


def settlement_lines(
    words: Words, books: Books, period: Period, corrections: Sequence[tuple[str, Correction]]
) -> Iterator[str]:
    """What the settlement of a period comes to, step by step."""
    name = period_name(words, period)
    totals: dict[tuple[str, str], Decimal] = {}
    for _, c in corrections:
        if period.covers(c.of) and c.settles:
            totals[c.pack, c.step] = totals.get((c.pack, c.step), Decimal(0)) + c.difference
    if not any(totals.values()) or not books.first_open:
        yield words("settle.nothing", period=name)
        return
    yield words("settle.title", period=name, month=words.month(books.first_open))
    for (pack, step), amount in totals.items():
        if amount:
            key = "settle.more" if amount > 0 else "settle.less"
            label = step_label(words, books.packs.get(pack), step)
            yield "  " + words(key, step=label, amount=words.money(abs(amount)))


def _lines(words: Words, books: Books, change: FileChange) -> Iterator[str]:
    values = {
        "name": books.holders[change.member].name,
        "month": words.month(Month.parse(change.month)),
    }
    if change.becomes is None:
        yield words("changes.removed", **values)
        return
    was, becomes = _steps(change.was or ""), _steps(change.becomes)
    month = Month.parse(change.month)
    pack = books.packs.get(str(books.holders[change.member].facts(month).get("rules")))
    if was == becomes:
        yield words("changes.corrected", **values)
    for step in sorted(was.keys() | becomes.keys()):
        before, after = was.get(step, Decimal(0)), becomes.get(step, Decimal(0))
        if before != after:
            yield words(
                "changes.line",
                **values,
                step=step_label(words, pack, step),
                was=words.money(before),
                becomes=words.money(after),
            )


def _amounts(text: str) -> list[tuple[str, str]]:
    """All that was posted, corrections too."""
    return [(found[1], found[2]) for found in _POSTED.finditer(text)]


def _steps(text: str) -> dict[str, Decimal]:
    """What each step paid by a text that this program wrote, corrections aside: those are told apart."""
    own = text.removesuffix(corrections_in(text))
    found: dict[str, Decimal] = {}
    for amount, step in _POSTED.findall(own):
        found[step] = found.get(step, Decimal(0)) - Decimal(amount)
    return found
