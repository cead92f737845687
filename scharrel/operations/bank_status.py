"""How every bank account stands."""

from scharrel.checks.bank import statement_problems, unbooked_opening
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.operations.bank import Bank
from scharrel.treasury.standing import Standing, standing_of


def status_of(books: Books, bank: Bank) -> tuple[list[Standing], list[Problem]]:
    """Each account; the statements by whose balances its lines are not what they were, and a balance that it
    opens with and that is not in the books."""
    problems = [problem for book in bank.books.values() for problem in statement_problems(books, book)]
    found = [standing_of(book, bank.bookings[name]) for name, book in bank.books.items()]
    return found, [*problems, *(wrong for each in found for wrong in unbooked_opening(books, each))]
