"""What is wrong with payment runs, and which the bank should have taken by now."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.store.issued import gone_from
from scharrel.store.payment_runs import ordered_runs, read_runs, runs_there, strange_run_files
from scharrel.treasury.following import covered_to
from scharrel.treasury.lines import BankBook, BookedLine
from scharrel.treasury.payments import PaidLines, run_of
from scharrel.treasury.recognition import DAYS_APART


def payment_problems(books: Books, accounts: Mapping[str, BankBook]) -> Iterator[Problem]:
    """Runs that are not as they were written, and those that no statement has, though the account's reach
    well beyond them; `accounts` are the bank's, as far as they can be read."""
    for name in strange_run_files(books.coop):
        yield Problem(books.coop.shown(books.coop.payment_runs / name), 1, "run-file")
    runs, wrong = read_runs(books.coop)
    told = gone_from(books.coop, books.coop.payment_runs, books.issued_files)
    yield from (one for one in wrong if one.code != "run-gone" or one.values["run"] not in told)
    lines = [line for book in accounts.values() for line in book.lines]
    yield from _lost(books, lines, {*runs_there(books.coop), *told})
    paid = PaidLines(runs, lines)
    for run in runs:
        to = covered_to(accounts[run.bank]) if run.bank in accounts else None
        waiting = paid.waiting(run)
        if waiting and to and (to - run.day).days > DAYS_APART:
            values = {"run": run.id, "to": str(to), "names": ", ".join(each.name for each in waiting)}
            yield Problem(run.file, 1, "run-unconfirmed", values, True)


def _lost(books: Books, lines: Iterable[BookedLine], there: Collection[str]) -> Iterator[Problem]:
    """Runs that are not `there`, though there is a trace of them: what is in them would be paid again."""
    traces = [(run, line.file, line.line) for line in lines if (run := run_of(line.why))]
    traces += [(run, books.coop.shown(path), 1) for run, path in ordered_runs(books.coop)]
    told: set[str] = set()
    for run, file, line in traces:
        if run not in there and run not in told:
            told.add(run)
            yield Problem(file, line, "run-lost", {"run": run})
