"""The cooperative's own ledger: what is wrong with it, and what changed in it since months were closed."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from scharrel.checks.accounts import divided_only
from scharrel.checks.grants import grant_problems
from scharrel.checks.invoices import invoice_problems
from scharrel.checks.members import read_ledgers
from scharrel.checks.quotes import quote_problems
from scharrel.checks.signs import signs_in
from scharrel.checks.suspicions import suspicions
from scharrel.core.corrections import Basis, Cause, Change, Mark, changed_since
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID, nearest
from scharrel.core.problems import PAYMENTS, Problem, errors
from scharrel.ledger.basis import basis_of
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import read_ledger
from scharrel.store.bank_lines import month_path
from scharrel.store.elsewhere import for_others_in
from scharrel.store.seals import BrokenSealError, read_seals
from scharrel.store.text import read_text

_UNREAD = re.compile(rb'[ \t]+for:(?![ \t]*"coop"[ \t\r]*(?:;|$))')
"""Of the cooperative's ledger without what is for others: what was to be for one, and cannot be read so."""

_OF_HOLDERS = (("project", "project"), ("partner", "with"), ("purpose", "purpose"), ("lifetime", "lifetime"))
"""What a booking says that does something in a holder's ledger only, and the key that says so."""


def read_treasury(books: Books, today: date) -> tuple[Ledger, list[Problem]] | None:
    """The cooperative's own ledger and what is wrong with it; nothing if there is none."""
    if books.own is None:
        return None
    ledger = read_ledger(books.coop, COOP_ID, books.chart)
    return ledger, list(map(ledger.text.placed, _problems(books, ledger, today)))


def read_all_ledgers(books: Books, today: date) -> tuple[dict[str, Ledger], list[Problem]]:
    """The ledgers of all holders, and the cooperative's own if there is one, and every problem that stands in
    the way of reading them, in its own file."""
    ledgers, problems = read_ledgers(books, books.holders, today)
    if own := read_treasury(books, today):
        ledgers[COOP_ID] = own[0]
        problems += own[1]
    return ledgers, problems


def _problems(books: Books, ledger: Ledger, today: date) -> Iterator[Problem]:
    assert books.own is not None
    for problem in ledger.problems:
        if problem.code == "no-lifetime":
            continue  # it would ask for what holders alone can say
        gone = problem.code == "no-file" and not os.path.lexists(books.coop.treasury)
        yield problem._replace(code="treasury-gone") if gone else problem
    text = ledger.text
    for day, line in [*ledger.days, *ledger.earned]:
        if day > today and not text.at(line)[0].startswith(PAYMENTS):  # ordered for that day
            yield text.problem(line, "future", True, date=str(day))
    told: set[tuple[int, str]] = set()
    for movement in ledger.movements:
        for field, key in _OF_HOLDERS:
            if getattr(movement, field) and (movement.line, key) not in told:
                told.add((movement.line, key))
                yield text.problem(text.key_line(movement.line, key), "treasury-key", key=key)
    for line, whose in for_others_in(books.coop):
        if whose not in books.holders:
            whole = read_text(books.coop, books.coop.treasury)
            values = {"holder": whose, "near": nearest(whose, [*books.holders, COOP_ID])}
            yield whole.problem(whole.key_line(line, "for"), "bank-line-holder", **values)
    for number, said in enumerate(text.data.split(b"\n"), 1):
        if _UNREAD.match(said) and text.own(number):
            yield text.problem(number, "treasury-for")
    # It may pay out what is on the accounts of allocations.
    yield from divided_only(ledger, ())
    yield from grant_problems(books, books.own, ledger)
    yield from quote_problems(ledger)
    yield from invoice_problems(books, COOP_ID, ledger)
    yield from suspicions(ledger, books.chart)
    if not text.problems:
        yield from signs_in(text)
    if not errors(ledger.problems):
        yield from _changed(books, ledger)


def _changed(books: Books, ledger: Ledger) -> Iterator[Problem]:
    """Bookings of closed months that are new or gone: nothing puts them right in a later month."""
    try:
        changed = treasury_changes(books, ledger)
    except BrokenSealError as broken:
        yield Problem(books.coop.shown(broken.path), 1, broken.code, {"month": broken.path.stem})
        return
    for month, causes in changed.items():
        for change in causes:
            if isinstance(change, Change):
                code = "treasury-new" if change.new else "treasury-lost"
                values = {"month": str(month), "booking": change.mark.shown}
                if not change.new and not os.path.lexists(books.coop.treasury):
                    yield Problem(books.coop.shown(_month_of(books, change.mark)), 1, code, values, True)
                    continue
                line = _line_of(ledger, change.mark) if change.new else 1
                yield ledger.text.problem(line, code, True, **values)


def _month_of(books: Books, mark: Mark) -> Path:
    """Where the booking was a line of the bank, its month there."""
    used = {account for account, _, _ in mark.legs}
    banks = (bank.name for bank in books.bank_accounts.values() if bank.account in used)
    return next((month_path(books.coop, bank, mark.day) for bank in banks), books.coop.treasury)


def _line_of(ledger: Ledger, mark: Mark) -> int:
    return next(
        m.line
        for m in ledger.movements
        if m.day == mark.day and (m.account, m.amount, m.currency) in mark.legs
    )


def treasury_changes(books: Books, ledger: Ledger) -> Mapping[Month, tuple[Cause, ...]]:
    """What changed since months were closed, by month; BrokenSealError if a seal cannot be read."""
    seals = read_seals(books.coop, COOP_ID, books.closed, books.sealed)

    def as_now(month: Month, sealed: Basis) -> Basis:
        return treasury_basis(books, ledger, month, sealed, begins=month == seals[0].month)

    return changed_since(COOP_ID, seals, as_now)


def treasury_basis(
    books: Books, ledger: Ledger, month: Month, sealed: Basis | None = None, *, begins: bool
) -> Basis:
    """What the month rests on; the first that is sealed `begins` with everything of before, for the
    cooperative's books may begin before anyone is a member."""
    assert books.own is not None
    return basis_of(books, books.own, ledger, month, sealed, before=begins)
