"""The annual accounts: everything divided and checked, then every booking of all books summed."""

from datetime import date

from scharrel.checks.across import across_of, with_others
from scharrel.checks.bank import statement_problems
from scharrel.checks.books import in_books
from scharrel.checks.treasury import read_treasury
from scharrel.core.across import Across
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.ledger.journal import read_journal
from scharrel.operations.bank import read_bank
from scharrel.operations.divide import divide_group
from scharrel.operations.receivables import debts_on
from scharrel.operations.statement_data import last_allocated, not_allocated
from scharrel.statements.annual import BookYear, annual_view
from scharrel.statements.making import Order, annual_document
from scharrel.store.processes import Progress
from scharrel.text.words import Words
from scharrel.treasury.annual import annual_accounts
from scharrel.treasury.sample import audit_sample
from scharrel.treasury.standing import as_at, standing_of


def book_year(
    books: Books, year: int, today: date, progress: Progress, *, posted: bool = True
) -> tuple[BookYear | None, list[Problem]]:
    """The year, or what is wrong; `posted` figures are those that were allocated."""
    problems, across = _year_problems(books, year, today, progress, posted=posted)
    bank = read_bank(books)
    problems += bank.problems
    problems += [problem for book in bank.books.values() for problem in statement_problems(books, book)]
    if errors(problems):
        return None, problems
    entries = read_journal(books)
    steps = {(pack.id, step.id): step for pack in books.packs.values() for step in pack.steps}
    accounts = frozenset(account.account for account in bank.accounts)
    end, next_day = date(year, 12, 31), date(year + 1, 1, 1)
    standings = [
        standing_of(as_at(book, end), [b for b in bank.bookings[name] if b.day <= end])
        for name, book in bank.books.items()
        if book.account.day <= next_day  # what it opens with then is what was there
    ]
    return BookYear(
        annual_accounts(year, entries, books.chart, steps, accounts),
        standings,
        debts_on(books, end),
        audit_sample(entries, year),
        entries,
        end < today,
        [entry for one in across for entry in one.receipts],
    ), problems


def _year_problems(
    books: Books, year: int, today: date, progress: Progress, *, posted: bool
) -> tuple[list[Problem], list[Across]]:
    """What stands against the year's figures, up to its last month; of a year that lasts, up to the last one
    that was allocated; and what of the ledgers bears on others."""
    through, now = Month(year, 12), Month.of(today)
    if through >= now:
        through = min(through, last_allocated(books, today) or now.plus(-1))
    problems = in_books(books, list(books.holders.values()), today)
    groups = books.groups()
    across: list[Across] = []
    for done, group in enumerate(groups, 1):
        outcome = divide_group(books, group, through, today)
        problems += outcome.problems
        across += [across_of(books, holder, ledger) for holder, ledger in outcome.ledgers.items()]
        if posted and not errors(outcome.problems):
            problems += not_allocated(books, group, outcome, through)
        progress(done, len(groups))
    if own := read_treasury(books, today):
        problems += own[1]
        across.append(across_of(books, COOP_ID, own[0]))
    return list(with_others(books, problems, across, today)), across


def annual_paper(books: Books, found: BookYear, order: Order) -> bytes:
    """The accounts of the year as a document; BrokenTemplateError if it cannot be rendered."""
    used = {entry.pack for entry in found.entries if entry.day.year == found.accounts.year and entry.pack}
    packs = [pack for pack in books.packs.values() if pack.id in used]
    return annual_document(order, annual_view(Words(order.lang), books, found), packs)
