"""What the bank commands work on: every account's book, the hand-made bookings on it, and the rules."""

from typing import NamedTuple

from scharrel.checks.bank import strange_folders
from scharrel.core.across import HandBooking
from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem, errors
from scharrel.ledger.bank_lines import hand_bookings, read_bank_book
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import read_ledger
from scharrel.operations.invoices import payables_of
from scharrel.packs.bank_rules import read_bank_rules
from scharrel.store.payment_runs import read_runs
from scharrel.treasury.accounts import BankAccount
from scharrel.treasury.invoice_recognition import Payable
from scharrel.treasury.lines import BankBook
from scharrel.treasury.payments import PaidLines
from scharrel.treasury.recognition import BankRule, is_opening


class Bank(NamedTuple):
    """Every account by name: its book and the hand-made bookings on it, in order of days; the rules by which
    lines are recognised, what lines say of payments that were ordered, what is wrong with these, and the
    invoices that lines can pay."""

    books: dict[str, BankBook]
    bookings: dict[str, list[HandBooking]]
    rules: list[BankRule]
    paid: PaidLines
    problems: list[Problem]
    payables: dict[str, Payable]

    def confirmable(self, account: str) -> list[HandBooking]:
        """The bookings on the account that a line of it can be: all but that of its opening."""
        of = self.books[account].account
        return [booking for booking in self.bookings[account] if not is_opening(booking, of)]

    @property
    def accounts(self) -> list[BankAccount]:
        return [book.account for book in self.books.values()]


def read_bank(books: Books) -> Bank:
    """The bank of the cooperative; it counts only if no problem is an error."""
    of_books = {books.coop.shown(path) for path in (books.coop.chart, books.coop.register)}
    problems = [problem for problem in books.problems if problem.file in of_books]
    accounts = books.bank_accounts
    found: dict[str, BankBook] = {}
    for name, account in accounts.items():
        found[name], wrong = read_bank_book(books.coop, account, books.chart, books.holders)
        problems += wrong
    problems += strange_folders(books)
    bookings: dict[str, list[HandBooking]] = {name: [] for name in accounts}
    ledgers: dict[str, Ledger] = {}
    for holder in (*books.holders, *([COOP_ID] if books.own else ())):
        ledger = ledgers[holder] = read_ledger(books.coop, holder, books.chart)
        problems += map(ledger.text.placed, errors(ledger.problems))
        for booking in hand_bookings(ledger, holder, books.banks_of(holder)):
            bookings[booking.account].append(booking)
    rules, wrong = read_bank_rules(books.coop, books.chart, books.holders, accounts)
    problems += wrong
    runs, wrong = read_runs(books.coop)
    return Bank(
        found,
        {name: sorted(made, key=lambda b: (b.day, b.file, b.line)) for name, made in bookings.items()},
        rules,
        PaidLines(runs, (line for book in found.values() for line in book.lines)),
        problems + wrong,
        payables_of(books, ledgers),
    )
