"""Accounts that are for the allocation alone: a holder books nothing beside it."""

from collections.abc import Collection, Iterator

from scharrel.core.problems import Problem
from scharrel.ledger.ledger import Ledger


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
