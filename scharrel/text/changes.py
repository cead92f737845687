"""What changed since the last run, as was / becomes."""

import re
from collections.abc import Iterator
from decimal import Decimal

from scharrel.core.month import Month
from scharrel.files.gather import Books
from scharrel.files.writing import Change
from scharrel.text.words import Words, visible

MAX_LINES = 20

_POSTED = re.compile(r'(-?\d+\.\d\d) EUR\n    step: "([^"]+)"')


def change_lines(words: Words, books: Books, changes: list[Change], *, dry_run: bool) -> Iterator[str]:
    """A line for what is new, then a line for each amount that differs."""
    new = [change for change in changes if change.was is None]
    other = [change for change in changes if change.was is not None]
    if not changes:
        yield words("changes.none")
    if new:
        yield words("changes.would-new" if dry_run else "changes.new", count=len(new))
    if other:
        yield words("changes.would-title" if dry_run else "changes.title")
        lines = [line for change in other for line in _lines(words, books, change)]
        yield from (f"  {line}" for line in lines[:MAX_LINES])
        if len(lines) > MAX_LINES:
            yield "  " + words("changes.more", count=len(lines) - MAX_LINES)
        yield words("changes.explain")


def _lines(words: Words, books: Books, change: Change) -> Iterator[str]:
    values = {
        "name": visible(books.members[change.member].name),
        "month": words.month(Month.parse(change.month)),
    }
    if change.becomes is None:
        yield words("changes.removed", **values)
        return
    was, becomes = _steps(change.was or ""), _steps(change.becomes)
    for step in sorted(was.keys() | becomes.keys()):
        before, after = was.get(step, Decimal(0)), becomes.get(step, Decimal(0))
        if before != after:
            yield words(
                "changes.line",
                **values,
                step=visible(step),
                was=words.money(before),
                becomes=words.money(after),
            )
    if was == becomes:
        yield words("changes.again", **values)


def _steps(text: str) -> dict[str, Decimal]:
    """What each step paid by a text that this program wrote."""
    return {step: -Decimal(amount) for amount, step in _POSTED.findall(text)}
