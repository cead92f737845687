"""What is wrong with payment runs, and which the bank should have taken by now."""

from collections.abc import Iterator

from scharrel.core.problems import Problem, errors
from scharrel.ledger.bank_lines import read_bank_book
from scharrel.ledger.books import Books
from scharrel.store.payment_runs import read_runs, strange_run_files
from scharrel.treasury.following import covered_to
from scharrel.treasury.payments import PaidLines
from scharrel.treasury.recognition import DAYS_APART


def payment_problems(books: Books) -> Iterator[Problem]:
    """Runs that are not as they were written, and those that no statement has, though the account's reach
    well beyond them."""
    for name in strange_run_files(books.coop):
        yield Problem(books.coop.shown(books.coop.payment_runs / name), 1, "run-file")
    runs, wrong = read_runs(books.coop)
    yield from wrong
    if errors(wrong) or not runs:
        return
    found = {
        name: read_bank_book(books.coop, account, books.chart, books.holders)
        for name, account in books.bank_accounts.items()
    }
    if any(errors(problems) for _, problems in found.values()):
        return  # they are told
    paid = PaidLines(runs, (line for book, _ in found.values() for line in book.lines))
    for run in runs:
        to = covered_to(found[run.bank][0]) if run.bank in found else None
        waiting = paid.waiting(run)
        if waiting and to and (to - run.day).days > DAYS_APART:
            values = {"run": run.id, "to": str(to), "names": ", ".join(each.name for each in waiting)}
            yield Problem(run.file, 1, "run-unconfirmed", values, True)
