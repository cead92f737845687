"""Grants and prizes: money for a purpose, kept apart from what is divided."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Movement
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month


class Grant(NamedTuple):
    """Money promised on a day, in euros: by what name, for what, and in whose ledger it is booked (any
    ledger when `holder` is empty). `line` is where the register has it."""

    id: str
    day: date
    line: int
    name: str
    purpose: str
    amount: Decimal
    holder: str = ""


class Entry(NamedTuple):
    """A booking of a grant in someone's ledger, at a line: what it brought in, and what of it was spent, in
    euros; money that went back is below zero."""

    day: date
    member: str
    line: int
    grant: str
    text: str
    received: Decimal
    spent: Decimal


class GrantAccount(NamedTuple):
    """A grant with its bookings, oldest first, up to a day. Amounts in euros."""

    grant: Grant
    entries: tuple[Entry, ...]

    @property
    def received(self) -> Decimal:
        return total(entry.received for entry in self.entries)

    @property
    def spent(self) -> Decimal:
        return total(entry.spent for entry in self.entries)

    @property
    def left(self) -> Decimal:
        """What may still be spent of the grant."""
        return self.grant.amount - self.spent


def entries_of(member: str, movements: Iterable[Movement]) -> list[Entry]:
    """What the member, project or sub-cooperative booked for grants, one for each booking."""
    found: dict[int, Entry] = {}
    for m in movements:
        if not m.grant:
            continue
        entry = found.get(m.line) or Entry(m.day, member, m.line, m.grant, m.text, ZERO, ZERO)
        if m.currency == "EUR" and m.account.startswith("Income:"):
            entry = entry._replace(received=entry.received + m.amount)
        elif m.currency == "EUR" and m.account.startswith("Expenses:"):
            entry = entry._replace(spent=entry.spent + m.amount)
        found[m.line] = entry
    return list(found.values())


def grant_accounts(
    grants: Mapping[str, Grant], entries: Sequence[Entry], through: Month | None = None
) -> list[GrantAccount]:
    """Every grant with its bookings, by the day on which it was promised; those of `through` and before."""

    def told(day: date) -> bool:
        return through is None or Month.of(day) <= through

    return [
        GrantAccount(grant, tuple(sorted(e for e in entries if e.grant == grant.id and told(e.day))))
        for grant in sorted(grants.values(), key=lambda grant: (grant.day, grant.id))
        if told(grant.day)
    ]


def too_much(account: GrantAccount) -> Iterator[tuple[Entry, str, Decimal]]:
    """The first booking with which more was spent than was granted, and the first with which more came in;
    with which of the two it is, and the euros too many."""
    for what in ("spent", "received"):
        so_far = ZERO
        for entry in account.entries:
            so_far += entry.spent if what == "spent" else entry.received
            if so_far > account.grant.amount:
                yield entry, what, so_far - account.grant.amount
                break


def counts_apart(movement: Movement) -> bool:
    """Whether it is money of a grant: no part of what is divided."""
    return bool(movement.grant) and movement.currency == "EUR"
