"""What is shown of a booking: how it would stand, what it does to what is kept, and that it is written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from scharrel.cli.as_json import print_json
from scharrel.cli.screen import console, print_indented, print_text, report_problems, words
from scharrel.core.facts import Holder
from scharrel.ledger.books import Books
from scharrel.operations.book import Choices, Planned
from scharrel.operations.book_answers import several_amounts, vat_refused
from scharrel.operations.book_effects import effect_sentences
from scharrel.text.accounts import account_name
from scharrel.text.booking import vat_typed
from scharrel.text.noted import Noted

PATIENCE = 5.0
"""Seconds for which a booking waits for another that is being written."""


def show_planned(books: Books, planned: Planned, today: date, *, lines: bool = True) -> None:
    """The entries, what is noticed of them, and what they do to what is kept."""
    screen = console()
    if lines:
        for _, entry in planned.entries:
            for line in entry.split("\n"):
                screen.print(f"  {line}", style="dim", soft_wrap=True)
    report_problems(planned.told)
    for sentence in effect_sentences(words, books, planned, today):
        print_text(screen, sentence, style="bold")


def report_written(coop_shown: str, who: Holder, planned: Planned) -> None:
    """Where it stands, and how it is taken back."""
    places = ", ".join(str(line) for line, _ in planned.entries)
    print_indented(console(), words("book.done", file=coop_shown, lines=places))
    print_indented(console(), words("book.undo", member=who.id))


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


def account_meant(said: str, accounts: Sequence[str], books: Books) -> str:
    """The account that is meant: by its number here, its name, its label, or the beginning of one of these
    that no other has; empty for none."""
    folded = said.casefold()
    if said.isdecimal() and 0 < int(said) <= len(accounts):
        return accounts[int(said) - 1]
    names = {account: account_name(words, books.chart, account).casefold() for account in accounts}
    for account in accounts:
        if folded in (account.casefold(), names[account], account.rpartition(":")[2].casefold()):
            return account
    found = [
        account
        for account in accounts
        if names[account].startswith(folded)
        or any(part.startswith(folded) for part in account.casefold().split(":"))
    ]
    if len(found) > 1:
        found = [account for account in found if names[account].startswith(folded)]
    return found[0] if len(found) == 1 else ""


def labels_of(books: Books, accounts: Iterable[str]) -> list[str]:
    """What people call these accounts."""
    return [account_name(words, books.chart, account) for account in accounts]


def short_name_meant(said: str, names: Mapping[str, str]) -> str:
    """The project or customer that is meant, of these names by short names: either of them, or the beginning
    of one that no other has; empty for none."""
    folded = said.casefold().strip()
    both = {short: (short.casefold(), name.casefold()) for short, name in names.items()}
    found = [short for short, called in both.items() if folded in called]
    found = found or [s for s, called in both.items() if folded and any(c.startswith(folded) for c in called)]
    return found[0] if len(found) == 1 else ""


def no_invoice(noted: Noted, choices: Choices) -> str:
    """Why this cannot be on account; empty if it can."""
    if noted.kind != "in":
        return words("book.invoice-in")
    if noted.amounts and noted.amounts[0] < 0:
        return words("book.invoice-back")
    if not choices.receivable:
        return words("book.no-receivable")
    return "" if choices.customers else words("book.no-customers")


def no_rate(noted: Noted, choices: Choices) -> str:
    """Why what is said of VAT cannot stand on the invoice; empty if that is not about one."""
    return vat_refused(words, noted, choices)


def vat_said(word: str) -> str:
    """What an invoice says of VAT, as people type it."""
    return vat_typed(words, word)


def amount_readings(noted: Noted) -> str:
    """What the amount can be, where that is more than one thing."""
    return several_amounts(words, noted)
