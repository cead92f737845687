"""Grants as the register and the ledgers have them, and what is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from beancount.core.amount import Amount

from scharrel.core.facts import Member
from scharrel.core.grants import Account, Entry, Grant, accounts, entries_of, too_much
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.files.chart import nearest
from scharrel.files.coop import MEMBER_ID
from scharrel.files.ledger import Ledger, read_ledger
from scharrel.files.parsing import metadata, place
from scharrel.files.source import Text

if TYPE_CHECKING:
    from scharrel.files.gather import Books

_KEYS = frozenset({"name", "purpose", "for"})
_COUNTED = ("Income:", "Expenses:")


def read_grants(
    directives: Sequence[Any], members: Mapping[str, Member], text: Text, shown: str
) -> tuple[dict[str, Grant], list[Problem]]:
    """The grants of the register by id, and what is wrong with them."""
    found: dict[str, Grant] = {}
    problems: list[Problem] = []
    for directive in sorted(directives, key=place):
        line, told = place(directive), metadata(directive)

        def say(key: str, code: str, /, **values: str) -> None:
            at = text.key_line(line, key) if key else line  # noqa: B023
            problems.append(Problem(shown, at, code, values, excerpt=text.line(at)))

        if not (written := _written(directive)):
            say("", "grant")
            continue
        name, amount = written
        if name in found:
            say("", "grant-again", grant=name)
        for key in sorted(told.keys() - _KEYS):
            say(key, "grant-key", key=key, near=nearest(key, _KEYS))
        for key in ("name", "purpose"):
            if not isinstance(told.get(key), str) or not told[key].strip():
                say("", "grant-without", key=key)
        holder = told.get("for", "")
        if "for" in told and holder not in members:
            say("for", "grant-holder", holder=str(holder), near=nearest(str(holder), members))
        found[name] = Grant(
            name, directive.date, line, str(told.get("name")), str(told.get("purpose")), amount, str(holder)
        )
    return found, problems


def _written(directive: Any) -> tuple[str, Decimal] | None:
    """The short name and the euros; nothing when it is not written so."""
    values = [value.value for value in directive.values or []]
    if len(values) != 2 or not isinstance(values[0], str) or not MEMBER_ID.fullmatch(values[0]):
        return None
    units = values[1]
    if not isinstance(units, Amount) or units.currency != "EUR" or not isinstance(units.number, Decimal):
        return None
    if units.number <= 0 or -int(units.number.as_tuple().exponent) > 2:
        return None
    return values[0], units.number


def grant_problems(books: "Books", member: Member, ledger: Ledger) -> Iterator[Problem]:
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
        elif grant.holder != member.id and grant.holder in books.members:
            code, key, values["holder"] = "grant-elsewhere", "grant", grant.holder
        elif entry.day < grant.day:
            code, values["day"] = "grant-early", str(grant.day)
        elif on_pot := sorted(paid_into & set(booked)):
            code, values["account"] = "grant-account", on_pot[0]
        elif not any(account.startswith(_COUNTED) for account in booked):
            code = "grant-nothing"
        if code:
            line = ledger.text.key_line(entry.line, key) if key else entry.line
            yield Problem(ledger.shown, line, code, values, excerpt=ledger.text.line(line))
    yield from overdone(accounts(grants, entries), {member.id: ledger})


def overdone(found: Sequence[Account], ledgers: Mapping[str, Ledger]) -> Iterator[Problem]:
    """More spent or received than was granted, told at the booking with which that came about."""
    for account in found:
        for entry, what, amount in too_much(account):
            ledger = ledgers[entry.member]
            values = {"grant": account.grant.id, "amount": f"{account.grant.amount:.2f}"}
            values["over"] = f"{amount:.2f}"
            excerpt = ledger.text.line(entry.line)
            yield Problem(ledger.shown, entry.line, f"grant-{what}", values, excerpt=excerpt)


def read_accounts(books: "Books", today: date) -> tuple[list[Account], list[Problem]]:
    """Every grant with its bookings in all ledgers, and every problem that stands in the way of reading."""
    from scharrel.files.gather import member_problems

    if not books.grants:
        return [], list(books.problems)
    ledgers = {name: read_ledger(books.coop, name, books.chart) for name in books.members}
    problems = list(books.problems)
    for name, member in books.members.items():
        problems += member_problems(books, member, ledgers[name], Month.of(today), today)
    found = accounts(books.grants, all_entries(ledgers))
    return found, [*problems, *overdone(found, ledgers)]


def all_entries(ledgers: Mapping[str, Ledger]) -> list[Entry]:
    """What was booked for grants in any ledger."""
    return [entry for name, ledger in ledgers.items() for entry in entries_of(name, ledger.movements)]
