"""How every bank account stands."""

from scharrel.checks.bank import changed_statements
from scharrel.core.problems import Problem
from scharrel.operations.bank import Bank
from scharrel.treasury.standing import Standing, standing_of


def status_of(bank: Bank) -> tuple[list[Standing], list[Problem]]:
    """Each account, and the statements by whose balances its lines are not what they were."""
    problems = [problem for book in bank.books.values() for problem in changed_statements(book)]
    return [standing_of(book, bank.bookings[name]) for name, book in bank.books.items()], problems
