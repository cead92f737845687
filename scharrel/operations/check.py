"""All that is wrong anywhere in a cooperative."""

from datetime import date

from scharrel.checks.across import across_of, with_others
from scharrel.checks.barter import both_problems
from scharrel.checks.books import in_books
from scharrel.checks.worked_cases import case_problems, cases_of_nothing
from scharrel.core.problems import Problem, in_order
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.operations.divide import divide_group


def check_all(books: Books, today: date) -> list[Problem]:
    """Every problem of the books, each ledger, and what comes of dividing as far as there are rules."""
    problems = [
        *books.problems,
        *in_books(books, books.holders.values(), today, cases=False),
        *case_problems(books.coop, books.packs, books.chart),
        *cases_of_nothing(books.coop, books.packs),
    ]
    ledgers: dict[str, Ledger] = {}
    for group in books.groups():
        outcome = divide_group(books, group, None, today)
        problems += outcome.problems
        ledgers |= outcome.ledgers
    problems += both_problems(books.holders, ledgers)
    found = (across_of(books, holder, ledger) for holder, ledger in ledgers.items())
    return in_order(with_others(books, problems, found))
