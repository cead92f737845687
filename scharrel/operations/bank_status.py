"""How every bank account stands."""

from scharrel.core.problems import Problem
from scharrel.operations.bank import Bank
from scharrel.treasury.following import broken_records
from scharrel.treasury.standing import Standing, standing_of


def status_of(bank: Bank) -> tuple[list[Standing], list[Problem]]:
    """Each account, and the statements by whose balances its lines are not what they were."""
    problems = []
    for book in bank.books.values():
        for record in broken_records(book):
            values = {"account": book.account.name, "first": str(record.first), "last": str(record.last)}
            problems.append(Problem(record.at, record.line, "statement-changed", values))
    return [standing_of(book, bank.bookings[name]) for name, book in bank.books.items()], problems
