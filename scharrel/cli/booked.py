"""What is shown of a booking: how it would stand, what it does to what is kept, and that it is written."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from scharrel.cli.as_json import print_json
from scharrel.cli.screen import (
    console,
    fail,
    print_indented,
    print_text,
    report_problems,
    stop_on_errors,
    words,
)
from scharrel.cli.writing import writing_in
from scharrel.core.facts import Holder
from scharrel.ledger.books import Books
from scharrel.operations.book import Planned
from scharrel.operations.book_choices import Choices
from scharrel.operations.book_effects import effect_sentences
from scharrel.store.own_ledger import take_back
from scharrel.text.accounts import account_name
from scharrel.text.noted import Noted

PATIENCE = 5.0
"""Seconds for which a booking waits for another that is being written."""


def show_planned(books: Books, planned: Planned, today: date, *, lines: bool = True) -> None:
    """The entries, what is noticed of them, and what they do to what is kept."""
    screen = console()
    if lines:
        for _, entry in planned.entries:
            wide = max(map(len, entry.split("\n"))) + 2 > screen.width
            for line in entry.split("\n"):
                shown = re.sub(r"(?<=\S) {2,}", "  ", line) if wide else line
                screen.print(f"  {shown}", style="dim", soft_wrap=True)
    new = {line for line, _ in planned.entries}
    for problem in planned.told:
        if problem.file == planned.shown and problem.line in new:  # nothing stands there yet
            print_indented(screen, words("book.notice", text=words.problem(problem)))
        else:
            report_problems([problem])
    for sentence in effect_sentences(words, books, planned, today):
        print_text(screen, sentence, style="bold")


def report_written(planned: Planned) -> None:
    """Where it stands."""
    places = ", ".join(str(line) for line, _ in planned.entries)
    print_indented(console(), words("book.done", file=planned.shown, lines=places))


def report_way_back(who: Holder) -> None:
    """How what was written last is taken back."""
    print_indented(console(), words("book.undo", member=who.id))


def undo_last(books: Books, who: Holder) -> None:
    """Take back what was written last for this member, and show what is gone; stops if that cannot be."""
    with writing_in(books.coop, "book", patience=PATIENCE):
        gone, problem = take_back(books.coop, who.id)
    stop_on_errors([problem] if problem else [])
    if not gone:
        fail(words("error.book-no-undo"), status=1)
    print_text(console(), words("book.undone", name=who.name))
    for line in gone.split("\n"):
        console().print(f"  {line}", style="dim", soft_wrap=True)


def print_planned(planned: Planned, *, written: bool, more: dict[str, Any] | None = None) -> None:
    """The same for programs."""
    print_json(
        {
            "file": planned.shown,
            "bookings": [{"line": line, "text": entry} for line, entry in planned.entries],
            "written": written,
            "effects": [
                {"month": e.month, "was": e.was, "becomes": e.becomes, "closed": e.closed, "pots": e.pots}
                for e in planned.effects
            ],
            "warnings": [
                {"file": p.file, "line": p.line, "code": p.code, "message": words.problem(p)}
                for p in planned.told
            ],
            **(more or {}),
        }
    )


def meant_of(said: str, named: Mapping[str, Sequence[str]], *, numbered: bool = False) -> list[str]:
    """Which of these are meant, each with its names, the usual one first: by a name, by the beginning of the
    usual one or of another, by a word in one, or, where they were shown with numbers, by that."""
    folded = said.casefold().strip()
    if numbered and folded.isdecimal() and 0 < int(folded) <= len(named):
        return [[*named][int(folded) - 1]]
    ways: tuple[Callable[[Sequence[str]], bool], ...] = (
        lambda names: folded in names,
        lambda names: names[0].startswith(folded),
        lambda names: any(name.startswith(folded) for name in names),
        lambda names: any(re.search(rf"\b{re.escape(folded)}", name) for name in names),
    )
    for way in ways:
        found = [key for key, names in named.items() if way([name.casefold() for name in names])]
        if found and folded:
            return found
    return []


def account_names(books: Books, accounts: Iterable[str]) -> dict[str, Sequence[str]]:
    """What each account can be called."""
    return {name: (label, name, *reversed(name.split(":"))) for name, label in zip(
        accounts, labels_of(books, accounts), strict=True
    )}  # fmt: skip


def labels_of(books: Books, accounts: Iterable[str]) -> list[str]:
    """What people call these accounts."""
    return [account_name(words, books.chart, account) for account in accounts]


def no_invoice(noted: Noted, choices: Choices) -> str:
    """Why this cannot be on account; empty if it can."""
    if noted.kind != "in":
        return words("book.invoice-in")
    if noted.amounts and noted.amounts[0] < 0:
        return words("book.invoice-back")
    if not choices.receivable:
        return words("book.no-receivable")
    return "" if choices.customers else words("book.no-customers")
