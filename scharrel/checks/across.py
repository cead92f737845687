"""What is wrong with ledgers that only shows when several are held beside each other."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from scharrel.checks.bank import ReadBanks, bank_problems, read_banks
from scharrel.checks.grants import overdone
from scharrel.checks.receipt_files import receipt_entries, receipt_problems
from scharrel.core.across import Across, Quoted
from scharrel.core.barter import barter_of
from scharrel.core.grants import entries_of, grant_accounts
from scharrel.core.problems import Problem, errors
from scharrel.ledger.bank_lines import hand_bookings
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.store.text import read_text
from scharrel.store.vat_returns import read_vat_returns


def across_of(books: Books, holder: str, ledger: Ledger) -> Across:
    """What of the holder's ledger bears on others."""
    shared = {grant.id for grant in books.grants.values() if not grant.holder}
    return Across(
        holder,
        tuple(Quoted(ledger.shown, quote.line, quote.number) for quote in ledger.quotes),
        tuple(entry for entry in entries_of(holder, ledger.movements) if entry.grant in shared)
        if shared
        else (),
        tuple(barter_of(holder, ledger.movements, ledger.roles)),
        tuple(hand_bookings(ledger, holder, books.banks_of(holder))),
        tuple(receipt_entries(books, holder, ledger)),
    )


def with_others(
    books: Books,
    problems: Iterable[Problem],
    found: Iterable[Across],
    today: date,
    banks: ReadBanks | None = None,
) -> Iterator[Problem]:
    """The problems of ledgers, in the light of all of them: a quote that is missing in one and stands in
    another is told so; one that stands twice, what the bank's lines say otherwise, receipts that are not
    there, and a grant for all of which too much was spent, are more. `banks` are the books of the bank where
    these were read already."""
    problems, found = list(problems), list(found)
    first: dict[str, Quoted] = {}
    for quote in sorted(quote for one in found for quote in one.quotes):
        if quote.number in first:
            values = {"number": quote.number, "place": _place(first[quote.number])}
            excerpt = read_text(books.coop, books.coop.root / quote.file).line(quote.line)
            yield Problem(quote.file, quote.line, "quote-twice", values, excerpt=excerpt)
        else:
            first[quote.number] = quote
    for problem in problems:
        yield _elsewhere(problem, first) if problem.code == "quote-unknown" else problem
    if books.bank_accounts or books.coop.elsewhere:
        wrong = {problem.file for problem in errors(problems)}
        unread = {one.holder for one in found if books.coop.shown(books.coop.ledger(one.holder)) in wrong}
        made = [booking for one in found for booking in one.by_hand]
        banks = read_banks(books) if banks is None else banks
        yield from bank_problems(books, banks, {one.holder for one in found}, unread, made)
    yield from read_vat_returns(books.coop)[1]
    yield from receipt_problems(books, (entry for one in found for entry in one.receipts), today)
    entries = [entry for one in found for entry in one.entries]
    if entries:
        yield from overdone(books.coop, grant_accounts(books.grants, entries))


def _elsewhere(problem: Problem, first: Mapping[str, Quoted]) -> Problem:
    number = problem.values["number"]
    if number not in first:
        return problem
    values = {"number": number, "place": _place(first[number])}
    return problem._replace(code="quote-elsewhere", values=values)


def _place(quote: Quoted) -> str:
    return f"{quote.file}:{quote.line}"
