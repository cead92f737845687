"""Bookings for grants in all ledgers, and what is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence

from scharrel.core.facts import Holder
from scharrel.core.grants import Entry, GrantAccount, entries_of, grant_accounts, too_much
from scharrel.core.names import nearest
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.store.paths import Coop
from scharrel.store.text import read_text

_COUNTED = ("Income:", "Expenses:")


def grant_problems(books: Books, member: Holder, ledger: Ledger) -> Iterator[Problem]:
    """Bookings of a grant that there is not, that is not booked here or not promised yet, on an account that
    allocations pay into, or on which nothing of the grant comes in or goes out; and what is too much."""
    if b"grant:" not in ledger.text.data:
        return
    entries, grants, paid_into = entries_of(member.id, ledger.movements), books.grants, books.pots
    lines: dict[int, list[str]] = {}
    for movement in ledger.movements:
        if movement.grant and movement.currency == "EUR":
            lines.setdefault(movement.line, []).append(movement.account)
    for entry in entries:
        grant, booked = grants.get(entry.grant), lines.get(entry.line, [])
        values = {"grant": entry.grant, "name": member.name}
        code, key = "", ""
        if grant is None:
            code, key, values["near"] = "unknown-grant", "grant", nearest(entry.grant, grants)
        elif grant.holder != member.id and grant.holder in books.holders:
            code, key, values["holder"] = "grant-elsewhere", "grant", grant.holder
        elif entry.day < grant.day:
            code, values["day"] = "grant-early", str(grant.day)
        elif on_pot := sorted(paid_into & set(booked)):
            code, values["account"] = "grant-account", on_pot[0]
        elif not any(account.startswith(_COUNTED) for account in booked):
            code = "grant-nothing"
        if code:
            line = ledger.text.key_line(entry.line, key)
            yield ledger.text.problem(line, code, **values)
    yield from overdone(books.coop, grant_accounts(grants, entries))


def overdone(coop: Coop, found: Sequence[GrantAccount]) -> Iterator[Problem]:
    """More spent or received than was granted, told at the booking with which that came about."""
    for account in found:
        for entry, what, amount in too_much(account):
            path = coop.ledger(entry.member)
            values = {"grant": account.grant.id, "amount": f"{account.grant.amount:.2f}"}
            values["over"] = f"{amount:.2f}"
            excerpt = read_text(coop, path).line(entry.line)
            yield Problem(coop.shown(path), entry.line, f"grant-{what}", values, excerpt=excerpt)


def all_entries(ledgers: Mapping[str, Ledger]) -> list[Entry]:
    """What was booked for grants in any ledger."""
    return [entry for name, ledger in ledgers.items() for entry in entries_of(name, ledger.movements)]
