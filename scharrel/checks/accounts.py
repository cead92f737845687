"""Accounts of allocations: open and for euros when something is booked, and left alone in ledgers."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from scharrel.core.chart import Account
from scharrel.core.corrections import Correction
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.core.trace import Allocation
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.store.text import read_text


def account_problems(
    books: Books,
    ledgers: Mapping[str, Ledger],
    allocations: Iterable[Allocation],
    corrected: Mapping[str, Iterable[Correction]],
) -> Iterator[Problem]:
    """Accounts on which something is booked at the end of a month, and that are not open then or hold no
    euros."""
    told: set[tuple[str, str]] = set()
    for holder, month, account in _booked(books, allocations, corrected):
        own = ledgers[holder].own
        known = books.chart.accounts.get(account) or own.get(account)
        wrong = _wrong(known, month.last_day) if known else None
        if wrong and (account, wrong[0]) not in told:
            told.add((account, wrong[0]))
            code, word, values = wrong
            path = books.coop.ledger(holder) if account in own else books.coop.chart
            text = read_text(books.coop, path)
            line = text.account_line(word, account) or 1
            values |= {"account": account, "month": str(month)}
            yield text.problem(line, code, **values)


def _booked(
    books: Books, allocations: Iterable[Allocation], corrected: Mapping[str, Iterable[Correction]]
) -> Iterator[tuple[str, Month, str]]:
    """For whom, in which month and on which account something is booked."""
    other = books.chart.appropriation
    for allocation in allocations:
        accounts = [str(result.step.to) for result in allocation.posted]
        accounts += [other] if accounts else []
        accounts += [a for part in allocation.received for a in (part.account, part.against)]
        accounts += [a for worn in allocation.worn for a in (worn.account, worn.expense)]
        yield from ((allocation.member, allocation.month, account) for account in accounts)
    for holder, corrections in corrected.items():
        for c in corrections:
            if books.first_open and c.difference:
                yield from (
                    (holder, books.first_open, account) for account in (c.account, c.against or other)
                )


def _wrong(account: Account, day: date) -> tuple[str, str, dict[str, str]] | None:
    if day < account.opened:
        return "needed-not-open", "open", {"day": str(account.opened)}
    if account.closed and day > account.closed:
        return "needed-closed", "close", {"day": str(account.closed)}
    if account.currencies and "EUR" not in account.currencies:
        return "needed-currency", "open", {"expected": ", ".join(account.currencies)}
    return None


def divided_only(ledger: Ledger, paid: Collection[str]) -> Iterator[Problem]:
    """Bookings on the other side of an allocation, and accounts below one that allocations pay into.

    `paid` are those accounts. A withdrawal is booked on the pot itself.
    """
    for account in ledger.own:
        if above := _above(account, paid):
            line = ledger.text.account_line("open", account) or 1
            values = {"account": account, "above": above}
            yield ledger.text.problem(line, "account-below-pot", **values)
    wrong: dict[str, tuple[str, dict[str, str]]] = {}
    for account in ledger.roles.keys() - ledger.own.keys():
        if ledger.roles[account] == "appropriation":
            wrong[account] = "on-appropriation", {"account": account}
        elif account not in paid and (above := _above(account, paid)):
            wrong[account] = "below-pot", {"account": account, "above": above}
    places = ((m.line, m.account) for m in ledger.movements if m.account in wrong) if wrong else ()
    for first, account in dict.fromkeys(places):
        code, values = wrong[account]
        line = _posting(ledger, first, account)
        yield ledger.text.problem(line, code, **values)


def _above(account: str, paid: Collection[str]) -> str:
    """The account above this one that allocations pay into, if any is."""
    while account := account.rpartition(":")[0]:
        if account in paid:
            return account
    return ""


def _posting(ledger: Ledger, first: int, account: str) -> int:
    """The line of the booking on which the account stands."""
    line = first + 1
    while (text := ledger.text.line(line))[:1].isspace():
        if account in text.split():
            return line
        line += 1
    return first
