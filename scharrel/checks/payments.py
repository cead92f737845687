"""What is wrong with payment runs, and which the bank should have taken by now."""

from collections.abc import Iterator, Mapping

from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.store.payment_runs import read_runs, strange_run_files
from scharrel.treasury.following import covered_to
from scharrel.treasury.lines import BankBook
from scharrel.treasury.payments import PaidLines
from scharrel.treasury.recognition import DAYS_APART


def payment_problems(books: Books, accounts: Mapping[str, BankBook]) -> Iterator[Problem]:
    """Runs that are not as they were written, and those that no statement has, though the account's reach
    well beyond them; `accounts` are the bank's, as far as they can be read."""
    for name in strange_run_files(books.coop):
        yield Problem(books.coop.shown(books.coop.payment_runs / name), 1, "run-file")
    runs, wrong = read_runs(books.coop)
    yield from wrong
    paid = PaidLines(runs, (line for book in accounts.values() for line in book.lines))
    for run in runs:
        to = covered_to(accounts[run.bank]) if run.bank in accounts else None
        waiting = paid.waiting(run)
        if waiting and to and (to - run.day).days > DAYS_APART:
            values = {"run": run.id, "to": str(to), "names": ", ".join(each.name for each in waiting)}
            yield Problem(run.file, 1, "run-unconfirmed", values, True)
